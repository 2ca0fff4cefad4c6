"""How a checklist looks before anybody files: its steps in words, and what one request would become."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from internaldesk.checklists import actions
from internaldesk.checklists.queries import Kept
from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Planned, Spec
from internaldesk.core.questions import Kind, Question
from internaldesk.core.workdays import when_words
from internaldesk.models.catalogue import RequestType
from internaldesk.tickets import laying
from internaldesk.tickets.laying import Subject

_AHEAD = timedelta(days=21)


class Line(NamedTuple):
    """A step in the list: who does it, when, and after which."""

    place: int
    spec: Spec
    who: str
    what: str
    begins: str
    due: str
    after: str


def lines(kept: Kept, *, asked: Sequence[Question]) -> list[Line]:
    """The steps of a checklist in words."""
    specs = rules.parse(kept.version.steps)
    kinds = laying.types(specs)
    anchor = "that day" if kept.version.anchor in dict(actions.dates(asked)) else "the day of filing"
    found = []
    for at, spec in enumerate(specs, start=1):
        who, what = _doer(spec, kinds.get(spec.path), kept)
        after = f"after “{specs[spec.after - 1].name}”" if spec.after else ""
        begins = when_words(spec.begin, anchor=anchor, otherwise="" if after else "at once")
        found.append(Line(at, spec, who, what, begins, when_words(spec.due, anchor=anchor, otherwise=""), after))
    return found


def _doer(spec: Spec, kind: RequestType | None, kept: Kept) -> tuple[str, str]:
    if kind is not None:
        return kind.team.name, kind.name
    return kept.checklist.team.name, "not offered any more: to tick" if spec.path else "to tick"


def anchor_words(kept: Kept, asked: Sequence[Question]) -> str:
    """What the date that counts is called."""
    label = dict(actions.dates(asked)).get(kept.version.anchor)
    return f"“{label}”" if label else "the day of filing"


def sample(kept: Kept, *, asked: Sequence[Question], now: datetime) -> tuple[list[Planned], date]:
    """What a request filed now would become, with invented answers; the date that counts is a Monday weeks ahead."""
    specs = rules.parse(kept.version.steps)
    ahead = (now + _AHEAD).date()
    day = ahead - timedelta(days=ahead.weekday()) if kept.version.anchor else now.date()
    words = {question.slug: _invented(question, day) for question in asked}
    around = {
        rules.NUMBER: "R-4836",
        rules.REQUESTER: "Ada Brandt",
        rules.WHOM: "Ada Brandt",
        rules.MANAGER: "Max Heller",
        rules.PLACE: "Leeds",
    }
    answers: dict[str, Any] = {}
    subject = Subject({**words, **around}, answers, day, actions.warns(kept.checklist))
    return laying.planned(specs, subject, laying.types(specs), own=kept.checklist.team, now=now), day


def _invented(question: Question, day: date) -> str:
    if question.kind is Kind.DATE:
        return f"{day:%a} {day.day} {day:%b} {day.year}"
    if question.options:
        return question.options[0][1]
    return {Kind.PERSON: "Noor Haddad", Kind.MONEY: "1,250.00", Kind.NUMBER: "2"}.get(
        question.kind, f"({question.label.rstrip('?')})"
    )
