"""Read calendars: their versions, who uses them, what became of changes, and how many open requests count by them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import joinedload, selectinload

from internaldesk.calendars.schedule import Closure, Opening, Schedule
from internaldesk.core import hours_text
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.db import db
from internaldesk.models.people import Person, Team
from internaldesk.models.sla import (
    Calendar,
    CalendarException,
    CalendarVersion,
    Clock,
    ClockTask,
    Policy,
    PolicyVersion,
    RuleChange,
)
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.sla.errands import OPEN

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""From when the first version of a calendar holds: no instant is without hours."""
RUNNING = ("running", "paused")
SHOWN = 12


class Rule(NamedTuple):
    """A promise that counts by a calendar, and the team that keeps it."""

    name: str
    team_id: int
    team: str


@dataclass(slots=True)
class Use:
    """Who counts by a calendar: teams as their own hours, and rules of teams, as they are in force."""

    teams: dict[int, str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)

    @property
    def everybody(self) -> dict[int, str]:
        """All teams concerned, by id."""
        return {**self.teams, **{rule.team_id: rule.team for rule in self.rules}}

    def changeable_by(self, actor: Actor) -> bool:
        """Whether they may change it: administrators, and who leads every team that uses it."""
        return actor.sets_rules and all(actor.rules_over(team_id) for team_id in self.everybody)

    @property
    def why_not(self) -> str:
        """Why somebody may only read a calendar."""
        teams = list(self.everybody.values())
        if not teams:
            return "Leads and administrators change calendars."
        named = " and ".join(filter(None, [", ".join(teams[:-1]), teams[-1]]))
        verb, whose = ("counts", "it") if len(teams) == 1 else ("count", "both" if len(teams) == 2 else "all of them")
        return f"{named} {verb} by these hours: whoever leads {whose}, or an administrator, can change them."


class Shown(NamedTuple):
    """A calendar with the version in force."""

    row: Calendar
    version: CalendarVersion
    schedule: Schedule
    calendar: BusinessCalendar


class Line(NamedTuple):
    """A line of a calendar's history: when, who, what in words, and why."""

    at: datetime | None
    who: str
    words: str
    note: str = ""


def all_calendars(*, now: datetime) -> list[Shown]:
    """Every calendar by name, each in the version in force."""
    return _shown(select(Calendar).order_by(func.lower(Calendar.name), Calendar.id), now)


def found(calendar_id: int, *, now: datetime) -> Shown | None:
    """One calendar in the version in force; None where there is no such."""
    return next(iter(_shown(select(Calendar).where(Calendar.id == calendar_id), now)), None)


def names() -> dict[int, str]:
    """What calendars are called, by id."""
    return {row.id: row.name for row in db.session.execute(select(Calendar.id, Calendar.name))}


def slugs() -> set[str]:
    """The short names in use."""
    return set(db.session.scalars(select(Calendar.slug)))


def uses(calendar_ids: Collection[int], *, now: datetime) -> dict[int, Use]:
    """Who counts by these calendars now."""
    result = {number: Use() for number in calendar_ids}
    teams = select(Team.id, Team.name, Team.calendar_id).where(Team.calendar_id.in_(result)).order_by(Team.position)
    for team_id, name, calendar_id in db.session.execute(teams):
        result[calendar_id].teams[team_id] = name
    newest = (
        func.row_number()
        .over(partition_by=PolicyVersion.policy_id, order_by=(PolicyVersion.valid_from.desc(), PolicyVersion.id.desc()))
        .label("newest")
    )
    versions = (
        select(PolicyVersion.policy_id, PolicyVersion.calendar_id, newest)
        .where(PolicyVersion.valid_from <= now)
        .subquery()
    )
    rules = (
        select(versions.c.calendar_id, Policy.name, Policy.team_id, Team.name)
        .join_from(versions, Policy, Policy.id == versions.c.policy_id)
        .join(Team, Team.id == Policy.team_id)
        .where(versions.c.newest == 1, versions.c.calendar_id.in_(result), Policy.active)
        .order_by(Team.position, Policy.position, Policy.id)
    )
    for calendar_id, *rule in db.session.execute(rules):
        result[calendar_id].rules.append(Rule(*rule))
    return result


