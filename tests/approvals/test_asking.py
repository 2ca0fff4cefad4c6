"""Whom the team may ask, and who may ask."""

import pytest

from internaldesk.core.approval import State
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.tickets import approving
from tests import cast, make
from tests.approvals import desk
from tests.approvals.desk import ask, rounds
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("staffed")


@pytest.mark.parametrize(
    ("people", "quorum", "sentence"),
    [
        ((), None, "Name at least one person"),
        (("ben",), None, "You cannot approve what you ask for"),
        (("max", "ben"), 1, "You cannot approve what you ask for"),
        (("ada",), None, "Nobody approves a request of their own"),
        (("max", "fay"), 3, "at most 2 can agree"),
        (("max", "fay"), 0, "at most 2 can agree"),
        (("max", "max"), 2, "at most 1 can agree"),
    ],
)
def test_whom_one_cannot_ask(people: tuple[str, ...], quorum: int | None, sentence: str) -> None:
    ticket = make.ticket()

    with pytest.raises(Refused, match=sentence):
        ask(ticket, *people, by="ben", quorum=quorum)

    assert (rounds(ticket), ticket.status) == ([], Status.NEW)


@pytest.mark.parametrize("role", ["manager", "budget-holder"])
def test_a_role_can_be_asked(role: str) -> None:
    ticket = make.ticket(by="ada")

    row = approving.ask(ticket, by=cast.actor("ben"), now=NOON, whom=role, words="A dock", amount="120.00")

    assert desk.asked(ticket) == [(role, ["max"])]
    assert (row.by_rule, row.words, row.amount) == (False, "A dock", "120.00")
    assert ticket.status_reason == "A dock"


@pytest.mark.parametrize(("whom", "sentence"), [("king", "Choose whom to ask"), ("finance", "Choose whom to ask")])
def test_other_roles_cannot_be_asked(whom: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        approving.ask(make.ticket(), by=cast.actor("ben"), now=NOON, whom=whom, words="x")


def test_who_is_in_that_role_does_not_ask_themselves() -> None:
    cast.person("eve").line_manager_id = cast.person("ben").id
    ticket = make.ticket(by="eve")

    with pytest.raises(Refused, match="Nobody else is known"):
        approving.ask(ticket, by=cast.actor("ben"), now=NOON, whom="manager", words="x")


@pytest.mark.parametrize("name", ["ada", "eve", "max", "dana"])
def test_only_those_who_handle_it_ask(name: str) -> None:
    ticket = make.ticket("purchasing/order-status", by="ada")

    with pytest.raises(Forbidden):
        ask(ticket, "fay", by=name)


@pytest.mark.parametrize(("person", "fits"), [("hugh", True), ("max", False), ("dana", False)])
def test_about_a_case_only_those_named_for_such_can_be_asked(person: str, fits: bool) -> None:
    ticket = make.ticket("hr/concern", by="ada")

    if fits:
        assert ask(ticket, person, by="hana").state is State.WAITING
    else:
        with pytest.raises(Refused, match="named for confidential cases"):
            ask(ticket, person, by="hana")
    with pytest.raises(Refused, match="Nobody outside may hear"):
        approving.ask(ticket, by=cast.actor("hana"), now=NOON, whom="manager", words="x")
