"""Read saved views: those a person has, and those of the teams they work in."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.queues import SavedView

LARGEST_NUMBER = 2**31 - 1  # what a primary key can be


def shown(page: str, *, actor: Actor) -> Sequence[SavedView]:
    """The views of `page` (queue or quality) in the actor's reach: their own, then those of their teams, in order."""
    query = (
        select(SavedView)
        .where(SavedView.page == page, _within_reach(actor))
        .order_by(SavedView.team_id.is_not(None), SavedView.team_id, SavedView.position, SavedView.id)
        .options(joinedload(SavedView.team), joinedload(SavedView.owner))
    )
    return db.session.scalars(query).all()


def in_reach(page: str, *, actor: Actor) -> ColumnElement[bool]:
    """What makes a view of `page` one that the actor sees, as a part of another statement."""
    return and_(SavedView.page == page, _within_reach(actor))


def get(number: int, *, page: str, actor: Actor, lock: bool = False) -> SavedView | None:
    """One of them; other people's and other teams' do not exist."""
    if number > LARGEST_NUMBER:
        return None
    query = select(SavedView).where(SavedView.id == number, SavedView.page == page, _within_reach(actor))
    if lock:
        return db.session.scalars(query.with_for_update()).first()
    return db.session.scalars(query.options(joinedload(SavedView.team), joinedload(SavedView.owner))).first()


def kept_by(page: str, *, owner_id: int, team_id: int | None) -> ColumnElement[bool]:
    """The views that stand in one order: those shared with a team, or (None) the private ones of a person."""
    keeper = SavedView.team_id == team_id if team_id is not None else _private(owner_id)
    return and_(SavedView.page == page, keeper)


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    """The SQL twin of `core.policy.may_see_view`."""
    return or_(_private(actor.id), SavedView.team_id.in_(sorted(actor.agent_of)))


def _private(owner_id: int) -> ColumnElement[bool]:
    return and_(SavedView.team_id.is_(None), SavedView.owner_id == owner_id)
