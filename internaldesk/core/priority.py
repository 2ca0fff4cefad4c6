"""How urgent a request is: fixed by its type, read from an answer, or from impact and urgency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Priority(StrEnum):
    """How soon a request is due; written most urgent first, and compared so that more urgent is greater.

    >>> Priority.URGENT > Priority.LOW, max(Priority), sorted(Priority)[0].value
    (True, <Priority.URGENT: 'urgent'>, 'low')
    """

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for urgent to 3 for low: what lists sort by."""
        return _ORDER.index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank > Priority(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank >= Priority(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank < Priority(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank <= Priority(other).rank


class Level(StrEnum):
    """One side of the matrix: how many are affected (impact), or how badly work suffers (urgency)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_ORDER = tuple(Priority)

# Rows are the impact, columns the urgency. One person whose work has stopped is High like a hindered team: a paid
# day is lost either way. Many people who are merely annoyed are Medium, because they can wait for a planned repair.
MATRIX: Mapping[Level, Mapping[Level, Priority]] = {
    Level.HIGH: {Level.HIGH: Priority.URGENT, Level.MEDIUM: Priority.HIGH, Level.LOW: Priority.MEDIUM},
    Level.MEDIUM: {Level.HIGH: Priority.HIGH, Level.MEDIUM: Priority.MEDIUM, Level.LOW: Priority.LOW},
    Level.LOW: {Level.HIGH: Priority.HIGH, Level.MEDIUM: Priority.MEDIUM, Level.LOW: Priority.LOW},
}

_IMPACT = {
    Level.HIGH: "many people are affected",
    Level.MEDIUM: "a few people are affected",
    Level.LOW: "one person is affected",
}
_USUAL = "as usual for this kind of request"
_URGENCY = {Level.HIGH: "work has stopped", Level.MEDIUM: "work is slowed down", Level.LOW: "work goes on"}


class BadRule(ValueError):
    """A priority rule cannot be used; the text is a sentence for the person who writes it."""


@dataclass(frozen=True)
class Fixed:
    """Always the same priority."""

    priority: Priority


@dataclass(frozen=True)
class Matrix:
    """Two questions; `levels` translates their answers, where they are not high, medium and low already."""

    impact: str
    urgency: str
    levels: Mapping[str, Level] = field(default_factory=dict)


@dataclass(frozen=True)
class When:
    """One priority where a question has a certain answer, another otherwise; `why` says the case in words."""

    slug: str
    value: str
    priority: Priority
    otherwise: Priority
    why: str = ""


Rule = Fixed | Matrix | When


def parse(rule: Mapping[str, Any]) -> Rule:
    """A rule from plain data; raises BadRule.

    >>> parse({"kind": "fixed", "priority": "high"})
    Fixed(priority=<Priority.HIGH: 'high'>)
    """
    builders = {"fixed": Fixed, "matrix": Matrix, "when": When}
    values = {name: value for name, value in rule.items() if name != "kind"}
    try:
        kind = builders[rule["kind"]]
        for name in {"priority", "otherwise"} & values.keys():
            values[name] = Priority(values[name])
        if "levels" in values:
            values["levels"] = {answer: Level(level) for answer, level in values["levels"].items()}
        built: Rule = kind(**values)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise BadRule(f"This priority rule makes no sense ({wrong}): {dict(rule)}.") from wrong
    return built


def from_matrix(impact: str, urgency: str) -> Priority:
    """Priority of an impact and an urgency, each "high", "medium" or "low".

    >>> from_matrix("high", "high").value, from_matrix("low", "high").value, from_matrix("low", "low").value
    ('urgent', 'high', 'low')
    """
    return MATRIX[Level(impact)][Level(urgency)]


def raised(priority: Priority) -> Priority:
    """One step more urgent, because an outside customer is waiting; nothing is above urgent.

    >>> raised(Priority.LOW).value, raised(Priority.URGENT).value
    ('medium', 'urgent')
    """
    return _ORDER[max(priority.rank - 1, 0)]


def set_by(rule: Mapping[str, Any], answers: Mapping[str, Any], customer_waiting: bool) -> tuple[Priority, str]:
    """Priority of a request and one sentence of why, fit to show; raises BadRule.

    >>> set_by({"kind": "fixed", "priority": "medium"}, {}, True)
    (<Priority.HIGH: 'high'>, 'High: medium for this kind of request, raised because a customer is waiting.')
    """
    before, reason = _judge(parse(rule), answers)
    after = raised(before) if customer_waiting else before
    if after is before:
        return before, f"{before.capitalize()}: {reason}."
    return after, f"{after.capitalize()}: {before.value} {_joined(reason)}, raised because a customer is waiting."


def _judge(rule: Rule, answers: Mapping[str, Any]) -> tuple[Priority, str]:
    if isinstance(rule, Fixed):
        return rule.priority, _USUAL
    if isinstance(rule, Matrix):
        wide, deep = (_level(answers.get(slug), rule.levels) for slug in (rule.impact, rule.urgency))
        return MATRIX[wide][deep], f"{_IMPACT[wide]} and {_URGENCY[deep]}"
    answer = answers.get(rule.slug)
    if rule.value in answer if isinstance(answer, list) else answer == rule.value:
        return rule.priority, rule.why or "your answers say so"
    return rule.otherwise, _USUAL


def _joined(reason: str) -> str:
    return "for this kind of request" if reason is _USUAL else f"as {reason}"


def _level(answer: Any, levels: Mapping[str, Level]) -> Level:
    """The level an answer stands for; unanswered or unknown is the middle, so silence neither helps nor harms."""
    known = {level.value: level for level in Level} | dict(levels)
    return known.get(answer, Level.MEDIUM) if isinstance(answer, str) else Level.MEDIUM
