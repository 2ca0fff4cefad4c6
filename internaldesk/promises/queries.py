"""Read the rules of teams: what they are now and were, what they may point at, and which requests keep an older one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from internaldesk.core.clocks import ClockState
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Membership, Person, Team, TeamRole
from internaldesk.models.sla import (
    Calendar,
    CalendarVersion,
    Clock,
    ClockTask,
    OlaTarget,
    Policy,
    PolicyVersion,
    RuleChange,
)
from internaldesk.models.tickets import Ticket
from internaldesk.promises.terms import Names, Promise
from internaldesk.sla import queries as sla
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets
from internaldesk.tickets.worklist import OPEN

HISTORY = 20
"""So many versions are listed."""
_UNDECIDED = (ClockState.RUNNING, ClockState.PAUSED)
_NEWEST = (PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a team with its newest version, its place among the team's (from 1), and who wrote it last."""

    policy: Policy
    version: PolicyVersion
    promise: Promise
    place: int
    calendar: str
    author: str | None

    @property
    def id(self) -> int:
        """The number of the rule in its address."""
        return self.policy.id


class Choices(NamedTuple):
    """What a rule of a team can point at: request types (retired ones last), places, calendars, and people to tell."""

    types: Mapping[int, str]
    retired: frozenset[int]
    locations: Mapping[int, str]
    calendars: Mapping[int, str]
    people: Mapping[int, str]

    @property
    def names(self) -> Names:
        """The same as names only."""
        return Names(self.types, self.locations, self.calendars, self.people)


def teams(actor: Actor) -> Sequence[Team]:
    """The teams whose rules this person sets, in the order of the catalogue."""
    query = select(Team).order_by(Team.position, Team.id)
    return db.session.scalars(query if actor.admin else query.where(Team.id.in_(sorted(actor.lead_of)))).all()


def team(slug: str, *, actor: Actor) -> Team | None:
    """The team of that slug if its rules are theirs to set; None otherwise."""
    found = db.session.scalars(select(Team).where(Team.slug == slug)).first()
    return found if found is not None and actor.rules_over(found.id) else None


def policy(number: int, *, actor: Actor) -> Policy | None:
    """The rule of that number if it is theirs to set; None otherwise."""
    if number > LARGEST_NUMBER:
        return None
    found = db.session.get(Policy, number)
    return found if found is not None and actor.rules_over(found.team_id) else None


def rules(team_id: int) -> list[Rule]:
    """A team's rules in order, switched off ones too, each in its newest version."""
    author = aliased(Person)
    newest = (
        select(PolicyVersion.id, func.row_number().over(partition_by=Policy.id, order_by=_NEWEST).label("back"))
        .join(PolicyVersion.policy)
        .where(Policy.team_id == team_id)
        .subquery()
    )
    query = (
        select(Policy, PolicyVersion, Calendar.name, author.name)
        .join(PolicyVersion, PolicyVersion.policy_id == Policy.id)
        .join(newest, newest.c.id == PolicyVersion.id)
        .join(Calendar, PolicyVersion.calendar_id == Calendar.id)
        .outerjoin(author, PolicyVersion.author_id == author.id)
        .where(newest.c.back == 1)
        .order_by(Policy.position, Policy.id)
        .options(selectinload(PolicyVersion.targets))
    )
    found = db.session.execute(query).all()
    return [Rule(row[0], row[1], Promise.of(row[0], row[1]), n, row[2], row[3]) for n, row in enumerate(found, 1)]


def newest_version(policy_id: int) -> PolicyVersion:
    """What a rule promises as of its last edit."""
    query = select(PolicyVersion).where(PolicyVersion.policy_id == policy_id).order_by(*_NEWEST)
    return db.session.scalars(query.options(selectinload(PolicyVersion.targets)).limit(1)).one()


def choices(team_id: int) -> Choices:
    """What a rule of that team can point at."""
    types = db.session.execute(
        select(RequestType.id, RequestType.name, RequestType.retired_at)
        .where(RequestType.team_id == team_id)
        .order_by(RequestType.retired_at.is_not(None), RequestType.position, RequestType.id)
    ).all()
    return Choices(
        {row.id: row.name for row in types},
        frozenset(row.id for row in types if row.retired_at is not None),
        _pairs(select(Location.id, Location.name).order_by(Location.name)),
        calendars(),
        escalations(team_id),
    )


def names(team_id: int) -> Names:
    """The names a list of rules needs: of types, places and calendars."""
    types = select(RequestType.id, RequestType.name).where(RequestType.team_id == team_id)
    places = select(Location.id, Location.name)
    return Names(_pairs(types), _pairs(places), calendars(), {})


def calendars() -> dict[int, str]:
    """Every calendar of the desk, by name."""
    return _pairs(select(Calendar.id, Calendar.name).order_by(Calendar.name, Calendar.id))


