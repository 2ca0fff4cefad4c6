"""What follows a low answer: whoever leads the team sees to it, and writes down what was done."""

from datetime import datetime

from sqlalchemy import select

from internaldesk.core import rating
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.follow_ups import FollowUp
from internaldesk.models.ratings import Rating

LONGEST_NOTE = 2000


def follow(row: Rating, *, now: datetime) -> None:
    """Open one for a low rating, once; an answer that was changed to a better one takes its open one back."""
    db.session.flush()
    found = db.session.scalars(select(FollowUp).where(FollowUp.rating_id == row.id)).first()
    if rating.is_low(row) and found is None:
        db.session.add(FollowUp(rating_id=row.id, ticket_id=row.ticket_id, team_id=row.team_id, opened_at=now))
    elif found is not None and found.done_at is None and not rating.is_low(row):
        db.session.delete(found)


def finish(found: FollowUp, *, by: Actor, now: datetime, note: str, version: int | None = None) -> FollowUp:
    """It was seen to; `note` says what was done, for the next time somebody asks."""
    _require_lead(found, by)
    _refuse_stale(found, version)
    if found.done_at is not None:
        raise Refused("This is done already.")
    if not note:
        raise Refused("Write what you did, or why nothing was to be done.", field="note")
    found.done_at, found.done_by_id, found.note = now, by.id, note
    found.version += 1
    return found


def open_again(found: FollowUp, *, by: Actor, version: int | None = None) -> FollowUp:
    """It was not enough; the note stays to start from."""
    _require_lead(found, by)
    _refuse_stale(found, version)
    if found.done_at is None:
        raise Refused("This is open.")
    found.done_at = found.done_by_id = None
    found.version += 1
    return found


def _require_lead(found: FollowUp, by: Actor) -> None:
    if found.team_id not in by.lead_of:
        raise Forbidden("Whoever leads the team sees to its low answers.")


def _refuse_stale(found: FollowUp, version: int | None) -> None:
    if version is not None and version != found.version:
        raise Conflict("Somebody changed this meanwhile. Look at it again.")
