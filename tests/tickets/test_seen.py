"""New since you were here: a page alone notes nothing, the divider stands before the first new entry of others."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.db import db
from internaldesk.models.presence import Seen
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, seen
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

MINUTE = timedelta(minutes=1)
DIVIDER = "New since you were here"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON + 9 * MINUTE, tick=False) as found:
        yield found


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket(by="ada", now=NOON)


def post(client: FlaskClient, ticket: Ticket, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(f"/requests/{ticket.number}/seen", data={"csrf_token": token[1], **fields})


def last(who: str) -> datetime | None:
    db.session.rollback()
    return db.session.scalar(select(Seen.at).where(Seen.person_id == cast.actor(who).id))


def page(client: FlaskClient, who: str, ticket: Ticket) -> str:
    return sign_in(client, who).get(f"/requests/{ticket.number}").text


def test_the_first_time_everything_is_new_and_nothing_says_so(client: FlaskClient, ticket: Ticket) -> None:
    assert DIVIDER not in page(client, "ben", ticket)
    assert last("ben") is None  # a page alone notes nothing


@pytest.mark.parametrize(("reader", "writer"), [("ben", "ada"), ("ada", "ben")])
def test_it_stands_before_the_first_new_words_of_others(
    client: FlaskClient, ticket: Ticket, reader: str, writer: str
) -> None:
    actions.reply(ticket, by=cast.actor(writer), now=NOON + MINUTE, body="Old words")
    seen.mark(ticket.id, by=cast.actor(reader), now=NOON + 2 * MINUTE)
    actions.reply(ticket, by=cast.actor(writer), now=NOON + 3 * MINUTE, body="New words")
    actions.reply(ticket, by=cast.actor(writer), now=NOON + 4 * MINUTE, body="Newer words")

    text = page(client, reader, ticket)

    assert text.count(DIVIDER) == 1
    thread = text[text.index('id="thread"') :]
    assert thread.index("Old words") < thread.index(DIVIDER) < thread.index("New words")


def test_ones_own_words_are_not_new(client: FlaskClient, ticket: Ticket) -> None:
    seen.mark(ticket.id, by=cast.actor("ben"), now=NOON + MINUTE)
    actions.reply(ticket, by=cast.actor("ben"), now=NOON + 2 * MINUTE, body="Mine", then="wait")

    assert DIVIDER not in page(client, "ben", ticket)


def test_the_script_notes_the_instant_of_the_page_and_no_later_one(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")

    assert post(client, ticket, at=int((NOON + MINUTE).timestamp())).status_code == 204
    assert last("ben") == NOON + MINUTE
    post(client, ticket, at=int((NOON + 500 * MINUTE).timestamp()))
    assert last("ben") == NOON + 9 * MINUTE
    post(client, ticket, at=int((NOON + 2 * MINUTE).timestamp()))
    assert last("ben") == NOON + 9 * MINUTE


@pytest.mark.parametrize("at", ["", "soon", "-5", "99999999999999999999"])
def test_what_makes_no_sense_counts_as_now(client: FlaskClient, ticket: Ticket, at: str) -> None:
    assert post(sign_in(client, "ada"), ticket, at=at).status_code == 204
    assert last("ada") == NOON + 9 * MINUTE


def test_what_is_hidden_is_not_noted(client: FlaskClient, ticket: Ticket) -> None:
    assert post(sign_in(client, "eve"), ticket).status_code == 404
    assert seen.mark(2**40, by=cast.actor("eve"), now=NOON) is False
    assert last("eve") is None
