"""The organisation of the approval tests: a lead in every team, and who is above whom."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from internaldesk.core.approval import Decision
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound, ApprovalStep, Ballot, StandIn
from internaldesk.models.history import Event
from internaldesk.models.people import TeamRole
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.tickets import approving
from tests import cast, make
from tests.make import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YES, NO = Decision.APPROVED, Decision.REFUSED
LEADS = {
    "fay": "finance", "hugh": "hr", "lois": "legal", "rick": "records", "pat": "purchasing", "walt": "warehouse",
    "faith": "facilities",
}  # fmt: skip
CASES = {"hugh", "lois", "rick"}


def appoint() -> None:
    """A lead for each team that has none, those of HR, Legal and Records named for cases; Boss is above Max."""
    for name, team in LEADS.items():
        person = people.add_person(cast.email(name), name=name.capitalize(), now=NOON)
        people.join(person, team, role=TeamRole.LEAD, case_group=name in CASES)
    boss = people.add_person(cast.email("boss"), name="Boss", now=NOON)
    cast.person("max").line_manager_id = boss.id
    db.session.flush()


def waiting(path: str = "purchasing/quotes", *, by: str = "ada", now: datetime = NOON, **facts: Any) -> Ticket:
    """A request that its rule keeps waiting."""
    facts.setdefault("answers", {})
    return make.ticket(path, by=by, now=now, approved=False, **facts)


def rounds(ticket: Ticket) -> list[ApprovalRound]:
    db.session.flush()
    query = select(ApprovalRound).where(ApprovalRound.ticket_id == ticket.id).order_by(ApprovalRound.number)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def asked(ticket: Ticket) -> list[tuple[str, list[str]]]:
    """The steps of the newest round: the role, and who is asked."""
    newest = rounds(ticket)[-1:]
    return [(step.role, names(step)) for row in newest for step in row.steps]


def names(step: ApprovalStep) -> list[str]:
    return [ballot.person.name.lower() for ballot in step.ballots]


def ballot(ticket: Ticket, whose: str) -> Ballot:
    """The newest ballot of a person."""
    query = (
        select(Ballot)
        .join(Ballot.step)
        .join(ApprovalStep.round)
        .where(ApprovalRound.ticket_id == ticket.id, Ballot.person_id == cast.person(whose).id)
        .order_by(Ballot.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).one()


def decide(
    ticket: Ticket, whose: str, decision: Decision = YES, *, by: str = "", now: datetime = NOON + HOUR, reason: str = ""
) -> ApprovalRound:
    """Cast somebody's ballot, in their own name or by another person."""
    words = reason or ("" if decision is YES else "Too dear")
    number = ballot(ticket, whose).id
    return approving.decide(number, by=cast.actor(by or whose), now=now, decision=decision, reason=words)


def ask(
    ticket: Ticket, *people: str, by: str = "pia", quorum: int | None = None, now: datetime = NOON
) -> ApprovalRound:
    """The team asks people by name."""
    ids = [cast.person(name).id for name in people]
    return approving.ask(ticket, by=cast.actor(by), now=now, whom="named", people=ids, quorum=quorum, words="A monitor")


def away(person: str, stand_in: str, *, starts: datetime = NOON, ends: datetime = NOON + 7 * DAY) -> StandIn:
    """Somebody decides for somebody from one instant to another."""
    row = StandIn(person_id=cast.person(person).id, stand_in_id=cast.person(stand_in).id, made_at=starts)
    row.starts_at, row.ends_at, row.from_day, row.to_day = starts, ends, starts.date(), ends.date()
    db.session.add(row)
    db.session.flush()
    return row


def told(ticket: Ticket) -> list[str]:
    """The kinds of its happenings since filing, in order."""
    db.session.flush()
    return list(db.session.scalars(select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)))[1:]
