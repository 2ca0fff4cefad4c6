"""Builders in the desk's words: tickets as the actions would have made them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions
from tests import cast

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday; every team is at work
_ANSWERS = {"it/broken": {"device": "LDS-1904", "can_work": "partly", "affected": "one"}}


def request_type(path: str) -> RequestType:
    """The type at "team/type"."""
    team, slug = path.split("/")
    query = select(RequestType).join(Team).where(Team.slug == team, RequestType.slug == slug)
    return db.session.scalars(query).one()


def form(kind: RequestType) -> FormVersion:
    """The newest form of a type."""
    query = select(FormVersion).where(FormVersion.request_type_id == kind.id).order_by(FormVersion.number.desc())
    return db.session.scalars(query.limit(1)).one()


def team(slug: str) -> Team:
    """A team by its slug."""
    return db.session.scalars(select(Team).where(Team.slug == slug)).one()


def ticket(path: str = "it/broken", *, by: str = "ada", now: datetime = NOON, **facts: Any) -> Ticket:
    """A ticket just filed; `facts` are those of `actions.file`, `assignee` names who took it at once."""
    kind = request_type(path)
    assignee = facts.pop("assignee", None)
    facts.setdefault("summary", f"Something about {kind.name.lower()}")
    facts.setdefault("answers", _ANSWERS.get(path, {}))
    filed = actions.file(kind, by=cast.actor(by), now=now, form=form(kind), **facts)
    if assignee:
        who = cast.actor(assignee)
        actions.assign(filed, by=who, now=now, assignee_id=who.id)
    db.session.flush()
    return filed