def open_requests(calendar_id: int) -> int:
    """How many open requests count by a calendar, confidential cases apart: what a change of it moves."""
    versions = select(CalendarVersion.id).where(CalendarVersion.calendar_id == calendar_id)
    query = (
        select(func.count(distinct(Clock.ticket_id)))
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(OPEN, Ticket.confidentiality != Confidentiality.CASE)
        .where(Clock.state.in_(RUNNING), Clock.calendar_version_id.in_(versions))
    )
    return db.session.scalar(query) or 0


def history(calendar_id: int, *, limit: int | None = SHOWN) -> tuple[list[Line], int]:
    """The newest lines of a calendar's history, and how many there are in all.

    The first version is the last line where nobody wrote it down: the desk came with it.
    """
    changes = select(RuleChange.at, RuleChange.words, Person.name).outerjoin(Person, Person.id == RuleChange.actor_id)
    changes = changes.where(RuleChange.calendar_id == calendar_id).order_by(RuleChange.id.desc())
    versions = (
        select(CalendarVersion.valid_from, CalendarVersion.note, Person.name)
        .outerjoin(Person, Person.id == CalendarVersion.author_id)
        .where(CalendarVersion.calendar_id == calendar_id)
        .order_by(CalendarVersion.id.desc())
    )
    rows, made = db.session.execute(changes).all(), db.session.execute(versions).all()
    lines = _lines(rows, made)
    return lines[:limit], len(lines)


def _lines(changes: Sequence[Any], versions: Sequence[Any]) -> list[Line]:
    """What was written down, with why; and the versions the desk itself began with."""
    notes = {at: note for at, note, _ in versions}
    if changes:
        notes.setdefault(changes[-1].at, notes.get(BEGINNING, ""))
    lines = [Line(at, who or "The desk", words, notes.get(at, "")) for at, words, who in changes]
    told = {line.at for line in lines}
    for at, note, who in versions:
        if at > BEGINNING and at not in told:
            lines.append(Line(at, who or "The desk", "These hours came into force", note))
        elif at == BEGINNING and who is None:
            lines.append(Line(None, "The desk", "These hours came into force", note))
    return lines


def tasks(calendar_id: int, *, limit: int = 3) -> Sequence[ClockTask]:
    """The newest work on clocks that changes of this calendar asked for."""
    query = select(ClockTask).where(ClockTask.calendar_id == calendar_id).order_by(ClockTask.id.desc()).limit(limit)
    return db.session.scalars(query.options(joinedload(ClockTask.asked_by))).all()


def _shown(query: Select[Calendar], now: datetime) -> list[Shown]:
    rows = db.session.scalars(query).all()
    current = sla.current_versions([row.id for row in rows], now=now)
    versions = select(CalendarVersion).where(CalendarVersion.id.in_(current.values()))
    by_id = {row.id: row for row in db.session.scalars(versions.options(selectinload(CalendarVersion.exceptions)))}
    known = sla.calendars(by_id)
    return [
        Shown(row, version, schedule_of(version), known[version.id])
        for row in rows
        if (version := by_id.get(current.get(row.id, 0)))
    ]


def schedule_of(version: CalendarVersion) -> Schedule:
    """What a stored version says."""
    opened: dict[date, list[CalendarException]] = {}
    for part in version.exceptions:
        if part.opening:
            opened.setdefault(part.day, []).append(part)
    return Schedule(
        zone=version.zone,
        week=hours_text.week(version.hours),
        closures=tuple(Closure(p.day, p.from_min, p.to_min, p.label) for p in version.exceptions if not p.opening),
        openings=tuple(
            Opening(day, tuple(sorted((part.from_min, part.to_min) for part in parts)), parts[0].label)
            for day, parts in opened.items()
        ),
    ).ordered()
