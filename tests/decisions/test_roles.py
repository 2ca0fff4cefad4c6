"""Administrators say who decides in which role; nobody else does, and it acts from the next request on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from internaldesk.approvals import holders
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.db import db
from internaldesk.models.approvals import RoleHolder
from tests import cast
from tests.approvals.desk import asked, waiting
from tests.decisions.visit import Visit

Enter = Callable[[str | None], Visit]
URL = "/settings/approvers"
ENTRY = {"role": "budget-holder", "about": " 4100", "person": "", "person_name": "Eve"}


def entered() -> list[tuple[str, str, str]]:
    db.session.rollback()
    return [(row.role, row.about, row.person.name) for row in db.session.query(RoleHolder).order_by(RoleHolder.id)]


@pytest.mark.parametrize(("name", "status"), [("dana", 404), ("max", 403), ("ben", 403), ("ada", 403)])
def test_nobody_else_has_such_a_page(visit: Enter, lately: datetime, name: str, status: int) -> None:
    who = visit(name)

    assert who.get(URL).status_code == status
    assert who.send(URL, page="/profile", **ENTRY).status_code == status
    assert who.send(f"{URL}/1/removal", page="/profile").status_code == status
    assert entered() == []


@pytest.mark.parametrize("name", ["dana", "max", "ada"])
def test_nor_by_any_other_way(lately: datetime, name: str) -> None:
    row = holders.enter(role="finance", person_id=cast.person("eve").id, by=None)

    with pytest.raises(Forbidden):
        holders.enter(role="finance", person_id=cast.person(name).id, by=cast.actor(name))
    with pytest.raises(Forbidden):
        holders.take_out(row.id, by=cast.actor(name))


def test_who_is_entered_decides_from_the_next_request_on(visit: Enter, lately: datetime) -> None:
    before = waiting("facilities/event", now=lately, answers={"cost_centre": "4100"})

    answer = visit("root").send(URL, **ENTRY)

    assert (answer.status_code, answer.location) == (303, URL)
    after = waiting("facilities/event", now=lately, answers={"cost_centre": "4100"})
    assert [asked(before), asked(after)] == [[("budget-holder", ["max"])], [("budget-holder", ["eve"])]]


def test_taken_out_they_are_asked_no_more_but_keep_what_they_were_asked(visit: Enter, lately: datetime) -> None:
    row = holders.enter(role="budget-holder", person_id=cast.person("eve").id, by=None)
    before, number = waiting("facilities/event", now=lately), row.id

    assert visit("root").send(f"{URL}/{number}/removal", page=URL).status_code == 303

    assert asked(before) == [("budget-holder", ["eve"])]
    assert asked(waiting("facilities/event", now=lately)) == [("budget-holder", ["max"])]
    assert visit("root").send(f"{URL}/{number}/removal", page=URL).status_code == 422


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"role": ""}, "Choose one of the roles."),
        ({"role": "king"}, "Choose one of the roles."),
        ({"role": "manager"}, "Choose one of the roles."),
        ({"person_name": ""}, "Choose a co-worker."),
        ({"person_name": "Zaphod"}, "Nobody here is called"),
        ({"about": "x" * 81}, "under 80 characters"),
    ],
)
def test_what_cannot_be_entered_comes_back(visit: Enter, lately: datetime, typed: dict[str, str], says: str) -> None:
    answer = visit("root").send(URL, **{**ENTRY, **typed})

    assert answer.status_code == 422
    assert says in answer.text
    assert entered() == []


def test_entered_twice_it_is_one(visit: Enter, lately: datetime) -> None:
    root = visit("root")

    for _ in range(2):
        assert root.send(URL, **ENTRY).status_code == 303

    assert entered() == [("budget-holder", "4100", "Eve")]


def test_nobody_who_left_is_entered(lately: datetime) -> None:
    cast.person("eve").active = False
    db.session.flush()

    with pytest.raises(Refused, match="Choose a co-worker"):
        holders.enter(role="finance", person_id=cast.person("eve").id, by=None)


def test_the_page_says_who_decides_otherwise(visit: Enter, lately: datetime) -> None:
    page = visit("root").get(URL).text

    assert "Who leads Finance" in page
    assert "The line manager of who asks" in page
    assert f'href="{URL}"' in visit("root").get("/profile").text
    assert f'href="{URL}"' not in visit("dana").get("/profile").text
