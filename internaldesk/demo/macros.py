"""What the demo's teams say again and again: their canned texts and macros, and Ben's own."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.demo import wording
from internaldesk.demo.people import Cast
from internaldesk.macros import actions
from internaldesk.models.people import Team

_WRITTEN = timedelta(weeks=3)
_OWNER = "ben"


def enter(cast: Cast, *, now: datetime) -> None:
    """Write them all, as the leads of the teams did some weeks before `now`."""
    teams = {team.slug: team for team in db.session.scalars(select(Team))}
    for keeper, entries in wording.read("macros").items():
        team = teams.get(keeper)
        by = _lead(cast, team.id) if team else cast.everybody[_OWNER].actor
        for entry in entries:
            macro = actions.write(by=by, now=now - _WRITTEN, team_id=team.id if team else None, content=_content(entry))
            macro.uses, macro.used_at = entry["uses"], now - timedelta(days=1)


def _lead(cast: Cast, team_id: int) -> Actor:
    """Who leads the team, or else looks after the system."""
    return next((who.actor for who in cast.leads if team_id in who.actor.lead_of), cast.everybody["root"].actor)


def _content(entry: dict[str, Any]) -> Content:
    return Content(
        name=entry["name"],
        shortcut=entry["shortcut"],
        body=entry.get("body", ""),
        status=Status(entry["status"]) if "status" in entry else None,
        tags=tuple(entry.get("tags", ())),
        assign=Assign(entry.get("assign", "keep")),
    )
