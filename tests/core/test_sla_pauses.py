"""What waiting does to each clock, reason by reason."""

import pytest

from tests.core.stories import after, clocks_after

CREATED = "mon 10:00 created"
EVERYTHING = {"first_response": 480, "next_response": 480, "resolution": 480, "periodic_update": 480}
BUSY = ("mon 10:00 created team=it ola_minutes=480", "mon 10:10 agent_reply", "mon 10:20 requester_reply")


def running(clock) -> bool:
    return clock["state"] == "running"


@pytest.mark.parametrize(("reason", "paused"), [
    ("requester", {"resolution", "periodic_update", "ola"}),
    ("scheduled", {"resolution", "periodic_update", "ola"}),
    ("approval", {"resolution", "periodic_update", "ola"}),
    ("vendor", {"ola"})])  # fmt: skip
def test_each_reason_pauses_the_targets_of_its_list(reason, paused):
    result = after(*BUSY, f"mon 11:00 pending reason={reason}", policy=EVERYTHING)

    states = {"resolution": result["resolution"], "next_response": result["next_response"][0],
              "periodic_update": result["periodic_update"][0], "ola": result["ola"]["it"]}  # fmt: skip
    assert {name for name, clock in states.items() if clock["state"] == "paused"} == paused
    assert all(clock["due"] is None for clock in states.values() if clock["state"] == "paused")


def test_approval_alone_pauses_the_first_answer():
    for reason, state in (
        ("requester", "running"),
        ("scheduled", "running"),
        ("vendor", "running"),
        ("approval", "paused"),
    ):
        assert after(CREATED, f"mon 10:10 pending reason={reason}")["first_response"]["state"] == state


def test_approval_from_creation_uses_nothing_and_work_starts_with_it():
    result = after(CREATED, "mon 10:00 pending reason=approval", "tue 09:00 resumed", now="tue 09:30")

    assert (result["resolution"]["due"], result["resolution"]["elapsed_minutes"]) == ("tue 17:00", 30)


@pytest.mark.parametrize(("reason", "wakes"), [
    ("requester", True), ("scheduled", True), ("approval", False), ("vendor", False)])  # fmt: skip
def test_a_message_wakes_what_waited_for_the_requester_or_a_date(reason, wakes):
    result = after(*BUSY, f"mon 11:00 pending reason={reason}", "mon 12:00 requester_reply", policy=EVERYTHING)

    assert running(result["ola"]["it"]) is wakes


def test_an_automatic_reply_or_an_answer_wakes_nothing():
    events = (CREATED, "mon 11:00 pending", "mon 12:00 requester_auto_reply", "mon 12:30 agent_reply")

    assert after(*events)["resolution"]["state"] == "paused"


def test_a_scheduled_wait_ends_at_its_instant_however_late_anybody_looks():
    events = (CREATED, "mon 11:00 pending reason=scheduled until=tue_12:00")

    assert after(*events, now="tue 11:59")["resolution"]["state"] == "paused"
    assert after(*events, now="tue 12:00")["resolution"]["due"] == "wed 11:00"
    late = after(*events, "thu 10:00 agent_reply")["resolution"]
    assert (late["breached_at"], late["elapsed_minutes"]) == ("wed 11:00", 60 + 300 + 480 + 60)


def test_a_wait_until_a_moment_that_has_passed_is_none():
    events = (CREATED, "mon 11:00 pending reason=scheduled until=mon_10:00")

    assert after(*events) == after(CREATED, now="mon 11:00")


def test_a_wait_for_the_past_ends_the_wait_there_was():
    events = (CREATED, "mon 11:00 pending", "mon 12:00 pending reason=scheduled until=mon_10:00")

    assert running(after(*events)["resolution"])


def test_only_a_scheduled_wait_ends_by_its_date():
    assert after(CREATED, "mon 11:00 pending until=mon_12:00", now="tue 12:00")["resolution"]["state"] == "paused"


def test_a_new_date_replaces_the_old_one():
    result = after(CREATED, "mon 11:00 pending reason=scheduled until=mon_12:00",
                   "mon 11:30 pending reason=scheduled until=mon_14:00", now="mon 15:00")  # fmt: skip

    assert result["resolution"]["elapsed_minutes"] == 120


def test_changing_the_reason_moves_each_clock_by_its_own_list():
    result = after("mon 10:00 created team=it ola_minutes=480", "mon 11:00 pending", "mon 12:00 pending reason=vendor",
                   "mon 13:00 pending reason=approval", "mon 14:00 resumed", now="mon 15:00")  # fmt: skip

    assert result["resolution"]["elapsed_minutes"] == 60 + 60 + 60
    assert result["ola"]["it"]["elapsed_minutes"] == 60 + 60
    assert result["first_response"]["elapsed_minutes"] == 60 * 4, (
        "approval came after it was overdue and paused it an hour"
    )


def test_a_pause_outside_business_hours_moves_nothing():
    result = after(CREATED, "mon 18:00 pending", "tue 08:00 resumed")

    assert result["resolution"]["due"] == "tue 10:00"


def test_a_pause_at_the_due_instant_is_no_breach_and_resuming_is_due_at_once():
    paused = after(CREATED, "tue 10:00 pending", now="fri 10:00")["resolution"]
    resumed = after(CREATED, "tue 10:00 pending", "thu 12:00 resumed")["resolution"]

    assert (paused["state"], paused["breached"], paused["remaining_minutes"]) == ("paused", False, 0)
    assert (resumed["due"], resumed["breached"]) == ("thu 12:00", False)


def test_resumed_with_nothing_left_out_of_hours_is_due_then_and_stopping_then_is_in_time():
    events = (CREATED, "tue 10:00 pending", "sat 12:00 resumed")

    assert after(*events, "sat 12:00 resolved")["resolution"]["breached"] is False
    assert after(*events, now="sat 12:00:01")["resolution"]["breached_at"] == "sat 12:00"


def test_pausing_does_not_hide_a_breach_that_happened():
    result = after(CREATED, "tue 10:30 pending", "wed 09:00 resumed", "wed 10:00 pending")["resolution"]

    assert result == {"state": "paused", "due": "tue 10:00", "breached": True, "elapsed_minutes": 570,
                      "remaining_minutes": -90, "breached_at": "tue 10:00"}  # fmt: skip


def test_resolved_straight_from_paused_keeps_the_pause():
    result = after(CREATED, "mon 11:00 pending", "fri 16:00 resolved")["resolution"]

    assert (result["elapsed_minutes"], result["breached"], result["stopped_at"]) == (60, False, "fri 16:00")


def test_a_policy_may_pause_on_other_reasons():
    result = after(CREATED, "mon 10:10 pending", "mon 10:40 resumed", pause_on={"first_response": ["requester"]})

    assert result["first_response"]["due"] == "mon 11:30"
    assert result["resolution"]["due"] == "tue 10:30"


def test_resuming_what_does_not_wait_changes_nothing():
    assert after(CREATED, "mon 11:00 resumed") == after(CREATED, now="mon 11:00")


def test_the_clock_says_what_it_waits_for():
    (_, resolution) = clocks_after(CREATED, "mon 11:00 pending reason=approval", "mon 12:00 pending").items

    assert resolution.pause_reason == "requester"
    assert [segment.ended_by for segment in resolution.segments] == ["approval"]
