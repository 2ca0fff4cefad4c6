"""The due horizon over the queue: what falls due when in the working day, with and without an owner."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from internaldesk.web.plot import Box

HEIGHT, BAND_TOP, BAND_HEIGHT = 52, 6, 30
LANES = (21, 13, 29)
"""Heights of the marks; the second and third are used where marks would cover one another."""
APART = 1.3
"""Per cent of the width that a mark needs for itself."""
MOST_MARKS = 60
NEAR = timedelta(hours=1)
HOUR = timedelta(hours=1)


class Due(NamedTuple):
    """One open request: when its next promise falls due (aware), and whether somebody has it."""

    due_at: datetime
    owned: bool


class Mark(NamedTuple):
    """A request on the axis. `state` is over, soon or ok and decides the shape; hollow when nobody has it."""

    x: float
    y: int
    state: str
    owned: bool


class HourTick(NamedTuple):
    """A full hour on the axis, without words where these would cover others."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Horizon:
    """The strip; x and widths are per cent, heights pixels."""

    height: int
    past: Box
    near: Box
    now: float
    ticks: tuple[HourTick, ...]
    marks: tuple[Mark, ...]
    label: str


class _Axis(NamedTuple):
    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        return round(100 * min(max((at - self.start) / (self.end - self.start), 0.0), 1.0), 2)


def horizon(dues: Iterable[Due], *, start: datetime, end: datetime, now: datetime, zone: tzinfo) -> Horizon:
    """The strip from `start` to `end` of the working day (aware), stretched where `now` lies outside; hours in `zone`.

    What fell due before the axis begins stands at its left end; what falls due after its end is not drawn, nor what
    finds no room: the counts beside the strip are complete.
    """
    axis = _Axis(min(start, now), max(end, now + NEAR))
    drawn = sorted(due for due in dues if due.due_at <= axis.end)
    here, hour = axis.x(now), axis.x(now + NEAR)
    return Horizon(
        height=HEIGHT,
        past=Box(0, here, BAND_TOP, BAND_HEIGHT, "past"),
        near=Box(here, round(hour - here, 2), BAND_TOP, BAND_HEIGHT, "near"),
        now=here,
        ticks=tuple(_ticks(axis, here, zone)),
        marks=tuple(_marks(drawn, axis, now)),
        label=_label(drawn, now),
    )


def state(due_at: datetime, now: datetime) -> str:
    """Past due is over, within the hour is soon, later is ok."""
    if due_at < now:
        return "over"
    return "soon" if due_at <= now + NEAR else "ok"


def _marks(dues: Iterable[Due], axis: _Axis, now: datetime) -> Iterator[Mark]:
    """Marks from left to right, each in the first lane that has room."""
    taken = dict.fromkeys(LANES, -APART)
    drawn = 0
    for due in dues:
        x = min(max(axis.x(due.due_at), APART / 2), 100 - APART / 2)
        lane = next((lane for lane in LANES if x - taken[lane] >= APART), None)
        if lane is not None and drawn < MOST_MARKS:
            taken[lane], drawn = x, drawn + 1
            yield Mark(round(x, 2), lane, state(due.due_at, now), due.owned)


def _ticks(axis: _Axis, here: float, zone: tzinfo) -> Iterator[HourTick]:
    local = axis.start.astimezone(zone)
    at = axis.start + timedelta(minutes=-local.minute % 60, seconds=-local.second, microseconds=-local.microsecond)
    at += HOUR if at < axis.start else timedelta()
    hours = int((axis.end - at) / HOUR) + 1
    every = 1 + hours // 12
    for n in range(hours):
        x = axis.x(at + n * HOUR)
        free = n % every == 0 and abs(x - here) >= 5
        anchor = "start" if x < 2 else "end" if x > 98 else "middle"
        yield HourTick(x, f"{(at + n * HOUR).astimezone(zone):%H:%M}" if free else "", anchor)


def _label(dues: Iterable[Due], now: datetime) -> str:
    states = [state(due.due_at, now) for due in dues]
    over, soon, later = (states.count(name) for name in ("over", "soon", "ok"))
    return (
        f"Timeline of the working day: {over} overdue, {soon} due within the hour, {later} due later. "
        "Filled marks have an owner, hollow marks do not."
    )
