"""Read macros: those of a team and one's own, and those there are for a request."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.macros import Macro
from internaldesk.models.people import Membership, Person, Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import LARGEST_NUMBER


def by_use(ticket: Ticket, *, actor: Actor) -> Sequence[Macro]:
    """The macros there are for a ticket: its team's and the actor's own, most used first."""
    return db.session.scalars(_for(ticket, actor).order_by(Macro.uses.desc(), Macro.name, Macro.id)).all()


def in_order(ticket: Ticket, *, actor: Actor) -> Sequence[Macro]:
    """The same as their keepers put them in order, the team's first: numbers that people learn stay where they are."""
    query = _for(ticket, actor).order_by(Macro.owner_id.is_not(None), Macro.position, Macro.id)
    return db.session.scalars(query).all()


def for_ticket(number: int, ticket: Ticket, *, actor: Actor) -> Macro | None:
    """One of them; another team's and another person's do not exist."""
    if number > LARGEST_NUMBER:
        return None
    return db.session.scalars(_for(ticket, actor).where(Macro.id == number)).first()


def shown(actor: Actor) -> Sequence[Macro]:
    """What the settings show an actor: those of the teams they work in or may change, and their own, in order."""
    query = select(Macro).where(_within_reach(actor)).order_by(Macro.position, Macro.id)
    return db.session.scalars(query.options(joinedload(Macro.assignee), joinedload(Macro.updated_by))).all()


def get(number: int, *, actor: Actor, lock: bool = False) -> Macro | None:
    """One of what the settings show them."""
    if number > LARGEST_NUMBER:
        return None
    query = select(Macro).where(Macro.id == number, _within_reach(actor))
    if lock:
        return db.session.scalars(query.with_for_update()).first()
    return db.session.scalars(query.options(joinedload(Macro.updated_by))).first()


def teams(actor: Actor) -> Sequence[Team]:
    """The teams whose macros the settings show them, in the order of the desk."""
    query = select(Team).order_by(Team.position)
    return db.session.scalars(query if actor.admin else query.where(Team.id.in_(sorted(actor.agent_of)))).all()


class Member(NamedTuple):
    """Somebody a macro can give a request to."""

    id: int
    name: str


def members(team_ids: Sequence[int]) -> list[Member]:
    """Who works in these teams, by name."""
    works = select(Membership.person_id).where(Membership.team_id.in_(team_ids))
    query = select(Person.id, Person.name).where(Person.id.in_(works), Person.active).order_by(Person.name, Person.id)
    return [Member(row.id, row.name) for row in db.session.execute(query)]


def kept_with(macro: Macro) -> ColumnElement[bool]:
    """The macros of the same keeper: its team, or its owner."""
    return kept_by(macro.team_id, macro.owner_id)


def kept_by(team_id: int | None, owner_id: int | None) -> ColumnElement[bool]:
    """The macros of a team, or of a person."""
    return Macro.owner_id == owner_id if team_id is None else Macro.team_id == team_id


def _for(ticket: Ticket, actor: Actor) -> Select[Macro]:
    return select(Macro).where(or_(Macro.team_id == ticket.team_id, Macro.owner_id == actor.id))


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    if actor.admin:
        return or_(Macro.team_id.is_not(None), Macro.owner_id == actor.id)
    ours = Macro.team_id.in_(sorted(actor.agent_of)) if actor.agent_of else false()
    return or_(ours, and_(Macro.team_id.is_(None), Macro.owner_id == actor.id))
