"""What other promises would make of the same requests: a log replayed under a draft, and the effect of an edit."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

import pytest

from internaldesk.core import sla, trial
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked
from internaldesk.core.sla import Event, Target
from internaldesk.core.trial import Draft
from tests.core.stories import DAYS, EARLY, MONDAY, NINE_TO_FIVE, at, clocks_after, row, rules_of

BROKEN, ACCESS = 1, 2
HIGH, LOW = Priority.HIGH, Priority.LOW
ROUND, DAYTIME, MORNINGS = 1, 2, 3
CALENDARS = {
    ROUND: BusinessCalendar.parse(
        {"timezone": "UTC", "hours": {day: [["00:00", "24:00"]] for day in DAYS}}, version=ROUND
    ),
    DAYTIME: BusinessCalendar.parse(NINE_TO_FIVE, version=DAYTIME),
    MORNINGS: BusinessCalendar.parse(EARLY, version=MORNINGS),
}
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00Z")
EDITED = at("tue 00:00")


def draft(resolution=480, high=None, **facts) -> Draft:
    promised = {LOW: {"resolution": resolution}, HIGH: {"resolution": resolution if high is None else high}}
    known = {"condition": {"types": [BROKEN]}, "fallback": False, "versions": [(LONG_AGO, DAYTIME)], **facts}
    return Draft(minutes=promised, **known)


def log(*lines) -> list[Event]:
    """A ticket's log as it was stored: filed on Monday at nine around the clock with an hour to solve."""
    filed = row("mon 09:00 created", calendar=ROUND, policy={"resolution": 60}, priority="low", policy_version=7)
    rows = [filed, *(row(line) if isinstance(line, str) else line for line in lines)]
    return [Event.from_dict({**found, "seq": n}) for n, found in enumerate(rows, 1)]


def tried(told, rule=None, *, now="fri 17:00", asked=None) -> sla.Clocks | None:
    rule = rule or draft()
    asked = asked or Asked(BROKEN, LOW)
    return trial.tried(told, asked, rule, rule.rules(CALENDARS), now=at(now))


def due(told, rule=None, **rest) -> datetime:
    return tried(told, rule, **rest).latest(Target.RESOLUTION).due


def change(line, **facts):
    return row(line, **{"calendar": ROUND, "policy": {"resolution": 60}, "policy_version": 8, **facts})


# --- whose promise it is ---------------------------------------------------------------------------------------------


def test_the_draft_promises_in_its_own_hours_instead_of_what_was_promised():
    assert due(log()) == at("mon 17:00")


def test_a_request_the_draft_would_not_hold_for_is_not_tried():
    assert tried(log(), asked=Asked(ACCESS, LOW)) is None


@dataclass
class Rule:
    condition: dict
    fallback: bool = False


def test_a_rule_ahead_wins():
    assert tried(log(), draft(ahead=[Rule({"types": [BROKEN]})])) is None
    assert tried(log(), draft(ahead=[Rule({"types": [ACCESS]})])) is not None


def test_it_is_the_priority_at_filing_that_decides():
    high_only = draft(condition={"priority": ["high"]})

    assert tried(log(), high_only, asked=Asked(BROKEN, HIGH)) is None
    assert tried([replace(log()[0], priority="high")], high_only) is not None


def test_an_old_log_that_tells_no_priority_counts_at_the_present_one():
    told = [replace(log()[0], priority=None)]

    assert due(told, draft(high=60), asked=Asked(BROKEN, HIGH)) == at("mon 10:00")


def test_a_priority_for_which_nothing_is_promised_has_no_clocks():
    promised = draft()

    assert len(tried(log(), replace(promised, minutes={HIGH: promised.minutes[HIGH]}))) == 0


# --- what happened meanwhile -----------------------------------------------------------------------------------------


def test_another_priority_is_measured_by_the_draft_from_the_start():
    raised = change("mon 10:00 priority_changed", priority="high")

    assert due(log(raised), draft(high=240)) == at("mon 13:00")


def test_while_the_draft_does_not_hold_what_was_really_promised_counts():
    low_only = draft(condition={"priority": ["low"]})
    raised = change("mon 10:00 priority_changed", priority="high", policy={"resolution": 120})
    hours = row("mon 10:00 calendar_changed", calendar=MORNINGS)
    lowered = change("tue 09:00 priority_changed", priority="low")

    assert due(log(raised), low_only) == at("mon 11:00")
    assert due(log(raised, hours), low_only) == at("mon 11:00")
    assert due(log(raised, lowered), low_only, now="mon 10:30") == due(log(), low_only)


