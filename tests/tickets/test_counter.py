"""The pages of those who ask, besides the form: home, my requests, the receipt; and what they cost."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import memory
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

HOUR = timedelta(hours=1)
CountSql = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def ada(app: Flask) -> Iterator[FlaskClient]:
    """Ada's browser, on a Wednesday noon."""
    with time_machine.travel(NOON, tick=False):
        yield sign_in(app.test_client(), "ada")


def answered(ticket: Ticket, then: str = "wait", by: str = "ben") -> Ticket:
    actions.reply(ticket, by=cast.actor(by), now=NOON - HOUR, body="Which cost centre?", then=then)
    return ticket


@pytest.mark.parametrize(
    ("hour", "who", "greeting"),
    [
        (8, "ada", "Good morning, Ada."),
        (12, "ada", "Good afternoon, Ada."),
        (17, "eve", "Good afternoon, Eve."),
        (18, "ada", "Good evening, Ada."),
        (3, "ada", "Good evening, Ada."),
    ],
)
def test_home_greets_by_the_readers_clock(app: Flask, hour: int, who: str, greeting: str) -> None:
    with time_machine.travel(NOON.replace(hour=hour), tick=False):
        assert greeting in sign_in(app.test_client(), who).get("/").text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 18, 12, tzinfo=UTC), "Open until 18:00"),
        (datetime(2026, 11, 18, 7, tzinfo=UTC), "Opens 08:00"),
        (datetime(2026, 11, 20, 18, tzinfo=UTC), "Opens Mon 08:00"),
        (datetime(2026, 12, 25, 12, tzinfo=UTC), "Opens Tue 08:00"),
    ],
)
def test_home_tells_who_is_at_work(app: Flask, moment: datetime, words: str) -> None:
    with time_machine.travel(moment, tick=False):
        page = sign_in(app.test_client(), "ada").get("/").text

    assert words in page.partition('id="cat-it"')[2].partition("</header>")[0]


def test_home_shows_what_waits_for_me_first_and_always_something_to_rate(ada: FlaskClient) -> None:
    for number in range(6):
        make.ticket(by="ada", summary=f"Open {number}", now=NOON - 2 * HOUR)
    answered(make.ticket(by="ada", summary="My turn", now=NOON - 3 * HOUR))
    solved = answered(make.ticket(by="ada", summary="To rate", now=NOON - 3 * HOUR), then="solve")

    page = ada.get("/").text.partition('id="mine-h"')[2].partition("</section>")[0]

    assert "7 open, 1 to rate" in page
    assert page.count('class="t"') == 5
    assert page.index("My turn") < page.index("Open ") < page.index("To rate")
    assert f'href="/requests/R-{solved.id}"' in page
    assert "<b>Ben, IT</b> asked 11:00" in page


def test_home_leads_to_the_rating(ada: FlaskClient) -> None:
    answered(make.ticket(by="ada", now=NOON - 2 * HOUR), then="solve")

    link = ada.get("/").text.partition('href="/rate/')[2].partition('"')[0]

    assert ada.get(f"/rate/{link}").status_code == 200


def test_a_new_starter_is_told_how_it_works(ada: FlaskClient) -> None:
    page = ada.get("/").text

    assert "New here?" in page
    assert "Often asked for" in page


def test_home_offers_the_types_of_managers_to_managers(app: Flask, ada: FlaskClient) -> None:
    assert "/catalogue/hr/leaver" not in ada.get("/").text
    assert "All 8 HR requests" in sign_in(app.test_client(), "max").get("/").text


@pytest.mark.parametrize(
    ("url", "most"), [("/", 8), ("/requests", 5), ("/catalogue/it/broken", 11), ("/search?q=something", 6)]
)
def test_pages_cost_the_same_for_three_and_for_thirty(
    ada: FlaskClient, url: str, most: int, more: Callable[[int], None], count_sql: CountSql
) -> None:
    more(3)
    ada.get(url)  # calendars are read once and kept
    with count_sql() as few:
        ada.get(url)
    more(27)
    with count_sql() as many:
        ada.get(url)

    assert len(few) == len(many) <= most


@pytest.fixture
def more(app: Flask) -> Callable[[int], None]:
    def file(count: int) -> None:
        for _ in range(count):
            make.ticket(by="ada", summary="Something", now=NOON - HOUR)
        db.session.commit()

    return file


def test_home_costs_at_most_eight_statements_while_calendars_are_new_to_it(
    ada: FlaskClient, count_sql: CountSql
) -> None:
    make.ticket(by="ada", now=NOON - HOUR)
    db.session.commit()
    memory._for_good.clear()

    with count_sql() as seen:
        ada.get("/")

    assert len(seen) <= 8


