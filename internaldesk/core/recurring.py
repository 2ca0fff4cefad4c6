"""When a request files itself: local dates by a rule, a time of day, and what becomes of days that are closed."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, dropwhile, takewhile
from typing import NamedTuple, Protocol

from internaldesk.core import hours, periods
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar

DAY = timedelta(days=1)
MOST_EVERY = 99
MOST_TIMES = 999
FURTHEST = 31
"""Days within which a working day is looked for; where there is none, the day itself is taken."""
END_OF_TIME = date(9000, 12, 31)
LAST = -1
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


class Unit(StrEnum):
    """What a rule counts in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Closed(StrEnum):
    """What becomes of a date on which the team's calendar is closed all day."""

    NEXT = "next"
    PREVIOUS = "previous"
    ANYWAY = "anyway"


class PlanDeed(StrEnum):
    """What can happen to a plan."""

    PLANNED = "planned"
    CHANGED = "changed"
    PAUSED = "paused"
    RESUMED = "resumed"
    REMOVED = "removed"
    FILED = "filed"
    SKIPPED = "skipped"


class RuleLike(Protocol):
    """What the functions below read; the table row satisfies it.

    Months and years are counted from the month of `starts_on`. In them `day` is 1 to 31 (a shorter month: its last),
    or else `nth` (1 to 4, LAST) and `weekday` (Monday is 0) name one. `minute` is that of the local day.
    """

    @property
    def unit(self) -> Unit: ...
    @property
    def every(self) -> int: ...
    @property
    def weekdays(self) -> Sequence[int]: ...
    @property
    def day(self) -> int | None: ...
    @property
    def nth(self) -> int | None: ...
    @property
    def weekday(self) -> int | None: ...
    @property
    def minute(self) -> int: ...
    @property
    def closed(self) -> Closed: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def times(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is written, before a table keeps it."""

    unit: Unit
    starts_on: date
    every: int = 1
    weekdays: tuple[int, ...] = ()
    day: int | None = None
    nth: int | None = None
    weekday: int | None = None
    minute: int = 9 * 60
    closed: Closed = Closed.NEXT
    ends_on: date | None = None
    times: int | None = None


class Occurrence(NamedTuple):
    """The date by the rule, and the instant (aware UTC) at which the request is filed for it."""

    on: date
    at: datetime


def check(rule: RuleLike) -> None:
    """Refuse a rule that makes no sense, naming the field."""
    for field, wrong, sentence in (
        ("every", not 1 <= rule.every <= MOST_EVERY, f"Choose a number from 1 to {MOST_EVERY}."),
        ("weekdays", rule.unit is Unit.WEEK and not rule.weekdays, "Choose at least one day of the week."),
        ("ends_on", rule.ends_on is not None and rule.ends_on < rule.starts_on, "It cannot end before it starts."),
        ("times", rule.times is not None and not 1 <= rule.times <= MOST_TIMES, f"Choose 1 to {MOST_TIMES} times."),
        ("times", None not in (rule.times, rule.ends_on), "Choose a last day or a number of times, not both."),
    ):
        if wrong:
            raise Refused(sentence, field=field)


def occurrences(rule: RuleLike, cal: BusinessCalendar, *, after: Occurrence | None = None) -> Iterator[Occurrence]:
    """All there is to file, or all after that one, strictly rising; `rule.times` is the caller's to count.

    Dates that are moved to the same working day become one. A time that the clocks leave out is filed as much later,
    one that comes twice is filed the first time.
    """
    last = after.at if after else None
    for on in dates(rule, after=after.on if after else None):
        at = periods.instant(_moved(on, rule.closed, cal), time(*divmod(rule.minute, 60)), cal.zone)
        if last is None or at > last:
            last = at
            yield Occurrence(on, at)


def dates(rule: RuleLike, *, after: date | None = None) -> Iterator[date]:
    """The dates by the rule alone, strictly rising, from its first day (or the day after that one) to its last.

    >>> first_mondays = Rule(Unit.MONTH, date(2026, 1, 1), nth=1, weekday=0, ends_on=date(2026, 3, 31))
    >>> [on.isoformat() for on in dates(first_mondays)]
    ['2026-01-05', '2026-02-02', '2026-03-02']
    """
    first = rule.starts_on if after is None else max(rule.starts_on, after + DAY)
    last = min(rule.ends_on or END_OF_TIME, END_OF_TIME)
    return takewhile(lambda on: on <= last, dropwhile(lambda on: on < first, _counted(rule, first)))


def works(cal: BusinessCalendar, on: date) -> bool:
    """Whether the calendar is open at any time of that local date."""
    whole = periods.day(on, cal.zone)
    return next(hours.spans(cal, whole.start, whole.end), None) is not None


def sentence(rule: RuleLike) -> str:
    """The rule as its readers say it.

    >>> sentence(Rule(Unit.MONTH, date(2026, 1, 5), every=3, day=31, times=4))
    'Every 3 months on the last day at 09:00, 4 times; on the next working day if that one is closed'
    """
    often = rule.unit.value if rule.every == 1 else f"{rule.every} {rule.unit}s"
    end = f" until {periods.day_words(rule.ends_on)}" if rule.ends_on else ""
    many = f", {rule.times} time{'s' if rule.times > 1 else ''}" if rule.times else ""
    moved = "" if rule.closed is Closed.ANYWAY else f"; on the {rule.closed} working day if that one is closed"
    return f"Every {often}{_on(rule)} at {time(*divmod(rule.minute, 60)):%H:%M}{end}{many}{moved}"


def _on(rule: RuleLike) -> str:
    if rule.unit is Unit.DAY:
        return ""
    if rule.unit is Unit.WEEK:
        return f" on {_and([WEEKDAYS[number] for number in sorted(rule.weekdays)])}"
    of = f" of {periods.MONTHS[rule.starts_on.month - 1]}" if rule.unit is Unit.YEAR else ""
    if rule.nth is not None and rule.weekday is not None:
        return f" on the {ORDINALS[rule.nth]} {WEEKDAYS[rule.weekday]}{of}"
    return f" on {'the last day' if _day(rule) == 31 else f'day {_day(rule)}'}{of}"


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _moved(on: date, closed: Closed, cal: BusinessCalendar) -> date:
    if closed is Closed.ANYWAY:
        return on
    step = DAY if closed is Closed.NEXT else -DAY
    return next((near for n in range(FURTHEST) if works(cal, near := on + n * step)), on)


def _counted(rule: RuleLike, first: date) -> Iterator[date]:
    """The dates without an end, beginning a little before `first`."""
    if rule.unit is Unit.DAY:
        skipped = (first - rule.starts_on).days // rule.every
        return (rule.starts_on + n * rule.every * DAY for n in count(skipped))
    if rule.unit is Unit.WEEK:
        return _weeks(rule, first)
    return _months(rule, first)


def _weeks(rule: RuleLike, first: date) -> Iterator[date]:
    monday = rule.starts_on - rule.starts_on.weekday() * DAY
    skipped = (first - monday).days // 7 // rule.every
    return (
        monday + (n * rule.every * 7 + weekday) * DAY for n in count(skipped) for weekday in sorted(set(rule.weekdays))
    )


def _months(rule: RuleLike, first: date) -> Iterator[date]:
    step = rule.every * (12 if rule.unit is Unit.YEAR else 1)
    begun = rule.starts_on.year * 12 + rule.starts_on.month - 1
    skipped = (first.year * 12 + first.month - 1 - begun) // step
    return (_within(rule, *divmod(begun + n * step, 12)) for n in count(skipped))


def _within(rule: RuleLike, year: int, month_before: int) -> date:
    """The date the rule names in a month."""
    begins, length = monthrange(year, month_before + 1)
    if rule.nth is None or rule.weekday is None:
        return date(year, month_before + 1, min(_day(rule), length))
    earliest = (rule.weekday - begins) % 7 + 1
    last = earliest + (length - earliest) // 7 * 7
    return date(year, month_before + 1, last if rule.nth == LAST else earliest + (rule.nth - 1) * 7)


def _day(rule: RuleLike) -> int:
    """The day of the month, where none was said that of the start."""
    return rule.day or rule.starts_on.day
