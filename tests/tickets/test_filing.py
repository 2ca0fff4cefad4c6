"""Filing a request from its form: what is stored, what is refused, and what is promised before."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import ValidationError

from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.catalogue import TypePulse
from internaldesk.tickets.file_form import needed
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.tickets.sending import URL, WORDS, filed, hidden, keys, send, tickets

LEEDS = ZoneInfo("Europe/London")


@pytest.fixture
def ada(client: Browser) -> FlaskClient:
    return sign_in(client, "ada")


def test_a_sent_form_becomes_a_request_and_leads_to_its_receipt(ada: FlaskClient) -> None:
    answer = send(ada, **WORDS, details="Since\r\nthis morning")

    ticket = filed()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/R-{ticket.id}/filed")
    assert (ticket.summary, ticket.details) == ("Screen goes black", "Since\nthis morning")
    assert ticket.answers == {"device": "LDS-1904", "can_work": "partly", "affected": "one"}
    assert ticket.requester_id == ticket.for_person_id == cast.person("ada").id


def test_sending_twice_files_once(ada: FlaskClient) -> None:
    page = ada.get(URL).text
    fields = WORDS | {name: hidden(page, name)[-1] for name in ("csrf_token", "form_key")}

    first, second = ada.post(URL, data=fields), ada.post(URL, data=fields)

    assert first.headers["Location"] == second.headers["Location"]
    assert tickets() == 1


def test_a_form_that_did_not_pass_keeps_every_word_and_names_every_fault(ada: FlaskClient) -> None:
    answer = send(ada, device="", since="This <morning>", details="Both docks", customer="Brightwell", affected="many")

    page = answer.text
    assert answer.status_code == 422
    assert "<title>Error: Something is broken" in page
    for field in ("q-device", "q-can_work", "summary"):
        assert f'href="#{field}"' in page
    assert 'value="This &lt;morning&gt;"' in page
    assert ">\r\nBoth docks</textarea>" in page
    assert 'value="Brightwell"' in page
    assert re.search(r'value="many" id="[^"]+" checked', page)
    assert tickets() == 0


def test_the_same_key_serves_again_after_an_error(ada: FlaskClient) -> None:
    page = send(ada, **WORDS | {"summary": ""}).text

    again = ada.post(URL, data=WORDS | {name: hidden(page, name)[-1] for name in ("csrf_token", "form_key")})

    assert again.status_code == 303


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"summary": "x" * 201}, "Keep this to 200 characters"),
        ({"details": "x" * 10_001}, "Keep this to 10,000 characters"),
        ({"can_work": "maybe"}, "Choose from the answers offered."),
        ({"customer_waiting": "yes", "needed_by": "soon"}, "Write the date like"),
        ({"customer_waiting": "yes", "needed_by": "2020-01-01"}, "This is in the past."),
        ({"customer_waiting": "yes", "customer": "x" * 201}, "Keep this to 200 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(ada: FlaskClient, words: dict[str, str], sentence: str) -> None:
    answer = send(ada, **WORDS | words)

    assert answer.status_code == 422
    assert sentence in answer.text


def test_answers_to_questions_that_were_not_asked_are_dropped(ada: FlaskClient) -> None:
    send(ada, **WORDS | {"can_work": "no", "workaround": "none any more"})

    assert "workaround" not in filed().answers


def test_a_waiting_customer_is_stored_and_raises_the_priority(ada: FlaskClient) -> None:
    tomorrow = datetime.now(LEEDS) + timedelta(days=1)

    send(ada, **WORDS, customer_waiting="yes", customer="Brightwell Foods", needed_by=f"{tomorrow:%Y-%m-%dT14:00}")

    ticket = filed()
    assert (ticket.customer_waiting, ticket.customer, ticket.priority) == (True, "Brightwell Foods", Priority.HIGH)
    assert ticket.needed_by == tomorrow.replace(hour=14, minute=0, second=0, microsecond=0).astimezone(UTC)


def test_without_a_waiting_customer_what_belongs_to_one_is_dropped(ada: FlaskClient) -> None:
    send(ada, **WORDS, customer_waiting="no", customer="Brightwell Foods", needed_by="soon")

    assert (filed().customer, filed().needed_by) == ("", None)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("2026-07-20T09:30", None),
        ("2026-11-20T09:30", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20 09:30", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("14:00", datetime(2026, 11, 18, 14, tzinfo=UTC)),
        ("9:00", None),
        ("", None),
    ],
)
def test_needed_by_is_read_in_the_readers_zone(text: str, instant: datetime | None) -> None:
    if text and instant is None:
        with pytest.raises(ValidationError):
            needed(text, now=NOON, zone=LEEDS)
    else:
        assert needed(text, now=NOON, zone=LEEDS) == instant


def test_order_lines_are_read_row_by_row_and_grow_without_script(ada: FlaskClient) -> None:
    url = "/catalogue/purchasing/buy"
    rows = {
        "lines-item": ["Toner", "Paper"],
        "lines-quantity": ["2", "5"],
        "lines-unit": ["box", ""],
        "lines-price": ["", "4.50"],
    }
    rest = {"cost_centre": "4711", "deliver_to": "Leeds", "place": "Leeds", "summary": "Office supplies"}

    more = send(ada, url, **rows, **rest, add_row="lines")
    less = send(ada, url, **rows, **rest, drop_row="lines-1")
    sent = send(ada, url, **rows, **rest)

    assert more.status_code == less.status_code == 200
    assert (more.text.count("data-row>"), less.text.count("data-row>")) == (3, 1)
    assert 'value="Paper"' in less.text
    assert sent.status_code == 303
    assert [row["item"] for row in filed().answers["lines"]] == ["Toner", "Paper"]


@pytest.mark.parametrize("url", [URL, "/catalogue/purchasing/buy"])
def test_enter_in_a_field_sends_the_form_and_presses_no_smaller_button(ada: FlaskClient, url: str) -> None:
    form = ada.get(url).text.partition('id="filing"')[2]

    first = re.findall(r'<button [^>]*type="submit"[^>]*>', form)[0]

    assert "name=" not in first


def test_a_similar_request_of_late_is_offered_first(app: Flask, ada: FlaskClient) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    lately = make.ticket(by="ada", now=now - timedelta(hours=1), summary="Screen")
    make.ticket("it/loan", by="ada", now=now - timedelta(days=3))

    assert f"<b>R-{lately.id}</b> 1 h" in ada.get(URL).text
    assert "You filed" not in ada.get("/catalogue/it/loan").text
    assert "You filed" not in sign_in(app.test_client(), "eve").get(URL).text


def test_the_promise_is_shown_before_anything_is_sent_and_follows_the_answers(ada: FlaskClient) -> None:
    usual = ada.get(f"{URL}/preview").text
    urgent = ada.get(f"{URL}/preview?can_work=no&affected=many").text
    waiting = ada.get(f"{URL}/preview?customer_waiting=yes").text

    assert "within 8 working hours" in usual
    assert "because" not in usual
    assert "within 1 working hour, because many people are affected and work has stopped" in urgent
    assert "within 4 working hours, because a customer is waiting" in waiting
    assert 'hx-swap-oob="true"' in urgent


def test_without_script_a_button_shows_the_promise_and_files_nothing(ada: FlaskClient) -> None:
    answer = send(ada, **WORDS | {"can_work": "no", "affected": "many"}, check="1")

    sent = ada.post(URL, data=WORDS | keys(answer.text))

    assert answer.status_code == 200
    assert "within 1 working hour, because many people" in answer.text
    assert 'value="Screen goes black"' in answer.text
    assert sent.status_code == 303


def test_promises_around_the_clock_speak_of_plain_hours(ada: FlaskClient) -> None:
    assert "within 30 minutes" in ada.get("/catalogue/it/security").text


def test_the_usual_reply_is_drawn_against_the_promise(app: Flask, ada: FlaskClient) -> None:
    kind = make.request_type("it/broken")
    pulse = {"answered": 30, "median_seconds": 840, "p90_seconds": 14400, "computed_at": NOON}
    db.session.add(TypePulse(request_type_id=kind.id, **pulse))

    page = ada.get(URL).text

    assert "half within 14 min, nine in ten within 4 h. The promise is 8 h." in page
    assert 'width="50%"' in page


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("/catalogue/it/broken", "You, the IT team and managers can read this request."),
        ("/catalogue/hr/ask", "Only you and the HR team can read this request."),
        ("/catalogue/hr/concern", "Only you and the people named for such cases in HR can read this request."),
    ],
)
def test_who_can_read_it_is_said_before_it_is_sent(ada: FlaskClient, url: str, sentence: str) -> None:
    assert sentence in ada.get(url).text


def test_types_one_is_not_offered_cannot_be_filed(app: Flask, ada: FlaskClient) -> None:
    token = hidden(ada.get(URL).text, "csrf_token")[0]

    answer = ada.post("/catalogue/hr/leaver", data={"summary": "Bye", "csrf_token": token})

    assert answer.status_code == 404
    assert ada.get("/catalogue/hr/leaver/preview").status_code == 404
