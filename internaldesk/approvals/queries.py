"""Read rounds of approval, the ballots that wait for somebody, and who stands in for whom."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from internaldesk.core.approval import Decision, State
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound, ApprovalStep, Ballot, RoleHolder, StandIn
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket

LISTED = 100


class Row(NamedTuple):
    """A ballot in a list of those that wait for somebody, or that they cast."""

    id: int
    person_id: int
    person: str
    source: str
    role: str
    position: int
    steps: int
    opened_at: datetime
    decision: Decision | None
    at: datetime | None
    words: str
    amount: str
    ticket_id: int
    confidentiality: Confidentiality
    summary: str
    request_type: str
    team: str
    requester: str


def newest(ticket_id: int) -> ApprovalRound | None:
    """The round that counts, with its steps, ballots and people, in one statement; None where nobody ever asked."""
    last = select(func.max(ApprovalRound.number)).where(ApprovalRound.ticket_id == ticket_id).scalar_subquery()
    query = select(ApprovalRound).where(ApprovalRound.ticket_id == ticket_id, ApprovalRound.number == last)
    ballots = joinedload(ApprovalRound.steps).joinedload(ApprovalStep.ballots)
    people = (ballots.joinedload(Ballot.person), ballots.joinedload(Ballot.by))
    return db.session.scalars(query.options(*people, joinedload(ApprovalRound.asked_by))).unique().first()


def waiting(ticket_id: int) -> ApprovalRound | None:
    """The round of a ticket that waits for somebody."""
    query = select(ApprovalRound).where(ApprovalRound.ticket_id == ticket_id, ApprovalRound.state == State.WAITING)
    return db.session.scalars(query).first()


def count_rounds(ticket_id: int) -> int:
    """How often approval was asked for a ticket."""
    query = select(func.count()).select_from(ApprovalRound).where(ApprovalRound.ticket_id == ticket_id)
    return db.session.scalar(query) or 0


def ballot(ballot_id: int, *, actor_id: int, now: datetime) -> Ballot | None:
    """A ballot this person may look at: their own, one they cast, or one of somebody they stand in for; once open."""
    own = or_(
        Ballot.person_id.in_(_stood_in_for(actor_id, now)), Ballot.person_id == actor_id, Ballot.by_id == actor_id
    )
    return db.session.scalars(_whole().where(Ballot.id == ballot_id, own, ApprovalStep.opened_at.is_not(None))).first()


def linked(ballot_id: int) -> Ballot | None:
    """The ballot that a link names, with its ticket and its whole round."""
    return db.session.scalars(_whole().where(Ballot.id == ballot_id)).first()


def fresh(ballot_id: int) -> Ballot:
    """The ballot as it stands now, whatever was read before; the ticket must be locked."""
    return db.session.scalars(
        _whole().where(Ballot.id == ballot_id).execution_options(populate_existing=True)
    ).one()  # fmt: skip


def about(ballot_id: int) -> int:
    """The number of the ticket a ballot is about."""
    query = select(ApprovalRound.ticket_id).join(ApprovalStep, ApprovalStep.round_id == ApprovalRound.id)
    return db.session.scalars(query.join(Ballot, Ballot.step_id == ApprovalStep.id).where(Ballot.id == ballot_id)).one()


def ticket_of(ballot_id: int) -> Ticket:
    """The ticket a ballot is about, locked: whoever decides next waits here."""
    query = (
        select(Ticket)
        .join(ApprovalRound, ApprovalRound.ticket_id == Ticket.id)
        .join(ApprovalStep, ApprovalStep.round_id == ApprovalRound.id)
        .join(Ballot, Ballot.step_id == ApprovalStep.id)
        .where(Ballot.id == ballot_id)
    )
    return db.session.scalars(query.with_for_update(of=Ticket)).one()


def stands_in(actor_id: int, person_id: int, *, now: datetime) -> bool:
    """Whether one decides for the other at this moment."""
    query = select(StandIn.id).where(StandIn.stand_in_id == actor_id, StandIn.person_id == person_id, _covers(now))
    return db.session.scalar(query) is not None


def stand_ins(people: Collection[int], *, now: datetime) -> dict[int, Person]:
    """Who stands in for these people at this moment, by their ids."""
    if not people:
        return {}
    query = select(StandIn).where(StandIn.person_id.in_(people), _covers(now)).options(joinedload(StandIn.stand_in))
    return {row.person_id: row.stand_in for row in db.session.scalars(query)}


def absences(person_id: int, *, now: datetime) -> Sequence[StandIn]:
    """When somebody else decides for this person, now and later, soonest first."""
    query = select(StandIn).where(StandIn.person_id == person_id, StandIn.ends_at > now)
    return db.session.scalars(query.options(joinedload(StandIn.stand_in)).order_by(StandIn.starts_at)).all()


def covered(person_id: int, *, now: datetime) -> Sequence[StandIn]:
    """For whom this person decides, now and later, soonest first."""
    query = select(StandIn).where(StandIn.stand_in_id == person_id, StandIn.ends_at > now)
    return db.session.scalars(query.options(joinedload(StandIn.person)).order_by(StandIn.starts_at)).all()


def overlapping(person_id: int, *, starts_at: datetime, ends_at: datetime) -> StandIn | None:
    """A time in which somebody else decides for this person already."""
    query = select(StandIn).where(StandIn.person_id == person_id, StandIn.starts_at < ends_at)
    return db.session.scalars(query.where(StandIn.ends_at > starts_at).options(joinedload(StandIn.stand_in))).first()


def waiting_for(actor_id: int, *, now: datetime, limit: int = LISTED) -> list[Row]:
    """What this person can decide now, also for others, longest asked first; never their own requests."""
    query = _rows().where(*_for(actor_id, now)).order_by(ApprovalStep.opened_at, Ballot.id)
    rows = db.session.execute(query.limit(limit))
    return [Row._make(row) for row in rows]


def count_waiting(actor_id: int, *, now: datetime) -> int:
    """How much waits for this person's decision."""
    query = (
        select(func.count())
        .select_from(Ballot)
        .join(Ballot.step)
        .join(ApprovalStep.round)
        .join(ApprovalRound.ticket)
        .where(*_for(actor_id, now))
    )
    return db.session.scalar(query) or 0


