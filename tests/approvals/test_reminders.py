"""Who was asked and says nothing is reminded after a working day; after two, somebody else hears of it."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.approvals import actions as approvals
from internaldesk.db import db, unit_of_work
from internaldesk.models.approvals import ApprovalNotice, ApprovalStep
from internaldesk.models.history import Event
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from tests import cast, make
from tests.approvals.desk import DAY, HOUR, ask, away, decide, waiting

pytestmark = pytest.mark.usefixtures("staffed")
WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)


def notices(kind: str = "") -> list[tuple[str, str]]:
    db.session.flush()
    query = select(ApprovalNotice.kind, Person.name).join(Person, ApprovalNotice.person_id == Person.id)
    if kind:
        query = query.where(ApprovalNotice.kind == kind)
    return sorted((row.kind, row.name) for row in db.session.execute(query))


def step_of(ticket: Ticket) -> ApprovalStep:
    db.session.flush()
    return db.session.scalars(select(ApprovalStep).join(ApprovalStep.round).where(
        ApprovalStep.opened_at.is_not(None)).order_by(ApprovalStep.id.desc())).first()  # fmt: skip


def test_whoever_is_asked_gets_a_letter_to_be_sent() -> None:
    waiting()

    assert notices() == [("asked", "Max")]
    assert db.session.scalars(select(ApprovalNotice)).one().sent_at is None


def test_so_does_who_stands_in_today() -> None:
    away("max", "dana")
    waiting()

    assert notices() == [("asked", "Dana"), ("asked", "Max")]


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        (WEDNESDAY, WEDNESDAY + DAY, WEDNESDAY + 2 * DAY),
        (FRIDAY, FRIDAY + 3 * DAY, FRIDAY + 4 * DAY),
    ],
)
def test_working_days_are_those_of_the_team(asked: datetime, first: datetime, second: datetime) -> None:
    ticket = waiting(now=asked)
    step = step_of(ticket)
    eight_hours = {team.slug: team for team in db.session.query(make.Team)}["purchasing"].calendar_id

    assert eight_hours
    assert abs(step.remind_at - first) <= timedelta(hours=2)
    assert abs(step.escalate_at - second) <= timedelta(hours=4)


def after(days: int, ticket: Ticket) -> datetime:
    step = step_of(ticket)
    return {0: step.opened_at, 1: step.remind_at, 2: step.escalate_at}[days]


def test_after_a_working_day_who_was_asked_is_reminded_once() -> None:
    ticket = waiting()
    then = after(1, ticket)

    assert approvals.remind(now=then - timedelta(seconds=1)) == 0
    assert approvals.remind(now=then) == 1
    assert approvals.remind(now=then + HOUR) == 0

    assert notices() == [("asked", "Max"), ("reminded", "Max")]
    event = db.session.scalars(select(Event).where(Event.kind == "approval_reminded")).one()
    assert (event.actor_id, event.data["words"], event.public) == (None, "Max", False)


def test_after_two_who_leads_the_team_hears_of_it_once() -> None:
    ticket = waiting()
    last = after(2, ticket)
    approvals.remind(now=after(1, ticket))

    assert approvals.remind(now=last) == 1
    assert approvals.remind(now=last + 5 * DAY) == 0

    assert notices("chased") == [("chased", "Pat")]
    words = db.session.scalars(select(Event.data).where(Event.kind == "approval_reminded").order_by(Event.id)).all()
    assert words[-1]["words"] == "Max again and told Pat"


@pytest.mark.parametrize("covered_from", [-1, 0])
def test_where_somebody_stands_in_they_hear_of_it_instead(covered_from: int) -> None:
    ticket = waiting()
    last = after(2, ticket)
    away("max", "dana", starts=last + covered_from * HOUR, ends=last + DAY)
    approvals.remind(now=after(1, ticket))

    approvals.remind(now=last)

    assert notices("chased") == [("chased", "Dana")]


def test_a_stand_in_is_reminded_as_well() -> None:
    ticket = waiting()
    away("max", "dana")

    approvals.remind(now=after(1, ticket))

    assert notices("reminded") == [("reminded", "Dana"), ("reminded", "Max")]


def test_a_late_worker_tells_the_last_step_only() -> None:
    ticket = waiting()

    assert approvals.remind(now=after(2, ticket) + DAY) == 1

    assert notices() == [("asked", "Max"), ("chased", "Pat")]


@pytest.mark.parametrize("ends", ["approved", "withdrawn"])
def test_what_is_decided_is_not_remembered(ends: str) -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", by="ben")
    late = after(2, ticket) + DAY
    decide(ticket, "max") if ends == "approved" else approvals.withdraw(ticket.id, by=cast.actor("ben"), now=make.NOON)

    assert approvals.remind(now=late) == 0


def test_only_those_who_said_nothing_are_reminded() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", "fay", by="ben")
    decide(ticket, "fay")

    approvals.remind(now=after(1, ticket))

    assert notices("reminded") == [("reminded", "Max")]


def test_each_step_has_its_own_days() -> None:
    ticket = waiting("purchasing/contract")
    first = after(1, ticket)
    decide(ticket, "max", now=first - HOUR)

    assert approvals.remind(now=first) == 0
    assert after(1, ticket) > first
    assert notices("asked") == [("asked", "Lois"), ("asked", "Max")]


def test_of_a_case_only_those_named_for_such_hear() -> None:
    db.session.query(Person).filter_by(name="Hugh").update({"active": False})
    ticket = waiting("hr/accommodation")

    approvals.remind(now=after(2, ticket))

    assert notices() == [("asked", "Hana")]


def test_it_takes_as_many_as_it_is_told(app: Flask) -> None:
    with unit_of_work():
        made = [waiting() for _ in range(3)]
        then = after(1, made[0])

    with unit_of_work():
        assert approvals.remind(now=then, limit=2) == 2
    with unit_of_work():
        assert approvals.remind(now=then, limit=2) == 1
