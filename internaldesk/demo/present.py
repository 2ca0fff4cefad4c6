"""What is open around now: for each team some requests overdue, due soon, due later, and waiting for somebody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from internaldesk.core import hours
from internaldesk.demo import course as courses
from internaldesk.demo import moments
from internaldesk.demo.asking import Asked, Askers
from internaldesk.demo.course import Course
from internaldesk.demo.offers import Offer
from internaldesk.demo.people import Cast, Somebody
from internaldesk.demo.steps import Act, Step

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_MARGIN = 4 * MINUTE
_OVERDUE, _SOON, _TODAY, _LATER, _RESTING = "overdue", "soon", "today", "later", "resting"
# How many of each; what people see first when they open a queue.
MIX: Mapping[str, tuple[int, int, int, int, int]] = {
    "it": (2, 5, 4, 2, 2),
    "hr": (0, 1, 2, 2, 1),
    "purchasing": (2, 1, 3, 3, 3),
    "finance": (1, 1, 2, 2, 1),
    "warehouse": (0, 2, 2, 1, 1),
    "facilities": (0, 1, 2, 2, 1),
    "legal": (0, 0, 1, 2, 1),
    "records": (0, 0, 1, 1, 1),
}
_STATES = (_OVERDUE, _SOON, _TODAY, _LATER, _RESTING)
_ANSWERED = 0.4
_GIVEN = 0.25
_TRIES = 60
Scene = tuple[Asked, list[Step]]


@dataclass(frozen=True, slots=True)
class Present:
    """Makes requests that are open at `now`."""

    cast: Cast
    teams: Mapping[str, Offer]
    offers: Mapping[str, Offer]
    askers: Askers
    dice: Random
    now: datetime

    def open_work(self) -> Iterator[Scene]:
        """The open requests of every team."""
        for team, numbers in MIX.items():
            for state, number in zip(_STATES, numbers, strict=True):
                for n in range(number):
                    yield self._one(team, state, n)

    def due(self, offer: Offer, state: str) -> datetime:
        """A due instant that belongs into this group of the queue; it follows the team's hours when it is closed."""
        closes = hours.closing(offer.hours, self.now) or self.now
        minutes = int((closes - self.now) / MINUTE)
        match state:
            case "overdue":
                return moments.before(offer.hours, self.now, self.dice.randrange(8, 80) * MINUTE)
            case "soon":
                last = min(58, minutes) if minutes > 15 else 58
                return hours.add(offer.hours, self.now, self.dice.randrange(5, max(last, 6)) * MINUTE)
            case "today":
                last = minutes if minutes > 90 else 300
                return hours.add(offer.hours, self.now, self.dice.randrange(65, max(last, 66)) * MINUTE)
            case _:
                return hours.add(offer.hours, closes, self.dice.randrange(30, 720) * MINUTE)

    def _one(self, team: str, state: str, n: int) -> Scene:
        if state == _RESTING:
            return self.resting(team, n)
        for tries in range(_TRIES):
            offer = self._offer(team)
            due = self.due(offer, state if tries < _TRIES / 2 else _TODAY)
            scene = self.going(offer, due) if self.dice.random() < _ANSWERED else self.fresh(offer, due)
            if scene is not None:
                return scene
        raise AssertionError(f"nothing of {team} can be due {state}")

    def fresh(self, offer: Offer, due: datetime, by: Somebody | None = None) -> Scene | None:
        """Nobody has answered; the first reply is due at `due`."""
        asked = self._asked(offer, due, by, lambda found: found.promise.first)
        if asked is None:
            return None
        course = self._course(asked)
        plan = course.plan
        if self.dice.random() < _GIVEN and plan.at + 3 * _MARGIN < self.now:
            plan.at += _MARGIN
            plan.add(Act.ASSIGN, course.owner, to=course.owner)
        return asked, plan.steps

    def going(self, offer: Offer, due: datetime, by: Somebody | None = None, owner: str = "") -> Scene | None:
        """Answered, and somebody works on it; the solution is due at `due`."""
        asked = self._asked(offer, due, by, lambda found: found.promise.whole)
        if asked is None:
            return None
        course = self._course(asked, owner)
        plan = course.plan
        plan.work(asked.promise.first * self.dice.uniform(0.1, 0.8))
        if plan.at + _MARGIN >= self.now:
            return None
        courses.first_answer(course)
        return asked, plan.steps

    def resting(self, team: str, n: int) -> Scene:
        """Somebody outside has to act first: the requester, an approver, or a date has to come."""
        kind = (self._waits, self._approves, self._dated)[n % 3]
        for _ in range(_TRIES):
            offer = self._offer(team)
            at = moments.before(offer.hours, self.now, self.dice.uniform(5, 14) * HOUR)
            asked = self.askers.ask(offer, at=at, by=self.askers.anybody(offer))
            if asked.story.moves or not self._fits(asked, kind):
                continue
            if kind == self._approves:
                return asked, []
            asked = self.askers.agreed_at(asked, at)
            course = self._course(asked)
            course.plan.work(hours.elapsed(offer.hours, at, self.now) * self.dice.uniform(0.1, 0.7))
            kind(course)
            if course.plan.steps[-1].at < self.now:
                return asked, course.plan.steps
        raise AssertionError(f"nothing of {team} can wait")

    def _fits(self, asked: Asked, kind: Callable[[Course], None]) -> bool:
        if kind == self._approves:
            return bool(asked.steps)
        return kind != self._waits or asked.story.ask is not None

    def _waits(self, course: Course) -> None:
        story = course.plan.asked.story
        assert story.ask is not None
        course.plan.reply(course.owner, story.ask[0], then="wait")

    def _approves(self, course: Course) -> None:
        """Nothing happens before somebody has agreed."""

    def _dated(self, course: Course) -> None:
        ahead = self.now + timedelta(days=self.dice.randrange(2, 6))
        course.plan.wait_until(course.owner, moments.on_duty(course.plan.hours, ahead, self.dice))

    def _asked(
        self, offer: Offer, due: datetime, by: Somebody | None, allowance: Callable[[Asked], timedelta]
    ) -> Asked | None:
        """The request whose promise of that length is due at `due`; None if it would be filed only after now."""
        who = by or self.askers.anybody(offer)
        asked = self.askers.ask(offer, at=self.now, by=who, customer=None if by is None else "")
        if asked.story.moves or asked.promise.calendar is not offer.hours:
            return None
        filed = moments.before(offer.hours, due, allowance(asked))
        return self.askers.agreed_at(asked, filed) if filed < self.now - _MARGIN else None

    def _course(self, asked: Asked, owner: str = "") -> Course:
        found = courses.of(asked, self.cast, dict(self.teams), self.dice, pace=1.0)
        if owner:
            found.owner = self.cast.everybody[owner]
        return found

    def _offer(self, team: str) -> Offer:
        found = [offer for offer in self.offers.values() if offer.team.slug == team]
        often = [offer.words.often[offer.type.slug] for offer in found]
        return self.dice.choices(found, often)[0]
