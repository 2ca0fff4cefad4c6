"""The sweep: what comes by itself with time is recorded at its own instant, however late somebody looks.

Missed promises and warnings are written for many clocks at once; a wait whose date has come moves the clocks of its
ticket, so that goes through the ledger. Both take the lock of the ticket first, as every act on it does, and then look
again: any number of sweeps may run side by side, and none comes between an act and what follows from it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, select, update

from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.db import db, unit_of_work
from internaldesk.history import actions as history
from internaldesk.history import pulse
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import ledger, notices, queries, rows
from internaldesk.sla.notices import Notice

log = structlog.get_logger(__name__)
_QUIETLY = {"synchronize_session": False}  # what this session holds of the rows is forgotten at the end of the batch


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Record what came by `now`: dates that ended a wait, missed promises, warnings; returns how many.

    At most `limit` tickets of each kind; a result of as many means that there may be more.
    """
    db.session.flush()  # by a caller that has changed something; from here on it is only looked
    pulse.count(db.session())
    with unit_of_work(reading=True):
        if not queries.something_due(now=now):
            return 0
        waiting = queries.wakeful(now=now, limit=limit)
    woken = sum(_woken(ticket_id, now=now) for ticket_id in waiting)
    with unit_of_work():
        missed = _miss(now=now, limit=limit)
    with unit_of_work():
        warned = _warn(now=now, limit=limit)
    return woken + missed + warned


def settle(ticket: Ticket, *, now: datetime) -> int:
    """Bring a ticket's clocks up to `now`; returns how many breaches were new."""
    known = ledger.of(ticket.id)
    _wake(ticket, now=now)
    return rows.store(ticket, known.settled(now), known, held=rows.held_now(ticket), now=now)


def _woken(ticket_id: int, *, now: datetime) -> int:
    """One ticket whose date has come; one that breaks is written down, so that the others are not late as well."""
    try:
        with unit_of_work():
            query = select(Ticket).where(Ticket.id == ticket_id).with_for_update(skip_locked=True)
            ticket = db.session.scalars(query.execution_options(populate_existing=True)).first()
            return 0 if ticket is None else settle(ticket, now=now) + 1
    except Exception:
        log.exception("sweep_failed", ticket=ticket_id)
        return 0


def _wake(ticket: Ticket, *, now: datetime) -> None:
    if ticket.status is Status.WAITING and ticket.status_until is not None and ticket.status_until <= now:
        ticket.status, ticket.status_reason, ticket.status_until = Status.PROGRESS, "", None
        ticket.version += 1
        history.record(ticket.id, Kind.RESUMED, by=None, at=now)


def _miss(*, now: datetime, limit: int) -> int:
    """Note missed promises as `settle` would: each at its due instant, decided by what is in force."""
    held = _locked(queries.due_clocks(now=now, limit=limit))
    if not held:
        return 0
    late = update(Clock).where(Clock.ticket_id.in_(held), queries.late(now))
    late = late.values(breached_at=Clock.due_at, decided_at=Clock.due_at, warn_at=None, **_in_force())
    told = late.returning(Clock.id, Clock.ticket_id, Clock.target, Clock.due_at).execution_options(**_QUIETLY)
    found = sorted(db.session.execute(told), key=lambda row: (row.due_at, row.id))
    notices.give([_notice(notices.BREACHED, row, held) for row in found], now=now)
    return len(found)


def _in_force() -> dict[str, ColumnElement[Any]]:
    def of_ticket(column: Any) -> Any:
        return select(column).where(Ticket.id == Clock.ticket_id).scalar_subquery()

    return {
        "decided_priority": of_ticket(Ticket.priority),
        "decided_team_id": of_ticket(Ticket.team_id),  # whose own part it is too: that runs while they hold the ticket
        "decided_type_id": of_ticket(Ticket.request_type_id),
    }


def _warn(*, now: datetime, limit: int) -> int:
    """Give the warnings that have come, each once; returns of how many promises."""
    held = _locked(queries.warnable(now=now, limit=limit))
    if not held:
        return 0
    columns = (Clock.id, Clock.ticket_id, Clock.target, Clock.due_at, Clock.at_risk_at, Clock.soon_at)
    query = select(*columns).where(Clock.ticket_id.in_(held), queries.to_warn(now)).order_by(Clock.warn_at, Clock.id)
    found = db.session.execute(query).all()
    notices.give([_notice(kind, row, held) for row in found for kind in _come(row, now)], now=now)
    db.session.execute(update(Clock), [_warned(row, now) for row in found])
    return len(found)


def _come(row: Any, now: datetime) -> Mapping[str, datetime]:
    """The warnings of a clock that have come; one that was given for this due instant is not given again."""
    both = {notices.AT_RISK: row.at_risk_at, notices.SOON: row.soon_at}
    return {kind: at for kind, at in both.items() if at is not None and at <= now}


def _warned(row: Any, now: datetime) -> dict[str, Any]:
    last = max(_come(row, now).values())
    return {"id": row.id, "warned_at": last, "warn_at": rows.next_warning(row.at_risk_at, row.soon_at, after=last)}


def _notice(kind: str, row: Any, held: Mapping[int, Any]) -> Notice:
    ticket = held[row.ticket_id]
    return Notice(kind, row.id, row.ticket_id, row.target, row.due_at, ticket.team_id, ticket.assignee_id)


def _locked(ticket_ids: Collection[int]) -> Mapping[int, Any]:
    """Those tickets that nobody is working on at this moment, held until the batch ends."""
    if not ticket_ids:
        return {}
    columns = (Ticket.id, Ticket.team_id, Ticket.assignee_id, Ticket.confidentiality)
    query = select(*columns).where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id)
    held = {row.id: row for row in db.session.execute(query.with_for_update(skip_locked=True))}
    for row in held.values():
        pulse.beat(row.team_id, row.confidentiality)
    return held
