"""Logging what came by telephone, letter or in person: whose it is, when the clocks start, and who may."""

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

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.history import Event
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Message, Ticket
from internaldesk.sla import queries as clocks
from internaldesk.tickets import doors
from internaldesk.tickets.intake_form import received
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.tickets.sending import filed, keys, tickets, upload

LEEDS = ZoneInfo("Europe/London")
WORDS = {"type": "it/broken", "summary": "Screen goes black", "channel": "phone", "customer_waiting": "no"}


def logs(client: FlaskClient, /, **fields: Any) -> TestResponse:
    """Open the page and send it, for Ada unless told otherwise."""
    fields = WORDS | {"for_person_name": "Ada"} | fields
    return client.post("/log", data=keys(client.get("/log").text) | fields)


def logged(path: str = "it/broken", *, by: str = "ben", person: str = "ada", **facts: Any) -> Ticket:
    kind = make.request_type(path)
    given = {"channel": "phone", "summary": "Screen goes black", **facts}
    who = cast.person(person)
    ticket = doors.log(kind, by=cast.actor(by), now=NOON, form=make.form(kind), person=who, **given)
    db.session.flush()
    return ticket


def clock(ticket: Ticket, target: Target) -> Clock:
    return next(row for row in clocks.clocks(ticket.id) if row.target is target)


def test_what_an_agent_logs_is_the_request_of_the_person_who_asked(ben: FlaskClient) -> None:
    answer = logs(ben, details="Since this morning")

    ticket = filed()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/R-{ticket.id}")
    ada = cast.person("ada")
    assert (ticket.requester_id, ticket.for_person_id, ticket.location_id) == (ada.id, ada.id, ada.location_id)
    assert (ticket.channel, ticket.status, ticket.assignee_id) == ("phone", Status.NEW, None)
    event = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "filed")).one()
    assert event.actor_id == cast.person("ben").id
    assert "Screen goes black" in sign_in(ben, "ada").get("/requests").text


def test_sending_twice_logs_once(ben: FlaskClient) -> None:
    fields = WORDS | {"for_person_name": "Ada"} | keys(ben.get("/log").text)

    first, second = ben.post("/log", data=fields), ben.post("/log", data=fields)

    assert first.headers["Location"] == second.headers["Location"]
    assert tickets() == 1


@pytest.mark.parametrize("channel", ["phone", "walk-in", "chat"])
def test_whoever_was_spoken_to_has_had_a_first_reply(app: Flask, channel: str) -> None:
    ticket = logged(channel=channel, received=NOON - timedelta(minutes=20))

    first = clock(ticket, Target.FIRST_RESPONSE)
    assert (first.state, first.used_seconds) == (ClockState.STOPPED, 0)
    assert first.stopped_at == clock(ticket, Target.RESOLUTION).started_at == NOON - timedelta(minutes=20)
    assert ticket.next_target is Target.RESOLUTION
    assert ticket.first_answered_at == NOON


@pytest.mark.parametrize("channel", ["letter", "fax", "meeting", "email"])
def test_whoever_wrote_waits_for_a_first_reply(app: Flask, channel: str) -> None:
    ticket = logged(channel=channel)

    assert clock(ticket, Target.FIRST_RESPONSE).state is ClockState.RUNNING
    assert ticket.first_answered_at is None


def test_filing_for_somebody_in_the_portal_is_no_reply(ben: FlaskClient) -> None:
    answers = {"device": "LDS-1904", "can_work": "partly", "affected": "one"}
    page = ben.get("/catalogue/it/broken").text
    fields = {"for_whom": "other", "for_person_name": "Ada", "summary": "Screen goes black", **answers}

    ben.post("/catalogue/it/broken", data=keys(page) | fields)

    ticket = filed()
    assert (ticket.channel, ticket.requester_id) == ("portal", cast.person("ben").id)
    assert clock(ticket, Target.FIRST_RESPONSE).state is ClockState.RUNNING


@pytest.mark.parametrize(("before", "counted"), [(0, 0), (45, 45), (60, 60), (61, 60), (3 * 24 * 60, 60)])
def test_clocks_start_when_it_was_received_an_hour_back_at_most(app: Flask, before: int, counted: int) -> None:
    came = NOON - timedelta(minutes=before)

    ticket = logged(channel="letter", received=came)

    assert clock(ticket, Target.RESOLUTION).started_at == NOON - timedelta(minutes=counted)
    event = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "filed")).one()
    assert event.data["received"] == (came.isoformat() if before else None)
    assert ticket.filed_at == NOON


def test_the_page_tells_both_sides_how_it_came_and_what_was_not_asked(ben: FlaskClient) -> None:
    yesterday = datetime.now(LEEDS) - timedelta(days=1)
    logs(ben, channel="letter", received=yesterday.strftime("%Y-%m-%dT09:10"), affected="one")

    url = f"/requests/R-{filed().id}"
    for page in (ben.get(url).text, sign_in(ben, "ada").get(url).text):
        assert "09:10 by letter, logged " in page
        assert "by Ben</span>" in page
        assert "not asked" in page


def test_what_an_agent_did_not_ask_stays_empty(ben: FlaskClient) -> None:
    logs(ben, affected="one")

    assert filed().answers == {"affected": "one"}


def test_log_and_take_makes_it_the_agents(ben: FlaskClient) -> None:
    answer = logs(ben, then="take")

    assert filed().assignee_id == cast.person("ben").id
    assert "is logged for Ada and yours." in ben.get(answer.headers["Location"]).text


def test_log_and_solve_gives_the_answer_and_ends_it(ben: FlaskClient) -> None:
    logs(ben, then="solve", answer="Press the button\r\nat the back")

    ticket = filed()
    assert (ticket.status, ticket.solved_by_id) == (Status.SOLVED, cast.person("ben").id)
    said = db.session.scalars(select(Message)).one()
    assert (said.body, said.by_team) == ("Press the button\nat the back", True)


