"""What a form keeps: files and drafts, until they are sent or taken away."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.tickets import Attachment, Draft
from internaldesk.tickets import attachments
from tests import cast
from tests.browse import Browser, sign_in
from tests.tickets.sending import URL, WORDS, filed, hidden, keys, send, tickets, upload


@pytest.fixture
def ada(client: Browser) -> FlaskClient:
    return sign_in(client, "ada")


def test_files_survive_a_form_that_did_not_pass(ada: FlaskClient) -> None:
    page = send(ada, **WORDS | {"summary": ""}, files=upload()).text

    kept = hidden(page, "kept_files")
    again = ada.post(URL, data=WORDS | {"kept_files": kept} | keys(page))

    assert "black.txt" in page
    assert again.status_code == 303
    assert filed().has_files
    assert db.session.scalars(select(Attachment.ticket_id)).all() == [filed().id]


def test_a_kept_file_can_be_taken_away(ada: FlaskClient) -> None:
    page = send(ada, **WORDS | {"summary": ""}, files=upload()).text
    kept = hidden(page, "kept_files")

    without = ada.post(URL, data=WORDS | {"kept_files": kept, "remove": kept[0]} | keys(page))
    sent = ada.post(URL, data=WORDS | keys(without.text))

    assert without.status_code == 200
    assert hidden(without.text, "kept_files") == []
    assert sent.status_code == 303
    assert not filed().has_files


def test_files_of_others_cannot_be_taken(app: Flask, ada: FlaskClient) -> None:
    eve = sign_in(app.test_client(), "eve")
    stolen = hidden(send(eve, **WORDS | {"summary": ""}, files=upload()).text, "kept_files")

    send(ada, **WORDS, kept_files=stolen)

    assert not filed().has_files


@pytest.mark.parametrize("odd", ["²", "99999999999", "-1", "x", "0"])
def test_odd_ids_name_no_file(ada: FlaskClient, odd: str) -> None:
    draft = send(ada, summary="Screen", kept_files=odd, draft="1")
    page = ada.get(URL)
    sent = send(ada, **WORDS, kept_files=odd, remove="")

    assert (draft.status_code, page.status_code) == (303, 200)
    assert sent.status_code == 200  # `remove` only takes a file away


def test_a_file_that_is_too_large_is_named_and_all_else_is_kept(
    ada: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 1000)
    large = upload("film.mp4", b"\0" * 1001)

    answer = send(ada, **WORDS, files=[upload(), large])

    assert answer.status_code == 413
    assert "film.mp4 is larger than 20 MB" in answer.text
    assert 'value="Screen goes black"' in answer.text
    assert len(hidden(answer.text, "kept_files")) == 1
    assert tickets() == 0


def test_a_sixth_file_is_left_out_with_a_sentence(ada: FlaskClient) -> None:
    answer = send(ada, **WORDS, files=[upload(f"{number}.txt") for number in range(6)])

    assert answer.status_code == 422
    assert "5.txt was left out" in answer.text
    assert len(hidden(answer.text, "kept_files")) == 5


def test_a_draft_waits_until_it_is_sent(ada: FlaskClient) -> None:
    saved = send(ada, device="LDS-1904", summary="Screen", draft="1", files=upload())
    page = ada.get(URL).text
    sent = ada.post(URL, data=WORDS | {"kept_files": hidden(page, "kept_files")} | keys(page))

    assert (saved.status_code, saved.headers["Location"]) == (303, URL)
    assert 'value="LDS-1904"' in page
    assert "Draft kept" in page
    assert "black.txt" in page
    assert sent.status_code == 303
    assert db.session.scalars(select(Draft)).all() == []


def test_a_draft_can_be_discarded(ada: FlaskClient) -> None:
    send(ada, summary="Screen", draft="1")

    send(ada, discard="1")

    assert 'value="Screen"' not in ada.get(URL).text


def test_what_is_typed_is_kept_while_it_is_typed_and_is_ones_own(app: Flask, ada: FlaskClient) -> None:
    page = ada.get(URL).text
    saved = ada.post(f"{URL}/draft", data={"summary": "Screen", "csrf_token": hidden(page, "csrf_token")[0]})

    assert saved.status_code == 204
    assert 'value="Screen"' in ada.get(URL).text
    assert 'value="Screen"' not in sign_in(app.test_client(), "eve").get(URL).text


def test_the_form_starts_with_what_is_known(app: Flask, ada: FlaskClient) -> None:
    cast.person("ada").phone = "0113 496 0100"

    assert 'value="0113 496 0100"' in ada.get("/catalogue/it/sign-in").text
    assert 'value="Leeds"' in ada.get("/catalogue/it/hardware").text
    assert 'value="My words"' in ada.get(f"{URL}?summary=My+words").text
