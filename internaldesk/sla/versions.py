"""Versions of hours and of promises: each read once, and the rules that hold at each event of a log."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import selectinload

from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import clock_time
from internaldesk.core.priority import Priority
from internaldesk.core.sla import DEFAULT_PAUSE_ON, Event, Rules, standing
from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, PolicyVersion
from internaldesk.sla.memory import remembered, versions

_WHOLE = 1440
_USUAL_RISK = Fraction(3, 4)


class Goal(NamedTuple):
    """The allowance of one target at one priority, in business minutes."""

    priority: Priority
    target: Target
    minutes: int


class HasGoals(Protocol):
    """What a policy version promises, as a row or as terms."""

    @property
    def targets(self) -> Iterable[Any]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy version as it is for ever, apart from any session."""

    id: int
    policy_id: int
    calendar_id: int
    follow_team: bool
    on_reopen: str
    at_risk_percent: int
    warn_minutes: int | None
    pause_on: Mapping[Target, frozenset[str]]
    targets: tuple[Goal, ...]


def calendars(version_ids: Iterable[int | None]) -> dict[int, BusinessCalendar]:
    """The calendars of these versions, by id; at most one statement, and none once they are known."""
    known = versions(BusinessCalendar)
    wanted = {number for number in version_ids if number is not None}
    missing = wanted - known.keys()
    if missing:
        query = select(CalendarVersion).where(CalendarVersion.id.in_(missing))
        for row in db.session.scalars(query.options(selectinload(CalendarVersion.exceptions))):
            known[row.id] = _parsed(row)
    return {number: known[number] for number in wanted}


def terms(version_ids: Iterable[int]) -> dict[int, Terms]:
    """What these policy versions promise, by id; no statement once they are known."""
    known = versions(Terms)
    wanted = set(version_ids)
    missing = wanted - known.keys()
    if missing:
        query = select(PolicyVersion).where(PolicyVersion.id.in_(missing)).options(selectinload(PolicyVersion.targets))
        for row in db.session.scalars(query.execution_options(populate_existing=True)):
            known[row.id] = _terms(row)
    return {number: known[number] for number in wanted}


def minutes(version: HasGoals, priority: Priority) -> dict[str, int]:
    """What a policy version promises at a priority: business minutes by target."""
    return {goal.target.value: goal.minutes for goal in version.targets if goal.priority is priority}


def in_force(calendar_id: Any, *, now: datetime) -> ScalarSelect[int]:
    """The id of the calendar version in force at `now`, as a part of a statement."""
    version = (
        select(CalendarVersion.id)
        .where(CalendarVersion.calendar_id == calendar_id, CalendarVersion.valid_from <= now)
        .order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())
    )
    return version.limit(1).scalar_subquery()


def current_version(calendar_id: int, *, now: datetime) -> int:
    """The id of the calendar version in force at `now`."""
    return current_versions([calendar_id], now=now)[calendar_id]


def current_versions(calendar_ids: Iterable[int], *, now: datetime) -> dict[int, int]:
    """The version in force at `now` of each calendar, in at most one statement."""
    known, wanted = versions_at(now), set(calendar_ids)
    missing = wanted - known.keys()
    if missing:
        query = (
            select(CalendarVersion.calendar_id, CalendarVersion.id)
            .where(CalendarVersion.calendar_id.in_(missing), CalendarVersion.valid_from <= now)
            .order_by(CalendarVersion.valid_from, CalendarVersion.id)
        )
        known.update((row.calendar_id, row.id) for row in db.session.execute(query))
    return {number: known[number] for number in wanted if number in known}


def other_versions(version_id: int) -> tuple[int, ...]:
    """The ids of all other versions of the same calendar, oldest first."""
    this = select(CalendarVersion.calendar_id).where(CalendarVersion.id == version_id).scalar_subquery()
    query = select(CalendarVersion.id).where(CalendarVersion.calendar_id == this, CalendarVersion.id != version_id)
    read = query.order_by(CalendarVersion.id)
    return remembered((CalendarVersion, "besides", version_id), lambda: tuple(db.session.scalars(read)))


def versions_at(now: datetime) -> dict[int, int]:
    """What this transaction knows of the calendar versions in force at `now`, by calendar."""
    return remembered((CalendarVersion, now), dict[int, int])


def rules_at(log: Sequence[Event]) -> Callable[[Event], Rules]:
    """The rules in force at each event of a log: of the policy version last named by then, not of the newest."""
    known = calendars(ref for event in log for ref in _calendar_refs(event))
    named = terms({event.policy_version for event in log if event.policy_version is not None})
    found: dict[int | None, Rules] = {}
    version = None
    counted = {event.seq for event in standing(log)}
    for event in log:
        if event.policy_version is not None and event.seq in counted:
            version = named[event.policy_version]
        found[event.seq] = rules(version, known, first=_first_calendar(log))
    return lambda event: found[event.seq]


def rules(version: Terms | None, known: Mapping[int, BusinessCalendar], *, first: int) -> Rules:
    """What the core needs to fold an event under a policy version; `first` is the calendar the ticket began on."""
    if version is None:
        return Rules(calendar=known[first], targets={}, at_risk_share=_USUAL_RISK, calendars=known)
    return Rules(
        calendar=known[first],
        targets={},
        pause_on=version.pause_on,
        at_risk_share=Fraction(version.at_risk_percent, 100),
        on_reopen=version.on_reopen,
        follow_team=version.follow_team,
        calendars=known,
        warn_seconds=None if version.warn_minutes is None else version.warn_minutes * 60,
    )


def _first_calendar(log: Sequence[Event]) -> int:
    number = log[0].calendar
    assert isinstance(number, int)
    return number


def _calendar_refs(event: Event) -> list[int]:
    return [ref for ref in (event.calendar, event.team_calendar) if isinstance(ref, int)]


def _terms(row: PolicyVersion) -> Terms:
    own = {Target(name): frozenset(reasons) for name, reasons in (row.pause_on or {}).items()}
    return Terms(
        id=row.id,
        policy_id=row.policy_id,
        calendar_id=row.calendar_id,
        follow_team=row.follow_team,
        on_reopen=row.on_reopen,
        at_risk_percent=row.at_risk_percent,
        warn_minutes=row.warn_minutes,
        pause_on={**DEFAULT_PAUSE_ON, **own},
        targets=tuple(Goal(goal.priority, goal.target, goal.minutes) for goal in row.targets),
    )


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
