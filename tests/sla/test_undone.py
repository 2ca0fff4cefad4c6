"""Events taken back: the rows are the fold of what stands, and nobody is told of a miss that is none."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.sla import Clock, ClockNotice
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla.folding import folded, logged, row_of, stored, values

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def clocks(ticket):
    db.session.flush()
    rows = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id).order_by(Clock.id))
    return [values(row) for row in rows]


@pytest.mark.parametrize("committed", [True, False])
def test_the_clocks_are_as_before(app, committed):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    before, place = clocks(ticket), (ticket.queue_at, ticket.risk_at, ticket.next_target)
    since = sla.length(ticket)
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Too soon", then="solve")
    db.session.commit() if committed else db.session.flush()
    assert clocks(ticket) != before

    ticket.status, ticket.is_open, ticket.solved_at, ticket.solved_by_id = Status.NEW, True, None, None
    sla.undo(ticket, range(since + 1, sla.length(ticket) + 1), by=ben, now=NOON + HOUR + 5 * SECOND)

    assert stored(ticket) == folded(ticket, NOON + HOUR + 5 * SECOND)
    assert clocks(ticket) == before
    assert logged(ticket)[-1] == "undone"
    assert (ticket.queue_at, ticket.risk_at, ticket.next_target) == place


def test_a_cycle_that_only_the_undone_began_is_gone_and_may_begin_again(app):
    ticket, ada, ben = make.ticket(by="ada", now=NOON), cast.actor("ada"), cast.actor("ben")
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Which one?", then="progress")
    since = sla.length(ticket)
    actions.reply(ticket, by=ada, now=NOON + HOUR + SECOND, body="The left one")
    assert row_of(ticket, "next_response").cycle == 1

    sla.undo(ticket, [since + 1], by=ada, now=NOON + HOUR + 2 * SECOND)

    assert "next_response" not in {row["target"] for row in clocks(ticket)}
    actions.reply(ticket, by=ada, now=NOON + 2 * HOUR, body="The right one")
    assert row_of(ticket, "next_response").started_at == NOON + 2 * HOUR
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


def test_a_miss_that_was_none_is_told_to_nobody(app):
    ticket, ben = make.ticket(by="ada", now=NOON - 3 * HOUR), cast.actor("ben")
    since = sla.length(ticket)
    actions.set_priority(ticket, by=ben, now=NOON, level=Priority.URGENT)
    sla.settle(ticket, now=NOON + SECOND)
    db.session.flush()
    assert db.session.scalars(select(ClockNotice.kind)).all() == ["breached"]

    sla.undo(ticket, [since + 1], by=ben, now=NOON + 2 * SECOND)

    db.session.flush()
    assert db.session.scalars(select(ClockNotice.kind)).all() == []
    assert {row["breached_at"] for row in clocks(ticket)} == {None}


def test_another_transaction_goes_on_from_there(app):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Too soon", then="progress")
    sla.undo(ticket, [2], by=ben, now=NOON + HOUR + SECOND)
    db.session.commit()

    actions.reply(ticket, by=ben, now=NOON + 2 * HOUR, body="Now", then="progress")

    assert row_of(ticket, "first_response").stopped_at == NOON + 2 * HOUR
    assert stored(ticket) == folded(ticket, NOON + 2 * HOUR)


@pytest.mark.parametrize("seqs", [[], [1], [2], [3], [7]])
def test_some_things_cannot_be_undone(app, seqs):
    ticket, ben = make.ticket(by="ada", now=NOON), cast.actor("ben")
    actions.reply(ticket, by=ben, now=NOON + HOUR, body="Too soon", then="progress")
    sla.undo(ticket, [2], by=ben, now=NOON + HOUR + SECOND)
    before = logged(ticket)

    with pytest.raises(Refused, match="cannot be undone"):
        sla.undo(ticket, seqs, by=ben, now=NOON + 2 * HOUR)

    assert logged(ticket) == before
