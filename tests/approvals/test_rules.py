"""The catalogue's rules act: for these answers, of this requester, these people are asked in this order."""

import pytest
from flask import Flask
from sqlalchemy import update

from internaldesk.approvals import holders
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.people import Membership, Person
from tests import cast, make
from tests.approvals.desk import asked, rounds, told, waiting

pytestmark = pytest.mark.usefixtures("staffed")


def lines(total: str) -> list[dict[str, object]]:
    return [{"item": "jaw", "quantity": 1, "unit": "", "price": total}]


MAX, FINANCE = ("manager", ["max"]), ("finance", ["fay"])
CASES = [
    ("purchasing/buy", {"lines": lines("5000.00")}, [MAX]),
    ("purchasing/buy", {"lines": lines("5000.01")}, [MAX, FINANCE]),
    ("purchasing/buy", {}, [MAX]),
    ("purchasing/quotes", {}, [MAX]),
    ("purchasing/new-supplier", {}, [FINANCE, ("second-person", ["pat"])]),
    ("purchasing/change-order", {"dearer": "yes"}, [("original-approver", ["max"])]),
    ("purchasing/change-order", {"dearer": "no"}, []),
    ("purchasing/contract", {}, [MAX, ("legal", ["lois"])]),
    ("purchasing/card", {"what": "new"}, [MAX, FINANCE]),
    ("purchasing/card", {"what": "limit"}, [MAX, FINANCE]),
    ("purchasing/card", {"what": "lost"}, []),
    ("it/access", {}, [MAX, ("system-owner", ["dana"])]),
    ("it/hardware", {"price": "1000.00"}, [MAX]),
    ("it/hardware", {"price": "1000.01"}, [MAX, FINANCE]),
    ("it/software", {"cost": "paid"}, [MAX]),
    ("it/software", {"cost": "free"}, []),
    ("it/broken", {}, []),
    ("finance/expense", {"kind": "new"}, [MAX]),
    ("finance/expense", {"kind": "query"}, []),
    ("finance/pay-supplier", {}, [("budget-holder", ["max"])]),
    ("finance/billing", {"amount": "250.00"}, []),
    ("finance/billing", {"amount": "250.01"}, [MAX]),
    ("finance/billing", {"amount": "2500.01"}, [MAX, FINANCE]),
    ("finance/budget", {"kind": "transfer"}, [("budget-holder", ["max"])]),
    ("finance/budget", {"kind": "question"}, []),
    ("finance/account-code", {}, [("controller", ["fay"])]),
    ("finance/correction", {}, [("controller", ["fay"])]),
    ("finance/advance", {}, [MAX, FINANCE]),
    ("hr/new-hire", {}, [MAX, ("hr", ["hugh"])]),
    ("hr/leaver", {}, [("hr", ["hugh"])]),
    ("hr/accommodation", {}, [("case-lead", ["hugh"])]),
    ("legal/contract-review", {}, [("business-owner", ["max"])]),
    ("legal/conflict", {}, [MAX, ("compliance", ["lois"])]),
    ("records/find", {"restricted": "yes"}, [("record-owner", ["rick"])]),
    ("records/find", {"restricted": "no"}, []),
    ("records/data-entry", {}, [("data-owner", ["rick"])]),
    ("records/archive", {}, [("record-owner", ["rick"]), ("legal", ["lois"])]),
    ("records/personal-data", {}, [("privacy-lead", ["rick"])]),
    ("warehouse/stock", {"lines": lines("1000.00")}, []),
    ("warehouse/stock", {"lines": lines("1000.01")}, [("budget-holder", ["max"])]),
    ("warehouse/speed-up", {"displaces": "yes"}, [("shift-lead", ["walt"])]),
    ("warehouse/count", {}, [("second-person", ["walt"])]),
    ("warehouse/missing", {"write_off": "yes"}, [("supervisor", ["walt"])]),
    ("facilities/badge", {"lost": "no"}, [("door-owner", ["faith"])]),
    ("facilities/badge", {"lost": "yes"}, []),
    ("facilities/booking", {"what": "large"}, [("room-owner", ["faith"])]),
    ("facilities/furniture", {}, [MAX]),
    ("facilities/event", {}, [("budget-holder", ["max"])]),
]


