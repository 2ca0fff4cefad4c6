"""The default catalogue: teams and request types read from the files beside this module, checked, in plain objects."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import ceil
from typing import Any

from internaldesk.core import hours, priority, questions
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.questions import Kind, Question

DEFAULTS: Traversable = files("internaldesk.catalogue") / "defaults"
TEAMS = ("it", "hr", "purchasing", "finance", "warehouse", "facilities", "legal", "records")
AUDIENCES = ("all", "managers")
APPROVERS = frozenset(
    {"manager", "finance", "hr", "legal", "compliance", "controller", "supervisor", "shift-lead", "second-person"}
    | {"system-owner", "door-owner", "room-owner", "record-owner", "data-owner", "business-owner"}
    | {"budget-holder", "receiving-budget-holder", "original-approver", "case-lead", "privacy-lead"}
)
# For promises that a closed door must not stop: hazards, security, lost badges.
AROUND_THE_CLOCK: Mapping[str, Any] = {
    "timezone": "Europe/London",
    "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "holidays": [],
}

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEAM_KEYS = frozenset({"slug", "name", "icon", "phone", "hours", "types"})
_TYPE_NEEDS = frozenset({"slug", "name", "description", "icon", "synonyms", "confidentiality", "priority"})
_TYPE_KEYS = _TYPE_NEEDS | {"target", "targets", "always_on", "note", "approval", "audience", "questions"}
_STEP_KEYS = frozenset({"who", "above", "amount", "when", "shows"})


class BadCatalogue(ValueError):
    """A catalogue file cannot be used; the sentence names the file and, where it can, the request type."""


@dataclass(frozen=True)
class Promise:
    """Business minutes until the first response and until the resolution."""

    first_response: int
    resolution: int


@dataclass(frozen=True)
class ApprovalStep:
    """Who must agree; only `above` a sum in the question `amount`, or only `when` a question has an answer.

    Of a request that is not open to all, whoever decides reads only the answers that the step names; `shows` adds some.
    """

    who: str
    above: int | None = None
    amount: str | None = None
    when: tuple[str, str] | None = None
    shows: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for storing; conditions that do not apply are left out."""
        when = list(self.when) if self.when else None
        shows = list(self.shows) or None
        data = {"who": self.who, "above": self.above, "amount": self.amount, "when": when, "shows": shows}
        return {name: value for name, value in data.items() if value is not None}


@dataclass(frozen=True)
class TypeSpec:
    """Something a team can be asked for; `always_on` names the priorities promised around the clock."""

    team: str
    slug: str
    name: str
    description: str
    icon: str
    synonyms: tuple[str, ...]
    confidentiality: Confidentiality
    priority_rule: Mapping[str, Any]
    promises: Mapping[Priority, Promise]
    always_on: tuple[Priority, ...]
    note: str
    approval: tuple[ApprovalStep, ...]
    audience: str
    questions: tuple[Question, ...]

    @property
    def path(self) -> str:
        """Team and type as in URLs: "it/broken"."""
        return f"{self.team}/{self.slug}"


@dataclass(frozen=True)
class TeamSpec:
    """A team, its working hours (as `hours.BusinessCalendar.parse` reads them) and what it offers, in order."""

    slug: str
    name: str
    icon: str
    phone: str
    hours: Mapping[str, Any]
    types: tuple[TypeSpec, ...]


def load(folder: Traversable = DEFAULTS) -> tuple[TeamSpec, ...]:
    """Every team of the catalogue in its order; raises BadCatalogue at the first thing that is wrong."""
    shared = _toml(folder / "calendar.toml")
    return tuple(_team(_toml(folder / f"{slug}.toml"), slug, shared) for slug in TEAMS)


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise BadCatalogue(f"{file.name} cannot be read: {wrong}.") from wrong


def _team(data: Mapping[str, Any], slug: str, shared: Mapping[str, Any]) -> TeamSpec:
    try:
        _expect(data.get("slug") == slug, f"the slug should be “{slug}”")
        _only(data, needed=_TEAM_KEYS, known=_TEAM_KEYS)
        calendar = {**shared, "hours": data["hours"]}
        hours.BusinessCalendar.parse(calendar)
    except ValueError as wrong:
        raise BadCatalogue(f"{slug}.toml: {str(wrong).rstrip('.')}.") from wrong
    types: dict[str, TypeSpec] = {}
    for position, entry in enumerate(data["types"], start=1):
        spec = _named_type(entry, slug, position)
        if spec.slug in types:
            raise BadCatalogue(f"{slug}.toml: two types are called “{spec.slug}”.")
        types[spec.slug] = spec
    return TeamSpec(slug, data["name"], data["icon"], data["phone"], calendar, tuple(types.values()))


def _named_type(data: Mapping[str, Any], team: str, position: int) -> TypeSpec:
    try:
        return _type(data, team)
    except (ValueError, TypeError, KeyError) as wrong:
        sentence = str(wrong).rstrip(".")
        raise BadCatalogue(f"{team}.toml, type {data.get('slug', position)}: {sentence}.") from wrong


