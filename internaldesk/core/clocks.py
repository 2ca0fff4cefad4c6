"""One promise clock: it starts, pauses, resumes, stops, and knows the instant at which it will be due."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar


class Target(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    PERIODIC_UPDATE = "periodic_update"
    OLA = "ola"


class ClockState(StrEnum):
    """Where a clock stands; a breach is a fact of its own, not a state."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


RETARGET = "retarget"
"""The cause of a breach that a new, shorter promise brought about."""


class Amounts(NamedTuple):
    """A promise in used business seconds: all of it, from when it is at risk, from when soon up (None: never said)."""

    allowance: int
    risk: int
    soon: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed run of a clock: from, to, the business seconds in between, and what ended it.

    `ended_by` is a pause reason, `stopped`, `cancelled`, or why the hours changed: `calendar`, `policy`, `transferred`,
    or where a correction begins (`corrected`) or ends (`correction_over`).
    """

    calendar: BusinessCalendar
    start: datetime
    end: datetime
    seconds: int
    team: str | None = None
    ended_by: str = "stopped"


@dataclass(frozen=True, slots=True)
class Retarget:
    """The promise changed at `at`, from one number of business seconds to another."""

    at: datetime
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle of one promise, immutable; instants are UTC, amounts are whole business seconds.

    `used_seconds` counts closed segments only; a running clock adds the open time since `segment_from` on `calendar`
    (see `used`). It warns twice: at `risk_seconds` of used time, and at `soon_seconds` where the promise has a second
    warning. `due`, `at_risk_at` and `soon_at` are None while paused, unless the clock is breached already. `team` is
    the owner of an OLA clock; `holder` the team in whose hands the running segment is. A waived breach keeps its
    instant.
    """

    target: Target
    started_at: datetime
    allowance_seconds: int
    risk_seconds: int
    team: str | None = None
    cycle: int = 1
    state: ClockState = ClockState.PAUSED
    used_seconds: int = 0
    segments: tuple[Segment, ...] = ()
    segment_from: datetime | None = None
    calendar: BusinessCalendar | None = None
    holder: str | None = None
    due: datetime | None = None
    at_risk_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    cause: str | None = None
    cancel_reason: str | None = None
    pause_reason: str | None = None
    retargets: tuple[Retarget, ...] = ()
    soon_seconds: int | None = None
    soon_at: datetime | None = None
    waived_at: datetime | None = None
    waived_why: str | None = None

    @property
    def running(self) -> bool:
        """Whether business time is being used."""
        return self.state is ClockState.RUNNING

    @property
    def open(self) -> bool:
        """Whether the clock may still move: running or paused."""
        return self.state is ClockState.RUNNING or self.state is ClockState.PAUSED

    @property
    def breached(self) -> bool:
        """Whether the promise was broken."""
        return self.breached_at is not None

    @property
    def amounts(self) -> Amounts:
        """The promise it is measured against."""
        return Amounts(self.allowance_seconds, self.risk_seconds, self.soon_seconds)


def begun(target: Target, at: datetime, amounts: Amounts, *, team: str | None = None, cycle: int = 1) -> Clock:
    """A new cycle that starts at `at` and does not run yet."""
    return Clock(target, at, amounts.allowance, amounts.risk, team=team, cycle=cycle, soon_seconds=amounts.soon)


def promised(clock: Clock, amounts: Amounts) -> Clock:
    """The clock measured against these amounts, its instants not yet counted anew."""
    return replace(clock, allowance_seconds=amounts.allowance, risk_seconds=amounts.risk, soon_seconds=amounts.soon)


def used(clock: Clock, now: datetime) -> int:
    """Business seconds used until `now`, the running segment included."""
    if not clock.running:
        return clock.used_seconds
    calendar, since = _running(clock)
    return clock.used_seconds + whole_seconds(hours.elapsed(calendar, since, now))


def run(clock: Clock, at: datetime, calendar: BusinessCalendar, holder: str | None) -> Clock:
    """The clock opening a segment at `at`; with nothing left it is due at once, overdrawn it is breached at once."""
    fresh = replace(
        clock,
        state=ClockState.RUNNING,
        segment_from=at,
        calendar=calendar,
        holder=holder,
        pause_reason=None,
        stopped_at=None,
    )
    if clock.breached:
        return fresh
    # Only a promise shortened while nothing ran leaves a clock overdrawn; it was not broken before this instant.
    overdrawn = clock.used_seconds > clock.allowance_seconds
    return replace(
        _aimed(fresh, _ahead),
        breached_at=at if overdrawn else None,
        cause=RETARGET if overdrawn else None,
    )


