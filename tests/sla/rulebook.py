"""Edited promises and hours, as administrators leave them behind."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked
from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, OlaTarget, PolicyTarget, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries
from tests import make


def in_force(ticket: Ticket, *, now: datetime) -> PolicyVersion:
    """The policy version that a ticket like this would be promised by."""
    return _found(ticket.request_type.team_id, queries.asked_by(ticket), now)


def promised(path: str, *, now: datetime, priority: Priority = Priority.MEDIUM) -> PolicyVersion:
    """The policy version in force for requests of the type at "team/type"."""
    kind = make.request_type(path)
    return _found(kind.team_id, Asked(kind.id, priority), now)


def _found(team_id: int, asked: Asked, now: datetime) -> PolicyVersion:
    found = queries.policy_for(team_id, asked, now=now)
    assert found is not None
    return db.session.get_one(PolicyVersion, found.id)


def edited(
    version: PolicyVersion, *, since: datetime, minutes: dict[str, int] | None = None, **terms: Any
) -> PolicyVersion:
    """A newer version of a policy, with other minutes for some targets at every priority, or other terms; kept."""
    kept = ("policy_id", "calendar_id", "follow_team", "on_reopen", "at_risk_percent", "warn_minutes", "pause_on")
    newer = PolicyVersion(**{name: getattr(version, name) for name in kept} | terms, valid_from=since)
    newer.targets = [
        PolicyTarget(priority=goal.priority, target=goal.target, minutes=(minutes or {}).get(goal.target, goal.minutes))
        for goal in version.targets
    ]
    db.session.add(newer)
    db.session.commit()
    return newer


def owes(team: str, minutes: int, priority: Priority = Priority.MEDIUM) -> None:
    """Let a team owe the desk its part within so many minutes; kept."""
    db.session.merge(OlaTarget(team_id=make.team(team).id, priority=priority, minutes=minutes))
    db.session.commit()


def closed_on(calendar_id: int, day: date, *, since: datetime) -> CalendarVersion:
    """A newer version of a calendar in which a whole day is closed; kept."""
    query = select(CalendarVersion).where(
        CalendarVersion.calendar_id == calendar_id, CalendarVersion.valid_from <= since
    )
    before = db.session.scalars(query.order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc())).first()
    assert before is not None
    newer = CalendarVersion(calendar_id=calendar_id, zone=before.zone, hours=before.hours, valid_from=since)
    newer.exceptions = [
        CalendarException(day=part.day, from_min=part.from_min, to_min=part.to_min, opening=part.opening)
        for part in before.exceptions
    ]
    newer.exceptions.append(CalendarException(day=day, from_min=0, to_min=1440))
    db.session.add(newer)
    db.session.commit()
    return newer


def minutes_of(ticket: Ticket, target: str, *, now: datetime) -> int:
    """What is promised to a ticket like this one."""
    return queries.minutes(in_force(ticket, now=now), ticket.priority)[target]
