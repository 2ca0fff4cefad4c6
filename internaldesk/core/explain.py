"""What a clock says to people: its shown state, what is left, and how every minute came about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from internaldesk.core import clocks as clock_verbs
from internaldesk.core import hours
from internaldesk.core.clocks import Clock, ClockState, Segment
from internaldesk.core.hours import BusinessCalendar


class Shown(StrEnum):
    """The state people see; overdue wins over paused, so pausing hides nothing, and waived over overdue and missed."""

    OK = "ok"
    AT_RISK = "at risk"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    WAIVED = "waived"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock at one instant; `remaining_seconds` may be negative, `percent` of the promise used is floored.

    `reason` is why it is paused, was cancelled or was waived.
    """

    shown: Shown
    reason: str | None
    used_seconds: int
    remaining_seconds: int
    percent: int
    due: datetime | None
    at_risk_at: datetime | None
    soon_at: datetime | None
    breached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: `kind` is `ran`, `paused`, `retarget`, `breached`, `stopped` or `cancelled`."""

    kind: str
    start: datetime
    end: datetime | None
    seconds: int
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a clock does by itself: `at_risk`, `soon` or `breach`, and the instant at which it does."""

    kind: str
    at: datetime


def view(clock: Clock, now: datetime) -> ClockView:
    """The clock as shown at `now`, whether or not the sweep has been there."""
    clock = clock_verbs.settle(clock, now)
    spent = clock_verbs.used(clock, now)
    shown = _shown(clock, now)
    return ClockView(
        shown=shown,
        reason=clock.waived_why if shown is Shown.WAIVED else clock.cancel_reason or clock.pause_reason,
        used_seconds=spent,
        remaining_seconds=clock.allowance_seconds - spent,
        percent=spent * 100 // clock.allowance_seconds if clock.allowance_seconds else 100,
        due=clock.due,
        at_risk_at=clock.at_risk_at,
        soon_at=clock.soon_at,
        breached_at=clock.breached_at,
    )


def steps(clock: Clock) -> tuple[Step, ...]:
    """What lies ahead of a running, unbreached clock, in order: its warnings and the breach; each may have come."""
    if not clock.running or clock.breached:
        return ()
    known = (("at_risk", clock.at_risk_at), ("soon", clock.soon_at), ("breach", clock.due))
    return tuple(sorted((Step(kind, at) for kind, at in known if at is not None), key=lambda step: step.at))


def next_step(clock: Clock, now: datetime) -> Step | None:
    """The last step that has come by `now`, or None: a warning at its instant, the breach once `now` is past due."""
    come = [step for step in steps(clock) if step.at < now or (step.at == now and step.kind != "breach")]
    return come[-1] if come else None


def explain(clock: Clock, now: datetime) -> list[Line]:
    """Every open span the clock ran in, every pause, new promise and verdict, in the order they happened."""
    clock = clock_verbs.settle(clock, now)
    lines = [*_runs(clock, now), *_rests(clock, now), *_retargets(clock), *_verdicts(clock)]
    return sorted(lines, key=lambda line: line.start)


def spoken(seconds: int) -> str:
    """A number of seconds in hours, minutes and seconds.

    >>> spoken(28800), spoken(5400), spoken(61), spoken(0)
    ('8 h', '1 h 30 min', '1 min 1 s', '0 min')
    """
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [f"{n} {unit}" for n, unit in ((hour, "h"), (minute, "min"), (second, "s")) if n]
    return " ".join(parts) or "0 min"


def _shown(clock: Clock, now: datetime) -> Shown:
    if clock.state is ClockState.CANCELLED:
        return Shown.CANCELLED
    if clock.waived_at is not None:
        return Shown.WAIVED
    if clock.state is ClockState.STOPPED:
        return Shown.MISSED if clock.breached else Shown.MET
    if clock.breached:
        return Shown.OVERDUE
    if clock.state is ClockState.PAUSED:
        return Shown.PAUSED
    return Shown.AT_RISK if clock.at_risk_at is not None and clock.at_risk_at <= now else Shown.OK


def _segments(clock: Clock, now: datetime) -> list[Segment]:
    if clock.calendar is None or clock.segment_from is None:
        return list(clock.segments)
    until = max(now, clock.segment_from)
    return [*clock.segments, Segment(clock.calendar, clock.segment_from, until, 0, clock.holder, "")]


def _runs(clock: Clock, now: datetime) -> Iterator[Line]:
    for segment in _segments(clock, now):
        for start, end in hours.spans(segment.calendar, segment.start, segment.end):
            spent = clock_verbs.whole_seconds(end - start)
            yield Line("ran", start, end, spent, f"{_span(segment.calendar, start, end)}: {spoken(spent)}")


def _rests(clock: Clock, now: datetime) -> Iterable[Line]:
    found = _segments(clock, now)
    for before, after in pairwise(found):
        if before.end < after.start:
            yield _rest(before, after.start)
    if clock.state is ClockState.PAUSED:
        since = found[-1].end if found else clock.started_at
        yield Line("paused", since, None, 0, f"Paused: {clock.pause_reason}")


def _rest(before: Segment, end: datetime) -> Line:
    why = "Solved, then reopened" if before.ended_by == "stopped" else f"Paused: {before.ended_by}"
    return Line("paused", before.end, end, 0, f"{why}, {_span(before.calendar, before.end, end)}")


def _retargets(clock: Clock) -> Iterable[Line]:
    for change in clock.retargets:
        text = f"New promise: {spoken(change.after)} instead of {spoken(change.before)}"
        yield Line("retarget", change.at, None, 0, text)


def _verdicts(clock: Clock) -> Iterable[Line]:
    if clock.breached_at is not None:
        promised = _promised(clock, clock.breached_at)
        yield Line("breached", clock.breached_at, None, 0, f"The promise of {spoken(promised)} was missed")
    if clock.stopped_at is not None:
        yield Line("stopped", clock.stopped_at, None, 0, f"Done after {spoken(clock.used_seconds)}")
    if clock.cancel_reason is not None and clock.segments:
        yield Line("cancelled", clock.segments[-1].end, None, 0, f"Called off: {clock.cancel_reason}")


def _promised(clock: Clock, at: datetime) -> int:
    """The promise in force at `at`: the one before the first change that came later."""
    later = [change.before for change in clock.retargets if change.at > at]
    return later[0] if later else clock.allowance_seconds


def _span(cal: BusinessCalendar, start: datetime, end: datetime) -> str:
    """`Mon 2 Jun 09:00-17:00 Berlin`, on the calendar's wall clock; the day is repeated when it changes."""
    a, b = hours.local(cal, start), hours.local(cal, end)
    until = b.strftime("%H:%M") if a.date() == b.date() else _day(b)
    return f"{_day(a)}-{until} {cal.zone.key.rpartition('/')[2].replace('_', ' ')}"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %H:%M}"
