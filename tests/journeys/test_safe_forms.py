"""Nothing typed is lost and nothing acts twice, whatever people do with a form."""

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.db import db
from internaldesk.models.tickets import Attachment, Draft, Message, Note, Ticket
from tests import make
from tests.browse import sign_in
from tests.journeys import steps
from tests.journeys.visitor import Reply, Visitor, filled, through

FILING = "/catalogue/it/broken"
PHOTO = ("blink.txt", b"red, red, red")


def signed_in(app: Flask, name: str) -> Visitor:
    return through(sign_in(app.test_client(), name))


@pytest.fixture
def ada(app: Flask) -> Visitor:
    return signed_in(app, "ada")


@pytest.fixture
def ben(app: Flask) -> Visitor:
    return signed_in(app, "ben")


@pytest.fixture
def broken(app: Flask) -> str:
    """The address of something of Ada's that is broken, in Ben's hands."""
    return f"/requests/{make.ticket(assignee='ben').number}"


def count(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_filing_twice_with_one_key_files_once_and_answers_the_same(ada: Visitor) -> None:
    form = ada.fills(FILING, FILING, **steps.BROKEN)

    first, second = ada.posts(FILING, form), ada.posts(FILING, form)

    assert first.status == 303
    assert second == first
    assert count(Ticket) == 1


def test_other_words_under_a_used_key_are_refused_and_shown(ada: Visitor) -> None:
    form = ada.fills(FILING, FILING, **steps.BROKEN)
    ada.posts(FILING, form)
    form.setlist("details", ["Now it smokes, too."])

    again = ada.posts(FILING, form)

    assert again.status == 409
    assert "Now it smokes, too." in again.text
    assert count(Ticket) == 1


def test_a_reply_sent_twice_is_said_once(ben: Visitor, broken: str) -> None:
    form = ben.fills(broken, f"{broken}/messages", "then=wait", body="Which light?", go="stay")

    first, second = (ben.posts(f"{broken}/messages", form) for _ in range(2))

    assert (first.status, second) == (303, first)
    assert count(Message) == 1


def test_a_reply_sent_twice_by_script_leads_to_the_page_twice(app: Flask, broken: str) -> None:
    client = sign_in(app.test_client(), "ben")
    form = through(client).fills(broken, f"{broken}/messages", "then=wait", body="Which light?", go="stay")

    first, second = (client.post(f"{broken}/messages", data=form, headers={"HX-Request": "true"}) for _ in range(2))

    assert (first.status_code, second.status_code) == (204, 204)
    assert first.headers["HX-Redirect"] == second.headers["HX-Redirect"]
    assert client.get(first.headers["HX-Redirect"]).status_code == 200
    assert count(Message) == 1


def test_a_key_is_of_use_only_to_who_got_it(app: Flask, ada: Visitor) -> None:
    form = ada.fills(FILING, FILING, **steps.BROKEN)
    first = ada.posts(FILING, form)
    eve = signed_in(app, "eve")
    theirs = eve.fills(FILING, FILING, **steps.BROKEN)
    theirs.setlist("form_key", form.getlist("form_key"))

    answer = eve.posts(FILING, theirs)

    assert (answer.status, count(Ticket)) == (303, 2)
    assert answer.location != first.location


@pytest.mark.parametrize(("mode", "table"), [("messages", Message), ("notes", Note)])
def test_somebody_faster_gets_a_page_with_both_texts(
    ada: Visitor, ben: Visitor, broken: str, mode: str, table: type[object]
) -> None:
    where = broken if mode == "messages" else f"{broken}?mode=note"
    form = ben.fills(where, f"{broken}/{mode}", body="Try another cable.", files=PHOTO)
    ada.sends(broken, f"{broken}/messages", body="It works now!")
    before = count(table)

    answer = ben.posts(f"{broken}/{mode}", form)

    assert answer.status == 409
    assert "Try another cable." in answer.text
    assert "It works now!" in answer.text
    assert count(table) == before
    again = send_mine(ben, answer, f"{broken}/{mode}")
    assert again.status == 303
    assert count(table) == before + 1
    page = ben.reads(broken)
    assert "Try another cable." in page
    assert PHOTO[0] in page


def send_mine(ben: Visitor, conflict: Reply, to: str) -> Reply:
    """Press what the page of a conflict offers."""
    return ben.posts(to, filled(conflict.text, to))


def test_a_form_that_does_not_pass_comes_back_whole(ada: Visitor) -> None:
    typed = {
        **steps.BROKEN,
        "summary": "",
        "details": "Lines\nand <b>signs</b> & more",
        "can_work": "no",
        "customer_waiting": "yes",
        "customer": "Northwind",
        "needed_by": "2099-12-01T14:00",
    }

    refused = ada.sends(FILING, FILING, **typed, files=[PHOTO, ("second.txt", b"two")])

    assert refused.status == 422
    assert "Error: " in refused.text
    kept = filled(refused.text, FILING)
    assert {name: unescape(str(kept[name])).replace("\r", "").lstrip("\n") for name in typed} == typed
    assert len(kept.getlist("kept_files")) == 2
    assert "blink.txt" in refused.text
    assert count(Ticket) == 0

    kept.setlist("summary", ["Now it says what it is about"])
    sent = ada.posts(FILING, kept)

    assert sent.status == 303
    assert count(Ticket) == 1
    receipt = ada.reads(sent.location)
    assert "blink.txt" in receipt
    assert "second.txt" in receipt
    assert db.session.scalars(select(Attachment.ticket_id)).all() == [1, 1]


def test_an_empty_reply_keeps_its_file(ben: Visitor, broken: str) -> None:
    refused = ben.sends(broken, f"{broken}/messages", "then=progress", body=" ", files=PHOTO)

    assert refused.status == 422
    kept = filled(refused.text, f"{broken}/messages", "then=progress", body="Here it is.")
    assert ben.posts(f"{broken}/messages", kept).status == 303
    assert "blink.txt" in ben.reads(broken)


def test_what_nobody_can_keep_says_so_and_leaves_the_rest(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("internaldesk.tickets.attachments.LARGEST", 10)

    refused = ada.sends(FILING, FILING, **steps.BROKEN, files=[("small.txt", b"1"), ("large.txt", b"1" * 11)])

    assert refused.status == 413
    assert "large.txt is larger than" in refused.text
    assert "small.txt" in refused.text
    assert steps.BROKEN["details"] in refused.text
    assert count(Ticket) == 0


def test_a_draft_waits_on_the_page_it_was_typed_on(ada: Visitor) -> None:
    sent = ada.sends(FILING, FILING, "draft=1", summary="Half a", details="sentence", files=PHOTO)

    assert (sent.status, sent.location) == (303, FILING)
    page = ada.reads(FILING)
    again = filled(page, FILING)
    assert (again["summary"], str(again["details"]).strip()) == ("Half a", "sentence")
    assert "blink.txt" in page
    assert ada.posts(FILING, ada.fills(FILING, FILING, **steps.BROKEN)).status == 303
    assert count(Draft) == 0


@pytest.mark.parametrize("path", ["/", "/requests", "/requests/R-1", "/queue/due-next", "/quality?period=4w", FILING])
def test_who_is_not_signed_in_is_asked_to_and_led_back(app: Flask, path: str) -> None:
    stranger = through(app.test_client())

    asked = stranger.opens(path)

    assert asked.status == 303
    assert asked.location.startswith("/sign-in?next=")
    form = stranger.fills(asked.location, "/sign-in", email="max@desk.example", password="demo-desk-2026")
    assert stranger.posts("/sign-in", form).location == path


@pytest.mark.parametrize("to", [FILING, "/requests/R-1/messages", "/queue/next", "/requests/R-1/rating"])
def test_a_session_that_ended_while_writing_leads_to_signing_in(app: Flask, to: str) -> None:
    ada = signed_in(app, "ada")
    form = ada.fills(FILING, FILING, **steps.BROKEN)

    sent = through(app.test_client()).posts(to, form)

    assert sent.status == 303
    assert sent.location.startswith("/sign-in")
    assert count(Ticket) == 0
