"""Part of a clock's past counted anew on other hours, and the clock decided anew by what that makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from internaldesk.core import clocks as clock_verbs
from internaldesk.core import hours
from internaldesk.core.clocks import RETARGET, Clock, ClockState, Retarget
from internaldesk.core.hours import BusinessCalendar

Piece = tuple[BusinessCalendar, datetime, datetime | None]
"""Hours, from, to; an end of None goes on."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is counted anew: from `start` to `end` on `calendar`, where it was counted on a version in `replaces`.

    No version named means on whichever.
    """

    start: datetime
    end: datetime
    calendar: BusinessCalendar
    replaces: frozenset[int] = frozenset()

    def cut(self, cal: BusinessCalendar, start: datetime, end: datetime | None) -> list[Piece]:
        """That run in up to three pieces, the one inside the period on the corrected hours; whole where they agree."""
        a, b = max(start, self.start), self.end if end is None else min(end, self.end)
        if a >= b or not self._renews(cal, a, b):
            return [(cal, start, end)]
        pieces: list[Piece] = [(cal, start, a), (self.calendar, a, b), (cal, b, end)]
        return [piece for piece in pieces if piece[1] != piece[2]]

    def _renews(self, cal: BusinessCalendar, start: datetime, end: datetime) -> bool:
        if self.replaces and cal.version not in self.replaces:
            return False
        return list(hours.spans(cal, start, end)) != list(hours.spans(self.calendar, start, end))


@dataclass(frozen=True, slots=True)
class _Run:
    calendar: BusinessCalendar
    start: datetime
    end: datetime | None
    team: str | None
    ended_by: str


def recounted(clock: Clock, period: Period, at: datetime) -> Clock:
    """The clock as it would stand at `at`, had the period always been counted so; the same one if nothing moves.

    Nothing else lifts a breach. One that a new promise brought about stays, and so does one that was waived.
    """
    runs = list(_runs(clock))
    pieces = [piece for run in runs for piece in _cut(run, period)]
    if clock.state is ClockState.CANCELLED or pieces == runs:
        return clock
    lived = _lived(clock, pieces, at)
    if clock.waived_at is None and clock.cause != RETARGET:
        return lived
    due = lived.due or clock_verbs.reached(lived, lived.allowance_seconds) or clock.due
    return replace(lived, due=due, breached_at=clock.breached_at, cause=clock.cause)


def _runs(clock: Clock) -> Iterator[_Run]:
    for part in clock.segments:
        yield _Run(part.calendar, part.start, part.end, part.team, part.ended_by)
    if clock.calendar is not None and clock.segment_from is not None:
        yield _Run(clock.calendar, clock.segment_from, None, clock.holder, "")


def _cut(run: _Run, period: Period) -> list[_Run]:
    pieces = [
        _Run(cal, a, b, run.team, "corrected" if b == period.start else "correction_over")
        for cal, a, b in period.cut(run.calendar, run.start, run.end)
    ]
    return [*pieces[:-1], replace(pieces[-1], ended_by=run.ended_by)]


def _lived(clock: Clock, runs: list[_Run], at: datetime) -> Clock:
    """The clock's life once more, through these runs and the promises it was given meanwhile, by the usual rules."""
    promises = list(clock.retargets)
    life = _newborn(clock)
    for run in runs:
        life = _going(_promised(life, promises, run.start), run)
        if run.end is None:
            break
        life = clock_verbs.settle(_promised(life, promises, run.end), run.end)
        life = _rested(life, run.end, run.ended_by, last=run is runs[-1] and clock.state is ClockState.STOPPED)
    life = clock_verbs.settle(_promised(life, promises, at), at)
    return replace(life, state=clock.state, stopped_at=clock.stopped_at, pause_reason=clock.pause_reason)


def _newborn(clock: Clock) -> Clock:
    first = clock.retargets[0].before if clock.retargets else clock.allowance_seconds
    fresh = clock_verbs.begun(clock.target, clock.started_at, clock.amounts._replace(allowance=first))
    kept = {name: getattr(clock, name) for name in ("team", "cycle", "waived_at", "waived_why")}
    return replace(fresh, **kept)


def _promised(life: Clock, promises: list[Retarget], until: datetime) -> Clock:
    """The life under the promises given up to that instant, which are taken from the list."""
    while promises and promises[0].at <= until:
        told = promises.pop(0)
        life = clock_verbs.settle(life, told.at)
        life = clock_verbs.retarget(life, told.at, life.amounts._replace(allowance=told.after))
    return life


def _going(life: Clock, run: _Run) -> Clock:
    """The life in its next run; a warning that came stays where it was if there is no rest in between."""
    at_once = bool(life.segments) and life.segments[-1].end == run.start and not life.breached
    life = clock_verbs.run(life, run.start, run.calendar, run.team)
    return clock_verbs.aim(life) if at_once else life


def _rested(life: Clock, at: datetime, why: str, *, last: bool) -> Clock:
    """The life between two runs; one that ended by stopping keeps its due instant."""
    if last and why == "stopped":
        return clock_verbs.stop(life, at)
    return clock_verbs.pause(life, at, why)
