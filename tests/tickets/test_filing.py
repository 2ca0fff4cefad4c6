"""Filing a request from its form: what is stored, what is refused, and that nothing typed is ever lost."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse
from wtforms import ValidationError

from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.catalogue import TypePulse
from internaldesk.models.people import Person
from internaldesk.models.tickets import Attachment, Draft, Ticket
from internaldesk.tickets import attachments
from internaldesk.tickets.file_form import needed
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

URL = "/catalogue/it/broken"
WORDS = {"device": "LDS-1904", "can_work": "partly", "affected": "one", "summary": "Screen goes black"}
LEEDS = ZoneInfo("Europe/London")


@pytest.fixture
def ada(app: Flask) -> FlaskClient:
    return sign_in(app.test_client(), "ada")


def hidden(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def send(client: FlaskClient, url: str = URL, /, **fields: Any) -> TestResponse:
    """Open the form and send it, as a browser without script does."""
    page = client.get(url).text
    keys = {name: hidden(page, name)[-1] for name in ("csrf_token", "form_key")}
    return client.post(url, data=keys | fields)


def filed() -> Ticket:
    """The only ticket there is."""
    db.session.expire_all()
    return db.session.scalars(select(Ticket)).one()


def tickets() -> int:
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def upload(name: str = "black.txt", content: bytes = b"log") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


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


def test_the_other_person_is_named_among_the_readers(ada: FlaskClient) -> None:
    page = send(ada, for_whom="other", for_person_name="eve").text

    assert "You, Eve, the IT team and managers can read this request." in page


def test_types_one_is_not_offered_cannot_be_filed(app: Flask, ada: FlaskClient) -> None:
    token = hidden(ada.get(URL).text, "csrf_token")[0]

    answer = ada.post("/catalogue/hr/leaver", data={"summary": "Bye", "csrf_token": token})

    assert answer.status_code == 404
    assert ada.get("/catalogue/hr/leaver/preview").status_code == 404


def keys(page: str) -> dict[str, str]:
    return {name: hidden(page, name)[-1] for name in ("csrf_token", "form_key")}


def twin(name: str, mailbox: str) -> int:
    leeds = cast.person("ada").location_id
    person = Person(email=f"{mailbox}@desk.example", name=name, location_id=leeds, created_at=NOON)
    db.session.add(person)
    db.session.flush()
    return person.id
