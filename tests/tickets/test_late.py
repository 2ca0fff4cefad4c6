"""A promise was missed: what the requester reads, whom they can ask, and who sees that they did."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import TeamRole
from internaldesk.models.sla import ClockNotice, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions, leads
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

FILED = datetime(2026, 11, 17, 13, tzinfo=UTC)  # eight hours of IT, which closes at 18:00, before Wednesday 11:00
DUE = datetime(2026, 11, 18, 11, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    """A request whose first reply was due an hour ago."""
    found = make.ticket("it/broken", by="ada", now=FILED, summary="VPN drops")
    assert found.queue_at == DUE
    return found


def at(ticket: Ticket, rest: str = "") -> str:
    return f"/requests/{ticket.number}{rest}"


def press(client: FlaskClient, ticket: Ticket, **fields: str) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(at(ticket, "/escalation"), data={"csrf_token": token[1], **fields})


def helper(ticket: Ticket) -> str | None:
    found = leads.due_clock(ticket, sla.clocks(ticket.id))
    assert found
    asked = leads.helper(ticket, found)
    return asked.name if asked else None


def status_line(page: str) -> str:
    found = re.search(r'id="status-line">([^<]+)<', page)
    assert found
    return found[1]


def test_the_requester_reads_a_new_time_and_whom_to_ask(client: FlaskClient, ticket: Ticket) -> None:
    page = sign_in(client, "ada").get(at(ticket)).text

    assert status_line(page) == "We are late. New time: 09:00 tomorrow. You can ask Dana to step in."
    assert "Waiting for IT; the first reply was promised by today 11:00." in page
    assert "Ask Dana to step in</button>" in page


def test_a_new_time_that_passed_is_said_with_the_hotline(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    clock.move_to(NOON + DAY)

    assert status_line(sign_in(client, "ada").get(at(ticket)).text) == (
        "We are late, and the new time of 09:00 has passed too. You can ask Dana to step in. Hotline 2400."
    )


def test_nothing_is_late_before_it_is_due(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    clock.move_to(DUE - HOUR)

    page = sign_in(client, "ada").get(at(ticket)).text

    assert status_line(page) == "Waiting for IT. First reply by today 11:00."
    assert "to step in" not in page
    assert press(client, ticket).status_code == 422


def test_lists_of_the_requester_say_the_same(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ada")

    for address in ("/", "/requests"):
        assert "has it. We are late. New time: 09:00 tomorrow." in client.get(address).text


def test_a_promise_that_was_shortened_too_far_is_late_from_then_on(client: FlaskClient, ticket: Ticket) -> None:
    urgent = make.ticket("it/broken", by="ada", now=NOON - 3 * HOUR)
    actions.set_priority(urgent, by=cast.actor("ben"), now=NOON - HOUR / 2, level=Priority.URGENT)
    db.session.flush()
    assert urgent.queue_at == NOON - 2 * HOUR
    sign_in(client, "ada")

    assert "We are late. New time: 12:30 today." in client.get(at(urgent)).text
    assert "We are late. New time: 12:30 today." in client.get("/requests").text


def test_being_late_costs_one_statement(client: FlaskClient, ticket: Ticket, clock: Any, count_sql: Any) -> None:
    def cost() -> int:
        sign_in(client, "ada").get(address)
        with count_sql() as said:
            client.get(address)
        return len(said)

    address = at(ticket)
    late = cost()
    clock.move_to(DUE - HOUR)

    assert late == cost() + 1 <= 10


def test_the_team_knows_what_the_requester_reads(client: FlaskClient, ticket: Ticket) -> None:
    page = sign_in(client, "ben").get(at(ticket)).text

    assert "Ada reads: “We are late. New time: 09:00 tomorrow.”" in page
    assert "to step in" not in page


def test_a_missed_promise_that_rests_is_not_said_to_be_late(client: FlaskClient, ticket: Ticket) -> None:
    actions.reply(ticket, by=cast.actor("ben"), now=FILED + HOUR, body="Which dock?", then="progress")
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON + 9 * DAY, status=Status.WAITING)
    assert ticket.queue_at < NOON + 9 * DAY

    with time_machine.travel(NOON + 10 * DAY, tick=False):
        page = sign_in(client, "ada").get(at(ticket)).text

    assert status_line(page).startswith("Your turn")


def test_asking_somebody_to_step_in_is_told_once(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    sign_in(client, "ada")
    clock.move_to(NOON + 5 * timedelta(minutes=1))

    assert press(client, ticket, form_key="a" * 24).status_code == 303
    clock.move_to(NOON + HOUR)
    assert press(client, ticket).status_code == 303

    page = client.get(at(ticket)).text
    assert status_line(page) == "We are late. New time: 09:00 tomorrow. Dana was told at 12:05."
    assert "Ask Dana" not in page
    assert "asked Dana to step in" in page
    db.session.rollback()
    notice = db.session.scalars(select(ClockNotice).where(ClockNotice.kind == "escalated")).one()
    assert (notice.due_at, notice.person_id, notice.sent_at) == (DUE, cast.actor("dana").id, None)
    events = db.session.scalars(select(Event).where(Event.kind == Kind.ESCALATED)).all()
    assert [(event.public, event.data["to"]) for event in events] == [(True, "Dana")]


def test_each_missed_promise_can_be_asked_about(ticket: Ticket) -> None:
    ada, ben = cast.actor("ada"), cast.actor("ben")
    actions.escalate(ticket, by=ada, now=NOON)
    actions.reply(ticket, by=ben, now=NOON, body="On it", then="progress")
    db.session.flush()
    with pytest.raises(Refused, match="Nothing is late"):
        actions.escalate(ticket, by=ada, now=NOON)

    actions.reply(ticket, by=ada, now=NOON, body="And now?")
    db.session.flush()
    actions.escalate(ticket, by=ada, now=ticket.queue_at)
    db.session.flush()

    assert len(db.session.scalars(select(ClockNotice).where(ClockNotice.kind == "escalated")).all()) == 2


@pytest.mark.parametrize(("who", "status"), [("ben", 403), ("dana", 403), ("max", 403), ("eve", 404), ("hana", 404)])
def test_only_the_requesters_side_asks(client: FlaskClient, ticket: Ticket, who: str, status: int) -> None:
    assert press(sign_in(client, who), ticket).status_code == status


def test_a_follower_may_ask_and_everybody_reads_who_was_told(client: FlaskClient, ticket: Ticket) -> None:
    actions.follow(ticket, by=cast.actor("ada"), now=NOON, person="eve@desk.example")

    assert press(sign_in(client, "eve"), ticket).status_code == 303

    for reader in ("ada", "eve", "max"):
        assert "Dana was told at 12:00." in sign_in(client, reader).get(at(ticket)).text


def test_a_reader_without_a_part_in_it_is_offered_nothing(client: FlaskClient, ticket: Ticket) -> None:
    page = sign_in(client, "max").get(at(ticket)).text

    assert status_line(page) == "We are late. New time: 09:00 tomorrow."
    assert "Ask Dana" not in page


def test_the_person_the_promise_names_comes_first(ticket: Ticket) -> None:
    version = db.session.scalars(select(PolicyVersion).where(PolicyVersion.id == due_version(ticket))).one()

    version.escalate_to_id = cast.person("max").id
    db.session.flush()
    assert helper(ticket) == "Max"

    version.escalate_to_id = cast.person("hana").id  # who could not even read it
    db.session.flush()
    assert helper(ticket) == "Dana"

    version.escalate_to_id = cast.person("ada").id  # who asked
    db.session.flush()
    assert helper(ticket) == "Dana"


def test_the_lead_is_asked_rather_than_the_assignee(ticket: Ticket) -> None:
    actions.assign(ticket, by=cast.actor("dana"), now=NOON, assignee_id=cast.actor("dana").id)
    assert helper(ticket) == "Dana"

    people.join(cast.person("root"), "it", role=TeamRole.LEAD)
    assert helper(ticket) == "Root"


def test_where_nobody_leads_the_hotline_is_named(client: FlaskClient) -> None:
    ticket = make.ticket("hr/ask", by="ada", now=FILED - DAY)

    page = sign_in(client, "ada").get(at(ticket)).text

    assert status_line(page).endswith("Hotline 2300.")
    assert "to step in" not in page
    assert press(client, ticket).status_code == 422


def test_a_confidential_case_is_shown_to_nobody_new(app: Flask) -> None:
    people.join(cast.person("dana"), "hr", role=TeamRole.LEAD)
    case, ordinary = (make.ticket(path, by="ada", now=FILED - 9 * DAY) for path in ("hr/concern", "hr/ask"))

    assert helper(case) is None
    assert helper(ordinary) == "Dana"

    people.join(cast.person("finn"), "hr", role=TeamRole.LEAD, case_group=True)
    assert helper(case) == "Finn"


def test_nobody_is_asked_about_their_own_request(app: Flask) -> None:
    own = make.ticket("it/broken", by="dana", now=FILED)

    assert helper(own) is None


def test_those_who_left_are_not_asked(ticket: Ticket) -> None:
    cast.person("dana").active = False
    db.session.flush()

    assert helper(ticket) is None


def test_the_act_has_its_own_guard(ticket: Ticket) -> None:
    with pytest.raises(Forbidden, match="Only the requester"):
        actions.escalate(ticket, by=cast.actor("ben"), now=NOON)


def test_the_request_is_marked_in_the_lists_of_the_team(client: FlaskClient, ticket: Ticket) -> None:
    other = make.ticket("it/broken", by="eve", now=FILED)
    actions.escalate(ticket, by=cast.actor("ada"), now=NOON)

    for view in ("at-risk", "due-next"):
        rows = sign_in(client, "dana").get(f"/queue/{view}").text.split("<tr class=")
        marked = {n for n in (ticket.id, other.id) for row in rows if f"id=r-{n}>" in row and "Escalated" in row}
        assert marked == {ticket.id}


def due_version(ticket: Ticket) -> int:
    found = leads.due_clock(ticket, sla.clocks(ticket.id))
    assert found
    assert found.policy_version_id
    return found.policy_version_id
