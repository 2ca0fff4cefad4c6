"""Who writes here: colleagues are told at once, nobody else ever is, and an open page says what is new."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.presence import Presence
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, presence
from internaldesk.tickets.conversation import HELD
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

SECOND = timedelta(seconds=1)
HX = {"HX-Request": "true"}


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket(by="ada", now=NOON - timedelta(minutes=10))


def send(client: FlaskClient, ticket: Ticket, what: str, **fields: str) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(f"/requests/{ticket.number}/{what}", data={"csrf_token": token[1], **fields})


def beat(client: FlaskClient, ticket: Ticket, mode: str = "reply") -> TestResponse:
    return send(client, ticket, "presence", mode=mode)


def writes(who: str, ticket: Ticket, *, now: datetime = NOON, mode: str = "reply") -> bool:
    return presence.beat(ticket.id, by=cast.actor(who), now=now, mode=mode)


def names(ticket: Ticket, now: datetime) -> list[tuple[str, str, datetime]]:
    return [(who.name, who.mode, who.since) for who in presence.here([ticket.id], now=now).get(ticket.id, [])]


def poll(client: FlaskClient, ticket: Ticket, **args: Any) -> TestResponse:
    at = int((NOON - timedelta(minutes=1)).timestamp())
    query = {"since": ticket.version, "at": at, **args}
    return client.get(f"/requests/{ticket.number}/changes", query_string=query, headers=HX)


@pytest.mark.parametrize(("mode", "words"), [("reply", "a reply"), ("note", "an internal note")])
def test_a_colleague_reads_who_writes(client: FlaskClient, ticket: Ticket, mode: str, words: str) -> None:
    assert beat(sign_in(client, "ben"), ticket, mode).status_code == 204

    page = sign_in(client, "chi").get(f"/requests/{ticket.number}").text

    assert f"<b>Ben is writing {words}</b> here, started 12:00." in page
    assert "is writing" not in sign_in(client, "ben").get(f"/requests/{ticket.number}").text


@pytest.mark.parametrize("reader", ["ada", "max"])
def test_the_requester_never_learns_of_it(client: FlaskClient, ticket: Ticket, reader: str) -> None:
    writes("ben", ticket, mode="note")
    sign_in(client, reader)

    assert "is writing" not in client.get(f"/requests/{ticket.number}").text
    assert poll(client, ticket).status_code == 204
    assert "Ben" not in poll(client, ticket, told=0).text


@pytest.mark.parametrize("who", ["ada", "max", "eve", "hana"])
def test_only_those_who_handle_it_are_counted(client: FlaskClient, ticket: Ticket, who: str) -> None:
    assert beat(sign_in(client, who), ticket).status_code == 404

    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Presence)) == 0


def test_a_mode_nobody_knows_is_refused(client: FlaskClient, ticket: Ticket) -> None:
    assert beat(sign_in(client, "ben"), ticket, "shout").status_code == 404


def test_it_began_with_the_first_of_beats_that_follow_each_other(ticket: Ticket) -> None:
    for seconds in (0, 15, 59):
        writes("ben", ticket, now=NOON + seconds * SECOND)
    assert names(ticket, NOON + 60 * SECOND) == [("Ben", "reply", NOON)]

    writes("ben", ticket, now=NOON + 70 * SECOND, mode="note")
    assert names(ticket, NOON + 70 * SECOND) == [("Ben", "note", NOON + 70 * SECOND)]

    writes("ben", ticket, now=NOON + 200 * SECOND, mode="note")
    assert names(ticket, NOON + 200 * SECOND) == [("Ben", "note", NOON + 200 * SECOND)]


def test_after_three_beats_missed_it_counts_no_more_and_is_removed(ticket: Ticket) -> None:
    writes("ben", ticket)
    writes("chi", ticket, now=NOON + 30 * SECOND)

    assert [name for name, *_ in names(ticket, NOON + 44 * SECOND)] == ["Ben", "Chi"]
    assert [name for name, *_ in names(ticket, NOON + 45 * SECOND)] == ["Chi"]
    assert presence.forget(now=NOON + 45 * SECOND) == 1
    assert presence.forget(now=NOON + 45 * SECOND) == 0


def test_whoever_sent_it_writes_no_more(client: FlaskClient, ticket: Ticket) -> None:
    beat(sign_in(client, "ben"), ticket)
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token

    client.post(
        f"/requests/{ticket.number}/messages", data={"csrf_token": token[1], "body": "On it", "then": "progress"}
    )

    db.session.rollback()
    assert names(ticket, NOON) == []


def test_nobody_asked_for_costs_nothing(app: Flask, count_sql: Any) -> None:
    with count_sql() as said:
        assert presence.here([], now=NOON) == {}

    assert said == []


def test_an_open_page_is_told_when_a_colleague_begins_and_when_they_stop(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "chi")
    assert poll(client, ticket).status_code == 204

    writes("ben", ticket)
    began = poll(client, ticket)
    assert "Ben is writing a reply" in began.text
    here = re.search(r"here=([\w-]*)", began.text)
    assert here
    assert poll(client, ticket, here=here[1]).status_code == 204

    presence.leave(ticket.id, by=cast.actor("ben"))
    stopped = poll(client, ticket, here=here[1])
    assert stopped.status_code == 200
    assert "is writing" not in stopped.text


def test_an_open_page_says_what_is_new_and_asks_before_it_shows_it(client: FlaskClient, ticket: Ticket) -> None:
    seen = ticket.version
    actions.reply(ticket, by=cast.actor("ada"), now=NOON, body="Any news of the dock?")
    sign_in(client, "ben")

    told = poll(client, ticket, since=seen)

    assert "New: reply from Ada." in told.text
    assert "dock" not in told.text
    assert f"told={ticket.version}" in told.text
    assert poll(client, ticket, since=seen, told=ticket.version).status_code == 204


def test_the_requester_is_told_of_words_and_not_of_what_is_internal(
    client: FlaskClient, ticket: Ticket, clock: Any
) -> None:
    seen, ben = ticket.version, cast.actor("ben")
    actions.set_priority(ticket, by=ben, now=NOON, level=Priority.LOW)
    ticket.version += 1
    sign_in(client, "ada")
    assert "New:" not in poll(client, ticket, since=seen).text

    actions.reply(ticket, by=ben, now=NOON, body="It is on its way", then="progress")
    assert poll(client, ticket, since=seen).status_code == 204
    clock.shift(HELD)
    assert re.search(r"New: (reply from|change by) Ben", poll(client, ticket, since=seen).text)


def test_ones_own_words_are_no_news(client: FlaskClient, ticket: Ticket) -> None:
    seen = ticket.version
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="On it", then="progress")

    assert "New:" not in poll(sign_in(client, "ben"), ticket, since=seen).text


def test_asking_costs_one_statement_while_nothing_is_new(client: FlaskClient, ticket: Ticket, count_sql: Any) -> None:
    writes("ben", ticket)
    sign_in(client, "chi")
    here = f"{cast.actor('ben').id}r"

    def cost(**args: Any) -> int:
        with count_sql() as said:
            assert poll(client, ticket, here=here, **args).status_code in (204, 304)
        return len(said)

    def nothing() -> int:
        with count_sql() as said:
            client.get("/livez")
            client.get("/nothing-here")
        return len(said)

    assert cost() - nothing() <= 1 + 1  # who asks, and what is new


@pytest.mark.parametrize("number", [999_999, 2**40])
def test_what_is_not_there_is_not_there(client: FlaskClient, ticket: Ticket, number: int) -> None:
    sign_in(client, "ben")

    assert client.get(f"/requests/R-{number}/changes?since=1").status_code == 404
    assert presence.beat(number, by=cast.actor("ben"), now=NOON, mode="reply") is False
