"""How an account of a clock says its amounts, its moments on a wall clock, and why the clock stood still."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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


def moment(at: datetime, zone: ZoneInfo, reader: ZoneInfo | None) -> str:
    """An instant on the wall clock of `zone`, which is named unless the reader's shows the same.

    >>> at = datetime.fromisoformat("2026-11-20T16:50:00Z")
    >>> moment(at, ZoneInfo("Europe/London"), ZoneInfo("Europe/Lisbon")), moment(at, ZoneInfo("Europe/Berlin"), None)
    ('Fri 20 Nov 16:50', 'Fri 20 Nov 17:50 Berlin')
    """
    return _day_time(at.astimezone(zone)) + _named(zone, reader, at)


def span(start: datetime, end: datetime, zone: ZoneInfo, reader: ZoneInfo | None) -> str:
    """A span on the wall clock of `zone`; the day is repeated when it changes, a change of the clocks is mentioned.

    >>> a, b = (datetime.fromisoformat(f"2026-10-{day}:00:00Z") for day in ("24T21", "25T06"))
    >>> span(a, b, ZoneInfo("Europe/London"), ZoneInfo("Europe/London")).replace(TO, "-")
    'Sat 24 Oct 22:00-Sun 25 Oct 06:00 (the clocks changed)'
    """
    a, b = start.astimezone(zone), end.astimezone(zone)
    until = _time(b) if a.date() == b.date() else _day_time(b)
    changed = " (the clocks changed)" if a.utcoffset() != b.utcoffset() else ""
    return f"{_day_time(a)}{TO}{until}{_named(zone, reader, start, end)}{changed}"


def days(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """The local dates from one instant to another."""
    return f"{_day(start.astimezone(zone))}{TO}{_day(end.astimezone(zone))}"


def stood_still(why: str | None, start: datetime, end: datetime | None, walls: tuple[ZoneInfo, ZoneInfo | None]) -> str:
    """A span, or an open end, in which the clock did not run, with the reason.

    >>> nine, ten = (datetime.fromisoformat(f"2026-11-20T{hour}:00:00Z") for hour in ("09", "10"))
    >>> stood_still("vendor", nine, ten, (ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")))
    'Paused from Fri 20 Nov 10:00 to 11:00 Berlin: waiting for the supplier'
    """
    when = f"since {moment(start, *walls)}" if end is None else f"from {_from_to(start, end, *walls)}"
    if why in _OTHERWISE:
        return f"{_OTHERWISE[why]} {when}"
    return f"Paused {when}: {WAITS.get(why, why)}" if why else f"Paused {when}"


def _from_to(start: datetime, end: datetime, zone: ZoneInfo, reader: ZoneInfo | None) -> str:
    a, b = start.astimezone(zone), end.astimezone(zone)
    until = _time(b) if a.date() == b.date() else _day_time(b)
    return f"{_day_time(a)} to {until}{_named(zone, reader, start, end)}"


SOLVED = "stopped"
ELSEWHERE = "elsewhere"
_OTHERWISE: Mapping[str | None, str] = {SOLVED: "Solved", ELSEWHERE: "With another team"}


def _named(zone: ZoneInfo, reader: ZoneInfo | None, *instants: datetime) -> str:
    if reader is not None and all(_offset(at, zone) == _offset(at, reader) for at in instants):
        return ""
    return f" {zone.key.rpartition('/')[2].replace('_', ' ')}"


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"


def _time(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _day_time(at: datetime) -> str:
    return f"{_day(at)} {_time(at)}"
