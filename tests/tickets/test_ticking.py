"""Steps that a team ticks itself, steps added by hand, and whole checklists added to a request."""

import pytest
from flask import Flask

from internaldesk.checklists import actions as lists
from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Spec, State
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.models.checklists import Checklist
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, steps, ticking
from tests import cast, make
from tests.make import NOON


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket(assignee="ben")


def checklist(*specs: Spec, team: str = "it", by: str = "dana") -> Checklist:
    who, team_id = cast.actor(by), make.team(team).id
    kept = lists.write(by=who, now=NOON, team_id=team_id, name="New laptop", request_type=None, anchor="")
    for spec in specs:
        kept = lists.put(kept, by=who, now=NOON, spec=spec)
    return kept.checklist


def test_a_tick_is_done_and_can_be_taken_off(ticket: Ticket):
    step = ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Ring back")

    ticking.tick(step, ticket, by=cast.actor("chi"), now=NOON, done=True)
    assert (rules.state(step), step.done_by_id) == (State.DONE, cast.person("chi").id)
    ticking.tick(step, ticket, by=cast.actor("ben"), now=NOON, done=False)

    assert (rules.state(step), step.done_by_id) == (State.AHEAD, None)


def test_ticking_twice_keeps_the_first(ticket: Ticket):
    step = ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Ring back")
    ticking.tick(step, ticket, by=cast.actor("ben"), now=NOON, done=True)

    ticking.tick(step, ticket, by=cast.actor("chi"), now=NOON, done=True)

    assert step.done_by_id == cast.person("ben").id


def test_what_must_be_done_holds_the_request(ticket: Ticket):
    must = ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Wipe the disk")
    ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Say hello", required=False)

    with pytest.raises(Refused, match="“Wipe the disk”"):
        actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    ticking.tick(must, ticket, by=cast.actor("ben"), now=NOON, done=True)

    actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    with pytest.raises(Refused, match="Reopen"):
        ticking.tick(must, ticket, by=cast.actor("ben"), now=NOON, done=False)


def test_what_another_team_does_is_not_ticked(ticket: Ticket):
    ticking.add_checklist(
        ticket, by=cast.actor("ben"), now=NOON, checklist=checklist(Spec("Desk", path="facilities/repair"))
    )

    with pytest.raises(Refused, match="Facilities does this"):
        ticking.tick(steps.all_of(ticket.id)[0], ticket, by=cast.actor("ben"), now=NOON, done=True)


def test_a_checklist_goes_behind_what_is_there(ticket: Ticket):
    ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="First")
    added = checklist(Spec("Second"), Spec("Third", after=1))

    ticking.add_checklist(ticket, by=cast.actor("ben"), now=NOON, checklist=added)

    first, second, third = steps.all_of(ticket.id)
    assert [step.name for step in (first, second, third)] == ["First", "Second", "Third"]
    assert third.after_id == second.id


def test_another_team_s_checklist_is_not_for_it(ticket: Ticket):
    other = checklist(Spec("x"), team="hr", by="root")

    with pytest.raises(Refused, match="of this team"):
        ticking.add_checklist(ticket, by=cast.actor("ben"), now=NOON, checklist=other)


def test_an_empty_checklist_adds_nothing(ticket: Ticket):
    with pytest.raises(Refused, match="no steps"):
        ticking.add_checklist(ticket, by=cast.actor("ben"), now=NOON, checklist=checklist())


def test_what_is_left_out_holds_nothing(ticket: Ticket):
    step = ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Wipe the disk")

    ticking.leave_out(step, ticket, by=cast.actor("ben"), now=NOON, reason="There is none")

    actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    with pytest.raises(Refused, match="left out already"):
        ticking.leave_out(step, ticket, by=cast.actor("ben"), now=NOON, reason="Again")


def test_only_the_team_works_on_the_steps(ticket: Ticket):
    step = ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="Ring back")

    for name in ("ada", "pia", "max", "root"):
        with pytest.raises(Forbidden):
            ticking.tick(step, ticket, by=cast.actor(name), now=NOON, done=True)
        with pytest.raises(Forbidden):
            ticking.leave_out(step, ticket, by=cast.actor(name), now=NOON, reason="No")


def test_there_is_an_end_to_steps(ticket: Ticket):
    for number in range(ticking.MOST):
        ticking.add(ticket, by=cast.actor("ben"), now=NOON, name=str(number))

    with pytest.raises(Refused, match="at most"):
        ticking.add(ticket, by=cast.actor("ben"), now=NOON, name="One more")
