"""Write down that a team was trained, and take off a note that was wrong."""

from datetime import date, datetime

from sqlalchemy import select

from internaldesk.core import training
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.trainings import Training


def note(
    *, team_id: int, request_type_id: int, held_on: date, by: Actor, now: datetime, today: date, words: str = ""
) -> Training:
    """That a team was trained about one type of request on a local date, which is not after `today`."""
    _require(by, team_id)
    training.check_day(held_on, today=today)
    there = select(Training.id).where(Training.team_id == team_id, Training.request_type_id == request_type_id)
    if db.session.scalar(there.where(Training.held_on == held_on, Training.removed_at.is_(None))):
        raise Refused("This is noted already: the same team, topic and day.", field="held_on")
    row = Training(team_id=team_id, request_type_id=request_type_id, held_on=held_on, words=words, noted_at=now)
    row.noted_by_id = by.id
    db.session.add(row)
    db.session.flush()
    return row


def remove(found: Training, *, by: Actor, now: datetime) -> Training:
    """It was wrong; the row stays, with who took it off."""
    _require(by, found.team_id)
    if found.removed_at is None:
        found.removed_at, found.removed_by_id = now, by.id
    return found


def _require(by: Actor, team_id: int) -> None:
    if not training.may_note(by, team_id):
        raise Forbidden("Whoever leads the team notes what it was trained in.")
