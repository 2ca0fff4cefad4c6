"""Spans of calendar time that reports are cut into: days, weeks, months and quarters of one time zone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from internaldesk.core.errors import Refused

MOST_WEEKS = 104
DAYS = tuple("Mon Tue Wed Thu Fri Sat Sun".split())
MONTHS = tuple("January February March April May June July August September October November December".split())
HELP = "Use 13w for weeks, month, quarter, or one by name: 2026-10, 2026-Q4, 2026-10-05."


class Unit(StrEnum):
    """What a period is a whole number of."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, weeks, months or quarters in `zone`: from `start` up to but not including `end`, both aware UTC."""

    start: datetime
    end: datetime
    label: str
    unit: Unit
    count: int
    zone: tzinfo

    def holds(self, at: datetime) -> bool:
        """Whether an aware instant falls into this period."""
        return self.start <= at < self.end

    @property
    def first_day(self) -> date:
        """The first local date of the period."""
        return self.start.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The last local date of the period."""
        return self.end.astimezone(self.zone).date() - timedelta(days=1)


def instant(on: date, at: time, zone: tzinfo) -> datetime:
    """When a wall clock in `zone` shows `at` on that date, aware UTC.

    The first time where it does so twice; where the clocks leave it out, as much later as they were moved.
    """
    return datetime.combine(on, at, tzinfo=zone).astimezone(UTC)


def day(on: date, zone: tzinfo) -> Period:
    """The local day `on`: 23 or 25 hours long where the clocks change."""
    return _cut((on, on + timedelta(days=1)), day_words(on), zone, Unit.DAY)


def month(year: int, number: int, zone: tzinfo) -> Period:
    """The calendar month `number` (1 to 12) of `year`."""
    first = date(year, number, 1)
    return _cut((first, _months_on(first, 1)), f"{MONTHS[number - 1]} {year}", zone, Unit.MONTH)


def quarter(year: int, number: int, zone: tzinfo) -> Period:
    """The calendar quarter `number` (1 to 4) of `year`."""
    first = date(year, 3 * number - 2, 1)
    return _cut((first, _months_on(first, 3)), f"Q{number} {year}", zone, Unit.QUARTER)


def span_of_weeks(count: int, ending: datetime, zone: tzinfo) -> Period:
    """The last `count` whole ISO weeks (Monday to Monday in `zone`) over at the instant `ending`, as one period."""
    monday = _monday(ending, zone)
    sunday = monday - timedelta(days=1)
    label = f"{count} weeks to {day_words(sunday)}" if count > 1 else f"Week to {day_words(sunday)}"
    return _cut((monday - timedelta(weeks=count), monday), label, zone, Unit.WEEK, count)


def weeks(count: int, ending: datetime, zone: tzinfo, *, seen: datetime | None = None) -> tuple[Period, ...]:
    """The last `count` whole ISO weeks over at `ending`, one by one and oldest first, each labelled by its Sunday.

    Read at `seen` (or at `ending`), a Sunday of another year names it.
    """
    last, today = _monday(ending, zone), (seen or ending).astimezone(zone).date()
    starts = [last - timedelta(weeks=count - n) for n in range(count)]
    labels = [brief(start + timedelta(days=6), today=today) for start in starts]
    return tuple(
        _cut((start, start + timedelta(weeks=1)), label, zone, Unit.WEEK)
        for start, label in zip(starts, labels, strict=True)
    )


def previous(period: Period) -> Period:
    """The period of the same kind and length that ends where this one starts."""
    first = period.first_day
    if period.unit is Unit.DAY:
        return day(first - timedelta(days=1), period.zone)
    if period.unit is Unit.WEEK:
        return span_of_weeks(period.count, period.start, period.zone)
    if period.unit is Unit.MONTH:
        return _month_of(_months_on(first, -1), period.zone)
    return _quarter_of(_months_on(first, -3), period.zone)


def before_words(period: Period) -> str:
    """How a sentence names the period before this one: "the 13 weeks before", "the month before"."""
    return f"the {period.count} weeks before" if period.count > 1 else f"the {period.unit} before"


def parse(text: str, now: datetime, zone: tzinfo) -> Period:
    """The period meant by a value in a URL, seen from the aware instant `now`.

    `13w` is the running week and the 12 before it, so that what happened today is in; `month` and `quarter` are the
    last whole ones; `2026-10`, `2026-Q4` and `2026-10-05` are what they say, also while they still run.
    Raises Refused with a sentence for anything else and for periods that have not begun.
    """
    for pattern, make in _FORMS:
        if found := re.fullmatch(pattern, text.strip(), re.ASCII | re.IGNORECASE):
            try:
                period = make(found, now, zone)
            except (ValueError, OverflowError):  # month 13, 30 February, a year no calendar has
                break
            if period.start > now:
                raise Refused(f"{period.label} has not begun yet.", field="period")
            return period
    raise Refused(f"“{text.strip()[:20]}” is not a period. {HELP}", field="period")


def day_words(on: date) -> str:
    """A date as a reader says it, the same in every locale.

    >>> day_words(date(2026, 11, 22))
    'Sun 22 Nov 2026'
    """
    return f"{DAYS[on.weekday()]} {_short(on)} {on.year}"


def brief(on: date, *, today: date) -> str:
    """A date where there is little room, as at the foot of a chart; the year stands with it where it is not this one.

    >>> brief(date(2026, 11, 22), today=date(2026, 11, 24)), brief(date(2017, 4, 3), today=date(2026, 11, 24))
    ('22 Nov', '3 Apr 2017')
    """
    return _short(on) if on.year == today.year else f"{_short(on)} {on.year}"


def _parse_weeks(found: re.Match[str], now: datetime, zone: tzinfo) -> Period:
    count = int(found[1])
    if not 1 <= count <= MOST_WEEKS:
        raise Refused(f"A report covers 1 to {MOST_WEEKS} weeks, not {count}.", field="period")
    next_monday = _monday(now, zone) + timedelta(weeks=1)
    label = f"{count} weeks to today" if count > 1 else "this week"
    return _cut((next_monday - timedelta(weeks=count), next_monday), label, zone, Unit.WEEK, count)


def _last_month(_found: re.Match[str], now: datetime, zone: tzinfo) -> Period:
    return previous(_month_of(now.astimezone(zone).date(), zone))


def _last_quarter(_found: re.Match[str], now: datetime, zone: tzinfo) -> Period:
    return previous(_quarter_of(now.astimezone(zone).date(), zone))


def _that_month(found: re.Match[str], _now: datetime, zone: tzinfo) -> Period:
    return month(int(found[1]), int(found[2]), zone)


def _that_quarter(found: re.Match[str], _now: datetime, zone: tzinfo) -> Period:
    return quarter(int(found[1]), int(found[2]), zone)


def _that_day(found: re.Match[str], _now: datetime, zone: tzinfo) -> Period:
    return day(date(int(found[1]), int(found[2]), int(found[3])), zone)


_FORMS: tuple[tuple[str, Callable[[re.Match[str], datetime, tzinfo], Period]], ...] = (
    (r"(\d{1,4})w", _parse_weeks),
    (r"month", _last_month),
    (r"quarter", _last_quarter),
    (r"(\d{4})-(\d\d)", _that_month),
    (r"(\d{4})-q([1-4])", _that_quarter),
    (r"(\d{4})-(\d\d)-(\d\d)", _that_day),
)


def _month_of(on: date, zone: tzinfo) -> Period:
    return month(on.year, on.month, zone)


def _quarter_of(on: date, zone: tzinfo) -> Period:
    return quarter(on.year, (on.month + 2) // 3, zone)


def _short(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1][:3]}"


def _months_on(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _monday(at: datetime, zone: tzinfo) -> date:
    """The Monday of the local week that holds `at`: the end of the last whole week."""
    local = at.astimezone(zone).date()
    return local - timedelta(days=local.weekday())


def _cut(dates: tuple[date, date], label: str, zone: tzinfo, unit: Unit, count: int = 1) -> Period:
    """The period from the first instant of one local date to the first instant of another."""
    return Period(_midnight(dates[0], zone), _midnight(dates[1], zone), label, unit, count, zone)


def _midnight(on: date, zone: tzinfo) -> datetime:
    """The first instant of a local date, aware UTC; where midnight falls into a clock change, the change itself."""
    return instant(on, time.min, zone)
