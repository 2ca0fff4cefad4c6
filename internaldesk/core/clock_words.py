"""How an account of a clock says its amounts, its moments on a wall clock, and why the clock stood still."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from internaldesk.core import wording

TO = "\N{EN DASH}"

WAITS: Mapping[str, str] = {
    "requester": "waiting for the requester",
    "approval": "waiting for approval",
    "scheduled": "waiting for the agreed date",
    "vendor": "waiting for the supplier",
}
"""What people call the reasons to wait."""


CALLED_OFF: Mapping[str, str] = {
    "merged": "merged into another request",
    "no_policy": "nothing is promised any more",
    "no_reply_needed": "no answer was needed",
}
"""Why a clock was called off, where the word in the log is not what people say."""


def spoken(seconds: int) -> str:
    """A number of seconds in hours, minutes and seconds.

    >>> spoken(28800), spoken(5400), spoken(61), spoken(0)
    ('8 h', '1 h 30 min', '1 min 1 s', '0 min')
    """
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{n} {unit}" for n, unit in ((hour, "h"), (minute, "min"), (second, "s")) if n]
    return " ".join(parts) or "0 min"


class Wall(NamedTuple):
    """The wall clock that is told from: its zone, that of the reader (None: unknown), and the instant it is read at.

    The zone is named where the reader's clock shows another time, the year where it is not that of `now`.
    """

    zone: ZoneInfo
    reader: ZoneInfo | None
    now: datetime


def moment(at: datetime, wall: Wall) -> str:
    """An instant.

    >>> at, now = (datetime.fromisoformat(f"2026-11-{day}T16:50:00Z") for day in ("20", "24"))
    >>> moment(at, Wall(ZoneInfo("Europe/London"), ZoneInfo("Europe/Lisbon"), now))
    'Fri 20 Nov 16:50'
    >>> moment(at, Wall(ZoneInfo("Europe/Berlin"), None, now.replace(year=2028)))
    'Fri 20 Nov 2026 17:50 Berlin'
    """
    return _day_time(at, wall) + _named(wall, at)


def span(start: datetime, end: datetime, wall: Wall) -> str:
    """A span; the day is repeated when it changes, a change of the clocks is mentioned.

    >>> a, b = (datetime.fromisoformat(f"2026-10-{day}:00:00Z") for day in ("24T21", "25T06"))
    >>> span(a, b, Wall(ZoneInfo("Europe/London"), ZoneInfo("Europe/London"), b)).replace(TO, "-")
    'Sat 24 Oct 22:00-Sun 25 Oct 06:00 (the clocks changed)'
    """
    a, b = start.astimezone(wall.zone), end.astimezone(wall.zone)
    changed = " (the clocks changed)" if a.utcoffset() != b.utcoffset() else ""
    return f"{_from_to(start, end, wall, TO)}{_named(wall, start, end)}{changed}"


def days(start: datetime, end: datetime, wall: Wall) -> str:
    """The local dates from one instant to another.

    >>> a, b = (datetime.fromisoformat(f"{day}T12:00:00Z") for day in ("2026-12-30", "2027-01-04"))
    >>> days(a, b, Wall(ZoneInfo("Europe/London"), None, b)).replace(TO, "-")
    'Wed 30 Dec 2026-Mon 4 Jan'
    """
    return f"{_day(start, wall)}{TO}{_day(end, wall)}"


def stood_still(why: str | None, start: datetime, end: datetime | None, wall: Wall) -> str:
    """A span, or an open end, in which the clock did not run, with the reason.

    >>> nine, ten = (datetime.fromisoformat(f"2026-11-20T{hour}:00:00Z") for hour in ("09", "10"))
    >>> stood_still("vendor", nine, ten, Wall(ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London"), ten))
    'Paused from Fri 20 Nov 10:00 to 11:00 Berlin: waiting for the supplier'
    """
    if end is None:
        when = f"since {moment(start, wall)}"
    else:
        when = f"from {_from_to(start, end, wall, ' to ')}{_named(wall, start, end)}"
    if why in _OTHERWISE:
        return f"{_OTHERWISE[why]} {when}"
    return f"Paused {when}: {WAITS.get(why, why)}" if why else f"Paused {when}"


def _from_to(start: datetime, end: datetime, wall: Wall, between: str) -> str:
    a, b = start.astimezone(wall.zone), end.astimezone(wall.zone)
    return f"{_day_time(a, wall)}{between}{_time(b) if a.date() == b.date() else _day_time(b, wall)}"


SOLVED = "stopped"
ELSEWHERE = "elsewhere"
_OTHERWISE: Mapping[str | None, str] = {SOLVED: "Solved", ELSEWHERE: "With another team"}


def _named(wall: Wall, *instants: datetime) -> str:
    zone, reader = wall.zone, wall.reader
    if reader is not None and all(_offset(at, zone) == _offset(at, reader) for at in instants):
        return ""
    return f" {zone.key.rpartition('/')[2].replace('_', ' ')}"


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _day(at: datetime, wall: Wall) -> str:
    return wording.day(at.astimezone(wall.zone).date(), today=wall.now.astimezone(wall.zone).date())


def _time(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _day_time(at: datetime, wall: Wall) -> str:
    return f"{_day(at, wall)} {_time(at.astimezone(wall.zone))}"
