"""The page of a request in both voices, and what is sent from it."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import Attachment, Draft, Message, Note, Ticket
from internaldesk.tickets import actions, attachments
from internaldesk.tickets.conversation import HELD
from tests import cast, make
from tests.browse import sign_in

CountSql = Callable[[], AbstractContextManager[list[str]]]
PAGE_BUDGET = 10


@pytest.fixture
def lately() -> datetime:
    """An hour ago: pages read the real clock."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def ticket(client: FlaskClient, lately: datetime) -> Ticket:
    return make.ticket("it/broken", by="ada", now=lately, summary="VPN drops", details="Since Monday.")


def send(client: FlaskClient, to: str, **fields: Any) -> TestResponse:
    """Post with the token of the page before."""
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(to, data={"csrf_token": token[1], **fields})


def at(ticket: Ticket, rest: str = "") -> str:
    return f"/requests/{ticket.number}{rest}"


def said() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.body).order_by(Message.id)))


def test_the_requester_reads_who_has_it_and_when_the_next_word_comes(client: FlaskClient, ticket: Ticket) -> None:
    page = sign_in(client, "ada").get(at(ticket))

    assert "Waiting for IT. First reply by" in page.text
    assert "Solved already?" in page.text


def test_notes_exist_only_for_the_team(client: FlaskClient, ticket: Ticket, lately: datetime) -> None:
    actions.note(ticket, by=cast.actor("chi"), now=lately, body="Looks like the dock")

    assert "Looks like the dock" in sign_in(client, "ben").get(at(ticket)).text
    assert "Looks like the dock" not in sign_in(client, "ada").get(at(ticket)).text
    assert sign_in(client, "ada").get(at(ticket, "?mode=note")).text.count("Internal note") == 0
    assert send(sign_in(client, "ada"), at(ticket, "/notes"), body="Mine").status_code == 404


def test_an_agents_own_request_is_a_requesters_page(client: FlaskClient, lately: datetime) -> None:
    own = make.ticket("it/broken", by="ben", now=lately)
    actions.note(own, by=cast.actor("chi"), now=lately, body="He did it again")

    page = sign_in(client, "ben").get(at(own))

    assert page.status_code == 200
    assert "He did it again" not in page.text
    assert "Solved already?" in page.text
    assert send(client, at(own, "/assignee"), assignee="me").status_code == 404


@pytest.mark.parametrize("rest", ["", "/filed", "/status", "/assignee", "/transfer", "/followers", "/changes"])
def test_what_is_hidden_does_not_exist(client: FlaskClient, ticket: Ticket, rest: str) -> None:
    sign_in(client, "eve")

    assert client.get(at(ticket, rest)).status_code == client.get("/requests/R-999999" + rest).status_code == 404


def test_an_agents_question_waits_for_the_requester(client: FlaskClient, ticket: Ticket) -> None:
    answer = send(sign_in(client, "ben"), at(ticket, "/messages"), body="Which dock?", then="wait", version="1")

    assert answer.status_code == 303
    assert said() == ["Which dock?"]
    db.session.refresh(ticket)
    assert (ticket.status, ticket.assignee_id) == (Status.WAITING, cast.actor("ben").id)
    assert "It is your turn" not in sign_in(client, "ada").get(at(ticket)).text
    with time_machine.travel(datetime.now(UTC) + HELD + timedelta(seconds=1)):
        assert "It is your turn" in client.get(at(ticket)).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"body": "  "}, "Write something first"), ({"body": "Hi", "then": "shout"}, "one of the ways")],
)
def test_bad_input_comes_back(client: FlaskClient, ticket: Ticket, fields: dict[str, str], sentence: str) -> None:
    answer = send(sign_in(client, "ben"), at(ticket, "/messages"), **fields)

    assert answer.status_code == 422
    assert sentence in answer.text or "then" in fields
    assert said() == []


def test_a_stale_page_gives_both_texts_and_three_ways_on(client: FlaskClient, ticket: Ticket, lately: datetime) -> None:
    seen = ticket.version
    actions.reply(ticket, by=cast.actor("chi"), now=lately, body="I am on it", then="progress")

    answer = send(sign_in(client, "ben"), at(ticket, "/messages"), body="My long text", version=str(seen))

    assert answer.status_code == 409
    for words in ("My long text", "I am on it", "Send mine as well", "Turn mine into a note", "Discard mine"):
        assert words in answer.text
    assert said() == ["I am on it"]
    fresh = re.search(r'name="version" value="(\d+)"', answer.text)
    assert fresh
    assert send(client, at(ticket, "/messages"), body="My long text", version=fresh[1]).status_code == 303
    assert said() == ["I am on it", "My long text"]


