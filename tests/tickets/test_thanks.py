"""A thank-you needs no answer: the next reply is called off, nobody is blamed for it, and the history says who did."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.errors import Conflict
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.sla import Clock, ClockEvent
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, thanks
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON + 10 * MINUTE, tick=False):
        yield


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    """Ada was answered, and said thank you."""
    found = make.ticket(by="ada")
    actions.reply(found, by=cast.actor("ben"), now=NOON + MINUTE, body="It is on its way", then="progress")
    actions.reply(found, by=cast.actor("ada"), now=NOON + 2 * MINUTE, body="Thank you!")
    db.session.flush()
    return found


def next_reply(ticket: Ticket) -> Clock:
    query = select(Clock).where(Clock.ticket_id == ticket.id, Clock.target == Target.NEXT_RESPONSE)
    return db.session.scalars(query.order_by(Clock.cycle.desc())).first()


def press(client: FlaskClient, ticket: Ticket, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(f"/requests/{ticket.number}/thanks", data={"csrf_token": token[1], **fields})


def test_the_next_reply_is_called_off_and_the_team_reads_by_whom(client: FlaskClient, ticket: Ticket) -> None:
    assert next_reply(ticket).state is ClockState.RUNNING
    due, version = ticket.queue_at, ticket.version

    answer = press(sign_in(client, "chi"), ticket, version=ticket.version)

    assert (answer.status_code, answer.location) == (303, f"/requests/{ticket.number}")
    db.session.rollback()
    found = next_reply(ticket)
    assert (found.state, found.breached_at, found.decided_at) == (ClockState.CANCELLED, None, None)
    assert ticket.version == version + 1
    assert ticket.queue_at > due
    team, public = (history.timeline(ticket.id, public_only=only) for only in (False, True))
    assert (team[-1].who, team[-1].words) == ("Chi", "said that no answer is needed")
    assert "no answer" not in " ".join(line.words for line in public)


def test_pressed_twice_it_happened_once(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")
    seen = ticket.version

    assert [press(client, ticket, version=seen).status_code for _ in range(2)] == [303, 303]

    db.session.rollback()
    log = db.session.scalars(select(ClockEvent.kind).where(ClockEvent.ticket_id == ticket.id)).all()
    assert log.count("no_reply_needed") == 1
    assert ticket.version == seen + 1


def test_newer_words_may_be_a_question(ticket: Ticket) -> None:
    seen = ticket.version
    actions.reply(ticket, by=cast.actor("ada"), now=NOON + 3 * MINUTE, body="But which door?")
    db.session.flush()

    with pytest.raises(Conflict):
        thanks.no_answer_needed(ticket, by=cast.actor("ben"), now=NOON + 4 * MINUTE, version=seen)

    assert next_reply(ticket).state is ClockState.RUNNING


def test_the_next_question_is_owed_an_answer_again(ticket: Ticket) -> None:
    thanks.no_answer_needed(ticket, by=cast.actor("ben"), now=NOON + 3 * MINUTE)

    actions.reply(ticket, by=cast.actor("ada"), now=NOON + 4 * MINUTE, body="One more thing")

    db.session.flush()
    assert (next_reply(ticket).cycle, next_reply(ticket).state) == (2, ClockState.RUNNING)


def test_it_is_offered_where_a_next_reply_is_owed_to_those_who_owe_it(client: FlaskClient, ticket: Ticket) -> None:
    def offered(who: str) -> bool:
        return "No answer needed</button>" in sign_in(client, who).get(f"/requests/{ticket.number}").text

    assert [offered(who) for who in ("ben", "ada", "max")] == [True, False, False]

    thanks.no_answer_needed(ticket, by=cast.actor("ben"), now=NOON + 3 * MINUTE)
    assert not offered("ben")


def test_where_nothing_is_owed_nothing_happens(app: Flask) -> None:
    asked = make.ticket(by="ada")
    before = asked.version

    assert thanks.no_answer_needed(asked, by=cast.actor("ben"), now=NOON) is False

    assert (asked.version, asked.queue_at < NOON + timedelta(days=2)) == (before, True)


@pytest.mark.parametrize("who", ["ada", "max", "eve"])
def test_nobody_else_calls_it_off(client: FlaskClient, ticket: Ticket, who: str) -> None:
    assert press(sign_in(client, who), ticket).status_code == 404

    db.session.rollback()
    assert next_reply(ticket).state is ClockState.RUNNING
