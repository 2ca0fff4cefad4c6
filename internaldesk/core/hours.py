"""Business time: real time that passes while a calendar is open, exact to the second in any zone."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo

from internaldesk.core import hours_text as text
from internaldesk.core import offsets
from internaldesk.core.hours_text import DAYS, BadCalendar, Window
from internaldesk.core.offsets import DAY, MINUTE, instant, ticks

__all__ = [
    "DAYS", "BadCalendar", "BusinessCalendar", "NeverOpen",
    "add", "closing", "elapsed", "is_open", "local", "next_open", "spans",
]  # fmt: skip

_BLOCK = 32 * DAY
_LAST_BLOCK = ticks(datetime(9999, 12, 1, tzinfo=UTC)) // _BLOCK - 1
_KEPT_BLOCKS = 256  # about 22 years of a calendar
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class NeverOpen(ValueError):
    """The calendar has no opening from the asked instant on; the message is a sentence fit to show."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The open spans of 32 days, with the open time before each: sums are looked up, not walked."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]  # open time of this block before span i
    after: tuple[int, ...]  # and up to its end
    total: int

    def used(self, at: int) -> int:
        """Open time of this block before `at`."""
        i = bisect_right(self.ends, at)
        return self.total if i == len(self.ends) else self.before[i] + max(0, at - self.starts[i])

    def reach(self, amount: int) -> int:
        """Earliest instant at which this block has given `amount`, which must be in (0, total]."""
        i = bisect_left(self.after, amount)
        return self.starts[i] + amount - self.before[i]


