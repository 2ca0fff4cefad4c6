"""A second matter becomes a request of its own, and what only one team may read goes no further."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.sla import Target
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.tickets import Attachment, Ticket
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions, merges, relations, splits
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.tickets.sending import keys

LATER = NOON + timedelta(hours=1)


def split(ticket: Ticket, path: str = "facilities/climate", *, by: str = "ben", **fields: Any) -> Ticket:
    kind = make.request_type(path)
    fields = {"summary": "The room is too warm", "words": [splits.FILED], **fields}
    made = splits.split(ticket, by=cast.actor(by), now=LATER, request_type=kind, form=make.form(kind), **fields)
    db.session.flush()
    return made


def told(ticket: Ticket) -> list[str]:
    return [line.words for line in history.timeline(ticket.id, public_only=True)]


def test_the_second_matter_is_a_request_of_its_own(app: Flask) -> None:
    old = make.ticket(by="ada", details="My screen is black. The room is too warm, too.")
    asked = actions.reply(old, by=cast.actor("ada"), now=NOON, body="And the heating hums.")

    new = split(old, words=[splits.FILED, asked.id], details="Room 214.")

    assert (new.requester_id, new.team.slug, new.summary) == (old.requester_id, "facilities", "The room is too warm")
    assert new.details == "Room 214.\n\nMy screen is black. The room is too warm, too.\n\nAnd the heating hums."
    assert old.details == "My screen is black. The room is too warm, too."
    assert told(old) == [f"split {new.number} off it"]
    assert told(new) == [f"split it off {old.number}"]
    for name in ("ada", "chi"):
        found = relations.of(new, actor=cast.actor(name))
        assert [(r.heading, r.ties[0].number) for r in found] == [("Split from", old.id)]


def test_its_promises_start_at_the_split_and_the_old_ones_run_on(app: Flask) -> None:
    old = make.ticket(by="ada")
    before = {row.target: row.due_at for row in clocks.clocks(old.id)}

    new = split(old)

    started = {row.target: row.started_at for row in clocks.clocks(new.id)}
    assert started[Target.FIRST_RESPONSE] == started[Target.RESOLUTION] == new.filed_at == LATER
    assert {row.target: row.due_at for row in clocks.clocks(old.id)} == before


def test_it_is_for_the_same_two_people(app: Flask) -> None:
    new = split(make.ticket(by="eve", for_person=cast.person("max")))

    assert (new.requester_id, new.for_person_id) == (cast.person("eve").id, cast.person("max").id)


def test_the_rule_of_its_type_asks_for_approval_as_always(app: Flask) -> None:
    assert make.first_ballot(split(make.ticket(by="ada"), "purchasing/buy")) is not None


def test_merged_back_it_is_taken_back(app: Flask) -> None:
    old = make.ticket(by="ada")
    new = split(old, "it/broken")

    merges.merge(new, old, by=cast.actor("ben"), now=LATER)

    assert not new.is_open


def test_something_must_be_split_off(app: Flask) -> None:
    old = make.ticket(by="ada")

    for words in ([], [999]):
        with pytest.raises(Refused, match="Choose the words"):
            split(old, words=words)
    assert split(old, words=[], details="The room is too warm.").details == "The room is too warm."


@pytest.mark.parametrize("path", ["hr/ask", "hr/concern"])
def test_what_one_team_may_read_goes_no_further_by_itself(app: Flask, path: str) -> None:
    old = make.ticket(path, by="ada", details="Hushed")

    with pytest.raises(Refused, match="stay with its team"):
        split(old, "it/broken", by="hana")
    new = split(old, "it/broken", by="hana", words=[], details="A laptop is needed.")

    assert told(old) == ["split another request off it"]
    assert told(new) == ["split it off another request"]
    assert relations.of(new, actor=cast.actor("ben")) == [], "who may not read the old one learns of none"
    assert relations.of(new, actor=cast.actor("ada"))[0].ties[0].number == old.id


def test_within_the_team_its_words_go_along(app: Flask) -> None:
    assert split(make.ticket("hr/ask", by="ada", details="Hushed"), "hr/pay", by="hana").details == "Hushed"


@pytest.mark.parametrize("name", ["ada", "eve", "max", "hana", "root"])
def test_only_the_team_splits(app: Flask, name: str) -> None:
    with pytest.raises(Forbidden):
        split(make.ticket(by="ada"), by=name)


def test_nothing_is_split_off_what_is_closed_or_has_changed(app: Flask) -> None:
    old = make.ticket(by="ada")
    seen = old.version
    actions.reply(old, by=cast.actor("ada"), now=NOON, body="And more")
    with pytest.raises(Conflict):
        split(old, version=seen)
    actions.solve(old, by=cast.actor("ben"), now=NOON)
    actions.confirm(old, by=cast.actor("ada"), now=NOON, solved=True)
    with pytest.raises(Refused, match="closed"):
        split(old)


def send(client: FlaskClient, ticket: Ticket, **fields: Any) -> TestResponse:
    url = f"/requests/{ticket.number}/split"
    sent = {"type": "facilities/climate", "summary": "The room is too warm", "words": [splits.FILED]}
    return client.post(url, data=keys(client.get(url).text) | sent | fields)


@pytest.fixture
def filed(client: FlaskClient) -> Ticket:
    return make.ticket(by="ada", now=datetime.now(UTC) - timedelta(hours=1), details="Black. And warm.")


def newest() -> Ticket:
    db.session.expire_all()
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def test_split_on_its_page_with_a_file(client: FlaskClient, filed: Ticket) -> None:
    ada = sign_in(client, "ada")
    page = ada.get(f"/requests/{filed.number}").text
    words = {"body": "A picture", "files": (io.BytesIO(b"warm"), "warm.txt")}
    ada.post(f"/requests/{filed.number}/messages", data=keys(page) | words)
    file = db.session.scalars(select(Attachment)).one()
    ben = sign_in(client, "ben")

    answer = send(ben, filed, kept=[file.id])

    assert (answer.status_code, answer.location) == (303, f"/requests/{filed.number}")
    new = newest()
    page = ben.get(answer.location).text
    assert f"{new.number} is split off and with Facilities now." in page
    assert (new.details, new.has_files) == ("Black. And warm.", True)
    copy = db.session.scalars(select(Attachment).where(Attachment.ticket_id == new.id)).one()
    assert copy.key != file.key
    assert sign_in(client, "chi").get(f"/requests/{new.number}/files/{copy.id}").data == b"warm"


def test_what_is_missing_keeps_what_was_chosen(client: FlaskClient, filed: Ticket) -> None:
    ben = sign_in(client, "ben")

    for fields, words in (
        ({"type": ""}, "Choose what it is."),
        ({"type": "it/none"}, "Choose what it is."),
        ({"summary": ""}, "Say in a few words"),
        ({"words": [], "details": ""}, "Choose the words"),
        ({"version": 0}, "Somebody was faster"),
    ):
        answer = send(ben, filed, **{"details": "Room 214.", **fields})
        assert answer.status_code == (409 if "version" in fields else 422)
        assert words in answer.text
        assert "details" in fields or "Room 214." in answer.text
    assert newest().id == filed.id


def test_notes_and_their_files_cannot_be_chosen(client: FlaskClient, filed: Ticket) -> None:
    ben = sign_in(client, "ben")
    page = ben.get(f"/requests/{filed.number}?mode=note").text
    words = {"body": "For us", "files": (io.BytesIO(b"secret"), "secret.txt")}
    ben.post(f"/requests/{filed.number}/notes", data=keys(page) | words)
    file = db.session.scalars(select(Attachment)).one()

    assert "secret.txt" not in ben.get(f"/requests/{filed.number}/split").text
    send(ben, filed, kept=[file.id])

    assert not newest().has_files


@pytest.mark.parametrize("name", ["ada", "eve", "max", "hana"])
def test_for_others_there_is_no_such_page(client: FlaskClient, filed: Ticket, name: str) -> None:
    assert sign_in(client, name).get(f"/requests/{filed.number}/split").status_code == 404
