"""Read what is promised, the clocks of a ticket, and what is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, literal, or_, select
from sqlalchemy.orm import aliased, selectinload

from internaldesk.core import hours
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, first_match
from internaldesk.core.sla import Clocks, Event, rebuild
from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.sla import Clock, ClockEvent, OlaTarget, Policy, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.sla.memory import remembered
from internaldesk.sla.versions import (
    Terms,
    calendars,
    current_version,
    current_versions,
    in_force,
    minutes,
    other_versions,
    rules_at,
    terms,
    versions_at,
)

__all__ = [
    "TeamRule", "Terms", "asked_by", "calendars", "clocks", "current_version", "current_versions", "due_clocks",
    "events", "folded", "holding", "late", "minutes", "other_versions", "policy_for", "preview", "rules_at",
    "rules_of", "share_used", "something_due", "terms", "to_warn", "wakeful", "warnable",
]  # fmt: skip


class TeamRule(NamedTuple):
    """An active policy of a team with the version in force."""

    policy_id: int
    name: str
    condition: Mapping[str, Any]
    fallback: bool
    version_id: int


def policy_for(team_id: int, asked: Asked, *, now: datetime) -> Terms | None:
    """What the first policy of the type's team that matches promises at `now`; None where nothing is promised."""
    found = first_match(_rules(team_id, asked.priority, now=now), asked)
    return terms([found.version_id])[found.version_id] if found else None


def rules_of(team_id: int, *, now: datetime) -> Sequence[TeamRule]:
    """A team's active policies in order, each in the version in force at `now`."""
    return _rules(team_id, None, now=now)


def holding(team: Team, priority: Priority, *, now: datetime) -> tuple[int, int | None]:
    """While a team has a ticket: the version of its hours in force, and its own allowance in minutes, if it has one."""
    known, own = versions_at(now), _own(team.id)
    if team.calendar_id not in known or priority not in own:
        row = db.session.execute(
            select(in_force(team.calendar_id, now=now).label("version"), _allowance(team.id, priority).label("own"))
        ).one()
        known[team.calendar_id], own[priority] = row.version, row.own
    return known[team.calendar_id], own[priority]


def _rules(team_id: int, priority: Priority | None, *, now: datetime) -> Sequence[TeamRule]:
    return remembered((Policy, team_id, priority, now), lambda: _read_rules(team_id, priority, now=now))


def _read_rules(team_id: int, priority: Priority | None, *, now: datetime) -> Sequence[TeamRule]:
    """The policies and, since whoever asks for one needs them next, the versions of hours and the team's allowance."""
    newer = aliased(PolicyVersion)
    newest = (
        select(newer.id)
        .where(newer.policy_id == Policy.id, newer.valid_from <= now)
        .order_by(newer.valid_from.desc(), newer.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Policy.id, Policy.name, Policy.condition, Policy.fallback, PolicyVersion.id.label("version_id"))
        .add_columns(PolicyVersion.calendar_id, in_force(PolicyVersion.calendar_id, now=now).label("calendar_version"))
        .add_columns(Team.calendar_id.label("team_calendar"), in_force(Team.calendar_id, now=now).label("team_version"))
        .add_columns(_allowance(team_id, priority).label("own"))
        .join(Team, Policy.team_id == Team.id)
        .join(PolicyVersion, PolicyVersion.id == newest)
        .where(Policy.active, Policy.team_id == team_id)
        .order_by(Policy.position, Policy.id)
    )
    rows = db.session.execute(query).all()
    for row in rows:
        versions_at(now).update({row.calendar_id: row.calendar_version, row.team_calendar: row.team_version})
        if priority is not None:
            _own(team_id)[priority] = row.own
    return [TeamRule(*row[:5]) for row in rows]


def _allowance(team_id: int, priority: Priority | None) -> ScalarSelect[int]:
    own = select(OlaTarget.minutes).where(OlaTarget.team_id == team_id, OlaTarget.priority == priority)
    return own.scalar_subquery()


def _own(team_id: int) -> dict[Priority, int | None]:
    """What this transaction knows of a team's own allowances."""
    return remembered((OlaTarget, team_id), dict[Priority, int | None])


def asked_by(ticket: Ticket) -> Asked:
    """What conditions may look at, of a ticket."""
    return Asked(ticket.request_type_id, ticket.priority, ticket.customer_waiting, ticket.location_id)


