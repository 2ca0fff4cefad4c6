"""Looking changes nothing: mail scanners and browsers that fetch ahead open every link they find."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from internaldesk.approvals import links as approvals
from internaldesk.core.rating import Scores
from internaldesk.db import Base, db, unit_of_work
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.ratings import actions as ratings
from internaldesk.saved import actions as saved
from internaldesk.tickets import actions
from tests import cast, make
from tests.journeys.crawl import DOORS, Reader, everything, guesses, reader
from tests.make import NOON

pytestmark = pytest.mark.slow

PATHS = ("it/broken", "hr/pay", "hr/concern", "facilities/repair")


def contents() -> dict[str, list[str]]:
    """All rows of all tables."""
    db.session.rollback()
    return {
        name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        for name, table in Base.metadata.tables.items()
    }


def solved(agent: str = "ben") -> Ticket:
    ticket = make.ticket(now=NOON - timedelta(hours=2))
    actions.reply(ticket, by=cast.actor(agent), now=NOON - timedelta(hours=1), body="Done.", then="solve")
    return ticket


def invitation(ticket: Ticket) -> RatingInvite:
    return db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()


def link(app: Flask, invite: RatingInvite) -> str:
    return f"/rate/{ratings.token(invite.id, invite.nonce, key=app.config['DESK'].secret_key)}"


def decided_by_link(app: Flask, ticket: Ticket) -> str:
    ballot = make.first_ballot(ticket)
    assert ballot is not None
    token = approvals.token(ballot, person_id=ballot.person_id, key=app.config["DESK"].secret_key)
    return f"/approve/{token}"


@pytest.mark.parametrize(
    ("query", "marked"), [("?s=4", 4), ("?attitude=1&clarity=2", 2), ("?s=9", 0), ("?s=1&thanks=1", 4)]
)
def test_a_link_in_a_mail_only_preselects(app: Flask, query: str, marked: int) -> None:
    address = link(app, invitation(solved()))
    db.session.commit()
    before = contents()

    answer = app.test_client().get(address + query)

    assert answer.status_code == 200
    assert contents() == before
    assert "Thank you" not in answer.text
    assert answer.text.count(" checked") == marked
    assert db.session.scalars(select(Rating)).all() == []


def test_a_link_with_a_score_does_not_touch_a_rating_that_is_there(app: Flask) -> None:
    invite = invitation(solved())
    ratings.submit(invite, now=NOON, scores=Scores(5, 5, 5, 5))
    address = link(app, invite)
    db.session.commit()
    before = contents()

    assert app.test_client().get(f"{address}?s=1").status_code == 200

    assert contents() == before


@pytest.mark.parametrize("name", [*cast.NAMES, None])
def test_opening_everything_writes_nothing(app: Flask, name: str | None) -> None:
    """Every link of every member of the cast, and of a scanner that nobody signed in."""
    with time_machine.travel(NOON, tick=False):
        invite = invitation(solved())
        once = f"/password/{people.password_link(cast.person('eve'), now=NOON)}"
        with unit_of_work():
            for path in PATHS:
                make.ticket(path, now=NOON - timedelta(days=3))
            decision = decided_by_link(app, make.ticket("it/access", now=NOON - timedelta(days=3), approved=False))
            team_id = make.team("it").id
            saved.save("queue", by=cast.actor("ben"), now=NOON, name="Ours", team_id=team_id, view="due-next", query="")
        numbers = db.session.scalars(select(Ticket.id)).all()
        client = reader(app, name) if name else Reader(app, app.response_class)
        starts = [*DOORS, once, decision, link(app, invite), *guesses(numbers)]
        before = contents()

        looked = {address: answer.status_code for address, answer in everything(client, *starts)}

        assert contents() == before
    assert len(looked) > len(starts)
    assert {address: status for address, status in looked.items() if status >= 500} == {}
    assert looked[link(app, invite)] == 200
    assert looked[once] == looked[decision] == 200
