"""Checklists: the steps a request falls into, who does each, when it begins and is due, and how far they are."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from internaldesk.core import hours, workdays
from internaldesk.core.answers import LINE_LIMIT, day_in_words
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import Status
from internaldesk.core.questions import Kind, Question

MOST = 40
"""Steps of a checklist."""
FARTHEST = 250
"""Working days before or after the day that counts: a year."""
LONGEST = 5000
NUMBER, REQUESTER, WHOM, MANAGER, PLACE = "number", "requester", "for", "manager", "location"
KNOWN: Mapping[str, str] = {
    NUMBER: "the number of the request",
    REQUESTER: "who asked",
    WHOM: "whom it is for",
    MANAGER: "the manager of whom it is for",
    PLACE: "where they work",
}
"""The blanks every text may have, besides one for each question of the request's own form."""
WHOSE = (REQUESTER, WHOM, MANAGER)
"""The blanks that say whose request it is, which of a confidential case nobody else reads."""

_BLANK = re.compile(r"\{([^{}\n]*)\}")
_KEYS = frozenset({"name", "details", "type", "answers", "after", "begin", "due", "required"})


@dataclass(frozen=True, slots=True)
class Spec:
    """A step as it is written: `path` is the "team/type" that is asked, "" for something to tick by one's own team.

    `after` is the place (from 1) of an earlier step; `begin` and `due` are working days, negative before the day that
    counts; None begins at once, and is due on no day.
    """

    name: str
    details: str = ""
    path: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    after: int | None = None
    begin: int | None = None
    due: int | None = None
    required: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The plain data that `parse` reads back; what is usual is left out."""
        data = {"name": self.name, "details": self.details, "type": self.path, "answers": dict(self.answers)}
        days = {"after": self.after, "begin": self.begin, "due": self.due}
        return {
            **{name: value for name, value in data.items() if value},
            **{name: value for name, value in days.items() if value is not None},
            **({} if self.required else {"required": False}),
        }


class Planned(NamedTuple):
    """A step of one request: its texts filled in, and from when it may begin; instants are UTC."""

    spec: Spec
    name: str
    details: str
    begins_at: datetime
    due_at: datetime | None


class State(StrEnum):
    """Where a step stands: still to come, in somebody's hands, done, or left out."""

    AHEAD = "ahead"
    OPEN = "open"
    DONE = "done"
    OUT = "out"


class StepLike(Protocol):
    """What the rules below read of a step of a request; `child` is what another team was asked, once it was."""

    @property
    def id(self) -> int: ...
    @property
    def after_id(self) -> int | None: ...
    @property
    def begins_at(self) -> datetime: ...
    @property
    def required(self) -> bool: ...
    @property
    def asks(self) -> bool: ...
    @property
    def done_at(self) -> datetime | None: ...
    @property
    def dropped_at(self) -> datetime | None: ...
    @property
    def child_status(self) -> Status | None: ...
    @property
    def child_solved_at(self) -> datetime | None: ...


AnyStep = TypeVar("AnyStep", bound=StepLike)


class Progress(NamedTuple):
    """How many of the steps that count are done; what was left out counts no more."""

    done: int
    of: int

    @property
    def words(self) -> str:
        """For the head of the list."""
        return f"{self.done} of {self.of} done"


def parse(written: Iterable[Mapping[str, Any]]) -> tuple[Spec, ...]:
    """Steps from plain data (JSON, TOML); raises Refused with a sentence about the first thing that is wrong."""
    specs: list[Spec] = []
    for place, data in enumerate(written, start=1):
        if unknown := sorted(set(data) - _KEYS):
            raise Refused(f"Step {place} has a property nobody reads: {unknown[0]}.")
        spec = Spec(
            name=str(data.get("name", "")).strip(),
            details=str(data.get("details", "")).strip(),
            path=str(data.get("type", "")),
            answers={str(slug): str(value) for slug, value in dict(data.get("answers", {})).items()},
            after=data.get("after"),
            begin=data.get("begin"),
            due=data.get("due"),
            required=data.get("required", True) is True,
        )
        check(spec, place=place)
        specs.append(spec)
    if len(specs) > MOST:
        raise Refused(f"A checklist has at most {MOST} steps.")
    return tuple(specs)


def check(spec: Spec, *, place: int) -> None:
    """Raise Refused at its field where a step cannot stand like this in that place (from 1)."""
    if not spec.name:
        raise Refused("Say in a few words what is to be done.", field="name")
    if len(spec.name) > LINE_LIMIT or len(spec.details) > LONGEST:
        raise Refused("Please keep it shorter.", field="name" if len(spec.name) > LINE_LIMIT else "details")
    if spec.after is not None and not 1 <= spec.after < place:
        raise Refused("A step can only wait for one above it.", field="after")
    for name, days in (("begin", spec.begin), ("due", spec.due)):
        if days is not None and abs(days) > FARTHEST:
            raise Refused(f"Choose at most {FARTHEST} working days.", field=name)
    if spec.begin is not None and spec.due is not None and spec.due < spec.begin:
        raise Refused("It is due before it begins.", field="due")


def strange(spec: Spec, known: Iterable[str]) -> tuple[str, ...]:
    """What stands in braces in its texts and is none of these blanks, each once.

    >>> strange(Spec("Ring {name} about {this}"), ["name"])
    ('{this}',)
    """
    texts = (spec.name, spec.details, *spec.answers.values())
    found = dict.fromkeys(blank for text in texts for blank in _BLANK.findall(text))
    return tuple(f"{{{blank}}}" for blank in found if blank not in set(known))


