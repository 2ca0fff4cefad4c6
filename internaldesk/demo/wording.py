"""Read the words of the demo, and fill in what changes from one request to the next."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from internaldesk.core.questions import Kind, Question

_FOLDER = files("internaldesk.demo") / "words"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = "January February March April May June July August September October November December".split()
_SATURDAY = 5
Facts = Mapping[str, str]
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """One request as co-workers tell it: `ask` is a question back with its answer, `moves` where it really belongs."""

    summary: str
    details: str
    fix: str
    answers: Mapping[str, Any]
    ask: tuple[str, str] | None = None
    moves: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class TeamWords:
    """What is asked of a team, how often, and what its people say."""

    share: int
    often: Mapping[str, int]
    stories: Mapping[str, tuple[Story, ...]]
    phrases: Mapping[str, tuple[str, ...]]
    outage: tuple[tuple[str, ...], str]


@cache
def read(name: str) -> dict[str, Any]:
    """A file of words as plain data."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def team_words(slug: str) -> TeamWords:
    """The words of one team."""
    data = read(slug)
    return TeamWords(
        share=data["share"],
        often=data["often"],
        stories={kind: tuple(_story(told) for told in data[kind]) for kind in data["often"]},
        phrases={name: tuple(data[name]) for name in ("hello", "notes", "supplier", "approval", "scheduled")},
        outage=(tuple(data.get("outage", ())), data.get("outage_fix", "")),
    )


def facts(dice: Random, *, first: str, person: str, place: Mapping[str, str], phone: str, day: date) -> dict[str, str]:
    """What the slots of a story hold on a day, for somebody at a place."""
    company = read("company")
    number = dice.randrange(10_000, 99_999)
    return {
        "first": first,
        "person": person,
        "site": place["name"],
        "country": place["country"],
        "language": place["language"],
        "phone": phone,
        "tag": f"{place['tag']}-{dice.randrange(1200, 2900)}",
        "customer": dice.choice(company["customers"]),
        "supplier": dice.choice(company["suppliers"]),
        "centre": dice.choice(company["centres"]),
        "number": str(number),
        "order": f"PO-{day.year}-{dice.randrange(1000, 9999)}",
        "invoice": f"{dice.choice(('RE', 'INV', 'FA'))}-{number}",
        "amount": f"{dice.randrange(40, 900)}.{dice.choice(('00', '20', '50', '80'))}",
        "month": _MONTHS[(day.month - 2) % 12],
        "day": _DAYS[(day.weekday() + dice.randrange(2, 5)) % 5],
        "floor": str(dice.randrange(1, 4)),
        "n": str(dice.randrange(1, 7)),
    }


def filled(text: str, known: Facts) -> str:
    """The text with its slots filled."""
    return text.format_map(known) if "{" in text else text


def answers(story: Story, form: tuple[Question, ...], known: Facts, *, colleague: int, day: date) -> Answers:
    """The answers of a story to the questions of its form, as the form would have kept them."""
    kinds = {question.slug: question.kind for question in form}
    return {slug: _answer(kinds[slug], value, known, colleague, day) for slug, value in story.answers.items()}


def short(day: date) -> str:
    """A day in words, such as Tue 14 Oct."""
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def _answer(kind: Kind, value: Any, known: Facts, colleague: int, day: date) -> Any:
    match kind:
        case Kind.DATE:
            return _working(day + timedelta(days=int(value))).isoformat()
        case Kind.PERSON:
            return colleague
        case Kind.LINES:
            return [{**line, "item": filled(line["item"], known), "price": line["price"] or None} for line in value]
        case _:
            return filled(value, known) if isinstance(value, str) else value


def _working(day: date) -> date:
    return day + timedelta(days=2) if day.weekday() >= _SATURDAY else day


def _story(told: Mapping[str, Any]) -> Story:
    ask, moves = told.get("ask"), told.get("moves")
    return Story(
        summary=told["summary"],
        details=told["details"],
        fix=told["fix"],
        answers=told["answers"],
        ask=(ask[0], ask[1]) if ask else None,
        moves=(moves[0], moves[1], moves[2]) if moves else None,
    )
