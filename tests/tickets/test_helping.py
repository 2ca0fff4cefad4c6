"""Ask another team for help: a request of the agent's own that holds the first one open and tells nothing of it."""

import pytest
from flask import Flask

from internaldesk.core.clocks import ClockState
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Confidentiality, may
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions, helping, queries, steps, ticking
from tests import cast, make
from tests.make import NOON


def ask(ticket: Ticket, *, by: str = "ben", path: str = "facilities/repair", **words: object) -> Ticket:
    kind = make.request_type(path)
    words.setdefault("summary", "The socket is dead")
    return helping.ask(ticket, by=cast.actor(by), now=NOON, request_type=kind, form=make.form(kind), **words)


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket(assignee="ben", summary="My screen stays black")


def test_the_agent_is_the_other_team_s_customer(ticket: Ticket):
    child = ask(ticket)

    assert (child.requester_id, child.for_person_id) == (cast.person("ben").id, cast.person("ben").id)
    assert child.team_id == make.team("facilities").id
    assert sla.clocks(child.id)


def test_whoever_asked_first_sees_it_only_where_the_agent_says_so(ticket: Ticket):
    assert queries.get(ask(ticket).id, actor=cast.actor("ada")) is None
    assert queries.get(ask(ticket, for_requester=True).id, actor=cast.actor("ada")) is not None


def test_the_other_team_does_not_come_to_read_the_first_one(app: Flask):
    pay = make.ticket("hr/pay", by="eve")

    child = ask(pay, by="hana", path="finance/invoice")

    assert queries.get(pay.id, actor=cast.actor("finn")) is None
    assert child.confidentiality is Confidentiality.TEAM
    assert may(cast.actor("finn"), Act.HANDLE, child)


def test_only_who_handles_it_asks(ticket: Ticket):
    with pytest.raises(Forbidden):
        ask(ticket, by="pia")


def test_one_s_own_team_is_no_other_team(ticket: Ticket):
    with pytest.raises(Refused, match="another team"):
        ask(ticket, path="it/how-to")


def test_it_stays_open_until_the_other_team_is_done(ticket: Ticket):
    child = ask(ticket)

    with pytest.raises(Refused, match=rf"waits for Facilities \({child.number}\)"):
        actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="Done", then="solve")
    actions.solve(child, by=cast.actor("chi"), now=NOON)

    actions.solve(ticket, by=cast.actor("ben"), now=NOON)


def test_waiting_for_a_team_is_said_and_stops_no_promise(ticket: Ticket):
    child = ask(ticket, waits=True)

    assert ticket.status is Status.PROGRESS
    assert ticket.status_reason == f"Waiting for Facilities ({child.number})"
    assert ClockState.PAUSED not in {clock.state for clock in sla.clocks(ticket.id)}


def test_and_is_over_with_their_part(ticket: Ticket):
    child = ask(ticket, waits=True)

    actions.solve(child, by=cast.actor("chi"), now=NOON)

    assert ticket.status_reason == ""


def test_what_is_withdrawn_is_closed_unsolved_and_says_why(ticket: Ticket):
    child = ask(ticket, waits=True)
    (step,) = steps.all_of(ticket.id)

    ticking.leave_out(step, ticket, by=cast.actor("ben"), now=NOON, reason="It works again")

    assert (child.status, child.solved_at) == (Status.CLOSED, None)
    assert child.status_reason == "Withdrawn by Ben: It works again"
    assert {clock.state for clock in sla.clocks(child.id)} == {ClockState.CANCELLED}
    assert ticket.status_reason == ""
    actions.solve(ticket, by=cast.actor("ben"), now=NOON)


def test_what_is_done_cannot_be_withdrawn(ticket: Ticket):
    child = ask(ticket)
    actions.solve(child, by=cast.actor("chi"), now=NOON)

    with pytest.raises(Refused, match="done already"):
        ticking.leave_out(steps.all_of(ticket.id)[0], ticket, by=cast.actor("ben"), now=NOON, reason="Late")


@pytest.mark.parametrize("words", [{"summary": "About Eve"}, {"summary": "x", "details": "eve@desk.example"}])
def test_of_a_case_nobody_is_named(app: Flask, words: dict[str, str]):
    case = make.ticket("hr/concern", by="eve", summary="A fight in the canteen")

    with pytest.raises(Refused, match="whose case"):
        ask(case, by="hana", path="it/how-to", **words)


def test_a_case_says_of_nothing_that_it_waits(app: Flask):
    case = make.ticket("hr/concern", by="eve", summary="A fight in the canteen")

    child = ask(case, by="hana", path="it/how-to", summary="How to keep a log", waits=True)

    assert case.status_reason == ""
    assert child.location_id == cast.person("hana").location_id
    assert steps.of(case, actor=cast.actor("eve")) == []


def test_what_few_may_read_is_never_for_whoever_asked(app: Flask):
    pay = make.ticket("hr/pay", by="eve")

    with pytest.raises(Refused):
        ask(pay, by="hana", path="finance/invoice", for_requester=True)


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED, Status.APPROVAL])
def test_nobody_is_asked_about_what_is_not_worked_on(app: Flask, status: Status):
    ticket = make.ticket(assignee="ben")
    ticket.status, ticket.is_open = status, status is Status.APPROVAL

    with pytest.raises(Refused):
        ask(ticket)