def cast_by(actor_id: int, *, limit: int = 30) -> list[Row]:
    """What this person decided, newest first."""
    query = _rows().where(Ballot.by_id == actor_id).order_by(Ballot.at.desc(), Ballot.id.desc())
    return [Row._make(row) for row in db.session.execute(query.limit(limit))]


def deciders(ticket_ids: Collection[int], *, now: datetime) -> dict[int, tuple[int, list[str]]]:
    """Per ticket that waits for approval: how many must still agree, and the names of those asked, in one statement."""
    if not ticket_ids:
        return {}
    other, cover = aliased(Person), aliased(StandIn)
    query = (
        select(ApprovalRound.ticket_id, ApprovalStep.quorum, Ballot.decision, Person.name, other.name)
        .join(ApprovalStep, ApprovalStep.round_id == ApprovalRound.id)
        .join(Ballot, Ballot.step_id == ApprovalStep.id)
        .join(Person, Ballot.person_id == Person.id)
        .outerjoin(cover, and_(cover.person_id == Person.id, cover.starts_at <= now, cover.ends_at > now))
        .outerjoin(other, other.id == cover.stand_in_id)
        .where(ApprovalRound.ticket_id.in_(ticket_ids), ApprovalRound.state == State.WAITING)
        .where(ApprovalStep.opened_at.is_not(None), ApprovalStep.closed_at.is_(None))
        .order_by(ApprovalRound.ticket_id, Ballot.id)
    )
    found: dict[int, tuple[int, list[str]]] = {}
    for ticket_id, quorum, decision, name, cover_name in db.session.execute(query):
        left, names = found.get(ticket_id, (quorum, []))
        if decision is None:
            names = [*names, f"{name} ({cover_name} stands in)" if cover_name else name]
        found[ticket_id] = (left - (decision is not None), names)
    return found


