"""A large desk is what the actions would have made of the same lives, only quicker."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from internaldesk.core import sla
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.rating import Scores
from internaldesk.db import db, unit_of_work
from internaldesk.demo import bulk, crowd, people, play
from internaldesk.models.catalogue import TypePulse, TypeUse
from internaldesk.models.history import Event
from internaldesk.models.people import Person
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock, ClockEvent, ClockNotice
from internaldesk.models.tickets import Holding, Message, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions
from internaldesk.tickets.queries import mine, visible_tickets
from tests.demo.conftest import NOW, bare
from tests.demo.test_story import PAST, TICKET_PAST, digest

SIZE = 200


@pytest.fixture
def grown(app):
    """A desk of two hundred requests on either database."""
    bulk.grow(tickets=SIZE, seed=5, now=NOW)
    return app


def all_tickets():
    return db.session.scalars(select(Ticket).order_by(Ticket.id)).all()


def values(row, *, without=("id",)):
    return {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in without}


def records(ticket):
    """All that is stored about a ticket besides its own row, without keys."""
    of = ticket.id
    without = ("id", "ticket_id")
    cycles = clocks.clocks(of)
    happened = db.session.scalars(select(Event).where(Event.ticket_id == of).order_by(Event.id)).all()
    return {
        "holdings": [values(row, without=without) for row in listed(Holding, of)],
        "messages": [values(row, without=without) for row in listed(Message, of)],
        "log": [values(row, without=without) for row in listed(ClockEvent, of)],
        "clocks": [values(row, without=without) for row in sorted(cycles, key=lambda row: row.target)],
        "segments": [values(part, without=("id", "clock_id")) for row in cycles for part in row.segments],
        "events": Counter((row.kind, row.actor_id, row.public, str(data(row))) for row in happened),
        "invites": [(row.person_id, row.at) for row in listed(RatingInvite, of)],
        "ratings": [values(row, without=without) for row in listed(Rating, of)],
    }


def listed(model, ticket_id):
    return db.session.scalars(select(model).where(model.ticket_id == ticket_id).order_by(model.id)).all()


def data(event):
    """What it tells; how the ticket stood before a reply matters for ten seconds, and is not made up for many."""
    return {name: value for name, value in event.data.items() if name not in ("message", "before")}


def lived_again(ticket):
    """Another ticket with the same life, by the actions."""
    who = {found.id: found.actor for found in people.cast().everybody.values()}
    told = values(ticket)
    facts = {name: told[name] for name in ("summary", "details", "answers", "customer_waiting", "customer")}
    by = who[ticket.requester_id]
    twin = actions.file(ticket.request_type, by=by, now=ticket.filed_at, form=ticket.form_version, **facts)
    for message in listed(Message, ticket.id):
        play.catch_up(twin, now=message.at)
        then = "solve" if message.at == ticket.solved_at else "progress"
        actions.reply(twin, by=who[message.author_id], now=message.at, body=message.body, then=then)
    if ticket.closed_at:
        end = next(row for row in listed(Event, ticket.id) if row.kind == Kind.CLOSED)
        if end.data["auto"]:
            actions.close(twin, by=None, now=end.at)
        else:
            actions.confirm(twin, by=by, now=end.at, solved=True)
    for rating in listed(Rating, ticket.id):
        invite = listed(RatingInvite, twin.id)[0]
        scores = Scores(*(getattr(rating, name) for name in Scores._fields))
        ratings.submit(invite, now=rating.at, scores=scores, comment=rating.comment)
    play.sla.settle(twin, now=NOW)
    db.session.flush()
    return twin


def test_the_actions_would_have_stored_the_same(grown):
    known = all_tickets()
    for ticket in known[::7] + known[-6:]:
        twin = lived_again(ticket)

        assert values(twin) == values(ticket), ticket.number
        assert records(twin) == records(ticket), ticket.number


def test_stored_clocks_are_the_fold_of_their_log(grown):
    for ticket in all_tickets():
        folded = sla.settle(clocks.folded(ticket.id), NOW)

        assert [(row.target, row.state, row.due_at, row.used_seconds) for row in clocks.clocks(ticket.id)] == [
            (clock.target, clock.state, clock.due, clock.used_seconds) for clock in folded
        ]


def test_it_has_the_size_asked_for_without_a_gap(grown):
    assert [ticket.id for ticket in all_tickets()] == list(range(1, SIZE + 1))
    assert db.session.scalar(select(func.sum(TypeUse.uses))) == SIZE


def test_about_three_in_a_hundred_are_open_and_due_around_now(grown):
    due = [ticket.queue_at for ticket in all_tickets() if ticket.is_open]

    assert len(due) == round(SIZE * 0.03)
    assert all(NOW - timedelta(days=3) < at < NOW + timedelta(days=30) for at in due)


def test_everything_due_was_noted_and_every_miss_has_its_notice(grown):
    missed = set(db.session.scalars(select(Clock.id).where(Clock.breached_at.is_not(None))))

    assert clocks.due_clocks(now=NOW, limit=10) == []
    assert set(db.session.scalars(select(ClockNotice.clock_id))) == missed
    assert missed


def test_what_happened_to_a_request_is_in_order(grown):
    for ticket in all_tickets():
        instants = [event.at for event in listed(Event, ticket.id)]

        assert instants == sorted(instants)


def test_nothing_happened_in_the_future(grown):
    found = {str(column): db.session.scalar(select(func.max(column))) for column in (*PAST, *TICKET_PAST)}

    assert {name for name, at in found.items() if at and at > NOW} == set()


def test_the_desk_goes_on_from_there(grown):
    ben = people.cast().everybody["ben"].actor
    query = select(Ticket).where(visible_tickets(ben), Ticket.is_open, Ticket.team_id.in_(ben.agent_of))
    with unit_of_work():
        ticket = db.session.scalars(query).first()
        actions.reply(ticket, by=ben, now=NOW + timedelta(minutes=5), body="Done", then="solve")

    assert ticket.status is Status.SOLVED
    assert sla.settle(clocks.folded(ticket.id), NOW).resolved_at == NOW + timedelta(minutes=5)


def test_people_find_their_requests(grown):
    asker = next(who for who in people.cast().front if who.id == all_tickets()[0].requester_id)

    assert mine(asker.actor)


def test_it_can_grow_twice(grown):
    bulk.grow(tickets=20, seed=6, now=NOW)

    assert [ticket.id for ticket in all_tickets()] == list(range(1, SIZE + 21))
    assert db.session.scalar(select(func.sum(TypeUse.uses))) == SIZE + 20


def test_the_home_page_knows_the_usual_time(grown):
    assert db.session.scalar(select(func.count()).select_from(TypePulse)) > 5


def test_a_large_desk_has_a_crowd_some_of_whom_answer(app):
    with unit_of_work():
        cast = crowd.enter(10_000, dice=Random(1), now=NOW)

    assert len(cast.everybody) == 400
    assert db.session.scalar(select(func.count(Person.email.distinct()))) == 400
    assert sum(who.actor.is_agent for who in cast.everybody.values()) > 45


def test_the_same_seed_and_instant_make_the_same_desk(tmp_path):
    digests = []
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        app = bare(tmp_path / name)
        with app.app_context():
            bulk.grow(tickets=60, seed=seed, now=NOW)
        digests.append(digest(app))

    assert digests[0] == digests[1]
    assert digests[0]["ticket"] != digests[2]["ticket"]


def test_progress_is_told_to_the_end(app):
    heard = []

    bulk.grow(tickets=30, now=NOW, progress=lambda done, of: heard.append((done, of)))

    assert heard[-1] == (30, 30)