def events(ticket_id: int) -> list[tuple[ClockEvent, Event]]:
    """The clock events of a ticket in the order of its log."""
    rows = db.session.scalars(select(ClockEvent).where(ClockEvent.ticket_id == ticket_id).order_by(ClockEvent.seq))
    return [(row, Event.from_dict({**row.payload, "at": row.at, "type": row.kind, "seq": row.seq})) for row in rows]


def folded(ticket_id: int) -> Clocks:
    """The clocks of a ticket, rebuilt from its log."""
    log = [event for _, event in events(ticket_id)]
    return rebuild(log, rules_at(log))


def clocks(ticket_id: int, *, segments: bool = False) -> Sequence[Clock]:
    """The stored clocks of a ticket, in the order they started; with their segments if asked."""
    query = select(Clock).where(Clock.ticket_id == ticket_id).order_by(Clock.started_at, Clock.id)
    return db.session.scalars(query.options(selectinload(Clock.segments)) if segments else query).all()


def share_used(ticket: Any, *, known: Mapping[int, BusinessCalendar], now: datetime) -> int:
    """How much of the next promise's time is used, 0 to 100, floored; needs only columns of a list row."""
    if not ticket.next_seconds or ticket.queue_at <= now:
        return 100
    left = hours.elapsed(known[ticket.next_calendar_version_id], now, ticket.queue_at)
    share: int = 100 - -(-int(left.total_seconds()) * 100 // ticket.next_seconds)
    return max(0, share)


def preview(version: Terms | PolicyVersion, priority: Priority, *, now: datetime) -> dict[Target, tuple[datetime, int]]:
    """If filed now: the due instant and the business minutes of first response and resolution."""
    cal_id = current_version(version.calendar_id, now=now)
    cal = calendars([cal_id])[cal_id]
    promised = minutes(version, priority)
    wanted = (Target.FIRST_RESPONSE, Target.RESOLUTION)
    found = {target: promised[target.value] for target in wanted if target.value in promised}
    return {target: (hours.add(cal, now, timedelta(minutes=count)), count) for target, count in found.items()}


def something_due(*, now: datetime) -> bool:
    """Whether a sweep would find anything to do."""
    due = (_waits_until(now), late(now), _warned_by(now))
    return bool(db.session.scalar(select(or_(*(exists().where(part) for part in due)))))


def wakeful(*, now: datetime, limit: int) -> list[int]:
    """Ids of tickets whose agreed date has come."""
    query = select(Ticket.id).where(_waits_until(now)).order_by(Ticket.status_until).limit(limit)
    return list(db.session.scalars(query))


def due_clocks(*, now: datetime, limit: int) -> list[int]:
    """Ids of tickets with a running promise that has passed its due instant and is not recorded as missed."""
    query = select(Clock.ticket_id).where(late(now)).order_by(Clock.due_at).limit(limit)
    return list(dict.fromkeys(db.session.scalars(query)))


def warnable(*, now: datetime, limit: int) -> list[int]:
    """Ids of tickets with a running promise of which a warning has come and was not given."""
    query = select(Clock.ticket_id).where(_warned_by(now)).order_by(Clock.warn_at).limit(limit)
    return list(dict.fromkeys(db.session.scalars(query)))


def late(now: datetime) -> ColumnElement[bool]:
    """What makes a clock missed that is not recorded so yet."""
    return and_(_live(), Clock.due_at < now)


def to_warn(now: datetime) -> ColumnElement[bool]:
    """What makes a clock one to warn of; what is late already is told as missed instead."""
    return and_(_warned_by(now), Clock.due_at >= now)


def _warned_by(now: datetime) -> ColumnElement[bool]:
    """Looked for without the due instant, whose index would have every promise ahead read."""
    return and_(_live(), Clock.warn_at <= now)


def _live() -> ColumnElement[bool]:
    """As the partial indexes say it: a value bound later would hide from the planner that they fit."""
    running = literal(ClockState.RUNNING, Clock.state.type, literal_execute=True)
    return and_(Clock.state == running, Clock.breached_at.is_(None))


def _waits_until(now: datetime) -> ColumnElement[bool]:
    waiting = literal(Status.WAITING, Ticket.status.type, literal_execute=True)
    return and_(Ticket.status == waiting, Ticket.status_until <= now)