def test_a_form_sent_twice_speaks_once(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")

    answers = [send(client, at(ticket, "/messages"), body="Hello", form_key="k" * 24) for _ in range(3)]
    other = send(client, at(ticket, "/messages"), body="Something else", form_key="k" * 24)

    assert {(a.status_code, a.location) for a in answers} == {(303, answers[0].location)}
    assert other.status_code == 409
    assert "Something else" in other.text
    assert said() == ["Hello"]


def test_files_of_a_message_are_there_for_its_readers_only(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ada")
    send(client, at(ticket, "/messages"), body="See log", files=(io.BytesIO(b"<script>"), "лог & page.html"))
    row = db.session.scalars(select(Attachment)).one()
    path = at(ticket, f"/files/{row.id}")

    answer = client.get(path)

    assert answer.data == b"<script>"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.mimetype == "application/octet-stream"
    assert sign_in(client, "eve").get(path).status_code == 404
    assert sign_in(client, "ben").get(path).status_code == 200


def test_a_file_of_a_note_is_hidden_from_the_requester(client: FlaskClient, ticket: Ticket) -> None:
    send(sign_in(client, "ben"), at(ticket, "/notes"), body="Contract", files=(io.BytesIO(b"x"), "secret.txt"))
    row = db.session.scalars(select(Attachment)).one()

    assert client.get(at(ticket, f"/files/{row.id}")).status_code == 200
    assert sign_in(client, "ada").get(at(ticket, f"/files/{row.id}")).status_code == 404
    assert "secret.txt" not in client.get(at(ticket)).text


def test_a_file_that_is_too_large_keeps_everything_else(
    client: FlaskClient, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 10)
    sign_in(client, "ada")
    small, large = (io.BytesIO(b"tiny"), "small.txt"), (io.BytesIO(b"x" * 11), "large.txt")

    answer = send(client, at(ticket, "/messages"), body="Both", files=[small, large])

    assert answer.status_code == 413
    assert "large.txt is larger than 20 MB" in answer.text
    assert "Both" in answer.text
    kept = re.search(r'name="kept_files" value="(\d+)"', answer.text)
    assert kept
    assert send(client, at(ticket, "/messages"), body="Both", kept_files=kept[1]).status_code == 303
    row = db.session.scalars(select(Attachment)).one()
    assert (row.name, row.ticket_id) == ("small.txt", ticket.id)


def test_solved_is_it(client: FlaskClient, ticket: Ticket, lately: datetime) -> None:
    actions.solve(ticket, by=cast.actor("ben"), now=lately)

    assert "Not yet" in sign_in(client, "ada").get(at(ticket)).text
    assert send(client, at(ticket, "/status"), status="progress").status_code == 303
    db.session.refresh(ticket)
    assert (ticket.status, ticket.reopened) == (Status.PROGRESS, 1)


@pytest.mark.parametrize(
    ("rest", "fields", "sentence"),
    [
        ("/status", {"status": "asleep"}, "Not a valid choice"),
        ("/status", {"status": "waiting", "until": "soon"}, "Write the date like"),
        ("/status", {"status": "waiting", "until": "2020-01-01"}, "Choose a date ahead"),
        ("/assignee", {"assignee": "999"}, "works in this team"),
        ("/transfer", {"team": "it", "reason": "expertise"}, "another team"),
        ("/transfer", {"team": "hr", "reason": "spite"}, "Not a valid choice"),
        ("/followers", {"person": "Nobody At All"}, "Nobody is called that"),
    ],
)
def test_every_property_refuses_with_a_sentence(
    client: FlaskClient, ticket: Ticket, rest: str, fields: dict[str, str], sentence: str
) -> None:
    answer = send(sign_in(client, "ben"), at(ticket, rest), **fields)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_hand_over_leads_back_to_the_queue_and_out_of_the_way(client: FlaskClient, ticket: Ticket) -> None:
    answer = send(sign_in(client, "ben"), at(ticket, "/transfer"), team="facilities", reason="wrong-desk", body="Yours")

    assert answer.status_code == 303
    db.session.refresh(ticket)
    assert ticket.team.slug == "facilities"
    assert db.session.scalars(select(Note.body)).all() == ["Yours"]
    assert "handed it from IT to Facilities" in sign_in(client, "ada").get(at(ticket)).text


def test_drafts_are_kept_per_mode_and_dropped_when_sent(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")
    send(client, at(ticket, "/draft"), body="Half a reply")
    send(client, at(ticket, "/draft?mode=note"), body="Half a note")

    assert "Half a reply" in client.get(at(ticket)).text
    assert "Half a note" in client.get(at(ticket, "?mode=note")).text
    send(client, at(ticket, "/messages"), body="A whole reply")
    assert db.session.scalars(select(Draft.words)).all() == [{"body": "Half a note"}]


def test_polling_costs_nothing_until_something_changes(client: FlaskClient, ticket: Ticket, lately: datetime) -> None:
    sign_in(client, "ada")
    seen = ticket.version

    assert client.get(at(ticket, f"/changes?since={seen}")).status_code == 204
    actions.reply(ticket, by=cast.actor("ben"), now=lately, body="News", then="progress")
    assert "New: " in client.get(at(ticket, f"/changes?since={seen}"), headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("name", ["ada", "ben"])
def test_the_page_costs_the_same_for_long_talks_and_full_desks(
    client: FlaskClient, ticket: Ticket, lately: datetime, count_sql: CountSql, name: str
) -> None:
    path = at(ticket)

    def cost() -> int:
        with count_sql() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    sign_in(client, name)
    cost()
    few = cost()
    for n in range(30):
        make.ticket("it/broken", by="ada", now=lately)
        actions.reply(ticket, by=cast.actor("ben" if n % 2 else "ada"), now=lately, body=f"Word {n}")
        actions.note(ticket, by=cast.actor("chi"), now=lately, body=f"Note {n}")
    db.session.commit()

    assert cost() == few <= PAGE_BUDGET


def test_nothing_is_half_written_when_an_action_refuses(client: FlaskClient, ticket: Ticket, lately: datetime) -> None:
    actions.solve(ticket, by=cast.actor("ben"), now=lately)
    actions.confirm(ticket, by=cast.actor("ada"), now=lately, solved=True)

    answer = send(sign_in(client, "ada"), at(ticket, "/messages"), body="One more thing")

    assert answer.status_code == 422
    assert "closed" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
