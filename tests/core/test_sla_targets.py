"""When each clock starts and stops (the rules of the targets), row by row."""

import pytest

from internaldesk.core import replay
from tests.core.stories import after, case, clocks_after

CREATED = "mon 10:00 created"


def state(clock) -> tuple:
    return clock["state"], clock["due"], clock["breached"], clock["elapsed_minutes"]


# --- created ---------------------------------------------------------------------------------------------------------


def test_created_outside_hours_counts_from_opening():
    result = after("sat 12:00 created", now="sun 12:00")

    assert state(result["first_response"]) == ("running", "mon+7 10:00", False, 0)


@pytest.mark.parametrize("words", ["by=agent channel=phone", "by=agent channel=walk-in", "by=agent channel=chat",
                                   "channel=phone"])  # fmt: skip
def test_filed_by_an_agent_who_is_talking_to_the_requester_is_answered_at_once(words):
    result = after(f"{CREATED} {words}", "mon 11:00 requester_reply")

    assert result["first_response"] == {
        "state": "stopped", "due": "mon 11:00", "breached": False, "elapsed_minutes": 0, "remaining_minutes": 60,
        "stopped_at": "mon 10:00"}  # fmt: skip
    assert result["next_response"][0]["state"] == "running", "a later message waits for an answer"
    assert result["resolution"]["state"] == "running"


@pytest.mark.parametrize("words", ["by=agent channel=portal", "by=agent channel=email", "by=agent", "channel=chat",
                                   "by=requester channel=chat", "by=requester channel=phone"])  # fmt: skip
def test_filed_without_contact_leaves_the_first_answer_open(words):
    assert after(f"{CREATED} {words}")["first_response"]["state"] == "running"


@pytest.mark.parametrize(("since", "due"), [("mon_09:10", "mon 10:10"), ("mon_08:00", "mon 10:00"),
                                            ("mon_11:00", "mon 11:00")])  # fmt: skip
def test_work_logged_afterwards_starts_up_to_an_hour_back_and_never_ahead(since, due):
    assert after(f"{CREATED} since={since}")["first_response"]["due"] == due


# --- first response --------------------------------------------------------------------------------------------------


def test_only_a_persons_public_reply_answers():
    silent = ["mon 10:01 auto_reply", "mon 10:05 internal_note", "mon 10:06 assigned", "mon 10:07 pending",
              "mon 10:08 requester_reply", "mon 10:09 requester_auto_reply", "mon 10:10 closed"]  # fmt: skip

    assert after(CREATED, *silent)["first_response"]["state"] == "running"
    assert after(CREATED, *silent, "mon 10:30 agent_reply")["first_response"]["stopped_at"] == "mon 10:30"


def test_an_answer_at_the_due_instant_is_in_time_and_a_second_later_is_not():
    assert after(CREATED, "mon 11:00 agent_reply")["first_response"]["breached"] is False

    late = after(CREATED, "mon 11:00:01 agent_reply")["first_response"]

    assert (late["breached"], late["breached_at"], late["stopped_at"]) == (True, "mon 11:00", "mon 11:00:01")
    assert late["elapsed_minutes"] == 60.016667


def test_resolving_without_a_reply_counts_as_the_answer():
    result = after(CREATED, "mon 10:20 resolved", "mon 12:00 reopened", "mon 12:10 requester_reply", now="mon 12:20")

    assert result["first_response"]["stopped_at"] == "mon 10:20"
    assert state(result["next_response"][0]) == ("running", "mon 14:10", False, 10)


def test_an_answer_while_approval_is_awaited_still_answers():
    result = after(CREATED, "mon 10:20 pending reason=approval", "mon 12:00 agent_reply")

    assert result["first_response"] == {
        "state": "stopped", "due": None, "breached": False, "elapsed_minutes": 20, "remaining_minutes": 40,
        "stopped_at": "mon 12:00"}  # fmt: skip


# --- next response ---------------------------------------------------------------------------------------------------

ANSWERED = (CREATED, "mon 10:30 agent_reply")


def test_the_oldest_unanswered_message_counts_and_each_cycle_is_kept():
    result = after(*ANSWERED, "mon 11:00 requester_reply", "mon 12:00 requester_reply", "mon 12:30 agent_reply",
                   "mon 13:00 requester_reply", now="mon 16:00")  # fmt: skip

    assert [state(cycle) for cycle in result["next_response"]] == [
        ("stopped", "mon 13:00", False, 90), ("running", "mon 15:00", True, 180)]  # fmt: skip


def test_follow_ups_before_the_first_answer_start_nothing_even_without_a_first_response_promise():
    result = after(CREATED, "mon 10:10 requester_reply", policy={"next_response": 120})

    assert result == {}


