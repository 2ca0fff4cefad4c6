"""What one ticket adds to the figures of who waits for whom: hours a customer waited, and whose hands it lay in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from internaldesk.core import hours
from internaldesk.core.clock_set import RESOLVED, Mark
from internaldesk.core.clocks import whole_seconds
from internaldesk.core.daily import SUM, Piece

WALL, WORKING = f"{SUM}blocked_wall", f"{SUM}blocked_working"
WAITING = "customer_open"
PARTED = "parted"
WITH = f"{SUM}with_"
HANDS = ("team", "others", "requester", "approver", "supplier", "date")
"""In whose hands a request can lie: its team's, those of a team before, or waiting; the last for an agreed date."""
_WAITS = {"requester": "requester", "approval": "approver", "vendor": "supplier", "scheduled": "date"}


class Stay(NamedTuple):
    """A stretch of being open, of a request of this team and type; `marks` say from when on it lay with whom."""

    team_id: int
    type_id: int
    opened_at: datetime
    closed_at: datetime | None
    marks: Sequence[Mark]


def blocked(stay: Stay, *, zone: tzinfo, now: datetime) -> Iterator[Piece]:
    """The time of each local day that a customer waited: on the wall, and in working hours, waits and all.

    While the request is open, days count when they are over.
    """
    whose = stay.team_id, stay.type_id
    if stay.closed_at is None or stay.closed_at > now:
        yield Piece(WAITING, 0, *whose)
        end = midnight(now.astimezone(zone).date(), zone)
    else:
        end = stay.closed_at
    at = stay.opened_at
    while at < end:
        day = at.astimezone(zone).date()
        until = min(midnight(day + timedelta(days=1), zone), end)
        yield Piece(WALL, day.toordinal(), *whose, whole_seconds(until - at))
        yield Piece(WORKING, day.toordinal(), *whose, sum(_by_hands(stay, at, until).values()))
        at = until


def parts(stay: Stay, *, day: int) -> Iterator[Piece]:
    """The working time of a stretch that ended with a solution on this day, by whose hands the request lay in."""
    if stay.closed_at is None or not stay.marks:
        return
    yield Piece(PARTED, day, stay.team_id, stay.type_id)
    for hand, seconds in _by_hands(stay, stay.opened_at, stay.closed_at).items():
        yield Piece(f"{WITH}{hand}", day, stay.team_id, stay.type_id, seconds)


def midnight(on: date, zone: tzinfo) -> datetime:
    """The first instant of a local date, aware UTC."""
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)


def _by_hands(stay: Stay, start: datetime, end: datetime) -> dict[str, int]:
    """Working seconds between two instants by whose hands, as the clocks count: in the hours in force then."""
    found: dict[str, int] = {}
    ends = [mark.at for mark in stay.marks[1:]] + [end]
    for mark, until in zip(stay.marks, ends, strict=False):
        seconds = whole_seconds(hours.elapsed(mark.calendar, max(mark.at, start), min(until, end)))
        if seconds and mark.reason != RESOLVED:
            hand = _hand(mark, stay.team_id)
            found[hand] = found.get(hand, 0) + seconds
    return found


def _hand(mark: Mark, team_id: int) -> str:
    if mark.reason is not None:
        return _WAITS.get(mark.reason, "team")
    return "team" if mark.team in (None, str(team_id)) else "others"
