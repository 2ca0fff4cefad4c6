"""The line of figures that the facts of a team, a request type or the whole desk make."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple, TypeVar

from internaldesk.core import periods, rating
from internaldesk.core.facts import APPROVER, FIRST, RESOLUTION, RETARGET, Answer, Asked, Decided, Facts, Solved
from internaldesk.core.figures import HALF, Pace, Share, nearest_rank, pace
from internaldesk.core.periods import Period
from internaldesk.core.variation import Change, pace_change, share_change

REOPEN = timedelta(days=7)
CHART_WEEKS = 26

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a report covers: a period, the one before, and the weeks of the charts, which end no later than `now`."""

    period: Period
    before: Period
    weeks: tuple[Period, ...]
    now: datetime

    @property
    def since(self) -> datetime:
        """The earliest instant whose facts matter."""
        return min(self.before.start, self.weeks[0].start)


class Promises(NamedTuple):
    """Verdicts on one kind of promise: kept, missed, and the misses that are counted apart."""

    met: int = 0
    missed: int = 0
    retarget: int = 0
    approver: int = 0
    waived: int = 0

    @property
    def on_time(self) -> Share:
        """Kept promises out of kept and missed ones."""
        return Share(self.met, self.met + self.missed)

    @property
    def apart(self) -> int:
        """Misses that are neither kept nor missed."""
        return self.retarget + self.approver + self.waived


class Promised(NamedTuple):
    """The usual promise, in seconds of working time; `varies` when not every case had the same."""

    seconds: int
    varies: bool