def test_waiting_without_an_answer_does_not_stop_the_question():
    result = after(*ANSWERED, "mon 11:00 requester_reply", "mon 11:10 pending", now="mon 12:00")

    assert state(result["next_response"][0]) == ("running", "mon 13:00", False, 60)
    assert result["resolution"]["state"] == "paused"


def test_no_answer_needed_calls_the_cycle_off_and_the_next_message_starts_another():
    result = after(*ANSWERED, "mon 11:00 requester_reply", "mon 11:10 no_reply_needed", "mon 11:20 requester_reply")

    assert result["next_response"][0] == {"state": "cancelled", "reason": "no_reply_needed"}
    assert result["next_response"][1]["due"] == "mon 13:20"


def test_no_answer_needed_where_nothing_was_asked_changes_nothing():
    assert after(*ANSWERED, "mon 11:10 no_reply_needed", now="mon 12:00") == after(*ANSWERED, now="mon 12:00")


def test_a_breached_cycle_that_needs_no_answer_keeps_its_breach():
    result = after(*ANSWERED, "mon 11:00 requester_reply", "mon 14:00 no_reply_needed")

    assert result["next_response"] == [
        {"state": "cancelled", "reason": "no_reply_needed", "breached": True, "breached_at": "mon 13:00"}]  # fmt: skip


# --- periodic update -------------------------------------------------------------------------------------------------


def test_each_reply_ends_one_update_cycle_and_begins_the_next_until_resolved():
    result = after(*ANSWERED, "mon 12:30 agent_reply", "mon 16:30 resolved", "mon 16:40 agent_reply",
                   policy={"periodic_update": 120})  # fmt: skip

    assert [state(cycle) for cycle in result["periodic_update"]] == [
        ("stopped", "mon 12:30", False, 120), ("stopped", "mon 14:30", True, 240)]  # fmt: skip


def test_an_update_cycle_begun_while_waiting_is_paused_from_the_start():
    result = after(CREATED, "mon 10:10 pending", "mon 10:30 agent_reply", policy={"periodic_update": 120})

    assert state(result["periodic_update"][0]) == ("paused", None, False, 0)


# --- resolution, reopening -------------------------------------------------------------------------------------------


def test_reopening_continues_with_what_was_used_and_the_resolved_span_is_nothing():
    events = (CREATED, "mon 16:00 resolved", "wed 10:00 reopened")

    assert state(after(*events, now="wed 11:00")["resolution"]) == ("running", "wed 12:00", False, 420)
    assert "stopped_at" not in after(*events)["resolution"]


def test_reopening_with_nothing_left_is_due_at_once():
    events = (CREATED, "tue 10:00 resolved", "wed 10:00 reopened")

    assert state(after(*events)["resolution"]) == ("running", "wed 10:00", False, 480)
    assert after(*events, now="wed 10:00:01")["resolution"]["breached_at"] == "wed 10:00"


def test_reopening_does_not_undo_a_breach():
    result = after(CREATED, "tue 11:00 resolved", "wed 10:00 reopened")["resolution"]

    assert (result["state"], result["breached_at"], result["due"]) == ("running", "tue 10:00", "tue 10:00")


def test_a_message_that_reopens_also_starts_the_next_response_in_any_order():
    for same_instant in (["wed 10:00 requester_reply", "wed 10:00 reopened"],
                         ["wed 10:00 reopened", "wed 10:00 requester_reply"]):  # fmt: skip
        result = after(*ANSWERED, "mon 16:00 resolved", *same_instant)

        assert [cycle["due"] for cycle in result["next_response"]] == ["wed 12:00"]
        assert result["resolution"]["state"] == "running"


def test_a_new_cycle_reports_both():
    result = after(CREATED, "tue 11:00 resolved", "wed 10:00 reopened", options={"on_reopen": "new_cycle"})

    assert [state(cycle) for cycle in result["resolution"]] == [
        ("stopped", "tue 10:00", True, 540), ("running", "thu 10:00", False, 0)]  # fmt: skip


def test_a_new_cycle_of_a_target_no_longer_promised_is_none():
    result = after(CREATED, "mon 11:00 resolved", "mon 12:00 policy_removed", "mon 13:00 reopened",
                   options={"on_reopen": "new_cycle"})  # fmt: skip

    assert [cycle["state"] for cycle in result["resolution"]] == ["stopped"]


def test_reopening_what_is_open_and_pausing_what_is_resolved_change_nothing():
    assert after(CREATED, "mon 11:00 reopened") == after(CREATED, now="mon 11:00")
    resolved = (CREATED, "mon 11:00 resolved")
    assert after(*resolved, "mon 12:00 pending", "mon 13:00 resumed") == after(*resolved)