@dataclass(frozen=True)
class BusinessCalendar:
    """Opening hours in one zone: windows per weekday, closures and special openings by local date.

    An instant is open when a wall clock in the zone shows a time inside a window and inside no closure. `version` is
    the number under which the desk stores these hours, if it does.

    >>> cal = BusinessCalendar.parse({"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "17:00"]]}})
    >>> add(cal, datetime(2025, 6, 2, 7, tzinfo=UTC), timedelta(hours=8)).isoformat()
    '2025-06-02T15:00:00+00:00'
    """

    zone: ZoneInfo
    hours: tuple[tuple[Window, ...], ...]
    closures: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    openings: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    version: int | None = None
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, mapping: Mapping[str, object], *, version: int | None = None) -> Self:
        """The calendar of `{"timezone", "hours", "holidays", "openings"}`; raises BadCalendar with a sentence.

        Hours without any window are accepted: they never open, and `add` says so.
        """
        if not isinstance(mapping, Mapping):
            raise BadCalendar("A calendar needs a time zone and hours.")
        return cls(
            zone=text.zone(mapping.get("timezone")),
            hours=text.week(mapping.get("hours")),
            closures=text.closures(mapping.get("holidays") or ()),
            openings=text.openings(mapping.get("openings") or ()),
            version=version,
        )

    def to_dict(self) -> dict[str, object]:
        """What `parse` reads, without the version; `parse(cal.to_dict(), version=cal.version) == cal`."""
        whole = (0, text.DAY_MINUTES)
        result: dict[str, object] = {
            "timezone": self.zone.key,
            "hours": {name: _pairs(found) for name, found in zip(DAYS, self.hours, strict=True) if found},
            "holidays": [
                on.isoformat() if part == whole else {"date": on.isoformat(), **_part(part)}
                for on, parts in self.closures.items()
                for part in parts
            ],
        }
        if self.openings:
            result["openings"] = [{"date": on.isoformat(), "hours": _pairs(w)} for on, w in self.openings.items()]
        return result

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.zone.key, self.hours, self.version, tuple(self.closures.items())))

    @cached_property
    def _final_block(self) -> int:
        """The last block that can hold an opening."""
        if any(self.hours):
            return _LAST_BLOCK
        if not self.openings:
            return -_LAST_BLOCK
        return min(_LAST_BLOCK, (max(self.openings).toordinal() + 3 - _EPOCH_DAY) * DAY // _BLOCK)

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) >= _KEPT_BLOCKS:
                self._blocks.clear()
            block = self._blocks[number] = self._build(number * _BLOCK)
        return block

    def _build(self, start: int) -> _Block:
        starts: list[int] = []
        ends: list[int] = []
        pieces = offsets.pieces(self.zone, start, start + _BLOCK)
        for a, b in (span for piece in pieces for span in self._mapped(*piece)):
            if ends and a <= ends[-1]:
                ends[-1] = b
            else:
                starts.append(a)
                ends.append(b)
        before = [0]
        for a, b in zip(starts, ends, strict=True):
            before.append(before[-1] + b - a)
        return _Block(tuple(starts), tuple(ends), tuple(before[:-1]), tuple(before[1:]), before[-1])

    def _mapped(self, start: int, end: int, offset: int) -> Iterator[tuple[int, int]]:
        """Open spans in `[start, end)`, throughout which local time is UTC plus `offset`."""
        for number in range((start + offset) // DAY, (end + offset - 1) // DAY + 1):
            midnight = number * DAY - offset
            for first, last in self._civil(number):
                a, b = max(start, midnight + first * MINUTE), min(end, midnight + last * MINUTE)
                if a < b:
                    yield a, b

    def _civil(self, number: int) -> list[Window]:
        """Open minutes of one local date: its own windows, the tail of the night before, minus its closures."""
        today = date.fromordinal(number + _EPOCH_DAY)
        tail = [(0, b - text.DAY_MINUTES) for _, b in self._windows(number - 1) if b > text.DAY_MINUTES]
        own = [(a, min(b, text.DAY_MINUTES)) for a, b in self._windows(number)]
        shut = self.closures.get(today)
        merged = _merged(tail + own)
        return _without(merged, shut) if shut else merged

    def _windows(self, number: int) -> tuple[Window, ...]:
        on = date.fromordinal(number + _EPOCH_DAY)
        replaced = self.openings.get(on) if self.openings else None
        return self.hours[on.weekday()] if replaced is None else replaced


def is_open(cal: BusinessCalendar, at: datetime) -> bool:
    """Whether the calendar is open at that instant; a window's end is closed."""
    t = ticks(at)
    block = cal._block(t // _BLOCK)
    i = bisect_right(block.ends, t)
    return i < len(block.ends) and block.starts[i] <= t


def next_open(cal: BusinessCalendar, at: datetime) -> datetime:
    """The earliest open instant at or after `at`; raises NeverOpen."""
    if is_open(cal, at):
        return at.astimezone(UTC)
    t = ticks(at)
    for number in range(t // _BLOCK, cal._final_block + 1):
        block = cal._block(number)
        i = bisect_left(block.starts, t)
        if i < len(block.starts):
            return instant(block.starts[i])
    raise _never(cal)


def closing(cal: BusinessCalendar, at: datetime) -> datetime | None:
    """The end of the open span around `at`; None when closed then, or when it does not close within a year."""
    if not is_open(cal, at):
        return None
    end = next(iter(spans(cal, at, at + timedelta(days=366))))[1]
    return end if end < at + timedelta(days=366) else None


def spans(cal: BusinessCalendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open spans within `[start, end)`, in order, touching ones joined."""
    begun: int | None = None
    until = 0
    for a, b in _clipped(cal, ticks(start), ticks(end)):
        if begun is not None and a > until:
            yield instant(begun), instant(until)
            begun = None
        begun, until = a if begun is None else begun, b
    if begun is not None:
        yield instant(begun), instant(until)


def elapsed(cal: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """Open time in `[start, end)`; zero when `end` is not after `start`.

    >>> cal = BusinessCalendar.parse({"timezone": "UTC", "hours": {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}})
    >>> elapsed(cal, datetime(2025, 6, 2, 11, tzinfo=UTC), datetime(2025, 6, 3, tzinfo=UTC))
    datetime.timedelta(seconds=18000)
    """
    a, b = ticks(start), ticks(end)
    if b <= a:
        return timedelta(0)
    first, last = a // _BLOCK, b // _BLOCK
    total = cal._block(last).used(b) - cal._block(first).used(a)
    for number in range(first, last):
        total += cal._block(number).total
    return timedelta(microseconds=total)


def add(cal: BusinessCalendar, start: datetime, amount: timedelta) -> datetime:
    """The earliest instant, in UTC, with that much open time since `start`; `start` itself for nothing.

    Raises NeverOpen when the calendar ends before, ValueError for a negative amount.
    """
    wanted = amount // timedelta(microseconds=1)
    if wanted < 0:
        raise ValueError("Business time cannot be added backwards.")
    if wanted == 0:
        return start.astimezone(UTC)
    t = ticks(start)
    number = t // _BLOCK
    wanted += cal._block(number).used(t)
    while wanted > (total := cal._block(number).total):
        wanted -= total
        number += 1
        if number > cal._final_block:
            raise _never(cal)
    return instant(cal._block(number).reach(wanted))


def local(cal: BusinessCalendar, at: datetime) -> datetime:
    """The same instant on a wall clock in the calendar's zone, for display."""
    return at.astimezone(cal.zone)


def _never(cal: BusinessCalendar) -> NeverOpen:
    what = "has no opening hours" if not any(cal.hours) else "does not open often enough"
    return NeverOpen(f"This calendar ({cal.zone.key}) {what}.")


def _clipped(cal: BusinessCalendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    for number in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
        block = cal._block(number)
        for a, b in zip(block.starts, block.ends, strict=True):
            first, last = max(a, start), min(b, end)
            if first < last:
                yield first, last


def _merged(windows: list[Window]) -> list[Window]:
    result: list[Window] = []
    for a, b in sorted(windows):
        if result and a <= result[-1][1]:
            result[-1] = (result[-1][0], max(b, result[-1][1]))
        else:
            result.append((a, b))
    return result


def _without(windows: list[Window], closures: tuple[Window, ...]) -> list[Window]:
    for shut, reopen in closures:
        parts = [((a, min(b, shut)), (max(a, reopen), b)) for a, b in windows]
        windows = [(a, b) for pair in parts for a, b in pair if a < b]
    return windows


def _part(window: Window) -> dict[str, str]:
    return {"from": text.clock_time(window[0]), "to": text.clock_time(window[1])}


def _pairs(windows: tuple[Window, ...]) -> list[list[str]]:
    return [list(_part(window).values()) for window in windows]
