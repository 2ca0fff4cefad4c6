"""Read opening hours, closures and special openings as people write them, or say in a sentence what is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])")

Window = tuple[int, int]
"""Minutes after local midnight, `[from, to)`; `to` above 1440 runs past midnight."""


class BadCalendar(ValueError):
    """The hours cannot be used; the message is a sentence fit to show, naming the day and the hour."""


def zone(name: object) -> ZoneInfo:
    """The IANA zone of that name; raises BadCalendar for anything else, offsets included.

    >>> zone("Europe/Lisbon").key
    'Europe/Lisbon'
    """
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (KeyError, ValueError, OSError):
        raise BadCalendar(f"“{name}” is not a time zone; write a name such as Europe/Berlin.") from None


def week(hours: object) -> tuple[tuple[Window, ...], ...]:
    """Seven tuples of windows, Monday first; a weekday that is not mentioned is closed."""
    if not isinstance(hours, Mapping):
        raise BadCalendar("The hours must say, for each weekday, from when to when.")
    unknown = [day for day in hours if day not in DAYS]
    if unknown:
        raise BadCalendar(f"“{unknown[0]}” is not a weekday; write {', '.join(DAYS)}.")
    return tuple(windows(hours.get(day, ()), where=name) for day, name in zip(DAYS, NAMES, strict=True))


def windows(pairs: object, *, where: str) -> tuple[Window, ...]:
    """The windows of one day, sorted; `where` names the day in the refusal."""
    return tuple(sorted(_window(pair, where) for pair in _items(pairs, f"{where} needs a list of from and to times.")))


def closures(entries: object) -> dict[date, tuple[Window, ...]]:
    """Closed civil time by local date: whole dates (text) or parts of one (`date`, `from`, `to`)."""
    closed: dict[date, tuple[Window, ...]] = {}
    for entry in _items(entries, "The holidays must be a list of dates."):
        fields: Mapping[str, object] = entry if isinstance(entry, Mapping) else {"date": entry}
        on = day(fields.get("date"))
        part = _closed_part(fields, where=on.isoformat())
        closed[on] = tuple(sorted({*closed.get(on, ()), part}))
    return dict(sorted(closed.items()))


def openings(entries: object) -> dict[date, tuple[Window, ...]]:
    """Windows that replace a date's own, by date (`date` with `hours`, or with `from` and `to`)."""
    opened: dict[date, tuple[Window, ...]] = {}
    for entry in _items(entries, "The special openings must be a list."):
        if not isinstance(entry, Mapping):
            raise BadCalendar(f"The special opening “{entry}” needs a date and its hours.")
        on = day(entry.get("date"))
        pairs = entry["hours"] if "hours" in entry else [(entry.get("from"), entry.get("to"))]
        found = windows(pairs, where=on.isoformat())
        if not found:
            raise BadCalendar(f"The special opening on {on.isoformat()} has no hours; write a holiday instead.")
        opened[on] = tuple(sorted({*opened.get(on, ()), *found}))
    return dict(sorted(opened.items()))


def day(text: object) -> date:
    """A date written as 2026-12-25; raises BadCalendar.

    >>> day("2026-12-25")
    datetime.date(2026, 12, 25)
    """
    if isinstance(text, date):
        return date(text.year, text.month, text.day)
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise BadCalendar(f"“{text}” is not a date; write it as 2026-12-25.") from None


def clock_time(minutes: int) -> str:
    """Minutes after midnight as `HH:MM`; the end of the day is `24:00`, later times wrap.

    >>> clock_time(570), clock_time(1440), clock_time(1800)
    ('09:30', '24:00', '06:00')
    """
    wrapped = minutes - DAY_MINUTES if minutes > DAY_MINUTES else minutes
    return f"{wrapped // 60:02d}:{wrapped % 60:02d}"


def _items(value: object, sentence: str) -> list[object]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise BadCalendar(sentence)
    return list(value)


def _window(pair: object, where: str) -> Window:
    times = _items(pair, f"“{pair}” on {where} is not a window; write from and to.")
    try:
        first, last = times
    except ValueError:
        raise BadCalendar(f"A window on {where} needs exactly two times, from and to.") from None
    start, end = _minutes(first, where), _minutes(last, where)
    if start == end:
        raise BadCalendar(f"The window {first}-{last} on {where} is empty; 00:00-24:00 means the whole day.")
    if start == DAY_MINUTES:
        raise BadCalendar(f"A window on {where} cannot start at 24:00; put it on the next day.")
    return (start, end) if end > start else (start, end + DAY_MINUTES)


def _closed_part(fields: Mapping[str, object], *, where: str) -> Window:
    first, last = fields.get("from") or "00:00", fields.get("to") or "24:00"
    start, end = _minutes(first, where), _minutes(last, where)
    if end <= start:
        raise BadCalendar(f"The closure on {where} must end after it starts, not {first}-{last}.")
    return start, end


def _minutes(text: object, where: str) -> int:
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else None
    if minutes is None or minutes > DAY_MINUTES:
        raise BadCalendar(f"“{text}” on {where} is not a time of day; write 09:30, or 24:00 for the end of the day.")
    return minutes
