"""The pages of the queue: lists in addresses, the poll that moves nothing, Take next, and many at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.core.wording import span
from internaldesk.db import db
from internaldesk.history.actions import Kind
from internaldesk.models.history import Event
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues.filtering import VIEWS
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

HOUR = timedelta(hours=1)
HTMX = {"HX-Request": "true"}


def send(client: FlaskClient, to: str, /, page: str = "/queue/due-next", **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token
    return client.post(to, data={"csrf_token": token[1], **fields})


def numbers(answer: TestResponse) -> list[int]:
    return [int(found) for found in re.findall(r'<tr class="?row[^>]* id=r-(\d+)', answer.text)]


def poll_of(answer: TestResponse) -> str:
    found = re.search(r'hx-get="(/queue/changes[^"]+)"', answer.text)
    assert found
    return found[1].replace("&amp;", "&")


def stored(ticket: Ticket) -> Ticket:
    db.session.rollback()
    db.session.refresh(ticket)
    return ticket


def test_the_queue_begins_with_what_is_due(ben: FlaskClient) -> None:
    answer = ben.get("/queue")

    assert (answer.status_code, answer.location) == (303, "/queue/due-next")


@pytest.mark.parametrize("url", ["/queue/everything", "/queue/due-next/by/colour", "/queue/all/by/type"])
def test_what_is_no_list_is_not_found(ben: FlaskClient, url: str) -> None:
    assert ben.get(url).status_code == 404


@pytest.mark.parametrize("url", ["/queue", "/queue/due-next", "/queue/changes", "/queue/due-next/by/type"])
def test_only_agents_have_a_queue(client: Browser, url: str) -> None:
    assert sign_in(client, "ada").get(url).status_code == 403


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_list_says_so(ben: FlaskClient, view: str) -> None:
    answer = ben.get(f"/queue/{view}")

    assert answer.status_code == 200
    assert f"<h2>{VIEWS[view].empty}</h2>" in answer.text
    assert "<table" not in answer.text


def test_a_list_that_its_filters_emptied_offers_the_whole(ben: FlaskClient, app: Flask) -> None:
    make.ticket()

    answer = ben.get("/queue/due-next?location=porto")

    assert "No request fits these filters" in answer.text
    assert "Location is Porto" in answer.text
    assert numbers(ben.get("/queue/due-next")) != []


def test_a_row_says_what_an_agent_must_know(ben: FlaskClient) -> None:
    ticket = make.ticket(summary="Card <reader> broken", customer_waiting=True, customer="Acme")
    ticket.queue_at, ticket.has_files = NOON - timedelta(minutes=66), True

    text = ben.get("/queue/due-next").text

    row = text[text.index(f"id=r-{ticket.id}>") :].split("<tr")[0]
    for expected in (
        "1 h 06 over",
        "10:54",
        "Card &lt;reader&gt; broken",
        "<b>Customer</b>",
        "<i>Has files</i>",
        "Ada <small>Leeds</small>",
        "Something is broken",
        'data-av="">Nobody yet',
    ):
        assert expected in row
    assert "Overdue <span>1</span>" in text


def test_who_has_it_is_named_and_you_are_you(ben: FlaskClient) -> None:
    make.ticket(assignee="ben")
    make.ticket(assignee="chi")

    text = ben.get("/queue/due-next").text

    assert 'class=me data-av="B">You' in text
    assert 'data-av="C">Chi' in text


@pytest.mark.parametrize(
    ("status", "words"),
    [("waiting", "Waiting: Ada"), ("approval", "Approval"), ("supplier", "Supplier"), ("progress", "No promise")],
)
def test_a_resting_clock_names_whom_it_waits_for(ben: FlaskClient, status: str, words: str) -> None:
    ticket = make.ticket()
    ticket.status, ticket.queue_at = status, NEVER  # type: ignore[assignment]  # as the database has it

    text = ben.get("/queue/paused").text

    assert words in text
    assert "Clock paused <span>1</span>" in text


def test_filters_stand_in_the_address_and_stay_when_sorting(ben: FlaskClient) -> None:
    ticket = make.ticket("it/access")
    make.ticket("it/broken")

    answer = ben.get("/queue/due-next?type=it/access&status=new")

    assert numbers(answer) == [ticket.id]
    assert 'href="/queue/due-next?type=it/access&amp;status=new&amp;sort=-due"' in answer.text
    assert 'href="/queue/due-next?type=it/access&amp;status=new&amp;due=overdue"' in answer.text
    assert "Type is <b>Access to a system or folder</b>" in answer.text


def test_a_chip_opens_its_choices_as_a_page_or_in_place(ben: FlaskClient) -> None:
    page = ben.get("/queue/due-next/by/type?location=leeds&type=it/access")
    part = ben.get("/queue/due-next/by/type?location=leeds&type=it/access", headers=HTMX)

    for answer in (page, part):
        assert 'name="type" value="it/access" checked' in answer.text
        assert '<input type="hidden" name="location" value="leeds">' in answer.text
        assert 'type="hidden" name="type"' not in answer.text
    assert "<html" in page.text
    assert "<html" not in part.text


def test_a_filter_swaps_the_rows_and_what_counts_them(ben: FlaskClient) -> None:
    ticket = make.ticket("it/access")
    make.ticket("it/broken")

    answer = ben.get("/queue/due-next?type=it/access", headers=HTMX)

    assert numbers(answer) == [ticket.id]
    assert answer.text.lstrip().startswith('<div id="rows">')
    for part in ("q-count", "chips", "horizon", "poll"):
        assert re.search(rf'id="{part}"[^>]* hx-swap-oob="true"', answer.text), part
    assert "HX-Request" in answer.headers["Vary"]


def test_long_lists_have_pages(ben: FlaskClient) -> None:
    for n in range(53):
        make.ticket(now=NOON + n * timedelta(seconds=1))
    first = ben.get("/queue/due-next")
    older = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert older
    second = ben.get(older[1])
    newer = re.search(r'href="([^"]+)" rel="prev"', second.text)
    assert newer

    assert (len(numbers(first)), len(numbers(second))) == (50, 3)
    assert numbers(ben.get(newer[1])) == numbers(first)
    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("place", ["after=x", "after=1", "after=1-", "before=-1-2", "after=99999999999999-1"])
def test_a_place_that_makes_no_sense_is_the_beginning(ben: FlaskClient, place: str) -> None:
    ticket = make.ticket()

    assert numbers(ben.get(f"/queue/due-next?{place}")) == [ticket.id]


def test_a_poll_of_a_calm_desk_is_empty(ben: FlaskClient) -> None:
    make.ticket()
    poll = poll_of(ben.get("/queue/due-next"))
    make.ticket("hr/concern")

    assert ben.get(poll).status_code == 204


def test_a_poll_renews_rows_in_place_and_only_counts_new_ones(ben: FlaskClient, clock: Any) -> None:
    calm, stirred, solved = (make.ticket(now=NOON - HOUR) for _ in range(3))
    poll = poll_of(ben.get("/queue/due-next?type=it/broken"))
    clock.shift(30)
    chi, later = cast.actor("chi"), NOON + timedelta(seconds=20)
    tickets.assign(stirred, by=chi, now=later, assignee_id=chi.id)
    tickets.solve(solved, by=chi, now=later)
    new = make.ticket(now=later)
    make.ticket("it/access", now=later)

    answer = ben.get(poll, headers=HTMX)

    assert answer.status_code == 200
    assert numbers(answer) == [stirred.id]
    assert f'id=r-{stirred.id} hx-swap-oob="true"' in answer.text
    assert f"<del>R-{solved.id}</del> is not in this list any more" in answer.text
    assert '1 new, <a href="/queue/due-next?type=it/broken">show</a>' in answer.text
    assert f"rows={calm.id}.{stirred.id}" in poll_of(answer)
    assert f"id=r-{new.id}" not in answer.text
    assert ben.get(poll_of(answer)).status_code == 204


def test_take_next_leads_to_the_request_and_says_why(ben: FlaskClient) -> None:
    ticket = make.ticket(now=NOON - timedelta(days=3))
    late = span(NOON - ticket.queue_at)

    answer = send(ben, "/queue/next")

    assert (answer.status_code, answer.location) == (303, f"/requests/R-{ticket.id}")
    assert f"Most urgent in IT, {late} over" in ben.get("/queue/due-next").text
    assert stored(ticket).assignee_id == cast.person("ben").id


def test_take_next_says_when_nothing_waits(ben: FlaskClient) -> None:
    answer = send(ben, "/queue/next")

    assert (answer.status_code, answer.location) == (303, "/queue/due-next")
    assert "Nothing is due" in ben.get(answer.location).text


def test_many_are_taken_at_once(ben: FlaskClient) -> None:
    made = [make.ticket(), make.ticket()]

    answer = send(ben, "/queue/bulk", action="take", ids=[ticket.id for ticket in made], back="/queue/unassigned")

    assert (answer.status_code, answer.location) == (303, "/queue/unassigned")
    assert "2 done." in ben.get("/queue/due-next").text
    assert {stored(ticket).assignee_id for ticket in made} == {cast.person("ben").id}


def test_what_changed_since_the_list_was_made_is_left_alone(ben: FlaskClient, clock: Any) -> None:
    calm, stirred = make.ticket(), make.ticket()
    seen = int(NOON.timestamp())
    clock.shift(60)
    tickets.reply(stirred, by=cast.actor("ada"), now=NOON + timedelta(seconds=30), body="Solved itself")

    send(ben, "/queue/bulk", action="take", ids=[calm.id, stirred.id], seen=seen)

    assert f"1 done, 1 skipped: R-{stirred.id} changed meanwhile" in ben.get("/queue/due-next").text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/queue/", "/sign-out", ""])
def test_the_way_back_is_a_list(ben: FlaskClient, back: str) -> None:
    answer = send(ben, "/queue/bulk", action="take", ids=make.ticket().id, back=back)

    assert answer.location == "/queue/due-next"


def test_nothing_selected_is_said(ben: FlaskClient) -> None:
    make.ticket()

    answer = send(ben, "/queue/bulk", action="take")

    assert answer.status_code == 303
    assert "Select requests first" in ben.get("/queue/due-next").text


@pytest.mark.parametrize(
    "fields", [{"action": "delete"}, {}, {"action": "take", "ids": "x"}, {"action": "take", "seen": "x"}]
)
def test_what_makes_no_sense_is_refused(ben: FlaskClient, fields: dict[str, str]) -> None:
    ticket = make.ticket()

    answer = send(ben, "/queue/bulk", **{"ids": str(ticket.id), **fields})

    assert answer.status_code == 422
    assert stored(ticket).assignee_id is None


@pytest.mark.parametrize(
    ("action", "missing", "given", "wrong"),
    [
        ("assign", "Assign 1 request", {"assignee": "me"}, {"assignee": "x"}),
        ("status", "Set the status of 1 request", {"status": "supplier"}, {"status": "gone"}),
        ("transfer", "Transfer 1 request", {"team": "hr", "reason": "expertise"}, {"team": "hr", "reason": "whim"}),
    ],
)
def test_an_action_asks_what_it_needs_and_keeps_what_was_chosen(
    ben: FlaskClient, action: str, missing: str, given: dict[str, str], wrong: dict[str, str]
) -> None:
    ticket = make.ticket()
    first = {"action": action, "ids": ticket.id, "back": "/queue/unassigned"}

    asked = send(ben, "/queue/bulk", **first)
    assert asked.status_code == 200
    assert missing in asked.text
    assert f'name="ids" value="{ticket.id}"' in asked.text

    refused = send(ben, "/queue/bulk", **first, **wrong)
    assert refused.status_code == 422
    assert f'name="ids" value="{ticket.id}"' in refused.text

    answer = send(ben, "/queue/bulk", **first, **given)
    assert (answer.status_code, answer.location) == (303, "/queue/unassigned")
    changed = stored(ticket)
    expected = {"assign": "ben", "status": "supplier", "transfer": "hr"}[action]
    assert expected in (changed.status, changed.team.slug, changed.assignee and changed.assignee.name.lower())


def test_the_same_bulk_form_twice_acts_once(ben: FlaskClient) -> None:
    ticket = make.ticket()
    page = ben.get("/queue/due-next").text
    key = re.findall(r'name="form_key" value="([^"]+)"', page)[-1]
    fields = {"action": "take", "ids": ticket.id, "form_key": key, "back": "/queue/mine"}

    first, again = send(ben, "/queue/bulk", **fields), send(ben, "/queue/bulk", **fields)

    assert first.location == again.location == "/queue/mine"
    events = select(func.count()).where(Event.ticket_id == ticket.id, Event.kind == Kind.ASSIGNED)
    assert db.session.scalar(events) == 1


def test_one_question_asked_twice_leads_back_to_the_list(ben: FlaskClient) -> None:
    key = "a" * 24
    fields = {"action": "assign", "ids": make.ticket().id, "form_key": key, "back": "/queue/mine"}

    send(ben, "/queue/bulk", **fields)

    assert send(ben, "/queue/bulk", **fields).location == "/queue/mine"


def test_a_hidden_request_is_not_touched(ben: FlaskClient) -> None:
    hidden = make.ticket("hr/concern")

    send(ben, "/queue/bulk", action="take", ids=hidden.id)

    text = ben.get("/queue/due-next").text
    assert f"0 done, 1 skipped: R-{hidden.id} is not in your queue" in text
    assert db.session.scalar(select(Ticket.assignee_id).where(Ticket.id == hidden.id)) is None


def test_the_rail_names_the_teams_and_counts(client: Browser) -> None:
    make.ticket()
    chi = sign_in(client, "chi")

    text = chi.get("/queue/mine").text

    assert "<h2>IT and Facilities</h2>" in text
    assert '<a class="lk" href="/queue/mine" aria-current="page">' in text
    assert re.search(r'Unassigned\s*<span class="count">1</span>', text)


def test_the_horizon_shows_the_day_and_says_it_in_words(ben: FlaskClient) -> None:
    for hours in (-1, 1, 3):
        make.ticket().queue_at = NOON + hours * HOUR

    text = ben.get("/queue/due-next").text

    assert "1 overdue, 1 due within the hour, 1 due later" in text
    assert ">18:00</text>" in text or ">17:00</text>" in text
