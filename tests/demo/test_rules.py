"""The pages of promises have something true to show in the demo: a changed rule, own parts, a waiver, a call."""

from sqlalchemy import func, select

from internaldesk.core.happenings import Kind
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import Team
from internaldesk.models.sla import Clock, ClockNotice, OlaTarget, PolicyVersion, RuleChange
from internaldesk.models.tickets import Ticket


def count(query):
    return db.session.scalar(select(func.count()).select_from(query.subquery()))


def test_dana_changed_a_rule_and_said_why(inside):
    changed = db.session.scalars(select(PolicyVersion).where(PolicyVersion.author_id.is_not(None))).all()

    assert [(version.warn_minutes, bool(version.note)) for version in changed] == [(30, True)]
    assert len(db.session.scalars(select(RuleChange.words)).all()) >= 2


def test_the_team_s_own_part_is_measured_on_its_requests(inside):
    team = db.session.scalars(select(Team.id).where(Team.slug == "it")).one()

    assert count(select(OlaTarget).where(OlaTarget.team_id == team)) == 4
    assert count(select(Clock.id).where(Clock.team_key == team)) > 10


def test_a_miss_was_waived_and_says_why(inside):
    waived = db.session.scalars(select(Clock).where(Clock.waived_at.is_not(None))).one()

    assert waived.breached_at is not None
    assert waived.waived_why
    assert count(select(Event.id).where(Event.ticket_id == waived.ticket_id, Event.kind == Kind.WAIVED)) == 1


def test_somebody_who_waits_too_long_asked_a_lead_to_step_in(inside):
    told = db.session.scalars(select(ClockNotice).where(ClockNotice.kind == "escalated")).one()

    assert db.session.get(Ticket, told.ticket_id).is_open
    assert told.person_id is not None
