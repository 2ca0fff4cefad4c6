"""The requests of fourteen weeks that are over: when each was filed, by whom, and how it went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from internaldesk.demo import asking, moments, season
from internaldesk.demo import course as courses
from internaldesk.demo.asking import Askers
from internaldesk.demo.offers import Offer
from internaldesk.demo.people import Cast
from internaldesk.demo.present import Scene

_OUTAGE_TALK = 0.75
_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Makes requests that were filed and solved before `now`."""

    cast: Cast
    teams: Mapping[str, Offer]
    offers: Mapping[str, Offer]
    askers: Askers
    dice: Random
    now: datetime

    def scenes(self, tickets: int) -> Iterator[Scene]:
        """About that many requests, day by day."""
        days = moments.days(self.now)
        busy = [(day, n // 7, slug) for n, day in enumerate(days) for slug in self.teams]
        weights = [
            moments.weight(day) * season.volume(slug, week, day) * self.teams[slug].words.share
            for day, week, slug in busy
        ]
        each = tickets / sum(weights)
        for (day, week, slug), weight in zip(busy, weights, strict=True):
            number = weight * each
            for _ in range(int(number) + (self.dice.random() < number % 1)):
                scene = self._one(slug, week, day)
                if scene is not None:
                    yield scene

    def _one(self, team: str, week: int, day: date) -> Scene | None:
        found = [offer for offer in self.offers.values() if offer.team.slug == team]
        offer = self.dice.choices(*asking.offers_of_week(found, week))[0]
        by = self.askers.anybody(offer)
        asked = self.askers.ask(offer, at=moments.filing(day, by.actor.timezone, self.dice), by=by)
        if asked.at >= self.now - _MARGIN:
            return None
        if season.is_outage(week, day) and offer.path == "it/broken" and self.dice.random() < _OUTAGE_TALK:
            asked = self.askers.during_outage(asked)
        pace = season.pace(team, week, day)
        course = courses.of(asked, self.cast, dict(self.teams), self.dice, pace=pace)
        steps = courses.whole(course)
        if courses.solved_at(steps) >= self.now - _MARGIN:
            steps = courses.cut_short(course, steps, now=self.now - _MARGIN)
        return (asked, steps) if steps else None
