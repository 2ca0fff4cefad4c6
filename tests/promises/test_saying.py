"""Rules and what changed in them, as a co-worker would say it."""

from typing import Any

import pytest

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.promises import saying
from internaldesk.promises.terms import USUAL_PAUSES, Names, Promise, Terms
from tests.promises.rulebook import FIRST, SOLVED, WORD

NAMES = Names({7: "Broken", 8: "Access"}, {1: "Leeds", 2: "Porto"}, {3: "IT hours", 4: "Always"}, {5: "Ana"})
HIGH = Priority.HIGH
TWO_HOURS = {(HIGH, FIRST): 120}


BROKEN = Condition(types=frozenset({7}))


def rule(condition: Condition = BROKEN, *, name: str = "A", fallback: bool = False, **terms: Any) -> Promise:
    return Promise(name, condition, fallback, Terms(**{"minutes": TWO_HOURS, "calendar_id": 3, **terms}))


@pytest.mark.parametrize(
    ("condition", "fallback", "words"),
    [
        (Condition(types=frozenset({7, 8})), False, "Access or Broken; any priority"),
        (Condition(priorities=frozenset({Priority.LOW, HIGH})), False, "Any request; high or low"),
        (Condition(customer_waiting=True), False, "Any request; any priority; a customer waits"),
        (Condition(customer_waiting=False), False, "Any request; any priority; no customer waits"),
        (Condition(locations=frozenset({1, 2})), False, "Any request; any priority; in Leeds or Porto"),
        (Condition(types=frozenset({99})), False, "something that is gone; any priority"),
        (Condition(), True, "Everything else"),
        (Condition(), False, "Nothing yet"),
    ],
)
def test_what_a_rule_applies_to(condition: Condition, fallback: bool, words: str) -> None:
    assert saying.applies_to(rule(condition, fallback=fallback), NAMES) == words


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (rule(minutes={(HIGH, FIRST): 240}), "First reply for high: 4 h instead of 2 h"),
        (rule(minutes={**TWO_HOURS, (HIGH, WORD): 480}), "A word in between for high: 8 h, new"),
        (rule(minutes={}), "First reply for high: no longer, was 2 h"),
        (rule(name="B"), "Name: B instead of A"),
        (rule(Condition(types=frozenset({8}))), "Applies to: Access; any priority instead of Broken; any priority"),
        (rule(Condition(), fallback=True), "Applies to: Everything else instead of Broken; any priority"),
        (rule(calendar_id=4), "Counted in: Always instead of IT hours"),
        (rule(follow_team=True), "In the hours of: whichever team holds the request instead of the calendar named"),
        (rule(on_reopen="new_cycle"), "When reopened: a full new promise instead of the time goes on"),
        (rule(at_risk_percent=80), "Warns at: 80 % of the time instead of 75 % of the time"),
        (rule(warn_minutes=30), "Warns before it is due: 30 min, new"),
        (rule(escalate_to_id=5), "When missed, tells: Ana instead of the team's leads"),
        (
            rule(pause_on={**USUAL_PAUSES, SOLVED: frozenset({"vendor"})}),
            "Solved rests while: it waits for a supplier instead of it waits for the requester, for an approval or "
            "until an agreed date",
        ),
        (
            rule(pause_on={**USUAL_PAUSES, FIRST: frozenset()}),
            "First reply rests while: never instead of it waits for an approval",
        ),
    ],
)
def test_each_change_is_a_line(after: Promise, line: str) -> None:
    assert saying.changes(rule(), after, NAMES) == [line]


def test_what_is_the_same_is_no_change() -> None:
    assert saying.changes(rule(), rule(), NAMES) == []


def test_a_new_rule_says_what_it_promises() -> None:
    words = saying.added(rule(minutes={**TWO_HOURS, (HIGH, SOLVED): 480}), NAMES)

    assert words == "New rule “A” for broken; any priority; high: first reply 2 h, solved 8 h"


def test_a_line_of_the_history_fits_its_column_and_says_what_was_left_out() -> None:
    many = saying.line([f"Change number {n} of a long list" for n in range(40)])
    long = saying.line(["x" * 600])

    assert len(many) <= 500
    assert many.endswith("; and 25 more")
    assert len(long) == 500


def test_a_team_s_own_part_in_words() -> None:
    found = saying.own_part_changes({HIGH: 60}, {HIGH: 120, Priority.LOW: 480})

    assert found == ["Own part for high: 2 h instead of 1 h", "Own part for low: 8 h, new"]
