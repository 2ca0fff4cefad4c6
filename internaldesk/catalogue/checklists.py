"""The default checklists: read from the file beside the catalogue, checked against it, put into the database once."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable
from typing import Any

from sqlalchemy import func, select

from internaldesk.catalogue.content import DEFAULTS, BadCatalogue, TeamSpec, TypeSpec
from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Spec
from internaldesk.core.errors import Refused
from internaldesk.core.questions import Kind
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.checklists import Checklist, ChecklistVersion
from internaldesk.models.people import Team

_FILE = "checklists.toml"
_KEYS = {"type", "name", "anchor", "steps"}


@dataclass(frozen=True)
class ChecklistSpec:
    """The steps that every request of a type gets; `anchor` is the question whose date counts."""

    path: str
    name: str
    anchor: str
    steps: tuple[Spec, ...]


def read(teams: Iterable[TeamSpec], folder: Traversable = DEFAULTS) -> tuple[ChecklistSpec, ...]:
    """The checklists of the catalogue; raises BadCatalogue at the first thing that is wrong."""
    types = {kind.path: kind for team in teams for kind in team.types}
    try:
        written = tomllib.loads((folder / _FILE).read_text(encoding="utf-8"))["checklists"]
        return tuple(_spec(data, types) for data in written)
    except (OSError, ValueError, KeyError, Refused) as wrong:
        raise BadCatalogue(f"{_FILE}: {str(wrong).rstrip('.')}.") from wrong


def load(teams: Iterable[TeamSpec], *, now: datetime) -> int:
    """Put in what was never there; returns how many. What a lead edited or removed stays as it is."""
    known = set(db.session.scalars(select(Checklist.origin)))
    taken = set(db.session.scalars(select(Checklist.request_type_id).where(Checklist.retired_at.is_(None))))
    missing = [spec for spec in read(teams) if spec.path not in known]
    return sum(_load(spec, taken, now=now) for spec in missing)


def _load(spec: ChecklistSpec, taken: set[int | None], *, now: datetime) -> bool:
    team, _, slug = spec.path.partition("/")
    kind = db.session.scalars(
        select(RequestType)
        .join(Team, Team.id == RequestType.team_id)
        .where(Team.slug == team, RequestType.slug == slug)
    ).first()
    if kind is None or kind.id in taken:
        return False
    last = select(func.coalesce(func.max(Checklist.position), 0)).where(Checklist.team_id == kind.team_id)
    row = Checklist(team_id=kind.team_id, request_type_id=kind.id, origin=spec.path, name=spec.name, version=1)
    row.position = (db.session.scalar(last) or 0) + 1
    db.session.add(row)
    db.session.flush()
    version = ChecklistVersion(checklist_id=row.id, number=1, anchor=spec.anchor, words="Came with the desk", at=now)
    version.steps = [step.to_dict() for step in spec.steps]
    db.session.add(version)
    db.session.flush()
    return True


def _spec(data: Mapping[str, Any], types: Mapping[str, TypeSpec]) -> ChecklistSpec:
    if data.keys() != _KEYS:
        raise ValueError(f"a checklist has {', '.join(sorted(_KEYS))}")
    kind = types[data["type"]]
    kinds = {question.slug: question.kind for question in kind.questions}
    if kinds.get(data["anchor"]) is not Kind.DATE:
        raise ValueError(f"“{data['anchor']}” is no date that {kind.path} asks for")
    steps = rules.parse(data["steps"])
    for step in steps:
        _check(step, kind, types)
    return ChecklistSpec(kind.path, data["name"], data["anchor"], steps)


def _check(step: Spec, kind: TypeSpec, types: Mapping[str, TypeSpec]) -> None:
    known = {*(question.slug for question in kind.questions), *rules.KNOWN}
    if unknown := rules.strange(step, known):
        raise ValueError(f"“{step.name}” has a blank nobody fills: {unknown[0]}")
    if step.path:
        asked = {question.slug for question in types[step.path].questions}
        if lost := sorted(step.answers.keys() - asked):
            raise ValueError(f"{step.path} does not ask “{lost[0]}”")