def test_hours_edited_while_the_draft_does_not_hold_are_none_of_its_own():
    low_only = draft(condition={"priority": ["low"]}, versions=[(LONG_AGO, DAYTIME), (EDITED, MORNINGS)])
    raised = change("mon 10:00 priority_changed", priority="high", policy={"resolution": 6000})

    clock = tried(log(raised), low_only).latest(Target.RESOLUTION)

    assert clock.calendar.version == ROUND


@pytest.mark.parametrize(
    "real",
    [
        row("mon 10:00 policy_edited", policy={"resolution": 5}, policy_version=9, applies=True),
        row("mon 10:00 policy_removed"),
        row("mon 10:00 calendar_changed", calendar=MORNINGS),
    ],
)
def test_what_was_edited_in_the_real_promise_does_not_count_under_the_draft(real):
    assert due(log(real)) == at("mon 17:00")


def test_edited_hours_of_the_drafts_calendar_count_from_their_day_on():
    rule = draft(600, versions=[(EDITED, MORNINGS), (LONG_AGO, DAYTIME)])

    assert due(log(), rule) == at("tue 10:00")
    assert due(log(), rule, now="mon 12:00") == at("tue 11:00")


def test_what_was_before_every_version_counts_in_the_first():
    assert draft(versions=[(EDITED, MORNINGS), (at("wed 00:00"), DAYTIME)]).hours_at(MONDAY) == MORNINGS


def test_hours_of_a_team_count_where_the_draft_follows_it():
    held = [replace(log()[0], team="it", team_calendar=ROUND), *log("mon 10:00 pending", "mon 11:00 resumed")[1:]]
    team = row("mon 12:00 calendar_changed team=it", calendar=MORNINGS)
    told = [*held, Event.from_dict({**team, "seq": 4})]

    assert due(held, draft(follow_team=True)) == at("mon 18:00")
    assert due(told, draft(follow_team=True)) == at("wed 10:00")
    assert due(told) == at("tue 10:00")


def test_pauses_are_those_of_the_draft():
    asleep = log("mon 10:00 pending", "mon 12:00 resumed")
    restless = draft(pause_on={**sla.DEFAULT_PAUSE_ON, Target.RESOLUTION: frozenset()})

    assert due(asleep) == at("tue 11:00")
    assert due(asleep, restless) == at("mon 17:00")


def test_reopening_is_as_the_draft_says():
    told = log("mon 10:00 resolved", "tue 09:00 reopened")

    assert due(told) == at("tue 16:00")
    assert due(told, draft(on_reopen="new_cycle")) == at("tue 17:00")


def test_the_warning_share_is_that_of_the_draft():
    clock = tried(log(), draft(at_risk_share=Fraction(1, 2))).latest(Target.RESOLUTION)

    assert clock.at_risk_at == at("mon 13:00")


def test_a_breach_nobody_recorded_is_found_at_its_own_instant():
    assert tried(log(), draft(60)).latest(Target.RESOLUTION).breached_at == at("mon 10:00")
    assert tried(log(), draft(60), now="mon 10:00").latest(Target.RESOLUTION).breached_at is None


# --- verdicts and counts ---------------------------------------------------------------------------------------------


@dataclass
class Stored:
    target: Target
    breached_at: datetime | None = None
    cause: str | None = None
    waived_at: datetime | None = None


FIRST, NEXT, SOLVED = Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION


@pytest.mark.parametrize(
    ("clock", "met"),
    [
        (Stored(SOLVED), True),
        (Stored(SOLVED, MONDAY), False),
        (Stored(SOLVED, MONDAY, waived_at=MONDAY), True),
        (Stored(SOLVED, MONDAY, cause="retarget"), True),
    ],
)
def test_a_miss_is_a_breach_that_was_neither_waived_nor_made_by_a_new_promise(clock, met):
    assert trial.kept([clock]) == {SOLVED: met}


def test_one_missed_cycle_is_a_missed_promise_and_the_teams_own_part_is_none():
    clocks = [Stored(NEXT, MONDAY), Stored(NEXT), Stored(Target.OLA, MONDAY)]

    assert trial.kept(clocks) == {NEXT: False}
    assert trial.kept(reversed(clocks)) == {NEXT: False}


