"""Promises edited and hours edited: each is one event, and the rows follow the fold."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.history import Event
from internaldesk.models.sla import Clock, ClockNotice, Policy
from internaldesk.models.tickets import NEVER
from internaldesk.sla import actions as sla
from internaldesk.sla import ledger, queries, sweep
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.folding import folded, logged, row_of, stored, values

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = NOON + timedelta(hours=21)  # the next day at 9, when every team is at work


@pytest.fixture
def dana(app: Flask):
    return cast.actor("dana")


def rows(ticket):
    """Every clock with its segments, as the database has them."""
    db.session.flush()
    db.session.expire_all()
    return [(values(row), [values(part) for part in row.segments]) for row in queries.clocks(ticket.id)]


def segments_of(row):
    return [(part.started_at, part.ended_at, part.seconds) for part in row.segments]


class TestNewPriority:
    def test_is_one_event_with_all_that_changes(self, dana):
        ticket = make.ticket(by="ada", now=NOON)

        actions.set_priority(ticket, by=dana, now=NOON + HOUR, level=Priority.URGENT)

        assert logged(ticket) == ["created", "priority_changed"]
        assert stored(ticket) == folded(ticket, NOON + HOUR)

    def test_up_and_down_again_leaves_the_same_due_instants(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        before = [(row.target, row.due_at) for row in queries.clocks(ticket.id)]

        for n, level in enumerate((Priority.URGENT, Priority.LOW, Priority.MEDIUM)):
            actions.set_priority(ticket, by=dana, now=NOON + timedelta(minutes=n), level=level)

        assert [(row.target, row.due_at) for row in queries.clocks(ticket.id)] == before
        assert stored(ticket) == folded(ticket, NOON + HOUR)

    def test_a_miss_before_it_was_of_the_old_priority(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        due = row_of(ticket, "first_response").due_at

        actions.set_priority(ticket, by=dana, now=due + HOUR, level=Priority.URGENT)

        row = row_of(ticket, "first_response")
        assert (row.breached_at, row.cause, row.decided_priority) == (due, None, Priority.MEDIUM)

    def test_where_nothing_is_promised_the_clocks_are_called_off(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        for policy in db.session.scalars(select(Policy).where(Policy.team_id == ticket.team_id)):
            policy.active = False
        db.session.flush()

        actions.set_priority(ticket, by=dana, now=NOON + HOUR, level=Priority.URGENT)

        assert {(row.state, row.cancel_reason) for row in queries.clocks(ticket.id)} == {("cancelled", "no_policy")}
        assert ticket.queue_at == NEVER
        assert stored(ticket) == folded(ticket, NOON + HOUR)


class TestAppliedVersion:
    def test_open_clocks_count_by_it_from_the_start(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 120})

        assert sla.apply_version(ticket, version, by=dana, now=NOON + HOUR)

        row = row_of(ticket, "resolution")
        assert (row.due_at, row.policy_version_id) == (NOON + 2 * HOUR, version.id)
        assert logged(ticket) == ["created", "policy_edited"]
        assert stored(ticket) == folded(ticket, NOON + HOUR)

    def test_it_is_in_the_history_what_is_promised_instead(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 120})
        before = rulebook.minutes_of(ticket, "resolution", now=NOON - DAY)

        sla.apply_version(ticket, version, by=dana, now=NOON + HOUR)

        told = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "retargeted")).one()
        assert told.data["words"] == f"the solution within 2 h instead of {before // 60} h"
        assert (told.actor_id, told.public) == (dana.id, True)

    def test_once(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 120})

        found = [sla.apply_version(ticket, version, by=dana, now=NOON + n * HOUR) for n in (1, 2)]

        assert found == [True, False]
        assert logged(ticket) == ["created", "policy_edited"]

    def test_already_used_up_it_is_missed_at_that_instant_for_that_reason(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 30})
        db.session.commit()

        sla.apply_version(ticket, version, by=dana, now=NOON + HOUR)

        row = row_of(ticket, "resolution")
        notice = db.session.scalars(select(ClockNotice).where(ClockNotice.clock_id == row.id)).one()
        assert (row.breached_at, row.cause, notice.due_at) == (NOON + HOUR, "retarget", NOON + HOUR)
        assert stored(ticket) == folded(ticket, NOON + HOUR)

    def test_what_is_over_does_not_change_in_a_single_value(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="On it")
        db.session.commit()
        before = [row for row in rows(ticket) if row[0]["target"] == "first_response"]
        changed = {"first_response": 5, "resolution": 120}
        version = rulebook.edited(
            rulebook.in_force(ticket, now=NOON), since=NOON, minutes=changed, at_risk_percent=10, warn_minutes=3,
            pause_on={"first_response": ["vendor"]},
        )  # fmt: skip

        sla.apply_version(ticket, version, by=dana, now=NOON + 2 * HOUR)
        db.session.commit()
        actions.reply(ticket, by=cast.actor("ada"), now=NOON + 3 * HOUR, body="And?")

        assert [row for row in rows(ticket) if row[0]["target"] == "first_response"] == before
        assert stored(ticket) == folded(ticket, NOON + 3 * HOUR)

    def test_an_edit_that_is_not_applied_changes_no_running_clock(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        db.session.commit()
        before = rows(ticket)
        rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 30}, at_risk_percent=10)

        sla.settle(ticket, now=NOON + HOUR)

        assert rows(ticket) == before

    def test_nothing_is_written_where_nothing_runs(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="Done", then="solve")
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 120})

        assert not sla.apply_version(ticket, version, by=dana, now=NOON + 2 * HOUR)
        assert logged(ticket) == ["created", "agent_reply", "resolved"]

    def test_a_resting_clock_is_measured_by_it_when_it_runs_again(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        actions.set_status(ticket, by=cast.actor("ben"), now=NOON + HOUR, status=Status.WAITING, reason="photo")
        version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"resolution": 120})

        assert sla.apply_version(ticket, version, by=dana, now=NOON + 2 * HOUR)
        actions.reply(ticket, by=cast.actor("ada"), now=NOON + 3 * HOUR, body="Here")

        assert row_of(ticket, "resolution").due_at == NOON + 4 * HOUR
        assert stored(ticket) == folded(ticket, NOON + 3 * HOUR)


class TestChangedHours:
    def test_the_past_stays_and_the_future_moves(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        due = row_of(ticket, "resolution").due_at
        version = rulebook.closed_on(make.team("it").calendar_id, MORNING.date(), since=NOON + HOUR)

        assert sla.change_hours(ticket, by=dana, now=NOON + HOUR)

        row = row_of(ticket, "resolution")
        assert row.calendar_version_id == version.id
        assert segments_of(row) == [(NOON, NOON + HOUR, 3600)]
        assert row.due_at > due
        assert stored(ticket) == folded(ticket, NOON + HOUR)

    def test_once(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        rulebook.closed_on(make.team("it").calendar_id, MORNING.date(), since=NOON)

        assert [sla.change_hours(ticket, by=dana, now=NOON + n * HOUR) for n in (1, 2)] == [True, False]
        assert logged(ticket) == ["created", "calendar_changed"]

    def test_not_before_the_day_from_which_they_hold(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        rulebook.closed_on(make.team("it").calendar_id, MORNING.date(), since=NOON + DAY)

        assert not sla.change_hours(ticket, by=dana, now=NOON + HOUR)

    def test_a_resting_clock_goes_on_in_them(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="Which one?", then="wait")
        version = rulebook.closed_on(make.team("it").calendar_id, MORNING.date(), since=NOON + HOUR)

        assert sla.change_hours(ticket, by=dana, now=NOON + 2 * HOUR)
        actions.reply(ticket, by=cast.actor("ada"), now=NOON + 3 * HOUR, body="The left one")

        assert row_of(ticket, "resolution").calendar_version_id == version.id
        assert stored(ticket) == folded(ticket, NOON + 3 * HOUR)

    def test_a_solved_request_goes_on_in_them_once_it_is_reopened(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="Done", then="solve")
        version = rulebook.closed_on(make.team("it").calendar_id, MORNING.date(), since=NOON + 2 * HOUR)
        db.session.commit()
        before = rows(ticket)

        assert not sla.change_hours(ticket, by=dana, now=NOON + 2 * HOUR)
        assert rows(ticket) == before
        actions.reply(ticket, by=cast.actor("ada"), now=NOON + 3 * HOUR, body="Not yet")

        row = row_of(ticket, "resolution")
        assert (row.calendar_version_id, segments_of(row)) == (version.id, [(NOON, NOON + HOUR, 3600)])
        assert stored(ticket) == folded(ticket, NOON + 3 * HOUR)

    def test_those_of_another_team_are_nothing_to_the_promise(self, dana):
        ticket = make.ticket(by="ada", now=NOON)
        rulebook.closed_on(make.team("facilities").calendar_id, MORNING.date(), since=NOON)
        actions.transfer(ticket, by=cast.actor("ben"), now=NOON, team=make.team("facilities"), reason="expertise")

        assert not sla.change_hours(ticket, by=dana, now=NOON + HOUR)

    def test_those_of_the_team_that_holds_it_move_its_own_part(self, dana):
        rulebook.owes("facilities", 600)
        ticket = make.ticket(by="ada", now=NOON)
        team = make.team("facilities")
        actions.transfer(ticket, by=cast.actor("ben"), now=NOON, team=team, reason="expertise")
        before = row_of(ticket, "resolution").due_at
        version = rulebook.closed_on(team.calendar_id, MORNING.date(), since=NOON + HOUR)

        assert [sla.change_hours(ticket, by=dana, now=NOON + n * HOUR) for n in (1, 2)] == [True, False]

        assert row_of(ticket, "ola", team_id=team.id).calendar_version_id == version.id
        assert row_of(ticket, "resolution").due_at == before
        assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_settling_by_a_slower_clock_takes_no_recorded_miss_back(app):
    ticket = make.ticket(by="ada", now=NOON)
    due = row_of(ticket, "first_response").due_at
    sweep.sweep(now=due + timedelta(seconds=3))

    sla.settle(ticket, now=due)

    assert row_of(ticket, "first_response").breached_at == due


def test_an_older_request_merged_in_brings_its_past(app):
    ticket = make.ticket(by="ada", now=NOON)
    sla.tell(ticket, sla.Kind.PENDING, by=cast.actor("ben"), now=NOON + HOUR, reason="requester")
    sla.tell(ticket, sla.Kind.RESUMED, by=cast.actor("ben"), now=NOON + 2 * HOUR)
    db.session.commit()

    older = {"created_at": (NOON - 4 * HOUR).isoformat(), "pauses": [], "answered": False}
    sla.tell(ticket, sla.Kind.ABSORBED, by=cast.actor("ben"), now=NOON + 2 * HOUR, other=older)

    assert row_of(ticket, "resolution").started_at == NOON - 4 * HOUR
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_a_type_without_a_promise_starts_no_clock_and_can_be_given_none(app, dana):
    kind = db.session.scalars(select(RequestType).where(RequestType.slug == "broken")).first()
    for policy in db.session.scalars(select(Policy).where(Policy.team_id == kind.team_id)):
        policy.active = False
    db.session.commit()
    ticket = make.ticket(by="ada", now=NOON)

    actions.reply(ticket, by=cast.actor("ben"), now=NOON + HOUR, body="Done", then="solve")

    assert db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id)).all() == []
    assert ledger.of(ticket.id).version_id is None
    assert not sla.change_hours(ticket, by=dana, now=NOON + HOUR)
