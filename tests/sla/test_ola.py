"""What a team owes the desk: its own clock on a ticket, in its own hours, only while it holds it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.clocks import ClockState
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.sla import Clock, ClockNotice
from internaldesk.models.tickets import NEVER
from internaldesk.sla import queries, sweep
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.folding import folded, row_of, stored, values

HOUR = timedelta(hours=1)


@pytest.fixture
def owed(app: Flask) -> dict[str, int]:
    """IT owes 3 hours and Facilities 5; the ids of both teams."""
    rulebook.owes("it", 180)
    rulebook.owes("facilities", 300)
    return {slug: make.team(slug).id for slug in ("it", "facilities")}


def pass_on(ticket, team, *, at, by="chi"):
    actions.transfer(ticket, by=cast.actor(by), now=at, team=make.team(team), reason="expertise")


def test_a_team_that_owes_nothing_has_no_clock(app):
    ticket = make.ticket(by="ada", now=NOON)

    assert {row.target for row in queries.clocks(ticket.id)} == {"first_response", "resolution"}


def test_it_runs_from_filing_on_in_the_teams_own_hours(owed):
    ticket = make.ticket(by="ada", now=NOON)

    row = row_of(ticket, "ola", team_id=owed["it"])
    own = queries.current_version(make.team("it").calendar_id, now=NOON)
    assert (row.state, row.due_at, row.target_seconds) == (ClockState.RUNNING, NOON + 3 * HOUR, 3 * 3600)
    assert (row.calendar_version_id, row.policy_version_id) == (own, None)
    assert stored(ticket) == folded(ticket, NOON)


def test_what_is_owed_depends_on_the_priority(owed):
    rulebook.owes("it", 60, Priority.URGENT)
    ticket = make.ticket(by="ada", now=NOON)

    actions.set_priority(ticket, by=cast.actor("dana"), now=NOON + HOUR / 2, level=Priority.URGENT)

    assert row_of(ticket, "ola", team_id=owed["it"]).due_at == NOON + HOUR
    assert stored(ticket) == folded(ticket, NOON + HOUR / 2)


def test_at_a_priority_for_which_nothing_is_agreed_it_is_called_off_until_it_is_again(owed):
    ticket = make.ticket(by="ada", now=NOON)
    dana = cast.actor("dana")

    actions.set_priority(ticket, by=dana, now=NOON + HOUR / 2, level=Priority.URGENT)
    assert {row.state for row in own_clocks(ticket)} == {ClockState.CANCELLED}
    assert stored(ticket) == folded(ticket, NOON + HOUR / 2)

    actions.set_priority(ticket, by=dana, now=NOON + HOUR, level=Priority.MEDIUM)
    assert [row.due_at for row in own_clocks(ticket) if row.state is ClockState.RUNNING] == [NOON + 3 * HOUR]
    assert stored(ticket) == folded(ticket, NOON + HOUR)


def own_clocks(ticket):
    stored(ticket)
    return [row for row in queries.clocks(ticket.id) if row.target == "ola"]


def test_it_does_not_move_the_ticket_in_the_queue(owed):
    ticket = make.ticket(by="ada", now=NOON)
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="On it")
    promise, own = row_of(ticket, "resolution"), row_of(ticket, "ola", team_id=owed["it"])

    assert own.due_at < promise.due_at
    assert (ticket.queue_at, ticket.next_target, ticket.risk_at) == (promise.due_at, "resolution", promise.at_risk_at)


def test_handing_it_on_stops_one_part_and_begins_the_other_but_not_the_promise(owed):
    ticket = make.ticket(by="ada", now=NOON)
    before = row_of(ticket, "resolution").due_at

    pass_on(ticket, "facilities", at=NOON + HOUR)

    ours, theirs = (row_of(ticket, "ola", team_id=owed[slug]) for slug in ("it", "facilities"))
    assert (ours.state, ours.used_seconds, ours.decided_team_id) == (ClockState.STOPPED, 3600, owed["it"])
    assert (theirs.state, theirs.due_at) == (ClockState.RUNNING, NOON + 6 * HOUR)
    assert row_of(ticket, "resolution").due_at == before
    assert stored(ticket) == folded(ticket, NOON + HOUR)


def test_coming_back_it_goes_on_with_what_was_used(owed):
    ticket = make.ticket(by="ada", now=NOON)
    pass_on(ticket, "facilities", at=NOON + HOUR)
    db.session.commit()

    pass_on(ticket, "it", at=NOON + 2 * HOUR)

    row = row_of(ticket, "ola", team_id=owed["it"])
    assert (row.cycle, row.state, row.used_seconds, row.due_at) == (1, ClockState.RUNNING, 3600, NOON + 4 * HOUR)
    assert (row.decided_at, row.decided_team_id) == (None, None)
    assert len(row.segments) == 1
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_it_rests_while_a_supplier_works_though_the_promise_does_not(owed):
    ticket = make.ticket(by="ada", now=NOON)

    actions.set_status(ticket, by=cast.actor("ben"), now=NOON + HOUR, status=Status.SUPPLIER, reason="part")

    own = row_of(ticket, "ola", team_id=owed["it"])
    assert (own.state, own.pause_reason, own.due_at, own.warn_at) == (ClockState.PAUSED, "vendor", None, None)
    assert row_of(ticket, "resolution").state is ClockState.RUNNING


def test_a_missed_part_is_the_teams_whoever_holds_the_ticket_when_it_is_noted(owed):
    ticket = make.ticket(by="ada", now=NOON)
    db.session.commit()

    pass_on(ticket, "facilities", at=NOON + 4 * HOUR)  # an hour too late, and no sweep came past

    row = row_of(ticket, "ola", team_id=owed["it"])
    notice = db.session.scalars(select(ClockNotice).where(ClockNotice.clock_id == row.id)).one()
    assert (row.breached_at, row.decided_at, row.decided_team_id) == (NOON + 3 * HOUR, NOON + 3 * HOUR, owed["it"])
    assert (notice.kind, notice.team_id, notice.due_at) == ("breached", owed["it"], NOON + 3 * HOUR)


def test_the_requester_reads_nothing_of_it(owed):
    ticket = make.ticket(by="ada", now=NOON)
    db.session.commit()

    sweep.sweep(now=NOON + 90 * 24 * HOUR)

    said = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "breached")).all()
    assert {event.data["words"]: event.public for event in said} == {
        "the first reply": True,
        "the solution": True,
        "the team's own part": False,
    }


def test_solving_ends_it_and_reopening_goes_on(owed):
    ticket = make.ticket(by="ada", now=NOON)
    actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="Done", then="solve")
    assert row_of(ticket, "ola", team_id=owed["it"]).state is ClockState.STOPPED

    actions.reply(ticket, by=cast.actor("ada"), now=NOON + 2 * HOUR, body="Not yet")

    assert row_of(ticket, "ola", team_id=owed["it"]).due_at == NOON + 4 * HOUR
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_a_promise_that_follows_the_team_is_counted_in_the_hours_of_whoever_holds_it(app):
    ticket = make.ticket(by="ada", now=NOON)
    rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, follow_team=True)
    ticket = make.ticket(by="ada", now=NOON + HOUR)

    pass_on(ticket, "facilities", at=NOON + 2 * HOUR, by="ben")

    row = row_of(ticket, "resolution")
    own = queries.current_version(make.team("facilities").calendar_id, now=NOON)
    assert row.calendar_version_id == own
    assert [(part.seconds, part.team_id) for part in row.segments] == [(3600, make.team("it").id)]
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_where_only_the_teams_part_runs_nothing_is_due_in_the_queue(app):
    rulebook.owes("it", 180)
    ticket = make.ticket(by="ada", now=NOON)
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON, status=Status.APPROVAL, reason="budget")

    assert (ticket.queue_at, ticket.risk_at) == (NEVER, NEVER)
    assert {row.state for row in queries.clocks(ticket.id)} == {ClockState.PAUSED}


def test_one_clock_for_each_team_and_no_row_is_written_twice(owed):
    ticket = make.ticket(by="ada", now=NOON)
    for n, team in enumerate(("facilities", "it", "facilities", "it"), start=1):
        pass_on(ticket, team, at=NOON + n * HOUR / 4)
        db.session.commit()

    found = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, Clock.target == "ola")).all()
    assert sorted((row.team_key, row.used_seconds, len(row.segments)) for row in found) == sorted(
        [(owed["it"], 1800, 2), (owed["facilities"], 1800, 2)]
    )
    assert len({str(values(row, without=("id",))) for row in found}) == 2
