"""The promises of a request as pills: first reply, next reply and solve are always named, each with its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from internaldesk.core import hours
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.wording import Pill
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.web import filters, promises

LABELS = {
    Target.FIRST_RESPONSE: "First reply",
    Target.NEXT_RESPONSE: "Next reply",
    Target.RESOLUTION: "Solve",
    Target.PERIODIC_UPDATE: "Word in between",
}
_ALWAYS = (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION)
_LOOKS = {"met": "is-met", "soon": "is-now", "over": "is-over", "missed": "is-over"}


@dataclass(frozen=True, slots=True)
class Promise:
    """One of the promises on the page."""

    label: str
    pill: Pill
    look: str
    owes_reply: bool = False
    """Whether the requester's side had the last word, and an answer to it is promised."""


def promised(ticket: Ticket, clocks: Iterable[Clock], *, now: datetime) -> list[Promise]:
    """The latest cycle of each promise, `clocks` in the order they started; a word in between only where promised."""
    latest = {clock.target: clock for clock in clocks if clock.target in LABELS}
    shown = [target for target in LABELS if target in latest or target in _ALWAYS]
    pills = {target: _pill(latest[target], ticket, now) if target in latest else _idle(target) for target in shown}
    return [
        Promise(LABELS[target], pill, _LOOKS.get(pill.state, "is-ok"), _owes_reply(latest.get(target)))
        for target, pill in pills.items()
    ]


def _owes_reply(clock: Clock | None) -> bool:
    if clock is None or clock.target is not Target.NEXT_RESPONSE:
        return False
    return clock.state in (ClockState.RUNNING, ClockState.PAUSED)


def _pill(clock: Clock, ticket: Ticket, now: datetime) -> Pill:
    if clock.waived_at is not None:
        return promises.waived()
    match clock.state:
        case ClockState.CANCELLED:
            return promises.cancelled()
        case ClockState.STOPPED if clock.stopped_at is not None:
            return promises.missed(clock.stopped_at) if clock.breached_at else promises.met(clock.stopped_at)
        case ClockState.PAUSED if clock.breached_at is None:
            return promises.paused(_waiting_words(ticket, clock.pause_reason))
        case _:
            assert clock.due_at is not None
            return promises.running(clock.due_at, share=_share(clock, now), risk_at=clock.at_risk_at)


def _idle(target: Target) -> Pill:
    """A promise that nothing has started, which is named all the same."""
    return promises.paused("no question open" if target is Target.NEXT_RESPONSE else "not promised")


def _share(clock: Clock, now: datetime) -> int:
    used = clock.used_seconds
    if clock.segment_from is not None:
        calendar = sla.calendars([clock.calendar_version_id])[clock.calendar_version_id]
        used += int(hours.elapsed(calendar, clock.segment_from, now).total_seconds())
    return min(100, used * 100 // clock.target_seconds)


def _waiting_words(ticket: Ticket, reason: str | None) -> str:
    if reason == "scheduled" and ticket.status_until:
        return f"Until {filters.at(ticket.status_until)}"
    first_name = ticket.requester.name.split()[0]
    return {"requester": f"Waiting: {first_name}", "approval": "Approval", "vendor": "Supplier"}.get(
        reason or "", "Waiting"
    )
