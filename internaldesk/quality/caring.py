"""Read what follows low answers: the follow-ups of a lead, and the low answers to one question."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from internaldesk.core.policy import Actor
from internaldesk.core.rating import LOW
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.follow_ups import FollowUp
from internaldesk.models.people import Team
from internaldesk.models.ratings import Rating
from internaldesk.models.tickets import Ticket
from internaldesk.quality import relations
from internaldesk.quality.queries import Extent
from internaldesk.quality.scope import Scope
from internaldesk.tickets.queries import visible_tickets

LARGEST_NUMBER = 2**31 - 1  # what a primary key can be


class Answered(NamedTuple):
    """A low answer to one question, of a request that the reader may open."""

    ticket_id: int
    summary: str
    score: int
    comment: str
    at: datetime
    request_type: str
    team: str
    type_id: int


def follow_ups(actor: Actor, *, done: bool, limit: int, offset: int = 0) -> Sequence[FollowUp]:
    """The open ones, the oldest first, or those done, the newest first, with all that is shown of them."""
    query = (
        select(FollowUp)
        .join(FollowUp.ticket)
        .where(_within_reach(actor), _state(done=done))
        .order_by(*((FollowUp.done_at.desc(), FollowUp.id.desc()) if done else (FollowUp.opened_at, FollowUp.id)))
        .options(contains_eager(FollowUp.ticket).joinedload(Ticket.request_type).joinedload(RequestType.team))
        .options(contains_eager(FollowUp.ticket).joinedload(Ticket.requester))
        .options(joinedload(FollowUp.rating), joinedload(FollowUp.team), joinedload(FollowUp.done_by))
    )
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def counts(actor: Actor) -> tuple[int, int]:
    """How many are open, and how many done."""
    query = select(func.count(case((_state(done=False), 1))), func.count(case((_state(done=True), 1))))
    row = db.session.execute(query.select_from(FollowUp).join(FollowUp.ticket).where(_within_reach(actor))).one()
    return row[0], row[1]


def follow_up(number: int, *, actor: Actor) -> FollowUp | None:
    """One of them, held for whoever acts; those of other teams do not exist."""
    if number > LARGEST_NUMBER:
        return None
    query = select(FollowUp).join(FollowUp.ticket).where(FollowUp.id == number, _within_reach(actor))
    return db.session.scalars(query.with_for_update(of=FollowUp)).first()


def open_count(actor: Actor) -> Select[int]:
    """How many are open, as a part of another statement."""
    mine = and_(_within_reach(actor), _state(done=False))
    return select(func.count(FollowUp.id)).join(FollowUp.ticket).where(mine)


def low_answers(scope: Scope, over: Frame, question: str, *, limit: int, offset: int = 0) -> list[Answered]:
    """The low answers of the period to one question, the newest first."""
    found = _low(scope, over, question).subquery()
    query = (
        select(Ticket.id, Ticket.summary, found.c.score, Rating.comment, found.c.at, RequestType.name, Team.name)
        .add_columns(found.c.type_id)
        .select_from(found)
        .join(Rating, Rating.id == found.c.key)
        .join(Ticket, Ticket.id == found.c.ticket_id)
        .join(RequestType, RequestType.id == found.c.type_id)
        .join(Team, Team.id == found.c.team_id)
        .where(visible_tickets(scope.actor))
        .order_by(found.c.at.desc(), found.c.key.desc())
    )
    return [Answered._make(row) for row in db.session.execute(query.limit(limit).offset(offset))]


def extent(scope: Scope, over: Frame, question: str) -> Extent:
    """How many low answers to it count, and how many of their requests the reader may open."""
    found = _low(scope, over, question).subquery()
    query = select(func.count(), func.count(case((visible_tickets(scope.actor), 1))))
    return Extent(*db.session.execute(query.select_from(found).join(Ticket, Ticket.id == found.c.ticket_id)).one())


def _low(scope: Scope, over: Frame, question: str) -> Select[tuple[int, int, int, int, int, datetime]]:
    found = relations.ratings(scope, over.period.start, over.period.end).subquery()
    score = found.c[question]
    columns = (found.c.key, found.c.ticket_id, found.c.team_id, found.c.type_id, score.label("score"), found.c.at)
    return select(*columns).where(score <= LOW)


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    """Leads read those of their teams, managers all, as far as they may open the request and it is not their own."""
    own = or_(Ticket.requester_id == actor.id, Ticket.for_person_id == actor.id)
    readable = and_(visible_tickets(actor), ~own)
    return readable if actor.manager else and_(readable, FollowUp.team_id.in_(sorted(actor.lead_of)))


def _state(*, done: bool) -> ColumnElement[bool]:
    return FollowUp.done_at.is_not(None) if done else FollowUp.done_at.is_(None)
