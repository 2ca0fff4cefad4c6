"""Read calendars, policies, clocks and what is due; calendar versions never change, so they are read once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload

from internaldesk.core import hours
from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import clock_time
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, first_match
from internaldesk.core.sla import DEFAULT_PAUSE_ON, Clocks, Event, Rules, rebuild
from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, Clock, ClockEvent, Policy, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.sla.memory import edited, kept_here, remembered

_calendars: WeakKeyDictionary[Engine, dict[int, BusinessCalendar]] = WeakKeyDictionary()
_WHOLE = 1440


def calendars(version_ids: Iterable[int | None]) -> dict[int, BusinessCalendar]:
    """The calendars of these versions, by id; at most one statement, and none once they are known."""
    known = kept_here() if edited() else _calendars.setdefault(db.engine, {})
    wanted = {number for number in version_ids if number is not None}
    missing = wanted - known.keys()
    if missing:
        query = select(CalendarVersion).where(CalendarVersion.id.in_(missing))
        for row in db.session.scalars(query.options(selectinload(CalendarVersion.exceptions))):
            known[row.id] = _parsed(row)
    return {number: known[number] for number in wanted}


def current_version(calendar_id: int, *, now: datetime) -> int:
    """The id of the calendar version in force at `now`."""
    versions = remembered((CalendarVersion, calendar_id), lambda: _versions(calendar_id))
    return next(number for valid_from, number in versions if valid_from <= now)


def _versions(calendar_id: int) -> list[tuple[datetime, int]]:
    """From when each version of a calendar holds, newest first."""
    query = (
        select(CalendarVersion.valid_from, CalendarVersion.id)
        .where(CalendarVersion.calendar_id == calendar_id)
        .order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
    )
    return [(row.valid_from, row.id) for row in db.session.execute(query)]


def current_versions(calendar_ids: Iterable[int], *, now: datetime) -> dict[int, int]:
    """The version in force at `now` of each calendar, in one statement."""
    query = (
        select(CalendarVersion.calendar_id, CalendarVersion.id)
        .where(CalendarVersion.calendar_id.in_(set(calendar_ids)), CalendarVersion.valid_from <= now)
        .order_by(CalendarVersion.valid_from, CalendarVersion.id)
    )
    return {row.calendar_id: row.id for row in db.session.execute(query)}


def policy_for(team_id: int, asked: Asked, *, now: datetime) -> PolicyVersion | None:
    """The version in force of the first policy of the type's team that matches; None where nothing is promised."""
    found = first_match(rules_of(team_id, now=now), asked)
    return db.session.get(PolicyVersion, found.version_id) if found else None


class TeamRule(NamedTuple):
    """An active policy of a team with the version in force."""

    policy_id: int
    name: str
    condition: Mapping[str, Any]
    fallback: bool
    version_id: int


def rules_of(team_id: int, *, now: datetime) -> list[TeamRule]:
    """A team's active policies in order, each in the version in force at `now`."""
    versions = remembered((Policy, team_id), lambda: _policies(team_id))
    found: dict[int, TeamRule] = {}
    for valid_from, rule in versions:
        if valid_from <= now:
            found.setdefault(rule.policy_id, rule)
    return list(found.values())


def _policies(team_id: int) -> list[tuple[datetime, TeamRule]]:
    """Every version of a team's active policies, the one that counts first in front."""
    query = (
        select(Policy.id, Policy.name, Policy.condition, Policy.fallback, PolicyVersion.id, PolicyVersion.valid_from)
        .join(PolicyVersion, PolicyVersion.policy_id == Policy.id)
        .where(Policy.active, Policy.team_id == team_id)
        .order_by(Policy.position, Policy.id, PolicyVersion.valid_from.desc(), PolicyVersion.id.desc())
    )
    return [(row[5], TeamRule(*row[:5])) for row in db.session.execute(query)]


def asked_by(ticket: Ticket) -> Asked:
    """What conditions may look at, of a ticket."""
    return Asked(ticket.request_type_id, ticket.priority, ticket.customer_waiting, ticket.location_id)


def minutes(version: PolicyVersion, priority: Priority) -> dict[str, int]:
    """What a policy version promises at a priority: business minutes by target."""
    return {row.target.value: row.minutes for row in version.targets if row.priority is priority}


