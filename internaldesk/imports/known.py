"""What the words of a log mean on this desk: its teams, types, people and places, and the promise to measure by."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from internaldesk.core import sla as rules
from internaldesk.core.errors import BadInput
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.text import words
from internaldesk.db import db
from internaldesk.imports.mapping import FORMER, NAMED, RETIRED, Plan, Words
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.imports import ImportedTicket, ImportSource
from internaldesk.models.people import Department, Location, Person, Team
from internaldesk.models.sla import Calendar
from internaldesk.sla import queries as sla
from internaldesk.sla import versions

_LONGEST_PART = 80
_STRANGE = re.compile(r"[^a-z0-9-]")


class Level(NamedTuple):
    """What is promised at one priority: by which version, how many minutes, in which version of which hours."""

    version: int
    minutes: Mapping[str, int]
    rules: rules.Rules
    calendar: int


Measure = Mapping[Priority, Level]
"""The promise everything is measured by; one name may stand for two, as where the urgent runs around the clock."""


class Kind(NamedTuple):
    """A request type: its id and that of its form, None where it has to be entered, and how far it may be seen."""

    name: str
    id: int | None
    form_id: int | None
    team_id: int
    confidentiality: Confidentiality


class Part(NamedTuple):
    """A department: its id, None where it has to be entered."""

    name: str
    id: int | None


class Who(NamedTuple):
    """A person: their id, None where they have to be entered as a former one."""

    name: str
    id: int | None
    email: str


@dataclass(slots=True)
class Known:
    """Looks up each word once; what has to be entered first is collected in `people`, `types` and `parts`.

    `homes` has the department of a former person, by their address: the last that the log names for what they asked.
    """

    plan: Plan
    measure: Measure
    location_id: int
    numbers: frozenset[str]
    teams: Mapping[str, Team]
    hours: Mapping[int, int]
    places: Mapping[str, int]
    offered: Mapping[str, Kind]
    emails: Mapping[str, tuple[int, str]]
    people: dict[str, Who] = field(default_factory=dict)
    types: dict[tuple[int, str], Kind] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    homes: dict[str, Part] = field(default_factory=dict)

    def person(self, name: str) -> Who:
        """Somebody of the log; raises ValueError where the mapping names nobody for them."""
        found = self.people.get(name)
        if found is None:
            found = self.people[name] = self._person(name)
        return found

    def nobody(self) -> Who:
        """Who stands where the log does not say who it was."""
        return self.person(self.plan.source)

    def team(self, name: str) -> Team:
        """A team of the log; raises ValueError where the mapping names none for it."""
        slug = self.plan.teams.of(name)
        if not slug:
            raise ValueError(f"the mapping names no team for “{name}”")
        return self.teams[slug]

    def kind(self, name: str, team: Team) -> Kind:
        """A type of the log, of that team where it has to be entered as a retired one."""
        path = self.plan.types.of(name)
        if path and path != RETIRED:
            return self.offered[path]
        if not path:
            raise ValueError(f"the mapping names no type for “{name}”")
        key = (team.id, name or "Unknown")
        if key not in self.types:
            former = self.offered.get(f"{team.slug}/{former_slug(key[1])}")
            self.types[key] = former or Kind(key[1], None, None, team.id, Confidentiality.ORDINARY)
        return self.types[key]

    def place(self, name: str) -> int:
        """A place of the log."""
        slug = self.plan.locations.of(name)
        return self.places[slug] if slug else self.location_id

    def part(self, name: str) -> Part | None:
        """A department of the log, None where nobody names one; raises ValueError where its name is too long."""
        told = self.plan.departments.of(name)
        plain = " ".join((name if told == NAMED else told).split())
        if len(plain) > _LONGEST_PART:
            raise ValueError(f"the department is longer than {_LONGEST_PART} characters")
        return self.parts.setdefault(plain.casefold(), Part(plain, None)) if plain else None

    def priority(self, name: str) -> Priority:
        """A priority of the log; raises ValueError where the mapping names none for it."""
        found = self.plan.priorities.of(name)
        if not found:
            raise ValueError(f"the mapping names no priority for “{name}”")
        return Priority(found)

    def _person(self, name: str) -> Who:
        email = self.plan.people.known.get(name, name if "@" in name else "").lower()
        if email in self.emails:
            return Who(self.emails[email][1], self.emails[email][0], email)
        if self.plan.people.otherwise != FORMER:
            raise ValueError(f"the mapping names no person for “{name}”")
        email = former_email(name, self.plan.source)
        found = self.emails.get(email)
        return Who(name, found[0] if found else None, email)


def former_slug(name: str) -> str:
    """The slug of a type that was entered for the log."""
    return f"former-{_slug(name, 48)}-{_digest(name)}"


def former_email(name: str, source: str) -> str:
    """The address of a former person: theirs alone, and nobody's mail."""
    return f"{_slug(name, 40)}.{_digest(name)}@{_slug(source, 40)}.invalid"


