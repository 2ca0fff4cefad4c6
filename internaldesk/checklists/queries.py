"""Read checklists: those of the teams an actor works in or may change, with all their versions."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.checklists import Checklist, ChecklistVersion
from internaldesk.models.people import Team
from internaldesk.tickets.queries import LARGEST_NUMBER

EDITS = 20


class Kept(NamedTuple):
    """A checklist as it is now."""

    checklist: Checklist
    version: ChecklistVersion


def shown(actor: Actor) -> list[Kept]:
    """The checklists of the teams an actor works in or may change, in their order."""
    query = (
        select(Checklist, ChecklistVersion)
        .join(ChecklistVersion, ChecklistVersion.checklist_id == Checklist.id)
        .where(ChecklistVersion.number == Checklist.version, Checklist.retired_at.is_(None), _within_reach(actor))
        .order_by(Checklist.position, Checklist.id)
        .options(joinedload(Checklist.request_type), joinedload(Checklist.team), joinedload(ChecklistVersion.by))
    )
    return [Kept(row[0], row[1]) for row in db.session.execute(query)]


def get(number: int, *, actor: Actor, lock: bool = False) -> Kept | None:
    """One of them, as it is now."""
    if number > LARGEST_NUMBER:
        return None
    query = select(Checklist).where(Checklist.id == number, Checklist.retired_at.is_(None), _within_reach(actor))
    if lock:
        query = query.with_for_update(of=Checklist)
    row = db.session.scalars(query).first()
    version = _version(row) if row else None
    return Kept(row, version) if row and version else None


def edits(checklist: Checklist) -> Sequence[ChecklistVersion]:
    """The last edits of a checklist, newest first."""
    query = select(ChecklistVersion).where(ChecklistVersion.checklist_id == checklist.id)
    return db.session.scalars(
        query.order_by(ChecklistVersion.number.desc()).limit(EDITS).options(joinedload(ChecklistVersion.by))
    ).all()


def teams(actor: Actor) -> Sequence[Team]:
    """The teams whose checklists an actor sees, in the order of the desk."""
    query = select(Team).order_by(Team.position)
    return db.session.scalars(query if actor.admin else query.where(Team.id.in_(sorted(actor.agent_of)))).all()


def types_of(team_id: int) -> Sequence[RequestType]:
    """What a team offers, in the order of the catalogue."""
    query = select(RequestType).where(RequestType.team_id == team_id, RequestType.retired_at.is_(None))
    return db.session.scalars(query.order_by(RequestType.position, RequestType.id)).all()


def offered() -> list[tuple[Team, RequestType]]:
    """Everything that can be asked of any team, in the order of the catalogue."""
    query = (
        select(Team, RequestType)
        .join(RequestType, RequestType.team_id == Team.id)
        .where(RequestType.retired_at.is_(None))
        .order_by(Team.position, RequestType.position, RequestType.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def of_type(request_type_id: int) -> Checklist | None:
    """The checklist that every request of that type gets."""
    query = select(Checklist).where(Checklist.request_type_id == request_type_id, Checklist.retired_at.is_(None))
    return db.session.scalars(query).first()


def _version(checklist: Checklist) -> ChecklistVersion | None:
    query = select(ChecklistVersion).where(ChecklistVersion.checklist_id == checklist.id)
    return db.session.scalars(query.where(ChecklistVersion.number == checklist.version)).first()


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    if actor.admin:
        return true()
    return Checklist.team_id.in_(sorted(actor.agent_of)) if actor.agent_of else false()
