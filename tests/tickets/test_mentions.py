"""Calling a colleague by name: who can be called, what follows, and that nobody reads more by it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Act, may
from internaldesk.db import db
from internaldesk.models.mentions import Mention
from internaldesk.models.tickets import Message, Note, Ticket
from internaldesk.tickets import actions, mentions, seen, taking_back
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def ticket(app: Any) -> Ticket:
    return make.ticket(by="ada", now=NOON - timedelta(minutes=10), summary="The dock is dead")


def note(ticket: Ticket, body: str, *, by: str = "ben") -> Note:
    return actions.note(ticket, by=cast.actor(by), now=NOON, body=body)


def mentioned() -> list[int]:
    return list(db.session.scalars(select(Mention.person_id).order_by(Mention.person_id)))


def send(client: FlaskClient, to: str, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(to, data={"csrf_token": token[1], **fields})


def test_a_colleague_called_in_a_note_follows_and_is_told_until_they_look(ticket: Ticket) -> None:
    chi = cast.actor("chi")

    note(ticket, "@chi, do you know this dock?")

    db.session.flush()
    assert (mentioned(), mentions.unseen(chi)) == ([chi.id], 1)
    assert chi.id in ticket.follower_ids
    seen.mark(ticket.id, by=chi, now=SOON)
    assert mentions.unseen(chi) == 0


def test_names_are_marked_for_the_team_and_the_record_tells_of_it(client: FlaskClient, ticket: Ticket) -> None:
    note(ticket, "@Chi <b>please</b> look")

    shown = sign_in(client, "dana").get(f"/requests/{ticket.number}").text

    assert '<b class="called">@Chi</b> &lt;b&gt;please&lt;/b&gt; look' in shown
    assert "mentioned" not in sign_in(client, "ada").get(f"/requests/{ticket.number}").text


def test_one_finds_where_one_was_called(client: FlaskClient, ticket: Ticket) -> None:
    note(ticket, "@Chi")

    assert "The dock is dead" in sign_in(client, "chi").get("/requests?whose=mentioned").text
    assert "The dock is dead" not in sign_in(client, "dana").get("/requests?whose=mentioned").text


@pytest.mark.parametrize("name", ["Eve", "Ada", "Max", "Hana"])
def test_who_does_not_work_on_it_cannot_be_called_in_a_note(client: FlaskClient, ticket: Ticket, name: str) -> None:
    body = f"Ask @{name} first"
    refused = send(sign_in(client, "ben"), f"/requests/{ticket.number}/notes", body=body)

    assert refused.status_code == 422
    assert f"{name} does not work on this request" in refused.text
    assert body in refused.text
    assert mentioned() == []


def test_the_requester_may_be_addressed_in_a_reply(ticket: Ticket) -> None:
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="@Ada, @Ben and @all: it is mended", then="wait")

    assert mentioned() == []


def test_the_requester_calls_nobody(ticket: Ticket) -> None:
    actions.reply(ticket, by=cast.actor("ada"), now=NOON, body="@Ben @Hana help")

    assert mentioned() == []


def test_a_name_that_several_have_is_asked_back(ticket: Ticket) -> None:
    cast.person("chi").name, cast.person("dana").name = "Chi Ode", "Chi Roe"
    db.session.flush()

    with pytest.raises(Refused, match="write @Chi Ode or @Chi Roe"):
        note(ticket, "@chi")
    note(ticket, "@Chi Roe")
    db.session.flush()
    assert mentioned() == [cast.actor("dana").id]


def test_a_case_is_opened_to_nobody_by_a_name(app: Any) -> None:
    case = make.ticket("hr/concern", by="ada", now=NOON - timedelta(hours=1), summary="About my pay")

    with pytest.raises(Refused, match="Ben does not work on this request"):
        note(case, "@Ben should read this", by="hana")
    note(case, "@Hana, remember", by="hana")

    assert (mentioned(), list(case.follower_ids)) == ([], [])
    assert not may(cast.actor("ben"), Act.READ, case)


def test_a_reply_that_is_taken_back_calls_nobody(ticket: Ticket) -> None:
    ben = cast.actor("ben")
    said: Message = actions.reply(ticket, by=ben, now=NOON, body="@Chi knows docks", then="wait")
    assert mentioned() != []

    taking_back.take_back(ticket, by=ben, now=SOON, message=said.id)

    db.session.expire_all()
    assert (mentioned(), list(ticket.follower_ids)) == ([], [])


def test_who_can_be_called_is_offered_to_colleagues_only(client: FlaskClient, ticket: Ticket) -> None:
    address = f"/requests/{ticket.number}/colleagues"

    offered = re.findall(r'data-text="@(\w+) "', sign_in(client, "ben").get(address).text)
    assert offered == ["Chi", "Dana"]
    assert re.findall(r'data-text="@(\w+) "', client.get(f"{address}?q=da").text) == ["Dana"]
    for name in ("ada", "eve", "hana", "max"):
        assert sign_in(client, name).get(address).status_code == 404


def test_the_rail_of_the_queue_counts_what_is_new_in_no_further_statement(
    client: FlaskClient, ticket: Ticket, count_sql: Any
) -> None:
    def rail() -> tuple[str, int]:
        db.session.commit()
        sign_in(client, "chi")
        with count_sql() as said:
            text = client.get("/queue/due-next").text
        found = re.search(r'href="/requests\?whose=mentioned".*?<span class="count">(\d+)</span>', text, re.S)
        assert found
        return found[1], len(said)

    rail()  # calendars are met
    before = rail()
    actions.note(ticket, by=cast.actor("ben"), now=NOON, body="@Chi, have you a spare one?")
    called = rail()
    seen.mark(ticket.id, by=cast.actor("chi"), now=NOON + timedelta(minutes=1))

    assert (before[0], called[0], rail()[0]) == ("0", "1", "0")
    assert before[1] == called[1]
