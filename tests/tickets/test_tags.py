"""The tags of a request: the team's own words, told in its history and to nobody else."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.history import Event
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, tags
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON


def put(ticket: Ticket, *words: str, by: str = "ben") -> Ticket:
    tags.tag(ticket, by=cast.actor(by), now=NOON, tags=words)
    db.session.flush()
    return ticket


def told(ticket: Ticket) -> list[str]:
    db.session.flush()
    return [line.words for line in history.timeline(ticket.id, public_only=False)]


def test_tags_are_put_on_and_taken_off_and_the_history_says_so(app: Flask) -> None:
    ticket = put(make.ticket(), "vpn", "dock")

    put(ticket, "vpn", "wifi")

    db.session.refresh(ticket)
    assert ticket.tag_words == ("vpn", "wifi")
    assert told(ticket) == ["added the tags dock, vpn", "added the tag wifi and took off the tag dock"]
    assert history.timeline(ticket.id, public_only=True) == []


def test_the_same_tags_again_change_nothing(app: Flask) -> None:
    ticket = put(make.ticket(), "vpn")
    at = ticket.updated_at

    tags.tag(ticket, by=cast.actor("ben"), now=NOON + timedelta(hours=1), tags=["vpn", "vpn"])

    assert ticket.updated_at == at
    assert len(told(ticket)) == 1


def test_a_list_that_looks_for_changes_sees_new_tags(app: Flask) -> None:
    ticket, later = make.ticket(), NOON + timedelta(hours=1)
    version = ticket.version

    tags.tag(ticket, by=cast.actor("ben"), now=later, tags=["vpn"])

    assert ticket.updated_at == later
    assert ticket.version == version, "a tag is no reason to keep somebody's reply back"


@pytest.mark.parametrize("name", ["ada", "eve", "max", "hana", "root"])
def test_only_the_team_sorts(app: Flask, name: str) -> None:
    ticket = make.ticket()

    with pytest.raises(Forbidden):
        put(ticket, "vpn", by=name)


def test_what_is_closed_is_left_alone(app: Flask) -> None:
    ticket = make.ticket()
    actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    actions.confirm(ticket, by=cast.actor("ada"), now=NOON, solved=True)

    with pytest.raises(Refused, match="closed"):
        put(ticket, "vpn")


def test_lists_can_ask_for_any_of_some_tags(app: Flask) -> None:
    vpn, dock = put(make.ticket(), "vpn", "dock"), put(make.ticket(), "dock")
    make.ticket()

    def found(*words: str) -> list[int]:
        return list(db.session.scalars(select(Ticket.id).where(tags.tagged(words)).order_by(Ticket.id)))

    assert found("vpn") == [vpn.id]
    assert found("vpn", "dock") == [vpn.id, dock.id]
    assert found("wifi") == []


def test_offered_are_the_tags_of_what_one_handles(app: Flask) -> None:
    put(make.ticket(), "vpn", "dock")
    put(make.ticket(), "vpn")
    put(make.ticket("hr/ask"), "contract", by="hana")
    put(make.ticket("hr/concern"), "hushed", by="hana")
    own = make.ticket("it/broken", by="ben")
    put(own, "bens", by="chi")
    over = put(make.ticket(), "gone")
    actions.solve(over, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    assert tags.in_use(cast.actor("ben")) == ["dock", "vpn"]
    assert tags.in_use(cast.actor("ben"), limit=1) == ["vpn"]
    assert tags.in_use(cast.actor("chi")) == ["bens", "dock", "vpn"]
    assert tags.in_use(cast.actor("hana")) == ["contract", "hushed"]
    assert tags.in_use(cast.actor("ada")) == []


@pytest.fixture
def ticket(client: FlaskClient) -> Ticket:
    return make.ticket(now=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))


def send(client: FlaskClient, ticket: Ticket, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(f"/requests/{ticket.number}/tags", data={"csrf_token": token[1], **fields})


def margin(client: FlaskClient, ticket: Ticket) -> list[str]:
    return re.findall(r'<span class="tag">([^<]+)</span>', client.get(f"/requests/{ticket.number}").text)


def test_the_margin_shows_tags_to_the_team_only(client: FlaskClient, ticket: Ticket) -> None:
    answer = send(sign_in(client, "ben"), ticket, tags="VPN, dock-driver")

    assert (answer.status_code, answer.location) == (303, f"/requests/{ticket.number}")
    assert margin(client, ticket) == ["dock-driver", "vpn"]
    assert "added the tags dock-driver, vpn" in client.get(f"/requests/{ticket.number}").text
    assert "dock-driver" not in sign_in(client, "ada").get(f"/requests/{ticket.number}").text


def test_the_editor_opens_in_place_with_what_is_there(client: FlaskClient, ticket: Ticket) -> None:
    put(ticket, "vpn", "dock")
    sign_in(client, "ben")

    part = client.get(f"/requests/{ticket.number}/tags", headers={"HX-Request": "true"}).text

    assert 'value="dock, vpn"' in part
    assert '<option value="dock">' in part
    assert "<html" not in part
    assert "Which tags?" in client.get(f"/requests/{ticket.number}/tags").text


def test_what_is_no_tag_comes_back_with_a_sentence(client: FlaskClient, ticket: Ticket) -> None:
    answer = send(sign_in(client, "ben"), ticket, tags="vpn d@ck")

    assert answer.status_code == 422
    assert "“d@ck” cannot be a tag" in answer.text
    assert 'value="vpn d@ck"' in answer.text
    assert margin(client, ticket) == []


@pytest.mark.parametrize("name", ["ada", "eve", "max"])
def test_for_others_there_is_no_such_page(client: FlaskClient, ticket: Ticket, name: str) -> None:
    sign_in(client, name)

    assert client.get(f"/requests/{ticket.number}/tags").status_code == 404
    assert send(client, ticket, tags="vpn").status_code == 404


def test_sent_twice_it_is_done_once(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")

    answers = [send(client, ticket, tags="vpn", form_key="k" * 24) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [row.data["tags"] for row in db.session.scalars(select(Event).where(Event.kind == "tagged"))] == [["vpn"]]
