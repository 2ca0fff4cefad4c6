"""The lists that the demo's people have saved: one that all of IT looks at, one of Ben's own."""

from datetime import datetime, timedelta

from sqlalchemy import select

from internaldesk.db import db
from internaldesk.demo.people import Cast
from internaldesk.models.people import Team
from internaldesk.saved import actions

_SAVED = timedelta(weeks=2)


def enter(cast: Cast, *, now: datetime) -> None:
    """Save them, as some weeks before `now`."""
    it, at = db.session.scalars(select(Team.id).where(Team.slug == "it")).one(), now - _SAVED
    actions.save(
        "queue",
        by=cast.everybody["dana"].actor,
        now=at,
        name="Older than 3 days",
        team_id=it,
        view="due-next",
        query="age=3d&sort=filed",
        columns=["from", "age", "word", "assignee"],
    )
    actions.save(
        "queue",
        by=cast.everybody["ben"].actor,
        now=at,
        name="Leeds, to be solved",
        team_id=None,
        view="due-next",
        query="location=leeds",
        columns=["from", "priority", "solve", "assignee"],
    )
