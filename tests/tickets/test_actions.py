"""What people do to a ticket, and what the desk refuses."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.catalogue import TypeUse
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.sla import Clock, ClockNotice
from internaldesk.models.tickets import NEVER, Note, Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON

LATER = NOON + timedelta(minutes=30)


def clock(ticket: Ticket, target: Target) -> Clock:
    """The newest cycle of a promise, as stored."""
    query = select(Clock).where(Clock.ticket_id == ticket.id, Clock.target == target).order_by(Clock.cycle.desc())
    return db.session.scalars(query.limit(1)).one()


def test_filing_starts_both_promises_and_takes_a_place_in_the_queue(app: Flask) -> None:
    ticket = make.ticket("it/broken", by="ada")

    first, solve = clock(ticket, Target.FIRST_RESPONSE), clock(ticket, Target.RESOLUTION)
    assert (first.state, solve.state) == (ClockState.RUNNING, ClockState.RUNNING)
    assert ticket.queue_at == first.due_at
    assert ticket.next_target is Target.FIRST_RESPONSE
    assert ticket.status is Status.NEW


def test_a_waiting_customer_raises_the_priority_and_shortens_the_promise(app: Flask) -> None:
    plain = make.ticket("it/broken")
    pressing = make.ticket("it/broken", customer_waiting=True, customer="Brightwell Foods")

    assert pressing.priority > plain.priority
    assert pressing.queue_at < plain.queue_at
    assert "customer" in pressing.priority_why


def test_filing_is_counted_for_the_place_of_the_person_it_is_for(app: Flask) -> None:
    make.ticket("it/broken", by="ada", for_person=cast.person("eve"))

    row = db.session.scalars(select(TypeUse)).one()
    assert (row.location_id, row.uses) == (cast.person("eve").location_id, 1)


def test_a_question_pauses_the_solution_but_the_first_reply_is_met(app: Flask) -> None:
    ticket = make.ticket(by="ada")

    actions.reply(ticket, by=cast.actor("ben"), now=LATER, body="Which dock is it?", then="wait")

    assert ticket.status is Status.WAITING
    assert ticket.assignee_id == cast.actor("ben").id
    assert clock(ticket, Target.FIRST_RESPONSE).stopped_at == LATER
    assert clock(ticket, Target.RESOLUTION).state is ClockState.PAUSED
    assert ticket.queue_at == NEVER


def test_ada_answering_wakes_a_waiting_ticket(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    actions.reply(ticket, by=cast.actor("ben"), now=LATER, body="Which dock?", then="wait")

    actions.reply(ticket, by=cast.actor("ada"), now=LATER + timedelta(hours=1), body="The grey one")

    assert ticket.status is Status.PROGRESS
    assert clock(ticket, Target.RESOLUTION).state is ClockState.RUNNING
    assert clock(ticket, Target.RESOLUTION).used_seconds == 1800
    assert ticket.next_target is Target.NEXT_RESPONSE


def test_solving_stops_everything_and_asks_once(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    ben = cast.actor("ben")
    actions.solve(ticket, by=ben, now=LATER)
    actions.reopen(ticket, by=cast.actor("ada"), now=LATER)
    actions.solve(ticket, by=ben, now=LATER + timedelta(hours=1))

    invites = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).all()

    assert [invite.person_id for invite in invites] == [cast.actor("ada").id]
    assert not ticket.is_open
    assert {clock(ticket, t).state for t in (Target.FIRST_RESPONSE, Target.RESOLUTION)} == {ClockState.STOPPED}


def test_a_word_after_solving_reopens_and_the_time_counts_on(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    actions.reply(ticket, by=cast.actor("ben"), now=LATER, body="Done.", then="solve")

    actions.reply(ticket, by=cast.actor("ada"), now=LATER + timedelta(minutes=10), body="Still black")

    assert ticket.status is Status.PROGRESS
    assert (ticket.reopened, ticket.solved_at, ticket.solved_by_id) == (1, None, None)
    assert clock(ticket, Target.RESOLUTION).used_seconds == 1800


def test_the_requester_may_say_it_is_solved_and_is_not_asked_to_rate_that(app: Flask) -> None:
    ticket = make.ticket(by="ada")

    actions.set_status(ticket, by=cast.actor("ada"), now=LATER, status=Status.SOLVED)

    assert ticket.status is Status.SOLVED
    assert db.session.scalars(select(func.count(RatingInvite.id))).one() == 0


def test_confirming_closes_and_a_closed_ticket_takes_no_more_words(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    actions.solve(ticket, by=cast.actor("ben"), now=LATER)
    actions.confirm(ticket, by=cast.actor("ada"), now=LATER, solved=True)

    with pytest.raises(Refused, match="closed"):
        actions.reply(ticket, by=cast.actor("ada"), now=LATER, body="One more thing")


def test_handing_over_keeps_everything_and_tells_why(app: Flask) -> None:
    ticket = make.ticket(by="ada", assignee="ben")
    before = clock(ticket, Target.RESOLUTION).started_at

    actions.transfer(
        ticket, by=cast.actor("ben"), now=LATER, team=make.team("facilities"), reason="expertise", body="Socket?"
    )

    assert (ticket.team.slug, ticket.assignee_id, ticket.transferred) == ("facilities", None, 1)
    assert [(h.team_id == ticket.team_id, h.ended_at) for h in ticket.holdings] == [(False, LATER), (True, None)]
    assert clock(ticket, Target.RESOLUTION).started_at == before
    assert db.session.scalars(select(Note.body)).all() == ["Socket?"]


@pytest.mark.parametrize(
    ("team", "reason", "field"), [("facilities", "because", "reason"), ("it", "expertise", "team")]
)
def test_handing_over_needs_another_team_and_a_reason(app: Flask, team: str, reason: str, field: str) -> None:
    ticket = make.ticket(by="ada")

    with pytest.raises(Refused) as refusal:
        actions.transfer(ticket, by=cast.actor("ben"), now=LATER, team=make.team(team), reason=reason)

    assert refusal.value.field == field


def test_a_higher_priority_counts_from_the_start(app: Flask) -> None:
    ticket = make.ticket(by="ada")

    actions.set_priority(ticket, by=cast.actor("ben"), now=LATER, level=Priority.URGENT)

    first = clock(ticket, Target.FIRST_RESPONSE)
    assert first.due_at == NOON + timedelta(hours=1)
    assert ticket.queue_at == first.due_at


def test_a_date_ends_the_wait_by_itself(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    until = NOON + timedelta(hours=3)
    actions.set_status(ticket, by=cast.actor("ben"), now=LATER, status=Status.WAITING, reason="Part comes", until=until)
    db.session.commit()

    sla.sweep(now=until + timedelta(minutes=7))

    db.session.refresh(ticket)
    assert ticket.status is Status.PROGRESS
    assert clock(ticket, Target.RESOLUTION).segment_from == until


def test_a_missed_promise_is_recorded_at_its_due_instant_once(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    due = clock(ticket, Target.FIRST_RESPONSE).due_at
    assert due is not None
    db.session.commit()

    found = [sla.sweep(now=due + timedelta(days=1)) for _ in range(2)]

    db.session.expire_all()
    first = clock(ticket, Target.FIRST_RESPONSE)
    assert first.breached_at == first.decided_at == due
    notices = db.session.scalars(select(ClockNotice).where(ClockNotice.clock_id == first.id)).all()
    assert [notice.due_at for notice in notices] == [due]
    assert found[0] >= 1
    assert found[1] == 0


def test_stored_clocks_are_the_fold_of_their_log(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    ben, ada = cast.actor("ben"), cast.actor("ada")
    actions.reply(ticket, by=ben, now=LATER, body="?", then="wait")
    actions.reply(ticket, by=ada, now=LATER + timedelta(hours=2), body="!")
    actions.set_status(ticket, by=ben, now=LATER + timedelta(hours=3), status=Status.SUPPLIER)
    actions.reply(ticket, by=ben, now=LATER + timedelta(hours=4), body="Done", then="solve")
    db.session.flush()

    folded = {(c.target, c.cycle): (c.state, c.used_seconds, c.due, c.stopped_at) for c in clocks.folded(ticket.id)}
    stored = {
        (row.target, row.cycle): (row.state, row.used_seconds, row.due_at, row.stopped_at)
        for row in clocks.clocks(ticket.id)
    }

    assert stored == folded


def test_a_stale_page_is_a_conflict_and_writes_nothing(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    seen = ticket.version
    actions.reply(ticket, by=cast.actor("chi"), now=LATER, body="Looking", then="progress", version=seen)

    with pytest.raises(Conflict):
        actions.reply(ticket, by=cast.actor("ben"), now=LATER, body="Me too", then="progress", version=seen)


def test_a_note_does_not_make_the_requesters_page_stale(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    seen = ticket.version

    actions.note(ticket, by=cast.actor("ben"), now=LATER, body="Same as last week")
    actions.reply(ticket, by=cast.actor("ada"), now=LATER, body="Any news?", version=seen)

    assert ticket.last_word == "Any news?"


@pytest.mark.parametrize("name", ["eve", "pia", "max", "root"])
def test_strangers_may_not_speak(app: Flask, name: str) -> None:
    ticket = make.ticket(by="ada")

    with pytest.raises(Forbidden):
        actions.reply(ticket, by=cast.actor(name), now=LATER, body="Hello")


def test_an_assignee_works_in_the_team(app: Flask) -> None:
    ticket = make.ticket(by="ada")

    with pytest.raises(Refused, match="this team"):
        actions.assign(ticket, by=cast.actor("ben"), now=LATER, assignee_id=cast.actor("pia").id)


def test_nobody_follows_a_case(app: Flask) -> None:
    ticket = make.ticket("hr/concern", by="ada")

    with pytest.raises(Refused, match="confidential"):
        actions.follow(ticket, by=cast.actor("ada"), now=LATER, person="eve@desk.example")


def test_silence_closes_after_two_weeks(app: Flask) -> None:
    ticket = make.ticket(by="ada")
    actions.solve(ticket, by=cast.actor("ben"), now=LATER)
    db.session.flush()

    early = actions.close_silent(now=LATER + timedelta(days=13))
    late = actions.close_silent(now=LATER + timedelta(days=15))

    assert (early, late, ticket.status) == (0, 1, Status.CLOSED)


@pytest.mark.parametrize("change", ["UPDATE event SET kind = 'nothing'", "DELETE FROM event"])
def test_the_record_cannot_be_changed(app: Flask, change: str) -> None:
    make.ticket(by="ada")
    assert db.session.scalars(select(func.count(Event.id))).one() > 0

    with pytest.raises(DatabaseError, match="append only"):
        db.session.connection().exec_driver_sql(change)
    db.session.rollback()
