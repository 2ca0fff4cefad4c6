"""Working days before and after a day, by the hours of whoever works on them."""

from datetime import UTC, date, datetime, timedelta

from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar

_DAY = timedelta(days=1)
_LOOKED_AT = 3 * 366


def working_day(calendar: BusinessCalendar, day: date, away: int) -> date:
    """The working day that many before (negative) or after `day`; for 0 the day itself, or the last one before it.

    In hours that do not open for years, plain days are counted.

    >>> office = BusinessCalendar.parse({"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}})
    >>> working_day(office, date(2026, 11, 25), -2).isoformat()
    '2026-11-16'
    """
    step = _DAY if away > 0 else -_DAY
    left, at = abs(away), day
    if away == 0 and not _works(calendar, at):
        left = 1
    for _ in range(_LOOKED_AT):
        if left == 0:
            return at
        at += step
        left -= _works(calendar, at)
    return day + away * _DAY


def edges(calendar: BusinessCalendar, day: date) -> tuple[datetime, datetime]:
    """When that day begins and ends for who works by the calendar; all of it where they do not work."""
    start, end = (datetime.combine(at, datetime.min.time(), calendar.zone) for at in (day, day + _DAY))
    spans = list(hours.spans(calendar, start.astimezone(UTC), end.astimezone(UTC)))
    return (spans[0][0], spans[-1][1]) if spans else (start.astimezone(UTC), end.astimezone(UTC) - timedelta(seconds=1))


def _works(calendar: BusinessCalendar, day: date) -> bool:
    start, end = (datetime.combine(at, datetime.min.time(), calendar.zone) for at in (day, day + _DAY))
    return hours.elapsed(calendar, start.astimezone(UTC), end.astimezone(UTC)) > timedelta(0)


def when_words(days: int | None, *, anchor: str, otherwise: str) -> str:
    """An offset in words; `anchor` is what the day that counts is called.

    >>> when_words(-3, anchor="the first day", otherwise="at once"), when_words(None, anchor="", otherwise="at once")
    ('3 working days before the first day', 'at once')
    """
    if days is None:
        return otherwise
    if days == 0:
        return f"on {anchor}"
    return f"{abs(days)} working day{'' if abs(days) == 1 else 's'} {'after' if days > 0 else 'before'} {anchor}"
