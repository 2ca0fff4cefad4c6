"""What other priorities, policies, hours, teams and merged tickets do to clocks that run."""

import pytest

from internaldesk.core import sla
from internaldesk.core.hours import BusinessCalendar
from tests.core.stories import EARLY, NINE_TO_FIVE, after, at, clocks_after, row, rules_of

CREATED = "mon 10:00 created"
HOLDING = "mon 10:00 created team=it ola_minutes=120"


def change(when: str, **minutes: int):
    return row(f"{when} priority_changed", policy=minutes)


# --- another policy --------------------------------------------------------------------------------------------------


def test_a_new_target_counts_from_the_start_with_the_pauses_kept():
    result = after(CREATED, "mon 11:00 pending", "mon 12:00 resumed", change("mon 13:00", resolution=240),
                   policy={"resolution": 480})  # fmt: skip

    assert result["resolution"] == {
        "state": "running",
        "due": "mon 15:00",
        "breached": False,
        "elapsed_minutes": 120,
        "remaining_minutes": 120,
    }


def test_up_and_down_again_leaves_no_trace():
    there_and_back = after(CREATED, change("mon 11:00", resolution=240), change("mon 12:00", resolution=480),
                           policy={"resolution": 480})  # fmt: skip

    assert there_and_back == after(CREATED, now="mon 12:00", policy={"resolution": 480})


def test_a_new_target_already_used_up_is_breached_at_the_change_with_its_cause():
    events = (CREATED, change("mon 14:00", resolution=120))
    result = after(*events, policy={"resolution": 480})["resolution"]

    assert (result["due"], result["breached"], result["breached_at"]) == ("mon 12:00", True, "mon 14:00")
    assert clocks_after(*events, rules=rules_of({"resolution": 480})).items[0].cause == sla.RETARGET


def test_a_new_target_used_up_in_an_earlier_segment_was_due_there():
    result = after(CREATED, "mon 12:00 pending", "mon 13:00 resumed", change("mon 15:00", resolution=60),
                   policy={"resolution": 480})["resolution"]  # fmt: skip

    assert (result["due"], result["breached_at"]) == ("mon 11:00", "mon 15:00")


def test_a_target_used_up_exactly_at_an_earlier_pause_was_due_when_it_resumed():
    result = after(CREATED, "mon 11:00 pending", "mon 12:00 resumed", change("mon 13:00", resolution=60),
                   policy={"resolution": 480})["resolution"]  # fmt: skip

    assert (result["due"], result["breached_at"]) == ("mon 12:00", "mon 13:00")


def test_a_target_used_up_exactly_at_the_change_may_still_be_met():
    events = (CREATED, change("mon 12:00", resolution=120))

    assert after(*events, "mon 12:00 resolved", policy={"resolution": 480})["resolution"]["breached"] is False
    assert after(*events, now="mon 12:01", policy={"resolution": 480})["resolution"]["breached_at"] == "mon 12:00"


def test_used_up_while_paused_is_breached_when_it_next_runs():
    events = (CREATED, "mon 12:00 pending", change("mon 13:00", resolution=60))
    policy = {"resolution": 480}

    paused = after(*events, now="tue 12:00", policy=policy)["resolution"]
    resumed = after(*events, "wed 10:00 resumed", policy=policy)["resolution"]

    assert (paused["state"], paused["breached"], paused["remaining_minutes"]) == ("paused", False, -60)
    assert (resumed["due"], resumed["breached_at"]) == ("wed 10:00", "wed 10:00")
    cause = clocks_after(*events, "wed 10:00 resumed", rules=rules_of(policy)).items[0].cause
    assert cause == sla.RETARGET


def test_a_lower_priority_does_not_undo_a_breach():
    result = after(CREATED, change("mon 13:00", resolution=480), policy={"resolution": 120})["resolution"]

    assert result == {"state": "running", "due": "tue 10:00", "breached": True, "elapsed_minutes": 180,
                      "remaining_minutes": 300, "breached_at": "mon 12:00"}  # fmt: skip


def test_a_target_dropped_is_cancelled_and_one_gained_starts_as_if_from_creation():
    result = after(CREATED, "mon 10:30 pending", "mon 11:30 resumed", change("mon 12:00", resolution=240),
                   policy={"first_response": 600})  # fmt: skip

    assert result["first_response"] == {"state": "cancelled", "reason": "no_policy"}
    assert result["resolution"] == {
        "state": "running",
        "due": "mon 15:00",
        "breached": False,
        "elapsed_minutes": 60,
        "remaining_minutes": 180,
    }


def test_a_gained_target_already_used_up_is_breached_at_the_change():
    result = after(CREATED, change("mon 14:00", resolution=60), policy={})["resolution"]

    assert (result["due"], result["breached_at"]) == ("mon 11:00", "mon 14:00")