def look(plan: Plan, *, now: datetime) -> Known:
    """Everything the mapping names, found on this desk. Raises BadInput for what is not there."""
    teams = {team.slug: team for team in db.session.scalars(select(Team))}
    places = {row.slug: row.id for row in db.session.execute(select(Location.slug, Location.id))}
    offered = _offered()
    _refuse_unknown(plan.teams, teams, "team")
    _refuse_unknown(plan.locations, places, "location")
    _refuse_unknown(plan.types, {RETIRED, *offered}, "request type")
    people = _people()
    _refuse_unknown(Words(plan.people.known), people, "person")
    if plan.people_location not in places:
        raise BadInput(f"[people] location: there is no “{plan.people_location}”.")
    known = versions.current_versions([team.calendar_id for team in teams.values()], now=now)
    return Known(
        plan=plan,
        measure=_measure(plan, teams, now),
        location_id=places[plan.people_location],
        numbers=_numbers(plan.source),
        teams=teams,
        hours={team.id: known[team.calendar_id] for team in teams.values()},
        places=places,
        offered=offered,
        emails=people,
        parts=_parts(),
    )


def _refuse_unknown(words: Words, known: Iterable[str], what: str) -> None:
    wanted = {*words.known.values(), words.otherwise} - {"", FORMER}
    missing = sorted(wanted - set(known))
    if missing:
        raise BadInput(f"There is no {what} “{missing[0]}” on this desk.")


def _people() -> dict[str, tuple[int, str]]:
    rows = db.session.execute(select(Person.email, Person.id, Person.name))
    return {email: (number, name) for email, number, name in rows}


def _parts() -> dict[str, Part]:
    """Every department by its name, however it is written; the first of two that differ in nothing else."""
    rows = db.session.execute(select(Department.name, Department.id).order_by(Department.id.desc()))
    return {name.casefold(): Part(name, number) for name, number in rows}


def _offered() -> dict[str, Kind]:
    """Every type by "team/type", with the newest version of its form."""
    newest = select(func.max(FormVersion.id)).where(FormVersion.request_type_id == RequestType.id).scalar_subquery()
    query = select(Team.slug, RequestType.slug, RequestType.name, RequestType.id, newest)
    query = query.add_columns(RequestType.team_id, RequestType.confidentiality)
    rows = db.session.execute(query.join(Team, RequestType.team_id == Team.id))
    return {f"{team}/{slug}": Kind(*rest) for team, slug, *rest in rows}


def _numbers(source: str) -> frozenset[str]:
    query = select(ImportedTicket.number).join(ImportSource).where(ImportSource.name == source)
    return frozenset(db.session.scalars(query))


def _measure(plan: Plan, teams: Mapping[str, Team], now: datetime) -> Measure:
    """The promise by its name, in the version in force now, on its own hours or those the mapping names."""
    team = teams.get(plan.promise_team)
    if team is None:
        raise BadInput(f"[promise] team: there is no “{plan.promise_team}”.")
    known = sla.rules_of(team.id, now=now)
    found = sla.terms(rule.version_id for rule in known if rule.name == plan.promise)
    if not found:
        names = ", ".join(dict.fromkeys(f"“{rule.name}”" for rule in known)) or "none"
        raise BadInput(f"[promise] name: {team.name} has no “{plan.promise}” in force; it has {names}.")
    own = _calendar_id(plan)
    held = [team.calendar_id for team in teams.values()]
    wanted = [own or terms.calendar_id for terms in found.values()]
    current = versions.current_versions([*held, *wanted], now=now)
    hours = sla.calendars(current.values())
    measure: dict[Priority, Level] = {}
    for terms in found.values():
        number = current[own or terms.calendar_id]
        folded = versions.rules(terms, hours, first=number)
        for level in Priority:
            if minutes := sla.minutes(terms, level):
                measure.setdefault(level, Level(terms.id, minutes, folded, number))
    missing = [level.value for level in Priority if level not in measure]
    if missing:
        raise BadInput(f"[promise] name: “{plan.promise}” promises nothing for priority {missing[0]}.")
    return measure


def _calendar_id(plan: Plan) -> int | None:
    if not plan.calendar:
        return None
    found = db.session.scalar(select(Calendar.id).where(Calendar.slug == plan.calendar))
    if found is None:
        raise BadInput(f"[promise] calendar: there is no “{plan.calendar}”.")
    return found


def _slug(name: str, most: int) -> str:
    return _STRANGE.sub("", "-".join(words(name)))[:most].strip("-") or "unnamed"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]