def due(*, now: datetime, limit: int) -> Sequence[ApprovalStep]:
    """Steps somebody is to be reminded of; their tickets are locked, and those locked by others are left for later."""
    query = (
        select(ApprovalStep)
        .join(ApprovalStep.round)
        .join(ApprovalRound.ticket)
        .where(ApprovalStep.remind_at <= now)
        .order_by(ApprovalStep.remind_at, ApprovalStep.id)
        .limit(limit)
        .options(contains_eager(ApprovalStep.round).contains_eager(ApprovalRound.ticket))
    )
    return db.session.scalars(query.with_for_update(of=Ticket, skip_locked=True)).all()


def holders() -> Sequence[RoleHolder]:
    """Everybody who was entered for a role, by role and what it is about."""
    query = select(RoleHolder).options(joinedload(RoleHolder.person))
    return db.session.scalars(query.order_by(RoleHolder.role, RoleHolder.about, RoleHolder.id)).all()


def names(ids: Collection[int]) -> dict[int, str]:
    """People's names by id."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _covers(now: datetime) -> ColumnElement[bool]:
    return and_(StandIn.starts_at <= now, StandIn.ends_at > now)


def _stood_in_for(actor_id: int, now: datetime) -> Select[int]:
    """Looked up at every reading, so that it covers what was asked before the absence began."""
    return select(StandIn.person_id).where(StandIn.stand_in_id == actor_id, _covers(now))


def _for(actor_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open ballots that this person can cast, their own and those of whom they stand in for."""
    mine = or_(Ballot.person_id == actor_id, Ballot.person_id.in_(_stood_in_for(actor_id, now)))
    waits = (Ballot.decision.is_(None), ApprovalStep.opened_at.is_not(None), ApprovalStep.closed_at.is_(None))
    return (mine, *waits, Ticket.requester_id != actor_id, Ticket.for_person_id != actor_id)


def _whole() -> Select[Ballot]:
    """Ballots with everything that deciding and showing needs."""
    step = contains_eager(Ballot.step)
    around = step.contains_eager(ApprovalStep.round)
    ticket = around.joinedload(ApprovalRound.ticket)
    return (
        select(Ballot)
        .join(Ballot.step)
        .join(ApprovalStep.round)
        .options(
            joinedload(Ballot.person),
            joinedload(Ballot.by),
            around.joinedload(ApprovalRound.asked_by),
            around.selectinload(ApprovalRound.steps).selectinload(ApprovalStep.ballots).joinedload(Ballot.by),
            ticket.joinedload(Ticket.request_type).joinedload(RequestType.team),
            ticket.joinedload(Ticket.form_version),
            ticket.joinedload(Ticket.requester).joinedload(Person.location),
            ticket.joinedload(Ticket.for_person),
            ticket.joinedload(Ticket.team),
        )
    )


def _rows() -> Select[*tuple[Any, ...]]:
    """The columns of `Row`, in its order."""
    asker = aliased(Person)
    sibling = aliased(ApprovalStep)
    steps = select(func.count()).where(sibling.round_id == ApprovalRound.id).correlate(ApprovalRound).scalar_subquery()
    return (
        select(
            *(Ballot.id, Ballot.person_id, Person.name, Ballot.source, ApprovalStep.role, ApprovalStep.position, steps),
            *(ApprovalStep.opened_at, Ballot.decision, Ballot.at, ApprovalRound.words, ApprovalRound.amount),
            *(Ticket.id, Ticket.confidentiality, Ticket.summary, RequestType.name, Team.name, asker.name),
        )
        .join(ApprovalStep, Ballot.step_id == ApprovalStep.id)
        .join(ApprovalRound, ApprovalStep.round_id == ApprovalRound.id)
        .join(Ticket, ApprovalRound.ticket_id == Ticket.id)
        .join(RequestType, Ticket.request_type_id == RequestType.id)
        .join(Team, Ticket.team_id == Team.id)
        .join(asker, Ticket.requester_id == asker.id)
        .join(Person, Ballot.person_id == Person.id)
    )