def test_a_target_gained_while_waiting_is_paused_with_what_it_would_have_used():
    result = after(CREATED, "mon 11:00 pending", change("mon 12:00", resolution=60, first_response=300), policy={})

    assert (result["resolution"]["state"], result["resolution"]["elapsed_minutes"]) == ("paused", 60)
    assert result["first_response"]["elapsed_minutes"] == 120


def test_a_target_gained_at_the_instant_it_resumes_runs_from_there():
    result = after(CREATED, "mon 10:00 pending", "mon 12:00 resumed", change("mon 12:00", resolution=60), policy={})

    assert result["resolution"]["elapsed_minutes"] == 0
    assert after(CREATED, "mon 10:00 pending", "mon 11:00 resumed", "mon 12:00 pending",
                 change("mon 12:00", resolution=60), "mon 13:00 resumed",
                 policy={})["resolution"]["elapsed_minutes"] == 60  # fmt: skip


def test_a_gained_target_does_not_count_what_was_resolved():
    result = after(CREATED, "mon 11:00 resolved", "mon 14:00 reopened", change("mon 15:00", resolution=480), policy={})

    assert result["resolution"]["elapsed_minutes"] == 120


def test_gained_answer_clocks_count_from_the_open_question_and_the_last_reply():
    gained = change("mon 14:00", first_response=60, next_response=480, periodic_update=480)
    result = after(CREATED, "mon 11:00 agent_reply", "mon 12:00 requester_reply", gained, policy={})

    assert result["next_response"][0]["elapsed_minutes"] == 120
    assert result["periodic_update"][0]["elapsed_minutes"] == 180
    assert "first_response" not in result, "it was answered before anybody promised it"


def test_what_is_resolved_gains_its_target_when_it_is_reopened():
    events = (CREATED, "mon 11:00 resolved", change("mon 12:00", resolution=480))

    assert after(*events, policy={}) == {}
    assert after(*events, "mon 14:00 reopened", policy={})["resolution"]["elapsed_minutes"] == 60


def test_a_stopped_clock_is_the_same_object_after_any_change():
    before = clocks_after(HOLDING, "mon 12:00 resolved")
    rules = rules_of(calendars={7: BusinessCalendar.parse(EARLY)})
    facts = {
        "priority_changed": {"policy": {}},
        "policy_removed": {},
        "transferred": {"team": "hr"},
        "calendar_changed": {"calendar": 7},
        "policy_edited": {"applies": True},
        "merged_into": {},
        "absorbed": {"other": {"created_at": "2025-06-01T10:00:00Z"}},
    }
    for kind, payload in facts.items():
        changed = sla.apply(before, sla.Event.from_dict(row(f"mon 13:00 {kind}", **payload)), rules)

        assert [a is b for a, b in zip(before, changed, strict=True)] == [True] * 3, kind


def test_an_edited_policy_leaves_running_clocks_alone_unless_it_is_applied_to_them():
    edited = row("mon 11:00 policy_edited", policy={"resolution": 240})

    assert after(CREATED, edited)["resolution"]["due"] == "tue 10:00"
    assert after(CREATED, {**edited, "applies": True})["resolution"]["due"] == "mon 14:00"


def test_a_removed_policy_cancels_promises_not_what_teams_owe_and_starts_no_more():
    result = after(HOLDING, "mon 10:10 agent_reply", "mon 12:30 policy_removed", "mon 12:40 requester_reply")

    assert result["resolution"] == {"state": "cancelled", "reason": "no_policy"}
    assert result["first_response"]["state"] == "stopped"
    assert result["ola"]["it"]["state"] == "running"
    assert "next_response" not in result


def test_a_policy_that_comes_back_promises_from_the_start():
    result = after(CREATED, "mon 11:00 policy_removed", change("mon 12:00", resolution=480))

    assert result["resolution"]["due"] == "tue 10:00"


def test_another_policy_may_bring_its_own_hours_pauses_and_team_minutes():
    rules = rules_of({"resolution": 480}, pause_on={sla.Target.RESOLUTION: frozenset()},
                     calendars={7: BusinessCalendar.parse(EARLY, version=7)})  # fmt: skip
    clocks = clocks_after(HOLDING, "mon 10:30 pending", rules=rules_of({"resolution": 480}))
    event = sla.Event.from_dict(row("mon 11:00 priority_changed", calendar_version=7, ola_minutes=60))

    resolution, ola = sla.apply(clocks, event, rules).items

    assert (resolution.running, resolution.calendar.version, ola.allowance_seconds) == (True, 7, 3600)
    assert ola.pause_reason == "requester"


# --- other hours -----------------------------------------------------------------------------------------------------