def test_an_answer_is_said_only_by_the_button_that_solves(ben: FlaskClient) -> None:
    logs(ben, answer="Press the button")

    assert filed().is_open
    assert db.session.scalar(select(func.count(Message.id))) == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"for_person_name": ""}, "Say whose request this is."),
        ({"for_person_name": "Zoltan"}, "Nobody here is called “Zoltan”."),
        ({"for_person_name": "Ben"}, "A request of your own goes through “Get help”."),
        ({"type": ""}, "Choose what it is for."),
        ({"type": "it/nothing"}, "Choose what it is for."),
        ({"channel": "pigeon"}, "Choose how it came."),
        ({"summary": ""}, "Say in one line what this is about."),
        ({"received": "tomorrow"}, "Give a time of today like 09:10"),
        ({"received": "2099-01-01T09:00"}, "This is in the future"),
        ({"received": "2001-01-01T09:00"}, "This is more than a year ago."),
        ({"then": "solve"}, "Write what you told them"),
        ({"then": "take", "type": "facilities/repair"}, "can take or solve it."),
    ],
)
def test_what_cannot_be_logged_is_said_at_its_field_and_nothing_is_lost(
    ben: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    answer = logs(ben, details="Both docks", **fields)

    assert (answer.status_code, tickets()) == (422, 0)
    assert sentence in answer.text
    assert "Both docks</textarea>" in answer.text


def test_the_types_of_the_agents_own_teams_come_first(ben: FlaskClient) -> None:
    page = ben.get("/log").text

    headings = re.findall('<optgroup label="([^"]+)">', page)
    assert headings[0] == "IT"
    assert len(headings) == len(set(headings)) > 1


def test_cases_are_logged_only_by_those_named_for_them(client: Browser) -> None:
    path = "hr/concern"
    assert f'value="{path}"' not in sign_in(client, "ben").get("/log").text
    assert logs(client, type=path).status_code == 422
    assert f'value="{path}"' in sign_in(client, "hana").get("/log").text
    assert logs(client, type=path).status_code == 303
    assert filed().requester_id == cast.person("ada").id


def test_the_verb_itself_refuses_a_case_to_others(app: Flask) -> None:
    with pytest.raises(Refused, match="named for such cases"):
        logged("hr/concern", by="dana")


def test_a_request_for_another_team_leads_on_to_the_next_call(client: Browser) -> None:
    sign_in(client, "ben")

    answer = logs(client, type="hr/ask")

    assert answer.headers["Location"] == "/log"
    assert "is logged for Ada and with " in client.get("/log").text


def test_the_approval_that_a_type_asks_for_is_asked(ben: FlaskClient) -> None:
    logs(ben, type="it/access")

    assert db.session.scalars(select(ApprovalRound)).one().ticket_id == filed().id


def test_the_questions_of_a_type_are_shown_and_none_is_a_must(ben: FlaskClient) -> None:
    part = ben.get("/log/questions?type=it/broken").text

    assert 'name="device"' in part
    assert "(optional)" in part
    assert ben.get("/log/questions?type=nowhere/nothing").text.strip() == ""


def test_the_person_is_told_of_by_place(ben: FlaskClient) -> None:
    assert "Leeds" in ben.get("/log/person?for_person_name=Ada").text
    assert ben.get("/log/person?for_person_name=").text.strip() == ""


def test_without_script_the_questions_are_had_by_a_button_and_what_was_typed_stays(ben: FlaskClient) -> None:
    fields = WORDS | {"for_person_name": "Ada", "check": "1"} | keys(ben.get("/log").text)

    page = ben.post("/log", data=fields)

    assert page.status_code == 200
    assert 'name="device"' in page.text
    assert 'value="Screen goes black"' in page.text


def test_a_draft_is_kept_until_it_is_logged(ben: FlaskClient) -> None:
    words = WORDS | {"for_person_name": "Ada", "received": "2026-11-18T09:10"}
    ben.post("/log/draft", data=words | keys(ben.get("/log").text))
    assert 'value="Screen goes black"' in ben.get("/log").text

    logs(ben)

    assert "Screen goes black" not in ben.get("/log").text


def test_a_draft_can_be_thrown_away(ben: FlaskClient) -> None:
    ben.post("/log/draft", data=WORDS | keys(ben.get("/log").text))

    ben.post("/log", data=keys(ben.get("/log").text) | {"discard": "1"})

    assert "Screen goes black" not in ben.get("/log").text


def test_the_scan_of_a_letter_goes_along_and_survives_an_error(ben: FlaskClient) -> None:
    answer = logs(ben, channel="letter", summary="", files=upload("letter.txt"))
    assert "letter.txt" in answer.text

    logs(ben, channel="letter", kept_files="1")

    assert filed().has_files


def test_only_agents_log(client: Browser) -> None:
    assert sign_in(client, "ada").get("/log").status_code == 403
    assert "/log" not in client.get("/help/keyboard").text


@pytest.mark.parametrize(
    ("text", "hour"), [("09:10", 9), ("9:10", 9), ("2026-11-18 09:10", 9), ("2026-11-18T09:10", 9), ("", None)]
)
def test_when_it_came_is_read_in_the_readers_zone(text: str, hour: int | None) -> None:
    found = received(text, now=NOON, zone=LEEDS)

    assert found == (datetime(2026, 11, 18, hour, 10, tzinfo=UTC) if hour is not None else None)


@pytest.mark.parametrize("text", ["13:00", "2026-11-18", "2026-11-18T12:01", "yesterday", "25:00"])
def test_what_is_no_time_of_the_past_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        received(text, now=NOON, zone=LEEDS)
