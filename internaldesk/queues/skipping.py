"""Leave alone for two hours what Take next offered, for a reason that the lead reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.relations import SkipReason
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.queues import Skip
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.tickets.queries import visible_tickets

RESTS = timedelta(hours=2)
READ = timedelta(days=7)
SHOWN = 200
REASONS: Mapping[SkipReason, str] = {
    SkipReason.PART: "waits for a part",
    SkipReason.SKILL: "not their skill",
    SkipReason.CONFLICT: "a conflict of interest",
}
"""Why, as the record and the lead read it."""


def skip(ticket: Ticket, *, by: Actor, now: datetime, reason: SkipReason, just_taken: bool) -> Skip:
    """Not be offered it for two hours; what Take next has `just_taken` for them goes back to nobody."""
    require(by, Act.ASSIGN, ticket)
    row = db.session.get(Skip, (ticket.id, by.id)) or Skip(ticket_id=ticket.id, person_id=by.id)
    row.reason, row.at, row.until = reason, now, now + RESTS
    db.session.add(row)
    if just_taken and ticket.assignee_id == by.id:
        tickets.assign(ticket, by=by, now=now, assignee_id=None)
    history.record(ticket.id, Kind.SKIPPED, by=by, at=now, words=REASONS[reason])
    return row


class Resting(NamedTuple):
    """How many requests somebody passed over that rest now, and when the first of them is offered again."""

    number: int
    until: datetime | None


def resting(actor: Actor, *, now: datetime) -> Resting:
    """What they are not offered because they passed it over, as far as it is still theirs to take."""
    query = (
        select(func.count(), func.min(Skip.until))
        .join(Ticket, Ticket.id == Skip.ticket_id)
        .where(Skip.person_id == actor.id, Skip.until > now)
        .where(Ticket.is_open, Ticket.team_id.in_(sorted(actor.agent_of)), visible_tickets(actor, Act.HANDLE))
    )
    return Resting._make(db.session.execute(query).one())


def skipped(actor: Actor, *, now: datetime) -> Sequence[tuple[Skip, Ticket]]:
    """What was passed over in the last week in the teams that the actor leads, newest first, as far as they see it."""
    query = (
        select(Skip, Ticket)
        .join(Ticket, Ticket.id == Skip.ticket_id)
        .where(Skip.at > now - READ, Ticket.team_id.in_(sorted(actor.lead_of)), visible_tickets(actor, Act.HANDLE))
        .options(joinedload(Skip.person), joinedload(Ticket.assignee), joinedload(Ticket.team))
        .order_by(Skip.at.desc(), Skip.ticket_id.desc(), Skip.person_id)
        .limit(SHOWN)
    )
    return [(row.Skip, row.Ticket) for row in db.session.execute(query)]


def forget(*, now: datetime) -> int:
    """Remove what is older than what leads read; returns how many."""
    return len(db.session.execute(delete(Skip).where(Skip.at <= now - READ).returning(Skip.ticket_id)).all())