def pause(clock: Clock, at: datetime, reason: str) -> Clock:
    """The clock at rest; its due instant is gone until it runs again, unless it is breached."""
    rested = replace(_closed(clock, at, reason), state=ClockState.PAUSED, pause_reason=reason)
    return rested if clock.breached else replace(rested, due=None, at_risk_at=None, soon_at=None)


def stop(clock: Clock, at: datetime) -> Clock:
    """The clock decided at `at`."""
    return replace(_closed(clock, at, "stopped"), state=ClockState.STOPPED, stopped_at=at, pause_reason=None)


def cancel(clock: Clock, at: datetime, reason: str) -> Clock:
    """The clock called off; a breach that happened stays."""
    closed = _closed(clock, at, "cancelled")
    return replace(closed, state=ClockState.CANCELLED, cancel_reason=reason, pause_reason=None)


def move(clock: Clock, at: datetime, calendar: BusinessCalendar, holder: str | None, *, why: str) -> Clock:
    """A running clock going on in other hours: the segment so far is closed with the old ones."""
    moved = run(_closed(clock, at, why), at, calendar, holder)
    return moved if moved.breached else aim(moved)  # a warning that came stays where it was


def settle(clock: Clock, now: datetime) -> Clock:
    """The clock with its breach recorded, dated at its due instant, if it ran past it before `now`."""
    if clock.running and clock.breached_at is None and clock.due is not None and clock.due < now:
        return replace(clock, breached_at=clock.due)
    return clock


def retarget(clock: Clock, at: datetime, amounts: Amounts) -> Clock:
    """The same clock under a new promise counted from its start; already used up means breached at `at`."""
    if amounts == clock.amounts:
        return clock
    changed = promised(clock, amounts)
    if amounts.allowance != clock.allowance_seconds:
        told = Retarget(at, clock.allowance_seconds, amounts.allowance)
        changed = replace(changed, retargets=(*clock.retargets, told))
    if not changed.running:
        return changed
    aimed = aim(changed)
    if aimed.due is not None and aimed.due < at and not clock.breached:
        return replace(aimed, breached_at=at, cause=RETARGET)
    return aimed


def waive(clock: Clock, at: datetime, why: str) -> Clock:
    """The clock with its breach waived: shown as that, not undone. One without a breach, or waived, stays as it is."""
    if not clock.breached or clock.waived_at is not None:
        return clock
    return replace(clock, waived_at=at, waived_why=why)


def aim(clock: Clock) -> Clock:
    """A running clock with its due instant and its warnings counted anew over all its segments."""
    return _aimed(clock, reached)


def reached(clock: Clock, seconds: int) -> datetime | None:
    """The earliest instant at which used time equals `seconds`; None when it was not reached and nothing runs.

    Used up exactly where a segment ends, it was reached there only if the clock ran on: through closed hours.
    """
    left = seconds
    for segment in clock.segments:
        if left <= segment.seconds:
            at = hours.add(segment.calendar, segment.start, timedelta(seconds=left))
            if at < segment.end:
                return at
        left -= segment.seconds
    return _ahead(clock, seconds) if clock.running else None


def whole_seconds(amount: timedelta) -> int:
    """A duration as whole seconds."""
    return amount // timedelta(seconds=1)


def second(at: datetime) -> datetime:
    """The instant in UTC, cut to the second: the precision every clock works in."""
    return at.astimezone(UTC).replace(microsecond=0)


def _aimed(clock: Clock, reach: Callable[[Clock, int], datetime | None]) -> Clock:
    soon = clock.soon_seconds
    return replace(
        clock,
        due=reach(clock, clock.allowance_seconds),
        at_risk_at=reach(clock, clock.risk_seconds),
        soon_at=None if soon is None else reach(clock, soon),
    )


def _closed(clock: Clock, at: datetime, ended_by: str) -> Clock:
    if not clock.running:
        return clock
    calendar, since = _running(clock)
    seconds = whole_seconds(hours.elapsed(calendar, since, at))
    segment = Segment(calendar, since, at, seconds, clock.holder, ended_by)
    return replace(
        clock,
        used_seconds=clock.used_seconds + seconds,
        segments=(*clock.segments, segment),
        segment_from=None,
        calendar=None,
        holder=None,
    )


def _running(clock: Clock) -> tuple[BusinessCalendar, datetime]:
    assert clock.calendar is not None  # a running clock always has both
    assert clock.segment_from is not None
    return clock.calendar, clock.segment_from


def _ahead(clock: Clock, seconds: int) -> datetime:
    """When the running segment brings the used time to `seconds`; its start when that is behind already."""
    calendar, since = _running(clock)
    return hours.add(calendar, since, timedelta(seconds=max(0, seconds - clock.used_seconds)))