def _type(data: Mapping[str, Any], team: str) -> TypeSpec:
    _only(data, needed=_TYPE_NEEDS, known=_TYPE_KEYS)
    _expect(_SLUG.fullmatch(data["slug"]) is not None, "the slug should be small words joined by hyphens")
    for name in ("name", "description", "icon", "synonyms"):
        _expect(bool(data[name]), f"{name} is empty")
    form = questions.parse(data.get("questions", ()))
    rule = priority.parse(data["priority"])
    _check_rule(rule, form)
    audience = data.get("audience", "all")
    _expect(audience in AUDIENCES, f"nobody knows the audience “{audience}”")
    return TypeSpec(
        team=team,
        slug=data["slug"],
        name=data["name"],
        description=data["description"],
        icon=data["icon"],
        synonyms=tuple(data["synonyms"]),
        confidentiality=Confidentiality(data["confidentiality"]),
        priority_rule=data["priority"],
        promises=_promises(rule, data.get("target"), data.get("targets", {})),
        always_on=_always_on(data.get("always_on", False)),
        note=data.get("note", ""),
        approval=tuple(_step(step, form) for step in data.get("approval", ())),
        audience=audience,
        questions=form,
    )


def _check_rule(rule: priority.Rule, form: tuple[Question, ...]) -> None:
    """The questions a priority rule reads are on the form and can give the answers it knows."""
    if isinstance(rule, priority.When):
        _option(form, rule.slug, rule.value)
    if isinstance(rule, priority.Matrix):
        for slug in (rule.impact, rule.urgency):
            known = set(rule.levels) or {level.value for level in priority.Level}
            answers = {value for value, _ in _question(form, slug).options}
            _expect(bool(answers) and answers <= known, f"the matrix has no level for every answer to “{slug}”")


def _promises(
    rule: priority.Rule, target: list[Any] | None, written: Mapping[str, list[Any]]
) -> dict[Priority, Promise]:
    """Hours at the usual priority, halved per step up and doubled per step down; `written` ones stand as they are."""
    hours_of = {Priority(name): pair for name, pair in written.items()}
    if target is not None:
        _expect(not isinstance(rule, priority.Matrix), "a matrix has no usual priority: write all four targets")
        usual = rule.priority if isinstance(rule, priority.Fixed) else _otherwise(rule)
        steps = {level: Fraction(2) ** (level.rank - usual.rank) for level in Priority}
        hours_of = {level: [Fraction(hour) * step for hour in target] for level, step in steps.items()} | hours_of
    _expect(len(hours_of) == len(Priority), "a target is missing: write `target`, or `targets` for all priorities")
    promises = {level: Promise(*(ceil(Fraction(hour) * 60) for hour in hours_of[level])) for level in Priority}
    _check_promises(list(promises.values()))
    return promises


def _otherwise(rule: priority.Rule) -> Priority:
    assert isinstance(rule, priority.When)
    return rule.otherwise


def _check_promises(promises: list[Promise]) -> None:
    for promise in promises:
        _expect(0 < promise.first_response <= promise.resolution, "a first response comes before the resolution")
    for name in ("first_response", "resolution"):
        minutes = [getattr(promise, name) for promise in promises]
        _expect(minutes == sorted(minutes), "a more urgent request may not wait longer than a less urgent one")


def _always_on(written: bool | list[str]) -> tuple[Priority, ...]:
    if isinstance(written, bool):
        return tuple(Priority) if written else ()
    return tuple(Priority(name) for name in written)


def _step(data: Mapping[str, Any], form: tuple[Question, ...]) -> ApprovalStep:
    _only(data, needed=frozenset({"who"}), known=_STEP_KEYS)
    _expect(data["who"] in APPROVERS, f"nobody knows the approver “{data['who']}”")
    _expect(("above" in data) == ("amount" in data), "`above` and `amount` come together")
    if "amount" in data:
        counted = _question(form, data["amount"]).kind in (Kind.MONEY, Kind.LINES)
        _expect(counted, f"“{data['amount']}” is no sum of money")
    when = data.get("when")
    if when is not None:
        _option(form, *when)
    shows = tuple(data.get("shows", ()))
    for slug in shows:
        _question(form, slug)
    return ApprovalStep(data["who"], data.get("above"), data.get("amount"), tuple(when) if when else None, shows)


def _question(form: tuple[Question, ...], slug: str) -> Question:
    found = {question.slug: question for question in form}
    _expect(slug in found, f"there is no question “{slug}”")
    return found[slug]


def _option(form: tuple[Question, ...], slug: str, value: str) -> None:
    _expect(value in dict(_question(form, slug).options), f"“{slug}” cannot be answered with “{value}”")


def _only(data: Mapping[str, Any], *, needed: frozenset[str], known: frozenset[str]) -> None:
    _expect(not (missing := sorted(needed - data.keys())), f"{', '.join(missing)} is missing")
    _expect(not (unknown := sorted(data.keys() - known)), f"nobody reads {', '.join(unknown)}")


def _expect(true: bool, sentence: str) -> None:
    if not true:
        raise ValueError(sentence)
