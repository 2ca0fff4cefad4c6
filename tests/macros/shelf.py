"""Macros as their keepers would have written them, and what is asked about them again and again."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.core.macros import Content
from internaldesk.db import db
from internaldesk.macros import actions
from internaldesk.models.macros import Macro
from internaldesk.models.tickets import Draft, Message, Note
from tests import cast, make
from tests.browse import sign_in
from tests.journeys.visitor import Visitor, through
from tests.make import NOON

BODY = "Hi {first name}, {number} is done. {my name}"
TEXT = "Hi Ada, R-1 is done. Ben"
LIVE = {"HX-Request": "true"}


def macro(name: str = "VPN reset", *, by: str = "dana", team: str | None = "it", **content: Any) -> Macro:
    """One that `by` wrote for a team, or for themselves (None); a canned reply unless it is told to do something."""
    content.setdefault("body", BODY)
    team_id = make.team(team).id if team else None
    written = actions.write(by=cast.actor(by), now=NOON, team_id=team_id, content=Content(name, **content))
    db.session.flush()
    return written


def as_(client: FlaskClient, name: str) -> Visitor:
    return through(sign_in(client, name))


def at(rest: str = "") -> str:
    """An address of the first request."""
    return f"/requests/R-1{rest}"


def said(kind: type[Message] | type[Note] = Message) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(kind.body).order_by(kind.id)))


def drafted() -> list[dict[str, object]]:
    db.session.rollback()
    return list(db.session.scalars(select(Draft.words)))


def uses(of: Macro) -> int:
    db.session.expire_all()
    return of.uses
