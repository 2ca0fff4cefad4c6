"""Builders in the desk's words: tickets as the actions would have made them."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from internaldesk.core.approval import Decision
from internaldesk.core.policy import Actor
from internaldesk.db import db, unit_of_work
from internaldesk.models.approvals import ApprovalRound, ApprovalStep, Ballot
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Message, Ticket
from internaldesk.tickets import actions, approving
from internaldesk.tickets.conversation import HELD
from internaldesk.web.auth import actor_of
from tests import cast

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday; every team is at work
_ANSWERS = {"it/broken": {"device": "LDS-1904", "can_work": "partly", "affected": "one"}}


def request_type(path: str) -> RequestType:
    """The type at "team/type"."""
    team, slug = path.split("/")
    query = select(RequestType).join(Team).where(Team.slug == team, RequestType.slug == slug)
    return db.session.scalars(query).one()


def form(kind: RequestType) -> FormVersion:
    """The newest form of a type."""
    query = select(FormVersion).where(FormVersion.request_type_id == kind.id).order_by(FormVersion.number.desc())
    return db.session.scalars(query.limit(1)).one()


def approve(filed: Ticket, *, now: datetime = NOON) -> None:
    """Everybody asked agrees, step by step."""
    while ballot := first_ballot(filed):
        approving.decide(ballot.id, by=of(ballot.person), now=now, decision=Decision.APPROVED)


def first_ballot(filed: Ticket) -> Ballot | None:
    """The first of those that can be cast now."""
    db.session.flush()
    query = select(Ballot).join(Ballot.step).join(ApprovalStep.round).order_by(Ballot.id)
    waits = (ApprovalRound.ticket_id == filed.id, ApprovalStep.opened_at.is_not(None), ApprovalStep.closed_at.is_(None))
    return db.session.scalars(query.where(*waits, Ballot.decision.is_(None))).first()


def of(person: Person) -> Actor:
    """A person as the rules see them."""
    return actor_of(person, person.location)[0]


def team(slug: str) -> Team:
    """A team by its slug."""
    return db.session.scalars(select(Team).where(Team.slug == slug)).one()


def told(app: Flask) -> None:
    """Let the ten seconds be over in which a reply can be taken back, on a desk whose clock is the real one."""
    with app.app_context(), unit_of_work():
        for message in db.session.scalars(select(Message)):
            message.at -= HELD


def ticket(
    path: str = "it/broken", *, by: str = "ada", now: datetime = NOON, approved: bool = True, **facts: Any
) -> Ticket:
    """A ticket just filed; `facts` are those of `actions.file`, `assignee` names who took it at once.

    Where its type's rule asks for approval, everybody asked has given it, unless `approved` is False.
    """
    kind = request_type(path)
    assignee = facts.pop("assignee", None)
    facts.setdefault("summary", f"Something about {kind.name.lower()}")
    facts.setdefault("answers", _ANSWERS.get(path, {}))
    filed = actions.file(kind, by=cast.actor(by), now=now, form=form(kind), **facts)
    if approved:
        approve(filed, now=now)
    if assignee:
        who = cast.actor(assignee)
        actions.assign(filed, by=who, now=now, assignee_id=who.id)
    db.session.flush()
    return filed
