"""Plans as a lead would have written them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from internaldesk.core.recurring import Rule, Unit
from internaldesk.db import db
from internaldesk.models.recurring import Plan, PlanLine
from internaldesk.models.tickets import Ticket
from internaldesk.recurring import actions
from internaldesk.recurring.actions import Wish
from tests import cast, make
from tests.make import NOON

ANSWERS = {"device": "LDS-1904", "can_work": "partly", "affected": "one"}
DAILY = Rule(Unit.DAY, date(2026, 11, 18))
"""Every working day at nine, from the day of NOON on: the first is on Thursday 19 November."""


def wish(rule: Rule = DAILY, *, requester: str = "dana", assignee: str | None = None, **words: Any) -> Wish:
    words = {"summary": "Check the backups", "answers": ANSWERS} | words
    given = cast.person(assignee).id if assignee else None
    return Wish(rule, requester_id=cast.person(requester).id, assignee_id=given, **words)


def plan(rule: Rule = DAILY, *, by: str = "dana", now: datetime = NOON, path: str = "it/broken", **words: Any) -> Plan:
    """One of IT that is there for good, as another transaction left it."""
    kind = make.request_type(path)
    made = actions.plan(kind, by=cast.actor(by), now=now, form=make.form(kind), wish=wish(rule, **words))
    db.session.commit()
    return made


def lines(of: Plan) -> list[tuple[str, str]]:
    """What happened to it, oldest first."""
    query = select(PlanLine).where(PlanLine.plan_id == of.id).order_by(PlanLine.id)
    return [(line.deed.value, line.words) for line in db.session.scalars(query)]


def tickets() -> int:
    return db.session.scalar(select(func.count(Ticket.id))) or 0


def newest() -> Ticket:
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
