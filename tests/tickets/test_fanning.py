"""A request that others do parts of: begun in order, held open, told, and ended together."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.checklists import actions as lists
from internaldesk.core import checklists as rules
from internaldesk.core.approval import Decision
from internaldesk.core.checklists import Spec, State
from internaldesk.core.clocks import ClockState
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.checklists import Checklist, Step
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions, approving, fanning, helping, merges, steps
from tests import cast, make
from tests.make import NOON

HIRE = {
    "name": "Noor Haddad",
    "role": "Buyer",
    "start": "2026-12-07",
    "site": "Leeds, desk 3.14",
    "equipment": ["laptop", "phone"],
}
LATER = NOON + timedelta(minutes=5)
CountSql = Callable[[], AbstractContextManager[list[str]]]


def hire(**facts: object) -> Ticket:
    """A hire that everybody asked has agreed to; the worker has not looked yet."""
    answers = {**HIRE, "line_manager": cast.person("max").id}
    return make.ticket("hr/new-hire", by="max", answers=answers, **facts)


def begun() -> Ticket:
    """The same after the worker looked."""
    ticket = hire()
    fanning.sweep(now=LATER)
    return ticket


def checklist(path: str, *specs: Spec, by: str = "dana") -> Checklist:
    kind = make.request_type(path)
    kept = lists.write(by=cast.actor(by), now=NOON, team_id=kind.team_id, name="Parts", request_type=kind, anchor="")
    for spec in specs:
        kept = lists.put(kept, by=cast.actor(by), now=NOON, spec=spec)
    return kept.checklist


def part(ticket: Ticket, name: str) -> Step:
    return next(step for step in steps.all_of(ticket.id) if step.name.startswith(name))


def child(ticket: Ticket, name: str) -> Ticket:
    found = part(ticket, name).child
    assert found is not None
    return found


def states(ticket: Ticket) -> list[State]:
    return [rules.state(step) for step in steps.all_of(ticket.id)]


def told(ticket: Ticket) -> list[str]:
    return list(db.session.scalars(select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)))


def test_a_hire_waits_for_its_approval_before_anything_begins(app: Flask):
    ticket = hire(approved=False)

    fanning.sweep(now=LATER)

    assert set(states(ticket)) == {State.AHEAD}
    assert len(states(ticket)) == 7


def test_the_last_approval_begins_what_is_due_to_begin(app: Flask):
    ticket = hire(approved=False)

    while ballot := make.first_ballot(ticket):
        fanning.decide(ballot.id, by=make.of(ballot.person), now=NOON, decision=Decision.APPROVED)

    assert [step.name for step in steps.all_of(ticket.id) if step.child] == [
        "Equipment for Noor Haddad, Buyer",
        "A desk for Noor Haddad",
        "Payroll and cost centre of Noor Haddad",
    ]


def test_texts_and_answers_are_filled_from_what_was_answered(app: Flask):
    equipment = child(begun(), "Equipment")

    assert "Laptop, Phone" in equipment.details
    assert equipment.details.endswith("Needed by Thu 3 Dec 2026.")
    assert equipment.answers["item"] == "Laptop, Phone"
    assert equipment.answers["place"] == "Leeds, desk 3.14"


def test_a_date_stays_a_date(app: Flask):
    assert child(begun(), "A desk").answers["on"] == "2026-12-07"


def test_a_part_is_a_request_of_the_team_that_has_the_whole(app: Flask):
    ticket = begun()
    equipment = child(ticket, "Equipment")

    link = db.session.scalars(select(Link).where(Link.ticket_id == equipment.id)).one()
    assert (link.kind, link.other_id) == (LinkKind.CHILD, ticket.id)
    assert equipment.requester_id == cast.person("hana").id
    assert equipment.team_id == make.team("it").id
    assert sla.clocks(equipment.id)
    assert equipment.needed_by == part(ticket, "Equipment").due_at


def test_a_part_of_what_few_may_read_is_read_by_its_team_only(app: Flask):
    equipment = child(begun(), "Equipment")

    assert equipment.request_type.confidentiality is Confidentiality.ORDINARY
    assert equipment.confidentiality is Confidentiality.TEAM


def test_a_manager_who_agreed_to_the_whole_is_not_asked_about_its_parts(app: Flask):
    assert child(begun(), "Equipment").status is Status.NEW


def test_but_whoever_else_a_rule_names_is(app: Flask):
    ticket = begun()
    fanning.sweep(now=NOON + timedelta(days=10))

    assert child(ticket, "Account").status is Status.APPROVAL


def test_a_step_with_a_day_begins_on_it(app: Flask):
    ticket = begun()
    badge = part(ticket, "Badge")

    fanning.sweep(now=badge.begins_at - timedelta(seconds=1))
    assert badge.child is None
    fanning.sweep(now=badge.begins_at)

    assert badge.child is not None


def test_two_sweeps_ask_once(app: Flask):
    ticket = begun()
    many = db.session.query(Ticket).count()

    fanning.sweep(now=LATER)
    fanning.advance(ticket, now=LATER)

    assert db.session.query(Ticket).count() == many


def test_the_whole_cannot_be_solved_before_its_parts(app: Flask):
    ticket = begun()

    with pytest.raises(Refused, match=r"waits for “Contract signed.*IT \(R-2\)"):
        actions.solve(ticket, by=cast.actor("hana"), now=LATER)

    assert ticket.is_open


def test_a_solved_part_tells_the_whole_and_asks_who_asked(app: Flask):
    ticket = begun()
    equipment = child(ticket, "Equipment")

    actions.reply(equipment, by=cast.actor("ben"), now=LATER, body="There.", then="solve")

    assert rules.state(part(ticket, "Equipment")) is State.DONE
    assert ticket.last_word == "IT has done its part."
    assert "part_done" in told(ticket)
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == equipment.id)).one()
    assert invite.person_id == cast.person("hana").id


def test_a_part_that_is_reopened_holds_the_whole_again(app: Flask):
    ticket = begun()
    equipment = child(ticket, "Equipment")
    actions.solve(equipment, by=cast.actor("ben"), now=LATER)

    actions.reopen(equipment, by=cast.actor("hana"), now=LATER)

    assert rules.state(part(ticket, "Equipment")) is State.OPEN


def test_what_waits_for_a_part_begins_with_its_end(app: Flask):
    checklist("it/broken", Spec("First", path="facilities/repair"), Spec("Second", path="facilities/repair", after=1))
    ticket = make.ticket()
    assert states(ticket) == [State.OPEN, State.AHEAD]

    actions.solve(child(ticket, "First"), by=cast.actor("chi"), now=LATER)

    assert states(ticket) == [State.DONE, State.OPEN]


def test_a_part_that_is_not_approved_holds_nothing_up(app: Flask):
    checklist("it/broken", Spec("Cabinet", path="facilities/furniture", answers={"to": "x"}))
    ticket = make.ticket()
    ballot = make.first_ballot(child(ticket, "Cabinet"))
    assert ballot is not None

    said = {"decision": Decision.REFUSED, "reason": "Too dear"}
    fanning.decide(ballot.id, by=make.of(ballot.person), now=LATER, **said)

    assert states(ticket) == [State.OUT]
    assert "part_out" in told(ticket)
    actions.solve(ticket, by=cast.actor("ben"), now=LATER)


def test_where_the_requester_has_it_solved_nobody_begins_any_more(app: Flask):
    checklist("it/broken", Spec("One", path="facilities/repair"), Spec("Two", path="facilities/climate"), Spec("Tick"))
    ticket = make.ticket()
    taken, untouched = child(ticket, "One"), child(ticket, "Two")
    actions.assign(taken, by=cast.actor("chi"), now=NOON, assignee_id=cast.person("chi").id)

    actions.confirm(ticket, by=cast.actor("ada"), now=LATER, solved=True)

    assert (taken.status, untouched.status) == (Status.NEW, Status.CLOSED)
    assert {clock.state for clock in sla.clocks(untouched.id)} == {ClockState.CANCELLED}
    assert fanning.sweep(now=LATER) == 0


def test_a_refused_whole_never_begins(app: Flask):
    ticket = hire(approved=False)
    ballot = make.first_ballot(ticket)
    assert ballot is not None

    approving.decide(ballot.id, by=make.of(ballot.person), now=NOON, decision=Decision.REFUSED, reason="No budget")

    assert fanning.sweep(now=LATER) == 0


def test_of_a_case_other_teams_are_told_the_number_only(app: Flask):
    words = Spec("About {requester}, {number}", details="{where}", path="it/how-to", answers={"topic": "{where}"})
    checklist("hr/concern", words, by="root")
    ticket = make.ticket("hr/concern", by="eve", answers={"where": "In the canteen"}, summary="A fight")
    fanning.sweep(now=LATER)

    asked = child(ticket, "About")
    whole = f"{asked.summary} {asked.details} {asked.answers}"
    assert asked.summary == f"About (not said), {ticket.number}"
    assert "canteen" not in whole
    assert "Eve" not in whole
    assert asked.location_id == cast.person("hana").location_id
    actions.solve(asked, by=cast.actor("ben"), now=LATER)
    assert "IT" not in ticket.last_word


def test_the_promise_of_the_whole_runs_on(app: Flask):
    ticket = begun()

    assert {clock.state for clock in sla.clocks(ticket.id)} >= {ClockState.RUNNING}


def test_a_hire_costs_about_a_filing_for_each_part(app: Flask, count_sql: CountSql):
    ticket = hire()
    db.session.commit()

    with count_sql() as said:
        fanning.sweep(now=LATER)
        db.session.commit()

    parts = sum(step.child is not None for step in steps.all_of(ticket.id))
    assert parts == 3
    assert len(said) <= 12 + 24 * parts


def test_a_request_without_a_checklist_pays_one_look(app: Flask, count_sql: CountSql):
    kind, ben = make.request_type("it/how-to"), cast.actor("ada")
    form = make.form(kind)

    with count_sql() as said:
        actions.file(kind, by=ben, now=NOON, form=form, summary="How?")

    assert sum("checklist" in statement for statement in said) == 1


def taken(ticket: Ticket, name: str, by: str) -> Ticket:
    """A part that somebody of its team works on."""
    found = child(ticket, name)
    actions.assign(found, by=cast.actor(by), now=LATER, assignee_id=cast.person(by).id)
    db.session.flush()
    return found


def test_while_others_work_on_parts_it_is_not_merged_and_they_are_named(app: Flask):
    ticket, other = begun(), hire()
    equipment = child(ticket, "Equipment").number

    with pytest.raises(Refused, match=rf"{ticket.number} still waits for .*IT \({equipment}\)"):
        merges.merge(ticket, other, by=cast.actor("hana"), now=LATER)


def test_a_part_is_not_merged_away_from_what_waits_for_it(app: Flask):
    ticket = begun()
    equipment, twice = child(ticket, "Equipment"), make.ticket()

    with pytest.raises(Refused, match=f"is a part of {ticket.number}, which waits for it"):
        merges.merge(equipment, twice, by=cast.actor("ben"), now=LATER)


def test_refused_in_the_middle_it_takes_its_parts_along_and_tells_those_who_have_begun(app: Flask):
    ticket = begun()
    equipment = taken(ticket, "Equipment", "ben")
    approving.ask(
        ticket, by=cast.actor("hana"), now=LATER, whom="named", words="still?", people=[cast.person("dana").id]
    )
    ballot = make.first_ballot(ticket)
    assert ballot is not None

    fanning.decide(ballot.id, by=cast.actor("dana"), now=LATER, decision=Decision.REFUSED, reason="No money")
    db.session.flush()

    assert ticket.status is Status.CLOSED
    assert (equipment.status, equipment.is_open, told(equipment)[-1]) == (Status.NEW, True, "unneeded")
    assert equipment.last_word == f"{ticket.number} is over and needs this no more."
    desk = child(ticket, "A desk")
    assert (desk.status, desk.solved_at, told(desk)[-1]) == (Status.CLOSED, None, "withdrawn")


def test_of_a_case_the_other_team_never_reads_who_ended_it(app: Flask):
    case = make.ticket("hr/concern", by="ada")
    asked, begun_ = (
        helping.ask(
            case,
            by=cast.actor("hana"),
            now=NOON,
            request_type=make.request_type(path),
            form=make.form(make.request_type(path)),
            summary="A room for a talk",
            answers={},
        )
        for path in ("facilities/repair", "it/broken")
    )
    actions.assign(begun_, by=cast.actor("ben"), now=NOON, assignee_id=cast.person("ben").id)
    db.session.flush()

    actions.solve(case, by=cast.actor("ada"), now=LATER)
    db.session.flush()

    assert asked.status_reason == f"Withdrawn by Hana: {case.number} needs it no more."
    said = [line for part_ in (asked, begun_) for line in history.timeline(part_.id, public_only=False)]
    assert {line.who for line in said if "needs it no more" in line.words} == {"Hana"}
    assert "Ada" not in {line.who for line in said}
    assert begun_.last_word_by_id == cast.person("hana").id
