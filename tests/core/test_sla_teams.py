"""What a team owes the desk: agreed, agreed otherwise, agreed no more, and agreed while the team has the ticket."""

from internaldesk.core import sla
from internaldesk.core.sla import Target
from tests.core.stories import EARLY, after, at, clocks_after, row, rules_of

HELD = "mon 10:00 created team=it"
AGREED = f"{HELD} ola_minutes=120"


def agreed(when: str, minutes: int, **rest):
    return row(f"{when} priority_changed", ola_minutes=minutes, **rest)


def owed(*events, team="it", **rest):
    return after(*events, **rest).get("ola", {}).get(team)


def test_other_minutes_count_from_the_start():
    found = owed(AGREED, agreed("mon 11:00", 90))

    assert (found["due"], found["elapsed_minutes"]) == ("mon 11:30", 60)


def test_no_word_about_minutes_changes_none():
    assert owed(AGREED, row("mon 11:00 priority_changed"))["due"] == "mon 12:00"


def test_nothing_agreed_any_more_calls_the_clock_off_and_a_miss_stays():
    assert owed(AGREED, agreed("mon 11:00", 0)) == {"state": "cancelled", "reason": "no_policy"}
    assert owed(AGREED, agreed("mon 13:00", 0))["breached_at"] == "mon 12:00"


def test_nothing_agreed_leaves_other_teams_and_the_promises_alone():
    events = (AGREED, "mon 11:00 transferred team=hr ola_minutes=60", agreed("mon 11:30", 0))

    assert owed(*events, "mon 11:40 transferred team=it")["state"] == "running"
    assert after(*events)["resolution"]["state"] == "running"
    assert owed(*events, team="hr") == {"state": "cancelled", "reason": "no_policy"}


def test_a_team_that_hears_on_getting_it_that_nothing_is_agreed_owes_nothing():
    back = ("mon 11:00 transferred team=hr", "mon 12:00 transferred team=it ola_minutes=0")

    assert owed(AGREED, *back)["state"] == "stopped", "what it did before stays decided"
    assert owed(AGREED, "mon 11:00 transferred team=it ola_minutes=0") == {"state": "cancelled", "reason": "no_policy"}
    assert owed(HELD, "mon 11:00 transferred team=it ola_minutes=0") is None


def test_what_is_agreed_later_counts_from_when_the_team_first_had_it():
    events = (HELD, "mon 10:30 transferred team=hr", "mon 11:00 pending", "mon 11:30 transferred team=it",
              "mon 12:00 resumed", agreed("mon 12:30", 120))  # fmt: skip

    found = owed(*events)

    assert (found["elapsed_minutes"], found["due"]) == (60, "mon 13:30")
    clock = clocks_after(*events).latest(Target.OLA, "it")
    assert (clock.started_at, clock.team, clock.holder) == (at("mon 10:00"), "it", "it")


def test_what_is_agreed_later_counts_in_the_hours_of_the_team():
    moved = row("mon 10:00 created team=it", team_calendar=EARLY)

    assert owed(moved, agreed("tue 09:00", 240))["elapsed_minutes"] == 120 + 60


def test_what_is_agreed_later_and_used_up_already_is_missed_at_that_instant():
    found = owed(HELD, agreed("mon 13:00", 60))

    assert (found["due"], found["breached_at"]) == ("mon 11:00", "mon 13:00")
    assert clocks_after(HELD, agreed("mon 13:00", 60)).latest(Target.OLA, "it").cause == sla.RETARGET


def test_what_is_agreed_again_is_a_cycle_of_its_own():
    clocks = clocks_after(AGREED, agreed("mon 10:30", 0), agreed("mon 11:00", 240), rules=rules_of())

    assert [(clock.state, clock.cycle) for clock in clocks.all(Target.OLA, "it")] == [("cancelled", 1), ("running", 2)]
    assert clocks.latest(Target.OLA, "it").due == at("mon 14:00")


def test_a_team_that_waits_when_something_is_agreed_waits_with_it():
    found = owed(HELD, "mon 10:30 pending", agreed("mon 11:00", 60))

    assert (found["state"], found["elapsed_minutes"], found["due"]) == ("paused", 30, None)


def test_nobody_holding_it_owes_nothing():
    assert owed("mon 10:00 created", agreed("mon 11:00", 60)) is None


def test_what_is_over_waits_for_nothing():
    clocks = clocks_after(HELD, "mon 11:00 pending reason=scheduled until=tue_09:00", "mon 12:00 withdrawn")

    assert sla.settle(clocks, at("wed 10:00")) is clocks