def test_my_requests_stand_in_groups(ada: FlaskClient) -> None:
    make.ticket(by="ada", summary="With IT", assignee="ben", now=NOON - HOUR)
    answered(make.ticket(by="ada", summary="My turn", now=NOON - 3 * HOUR))
    answered(make.ticket(by="ada", summary="To rate", now=NOON - 3 * HOUR), then="solve")
    done = answered(make.ticket(by="ada", summary="All done", now=NOON - 3 * HOUR), then="solve")
    actions.confirm(done, by=cast.actor("ada"), now=NOON, solved=True)
    make.ticket(by="eve", summary="Of Eve", now=NOON - HOUR)

    page = ada.get("/requests").text

    places = [page.index(words) for words in ("Your turn<", "My turn", "With a team", "With IT", "To rate", "All done")]
    assert places == sorted(places)
    assert "<b>Ben, IT</b> has it · first reply by" in page
    assert "Of Eve" not in page


def test_a_late_promise_is_said_to_be_late(ada: FlaskClient) -> None:
    make.ticket(by="ada", now=NOON - timedelta(days=7))

    assert "We are late, and the new time of" in ada.get("/requests").text


def test_a_request_put_off_is_nobodys_turn(ada: FlaskClient) -> None:
    ticket = make.ticket(by="ada", now=NOON - 2 * HOUR)
    until = NOON + timedelta(days=2)
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON - HOUR, status=Status.WAITING, until=until)

    page = ada.get("/requests").text

    assert "Your turn" not in page
    assert "goes on Fri 20 Nov, 12:00" in page


def test_my_requests_are_filtered_by_address(app: Flask, ada: FlaskClient) -> None:
    make.ticket("it/broken", by="ada", summary="Screen is black", now=NOON - HOUR)
    make.ticket("hr/ask", by="ada", summary="Parental leave", now=NOON - HOUR)
    make.ticket("it/loan", by="eve", summary="Loan for Ada", for_person=cast.person("ada"), now=NOON - HOUR)
    titles = ("Screen is black", "Parental leave", "Loan for Ada")

    def shown(query: str) -> list[str]:
        page = ada.get(f"/requests?{query}").text
        return [title for title in titles if title in page]

    assert shown("") == [*titles]
    assert shown("team=it") == ["Screen is black", "Loan for Ada"]
    assert shown("whose=for-me&team=") == ["Loan for Ada"]
    assert shown("whose=mine") == ["Screen is black", "Parental leave"]
    assert shown("text=BLACK") == ["Screen is black"]
    assert shown("whose=nonsense&team=nobody") == []
    assert "Nothing fits these filters" in ada.get("/requests?text=xyzzy").text


def test_the_list_alone_answers_the_script(ada: FlaskClient) -> None:
    answer = ada.get("/requests", headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div id="my-list"')
    assert "HX-Request" in answer.headers["Vary"]


def test_without_requests_the_page_says_what_to_do(ada: FlaskClient) -> None:
    assert "Nothing here yet. Need something?" in ada.get("/requests").text


def test_the_receipt_says_who_has_it_and_by_when(ada: FlaskClient) -> None:
    ticket = make.ticket(by="ada", summary="Screen", details="Since <today>", now=NOON)

    page = ada.get(f"/requests/R-{ticket.id}/filed").text

    assert "Sent to IT. First reply by" in page
    assert f"R-{ticket.id}" in page
    assert "Since &lt;today&gt;" in page
    assert "LDS-1904" in page


@pytest.mark.parametrize("who", ["ben", "dana", "eve", "max", "root"])
def test_the_receipt_belongs_to_the_people_it_is_for(app: Flask, who: str) -> None:
    ticket = make.ticket(by="ada")

    assert sign_in(app.test_client(), who).get(f"/requests/R-{ticket.id}/filed").status_code == 404


def test_whom_it_is_for_may_read_the_receipt(app: Flask) -> None:
    ticket = make.ticket(by="ada", for_person=cast.person("eve"))

    assert sign_in(app.test_client(), "eve").get(f"/requests/R-{ticket.id}/filed").status_code == 200


@pytest.mark.parametrize("number", [0, 999, 2**31, 10**30])
def test_a_receipt_nobody_wrote_is_not_found(ada: FlaskClient, number: int) -> None:
    assert ada.get(f"/requests/R-{number}/filed").status_code == 404


def test_what_was_rated_is_closed_for_the_reader(ada: FlaskClient) -> None:
    ticket = answered(make.ticket(by="ada", now=NOON - 2 * HOUR), then="solve")
    invite = ratings.invite(ticket, now=NOON)
    db.session.flush()
    ratings.submit(invite, now=NOON, scores=ratings.rating.Scores(attitude=5))

    assert "Rate it" not in ada.get("/requests").text