def test_edited_hours_move_the_future_and_not_the_past():
    result = after(CREATED, row("tue 09:30 calendar_changed", calendar=EARLY), policy={"resolution": 600})

    assert (result["resolution"]["elapsed_minutes"], result["resolution"]["due"]) == (450, "tue 12:00")


def test_a_forgotten_holiday_added_ahead_moves_due():
    closed = {**NINE_TO_FIVE, "holidays": ["2025-06-03"]}
    result = after(CREATED, row("mon 12:00 calendar_changed", calendar=closed))

    assert result["resolution"]["due"] == "wed 10:00"


def test_edited_hours_of_a_paused_clock_count_when_it_runs_again():
    result = after(CREATED, "mon 11:00 pending", row("mon 12:00 calendar_changed", calendar=EARLY), "tue 08:00 resumed")

    assert result["resolution"]["due"] == "wed 11:00"


def test_edited_hours_leave_the_due_of_a_breached_clock():
    result = after(CREATED, row("mon 12:00 calendar_changed", calendar=EARLY), now="tue 10:00")["first_response"]

    assert (result["due"], result["breached_at"], result["elapsed_minutes"]) == ("mon 11:00", "mon 11:00", 240)


def test_an_edit_without_effect_closes_no_segment():
    clocks = clocks_after(
        CREATED, row("mon 12:00 calendar_changed", calendar=NINE_TO_FIVE), "mon 12:30 calendar_changed"
    )

    assert [clock.segments for clock in clocks] == [(), ()]


def test_edited_hours_of_a_team_move_its_own_clock_only():
    result = after(HOLDING, row("mon 10:30 calendar_changed team=it", calendar=EARLY),
                   row("mon 10:40 calendar_changed team=hr", calendar=EARLY))  # fmt: skip

    assert result["ola"]["it"]["due"] == "mon 12:00"
    assert result["resolution"]["due"] == "tue 10:00"


# --- teams -----------------------------------------------------------------------------------------------------------


def test_a_team_that_gets_a_ticket_back_continues_its_allowance():
    result = after(HOLDING, "mon 11:00 transferred team=hr ola_minutes=60", "mon 11:30 transferred team=it",
                   "mon 12:00 transferred team=hr", now="mon 12:10")["ola"]  # fmt: skip

    assert (result["it"]["state"], result["it"]["elapsed_minutes"]) == ("stopped", 90)
    assert (result["hr"]["state"], result["hr"]["elapsed_minutes"], result["hr"]["due"]) == ("running", 40, "mon 12:30")


def test_promises_do_not_notice_a_transfer():
    moved = after(CREATED, row("mon 11:00 transferred team=hr", calendar=EARLY))

    assert moved == after(CREATED, now="mon 11:00")


def test_a_team_gets_its_own_hours_and_may_get_more_time_on_return():
    result = after(HOLDING, row("mon 11:00 transferred team=hr", ola_minutes=120, calendar=EARLY),
                   "mon 11:30 transferred team=it ola_minutes=240", "mon 11:40 transferred team=hr")["ola"]  # fmt: skip

    assert result["hr"]["due"] == "tue 09:10", "thirty minutes used, twenty left today, then tomorrow at eight"
    assert result["it"]["remaining_minutes"] == 240 - 70


def test_a_breached_team_stays_breached_when_the_ticket_comes_back():
    result = after(HOLDING, "mon 13:00 transferred team=hr", "mon 14:00 transferred team=it", now="mon 15:00")["ola"]

    assert (result["it"]["breached_at"], result["it"]["elapsed_minutes"]) == ("mon 12:00", 240)
    assert "hr" not in result, "nothing was agreed with that team"


def test_a_team_that_gets_a_waiting_ticket_starts_when_it_wakes():
    events = (HOLDING, "mon 10:30 pending", "mon 11:00 transferred team=hr ola_minutes=60")
    result = after(*events)["ola"]

    assert (result["it"]["state"], result["it"]["elapsed_minutes"], result["it"]["due"]) == ("stopped", 30, None)
    assert (result["hr"]["state"], result["hr"]["elapsed_minutes"]) == ("paused", 0)
    assert after(*events, "mon 12:00 resumed")["ola"]["hr"]["due"] == "mon 13:00"
    back = after(*events, "mon 11:30 transferred team=it")["ola"]["it"]
    assert (back["state"], "stopped_at" in back) == ("paused", False)


def test_handing_a_ticket_to_the_team_that_has_it_changes_nothing():
    assert after(HOLDING, "mon 11:00 transferred team=it") == after(HOLDING, now="mon 11:00")


def test_a_ticket_without_team_owes_nothing_to_the_desk():
    result = after(HOLDING, "mon 11:00 transferred", now="mon 12:00")["ola"]

    assert result["it"]["stopped_at"] == "mon 11:00"


