"""A missed promise is waived by a supervisor, for a reason that everybody reads."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.clocks import Target
from internaldesk.core.happenings import Kind
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import TeamRole
from internaldesk.models.sla import Clock, OlaTarget
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

FILED = datetime(2026, 11, 17, 13, tzinfo=UTC)  # its first reply was due on Wednesday at 11:00
WHY = "The building was evacuated"


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket("it/broken", by="ada", now=FILED)


def first_reply(ticket: Ticket) -> Clock:
    query = select(Clock).where(Clock.ticket_id == ticket.id, Clock.target == Target.FIRST_RESPONSE)
    return db.session.scalars(query).one()


def send(client: FlaskClient, ticket: Ticket, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(f"/requests/{ticket.number}/waivers", data={"csrf_token": token[1], **fields})


def page(client: FlaskClient, who: str, ticket: Ticket) -> str:
    return sign_in(client, who).get(f"/requests/{ticket.number}/clock").text


@pytest.mark.parametrize("who", ["dana", "root"])
def test_a_supervisor_waives_what_was_missed(client: FlaskClient, ticket: Ticket, who: str) -> None:
    number = first_reply(ticket).id

    answer = send(sign_in(client, who), ticket, clock=number, reason=WHY)

    assert (answer.status_code, answer.location) == (303, f"/requests/{ticket.number}/clock")
    db.session.rollback()
    row = first_reply(ticket)
    assert (row.waived_at, row.waived_why, row.waived_by_id) == (NOON, WHY, cast.actor(who).id)
    assert row.breached_at == datetime(2026, 11, 18, 11, tzinfo=UTC)
    event = db.session.scalars(select(Event).where(Event.kind == Kind.WAIVED)).one()
    assert (event.public, event.data["why"]) == (True, WHY)


def test_everybody_reads_that_it_is_waived_by_whom_and_why(client: FlaskClient, ticket: Ticket) -> None:
    actions.waive(ticket, by=cast.actor("dana"), now=NOON, clock=first_reply(ticket).id, reason=WHY)
    db.session.flush()

    for reader in ("ada", "ben", "dana"):
        text = page(client, reader, ticket)
        assert f"Waived at Wed 18 Nov 12:00: {WHY} <b>(Dana)</b>" in text
        assert "missed, waived" in text
        assert "Waive</button>" not in text
        shown = client.get(f"/requests/{ticket.number}").text
        assert "missed, waived" in shown
        assert f"waived a missed promise, the first reply: {WHY}" in shown


@pytest.mark.parametrize(("who", "offered"), [("dana", True), ("root", True), ("ben", False), ("ada", False)])
def test_the_form_is_for_supervisors(client: FlaskClient, ticket: Ticket, who: str, offered: bool) -> None:
    assert ("Waive</button>" in page(client, who, ticket)) is offered


def test_the_form_says_who_reads_the_reason(client: FlaskClient, ticket: Ticket) -> None:
    db.session.add(OlaTarget(team_id=ticket.team_id, priority=Priority.MEDIUM, minutes=60))
    db.session.flush()
    make.ticket("it/broken", by="ada", now=FILED)
    text = page(client, "dana", make.ticket("it/broken", by="ada", now=FILED))

    assert text.count("The requester reads this, too.") == 1
    assert text.count("Only the team reads this.") == 1


def test_what_was_not_missed_has_no_form(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    clock.move_to(FILED + timedelta(hours=1))

    assert "Waive</button>" not in page(client, "dana", ticket)
    answer = send(client, ticket, clock=first_reply(ticket).id, reason=WHY)

    assert answer.status_code == 422
    assert "was not missed" in answer.text


@pytest.mark.parametrize(("who", "status"), [("ben", 403), ("chi", 403), ("ada", 403), ("max", 403), ("eve", 404)])
def test_nobody_else_waives(client: FlaskClient, ticket: Ticket, who: str, status: int) -> None:
    answer = send(sign_in(client, who), ticket, clock=first_reply(ticket).id, reason=WHY)

    assert answer.status_code == status
    db.session.rollback()
    assert first_reply(ticket).waived_at is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "  "}, "Say why it does not count."),
        ({"reason": "x" * 301}, "fewer words"),
        ({"clock": "999", "reason": WHY}, "has no such promise"),
        ({"clock": "soon", "reason": WHY}, "Not a valid integer"),
    ],
)
def test_bad_input_comes_back(client: FlaskClient, ticket: Ticket, fields: dict[str, str], sentence: str) -> None:
    sent = {"clock": str(first_reply(ticket).id), **fields}

    answer = send(sign_in(client, "dana"), ticket, **sent)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error:" in answer.text
    if sent["clock"].isdigit() and sent["clock"] != "999":
        assert f'value="{fields["reason"].strip()}"' in answer.text
    db.session.rollback()
    assert first_reply(ticket).waived_at is None


def test_it_is_waived_once(client: FlaskClient, ticket: Ticket) -> None:
    number = first_reply(ticket).id
    sign_in(client, "dana")

    first = send(client, ticket, clock=number, reason=WHY, form_key="k" * 24)
    again = send(client, ticket, clock=number, reason=WHY, form_key="k" * 24)
    anew = send(client, ticket, clock=number, reason="Because")

    assert (first.status_code, again.status_code, anew.status_code) == (303, 303, 422)
    assert "waived already" in anew.text
    db.session.rollback()
    assert first_reply(ticket).waived_why == WHY


def test_the_lead_who_held_it_then_waives_what_was_missed_then(client: FlaskClient, ticket: Ticket) -> None:
    people.join(cast.person("finn"), "facilities", role=TeamRole.LEAD)
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="Late, sorry", then="progress")
    actions.transfer(ticket, by=cast.actor("ben"), now=NOON, team=make.team("facilities"), reason="workload")
    db.session.flush()

    assert "Waive</button>" in page(client, "dana", ticket)
    assert "Waive</button>" in page(client, "finn", ticket)


def test_the_lead_who_held_it_before_does_not_judge_the_next_team(client: FlaskClient, ticket: Ticket) -> None:
    early = make.ticket("it/broken", by="ada", now=FILED)
    actions.transfer(
        early, by=cast.actor("ben"), now=FILED + timedelta(hours=1), team=make.team("facilities"), reason="workload"
    )
    actions.reply(early, by=cast.actor("chi"), now=NOON, body="Late, sorry", then="progress")
    db.session.flush()

    assert "Waive</button>" not in page(client, "dana", early)
    assert send(client, early, clock=first_reply(early).id, reason=WHY).status_code == 403
