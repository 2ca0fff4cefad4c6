"""Who holds a role of the approval rules: entering them, and taking them out."""

import structlog
from sqlalchemy import delete, select

from internaldesk.approvals.organisation import plain
from internaldesk.core.approvers import ROLES
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.approvals import RoleHolder
from internaldesk.models.people import Person

HELD = tuple(role for role in ROLES if role != "manager")
"""The roles somebody can be entered for; line managers are known from the people themselves."""
_ABOUT = 80
log = structlog.get_logger(__name__)


def enter(*, role: str, person_id: int, about: str = "", by: Actor | None) -> RoleHolder:
    """Enter who decides in a role, for one thing it is about or ("") for any; entered twice, it is one.

    `by` is an administrator, or None for the desk's own set-up.
    """
    _require_administrator(by)
    person = db.session.get(Person, person_id)
    if role not in HELD:
        raise Refused("Choose one of the roles.", field="role")
    if person is None or not person.active:
        raise Refused("Choose a co-worker.", field="person")
    known = plain(about)[:_ABOUT]
    wanted = (RoleHolder.role == role, RoleHolder.about == known, RoleHolder.person_id == person_id)
    row = db.session.scalars(select(RoleHolder).where(*wanted)).first()
    if row is None:
        row = RoleHolder(role=role, about=known, person_id=person_id)
        db.session.add(row)
        db.session.flush()
        log.info("approver_entered", role=role, about=known, person=person_id, by=by.id if by else None)
    return row


def take_out(number: int, *, by: Actor) -> None:
    """Take somebody out of a role; what they were asked already stays with them."""
    _require_administrator(by)
    gone = delete(RoleHolder).where(RoleHolder.id == number).returning(RoleHolder.role, RoleHolder.person_id)
    row = db.session.execute(gone).first()
    if row is None:
        raise Refused("That entry is gone already.")
    log.info("approver_taken_out", role=row.role, person=row.person_id, by=by.id)


def _require_administrator(by: Actor | None) -> None:
    if by is not None and not by.admin:
        raise Forbidden("Only administrators say who decides in a role.")