def test_a_resolved_ticket_moves_without_a_clock_until_it_is_reopened():
    events = (HOLDING, "mon 11:00 resolved", "mon 12:00 transferred team=hr ola_minutes=60")

    assert set(after(*events)["ola"]) == {"it"}
    assert after(*events, "mon 13:00 reopened")["ola"]["hr"]["due"] == "mon 14:00"
    assert after(HOLDING, "mon 11:00 resolved", "mon 12:00 reopened")["ola"]["it"]["due"] == "mon 13:00"


def test_a_promise_that_follows_the_team_counts_segment_by_segment():
    clocks = clocks_after(
        row("mon 10:00 created team=it"), row("mon 11:00 transferred team=hr", calendar=EARLY),
        "tue 09:00 transferred team=it", now="tue 10:00",
        rules=rules_of({"resolution": 480}, follow_team=True))  # fmt: skip
    (resolution,) = clocks

    assert [(s.team, s.seconds // 60, s.ended_by) for s in resolution.segments] == [
        ("it", 60, "transferred"), ("hr", 120, "transferred")]  # fmt: skip
    assert resolution.holder == "it"
    assert sla.used(resolution, resolution.due) == 480 * 60


def test_the_team_of_creation_may_have_its_own_hours():
    result = after(row("mon 08:00 created team=it", ola_minutes=60, team_calendar=EARLY))

    assert result["ola"]["it"]["due"] == "mon 09:00"
    assert result["resolution"]["due"] == "mon 17:00"


# --- merged tickets --------------------------------------------------------------------------------------------------


def older(when: str, **other):
    return row(f"{when} absorbed", other={"created_at": "2025-06-02T09:00:00+00:00", **other})


def test_the_clock_that_has_used_more_survives_with_its_pauses():
    pauses = [["2025-06-02T12:00:00+00:00", "2025-06-02T13:00:00+00:00"],
              ["2025-06-02T09:30:00+00:00", "2025-06-02T11:00:00+00:00", "scheduled"],
              ["2025-06-02T13:00:00+00:00", "2025-06-02T13:30:00+00:00", "vendor"]]  # fmt: skip
    result = after("mon 13:00 created", older("mon 14:00", pauses=pauses), policy={"resolution": 480})["resolution"]

    assert result["elapsed_minutes"] == 30 + 60 + 60
    assert result["due"] == "tue 11:30"


def test_our_own_clock_survives_when_it_has_used_more():
    pauses = [["2025-06-02T09:00:00+00:00", None]]
    result = after(CREATED, older("mon 14:00", pauses=pauses))

    assert result["resolution"]["elapsed_minutes"] == 240
    assert result["first_response"]["elapsed_minutes"] == 300, "waiting does not stop the first answer"


def test_of_two_clocks_that_used_the_same_ours_survives():
    (ours,) = clocks_after(CREATED, older("mon 11:00", pauses=[["2025-06-02T09:00:00Z", "2025-06-02T10:00:00Z"]]),
                           rules=rules_of({"resolution": 480}))  # fmt: skip

    assert (ours.started_at, ours.segments) == (at("mon 10:00"), ())


def test_an_older_ticket_that_was_answered_leaves_the_first_answer_alone():
    result = after(CREATED, older("mon 10:30", answered=True))

    assert (result["first_response"]["due"], result["resolution"]["due"]) == ("mon 11:00", "mon 17:00")


def test_the_breach_of_the_older_ticket_comes_with_it_at_its_instant():
    result = after(CREATED, older("mon 10:30"))["first_response"]

    assert (result["due"], result["breached_at"]) == ("mon 10:00", "mon 10:00")


def test_an_older_clock_in_a_waiting_ticket_waits_and_one_overdue_stays_so():
    waiting = after(CREATED, "mon 10:10 pending", older("mon 12:00"))["resolution"]
    overdue = after(CREATED, "mon 10:10 pending", older("mon 12:00"), policy={"resolution": 120})["resolution"]

    assert (waiting["state"], waiting["elapsed_minutes"], waiting["breached"]) == ("paused", 180, False)
    assert (overdue["state"], overdue["breached_at"]) == ("paused", "mon 11:00")


@pytest.mark.parametrize("pauses", [[], [["2025-06-02T09:00:00Z", "2025-06-02T10:00:00Z"],
                                         ["2025-06-02T11:00:00Z", None]]])  # fmt: skip
def test_an_older_ticket_still_waiting_when_merged_runs_on_if_ours_does(pauses):
    result = after("mon 11:55 created", older("mon 12:00", pauses=pauses), now="mon 13:00")["resolution"]

    assert result["elapsed_minutes"] == (120 if pauses else 240)


def test_an_absorbed_ticket_nobody_describes_changes_nothing():
    assert after(CREATED, "mon 11:00 absorbed") == after(CREATED, now="mon 11:00")
