"""Short lives of requests for a large desk: answered, solved, closed, or open and due around now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp, log
from random import Random
from typing import Any

from internaldesk.core import clocks, hours, priority
from internaldesk.core.clocks import Clock, Target
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.rating import Scores
from internaldesk.demo import moments, people, wording
from internaldesk.demo.course import SILENCE
from internaldesk.demo.offers import Offer, Promise
from internaldesk.demo.people import Cast, Somebody

_VARIANTS = 24
_MARGIN = timedelta(minutes=1)
_QUICK, _CONFIRMED, _RATED, _ANSWERED, _WAITS = 0.5, 0.42, 0.31, 0.5, 0.13
_DUE_FROM, _DUE_TO = -400, 3000  # business minutes around now in which open work is due
_SCORES = (5, 5, 5, 4, 4, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Told:
    """A request with every slot filled, told by many."""

    summary: str
    details: str
    hello: str
    fix: str
    answers: dict[str, Any]
    customer: str
    level: Priority
    why: str


@dataclass(slots=True)
class Life:
    """One request and when what happened to it; the clocks are those of the core, run to the end or to now."""

    offer: Offer
    told: Told
    promise: Promise
    requester: Somebody
    handler: Somebody
    filed: datetime
    first: Clock
    whole: Clock
    answered: datetime | None = None
    solved: datetime | None = None
    closed: datetime | None = None
    confirmed: bool = False
    rated: datetime | None = None
    scores: Scores | None = None
    comment: str = ""


class Lives:
    """Draws lives; every draw comes from the one dice, so the same seed gives the same desk."""

    def __init__(self, cast: Cast, offers: Mapping[str, Offer], dice: Random, now: datetime) -> None:
        self._dice, self._now = dice, now
        self._offers = [offer for offer in offers.values() if not offer.type.approval_rule]
        self._often = list(accumulate(_weight(offer) for offer in self._offers))
        self._front, self._handlers, self._cases = cast.front, cast.handlers, cast.case_handlers
        self._told = {offer.path: self._variants(offer, cast) for offer in self._offers}

    def over(self, number: int, weeks: int) -> Iterator[Life]:
        """That many requests which were solved by now, in the order in which they were filed."""
        days = _days(self._now, weeks)
        weights = [moments.weight(day) for day in days]
        each, owed = number / sum(weights), 0.0
        for day, weight in zip(days, weights, strict=True):
            owed += weight * each
            todays, number = (number, 0) if day == days[-1] else (int(owed), number - int(owed))
            owed -= int(owed)
            drawn = [self._offer_and_asker() for _ in range(todays)]
            filed = sorted(moments.filing(day, asker.actor.timezone, self._dice) for _, asker in drawn)
            for (offer, asker), at in zip(drawn, filed, strict=True):
                yield self._over(offer, asker, at)

    def open(self, number: int) -> Iterator[Life]:
        """That many open requests, due around now, in the order in which they were filed."""
        found: list[Life] = []
        while len(found) < number:
            offer, asker = self._offer_and_asker()
            life = self._open(offer, asker)
            if life is not None:
                found.append(life)
        yield from sorted(found, key=lambda life: life.filed)

    def _offer_and_asker(self) -> tuple[Offer, Somebody]:
        return self._dice.choices(self._offers, cum_weights=self._often)[0], self._dice.choice(self._front)

    def _over(self, offer: Offer, asker: Somebody, at: datetime) -> Life:
        life = self._filed(offer, asker, at)
        calendar = life.promise.calendar
        answered = hours.add(calendar, at, life.promise.first * self._share(0.3, 0.72))
        quick = self._dice.random() < _QUICK
        solved = answered if quick else hours.add(calendar, answered, life.promise.whole * self._share(0.25, 0.7))
        life.answered, life.solved = self._in_time(at, answered, solved)
        life.first = clocks.stop(clocks.settle(life.first, life.answered), life.answered)
        life.whole = clocks.stop(clocks.settle(life.whole, life.solved), life.solved)
        self._end(life, life.solved)
        return life

    def _in_time(self, at: datetime, answered: datetime, solved: datetime) -> tuple[datetime, datetime]:
        """Both after filing and before now, to the second; what would be solved too late was solved sooner."""
        answered, solved = max(answered, at + _MARGIN), max(solved, at + _MARGIN)
        if solved >= self._now - _MARGIN:
            answered = min(answered, at + (self._now - at) * 0.4)
            solved = max(answered, at + (self._now - at) * 0.8)
        return answered.replace(microsecond=0), solved.replace(microsecond=0)

    def _end(self, life: Life, solved: datetime) -> None:
        life.confirmed = self._dice.random() < _CONFIRMED
        silence = timedelta(seconds=self._dice.randrange(1800, 200_000)) if life.confirmed else SILENCE
        if solved + silence < self._now:
            life.closed = solved + silence
        rated = solved + timedelta(seconds=self._dice.randrange(600, 150_000))
        if self._dice.random() < _RATED and rated < self._now:
            usual = _SCORES[3:] if life.first.breached or life.whole.breached else _SCORES
            life.scores = Scores(*(self._dice.choice(usual) for _ in Scores._fields))
            life.rated, life.comment = rated, self._comment(life.scores)

    def _comment(self, scores: Scores) -> str:
        kind = "good" if sum(score or 0 for score in scores) >= 4 * len(scores) else "fair"
        said: str = self._dice.choice(wording.read("company")["comments"][kind])
        return said

    def _open(self, offer: Offer, asker: Somebody) -> Life | None:
        answered = self._dice.random() < _ANSWERED
        due = moments.ahead(offer.hours, self._now, timedelta(minutes=self._dice.randrange(_DUE_FROM, _DUE_TO)))
        told = self._dice.choice(self._told[offer.path])
        promise = offer.promise(told.level, now=self._now)
        at = moments.before(promise.calendar, due, promise.whole if answered else promise.first)
        life = self._filed(offer, asker, at, told)
        if answered:
            reply = hours.add(promise.calendar, at, promise.first * self._dice.uniform(0.05, 0.9)) + _MARGIN
            life.answered = reply.replace(microsecond=0)
            life.first = clocks.stop(clocks.settle(life.first, life.answered), life.answered)
        life.first, life.whole = clocks.settle(life.first, self._now), clocks.settle(life.whole, self._now)
        return life if max(at, life.answered or at) < self._now - _MARGIN else None

    def _filed(self, offer: Offer, asker: Somebody, at: datetime, told: Told | None = None) -> Life:
        told = told or self._dice.choice(self._told[offer.path])
        promise = offer.promise(told.level, now=self._now)
        group = self._cases if offer.type.confidentiality is Confidentiality.CASE else self._handlers
        return Life(
            offer=offer,
            told=told,
            promise=promise,
            requester=asker,
            handler=self._dice.choice(group[offer.team.id]),
            filed=at,
            first=_clock(offer, promise, Target.FIRST_RESPONSE, at),
            whole=_clock(offer, promise, Target.RESOLUTION, at),
        )

    def _share(self, usual: float, spread: float) -> float:
        return exp(self._dice.gauss(log(usual), spread))

    def _variants(self, offer: Offer, cast: Cast) -> list[Told]:
        stories = offer.words.stories[offer.type.slug]
        return [self._variant(offer, stories[n % len(stories)], cast) for n in range(_VARIANTS)]

    def _variant(self, offer: Offer, story: wording.Story, cast: Cast) -> Told:
        dice, day = self._dice, self._now.date()
        who, colleague = dice.choice(cast.front), dice.choice(cast.front)
        place = people.places()[who.place]
        known = wording.facts(dice, first=who.first, person=colleague.actor.name, place=place, phone=who.phone, day=day)
        answers = wording.answers(story, offer.questions, known, colleague=colleague.id, day=day)
        open_to_all = offer.type.confidentiality is not Confidentiality.CASE
        customer = known["customer"] if open_to_all and dice.random() < _WAITS else ""
        level, why = priority.set_by(offer.type.priority_rule, answers, bool(customer))
        said = (story.summary, story.details, dice.choice(offer.words.phrases["hello"]), story.fix)
        summary, details, hello, fix = (wording.filled(text, known) for text in said)
        return Told(summary, details, hello, fix, answers, customer, level, why)


def _weight(offer: Offer) -> float:
    return offer.words.share * offer.words.often[offer.type.slug] / sum(offer.words.often.values())


def _days(now: datetime, weeks: int) -> list[date]:
    today = now.astimezone(moments.LONDON).date()
    return [today - timedelta(days=n) for n in range(7 * weeks, 0, -1)]


def _clock(offer: Offer, promise: Promise, target: Target, at: datetime) -> Clock:
    allowance = promise.minutes[target.value] * 60
    fresh = Clock(target, at, allowance, promise.risk(allowance))
    return clocks.run(fresh, at, promise.calendar, str(offer.team.id))
