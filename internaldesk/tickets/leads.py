"""Read who can step in where a promise was missed, and whether they were asked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, or_, select

from internaldesk.core.clocks import ClockState
from internaldesk.core.policy import Act, Actor, Confidentiality, administers, leads_it, may
from internaldesk.db import db
from internaldesk.models.people import Membership, Person, TeamRole
from internaldesk.models.sla import Clock, ClockNotice, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.standing import Helper

ESCALATED = "escalated"
"""The kind of the notice that somebody was asked to step in."""


def due_clock(ticket: Ticket, clocks: Iterable[Clock]) -> Clock | None:
    """The clock behind the place in the queue, of all of a ticket; None where nothing is promised."""
    found = (clock for clock in clocks if clock.target is ticket.next_target and clock.due_at == ticket.queue_at)
    return next((clock for clock in found if clock.state in (ClockState.RUNNING, ClockState.PAUSED)), None)


def helper(ticket: Ticket, clock: Clock) -> Helper | None:
    """Whoever was asked because of this missed promise, or else who can be; None where nobody is left to ask.

    That is the person the promise names, or a lead of the team: somebody who may read the request, is not on the
    requester's side, and rather not the one who has it already.
    """
    told = and_(ClockNotice.clock_id == clock.id, ClockNotice.kind == ESCALATED, ClockNotice.due_at == clock.due_at)
    named = select(PolicyVersion.escalate_to_id).where(PolicyVersion.id == clock.policy_version_id)
    leads = select(Membership.person_id).where(Membership.team_id == ticket.team_id, Membership.role == TeamRole.LEAD)
    at_hand = named.union(leads, select(ClockNotice.person_id).where(told)).scalar_subquery()
    has_it = case((Person.id == ticket.assignee_id, 1), else_=0)
    query = (
        select(Person.id, Person.name, ClockNotice.at)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.team_id == ticket.team_id))
        .outerjoin(ClockNotice, and_(told, ClockNotice.person_id == Person.id))
        .where(Person.id.in_(at_hand), or_(ClockNotice.at.is_not(None), _can_step_in(ticket)))
        .order_by(ClockNotice.at.is_(None), has_it, Person.id != named.scalar_subquery(), Person.name, Person.id)
        .limit(1)
    )
    row = db.session.execute(query).first()
    return Helper(*row) if row else None


def judges(actor: Actor, ticket: Ticket, clock: Clock) -> bool:
    """Whether they may waive what this clock missed: a lead only what their team holds, or held when it was missed."""
    if not may(actor, Act.WAIVE, ticket):
        return False
    return clock.decided_team_id in actor.lead_of or leads_it(actor, ticket) or administers(actor, ticket)


def notice(ticket: Ticket, clock: Clock, asked: Helper, *, now: datetime) -> ClockNotice:
    """The note, new at `now`, that this person was asked because of the promise that `clock` missed."""
    return ClockNotice(
        clock_id=clock.id,
        kind=ESCALATED,
        due_at=clock.due_at,
        at=now,
        ticket_id=ticket.id,
        team_id=ticket.team_id,
        person_id=asked.id,
    )


def _can_step_in(ticket: Ticket) -> ColumnElement[bool]:
    """Not on the requester's side, and able to read it: a member of the team (named for cases), or an overseer."""
    works = Membership.case_group if ticket.confidentiality is Confidentiality.CASE else Membership.role.is_not(None)
    ordinary = ticket.confidentiality is Confidentiality.ORDINARY
    oversees = or_(Person.manager, Person.admin) if ordinary else false()
    others = Person.id.not_in([ticket.requester_id, ticket.for_person_id])
    return and_(Person.active, others, or_(works, oversees))
