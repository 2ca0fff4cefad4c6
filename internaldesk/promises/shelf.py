"""The page of a team's rules: the rules in order, its own part, its calendars, its last changes, and the tester."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from internaldesk.core import durations
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.models.people import Team
from internaldesk.models.sla import RuleChange
from internaldesk.promises import queries, saying, tester
from internaldesk.promises.forms import ActiveForm, OwnPartForm, PlaceForm
from internaldesk.promises.queries import Rule
from internaldesk.promises.terms import TARGETS, Names
from internaldesk.promises.tester import Answer


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as the list shows it: what it promises per priority, whether it can move, and what keeps it from holding.

    `promised` has the words of each target of `TARGETS`, empty where it is not promised; `behind` is the earlier rule
    that takes everything this one could.
    """

    rule: Rule
    applies_to: str
    promised: list[tuple[Priority, list[str]]]
    up: bool
    down: bool
    behind: Rule | None


def shelf(
    team: Team, teams: Sequence[Team], *, asked: str, actor: Actor, now: datetime, own_part: OwnPartForm | None = None
) -> dict[str, Any]:
    """What the page shows; `asked` is what was typed into the tester, `own_part` a form that was refused."""
    rules, names, owed = queries.rules(team.id), queries.names(team.id), queries.own_part(team.id)
    if own_part is None:
        own_part = OwnPartForm.blank()
        own_part.show(owed)
    lines = [_line(rule, rules, names) for rule in rules]
    used = {target for rule in rules for _, target in rule.promise.terms.minutes} | set(TARGETS[:3])
    return {
        "team": team,
        "teams": teams,
        "lines": lines,
        "columns": [(n, saying.HEADS[target]) for n, target in enumerate(TARGETS) if target in used],
        "own_part": own_part,
        "owes": bool(owed),
        "calendars": _calendars(team, rules, names),
        "history": [_told(change, rules) for change in queries.history(team.id)],
        "asked": asked,
        "tried": _tried(team, rules, names, asked=asked, actor=actor, now=now),
        "press_forms": {"place": PlaceForm, "active": ActiveForm},
    }


def _line(rule: Rule, rules: Sequence[Rule], names: Names) -> Line:
    around = {other.place - rule.place: other for other in rules}
    return Line(
        rule=rule,
        applies_to=saying.applies_to(rule.promise, names),
        promised=[
            (level, [durations.said(promised[target]) if target in promised else "" for target in TARGETS])
            for level in rule.promise.priorities
            if (promised := rule.promise.terms.at(level))
        ],
        up=_may_swap(rule, around.get(-1)),
        down=_may_swap(rule, around.get(1)),
        behind=_behind(rule, rules),
    )


def _may_swap(rule: Rule, other: Rule | None) -> bool:
    return other is not None and not (rule.policy.fallback or other.policy.fallback)


def _behind(rule: Rule, rules: Sequence[Rule]) -> Rule | None:
    """The earlier rule that holds wherever this one could, so that this one never does."""
    mine = rule.promise.condition
    if not rule.policy.active or (mine.empty and not rule.policy.fallback):
        return None
    earlier = (other for other in rules if other.place < rule.place and other.policy.active)
    return next((other for other in earlier if _covers(other, mine)), None)


def _covers(other: Rule, mine: Condition) -> bool:
    wide = other.promise.condition
    if wide.empty:
        return other.policy.fallback
    pairs = ((wide.types, mine.types), (wide.priorities, mine.priorities), (wide.locations, mine.locations))
    return all(not outer or (inner and inner <= outer) for outer, inner in pairs) and (
        wide.customer_waiting in (None, mine.customer_waiting)
    )


def _told(change: RuleChange, rules: Sequence[Rule]) -> tuple[RuleChange, str]:
    """A line of the history, and the name of the rule it is about where its words do not say."""
    name = next((rule.policy.name for rule in rules if rule.id == change.policy_id), "")
    return change, "" if f"“{name}”" in change.words else name


def _calendars(team: Team, rules: Sequence[Rule], names: Names) -> list[tuple[int, str, str]]:
    """The calendars that matter here: number, name, and what for."""
    uses = {team.calendar_id: "the team's own hours"}
    for rule in rules:
        if rule.policy.active:
            uses.setdefault(rule.version.calendar_id, "its rules count in it")
    return [(number, names.calendars[number], what) for number, what in uses.items()]


def _tried(
    team: Team, rules: Sequence[Rule], names: Names, *, asked: str, actor: Actor, now: datetime
) -> Answer | str | None:
    """What the tester found: an answer, a sentence, or None when nothing was asked."""
    if not asked:
        return None
    found = tester.ticket(asked, actor=actor)
    if found is None:
        return tester.UNSEEN
    if found.request_type.team_id != team.id:
        other = found.request_type.team.name
        return f"{found.number} asks for something of {other}, so the rules of {other} decide."
    return tester.answer(found, rules, names, now=now)