def names(spec: Spec, blanks: Iterable[str]) -> bool:
    """Whether its texts use any of these blanks."""
    wanted = set(blanks)
    return any(wanted.intersection(_BLANK.findall(text)) for text in (spec.name, spec.details, *spec.answers.values()))


def filled(text: str, values: Mapping[str, str], *, limit: int = LONGEST) -> str:
    """The text with its blanks filled in and cut off at `limit`; one without a value is said to be missing.

    >>> filled("Laptop for {name}, {site}", {"name": "Noor"})
    'Laptop for Noor, (not said)'
    """
    return _BLANK.sub(lambda blank: values.get(blank[1]) or "(not said)", text)[:limit].strip()


def answers(
    spec: Spec, asked: Iterable[Question], values: Mapping[str, str], given: Mapping[str, Any]
) -> dict[str, list[str]]:
    """What the form of the asked type is answered with, as if it was typed; `given` are the request's own answers.

    Words fill blanks in words; elsewhere a blank alone takes over the answer itself: a date stays one.
    """
    kinds = {question.slug: question.kind for question in asked}
    typed: dict[str, list[str]] = {}
    for slug, text in spec.answers.items():
        blank, kind = _BLANK.fullmatch(text.strip()), kinds.get(slug)
        if kind in (Kind.LINE, Kind.TEXT):
            typed[slug] = [filled(text, values, limit=LINE_LIMIT if kind is Kind.LINE else LONGEST)]
        elif blank and (own := given.get(blank[1])) is not None:
            typed[slug] = [str(one) for one in own] if isinstance(own, list) else [str(own)]
        elif kind is not None:
            typed[slug] = [text]
    return typed


def planned(
    specs: Sequence[Spec],
    values: Callable[[Spec], Mapping[str, str]],
    *,
    day: date | None,
    calendars: Mapping[str, BusinessCalendar],
    now: datetime,
) -> list[Planned]:
    """The steps of a request filed at `now`, whose date that counts is `day` (None: the day of filing).

    `values` are what stands in the blanks of a step; `calendars` the hours of who does each, by the path of the step.
    None begins before the request.
    """
    return [_planned(spec, values(spec), day, calendars[spec.path], now) for spec in specs]


def _planned(
    spec: Spec, values: Mapping[str, str], day: date | None, calendar: BusinessCalendar, now: datetime
) -> Planned:
    counted = day or hours.local(calendar, now).date()
    begins = (
        now
        if spec.begin is None
        else max(now, workdays.edges(calendar, workdays.working_day(calendar, counted, spec.begin))[0])
    )
    due = None if spec.due is None else workdays.edges(calendar, workdays.working_day(calendar, counted, spec.due))[1]
    details = filled(spec.details, values)
    if due is not None and spec.path:
        by = f"Needed by {day_in_words(hours.local(calendar, due).date().isoformat())}."
        details = f"{details}\n\n{by}" if details else by
    return Planned(spec, filled(spec.name, values, limit=LINE_LIMIT), details, begins, due)


def state(step: StepLike) -> State:
    """Where it stands; a child that was closed without being solved is no help, and holds nothing up."""
    if step.dropped_at is not None or (step.child_status is Status.CLOSED and step.child_solved_at is None):
        return State.OUT
    if step.done_at is not None or step.child_status in (Status.SOLVED, Status.CLOSED):
        return State.DONE
    return State.OPEN if step.child_status is not None else State.AHEAD


def ready(steps: Sequence[AnyStep], *, now: datetime) -> list[AnyStep]:
    """Those still to come that can begin: their time has come, and what they wait for is over."""
    over = {step.id for step in steps if state(step) in (State.DONE, State.OUT)}
    ahead = [step for step in steps if state(step) is State.AHEAD and step.begins_at <= now]
    return [step for step in ahead if step.after_id is None or step.after_id in over]


def holding(steps: Iterable[AnyStep]) -> list[AnyStep]:
    """Those that keep the request from being solved: what has to be done, and what another team is at."""
    return [step for step in steps if (now := state(step)) is State.OPEN or (now is State.AHEAD and step.required)]


def progress(steps: Iterable[StepLike]) -> Progress:
    """How far they are."""
    states = [found for step in steps if (found := state(step)) is not State.OUT]
    return Progress(states.count(State.DONE), len(states))


def moved(specs: Sequence[Spec], place: int, *, up: bool) -> tuple[Spec, ...]:
    """The steps with that one (from 1) a place higher or lower; raises Refused where one would wait for one below."""
    to = place - 1 if up else place + 1
    if not (1 <= place <= len(specs) and 1 <= to <= len(specs)):
        return tuple(specs)
    places = {place: to, to: place}
    order = sorted(range(1, len(specs) + 1), key=lambda at: places.get(at, at))
    turned = [_waiting_for(specs[at - 1], places) for at in order]
    if any(spec.after is not None and spec.after >= at for at, spec in enumerate(turned, start=1)):
        raise Refused("One of the two waits for the other, so it stays below it.")
    return tuple(turned)


def without(specs: Sequence[Spec], place: int) -> tuple[Spec, ...]:
    """The steps without that one (from 1); whoever waited for it waits for what it waited for."""
    gone = specs[place - 1]
    left = [spec for at, spec in enumerate(specs, start=1) if at != place]
    rewired = [replace(spec, after=gone.after) if spec.after == place else spec for spec in left]
    places = {at: at - 1 for at in range(place + 1, len(specs) + 1)}
    return tuple(_waiting_for(spec, places) for spec in rewired)


def _waiting_for(spec: Spec, places: Mapping[int, int]) -> Spec:
    return spec if spec.after is None else replace(spec, after=places.get(spec.after, spec.after))
