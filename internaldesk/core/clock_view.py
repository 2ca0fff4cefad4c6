"""What a clock says at one instant: its shown state, what is left, and what it will do next by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from internaldesk.core import clocks as clock_verbs
from internaldesk.core.clocks import Clock, ClockState


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
