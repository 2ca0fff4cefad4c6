"""The clocks of a request rest while somebody decides, as its policy says; a refusal calls them off."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from internaldesk.core import sla
from internaldesk.core.clocks import ClockState, Target
from internaldesk.db import db
from internaldesk.models.sla import Clock, PolicyVersion
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions, approving
from tests import cast, make
from tests.approvals.desk import HOUR, NO, ask, decide, waiting
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("staffed")
FIRST, WHOLE = Target.FIRST_RESPONSE, Target.RESOLUTION


def of(ticket: Ticket) -> dict[Target, Clock]:
    db.session.flush()
    db.session.expire_all()
    rows = db.session.scalars(select(Clock).where(Clock.ticket_id == ticket.id, Clock.team_key == 0)).all()
    return {row.target: row for row in rows}


def agrees_with_its_log(ticket: Ticket, now: datetime) -> bool:
    folded = sla.settle(clocks.folded(ticket.id), now)
    rows = clocks.clocks(ticket.id)
    return [(row.target, row.state, row.due_at, row.used_seconds) for row in rows] == [
        (clock.target, clock.state, clock.due, clock.used_seconds) for clock in folded
    ]


def test_from_creation_nothing_is_used_and_nothing_is_due() -> None:
    ticket = waiting()

    found = of(ticket)
    assert {clock.state for clock in found.values()} == {ClockState.PAUSED}
    assert {(clock.used_seconds, clock.due_at, clock.pause_reason) for clock in found.values()} == {
        (0, None, "approval")
    }
    assert (ticket.queue_at, ticket.next_target) == (NEVER, None)


def test_the_promise_counts_from_the_last_approval() -> None:
    quiet = make.ticket("purchasing/quotes", by="eve", now=NOON + 3 * HOUR, answers={})
    ticket = waiting(now=NOON - 20 * HOUR)

    decide(ticket, "max", now=NOON + 3 * HOUR)

    assert of(ticket)[FIRST].due_at == of(quiet)[FIRST].due_at
    assert of(ticket)[WHOLE].due_at == of(quiet)[WHOLE].due_at
    assert ticket.queue_at == of(ticket)[FIRST].due_at
    assert agrees_with_its_log(ticket, NOON + 3 * HOUR)


def test_between_the_steps_nothing_runs() -> None:
    lines = [{"item": "crane", "quantity": 1, "unit": "", "price": "9000.00"}]
    ticket = waiting("purchasing/buy", answers={"lines": lines})

    decide(ticket, "max")
    assert {clock.state for clock in of(ticket).values()} == {ClockState.PAUSED}

    decide(ticket, "fay", now=NOON + 2 * HOUR)
    assert {clock.used_seconds for clock in of(ticket).values()} == {0}
    assert of(ticket)[FIRST].state is ClockState.RUNNING


def test_a_refusal_calls_every_clock_off() -> None:
    ticket = waiting()

    decide(ticket, "max", NO)

    assert {(clock.state, clock.cancel_reason) for clock in of(ticket).values()} == {(ClockState.CANCELLED, "rejected")}
    assert ticket.queue_at == NEVER
    assert agrees_with_its_log(ticket, NOON + 2 * HOUR)


def test_a_miss_that_happened_before_stays() -> None:
    ticket = make.ticket(by="ada")
    late = NOON + timedelta(days=3)
    ask(ticket, "max", by="ben", now=late)

    decide(ticket, "max", NO, now=late + HOUR)

    assert of(ticket)[FIRST].breached_at is not None
    assert of(ticket)[FIRST].state is ClockState.CANCELLED


def test_asked_midway_the_time_used_is_kept() -> None:
    ticket = make.ticket(by="ada")
    ask(ticket, "max", by="ben", now=NOON + HOUR / 4)
    used = of(ticket)[WHOLE].used_seconds

    decide(ticket, "max", now=NOON + 2 * HOUR)

    assert (used, of(ticket)[WHOLE].used_seconds) == (900, 900)
    assert of(ticket)[WHOLE].segment_from == NOON + 2 * HOUR


def test_taken_back_it_runs_on() -> None:
    ticket = make.ticket(by="ada", assignee="ben")
    ask(ticket, "max", by="ben")

    approving.take_back(ticket, by=cast.actor("ben"), now=NOON + HOUR)

    assert of(ticket)[FIRST].state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("pauses", "first", "whole"),
    [
        (None, ClockState.PAUSED, ClockState.PAUSED),
        ({"first_response": []}, ClockState.RUNNING, ClockState.PAUSED),
        ({"resolution": ["requester"]}, ClockState.PAUSED, ClockState.RUNNING),
        ({"first_response": [], "resolution": []}, ClockState.RUNNING, ClockState.RUNNING),
        ({"first_response": ["approval"], "resolution": []}, ClockState.PAUSED, ClockState.RUNNING),
    ],
)
def test_what_rests_is_what_the_policy_says(
    pauses: dict[str, list[str]] | None, first: ClockState, whole: ClockState
) -> None:
    for version in db.session.scalars(select(PolicyVersion)):
        version.pause_on = pauses
    db.session.flush()

    ticket = waiting()

    assert (of(ticket)[FIRST].state, of(ticket)[WHOLE].state) == (first, whole)
    decide(ticket, "max")
    assert {of(ticket)[target].state for target in (FIRST, WHOLE)} == {ClockState.RUNNING}
    assert agrees_with_its_log(ticket, NOON + HOUR)


def test_an_answer_while_somebody_decides_counts_as_the_first_reply() -> None:
    ticket = waiting()

    actions.reply(ticket, by=cast.actor("pia"), now=NOON + HOUR, body="Max has it", then="wait")

    assert (of(ticket)[FIRST].state, of(ticket)[WHOLE].state) == (ClockState.STOPPED, ClockState.PAUSED)
