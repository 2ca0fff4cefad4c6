"""Lengths of business time as people write and read them; a day is a usual working day of the calendar."""

import re
from collections.abc import Iterable
from fractions import Fraction
from statistics import median_low

from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import Window

LONGEST_DAYS = 400
"""More business days than this are no promise."""

_NUMBER = r"[0-9]{1,6}(?:[.,][0-9]{1,4})?"
_WRITTEN = re.compile(
    rf"(?:(?P<days>{_NUMBER})\s*(?:(?:business|working)\s+)?d(?:ays?)?(?![a-z]))?\s*"
    rf"(?:(?P<hours>{_NUMBER})\s*h(?:ours?|rs?)?(?![a-z]))?\s*"
    r"(?:(?P<minutes>[0-9]{1,8})\s*(?P<unit>m(?:in(?:ute)?s?)?)?)?"
)
_HALF = Fraction(1, 2)


class BadDuration(ValueError):
    """What was written is no length of time; the message is a sentence fit to show."""


def read(words: str, *, day: int | None = None) -> int:
    """The minutes of what somebody wrote, a bare number being minutes; raises BadDuration.

    `day` is how many minutes a business day has, None where that is not known.

    >>> read("1 h"), read("30 min"), read("2 h 30"), read("90"), read("1.5 hours")
    (60, 30, 150, 90, 90)
    >>> read("2 business days", day=480), read("1 d 4 h", day=480)
    (960, 720)
    """
    found = _WRITTEN.fullmatch(words.strip().lower())
    if found is None or not _complete(found):
        raise BadDuration(f"“{words.strip()}” is no length of time; write 30 min, 2 h 30 or 2 days.")
    if found["days"] and day is None:
        raise BadDuration(f"“{words.strip()}” needs a calendar to say how long a day is; choose one, or write hours.")
    total = _number(found["days"]) * (day or 0) + _number(found["hours"]) * 60 + _number(found["minutes"])
    return int(total + _HALF)


def said(minutes: int) -> str:
    """Minutes in the shortest words that `read` understands.

    >>> said(45), said(60), said(150), said(960), said(125)
    ('45 min', '1 h', '2 h 30', '16 h', '2 h 05')
    """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def business_day(calendar: BusinessCalendar) -> int | None:
    """The open minutes of a usual working day: the median of the weekdays that open at all; None when none does.

    >>> week = {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "tue": [["09:00", "17:00"]]}
    >>> business_day(BusinessCalendar.parse({"timezone": "Europe/Berlin", "hours": week}))
    480
    """
    open_days = [_open_minutes(windows) for windows in calendar.hours if windows]
    return median_low(open_days) if open_days else None


def _complete(found: re.Match[str]) -> bool:
    """Whether anything was written, and no bare number follows days, where it could mean hours as well."""
    bare = found["minutes"] is not None and found["unit"] is None
    return any(found[name] for name in ("days", "hours", "minutes")) and not (
        bare and found["days"] and not found["hours"]
    )


def _number(words: str | None) -> Fraction:
    return Fraction(words.replace(",", ".")) if words else Fraction(0)


def _open_minutes(windows: Iterable[Window]) -> int:
    """Minutes covered by sorted windows, overlaps once."""
    total = until = 0
    for start, end in windows:
        total += max(0, end - max(start, until))
        until = max(until, end)
    return total
