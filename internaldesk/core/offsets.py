"""Where a time zone's distance from UTC changes, in whole microseconds since 1970: exact, and quick to compare."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def ticks(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant.

    >>> ticks(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (at - _EPOCH) // _TICK


def instant(count: int) -> datetime:
    """The instant, in UTC, of that many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=count)


def pieces(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """`[start, end)`, whole days long, cut where the zone's offset changes: (from, to, offset)."""
    begun, offset = start, _offset(zone, start)
    # Looked at daily: no zone changes its offset to and fro within one day.
    for day in range(start + DAY, end + 1, DAY):
        after = _offset(zone, day)
        if after != offset:
            change = _transition(zone, day - DAY, day)
            yield begun, change, offset
            begun, offset = change, after
    if begun < end:
        yield begun, end, offset


def _transition(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second after `low`, up to `high`, at which the offset is the one of `high`."""
    new = _offset(zone, high)
    while high - low > SECOND:
        middle = (low + high) // 2 // SECOND * SECOND
        low, high = (low, middle) if _offset(zone, middle) == new else (middle, high)
    return high


def _offset(zone: ZoneInfo, count: int) -> int:
    at = instant(count)
    return (at.astimezone(zone).replace(tzinfo=UTC) - at) // _TICK
