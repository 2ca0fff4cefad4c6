"""What two teams of the demo desk were trained in: one long enough ago to tell what changed, one just now."""

from datetime import datetime, timedelta

from sqlalchemy import select

from internaldesk.db import db
from internaldesk.demo.moments import LONDON
from internaldesk.demo.people import Cast
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Team
from internaldesk.quality import training_notes

_HELD = (
    ("it", "broken", "dana", 77, "Ordering parts, and what to write while one waits"),
    ("finance", "expense", "ruth.adeyemi", 8, "Receipts abroad: which rate, which form"),
)


def enter(cast: Cast, *, now: datetime) -> None:
    """Each noted on the day by whoever leads the team; a weekend is put off to the Monday."""
    for team, slug, lead, days, words in _HELD:
        at = now - timedelta(days=days)
        at += timedelta(days=(7 - at.weekday()) % 7 if at.weekday() > 4 else 0)
        found = select(RequestType).join(Team, Team.id == RequestType.team_id)
        kind = db.session.scalars(found.where(Team.slug == team, RequestType.slug == slug)).one()
        day = at.astimezone(LONDON).date()
        training_notes.note(
            team_id=kind.team_id,
            request_type_id=kind.id,
            held_on=day,
            by=cast.everybody[lead].actor,
            now=at,
            today=day,
            words=words,
        )