def escalations(team_id: int) -> dict[int, str]:
    """Who can be told of a missed promise: the team's people, leads first, then those its leads report to."""
    boss = aliased(Person)
    members = db.session.execute(
        select(Person.id, Person.name, Membership.role, boss.id.label("boss_id"), boss.name.label("boss"), boss.active)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(boss, Person.line_manager_id == boss.id)
        .where(Membership.team_id == team_id, Person.active)
        .order_by(Person.name)
    ).all()
    ranked = sorted(members, key=lambda row: row.role is not TeamRole.LEAD)
    above = {row.boss_id: row.boss for row in ranked if row.role is TeamRole.LEAD and row.active}
    return {**{row.id: row.name for row in ranked}, **above}


def people(ids: Iterable[int | None]) -> dict[int, str]:
    """Names by id; no statement for nobody."""
    wanted = {number for number in ids if number is not None}
    return _pairs(select(Person.id, Person.name).where(Person.id.in_(wanted))) if wanted else {}


def calendar(calendar_id: int, *, now: datetime) -> BusinessCalendar | None:
    """The hours of a calendar in force at `now`; None where there is no such calendar."""
    if not 0 < calendar_id <= LARGEST_NUMBER:
        return None
    version = (
        select(CalendarVersion.id)
        .where(CalendarVersion.calendar_id == calendar_id, CalendarVersion.valid_from <= now)
        .order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
        .limit(1)
    )
    found = db.session.scalars(version).first()
    return sla.calendars([found])[found] if found is not None else None


def own_part(team_id: int) -> dict[Priority, int]:
    """What a team owes the desk while it holds a request: minutes by priority."""
    query = select(OlaTarget.priority, OlaTarget.minutes).where(OlaTarget.team_id == team_id)
    return {row.priority: row.minutes for row in db.session.execute(query)}


def history(team_id: int, *, limit: int = 3) -> Sequence[RuleChange]:
    """The last changes to a team's rules, newest first."""
    query = select(RuleChange).where(RuleChange.team_id == team_id).order_by(RuleChange.at.desc(), RuleChange.id.desc())
    return db.session.scalars(query.options(joinedload(RuleChange.actor)).limit(limit)).all()


def history_of(policy_id: int, *, limit: int = 2 * HISTORY) -> Sequence[RuleChange]:
    """The last changes to one rule, newest first."""
    query = select(RuleChange).where(RuleChange.policy_id == policy_id).order_by(RuleChange.id.desc())
    return db.session.scalars(query.options(joinedload(RuleChange.actor)).limit(limit)).all()


class VersionRow(NamedTuple):
    """A version of a rule in its history."""

    id: int
    valid_from: datetime
    author: str | None
    note: str


def versions(policy_id: int, *, limit: int = HISTORY) -> list[VersionRow]:
    """The versions of a rule, newest first."""
    query = (
        select(PolicyVersion.id, PolicyVersion.valid_from, Person.name, PolicyVersion.note)
        .outerjoin(Person, PolicyVersion.author_id == Person.id)
        .where(PolicyVersion.policy_id == policy_id)
        .order_by(*_NEWEST)
        .limit(limit)
    )
    return [VersionRow(*row) for row in db.session.execute(query)]


def fallback_of(team_id: int, *, besides: int = 0) -> str:
    """The name of another active rule of the team that holds for everything else; empty without one."""
    query = select(Policy.name).where(Policy.team_id == team_id, Policy.fallback, Policy.active, Policy.id != besides)
    return db.session.scalars(query.limit(1)).first() or ""


def task(number: int, *, actor: Actor) -> ClockTask | None:
    """A long count about a rule of theirs, or of a team of theirs; None otherwise."""
    found = db.session.get(ClockTask, number) if number <= LARGEST_NUMBER else None
    if found is None or found.calendar_id is not None:
        return None
    if found.policy_id is not None:
        return found if policy(found.policy_id, actor=actor) is not None else None
    return found if actor.rules_over(found.facts["team_id"]) else None


def keeping(policy_id: int, *, actor: Actor) -> int:
    """How many open requests this person may see count by an older version of a rule."""
    versions = select(PolicyVersion.id).where(PolicyVersion.policy_id == policy_id).order_by(*_NEWEST).offset(1)
    older = db.session.scalars(versions).all()
    if not older:
        return 0
    clocks = select(Clock.id).where(
        Clock.ticket_id == Ticket.id, Clock.state.in_(_UNDECIDED), Clock.policy_version_id.in_(older)
    )
    # Named outright, the teams lead the database to the index of open tickets.
    query = select(func.count(Ticket.id)).where(OPEN, Ticket.team_id.in_(select(Team.id)), clocks.exists())
    return db.session.scalar(query.where(visible_tickets(actor))) or 0


def _pairs(query: Select[int, str]) -> dict[int, str]:
    return {row[0]: row[1] for row in db.session.execute(query)}
