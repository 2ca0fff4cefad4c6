"""What cannot be saved is refused in a sentence that names the field; what can be is let through."""

from typing import Any

import pytest

from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.promises import checks
from internaldesk.promises.checks import Known
from internaldesk.promises.terms import Promise, Terms
from tests.make import NOON
from tests.promises.rulebook import FIRST, NEXT, SOLVED, WORD

OFFICE = BusinessCalendar.parse(
    {"timezone": "Europe/London", "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
SHUT = BusinessCalendar.parse({"timezone": "Europe/London", "hours": {}})
ONCE = BusinessCalendar.parse(
    {"timezone": "UTC", "hours": {}, "openings": [{"date": "2026-12-01", "hours": [["09:00", "10:00"]]}]}
)
KNOWN = Known(types={7, 8}, locations={1}, people={5}, calendar=OFFICE)
HIGH, LOW = Priority.HIGH, Priority.LOW
ONLY_HIGH = Condition(priorities=frozenset({HIGH}))


def found(known: Known = KNOWN, **facts: Any) -> dict[str, str]:
    condition, fallback = facts.pop("condition", ONLY_HIGH), facts.pop("fallback", False)
    minutes = facts.pop("minutes", {(HIGH, FIRST): 60, (HIGH, SOLVED): 480})
    promise = Promise("Rule", condition, fallback, Terms(minutes, 3, **facts))
    return {fault.field: fault.sentence for fault in checks.faults(promise, known, now=NOON)}


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"condition": Condition(types=frozenset({7}))},
        {"condition": Condition(customer_waiting=False)},
        {"condition": Condition(locations=frozenset({1}))},
        {"condition": Condition(), "fallback": True},
        {"minutes": {(HIGH, WORD): 480}},
        {"minutes": {(HIGH, FIRST): 480, (HIGH, NEXT): 60, (HIGH, SOLVED): 480}},
        {"minutes": {(HIGH, SOLVED): 400 * 480}},
        {"warn_minutes": 30, "at_risk_percent": 1, "escalate_to_id": 5},
        {"at_risk_percent": 99},
    ],
)
def test_a_rule_that_says_something_can_be_saved(facts: dict[str, Any]) -> None:
    assert found(**facts) == {}


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"minutes": {}}, "high_first_response", "Promise something"),
        ({"minutes": {(LOW, SOLVED): 60}}, "high_first_response", "Promise something"),
        ({"minutes": {(HIGH, NEXT): 60}}, "high_next_response", "Next reply for high: promise a first reply as well"),
        ({"minutes": {(HIGH, FIRST): 0}}, "high_first_response", "First reply for high: write more than nothing"),
        (
            {"minutes": {(HIGH, SOLVED): 400 * 480 + 1}},
            "high_resolution",
            "Solved for high: 3200 h 01 is more than 400 business days (3200 h).",
        ),
        (
            {"minutes": {(HIGH, FIRST): 481, (HIGH, SOLVED): 480}},
            "high_first_response",
            "First reply for high: 8 h 01 is longer than the 8 h in which it is to be solved.",
        ),
        ({"condition": Condition()}, "types", "a rule that says nothing would match nothing"),
        ({"fallback": True}, "fallback", "A rule for everything else has no types"),
        ({"condition": Condition(types=frozenset({9}))}, "types", "not one of this team's"),
        ({"condition": Condition(types=frozenset({0, 7}))}, "types", "not one of this team's"),
        ({"condition": Condition(locations=frozenset({2}))}, "locations", "That place is not known here."),
        ({"at_risk_percent": 0}, "warn_at", "Warn at: write a number from 1 to 99."),
        ({"at_risk_percent": 100}, "warn_at", "Warn at: write a number from 1 to 99."),
        ({"warn_minutes": 0}, "warn_before", "Warning before it is due: write more than nothing"),
        ({"escalate_to_id": 6}, "escalate_to", "Tell: choose somebody of this team or above it."),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(facts: dict[str, Any], field: str, says: str) -> None:
    faults = found(**facts)

    assert list(faults) == [field]
    assert says in faults[field]


@pytest.mark.parametrize(
    ("calendar", "says"),
    [
        (None, "Choose the calendar it counts in."),
        (SHUT, "Counted in: This calendar (Europe/London) has no opening hours."),
        (ONCE, "Counted in: This calendar (UTC) has no opening hours."),
    ],
)
def test_hours_in_which_it_would_never_be_due_are_refused(calendar: BusinessCalendar | None, says: str) -> None:
    faults = found(Known({7}, {1}, {5}, calendar))

    assert list(faults) == ["calendar"]
    assert faults["calendar"].startswith(says)


def test_there_is_one_rule_for_everything_else() -> None:
    faults = found(Known({7}, {1}, {5}, OFFICE, elsewhere="The rest"), condition=Condition(), fallback=True)

    assert faults == {"fallback": "“The rest” already holds for everything else, and there can be only one such rule."}


def test_all_faults_are_told_at_once() -> None:
    faults = found(condition=Condition(), minutes={(HIGH, NEXT): 0}, at_risk_percent=0)

    assert list(faults) == ["types", "high_next_response", "warn_at"]


def test_a_team_s_own_part_is_more_than_nothing_and_less_than_forever() -> None:
    faults = checks.own_part_faults({HIGH: 0, LOW: 400 * 480 + 1, Priority.MEDIUM: 480}, OFFICE)

    assert [fault.field for fault in faults] == ["high", "low"]
    assert faults[0].sentence.startswith("Own part for high: write more than nothing")
