"""Opening hours as people type them, "09:00-12:30, 13:00-17:00", and as sentences say them."""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from internaldesk.core.hours_text import DAY_MINUTES, NAMES, BadCalendar, Window, clock_time

DASH = "\u2013"
MOST_SPANS = 12
WHOLE_DAY: Window = (0, DAY_MINUTES)
_SHORT = tuple(name[:3] for name in NAMES)
_CLOSED = frozenset({"", "-", DASH, "\u2014", "closed", "none"})
_ALWAYS = frozenset({"24 hours", "24 h", "24h", "24hours", "all day", "always"})
_BETWEEN = re.compile(r"[,;\n&+]|\band\b")
_SPAN = re.compile(r"(.+?)\s*(?:[-\u2013\u2014]|\bto\b|\buntil\b)\s*(.+)")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?")


def read(line: str, *, where: str) -> tuple[Window, ...]:
    """The spans of a line, in order; an empty one is closed. Raises BadCalendar; `where` names the day in it.

    >>> read("9-12:30, 13:00 to 17:00", where="Monday")
    ((540, 750), (780, 1020))
    >>> read("24 hours", where="Monday"), read("22:00-06:00", where="Monday"), read("closed", where="Monday")
    (((0, 1440),), ((1320, 1800),), ())
    """
    words = " ".join(line.lower().split())
    if words in _CLOSED:
        return ()
    if words in _ALWAYS:
        return (WHOLE_DAY,)
    pieces = [piece.strip() for piece in _BETWEEN.split(words) if piece.strip()]
    if len(pieces) > MOST_SPANS:
        raise BadCalendar(f"{where}: {len(pieces)} spans are too many; write at most {MOST_SPANS}.")
    return tuple(sorted(_span(piece, where) for piece in pieces))


def typed(windows: Iterable[Window]) -> str:
    """The line that `read` reads back.

    >>> typed(((540, 750), (1320, 1800))), typed(((0, 1440),)), typed(())
    ('09:00-12:30, 22:00-06:00', '24 hours', '')
    """
    found = tuple(windows)
    return "24 hours" if found == (WHOLE_DAY,) else ", ".join(f"{clock_time(a)}-{clock_time(b)}" for a, b in found)


def minutes(words: str, *, where: str) -> int:
    """A time of day as minutes after midnight, 24:00 included; raises BadCalendar.

    >>> minutes("9", where="Monday"), minutes("09.30", where="Monday"), minutes("24:00", where="Monday")
    (540, 570, 1440)
    """
    found = _TIME.fullmatch(words.strip())
    if found is None:
        raise BadCalendar(f"{where}: “{words}” is not a time of day; write 09:30, or 24:00 for the end of the day.")
    hour, minute = int(found[1]), int(found[2] or 0)
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        raise BadCalendar(f"{where}: {words} is not a time of day; a day runs from 00:00 to 24:00.")
    return hour * 60 + minute


def said(window: Window) -> str:
    """A span in a sentence, with a dash of its own."""
    return f"{clock_time(window[0])}{DASH}{clock_time(window[1])}"


def hours_said(windows: Sequence[Window]) -> str:
    """The spans of a day in a sentence.

    >>> hours_said(()), hours_said((WHOLE_DAY,))
    ('closed', '24 hours')
    """
    if tuple(windows) == (WHOLE_DAY,):
        return "24 hours"
    return ", ".join(said(span) + (" the next day" if span[1] > DAY_MINUTES else "") for span in windows) or "closed"


def week_said(week: Sequence[Sequence[Window]]) -> list[tuple[str, str]]:
    """The week in few lines: days that follow one another with the same hours, and the hours.

    >>> week_said([(WHOLE_DAY,)] * 5 + [(), ()])
    [('Monday to Friday', '24 hours'), ('Saturday and Sunday', 'closed')]
    """
    days = groupby(range(7), key=lambda day: tuple(week[day]))
    return [(days_said(list(numbers)), hours_said(windows)) for windows, numbers in days]


def week_short(week: Sequence[Sequence[Window]]) -> str:
    """The open days of the week in one line.

    >>> week_short([(WHOLE_DAY,)] + [()] * 6), week_short([(WHOLE_DAY,)] * 7), week_short([()] * 7)
    ('Mon 24 hours', 'Always open', 'No weekly hours')
    """
    if all(tuple(windows) == (WHOLE_DAY,) for windows in week):
        return "Always open"
    days = groupby(range(7), key=lambda day: tuple(week[day]))
    lines = [(_range(list(numbers)), windows) for windows, numbers in days]
    return "; ".join(f"{names} {hours_said(windows)}" for names, windows in lines if windows) or "No weekly hours"


def days_said(days: Sequence[int]) -> str:
    """Weekdays that follow one another.

    >>> days_said([0]), days_said([5, 6]), days_said([0, 1, 2]), days_said(range(7))
    ('Monday', 'Saturday and Sunday', 'Monday to Wednesday', 'Every day')
    """
    first, last = NAMES[days[0]], NAMES[days[-1]]
    match len(days):
        case 1:
            return first
        case 2:
            return f"{first} and {last}"
        case 7:
            return "Every day"
    return f"{first} to {last}"


def _range(days: Sequence[int]) -> str:
    return _SHORT[days[0]] if len(days) == 1 else f"{_SHORT[days[0]]}{DASH}{_SHORT[days[-1]]}"


def _span(piece: str, where: str) -> Window:
    found = _SPAN.fullmatch(piece)
    if found is None:
        raise BadCalendar(f"{where}: “{piece}” is not a span of time; write 09:00-17:00, or leave the day empty.")
    start, end = (minutes(words, where=where) for words in found.groups())
    if start == end:
        both = said((start, end))
        raise BadCalendar(f"{where}: {both} is no time at all; write 24 hours if the whole day is meant.")
    if start == DAY_MINUTES:
        raise BadCalendar(f"{where}: a span cannot start at 24:00; write it on the next day, from 00:00.")
    return (start, end) if end > start else (start, end + DAY_MINUTES)