class Opinion(NamedTuple):
    """The answers to one of the four questions: how many said 5, 4, 3, 2 and 1, and how many were satisfied."""

    title: str
    spread: tuple[int, ...]
    satisfied: Share


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one team, one type or the whole desk; `…_before` is the period before. Times are seconds.

    `solved` counts what a person solved and what stayed solved for seven days, or has so far.
    """

    key: int
    name: str
    team: str
    requests: int
    first: Promises
    first_before: Promises
    first_pace: Pace
    first_pace_before: Pace
    first_change: Change
    promised: Promised | None
    resolution: Promises
    resolution_pace: Pace
    lead_pace: Pace
    solved: int
    reopened: Share
    satisfied: Share
    satisfied_before: Share
    spread: tuple[int, ...]
    opinions: tuple[Opinion, ...]
    answered: Share
    weeks: tuple[Pace, ...]
    weeks_on_time: tuple[Share, ...]
    weeks_satisfied: tuple[Share, ...]

    @property
    def on_time_change(self) -> Change:
        """Whether the share of first replies on time really moved."""
        return share_change(self.first.on_time, self.first_before.on_time)

    @property
    def low_ratings(self) -> int:
        """How many ratings were 1 or 2."""
        return sum(self.spread[-rating.LOW :])


def frame(period: Period, now: datetime) -> Frame:
    """The frame of a report about `period`, read at the aware instant `now`."""
    weeks = periods.weeks(CHART_WEEKS, min(period.end, now), period.zone, seen=now)
    return Frame(period, periods.previous(period), weeks, now)


def line(facts: Facts, over: Frame, key: int, name: str, team: str = "") -> Line:
    """All figures of one group of facts."""
    now, before = over.period, over.before
    firsts = [row for row in facts.decided if row.target == FIRST]
    first, first_before = _within(firsts, now), _within(firsts, before)
    resolution = _within([row for row in facts.decided if row.target == RESOLUTION], now)
    weekly = _cut(firsts, over.weeks, attrgetter("decided_at"))
    answers = [row for row in facts.answers if now.holds(row.at)]
    solved = [row for row in facts.solved if now.holds(row.at) and not row.auto]
    return Line(
        key=key,
        name=name,
        team=team,
        requests=sum(row.filed_at is None and now.holds(row.opened_at) for row in facts.open),
        first=promises(first),
        first_before=promises(first_before),
        first_pace=pace(_used(first)),
        first_pace_before=pace(_used(first_before)),
        first_change=pace_change(_used(first), _used(first_before)),
        promised=_promised(first),
        resolution=promises(resolution),
        resolution_pace=pace(_used(resolution)),
        lead_pace=pace(row.lead_seconds for row in solved),
        solved=sum(not _came_back(row) for row in solved),
        reopened=_reopened(solved, over.now),
        satisfied=_satisfied(answers),
        satisfied_before=_satisfied([row for row in facts.answers if before.holds(row.at)]),
        spread=spread([rating.overall(row) for row in answers]),
        opinions=_opinions(answers),
        answered=_answered(facts.asked, now),
        weeks=tuple(pace(_used(week)) for week in weekly),
        weeks_on_time=tuple(promises(week).on_time for week in weekly),
        weeks_satisfied=tuple(_satisfied(week) for week in _cut(facts.answers, over.weeks, attrgetter("at"))),
    )


def promises(decided: Iterable[Decided]) -> Promises:
    """Count verdicts; a waived miss, a retarget and a wait for an approver are neither kept nor missed."""
    verdicts = Counter(verdict(row) for row in decided)
    return Promises(**{field: verdicts[field] for field in Promises._fields})


def spread(scores: Iterable[int]) -> tuple[int, ...]:
    """How many 5s, 4s, 3s, 2s and 1s.

    >>> spread([5, 5, 3])
    (2, 0, 1, 0, 0)
    """
    tally = Counter(scores)
    return tuple(tally[score] for score in range(rating.HIGHEST, rating.LOWEST - 1, -1))


def verdict(row: Decided) -> str:
    """Which field of `Promises` a verdict counts in."""
    if row.met:
        return "met"
    if row.waived:
        return "waived"
    return row.cause if row.cause in {RETARGET, APPROVER} else "missed"


def _within(decided: Iterable[Decided], period: Period) -> list[Decided]:
    return [row for row in decided if period.holds(row.decided_at)]


def _used(decided: Iterable[Decided]) -> list[int]:
    """Times of stopped cycles; what still runs is reported as overdue instead."""
    return [row.used_seconds for row in decided if row.used_seconds is not None]


def _promised(decided: Iterable[Decided]) -> Promised | None:
    targets = [row.target_seconds for row in decided]
    usual = nearest_rank(targets, HALF)
    return None if usual is None else Promised(usual, varies=len(set(targets)) > 1)


def _reopened(solved: Iterable[Solved], now: datetime) -> Share:
    """Only requests that had their seven days: yesterday's solutions cannot have failed yet and would flatter."""
    watched = [row for row in solved if row.at + REOPEN <= now]
    return Share(sum(_came_back(row) for row in watched), len(watched))


def _came_back(row: Solved) -> bool:
    return row.reopened_at is not None and row.reopened_at <= row.at + REOPEN


def _satisfied(answers: Sequence[Answer]) -> Share:
    return Share(sum(rating.is_satisfied(row) for row in answers), len(answers), rating.LEAST_ANSWERS)


def _opinions(answers: Sequence[Answer]) -> tuple[Opinion, ...]:
    found = []
    for question in rating.QUESTIONS:
        scores = [score for row in answers if (score := getattr(row, question.slug)) is not None]
        happy = sum(score >= rating.SATISFIED for score in scores)
        found.append(Opinion(question.title, spread(scores), Share(happy, len(scores), rating.LEAST_ANSWERS)))
    return tuple(found)


def _answered(asked: Iterable[Asked], period: Period) -> Share:
    then = [row.answered for row in asked if period.holds(row.at)]
    return Share(sum(then), len(then))


def _cut(rows: Iterable[Row], weeks: Sequence[Period], when: Callable[[Row], datetime]) -> list[list[Row]]:
    """The rows of each week; what lies outside all of them is left out."""
    starts = [week.start for week in weeks]
    found: list[list[Row]] = [[] for _ in weeks]
    for row in rows:
        at = bisect_right(starts, when(row)) - 1
        if at >= 0 and when(row) < weeks[at].end:
            found[at].append(row)
    return found
