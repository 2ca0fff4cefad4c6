"""How many requests were open at the end of each week, how old they were, and which way it goes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from internaldesk.core.figures import counted
from internaldesk.core.periods import Period

BANDS = ("under 2 days", "2 to 5 days", "5 to 10 days", "over 10 days")
STEPS = 3
STEADY = "Steady"
WORTH_SAYING = 10
"""A backlog must move by a tenth before it is said to shrink or grow."""


class Open(NamedTuple):
    """A stretch during which a request was open: from `opened_at` to `closed_at`, None while it still is.

    `filed_at` is given for a stretch that began with a reopening; age counts from there. Instants are aware.
    """

    ticket_id: int
    team_id: int
    type_id: int
    opened_at: datetime
    closed_at: datetime | None = None
    filed_at: datetime | None = None


class Ages(NamedTuple):
    """Open requests by age in calendar days: under 2, 2 to 5, 5 to 10, over 10."""

    fresh: int = 0
    young: int = 0
    old: int = 0
    oldest: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


class Week(NamedTuple):
    """The end of one week: what was open by age, and how many came and went during it."""

    label: str
    ages: Ages
    came: int
    went: int


class Backlog(NamedTuple):
    """The weeks, oldest first, and the state at this moment; `oldest_days` counts whole days."""

    weeks: tuple[Week, ...]
    now: Ages
    oldest_days: int
    steps: int

    @property
    def trend(self) -> str:
        """In words: "Shrinking for 7 weeks", "Growing for 3 weeks" or "Steady"."""
        if abs(self.steps) < STEPS:
            return STEADY
        return f"{'Growing' if self.steps > 0 else 'Shrinking'} for {counted(abs(self.steps), 'week')}"


def age_band(age: timedelta) -> int:
    """Which of the four bands an age falls into; ten days to the second are still "5 to 10".

    >>> [age_band(timedelta(days=n)) for n in (1, 2, 5, 10, 11)]
    [0, 1, 2, 2, 3]
    """
    if age > timedelta(days=10):
        return 3
    return (age >= timedelta(days=2)) + (age >= timedelta(days=5))


def backlog(rows: Iterable[Open], weeks: Sequence[Period], now: datetime) -> Backlog:
    """Count the open requests at the end of each week and now; one pass over the rows."""
    ends, starts = [week.end for week in weeks], [week.start for week in weeks]
    standing, came, went = [[0, 0, 0, 0] for _ in weeks], [0] * len(weeks), [0] * len(weeks)
    present, oldest = [0, 0, 0, 0], timedelta()
    for row in rows:
        filed = row.filed_at or row.opened_at
        for at in range(bisect_left(ends, row.opened_at), _weeks_until(ends, row.closed_at)):
            standing[at][age_band(ends[at] - filed)] += 1
        _count(came, starts, ends, row.opened_at)
        _count(went, starts, ends, row.closed_at)
        if row.opened_at <= now and (row.closed_at is None or row.closed_at > now):
            present[age_band(now - filed)] += 1
            oldest = max(oldest, now - filed)
    told = zip(weeks, standing, came, went, strict=True)
    cut = tuple(Week(week.label, Ages(*ages), more, fewer) for week, ages, more, fewer in told)
    return Backlog(cut, Ages(*present), oldest.days, steps([week.ages.total for week in cut]))


def steps(totals: Sequence[int]) -> int:
    """For how many weeks in a row the backlog grew (positive) or shrank (negative) up to the last one.

    Nought unless it moved by at least a tenth in those weeks: single steps back and forth are no news.

    >>> steps([160, 150, 151, 147, 143, 130]), steps([100, 101, 102]), steps([50, 60, 75])
    (-3, 0, 2)
    """
    if not totals:
        return 0
    start = end = len(totals) - 1
    direction = 0
    while start > 0 and (step := _sign(totals[start] - totals[start - 1])) and step == (direction or step):
        direction, start = step, start - 1
    if abs(totals[end] - totals[start]) * WORTH_SAYING < max(totals[start], 1):
        return 0
    return direction * (end - start)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _weeks_until(ends: Sequence[datetime], closed_at: datetime | None) -> int:
    return len(ends) if closed_at is None else bisect_left(ends, closed_at)


def _count(weeks: list[int], starts: Sequence[datetime], ends: Sequence[datetime], at: datetime | None) -> None:
    if at is not None and (week := bisect_right(starts, at) - 1) >= 0 and at < ends[week]:
        weeks[week] += 1
