"""Macros as their keepers would have written them."""

from typing import Any

from internaldesk.core.macros import Content
from internaldesk.db import db
from internaldesk.macros import actions
from internaldesk.models.macros import Macro
from tests import cast, make
from tests.make import NOON

BODY = "Hi {first name}, {number} is done. {my name}"


def macro(name: str = "VPN reset", *, by: str = "dana", team: str | None = "it", **content: Any) -> Macro:
    """One that `by` wrote for a team, or for themselves (None); a canned reply unless it is told to do something."""
    content.setdefault("body", BODY)
    team_id = make.team(team).id if team else None
    written = actions.write(by=cast.actor(by), now=NOON, team_id=team_id, content=Content(name, **content))
    db.session.flush()
    return written
