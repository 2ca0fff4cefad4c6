"""Warnings and misses are told once for each due instant, to whoever holds the ticket then."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.clocks import Target
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.sla import ClockNotice
from internaldesk.sla import actions as sla
from internaldesk.sla import notices, sweep
from internaldesk.sla.notices import Notice
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.folding import folded, row_of, stored, values

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def told(ticket, target="first_response"):
    """What was told of a clock: kind, due instant and when."""
    clock = row_of(ticket, target)
    query = select(ClockNotice).where(ClockNotice.clock_id == clock.id).order_by(ClockNotice.at, ClockNotice.kind)
    return [(row.kind, row.due_at, row.at) for row in db.session.scalars(query)]


def warned_in_history(ticket):
    query = select(Event).where(Event.ticket_id == ticket.id, Event.kind == "at_risk").order_by(Event.id)
    return db.session.scalars(query).all()


@pytest.fixture
def ticket(app: Flask):
    """First reply within two hours: at risk after an hour and a half, and soon up ten minutes before."""
    minutes = {"first_response": 120, "resolution": 60_000}
    rulebook.edited(rulebook.promised("facilities/repair", now=NOON), since=NOON, minutes=minutes, warn_minutes=10)
    return make.ticket("facilities/repair", by="ada", now=NOON)


def test_the_instants_are_stored_as_the_fold_tells_them(ticket):
    row = row_of(ticket, "first_response")

    assert (row.at_risk_at, row.soon_at, row.due_at) == (NOON + 90 * MINUTE, NOON + 110 * MINUTE, NOON + 2 * HOUR)
    assert (row.warn_at, row.warned_at) == (row.at_risk_at, None)
    assert ticket.risk_at == row.at_risk_at
    assert stored(ticket) == folded(ticket, NOON)


def test_each_is_given_once_when_it_comes(ticket):
    db.session.commit()
    row = row_of(ticket, "first_response")
    due = row.due_at

    for at in (row.at_risk_at - SECOND, row.at_risk_at, row.at_risk_at + MINUTE, row.soon_at, row.soon_at + MINUTE):
        sweep.sweep(now=at)

    assert told(ticket) == [("at_risk", due, NOON + 90 * MINUTE), ("soon", due, NOON + 110 * MINUTE)]
    row = row_of(ticket, "first_response")
    assert (row.warn_at, row.warned_at) == (None, row.soon_at)
    assert [(event.data, event.public, event.actor_id) for event in warned_in_history(ticket)] == [
        ({"words": "the first reply", "due": due.isoformat()}, False, None)
    ] * 2


def test_a_late_sweep_gives_both_and_counts_one_promise(ticket):
    db.session.commit()

    assert sweep.sweep(now=NOON + 111 * MINUTE) == 1

    assert [kind for kind, _, _ in told(ticket)] == ["at_risk", "soon"]
    assert sweep.sweep(now=NOON + 112 * MINUTE) == 0


def test_what_is_missed_already_is_told_as_missed_only(ticket):
    db.session.commit()

    sweep.sweep(now=NOON + 5 * HOUR)

    assert told(ticket) == [("breached", NOON + 2 * HOUR, NOON + 5 * HOUR)]
    assert row_of(ticket, "first_response").warn_at is None


def test_it_goes_to_the_team_and_the_person_that_hold_it(ticket):
    chi = cast.actor("chi")
    actions.assign(ticket, by=chi, now=NOON, assignee_id=chi.id)
    db.session.commit()

    sweep.sweep(now=NOON + 90 * MINUTE)

    row = db.session.scalars(select(ClockNotice)).one()
    assert (row.ticket_id, row.team_id, row.person_id, row.sent_at) == (ticket.id, ticket.team_id, chi.id, None)


def test_nothing_is_told_of_what_rests_is_answered_or_solved(app):
    tickets = [make.ticket("facilities/repair", by="ada", now=NOON) for _ in range(3)]
    chi = cast.actor("chi")
    actions.set_status(tickets[0], by=chi, now=NOON, status=Status.APPROVAL, reason="budget")
    actions.reply(tickets[1], by=chi, now=NOON, body="Which door?", then="wait")
    actions.reply(tickets[2], by=chi, now=NOON, body="Done", then="solve")
    db.session.commit()

    sweep.sweep(now=NOON + 60 * DAY)

    assert db.session.scalars(select(ClockNotice)).all() == []


def test_a_due_instant_that_moved_is_warned_of_again(ticket):
    db.session.commit()
    sweep.sweep(now=NOON + 90 * MINUTE)
    first = row_of(ticket, "first_response").due_at
    actions.set_status(ticket, by=cast.actor("chi"), now=NOON + 95 * MINUTE, status=Status.APPROVAL, reason="budget")
    assert row_of(ticket, "first_response").warned_at is None
    db.session.commit()
    sweep.sweep(now=NOON + 100 * MINUTE)

    actions.set_status(ticket, by=cast.actor("chi"), now=NOON + 125 * MINUTE, status=Status.PROGRESS)
    db.session.commit()
    sweep.sweep(now=NOON + 126 * MINUTE)

    second = row_of(ticket, "first_response").due_at
    assert second == first + 30 * MINUTE
    assert told(ticket) == [("at_risk", first, NOON + 90 * MINUTE), ("at_risk", second, NOON + 126 * MINUTE)]


def test_a_pause_that_moved_nothing_is_no_reason_to_warn_again(ticket):
    db.session.commit()
    sweep.sweep(now=NOON + 90 * MINUTE)
    for status in (Status.APPROVAL, Status.PROGRESS):
        actions.set_status(ticket, by=cast.actor("chi"), now=NOON + 95 * MINUTE, status=status, reason="budget")
        db.session.commit()

    sweep.sweep(now=NOON + 96 * MINUTE)

    assert [kind for kind, _, _ in told(ticket)] == ["at_risk"]
    assert len(warned_in_history(ticket)) == 1


def test_a_due_instant_that_stands_is_not_warned_of_again_by_other_news(ticket):
    db.session.commit()
    sweep.sweep(now=NOON + 90 * MINUTE)

    actions.assign(ticket, by=cast.actor("chi"), now=NOON + 91 * MINUTE, assignee_id=cast.actor("chi").id)
    db.session.commit()

    row = row_of(ticket, "first_response")
    assert (row.warned_at, row.warn_at) == (NOON + 90 * MINUTE, NOON + 110 * MINUTE)


def test_a_new_promise_is_warned_of_by_its_own_instants(ticket):
    db.session.commit()
    sweep.sweep(now=NOON + 90 * MINUTE)
    longer = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=NOON, minutes={"first_response": 240})

    sla.apply_version(ticket, longer, by=cast.actor("dana"), now=NOON + 91 * MINUTE)

    row = row_of(ticket, "first_response")
    assert (row.due_at, row.warned_at, row.warn_at) == (NOON + 4 * HOUR, None, NOON + 3 * HOUR)
    assert stored(ticket) == folded(ticket, NOON + 91 * MINUTE)


def test_a_miss_taken_back_and_repeated_at_the_same_instant_is_told_once(app):
    ticket = make.ticket(by="ada", now=NOON)
    row = row_of(ticket, "first_response")
    notice = Notice("breached", row.id, ticket.id, Target.FIRST_RESPONSE, row.due_at, ticket.team_id, None)

    assert [notices.give([notice], now=row.due_at + n * HOUR) for n in (1, 2)] == [1, 0]

    happened = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id, Event.kind == "breached")).all()
    assert len(happened) == 1
    assert values(db.session.scalars(select(ClockNotice)).one())["at"] == row.due_at + HOUR


def test_settling_one_ticket_tells_of_its_misses_but_leaves_warnings_to_the_sweep(ticket):
    sla.settle(ticket, now=NOON + 111 * MINUTE)
    assert told(ticket) == []

    sla.settle(ticket, now=NOON + 3 * HOUR)
    assert [kind for kind, _, _ in told(ticket)] == ["breached"]
