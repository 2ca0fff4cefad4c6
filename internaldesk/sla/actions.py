"""Keep the clocks of a ticket: append what happened, fold the log, store the result and the next due instant."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select

from internaldesk.core import sla
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.sla import Clocks, Event, Kind
from internaldesk.db import db, unit_of_work
from internaldesk.history import actions as history
from internaldesk.models.people import Team
from internaldesk.models.sla import Clock, ClockEvent, ClockNotice, PolicyVersion, Segment
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.sla import ledger, queries
from internaldesk.sla.ledger import Ledger

log = structlog.get_logger(__name__)
_DECIDED = frozenset({ClockState.STOPPED, ClockState.CANCELLED})
PROMISED = {
    Target.FIRST_RESPONSE: "the first reply",
    Target.NEXT_RESPONSE: "the next reply",
    Target.RESOLUTION: "the solution",
    Target.PERIODIC_UPDATE: "a word in between",
    Target.OLA: "the team's own part",
}


def start(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Start the promises of a new ticket by the policy in force for its type and priority."""
    version = _promised(ticket, now=now)
    calendar_id = version.calendar_id if version else _team(ticket).calendar_id
    _append(
        ticket,
        Kind.CREATED,
        by=by,
        now=now,
        new=True,
        channel=ticket.channel,
        team=str(ticket.team_id),
        policy=queries.minutes(version, ticket.priority) if version else {},
        policy_version=version.id if version else None,
        calendar=queries.current_version(calendar_id, now=now),
        team_calendar=queries.current_version(_team(ticket).calendar_id, now=now),
    )


def tell(ticket: Ticket, kind: Kind, *, by: Actor | None, now: datetime, **facts: Any) -> None:
    """Tell the clocks what happened; they start, pause, resume or stop as the rules say."""
    _append(ticket, kind, by=by, now=now, **facts)