def test_closing_after_resolving_changes_no_clock():
    assert after(CREATED, "mon 11:00 resolved", "mon 12:00 closed") == after(CREATED, "mon 11:00 resolved")


def test_resolving_again_answers_a_message_that_did_not_reopen():
    result = after(*ANSWERED, "mon 11:00 resolved", "mon 12:00 requester_reply", "mon 12:30 resolved")

    assert [state(cycle) for cycle in result["next_response"]] == [("stopped", "mon 14:00", False, 30)]
    assert result["resolution"]["stopped_at"] == "mon 11:00"


# --- the end of a ticket ---------------------------------------------------------------------------------------------


def test_merging_away_cancels_but_what_is_breached_stops_and_counts():
    result = after(CREATED, "mon 12:00 merged_into", "mon 13:00 agent_reply", now="tue 16:00")

    assert result["first_response"] == {
        "state": "stopped", "due": "mon 11:00", "breached": True, "elapsed_minutes": 120, "remaining_minutes": -60,
        "breached_at": "mon 11:00", "stopped_at": "mon 12:00"}  # fmt: skip
    assert result["resolution"] == {"state": "cancelled", "reason": "merged"}


@pytest.mark.parametrize(("line", "reason"), [
    ("rejected", "rejected"), ("withdrawn", "withdrawn"), ("withdrawn reason=spam", "spam"),
    ("withdrawn reason=deleted", "deleted")])  # fmt: skip
def test_an_ending_without_work_cancels_with_its_reason_and_keeps_breaches(line, reason):
    result = after(CREATED, f"mon 12:00 {line}", "mon 13:00 reopened")

    assert result["resolution"] == {"state": "cancelled", "reason": reason}
    assert result["first_response"] == {
        "state": "cancelled", "reason": reason, "breached": True, "breached_at": "mon 11:00"}  # fmt: skip


# --- one instant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [
    ["mon 11:00 agent_reply", "mon 11:00 pending"], ["mon 11:00 pending", "mon 11:00 agent_reply"]])  # fmt: skip
def test_reply_and_wait_at_one_instant_answers_and_pauses(events):
    result = after(CREATED, *events, policy={"first_response": 60, "resolution": 480, "periodic_update": 60})

    assert result["first_response"]["stopped_at"] == "mon 11:00"
    assert (result["resolution"]["state"], result["periodic_update"][0]["state"]) == ("paused", "paused")


def test_reply_and_resolve_in_any_order_leave_one_finished_update_cycle():
    policy = {"periodic_update": 60}
    one = after(CREATED, "mon 11:00 agent_reply", "mon 11:00 resolved", policy=policy)

    assert after(CREATED, "mon 11:00 resolved", "mon 11:00 agent_reply", policy=policy) == one
    assert one["periodic_update"][0]["stopped_at"] == "mon 11:00"


def test_message_before_fields_an_answer_meets_the_old_promise():
    change = {"at": "2025-06-02T10:45:00Z", "type": "priority_changed", "policy": {"first_response": 30}}

    result = after(CREATED, change, "mon 10:45 agent_reply")

    assert (result["first_response"]["due"], result["first_response"]["breached"]) == ("mon 11:00", False)


def test_at_one_instant_stop_beats_pause_beats_start():
    paused = after(CREATED, "mon 10:10 pending", "mon 11:00 pending reason=scheduled", "mon 11:00 resumed")
    stopped = after(CREATED, "mon 11:00 resolved", "mon 11:00 pending")
    asked_and_answered = after(*ANSWERED, "mon 11:00 agent_reply", "mon 11:00 requester_reply")

    assert paused["resolution"]["state"] == "paused"
    assert stopped["resolution"]["state"] == "stopped"
    assert state(asked_and_answered["next_response"][0]) == ("stopped", "mon 13:00", False, 0)


# --- what a replay refuses -------------------------------------------------------------------------------------------


def test_an_unknown_kind_of_case_is_refused():
    with pytest.raises(ValueError, match="“guess” is not a kind of case"):
        replay.run({"kind": "guess", "calendar": case()["calendar"]})


@pytest.mark.parametrize("event", [{"at": "2025-06-02T10:00:00", "type": "created"}, {"type": "created"},
                                   {"at": "2025-06-02T10:00:00Z", "type": "sneezed"}])  # fmt: skip
def test_an_event_without_offset_instant_or_known_kind_is_refused(event):
    with pytest.raises((ValueError, TypeError)):
        after(event)


def test_every_cycle_carries_its_number():
    clocks = clocks_after(*ANSWERED, "mon 11:00 requester_reply", "mon 11:10 agent_reply", "mon 11:20 requester_reply")

    assert [clock.cycle for clock in clocks if clock.target == "next_response"] == [1, 2]
    assert len(clocks) == 4
