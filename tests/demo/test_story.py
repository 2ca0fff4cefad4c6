"""The demo desk is believable, the same every time, and nothing the actions would not have made."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import func, or_, select

from internaldesk.approvals import queries as approvals
from internaldesk.core import sla
from internaldesk.core.approval import Decision, State
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.db import Base, db, unit_of_work
from internaldesk.demo import offers, people, story
from internaldesk.demo.steps import Act
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock, ClockEvent
from internaldesk.models.tickets import Attachment, Message, Note, Ticket
from internaldesk.sla import queries as clocks
from internaldesk.tickets import attachments
from internaldesk.tickets.queries import visible_tickets
from tests.demo.conftest import NOW, SCALE, bare

DICED = {
    ("attachment", "key"),
    ("rating_invite", "nonce"),
    ("approval_ballot", "nonce"),
    ("person", "password_hash"),
    ("form_version", "published_at"),
}
PAST = (Event.at, Message.at, Note.at, ClockEvent.at, Rating.at, RatingInvite.at, Attachment.at, Clock.stopped_at)
TICKET_PAST = (Ticket.filed_at, Ticket.updated_at, Ticket.last_word_at, Ticket.solved_at, Ticket.closed_at)


def actor(name):
    return people.cast().everybody[name].actor


def tickets_of(name):
    return db.session.scalars(select(Ticket).where(Ticket.requester_id == actor(name).id)).all()


def share(number, of):
    return number / of


@pytest.fixture(scope="module")
def whole(told):
    """The full story as it would be told, without telling it."""
    with told.app_context():
        return list(story.everything(people.cast(), offers.by_path(now=NOW), Random(7), NOW, 1.0))


@pytest.mark.parametrize("column", [*PAST, *TICKET_PAST], ids=str)
def test_nothing_happened_in_the_future(inside, column):
    assert db.session.scalar(select(func.max(column))) <= NOW


def test_what_happened_to_a_request_is_in_order(inside):
    for kind in (Event, ClockEvent):
        rows = db.session.execute(select(kind.ticket_id, kind.at).order_by(kind.ticket_id, kind.id)).all()
        backwards = [a for a, b in pairwise(rows) if a.ticket_id == b.ticket_id and a.at > b.at]

        assert backwards == []


def test_steps_are_strictly_one_after_the_other(whole):
    for asked, steps in whole:
        instants = [asked.at, *(step.at for step in steps)]

        assert all(a < b for a, b in pairwise(instants))


def test_stored_clocks_are_the_fold_of_their_log(inside):
    for ticket_id in db.session.scalars(select(Ticket.id)):
        folded = sla.settle(clocks.folded(ticket_id), NOW)
        rows = clocks.clocks(ticket_id)

        assert [(row.target, row.state, row.due_at, row.used_seconds, row.breached_at) for row in rows] == [
            (clock.target, clock.state, clock.due, clock.used_seconds, clock.breached_at) for clock in folded
        ]


def test_everything_due_was_noted(inside):
    assert clocks.due_clocks(now=NOW, limit=10) == []
    assert clocks.wakeful(now=NOW, limit=10) == []


def test_a_case_is_seen_by_its_people_only(inside):
    cases = select(Ticket).where(Ticket.confidentiality == Confidentiality.CASE)
    assert db.session.scalar(select(func.count()).select_from(cases.subquery())) >= 3
    for who in people.cast().everybody.values():
        own = or_(Ticket.requester_id == who.id, Ticket.team_id.in_(who.actor.case_group_of))
        seen = set(db.session.scalars(cases.where(visible_tickets(who.actor))))

        assert seen == set(db.session.scalars(cases.where(own)))


def test_every_team_has_open_work(inside):
    counted = select(Ticket.team_id, func.count()).where(Ticket.is_open).group_by(Ticket.team_id)

    assert len(db.session.execute(counted).all()) == 8


def test_the_queue_of_it_shows_every_urgency(inside):
    it = next(iter(actor("ben").agent_of))
    due = [
        (ticket.queue_at, ticket.status)
        for ticket in db.session.scalars(select(Ticket).where(Ticket.team_id == it, Ticket.is_open))
    ]
    running = [at for at, _ in due if at.year < 9999]

    assert 15 <= len(due) <= 18
    assert sum(at < NOW for at in running) == 2
    assert sum(NOW <= at < NOW + timedelta(hours=1) for at in running) == 5
    assert sum(NOW + timedelta(hours=1) <= at < NOW + timedelta(hours=9) for at in running) >= 4
    assert len(due) - len(running) == 3


def test_ada_has_something_in_every_state(inside):
    rated = set(db.session.scalars(select(Rating.ticket_id)))
    states = Counter(ticket.status for ticket in tickets_of("ada"))
    solved = next(ticket for ticket in tickets_of("ada") if ticket.status is Status.SOLVED)

    assert {states[Status.WAITING], states[Status.PROGRESS], states[Status.APPROVAL], states[Status.SOLVED]} == {1}
    assert states[Status.CLOSED] >= 1
    assert solved.id not in rated


@pytest.mark.parametrize("name", ["ben", "chi", "hana", "pia", "finn"])
def test_everybody_who_answers_has_work(inside, name):
    mine = select(Ticket).where(Ticket.assignee_id == actor(name).id, Ticket.is_open)

    assert db.session.scalars(mine).first()


def test_max_has_something_to_decide_and_has_decided(inside):
    max_ = actor("max").id
    waiting = approvals.waiting_for(max_, now=NOW)
    cast_by_him = approvals.cast_by(max_)
    grace = actor("grace.mensah").id

    assert {"Ada Whitfield", "Erin Doyle"} <= {row.requester for row in waiting if row.person_id == max_}
    assert {row.person_id for row in waiting} == {max_, grace}
    assert {row.decision for row in cast_by_him} == set(Decision)
    assert {row.requester for row in cast_by_him} >= {"Ada Whitfield"}


def test_nothing_is_worked_on_before_it_is_approved(inside):
    rounds = db.session.scalars(select(ApprovalRound)).all()
    waiting = {row.ticket_id for row in rounds if row.state is State.WAITING}
    asked = set(db.session.scalars(select(Ticket.id).where(Ticket.status == Status.APPROVAL)))

    assert waiting == asked
    for row in rounds:
        if row.by_rule:
            first = row.ticket.first_answered_at
            assert first is None or row.decided_at <= first


def test_hana_has_cases_of_both_kinds(inside):
    open_cases = select(Ticket).where(Ticket.assignee_id == actor("hana").id, Ticket.is_open)
    found = {ticket.request_type.slug for ticket in db.session.scalars(open_cases)}

    assert {"accommodation", "concern"} <= found


def test_files_can_be_read(inside):
    kept = db.session.scalars(select(Attachment)).all()

    assert kept
    for row in kept:
        content = b"".join(attachments.read(row, folder=inside.config["DESK"].files))
        assert len(content) == row.size
        assert row.media_type == ("image/png" if row.name.endswith(".png") else "application/octet-stream")


def test_the_home_page_knows_the_usual_time(inside):
    pulses = Base.metadata.tables["type_pulse"]

    assert db.session.scalar(select(func.count()).select_from(pulses)) > 10


def test_the_whole_story_has_every_kind_of_request(whole, inside):
    assert {asked.offer.path for asked, _ in whole} == set(offers.by_path(now=NOW))
    assert 1850 <= len(whole) <= 2250


def test_the_whole_story_has_what_a_quarter_has(whole):
    of = len(whole)
    acts = Counter(act for _, steps in whole for act in {step.act for step in steps})

    assert 0.08 <= share(sum(bool(asked.customer) for asked, _ in whole), of) <= 0.2
    assert 0.03 <= share(sum(asked.for_whom is not None for asked, _ in whole), of) <= 0.1
    assert 0.25 <= share(acts[Act.RATE], of) <= 0.35
    assert 0.02 <= share(acts[Act.TRANSFER], of) <= 0.09
    assert all(acts[act] >= 15 for act in Act)


def test_it_goes_back_thirteen_whole_weeks(whole):
    assert min(asked.at for asked, _ in whole) < NOW - timedelta(weeks=13, days=3)


def test_some_promises_are_missed(inside):
    missed = db.session.scalar(select(func.count(Clock.ticket_id.distinct())).where(Clock.breached_at.is_not(None)))

    assert 0.05 <= share(missed, db.session.scalar(select(func.count(Ticket.id)))) <= 0.25


@pytest.mark.slow
def test_the_same_seed_and_instant_make_the_same_desk(told, tmp_path):
    again, other = bare(tmp_path / "again"), bare(tmp_path / "other")
    for app, seed in ((again, 7), (other, 8)):
        with app.app_context():
            story.tell(seed=seed, now=NOW, scale=SCALE)

    assert digest(again) == digest(told)
    assert digest(other)["ticket"] != digest(told)["ticket"]


def test_it_can_be_told_on_either_database_and_to_people_who_are_there(app):
    heard = []

    number = story.tell(seed=3, now=NOW, scale=0.01, progress=lambda done, of: heard.append((done, of)))

    assert heard[-1] == (number, number)
    assert db.session.scalar(select(func.count(Ticket.id))) == number
    assert clocks.due_clocks(now=NOW, limit=10) == []
    with unit_of_work():
        assert db.session.scalars(select(Ticket)).first().team


def digest(app):
    """Every row of every table, except what is diced by the system."""
    with app.app_context():
        return {table.name: rows(table) for table in Base.metadata.sorted_tables}


def rows(table):
    columns = [column for column in table.columns if (table.name, column.name) not in DICED]
    return [tuple(row) for row in db.session.execute(select(*columns).order_by(*table.primary_key))]
