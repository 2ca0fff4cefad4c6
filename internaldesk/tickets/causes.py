"""Link requests that one problem has hit to the request about that problem, and tell or solve all of them by it."""

from datetime import datetime

from internaldesk.core import relations as rules
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import changes, relations


def link(ticket: Ticket, cause: Ticket, *, by: Actor, now: datetime) -> Link:
    """Let `ticket` follow `cause`; one that follows another goes over to this one. No clock moves.

    Raises Forbidden unless `by` handles both, Refused with a sentence where the two cannot be tied.
    """
    for found in (ticket, cause):
        require(by, Act.RELATE, found)
    known = relations.standing(ticket.id, LinkKind.CAUSE)
    if known is not None and known.other_id == cause.id:
        return known
    rules.refuse_cause(ticket, cause, relations.ties(ticket.id), relations.ties(cause.id))
    if known is not None:
        _end(known, by=by, now=now)
    made = Link(kind=LinkKind.CAUSE, ticket=ticket, other=cause, made_at=now, made_by_id=by.id, facts={})
    db.session.add(made)
    history.record(ticket.id, Kind.CAUSE_LINKED, by=by, at=now, other=cause.id)
    history.record(cause.id, Kind.CAUSE_OF, by=by, at=now, other=ticket.id, which=ticket.number)
    _stir(ticket, cause, now=now)
    return made


def unlink(ticket: Ticket, *, by: Actor, now: datetime) -> Ticket:
    """Let `ticket` stand for itself again. Raises Refused where it follows nothing."""
    require(by, Act.RELATE, ticket)
    known = relations.standing(ticket.id, LinkKind.CAUSE, lock=True)
    if known is None:
        raise Refused(f"{ticket.number} is linked to no cause.")
    _end(known, by=by, now=now)
    _stir(ticket, known.other, now=now)
    return ticket


def _end(known: Link, *, by: Actor, now: datetime) -> None:
    known.ended_at, known.ended_by_id = now, by.id
    db.session.flush()  # before another one of its kind stands
    history.record(known.ticket_id, Kind.CAUSE_UNLINKED, by=by, at=now, other=known.other_id)
    history.record(
        known.other_id, Kind.CAUSE_OF_NO_MORE, by=by, at=now, other=known.ticket_id, which=f"R-{known.ticket_id}"
    )


def _stir(*tickets: Ticket, now: datetime) -> None:
    for ticket in tickets:
        changes.stir(ticket, now)
