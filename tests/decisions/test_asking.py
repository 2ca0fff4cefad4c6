"""What a team asks from its request's page, and what it reads there."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest

from internaldesk.core.approval import State
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from tests import cast, make
from tests.approvals import desk
from tests.approvals.desk import asked, rounds
from tests.decisions.visit import Visit

CountSql = Callable[[], AbstractContextManager[list[str]]]
Enter = Callable[[str | None], Visit]
SCREEN = {"words": "A second screen", "amount": "1,240", "whom": "manager"}


@pytest.fixture
def broken(lately: datetime) -> Ticket:
    return make.ticket("it/broken", by="ada", assignee="ben", now=lately)


def at(ticket: Ticket, rest: str = "") -> str:
    return f"/requests/R-{ticket.id}/approvals{rest}"


def fresh(ticket_id: int) -> Ticket:
    db.session.rollback()
    return db.session.get_one(Ticket, ticket_id)


@pytest.mark.parametrize("name", ["ada", "eve", "max", "root", "pia"])
@pytest.mark.parametrize("rest", ["", "/repeat", "/withdrawal"])
def test_only_those_who_handle_it_have_such_a_page(visit: Enter, broken: Ticket, name: str, rest: str) -> None:
    who, number = visit(name), broken.id

    if not rest:
        assert who.get(at(broken)).status_code == 404
    assert who.send(at(broken, rest), page="/profile", **SCREEN).status_code == 404
    assert rounds(fresh(number)) == []


def test_the_margin_says_where_it_stands(visit: Enter, broken: Ticket, lately: datetime) -> None:
    number, ben = broken.id, visit("ben")

    def margin() -> str:
        found = re.search(r"<dt>Approval</dt><dd><a[^>]*>([^<]*)<", ben.get(f"/requests/R-{number}").text)
        assert found
        return found[1]

    assert margin() == "Not asked"
    desk.ask(broken, "max", "fay", by="ben", now=lately)
    assert margin() == "Each of Max and Fay decides"
    desk.decide(fresh(number), "fay", now=lately)
    assert margin() == "Max decides"
    desk.decide(fresh(number), "max", now=lately)
    assert margin() == "Approved"
    desk.ask(fresh(number), "max", by="ben", now=lately)
    assert margin() == "Max decides"
    desk.decide(fresh(number), "max", desk.NO, now=lately)
    assert margin() == "Not approved"


def test_the_margin_says_which_step(visit: Enter, ticket: Ticket, lately: datetime) -> None:
    access = desk.waiting("it/access", now=lately)

    assert "Max decides, step 1 of 2" in visit("ben").get(f"/requests/R-{access.id}").text


@pytest.mark.parametrize("htmx", [False, True])
def test_asking_a_role(visit: Enter, broken: Ticket, htmx: bool) -> None:
    number = broken.id

    answer = visit("ben").send(at(broken), htmx=htmx, **SCREEN)

    assert answer.status_code == (204 if htmx else 303)
    ticket = fresh(number)
    (row,) = rounds(ticket)
    assert (ticket.status, row.words, row.amount) == (Status.APPROVAL, "A second screen", "1240.00")
    assert asked(ticket) == [("manager", ["max"])]
    assert "Pia" not in visit("ben").get(at(ticket)).text


@pytest.mark.parametrize(
    ("people", "quorum", "expected"),
    [
        ("max@desk.example", "", (1, ["max"])),
        ("Max, Fay", "", (2, ["max", "fay"])),
        ("Max,Fay , hugh@desk.example", "2", (2, ["max", "fay", "hugh"])),
        ("Max, Max", "", (1, ["max"])),
    ],
)
def test_asking_people_by_name(
    visit: Enter, broken: Ticket, people: str, quorum: str, expected: tuple[int, list[str]]
) -> None:
    number = broken.id

    answer = visit("ben").send(at(broken), **{**SCREEN, "whom": "named", "people": people, "quorum": quorum})

    assert answer.status_code == 303
    (step,) = rounds(fresh(number))[0].steps
    assert (step.quorum, desk.names(step)) == expected


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"words": ""}, "Say what is to be approved."),
        ({"words": "x" * 301}, "Please keep it shorter."),
        ({"amount": "lots"}, "Give a number such as"),
        ({"whom": ""}, "Choose whom to ask."),
        ({"whom": "king"}, "Not a valid choice"),
        ({"whom": "named"}, "Name at least one person."),
        ({"whom": "named", "people": "Zaphod"}, "Nobody here is called “Zaphod”."),
        ({"whom": "named", "people": "zaphod@desk.example"}, "Nobody here has the address"),
        ({"whom": "named", "people": "Max, Ben"}, "You cannot approve what you ask for"),
        ({"whom": "named", "people": "Ada"}, "Nobody approves a request of their own"),
        ({"whom": "named", "people": "Max", "quorum": "2"}, "at most 1 can agree"),
        ({"whom": "named", "people": "Max", "quorum": "0"}, "Give a number from 1 to 20."),
    ],
)
def test_what_cannot_be_asked_comes_back_with_every_word(
    visit: Enter, broken: Ticket, typed: dict[str, str], says: str
) -> None:
    number, form = broken.id, {**SCREEN, "quorum": "", "people": "", **typed}

    answer = visit("ben").send(at(broken), **form)

    assert answer.status_code == 422
    assert says in answer.text.replace("&#39;", "'")
    for field in ("words", "amount", "people"):
        assert form[field][:200] in answer.text
    assert rounds(fresh(number)) == []


def test_a_name_of_several_is_answered_with_who_they_are(visit: Enter, broken: Ticket) -> None:
    leeds = cast.person("max").location_id
    for n, title in enumerate(("Buyer", "Driver")):
        person = Person(email=f"sam{n}@desk.example", name="Sam Hill", location_id=leeds, created_at=make.NOON)
        person.job_title = title
        db.session.add(person)

    answer = visit("ben").send(at(broken), **{**SCREEN, "whom": "named", "people": "Sam Hill"})

    assert answer.status_code == 422
    assert "Sam Hill, Buyer, Leeds and Sam Hill, Driver, Leeds" in answer.text


def test_sent_twice_it_is_asked_once(visit: Enter, broken: Ticket) -> None:
    ben, number = visit("ben"), broken.id
    form = ben.form(at(broken)) | SCREEN

    first, second = (ben.client.post(at(broken), data=form) for _ in range(2))

    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(rounds(fresh(number))) == 1


def test_what_a_rule_asks_cannot_be_gone_round(visit: Enter, ticket: Ticket) -> None:
    number, pia = ticket.id, visit("pia")

    page = pia.get(at(ticket)).text
    assert "The rule for this kind of request asks first" in page
    assert 'name="whom"' not in page
    assert pia.send(at(ticket), **SCREEN).status_code == 422
    assert pia.send(at(ticket, "/withdrawal"), page=at(ticket)).status_code == 422
    assert rounds(fresh(number))[-1].state is State.WAITING


def test_a_rule_is_asked_again_of_whoever_it_names_today(visit: Enter, ticket: Ticket) -> None:
    number, pia = ticket.id, visit("pia")
    cast.person("ada").line_manager_id = cast.person("boss").id

    assert pia.send(at(ticket, "/repeat"), page=at(ticket)).status_code == 303

    assert asked(fresh(number)) == [("manager", ["boss"])]
    assert "It is the 2nd time" in pia.get(at(ticket)).text


def test_the_team_takes_its_question_back(visit: Enter, broken: Ticket, lately: datetime) -> None:
    desk.ask(broken, "max", by="ben", now=lately)
    number, ben = broken.id, visit("ben")

    assert ben.send(at(broken, "/withdrawal"), page=at(broken)).location == f"/requests/R-{number}"

    ticket = fresh(number)
    assert (ticket.status, rounds(ticket)[0].state) == (Status.PROGRESS, State.WITHDRAWN)


def test_the_page_tells_the_steps_and_what_was_said(visit: Enter, lately: datetime) -> None:
    ticket = desk.waiting("it/access", now=lately)
    desk.decide(ticket, "max", now=lately, reason="Until March")

    page = visit("ben").get(at(ticket)).text

    assert re.search(r"1\. Line manager</th><td>Max</td><td>Max approved .*: Until March</td>", page)
    assert re.search(r"2\. System owner</th><td>Dana</td><td>Asked ", page)


def test_what_is_over_is_not_asked_about(visit: Enter, ticket: Ticket, lately: datetime) -> None:
    desk.decide(ticket, "max", desk.NO, now=lately)
    number, pia = ticket.id, visit("pia")

    assert "nobody needs to approve it" in pia.get(at(ticket)).text
    assert pia.send(at(ticket), page="/profile", **SCREEN).status_code == 422
    assert len(rounds(fresh(number))) == 1


def test_the_page_costs_the_same_however_often_it_was_asked(
    visit: Enter, broken: Ticket, lately: datetime, count_sql: CountSql
) -> None:
    ben, costs = visit("ben"), []
    for _ in range(2):
        for _ in range(3):
            desk.ask(broken, "max", "fay", "dana", by="ben", now=lately)
        ben.get(at(broken))
        with count_sql() as said:
            assert ben.get(at(broken)).status_code == 200
        costs.append(len(said))

    assert costs[0] == costs[1] <= 6