@pytest.mark.parametrize(("path", "answers", "steps"), CASES, ids=[f"{c[0]} {c[1]}"[:60] for c in CASES])
def test_filing_asks_whom_the_rule_names(path: str, answers: dict[str, object], steps: list[object]) -> None:
    ticket = waiting(path, answers=answers)

    assert asked(ticket) == steps
    assert ticket.status is (Status.APPROVAL if steps else Status.NEW)


def test_every_rule_of_the_catalogue_is_among_them(app: Flask) -> None:
    kinds = {row.id: f"{row.team.slug}/{row.slug}" for row in db.session.query(make.RequestType) if row.approval_rule}

    assert set(kinds.values()) <= {path for path, _, steps in CASES if steps}


def test_the_round_says_what_is_asked_for() -> None:
    (row,) = rounds(waiting("purchasing/buy", answers={"lines": lines("5200.00")}))

    assert (row.number, row.by_rule, row.amount, row.asked_by_id) == (1, True, "5200.00", cast.person("ada").id)
    assert [step.opened_at is not None for step in row.steps] == [True, False]
    assert [step.shows for step in row.steps] == [[], ["lines"]]


@pytest.mark.parametrize(
    ("requester", "beneficiary", "expected"),
    [
        ("ada", "ada", ["max"]),
        ("ada", "eve", ["max"]),
        ("ada", "max", ["boss"]),
        ("max", "ada", ["boss"]),
        ("eve", "eve", ["pat"]),
        ("eve", "max", ["pat"]),
        ("pat", "pat", ["max"]),
    ],
)
def test_nobody_is_asked_about_a_request_of_their_own(requester: str, beneficiary: str, expected: list[str]) -> None:
    ticket = waiting(by=requester, for_person=cast.person(beneficiary))

    assert asked(ticket) == [("manager", expected)]


def test_a_lead_who_asks_is_decided_about_by_their_line_manager() -> None:
    cast.person("fay").line_manager_id = cast.person("boss").id

    assert asked(waiting("finance/correction", by="fay")) == [("controller", ["boss"])]


def test_who_left_is_not_asked_but_the_next_one_above() -> None:
    db.session.execute(update(Person).where(Person.id == cast.person("max").id).values(active=False))

    assert asked(waiting()) == [("manager", ["boss"])]


def test_a_circle_of_managers_ends_somewhere() -> None:
    cast.person("boss").line_manager_id = cast.person("ada").id

    assert asked(waiting(by="ada", for_person=cast.person("max"))) == [("manager", ["boss"])]


def test_two_leads_are_asked_and_one_is_enough() -> None:
    fay = cast.person("fay")
    finn = db.session.query(Membership).filter_by(person_id=cast.person("finn").id).one()
    finn.role = "lead"
    db.session.flush()

    ticket = waiting("finance/correction")

    assert sorted(asked(ticket)[0][1]) == ["fay", "finn"]
    assert rounds(ticket)[0].steps[0].quorum == 1
    assert fay.active


@pytest.mark.parametrize(
    ("entered", "centre", "expected"),
    [
        ([("4100", "eve")], "4100", ["eve"]),
        ([("4100", "eve")], " 4100 ", ["eve"]),
        ([("Field Sales", "eve")], "field  sales", ["eve"]),
        ([("4100", "eve")], "4200", ["max"]),
        ([("4100", "eve"), ("", "finn")], "4200", ["finn"]),
        ([("4100", "eve"), ("", "finn")], "4100", ["eve"]),
        ([("4100", "ada")], "4100", ["max"]),
    ],
)
def test_the_owner_of_a_cost_centre_decides_about_it(
    entered: list[tuple[str, str]], centre: str, expected: list[str]
) -> None:
    for about, name in entered:
        holders.enter(role="budget-holder", person_id=cast.person(name).id, about=about, by=None)

    assert asked(waiting("facilities/event", answers={"cost_centre": centre})) == [("budget-holder", expected)]


def test_where_there_is_nobody_but_the_requester_the_team_is_told() -> None:
    db.session.execute(update(Person).where(Person.id != cast.person("eve").id).values(active=False))

    ticket = waiting(by="eve")

    assert (ticket.status, rounds(ticket)) == (Status.NEW, [])
    assert told(ticket) == ["no_approver"]


def test_of_a_case_nobody_hears_outside_its_group() -> None:
    db.session.execute(update(Person).where(Person.name.in_(["Hugh", "Hana"])).values(active=False))

    ticket = waiting("hr/accommodation")

    assert rounds(ticket) == []
    assert told(ticket) == ["no_approver"]
