"""Write what the fold of a ticket's log says to its rows: clocks, their segments, and what comes next to the ticket."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from internaldesk.core import sla
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.priority import Priority
from internaldesk.core.sla import Clocks
from internaldesk.db import db
from internaldesk.history import pulse
from internaldesk.models.sla import Clock, ClockNotice, Segment
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.sla import notices
from internaldesk.sla.ledger import Key, Ledger
from internaldesk.sla.notices import Notice

_OVER = frozenset({ClockState.STOPPED, ClockState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Held:
    """Who held the ticket, and how urgent it was, when something was decided."""

    team_id: int
    person_id: int | None
    priority: Priority


def held_now(ticket: Ticket) -> Held:
    """By whom and how urgent it is now."""
    return Held(ticket.team_id, ticket.assignee_id, ticket.priority)


def held_before(ticket: Ticket, known: Ledger) -> Held:
    """By whom and how urgent it was at the end of the log, where the ticket says already what comes next."""
    team_id = int(known.clocks.team or ticket.team_id)
    named = next((event.priority for event in known.named if event.priority), ticket.priority)
    return Held(team_id, ticket.assignee_id if team_id == ticket.team_id else None, Priority(named))


def store(ticket: Ticket, clocks: Clocks, known: Ledger, *, held: Held, now: datetime) -> int:
    """Write the clocks that changed, and what comes next to the ticket; returns how many breaches were new."""
    missed = []
    for row, clock in _changed(ticket, clocks, known):
        missed += [row] if clock.breached and row.breached_at is None else []
        _write(row, clock, clocks, known)
        _decide(row, ticket, held)
        _write_segments(row, clock)
    if missed:
        db.session.flush()
        notices.give([_breach(row, held) for row in missed], now=now)
    aim(ticket, clocks)
    return len(missed)


def aim(ticket: Ticket, clocks: Clocks) -> None:
    """The soonest open promise decides the place in the queue; resting ones sort behind all."""
    pulse.beat(ticket.team_id, ticket.confidentiality)
    due = [(clock.due, clock) for clock in clocks if clock.open and clock.due is not None and clock.team is None]
    ticket.risk_at = min((clock.at_risk_at or NEVER for _, clock in due), default=NEVER) if ticket.is_open else NEVER
    if not ticket.is_open or not due:
        ticket.queue_at, ticket.next_target, ticket.next_seconds = NEVER, None, None
        ticket.next_calendar_version_id = None
        return
    at, clock = min(due, key=lambda pair: pair[0])
    ticket.queue_at, ticket.next_target, ticket.next_seconds = at, clock.target, clock.allowance_seconds
    ticket.next_calendar_version_id = clock.calendar.version if clock.calendar else ticket.next_calendar_version_id


def drop_undone(known: Ledger) -> None:
    """Remove the rows of cycles that the fold knows no more, and what nobody was told yet of misses that are none."""
    alive = {(clock.target, int(clock.team or 0), clock.cycle) for clock in known.clocks}
    for key in known.rows.keys() - alive:
        db.session.delete(known.rows.pop(key))
    kept = [row.id for row in known.rows.values() if row.breached_at is None]
    unsaid = (ClockNotice.kind == notices.BREACHED, ClockNotice.sent_at.is_(None))
    db.session.execute(delete(ClockNotice).where(ClockNotice.clock_id.in_(kept), *unsaid))


def next_warning(at_risk_at: datetime | None, soon_at: datetime | None, *, after: datetime | None) -> datetime | None:
    """The first of a clock's warnings after the last one given."""
    return min((at for at in (at_risk_at, soon_at) if at and (after is None or at > after)), default=None)


def _changed(ticket: Ticket, clocks: Clocks, known: Ledger) -> Iterator[tuple[Clock, sla.Clock]]:
    """The clocks that are not written yet as they are, each with its row."""
    for clock in clocks:
        key = (clock.target, int(clock.team or 0), clock.cycle)
        if known.written.get(key) is not clock:
            yield known.rows.get(key) or _begun(ticket, key, known), clock
            known.written[key] = clock


def _begun(ticket: Ticket, key: Key, known: Ledger) -> Clock:
    row = known.rows[key] = Clock(ticket_id=ticket.id, target=key[0], team_key=key[1], cycle=key[2])
    row.segments = []
    db.session.add(row)
    return row


def _write(row: Clock, clock: sla.Clock, clocks: Clocks, known: Ledger) -> None:
    if row.due_at != clock.due:
        row.warned_at = None  # of another due instant people are warned again
    row.calendar_version_id = _hours(clock, clocks) or row.calendar_version_id or known.first_calendar
    if clock.team is None and (row.policy_version_id is None or (clock.open and not clock.breached)):
        row.policy_version_id = known.version_id
    row.target_seconds, row.state, row.pause_reason = clock.allowance_seconds, clock.state, clock.pause_reason
    row.started_at, row.used_seconds, row.segment_from = clock.started_at, clock.used_seconds, clock.segment_from
    row.due_at, row.at_risk_at, row.soon_at = clock.due, clock.at_risk_at, clock.soon_at
    row.breached_at, row.stopped_at, row.cause = clock.breached_at, clock.stopped_at, clock.cause
    row.cancel_reason, row.waived_at, row.waived_why = clock.cancel_reason, clock.waived_at, clock.waived_why
    warns = clock.running and not clock.breached
    row.warn_at = next_warning(clock.at_risk_at, clock.soon_at, after=row.warned_at) if warns else None


def _hours(clock: sla.Clock, clocks: Clocks) -> int | None:
    """The calendar version it counts on: runs on, will go on with, or ran on last."""
    calendar = clock.calendar or (clock.segments[-1].calendar if clock.segments else None)
    if calendar is None or (clock.open and clock.team in (None, clocks.team)):
        calendar = clock.calendar or clocks.hours_for(clock.target)
    return calendar.version


def _decide(row: Clock, ticket: Ticket, held: Held) -> None:
    """What was in force when the cycle was decided: missed at the breach, met when it stopped, once and for all."""
    row.decided_at = row.breached_at or (row.stopped_at if row.state is ClockState.STOPPED else None)
    if row.decided_at is None and row.state not in _OVER:
        row.decided_priority = row.decided_team_id = row.decided_type_id = None  # reopened: the cycle runs on
    elif row.decided_priority is None:
        row.decided_priority = held.priority
        row.decided_team_id, row.decided_type_id = row.team_key or held.team_id, ticket.request_type_id


def _write_segments(row: Clock, clock: sla.Clock) -> None:
    """The past is only added to, unless it was counted anew: then it is written again from there on."""
    wanted = [(part.calendar.version, part.team, part.start, part.end, part.seconds) for part in clock.segments]
    known = [
        (part.calendar_version_id, part.team_id and str(part.team_id), part.started_at, part.ended_at, part.seconds)
        for part in row.segments
    ]
    same = next((n for n, (old, new) in enumerate(zip(known, wanted, strict=False)) if old != new), len(known))
    same = min(same, len(wanted))
    del row.segments[same:]
    for calendar, team, start, end, seconds in wanted[same:]:
        part = Segment(calendar_version_id=calendar, started_at=start, ended_at=end, seconds=seconds)
        part.team_id = int(team) if team else None
        row.segments.append(part)


def _breach(row: Clock, held: Held) -> Notice:
    assert row.breached_at is not None
    at = row.breached_at
    return Notice(notices.BREACHED, row.id, row.ticket_id, Target(row.target), at, held.team_id, held.person_id)
