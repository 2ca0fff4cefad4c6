"""Folding event by event gives what folding the whole log gives, whatever the transaction has seen or lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Clock, ClockEvent, Policy, PolicyVersion
from internaldesk.sla import actions as sla
from internaldesk.sla import queries
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla.folding import folded, row_of, stored

HOUR = timedelta(hours=1)


@pytest.fixture
def moved(app):
    """A ticket to which much has happened in one transaction; gives it and the last instant."""
    ada, ben, dana = cast.actor("ada"), cast.actor("ben"), cast.actor("dana")
    ticket = make.ticket(by="ada", now=NOON)
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Which one?", then="wait")
    actions.reply(ticket, by=ada, now=NOON + 2 * HOUR, body="The left one")
    actions.set_priority(ticket, by=dana, now=NOON + 3 * HOUR, level=Priority.URGENT)
    sla.settle(ticket, now=NOON + 4 * HOUR)
    actions.transfer(ticket, by=ben, now=NOON + 4.5 * HOUR, team=make.team("facilities"), reason="expertise")
    chi = cast.actor("chi")
    actions.set_status(ticket, by=chi, now=NOON + 5 * HOUR, status=Status.SUPPLIER, reason="part")
    actions.reply(ticket, by=chi, now=NOON + 23 * HOUR, body="Done", then="solve")
    actions.reply(ticket, by=ada, now=NOON + 24 * HOUR, body="Not yet")
    return ticket, NOON + 24 * HOUR


def test_stored_clocks_are_the_fold_of_the_log(moved):
    ticket, now = moved

    assert stored(ticket) == folded(ticket, now)


def test_another_transaction_goes_on_where_the_first_one_ended(moved):
    ticket, now = moved
    db.session.commit()

    actions.reply(ticket, by=cast.actor("chi"), now=now + HOUR, body="Now it is", then="solve")

    assert stored(ticket) == folded(ticket, now + HOUR)


def test_what_a_savepoint_took_back_is_forgotten(app):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    savepoint = db.session.begin_nested()
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Lost words", then="wait")
    savepoint.rollback()

    actions.reply(ticket, by=ben, now=NOON + 2 * HOUR, body="Done", then="solve")

    log = db.session.scalars(select(ClockEvent).where(ClockEvent.ticket_id == ticket.id).order_by(ClockEvent.seq)).all()
    assert [(row.seq, row.kind) for row in log] == [(1, "created"), (2, "agent_reply"), (3, "resolved")]
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_words_dated_before_a_breach_that_was_noticed_already_count_as_in_time(app):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    due = db.session.scalars(select(Clock.due_at).where(Clock.target == "first_response")).one()
    sla.settle(ticket, now=due + HOUR)

    actions.reply(ticket, by=ben, now=due - HOUR, body="From the machine whose clock is late")

    assert stored(ticket) == folded(ticket, due - HOUR)
    row = row_of(ticket, "first_response")
    assert (row.due_at, row.breached_at, row.stopped_at, row.decided_at) == (due, None, due - HOUR, due - HOUR)


def test_a_promise_edited_in_this_transaction_holds_at_once(app):
    kind = make.request_type("it/broken")
    before = queries.policy_for(kind.team_id, Asked(kind.id, Priority.MEDIUM), now=NOON)
    db.session.add(PolicyVersion(policy_id=before.policy_id, calendar_id=before.calendar_id, valid_from=NOON))
    db.session.flush()

    after = queries.policy_for(kind.team_id, Asked(kind.id, Priority.MEDIUM), now=NOON)

    assert after.id != before.id
    assert queries.policy_for(kind.team_id, Asked(kind.id, Priority.MEDIUM), now=NOON - HOUR).id == before.id


def test_a_policy_switched_off_in_this_transaction_counts_no_more(app):
    kind = make.request_type("it/broken")
    version = queries.policy_for(kind.team_id, Asked(kind.id, Priority.MEDIUM), now=NOON)
    db.session.get(Policy, version.policy_id).active = False
    db.session.flush()

    assert queries.policy_for(kind.team_id, Asked(kind.id, Priority.MEDIUM), now=NOON) is None


def test_new_hours_hold_from_their_day_on(app):
    calendar_id = make.team("it").calendar_id
    before = queries.current_version(calendar_id, now=NOON)
    version = CalendarVersion(calendar_id=calendar_id, zone="Europe/London", hours={}, valid_from=NOON)
    db.session.add(version)
    db.session.flush()

    assert queries.current_version(calendar_id, now=NOON - HOUR) == before
    assert queries.current_version(calendar_id, now=NOON) == version.id


def test_acts_of_one_transaction_read_the_log_once(app, count_sql):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    db.session.commit()
    assert ticket.id

    with count_sql() as said:
        for n in range(1, 6):
            sla.tell(ticket, sla.Kind.AGENT_REPLY, by=ben, now=NOON + n * HOUR)
            db.session.flush()

    assert sum("FROM sla_event" in statement for statement in said) == 1
