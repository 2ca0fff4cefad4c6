"""Everybody who works at the demo desk: where, in which team, and what they may do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.demo import wording
from internaldesk.models.people import Location, Membership, Person, TeamRole
from internaldesk.people import actions as people
from internaldesk.people import queries

DOMAIN = "desk.example"
KNOWN = ("ada", "eve", "ben", "chi", "hana", "pia", "finn", "dana", "max", "root")
_DEFAULT_PLACE = "head-office"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A co-worker, as the story knows them; `line` is the id of their line manager."""

    actor: Actor
    place: str
    phone: str
    line: int | None = None
    department_id: int | None = None

    @property
    def id(self) -> int:
        """The key of their row."""
        return self.actor.id

    @property
    def first(self) -> str:
        """What colleagues call them."""
        return self.actor.name.split()[0]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by the first part of the address, the handlers by team, those of cases, and who asks."""

    everybody: Mapping[str, Somebody]
    handlers: Mapping[int, Sequence[Somebody]] = field(default_factory=dict)
    case_handlers: Mapping[int, Sequence[Somebody]] = field(default_factory=dict)

    @property
    def front(self) -> list[Somebody]:
        """The people at the front line: those who work no queue and do not look after the system."""
        return [who for who in self.everybody.values() if not who.actor.is_agent and not who.actor.admin]

    @property
    def leads(self) -> list[Somebody]:
        """Those who are offered what only managers and team leads may ask for."""
        return [who for who in self.everybody.values() if who.actor.lead_of]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    key: str
    place: str
    job: str
    hats: tuple[str, ...]
    line: str


def places() -> dict[str, dict[str, str]]:
    """What is known of each place: name, zone, telephone, prefix of device tags, country, language."""
    return {place["slug"]: place for place in wording.read("people")["places"]}


def enter(*, now: datetime) -> Cast:
    """Put everybody in who is not there yet; all share one password, which is hashed once."""
    locations = {slug: _location(place) for slug, place in places().items()}
    secret = people.hash_password(queries.DEMO_PASSWORD)
    lines = wording.read("people")["people"]
    entries = [_entry(line) for group in ("known", "staff", "front") for line in lines[group]]
    rows = {entry.key: _person(entry, locations, secret, now=now, extension=n) for n, entry in enumerate(entries)}
    for entry in entries:
        if entry.line and rows[entry.key].line_manager_id is None:
            rows[entry.key].line_manager_id = rows[entry.line].id
    db.session.flush()
    return cast()


def cast() -> Cast:
    """Everybody of the demo as they stand in the database."""
    query = select(Person).where(Person.email.endswith(f"@{DOMAIN}"), Person.active).order_by(Person.id)
    rows = db.session.scalars(query.options(joinedload(Person.location), selectinload(Person.memberships))).all()
    everybody = {row.email.partition("@")[0]: _somebody(row) for row in rows}
    handlers: dict[int, list[Somebody]] = {}
    case_handlers: dict[int, list[Somebody]] = {}
    for who in everybody.values():
        for team_id in sorted(who.actor.agent_of):
            handlers.setdefault(team_id, []).append(who)
        for team_id in sorted(who.actor.case_group_of):
            case_handlers.setdefault(team_id, []).append(who)
    return Cast(everybody, handlers, case_handlers)


def _entry(line: str) -> _Entry:
    name, key, place, job, hats, manager = (part.strip() for part in line.split("|"))
    return _Entry(name, key, place, job, tuple(hats.split("+")) if hats else (), manager)


def _location(place: Mapping[str, str]) -> Location:
    known = queries.location_by_slug(place["slug"])
    if known is None and not queries.anybody():
        known = queries.location_by_slug(_DEFAULT_PLACE)  # the empty one that came with the catalogue
        if known is not None:
            known.slug, known.name, known.timezone = place["slug"], place["name"], place["zone"]
    return known or people.add_location(place["slug"], name=place["name"], timezone=place["zone"])


def _person(entry: _Entry, locations: Mapping[str, Location], secret: str, *, now: datetime, extension: int) -> Person:
    known = queries.by_email(f"{entry.key}@{DOMAIN}")
    if known is not None:
        return known
    row = people.add_person(
        f"{entry.key}@{DOMAIN}",
        name=entry.name,
        now=now,
        location=locations[entry.place],
        job_title=entry.job,
        phone=f"{places()[entry.place]['phone']}{100 + extension}",
        manager="manager" in entry.hats,
        admin="admin" in entry.hats,
        password_hash=secret,
        department=_department(entry),
    )
    for hat in entry.hats:
        team, *roles = hat.split(":")
        if team not in ("manager", "admin"):
            role = TeamRole.LEAD if "lead" in roles else TeamRole.AGENT
            people.join(row, team, role=role, case_group="case" in roles)
    return row


def _department(entry: _Entry) -> str:
    """That of their first team, else the one their job is in."""
    teams = (queries.team_by_slug(hat.partition(":")[0]) for hat in entry.hats)
    own = next((team.name for team in teams if team), "")
    jobs: Mapping[str, Sequence[str]] = wording.read("people")["departments"]
    return own or next((name for name, of in jobs.items() if entry.job in of), "")


def _somebody(row: Person) -> Somebody:
    actor = Actor(
        id=row.id,
        name=row.name,
        email=row.email,
        location_id=row.location_id,
        location_name=row.location.name,
        timezone=row.timezone or row.location.timezone,
        agent_of=_teams(row.memberships),
        lead_of=_teams(place for place in row.memberships if place.role is TeamRole.LEAD),
        case_group_of=_teams(place for place in row.memberships if place.case_group),
        manager=row.manager,
        admin=row.admin,
    )
    return Somebody(actor, row.location.slug, row.phone, row.line_manager_id, row.department_id)


def _teams(memberships: Iterable[Membership]) -> frozenset[int]:
    return frozenset(place.team_id for place in memberships)
