"""Whom a form means: by id, by address, by a name, and what happens where that fits several or nobody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from internaldesk.db import db
from internaldesk.models.people import Person
from tests import cast
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.tickets.sending import WORDS, filed, send


@pytest.fixture
def ada(client: Browser) -> FlaskClient:
    return sign_in(client, "ada")


@pytest.mark.parametrize("named", ["{id}", "eve@desk.example", "EVE@desk.example ", "eve", "Eve"])
@pytest.mark.parametrize("field", ["for_person", "for_person_name"])
def test_somebody_else_is_named_by_id_address_or_name(ada: FlaskClient, named: str, field: str) -> None:
    send(ada, **WORDS, for_whom="other", **{field: named.format(id=cast.person("eve").id)})

    ticket = filed()
    assert (ticket.for_person_id, ticket.location_id) == (cast.person("eve").id, cast.person("eve").location_id)


def test_a_script_need_not_say_that_it_is_for_somebody_else(ada: FlaskClient) -> None:
    send(ada, **WORDS, for_person="eve@desk.example")

    assert filed().for_person_id == cast.person("eve").id


@pytest.mark.parametrize("fields", [{"for_person": "me"}, {"for_whom": "me", "for_person": "eve@desk.example"}, {}])
def test_for_me_is_for_me(ada: FlaskClient, fields: dict[str, str]) -> None:
    send(ada, **WORDS, **fields)

    assert filed().for_person_id == cast.person("ada").id


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say who this is for"),
        ("Zoe", "Nobody here is called “Zoe”."),
        ("zoe@desk.example", "Nobody here has the address"),
        ("999999", "Choose one from the list."),
        ("99999999999999999999", "Nobody here is called"),
    ],
)
def test_nobody_is_no_answer(ada: FlaskClient, text: str, sentence: str) -> None:
    answer = send(ada, **WORDS, for_whom="other", for_person_name=text)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_name_of_two_people_is_asked_back_with_both(app: Flask, ada: FlaskClient) -> None:
    people = [twin("Hanna Weber", "hw1"), twin("Hanna Weber", "hw2")]

    answer = send(ada, **WORDS, for_whom="other", for_person_name="Hanna")
    chosen = send(ada, **WORDS, for_whom="other", for_person=str(people[1]))

    assert answer.status_code == 422
    assert "“Hanna” matches 2 people" in answer.text
    assert all(f'<option value="{number}">Hanna Weber, Leeds' in answer.text for number in people)
    assert chosen.status_code == 303
    assert filed().for_person_id == people[1]


def test_who_types_on_after_choosing_means_what_was_typed(ada: FlaskClient) -> None:
    send(ada, **WORDS, for_whom="other", for_person=str(cast.person("eve").id), for_person_name="Max")

    assert filed().for_person_id == cast.person("max").id


def test_people_in_questions_are_found_the_same_way(ada: FlaskClient) -> None:
    words = {"change": "new", "system": "CRM", "summary": "CRM access"}

    wrong = send(ada, "/catalogue/it/access", **words, like_name="Zoe")
    right = send(ada, "/catalogue/it/access", **words, like_name="Ben")

    assert wrong.status_code == 422
    assert "Nobody here is called “Zoe”." in wrong.text
    assert 'href="#q-like"' in wrong.text
    assert right.status_code == 303
    assert filed().answers["like"] == cast.person("ben").id


def test_the_other_person_is_named_among_the_readers(ada: FlaskClient) -> None:
    page = send(ada, for_whom="other", for_person_name="eve").text

    assert "You, Eve, the IT team and managers can read this request." in page


def twin(name: str, mailbox: str) -> int:
    leeds = cast.person("ada").location_id
    person = Person(email=f"{mailbox}@desk.example", name=name, location_id=leeds, created_at=NOON)
    db.session.add(person)
    db.session.flush()
    return person.id
