"""Put the default catalogue into the database, count how it is used, and take its pulse."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.catalogue import checklists, content
from internaldesk.catalogue.content import TeamSpec, TypeSpec
from internaldesk.core import hours, questions
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.figures import nearest_rank
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.db import db
from internaldesk.models.catalogue import Audience, FormVersion, RequestType, TypePulse, TypeUse
from internaldesk.models.people import Location, Team
from internaldesk.models.sla import (
    Calendar,
    CalendarException,
    CalendarVersion,
    Clock,
    Policy,
    PolicyTarget,
    PolicyVersion,
)

ALWAYS = "always"
PULSE_OVER = timedelta(days=91)
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_HALF, _NINE_IN_TEN = Fraction(1, 2), Fraction(9, 10)


def load_defaults(*, now: datetime, timezone: str = "Europe/London") -> int:
    """Create what is missing of the default teams, types, calendars and promises; returns how many types are new.

    What exists already is left as it is, so that a second `init` never undoes what a team lead changed.
    """
    if db.session.scalars(select(Location).limit(1)).first() is None:
        db.session.add(Location(slug="head-office", name="Head office", timezone=timezone))
    calendars = {row.slug: row for row in db.session.scalars(select(Calendar))}
    always = _calendar(calendars, ALWAYS, "Around the clock", content.AROUND_THE_CLOCK)
    teams = content.load()
    new = sum(_load_team(spec, position, calendars, always, now) for position, spec in enumerate(teams))
    checklists.load(teams, now=now)
    return new


def count_use(request_type_id: int, *, location_id: int) -> None:
    """Count one more filing of a type from a place."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(TypeUse).values(location_id=location_id, request_type_id=request_type_id, uses=1)
    again = {"uses": TypeUse.uses + 1}
    db.session.execute(row.on_conflict_do_update(index_elements=["location_id", "request_type_id"], set_=again))


def take_pulse(*, now: datetime) -> int:
    """Work out the usual time to a first reply per type, over 13 weeks; returns how many types have one.

    Cases have no pulse: how they fare is known only inside their group.
    """
    answered = _first_replies(since=now - PULSE_OVER)
    known = {row.request_type_id: row for row in db.session.scalars(select(TypePulse))}
    for type_id, seconds in answered.items():
        row = known.get(type_id) or TypePulse(request_type_id=type_id)
        row.answered, row.computed_at = len(seconds), now
        row.median_seconds = int(nearest_rank(seconds, _HALF) or 0)
        row.p90_seconds = int(nearest_rank(seconds, _NINE_IN_TEN) or 0)
        db.session.add(row)
    return len(answered)


def _first_replies(*, since: datetime) -> Mapping[int, list[int]]:
    query = (
        select(Clock.decided_type_id, Clock.used_seconds)
        .join(RequestType, Clock.decided_type_id == RequestType.id)
        .where(Clock.target == Target.FIRST_RESPONSE, Clock.stopped_at >= since, Clock.state == ClockState.STOPPED)
        .where(RequestType.confidentiality != Confidentiality.CASE)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for type_id, seconds in db.session.execute(query):
        if type_id is not None:
            found[type_id].append(seconds)
    return found


def _load_team(spec: TeamSpec, position: int, calendars: dict[str, Calendar], always: Calendar, now: datetime) -> int:
    calendar = _calendar(calendars, spec.slug, f"{spec.name} hours", spec.hours)
    team = db.session.scalars(select(Team).where(Team.slug == spec.slug)).first()
    if team is None:
        team = Team(slug=spec.slug, name=spec.name, icon=spec.icon, position=position, hotline=spec.phone)
        team.calendar_id = calendar.id
        db.session.add(team)
        db.session.flush()
    known = set(db.session.scalars(select(RequestType.slug).where(RequestType.team_id == team.id)))
    missing = [(place, kind) for place, kind in enumerate(spec.types) if kind.slug not in known]
    for place, kind in missing:
        _load_type(kind, team, place, always=always, now=now)
    return len(missing)


def _load_type(spec: TypeSpec, team: Team, position: int, *, always: Calendar, now: datetime) -> None:
    row = RequestType(
        team_id=team.id,
        slug=spec.slug,
        name=spec.name,
        description=spec.description,
        icon=spec.icon,
        synonyms=list(spec.synonyms),
        position=position,
        audience=Audience(spec.audience),
        confidentiality=spec.confidentiality,
        priority_rule=dict(spec.priority_rule),
        approval_rule=[step.to_dict() for step in spec.approval],
        note=spec.note,
    )
    db.session.add(row)
    db.session.flush()
    form = FormVersion(request_type_id=row.id, number=1, published_at=now)
    form.questions = questions.to_dicts(spec.questions)
    db.session.add(form)
    staffed = [level for level in Priority if level not in spec.always_on]
    for levels, calendar_id in ((list(spec.always_on), always.id), (staffed, team.calendar_id)):
        if levels:
            _load_policy(spec, row, levels, calendar_id)


def _load_policy(spec: TypeSpec, row: RequestType, levels: list[Priority], calendar_id: int) -> None:
    everything = len(levels) == len(Priority)
    applies = Condition(frozenset({row.id}), frozenset() if everything else frozenset(levels))
    policy = Policy(team_id=row.team_id, name=spec.name, position=row.id, condition=applies.to_dict())
    db.session.add(policy)
    db.session.flush()
    version = PolicyVersion(policy_id=policy.id, calendar_id=calendar_id, valid_from=_BEGINNING)
    version.targets = [target for level in levels for target in _targets(spec, level)]
    db.session.add(version)


def _targets(spec: TypeSpec, level: Priority) -> list[PolicyTarget]:
    """The next reply is promised as fast as the first: whoever asks again waits no longer than the first time."""
    promise = spec.promises[level]
    minutes = {
        Target.FIRST_RESPONSE: promise.first_response,
        Target.NEXT_RESPONSE: promise.first_response,
        Target.RESOLUTION: promise.resolution,
    }
    return [PolicyTarget(priority=level, target=target, minutes=value) for target, value in minutes.items()]


def _calendar(known: dict[str, Calendar], slug: str, name: str, spec: Mapping[str, Any]) -> Calendar:
    if slug in known:
        return known[slug]
    row = known[slug] = Calendar(slug=slug, name=name)
    db.session.add(row)
    db.session.flush()
    parsed = hours.BusinessCalendar.parse(spec)
    version = CalendarVersion(calendar_id=row.id, zone=parsed.zone.key, hours=spec["hours"], valid_from=_BEGINNING)
    version.exceptions = [
        CalendarException(day=day, from_min=start, to_min=end)
        for day, parts in parsed.closures.items()
        for start, end in parts
    ]
    db.session.add(version)
    db.session.flush()
    return row