def events(ticket_id: int) -> list[tuple[ClockEvent, Event]]:
    """The clock events of a ticket in the order of its log."""
    rows = db.session.scalars(select(ClockEvent).where(ClockEvent.ticket_id == ticket_id).order_by(ClockEvent.seq))
    return [(row, Event.from_dict({**row.payload, "at": row.at, "type": row.kind, "seq": row.seq})) for row in rows]


def rules(version: PolicyVersion | None, log: Sequence[Event], extra: Event | None = None) -> Rules:
    """What the core needs to fold a log: the policy version and every calendar its events name."""
    named = [ref for event in (*log, *([extra] if extra else [])) for ref in _calendar_refs(event)]
    known = calendars(named)
    first = log[0] if log else extra
    assert first is not None
    assert isinstance(first.calendar, int)
    return Rules(
        calendar=known[first.calendar],
        targets={},
        pause_on=_pause_on(version),
        at_risk_share=Fraction(version.at_risk_percent if version else 75, 100),
        on_reopen=version.on_reopen if version else "continue",
        follow_team=bool(version and version.follow_team),
        calendars=known,
    )


def folded(ticket_id: int) -> Clocks:
    """The clocks of a ticket, rebuilt from its log."""
    log = [event for _, event in events(ticket_id)]
    return rebuild(log, rules(version_of(log), log))


def version_of(log: Sequence[Event]) -> PolicyVersion | None:
    """The policy version a log counts by: the last one it names."""
    named = [event.policy_version for event in log if event.policy_version is not None]
    return db.session.get(PolicyVersion, named[-1]) if named else None


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


def due_clocks(*, now: datetime, limit: int) -> list[int]:
    """Ids of tickets with a running promise that has passed its due instant and is not recorded as missed."""
    query = (
        select(Clock.ticket_id)
        .where(Clock.state == "running", Clock.breached_at.is_(None), Clock.due_at < now)
        .order_by(Clock.due_at)
        .limit(limit)
    )
    return list(dict.fromkeys(db.session.scalars(query)))


def wakeful(*, now: datetime, limit: int) -> list[int]:
    """Ids of tickets whose agreed date has come."""
    query = (
        select(Ticket.id)
        .where(Ticket.status == "waiting", Ticket.status_until <= now)
        .order_by(Ticket.status_until)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def preview(version: PolicyVersion, priority: Priority, *, now: datetime) -> dict[Target, tuple[datetime, int]]:
    """If filed now: the due instant and the business minutes of first response and resolution."""
    cal_id = current_version(version.calendar_id, now=now)
    cal = calendars([cal_id])[cal_id]
    promised = minutes(version, priority)
    wanted = (Target.FIRST_RESPONSE, Target.RESOLUTION)
    found = {target: promised[target.value] for target in wanted if target.value in promised}
    return {target: (hours.add(cal, now, timedelta(minutes=count)), count) for target, count in found.items()}


def _pause_on(version: PolicyVersion | None) -> Mapping[Target, frozenset[str]]:
    own = (version.pause_on if version else None) or {}
    return {**DEFAULT_PAUSE_ON, **{Target(name): frozenset(reasons) for name, reasons in own.items()}}


def _calendar_refs(event: Event) -> list[int]:
    return [ref for ref in (event.calendar, event.team_calendar) if isinstance(ref, int)]


def _parsed(row: CalendarVersion) -> BusinessCalendar:
    closed = [_closure(part) for part in row.exceptions if not part.opening]
    opened: dict[str, list[list[str]]] = {}
    for part in row.exceptions:
        if part.opening:
            opened.setdefault(part.day.isoformat(), []).append([clock_time(part.from_min), clock_time(part.to_min)])
    spec = {
        "timezone": row.zone,
        "hours": row.hours,
        "holidays": closed,
        "openings": [{"date": day, "hours": windows} for day, windows in opened.items()],
    }
    return BusinessCalendar.parse(spec, version=row.id)


def _closure(part: CalendarException) -> object:
    if (part.from_min, part.to_min) == (0, _WHOLE):
        return part.day.isoformat()
    return {"date": part.day.isoformat(), "from": clock_time(part.from_min), "to": clock_time(part.to_min)}
