"""Read plans: those a person may change, what became of each, and what a plan needs to know of its team."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from internaldesk.core import hours, recurring
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor
from internaldesk.core.recurring import Occurrence, RuleLike
from internaldesk.db import db
from internaldesk.models.people import Membership, Person, Team, TeamRole
from internaldesk.models.recurring import Plan, PlanLine
from internaldesk.sla import queries as sla
from internaldesk.tickets.queries import LARGEST_NUMBER

SHOWN = 50
PREVIEWED = 5
_FURTHEST = timedelta(days=recurring.FURTHEST + 1)


def plans(actor: Actor) -> Sequence[Plan]:
    """The plans of the teams whose rules are theirs, by team and then by what is filed next."""
    query = _kept(actor).order_by(Team.position, Plan.paused_at.is_not(None), Plan.next_at.is_(None), Plan.next_at)
    people = (joinedload(Plan.requester), joinedload(Plan.assignee), joinedload(Plan.last_ticket))
    return db.session.scalars(query.order_by(Plan.id).options(joinedload(Plan.team), *people)).all()


def get(number: int, *, actor: Actor, lock: bool = False) -> Plan | None:
    """One of them; another team's does not exist."""
    if number > LARGEST_NUMBER:
        return None
    query = _kept(actor).where(Plan.id == number)
    if lock:
        query = query.with_for_update(of=Plan)
    return db.session.scalars(query).first()


def teams(actor: Actor) -> Sequence[Team]:
    """The teams whose rules are theirs, in the order of the desk."""
    query = select(Team).order_by(Team.position)
    return db.session.scalars(query if actor.admin else query.where(Team.id.in_(sorted(actor.lead_of)))).all()


class Member(NamedTuple):
    """Somebody who works in a team."""

    id: int
    name: str
    leads: bool


def members(team_id: int) -> list[Member]:
    """Who works in a team, by name."""
    query = (
        select(Person.id, Person.name, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team_id, Person.active)
        .order_by(Person.name, Person.id)
    )
    return [Member(row.id, row.name, row.role is TeamRole.LEAD) for row in db.session.execute(query)]


def lines(plan: Plan, *, limit: int = SHOWN) -> Sequence[PlanLine]:
    """What happened to a plan, newest first."""
    query = select(PlanLine).where(PlanLine.plan_id == plan.id).order_by(PlanLine.id.desc()).limit(limit)
    return db.session.scalars(query.options(joinedload(PlanLine.by))).all()


def dealt_with(plan: Plan) -> PlanLine | None:
    """The line of the last day that is over."""
    query = select(PlanLine).where(PlanLine.plan_id == plan.id, PlanLine.due_on.is_not(None))
    return db.session.scalars(query.order_by(PlanLine.due_on.desc()).limit(1)).first()


def calendar(team: Team, *, now: datetime) -> BusinessCalendar:
    """The hours of a team as they are in force, with its zone."""
    number = sla.current_version(team.calendar_id, now=now)
    return sla.calendars([number])[number]


def ahead(
    rule: RuleLike, cal: BusinessCalendar, *, now: datetime, last: date | None = None, limit: int = PREVIEWED
) -> list[Occurrence]:
    """The next ones from `now` on, after the date `last`, which is over; none when the rule has ended."""
    lately = max(last or date.min, hours.local(cal, now).date() - _FURTHEST)
    return list(islice(recurring.occurrences(rule, cal, after=Occurrence(lately, now)), limit))


def due(*, now: datetime, limit: int) -> list[int]:
    """The plans of which something is to be filed by now."""
    query = select(Plan.id).where(Plan.next_at <= now, Plan.paused_at.is_(None), Plan.removed_at.is_(None))
    return list(db.session.scalars(query.order_by(Plan.next_at, Plan.id).limit(limit)))


def _kept(actor: Actor) -> Select[Plan]:
    query = select(Plan).join(Team, Team.id == Plan.team_id).where(Plan.removed_at.is_(None))
    return query if actor.admin else query.where(Plan.team_id.in_(sorted(actor.lead_of)))
