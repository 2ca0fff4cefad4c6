"""The demo desk shows thanks, a record and a mirror."""

from flask import Flask
from sqlalchemy import func, select

from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.recognition import MirrorVoice, Thanks


def test_ben_was_thanked_and_every_team_answered_for_itself(told: Flask) -> None:
    with told.app_context():
        ben = select(Person.id).where(Person.email == "ben@desk.example").scalar_subquery()
        thanked = db.session.scalar(select(func.count(Thanks.id)).where(Thanks.receiver_id == ben))
        teams = db.session.scalar(select(func.count(MirrorVoice.team_id.distinct())))

    assert thanked == 4
    assert teams == 8
