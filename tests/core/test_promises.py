"""Which of a team's rules holds: in order, by what was asked, and never by accident."""

from dataclasses import dataclass, field

import pytest

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, Condition, first_match, holds

BROKEN, ACCESS = 1, 2
ASKED = Asked(BROKEN, Priority.HIGH, customer_waiting=True, location_id=5)


@dataclass
class Rule:
    condition: dict = field(default_factory=dict)
    fallback: bool = False


@pytest.mark.parametrize(
    "condition",
    [
        {"types": [BROKEN]},
        {"priority": ["high", "urgent"]},
        {"customer_waiting": True},
        {"locations": [4, 5]},
        {"types": [BROKEN, ACCESS], "priority": ["high"], "customer_waiting": True, "locations": [5]},
    ],
)
def test_every_part_that_is_said_must_fit(condition):
    assert holds(Rule(condition), ASKED)


@pytest.mark.parametrize(
    "condition",
    [
        {"types": [ACCESS]},
        {"priority": ["low"]},
        {"customer_waiting": False},
        {"locations": [4]},
        {"types": [BROKEN], "priority": ["low"]},
    ],
)
def test_one_part_that_does_not_fit_is_enough(condition):
    assert not holds(Rule(condition), ASKED)


def test_a_blank_condition_matches_nothing_unless_it_is_the_declared_fallback():
    assert not holds(Rule(), ASKED)
    assert holds(Rule(fallback=True), ASKED)


def test_the_first_in_order_wins():
    urgent, all_broken, rest = Rule({"priority": ["urgent"]}), Rule({"types": [BROKEN]}), Rule(fallback=True)

    assert first_match([urgent, all_broken, rest], ASKED) is all_broken
    assert first_match([urgent, all_broken], Asked(ACCESS, Priority.LOW)) is None


def test_a_condition_comes_back_as_it_was_stored():
    stored = {"types": [1, 2], "priority": ["urgent", "low"], "customer_waiting": False, "locations": [3]}

    assert Condition.parse(stored).to_dict() == stored
    assert Condition.parse({}).empty