def test_folded_clocks_are_judged_alike():
    clocks = clocks_after("mon 09:00 created", "mon 12:00 agent_reply", now="mon 13:00")

    assert trial.kept(clocks) == {FIRST: False, SOLVED: True}


def test_a_request_counts_as_met_when_all_its_promises_were():
    found = trial.counted({FIRST: True, SOLVED: True}, {FIRST: True, NEXT: False})

    assert (found["requests"], found["new_met"], found["old_met"]) == (1, 1, 0)
    assert found["per_target"] == {
        "first_response": {"new_requests": 1, "new_met": 1, "old_requests": 1, "old_met": 1},
        "next_response": {"new_requests": 0, "new_met": 0, "old_requests": 1, "old_met": 0},
        "resolution": {"new_requests": 1, "new_met": 1, "old_requests": 0, "old_met": 0},
    }


def test_a_request_to_which_the_draft_promises_nothing_counts_nowhere():
    assert trial.counted({}, {FIRST: True}) == {}


def test_percentages_are_floored_and_only_said_from_ten_cases_on():
    part = {"new_requests": 9, "new_met": 9, "old_requests": 411, "old_met": 386}
    result = trial.with_shares({"requests": 411, "new_met": 386, "old_met": 411, "per_target": {"resolution": part}})

    assert (result["new"], result["old"]) == (93.9, 100.0)
    assert result["per_target"]["resolution"] == {**part, "new": None, "old": 93.9}


def test_a_month_without_requests_has_noughts():
    result = trial.with_shares({})

    assert (result["requests"], result["new"], result["per_target"]) == (0, None, {})


# --- the effect of an edit -------------------------------------------------------------------------------------------


def edited(*events, now="mon 10:00", **policy) -> trial.Moved:
    """What applying another promise at `now` does to a request filed on Monday at nine."""
    before = clocks_after("mon 09:00 created", *events, now=now)
    told = Event.from_dict(row(f"{now} policy_edited", policy=policy, applies=True))
    return trial.moved(before, sla.apply(before, told, rules_of()))


def test_a_shorter_promise_is_sooner_and_tells_the_first_one_that_is():
    assert edited(first_response=90, resolution=240) == ("sooner", False, SOLVED, at("mon 17:00"), at("mon 13:00"))


def test_a_longer_promise_is_later():
    assert edited(first_response=90, resolution=480) == ("later", False, FIRST, at("mon 10:00"), at("mon 10:30"))


def test_the_same_promise_moves_nothing():
    assert edited(first_response=60, resolution=480) == ("same", False, None, None, None)


def test_a_promise_used_up_already_is_missed_at_once():
    moved = edited(first_response=60, resolution=30)

    assert (moved.way, moved.missed, moved.after) == ("sooner", True, at("mon 09:30"))


def test_what_was_missed_before_goes_nowhere():
    assert edited(first_response=10, resolution=480, now="mon 12:00") == ("same", False, None, None, None)


def test_what_is_over_goes_nowhere():
    assert edited("mon 09:30 agent_reply", first_response=10, resolution=480).way == "same"


def test_a_promise_that_is_no_more_is_later():
    assert edited(first_response=60) == ("later", False, SOLVED, at("mon 17:00"), None)


def test_a_promise_that_was_none_before_is_sooner():
    before = clocks_after("mon 09:00 created", now="mon 10:00", rules=rules_of({"resolution": 480}))
    told = Event.from_dict(
        row("mon 10:00 policy_edited", policy={"resolution": 480, "first_response": 90}, applies=True)
    )

    moved = trial.moved(before, sla.apply(before, told, rules_of()))

    assert moved == ("sooner", False, FIRST, None, at("mon 10:30"))


def test_a_resting_promise_is_compared_by_its_length():
    asleep = "mon 09:30 pending"

    assert edited(asleep, first_response=60, resolution=240) == ("sooner", False, SOLVED, None, None)
    assert edited(asleep, first_response=60, resolution=900).way == "later"
    assert edited(asleep, first_response=60, resolution=480).way == "same"


def test_a_clock_that_came_and_went_is_no_difference():
    before = clocks_after("mon 09:00 created", now="mon 10:00")
    later = clocks_after("mon 09:00 created", "mon 09:10 agent_reply", "mon 09:20 requester_reply",
                         "mon 09:30 agent_reply", now="mon 10:00")  # fmt: skip

    assert trial.moved(before, later).target is FIRST