def reprioritise(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Measure the same clocks against the promise of the new priority, counted from the start."""
    version = _promised(ticket, now=now)
    policy = queries.minutes(version, ticket.priority) if version else {}
    number = version.id if version else None
    _append(ticket, Kind.PRIORITY_CHANGED, by=by, now=now, policy=policy, policy_version=number)
    if version:
        calendar = queries.current_version(version.calendar_id, now=now)
        _append(ticket, Kind.CALENDAR_CHANGED, by=by, now=now, calendar=calendar)


def hand_over(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Another team holds it: promises run on, and from here on its hours are those of the team's own clock."""
    calendar = queries.current_version(_team(ticket).calendar_id, now=now)
    _append(ticket, Kind.TRANSFERRED, by=by, now=now, team=str(ticket.team_id), team_calendar=calendar)


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Record what came due: dates that ended a wait, and missed promises at their due instant; returns how many.

    Each ticket is its own unit of work, locked and looked at again, so any number of sweeps may run side by side.
    """
    wakeful = queries.wakeful(now=now, limit=limit)
    late = queries.due_clocks(now=now, limit=limit)
    return sum(_swept(ticket_id, now=now) for ticket_id in dict.fromkeys([*wakeful, *late]))


def _swept(ticket_id: int, *, now: datetime) -> int:
    """One ticket of the sweep; one that breaks is written down and left, so that the others are not late as well."""
    try:
        with unit_of_work():
            query = select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True)
            ticket = db.session.scalars(query).first()
            return settle(ticket, now=now) if ticket else 0
    except Exception:
        log.exception("sweep_failed", ticket=ticket_id)
        return 0


def settle(ticket: Ticket, *, now: datetime) -> int:
    """Bring a ticket's clocks up to `now`; returns how many breaches were new."""
    known = ledger.of(ticket.id)
    settled = sla.settle(known.clocks, now)
    if ticket.status is Status.WAITING and ticket.status_until is not None and ticket.status_until <= now:
        ticket.status, ticket.status_reason, ticket.status_until = Status.PROGRESS, "", None
        ticket.version += 1
        history.record(ticket.id, Happening.RESUMED, by=None, at=now)
    return _store(ticket, settled, known, now=now)


def _append(ticket: Ticket, kind: Kind, *, by: Actor | None, now: datetime, new: bool = False, **facts: Any) -> None:
    """Append one event to the log and store what the fold of the whole log says."""
    known = ledger.begin(ticket.id) if new else ledger.of(ticket.id)
    event = Event(at=now, kind=kind, seq=len(known.log) + 1, by=_role(ticket, by), **facts)
    payload = {k: v for k, v in event.to_dict().items() if k not in ("at", "type", "seq")}
    row = ClockEvent(ticket_id=ticket.id, seq=event.seq or 1, at=now, kind=kind.value, payload=payload)
    row.actor_id = by.id if by else None
    db.session.add(row)
    known.append(event)
    _store(ticket, known.clocks, known, now=now)


def _role(ticket: Ticket, by: Actor | None) -> str | None:
    if by is None:
        return None
    return "requester" if by.id in (ticket.requester_id, ticket.for_person_id) else "agent"


def _store(ticket: Ticket, clocks: Clocks, known: Ledger, *, now: datetime) -> int:
    """Write the fold's result to the rows, and the next promise to the ticket."""
    breaches = 0
    for clock in clocks:
        key = (clock.target, int(clock.team or 0), clock.cycle)
        if known.written.get(key) is clock:
            continue
        row = known.rows.get(key)
        if row is None:
            row = Clock(ticket_id=ticket.id, target=key[0], team_key=key[1], cycle=key[2])
            row.segments = []
            db.session.add(row)
            known.rows[key] = row
        breaches += _write(row, clock, ticket, known, now=now)
        known.written[key] = clock
    _aim(ticket, clocks)
    return breaches


def _write(row: Clock, clock: sla.Clock, ticket: Ticket, known: Ledger, *, now: datetime) -> int:
    newly_breached = clock.breached_at is not None and row.breached_at is None
    calendar = clock.calendar or (clock.segments[-1].calendar if clock.segments else None)
    if calendar is not None and calendar.version is not None:
        row.calendar_version_id = calendar.version
    elif not row.calendar_version_id:
        row.calendar_version_id = known.first_calendar
    if known.version and row.policy_version_id is None:
        row.policy_version_id = known.version.id
    row.target_seconds, row.state, row.pause_reason = clock.allowance_seconds, clock.state, clock.pause_reason
    row.started_at, row.used_seconds, row.segment_from = clock.started_at, clock.used_seconds, clock.segment_from
    row.due_at, row.at_risk_at = clock.due, clock.at_risk_at
    row.breached_at, row.stopped_at, row.cause = clock.breached_at, clock.stopped_at, clock.cause
    row.cancel_reason = clock.cancel_reason
    _decide(row, ticket, newly_breached=newly_breached)
    _write_segments(row, clock)
    if newly_breached and clock.breached_at is not None:
        _note_breach(row, ticket, clock.breached_at, now=now)
    return int(newly_breached)


def _decide(row: Clock, ticket: Ticket, *, newly_breached: bool) -> None:
    """What was in force when the cycle was decided: missed at the breach, met when it stopped, once and for all."""
    decided = newly_breached or (row.state in _DECIDED and row.breached_at is None)
    if row.state not in _DECIDED and row.breached_at is None:
        row.decided_at = None  # reopened: the cycle runs on
    elif decided and row.decided_at is None:
        row.decided_at = row.breached_at or row.stopped_at
        row.decided_priority = ticket.priority
        row.decided_team_id, row.decided_type_id = ticket.team_id, ticket.request_type_id


def _write_segments(row: Clock, clock: sla.Clock) -> None:
    known = len(row.segments)
    for part in clock.segments[known:]:
        row.segments.append(
            Segment(
                calendar_version_id=part.calendar.version or row.calendar_version_id,
                team_id=int(part.team) if part.team else None,
                started_at=part.start,
                ended_at=part.end,
                seconds=part.seconds,
            )
        )


def _note_breach(row: Clock, ticket: Ticket, at: datetime, *, now: datetime) -> None:
    db.session.flush()
    notice = ClockNotice(clock_id=row.id, kind="breached", due_at=at, at=now, ticket_id=ticket.id)
    notice.team_id, notice.person_id = ticket.team_id, ticket.assignee_id
    db.session.add(notice)
    history.record(ticket.id, Happening.BREACHED, by=None, at=now, words=PROMISED[row.target], due=at.isoformat())


def _aim(ticket: Ticket, clocks: Clocks) -> None:
    """The soonest open promise decides the place in the queue; resting ones sort behind all."""
    due = [(clock.due, clock) for clock in clocks if clock.open and clock.due is not None and clock.team is None]
    ticket.risk_at = min((clock.at_risk_at or NEVER for _, clock in due), default=NEVER) if ticket.is_open else NEVER
    if not ticket.is_open or not due:
        ticket.queue_at, ticket.next_target, ticket.next_seconds = NEVER, None, None
        ticket.next_calendar_version_id = None
        return
    at, clock = min(due, key=lambda pair: pair[0])
    ticket.queue_at, ticket.next_target, ticket.next_seconds = at, clock.target, clock.allowance_seconds
    ticket.next_calendar_version_id = clock.calendar.version if clock.calendar else ticket.next_calendar_version_id


def _promised(ticket: Ticket, *, now: datetime) -> PolicyVersion | None:
    """The service's own promise: internal routing cannot change what the requester was told."""
    return queries.policy_for(ticket.request_type.team_id, queries.asked_by(ticket), now=now)


def _team(ticket: Ticket) -> Team:
    team = db.session.get(Team, ticket.team_id)
    assert team is not None
    return team
