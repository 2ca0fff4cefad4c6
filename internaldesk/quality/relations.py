"""The rows that lists are made of, as SQL: promises decided, ratings, open stretches.

Each begins with `key`, `ticket_id`, `place_id`, `team_id`, `type_id`. The lists behind the numbers of a report and the
files of these lists read them and nothing else; the numbers come from kept facts, and tests hold the two together.
Every row is joined with its ticket and passes `Scope.holds`, and through it `visible_tickets`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, cast, func, null, select, union_all
from sqlalchemy.orm import aliased

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.db import UTCDateTime
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.quality.scope import Scope
from internaldesk.tickets.worklist import OPEN

PROMISES = (Target.FIRST_RESPONSE, Target.RESOLUTION)
_PRIORITY = func.coalesce(Clock.decided_priority, Ticket.priority)
_RUNNING = Clock.state.in_([ClockState.RUNNING, ClockState.PAUSED])


def decided(scope: Scope, target: Target, start: datetime, end: datetime) -> Select[Any]:
    """Cycles with a verdict from `start` until before `end`, met where they stopped in time."""
    when = and_(Clock.target == target, Clock.decided_at >= start, Clock.decided_at < end)
    return _verdicts(scope).where(when)


def late(scope: Scope) -> Select[Any]:
    """Missed cycles that still run, however old."""
    running = and_(Clock.ticket_id.in_(_tickets(OPEN)), Clock.breached_at.is_not(None), _RUNNING)
    return _verdicts(scope).where(running, Clock.target.in_(PROMISES))


def ratings(scope: Scope, start: datetime, end: datetime) -> Select[Any]:
    """Answers given from `start` until before `end`."""
    answered = (Rating.attitude, Rating.responsiveness, Rating.clarity, Rating.simplicity)
    return (
        _head(Rating.id, Rating.team_id, Rating.request_type_id)
        .add_columns(Rating.at, *answered, (Rating.comment != "").label("spoken"))
        .join(Rating, Rating.ticket_id == Ticket.id)
        .where(scope.holds(Rating.team_id, Rating.request_type_id), Rating.at >= start, Rating.at < end)
    )


def stretches(scope: Scope, since: datetime) -> CompoundSelect[Any]:
    """Spans in which tickets were open, for all that were so at or after `since`: from filing or reopening to solved.

    A span that began with a reopening carries the filing as `filed_at`; `reopened_at` is when it was opened again.
    What was not approved ended (`closed_at`) without being solved (`solved_at`).
    What was never reopened is told by the ticket itself; the others are few, and their events are read.
    """
    back = Ticket.reopened > 0
    solution = func.coalesce(case((back, _first(Kind.SOLVED))), Ticket.solved_at)
    filed = _of_ticket(scope, Ticket.id).add_columns(
        Ticket.filed_at.label("opened_at"),
        func.coalesce(solution, Ticket.closed_at).label("closed_at"),
        cast(null(), UTCDateTime()).label("filed_at"),
        case((back, _first(Kind.REOPENED))).label("reopened_at"),
        solution.label("solved_at"),
    )
    solved_next = _next(Kind.SOLVED)
    again = (
        _of_ticket(scope, Event.id)
        .add_columns(Event.at.label("opened_at"), func.coalesce(solved_next, Ticket.closed_at).label("closed_at"))
        .add_columns(Ticket.filed_at, _next(Kind.REOPENED).label("reopened_at"), solved_next.label("solved_at"))
        .join(Event, and_(Event.ticket_id == Ticket.id, Event.kind == Kind.REOPENED.value))
    )
    solved = and_(Ticket.status.in_([Status.SOLVED, Status.CLOSED]), Ticket.solved_at >= since)
    refused = and_(Ticket.status == Status.CLOSED, Ticket.solved_at.is_(None), Ticket.closed_at >= since)
    alive = (OPEN, solved, refused)  # apart, because each has a range of an index of its own
    returned = (again.where(Event.ticket_id.in_(_tickets(part, back))) for part in alive)
    return union_all(*(filed.where(part) for part in alive), *returned)


def _head(key: Any, team_id: Any, type_id: Any) -> Select[Any]:
    return select(
        key.label("key"),
        Ticket.id.label("ticket_id"),
        Ticket.location_id.label("place_id"),
        team_id.label("team_id"),
        type_id.label("type_id"),
    ).select_from(Ticket)


def _of_ticket(scope: Scope, key: Any) -> Select[Any]:
    head = _head(key, Ticket.team_id, Ticket.request_type_id)
    return head.where(scope.holds(Ticket.team_id, Ticket.request_type_id))


def _tickets(*where: ColumnElement[bool]) -> Select[Any]:
    """Ids to look others up by; without this, databases read every event or clock there is."""
    return select(Ticket.id).where(*where).correlate(None)


def _verdicts(scope: Scope) -> Select[Any]:
    return (
        _head(Clock.id, Clock.decided_team_id, Clock.decided_type_id)
        .add_columns(Clock.target, Clock.decided_at, Clock.breached_at.is_(None).label("met"), Clock.target_seconds)
        .add_columns(case((~_RUNNING, Clock.used_seconds)).label("used_seconds"))
        .add_columns(func.coalesce(Clock.cause, "").label("cause"), Clock.waived_at.is_not(None).label("waived"))
        .join(Clock, Clock.ticket_id == Ticket.id)
        .where(scope.holds(Clock.decided_team_id, Clock.decided_type_id, _PRIORITY))
    )


def _first(kind: Kind) -> Any:
    """When `kind` first happened to a ticket."""
    event = aliased(Event)
    found = select(func.min(event.at)).where(event.ticket_id == Ticket.id, event.kind == kind.value)
    return found.correlate(Ticket).scalar_subquery()


def _next(kind: Kind) -> Any:
    """When `kind` happened next to the ticket of an event."""
    later = aliased(Event)
    found = select(func.min(later.at)).where(later.ticket_id == Event.ticket_id, later.kind == kind.value)
    return found.where(later.id > Event.id).correlate(Event).scalar_subquery()
