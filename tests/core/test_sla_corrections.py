"""What a supervisor may put right afterwards: a breach waived, a period counted anew; and the second warning."""

import json

import pytest

from internaldesk.core import sla
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Kind, Shown, Step, Target
from tests.core.stories import DAYS, EARLY, NINE_TO_FIVE, at, clocks_after, row, rules_of

CREATED = "mon 10:00 created"
LONG_DAY = {"timezone": "UTC", "hours": {day: [["09:00", "20:00"]] for day in DAYS[:5]}}


def without(*dates: str) -> dict:
    return {**NINE_TO_FIVE, "holidays": [f"2025-06-0{day}" for day in dates]}


def waiver(when: str, target="resolution", **named):
    return row(f"{when} waived", target=target, reason="The power was out.", **named)


def correction(when: str, since="mon_00:00", until="tue_00:00", calendar=None, **rest):
    return row(f"{when} corrected since={since} until={until}", calendar=calendar or without("2"), **rest)


def resolution(*events, **rest) -> sla.Clock:
    return clocks_after(*events, **rest).latest(Target.RESOLUTION)


def seconds(clock) -> list[tuple[str, int]]:
    return [(segment.ended_by, segment.seconds // 60) for segment in clock.segments]


# --- waived ----------------------------------------------------------------------------------------------------------


def test_a_waived_clock_is_shown_as_waived_and_keeps_its_breach():
    clock = resolution(CREATED, "tue 11:00 resolved", waiver("tue 12:00"))

    shown = sla.view(clock, at("wed 10:00"))

    assert (shown.shown, shown.reason, clock.waived_at) == (Shown.WAIVED, "The power was out.", at("tue 12:00"))
    assert clock.breached_at == at("tue 10:00")


def test_waived_wins_over_overdue_and_over_paused_and_the_clock_goes_on():
    open_ = resolution(CREATED, waiver("tue 11:00"), "tue 12:00 pending")

    assert sla.view(open_, at("wed 10:00")).shown is Shown.WAIVED
    assert open_.pause_reason == "requester"
    assert resolution(CREATED, waiver("tue 11:00"), now="tue 12:00").running


def test_only_what_is_breached_is_waived():
    for events in ([CREATED], [CREATED, "mon 12:00 resolved"], [CREATED, "mon 12:00 pending"]):
        before = clocks_after(*events, "mon 13:00 assigned")
        after = sla.apply(before, sla.Event.from_dict(waiver("mon 13:00")), rules_of())

        assert after.latest(Target.RESOLUTION) is before.latest(Target.RESOLUTION)


def test_a_breach_nobody_has_swept_yet_is_waived_too():
    assert resolution(CREATED, waiver("tue 10:01")).waived_at == at("tue 10:01")


def test_the_first_waiver_stands():
    second = row("tue 13:00 waived", target="resolution", reason="Again.")

    assert resolution(CREATED, waiver("tue 12:00"), second).waived_why == "The power was out."


def test_a_waiver_names_one_cycle_of_one_clock():
    events = (CREATED, "mon 10:10 agent_reply", "mon 10:20 requester_reply", "mon 13:00 agent_reply",
              "mon 13:10 requester_reply", "mon 16:00 agent_reply")  # fmt: skip
    waived = {cycle: clocks_after(*events, waiver("tue 10:00", "next_response", cycle=cycle)).all(Target.NEXT_RESPONSE)
              for cycle in (1, 2, None, 3)}  # fmt: skip

    assert {cycle: [clock.waived_at is not None for clock in clocks] for cycle, clocks in waived.items()} == {
        1: [True, False], 2: [False, True], None: [False, True], 3: [False, False]}  # fmt: skip


def test_a_waiver_of_a_teams_clock_names_the_team():
    events = ("mon 10:00 created team=it ola_minutes=60", "mon 12:00 transferred team=hr ola_minutes=60",
              "mon 14:00 resolved")  # fmt: skip
    clocks = clocks_after(*events, waiver("tue 10:00", "ola", team="it"))

    assert [clock.waived_at is not None for clock in clocks if clock.target is Target.OLA] == [True, False]


def test_a_waiver_works_when_the_ticket_is_over():
    merged = clocks_after(CREATED, "mon 12:00 merged_into", waiver("mon 13:00", "first_response"))
    withdrawn = clocks_after(CREATED, "mon 12:00 withdrawn", waiver("mon 13:00", "first_response"))

    assert sla.view(merged.latest(Target.FIRST_RESPONSE), at("tue 10:00")).shown is Shown.WAIVED
    assert withdrawn.latest(Target.FIRST_RESPONSE).waived_at == at("mon 13:00")
    assert sla.view(withdrawn.latest(Target.FIRST_RESPONSE), at("tue 10:00")).shown is Shown.CANCELLED
    assert merged.latest(Target.RESOLUTION).waived_at is None


def test_a_waived_clock_that_is_reopened_stays_waived():
    clock = resolution(CREATED, "tue 11:00 resolved", waiver("tue 12:00"), "wed 10:00 reopened", "wed 11:00 resolved")

    assert (clock.waived_at, clock.breached_at) == (at("tue 12:00"), at("tue 10:00"))


@pytest.mark.parametrize("facts", [{"reason": "Why not."}, {"target": "resolution"}])
def test_a_waiver_without_clock_or_reason_is_refused(facts):
    with pytest.raises(sla.BadHistory, match="names the clock and says why"):
        clocks_after(CREATED, row("tue 12:00 waived", **facts))


# --- corrected -------------------------------------------------------------------------------------------------------


def test_a_forgotten_holiday_counted_anew_moves_due_and_gives_back_what_was_used():
    clock = resolution(CREATED, correction("tue 12:00"))

    assert (clock.due, clock.at_risk_at) == (at("tue 17:00"), at("tue 15:00"))
    assert sla.used(clock, at("tue 12:00")) == 3 * 3600
    assert (seconds(clock), clock.segment_from) == ([("correction_over", 0)], at("tue 00:00"))


def test_a_miss_on_a_forgotten_holiday_is_undone_and_one_after_it_moves():
    first = clocks_after(CREATED, correction("tue 09:30")).latest(Target.FIRST_RESPONSE)
    late = clocks_after(CREATED, correction("tue 12:00")).latest(Target.FIRST_RESPONSE)

    assert (first.breached_at, first.due) == (None, at("tue 10:00"))
    assert (late.breached_at, late.due) == (at("tue 10:00"), at("tue 10:00"))


@pytest.mark.parametrize(("end", "due", "breached"), [
    ("tue 16:00 resolved", "tue 17:00", None), ("tue 17:00 resolved", "tue 17:00", None),
    ("tue 17:00:01 resolved", "tue 17:00", "tue 17:00"), ("wed 10:00 resolved", "tue 17:00", "tue 17:00")])  # fmt: skip
def test_a_stopped_clock_is_decided_anew(end, due, breached):
    before = resolution(CREATED, end)
    clock = resolution(CREATED, end, correction("thu 12:00"))

    assert before.breached_at == at("tue 10:00")
    assert (clock.due, clock.breached_at) == (at(due), breached and at(breached))
    assert (clock.state, clock.stopped_at) == ("stopped", before.stopped_at)
    assert clock.used_seconds == before.used_seconds - 7 * 3600
    assert sla.view(clock, at("fri 10:00")).shown is (Shown.MISSED if breached else Shown.MET)


def test_a_paused_clock_that_was_overdue_only_by_mistake_rests_again():
    clock = resolution(CREATED, "tue 11:00 pending", correction("wed 12:00"))

    assert (clock.state, clock.pause_reason, clock.used_seconds) == ("paused", "requester", 2 * 3600)
    assert (clock.due, clock.at_risk_at, clock.breached_at) == (None, None, None)
    assert clock == sla.settle(sla.Clocks(items=(clock,)), at("fri 12:00")).items[0]


def test_hours_that_were_longer_than_thought_may_bring_a_miss():
    """The correction says so at the instant it was: 20:00 on Monday is the ten hours of that day."""
    rules = rules_of({"resolution": 480})
    events = (CREATED, "tue 09:30 pending", "tue 10:30 resolved")
    before = resolution(*events, rules=rules)
    clock = resolution(*events, correction("wed 12:00", calendar=LONG_DAY), rules=rules)

    assert (before.breached_at, before.due) == (None, None)
    assert (clock.breached_at, clock.due, clock.used_seconds) == (at("mon 18:00"), at("mon 18:00"), 10.5 * 3600)


def test_pauses_stay_where_they_were():
    clock = resolution(CREATED, "mon 15:00 pending", "tue 10:00 resumed", "tue 12:00 pending", "wed 10:00 resumed",
                       correction("thu 09:00", since="mon_12:00", until="tue_11:00",
                                  calendar=without("2", "3")))  # fmt: skip

    assert seconds(clock) == [("corrected", 120), ("requester", 0), ("correction_over", 0), ("requester", 60)]
    assert clock.due == at("wed 15:00")


def test_only_time_counted_on_the_named_versions_is_counted_anew():
    nine, early, fixed = (
        BusinessCalendar.parse(hours, version=number)
        for number, hours in enumerate((NINE_TO_FIVE, EARLY, without("2", "3")), start=1)
    )
    rules = sla.Rules(nine, {Target.RESOLUTION: 2400}, calendars={1: nine, 2: early, 3: fixed})
    events = (row("mon 09:00 created", calendar=1), row("tue 00:00 calendar_changed", calendar=2))

    def used(**rest):
        fixing = row("wed 00:00 corrected since=mon_00:00 until=wed_00:00", calendar_version=3, **rest)
        return sla.used(resolution(*events, fixing, rules=rules), at("wed 00:00")) // 60

    assert (used(replaces=[1]), used(replaces=[2]), used(replaces=[1, 2]), used()) == (240, 480, 0, 0)
    assert used(replaces=[7]) == 480 + 240


def test_what_differs_nowhere_is_left_alone():
    """Also a second time: what is counted on the corrected hours already stays."""
    rules = rules_of()
    before = clocks_after(CREATED, "mon 12:00 pending", "tue 12:00 resumed", "tue 13:00 agent_reply")
    for fixing in (correction("tue 13:00", calendar=without("4")),
                   correction("tue 13:00", since="sat_00:00", until="sun+7_00:00", calendar=EARLY),
                   correction("tue 13:00", since="mon_12:00", until="tue_10:00", calendar=EARLY)):  # fmt: skip
        after = sla.apply(before, sla.Event.from_dict(fixing), rules)

        assert after.latest(Target.RESOLUTION) is before.latest(Target.RESOLUTION)

    once = sla.apply(before, sla.Event.from_dict(correction("tue 13:00")), rules)
    twice = sla.apply(once, sla.Event.from_dict(correction("tue 13:00")), rules)

    assert [a is b for a, b in zip(once, twice, strict=True)] == [True, True]
    assert once.latest(Target.RESOLUTION) is not before.latest(Target.RESOLUTION)


def test_the_future_is_not_corrected_and_a_period_ends_with_the_event():
    clock = resolution(CREATED, correction("mon 12:00", until="wed_00:00"))

    assert (clock.used_seconds, clock.segment_from, clock.calendar.closures) == (0, at("mon 12:00"), {})


def test_a_cancelled_clock_is_not_corrected():
    before = clocks_after(CREATED, "tue 11:00 withdrawn")
    after = sla.apply(before, sla.Event.from_dict(correction("tue 12:00")), rules_of())

    assert after.items == before.items


def test_a_correction_reaches_tickets_that_are_over():
    clock = clocks_after(CREATED, "mon 12:00 merged_into", correction("tue 12:00")).latest(Target.FIRST_RESPONSE)

    assert (clock.state, clock.breached_at, clock.used_seconds) == ("stopped", None, 0)


def test_a_miss_that_a_new_promise_brought_about_stays():
    """It was told to the requester when the promise changed; corrected hours give back used time only."""
    shorter = row("mon 14:00 priority_changed", policy={"resolution": 120})
    clock = resolution(CREATED, shorter, correction("tue 12:00"))
    paused = resolution(CREATED, shorter, "mon 15:00 pending", correction("tue 12:00"))

    assert (clock.breached_at, clock.cause, clock.due) == (at("mon 14:00"), sla.RETARGET, at("tue 11:00"))
    assert (paused.breached_at, paused.used_seconds, paused.due) == (at("mon 14:00"), 0, at("mon 12:00"))


def test_a_waived_miss_stays_waived():
    clock = resolution(CREATED, "tue 11:00 resolved", waiver("tue 12:00"), correction("tue 13:00"))

    assert (clock.breached_at, clock.waived_at, clock.used_seconds) == (at("tue 10:00"), at("tue 12:00"), 2 * 3600)
    assert clock.due == at("tue 17:00")


def test_the_promises_of_the_past_decide_the_past():
    """Missed under the first promise; a longer one later undoes nothing, a correction of that time does."""
    rules = rules_of({"resolution": 120})
    longer = row("tue 10:30 priority_changed", policy={"resolution": 960})
    before = resolution(CREATED, longer, rules=rules)
    early = resolution(CREATED, longer, correction("tue 12:00"), rules=rules)
    late = resolution(CREATED, "tue 12:00 assigned", row("tue 14:00 priority_changed", policy={"resolution": 960}),
                      correction("tue 15:00"), rules=rules)  # fmt: skip

    assert (before.breached_at, early.breached_at, late.breached_at) == (at("mon 12:00"), None, at("tue 11:00"))
    assert early.due == at("wed 17:00")
    assert early.retargets == before.retargets


def test_a_shorter_promise_given_while_it_ran_or_waited_is_lived_through_again():
    shorter = row("tue 11:00 priority_changed", policy={"resolution": 60})
    waiting = (CREATED, "mon 10:30 pending", shorter, "wed 10:00 resumed", "wed 10:31 resolved")
    rules = rules_of({"resolution": 2400})
    late = resolution(CREATED, shorter, "tue 12:00 resolved", rules=rules)

    assert (late.breached_at, late.cause) == (at("tue 11:00"), sla.RETARGET)
    before, after = (resolution(*waiting, *more, rules=rules) for more in ([], [correction("thu 12:00")]))
    assert (before.breached_at, after.breached_at, after.due) == (at("wed 10:30"), None, at("wed 11:00"))


def test_reopened_spans_are_lived_through_again():
    clock = resolution(
        CREATED, "mon 16:00 resolved", "tue 10:00 reopened", "tue 16:00 resolved", correction("wed 9:00")
    )

    assert (seconds(clock), clock.due) == ([("stopped", 0), ("stopped", 360)], at("wed 10:00"))
    assert clock.breached_at is None


def test_a_team_that_waits_for_its_ticket_is_corrected_too():
    clocks = clocks_after("mon 10:00 created team=it ola_minutes=60", "mon 12:00 transferred team=hr",
                          "mon 13:00 pending", "mon 14:00 transferred team=it", correction("tue 12:00"))  # fmt: skip
    clock = clocks.latest(Target.OLA, "it")

    assert (clock.state, clock.used_seconds, clock.breached_at, clock.due) == ("paused", 0, None, None)


def test_a_promise_gained_after_a_correction_does_not_count_the_holiday_either():
    gained = row("tue 12:00 priority_changed", policy={"resolution": 600})
    clocks = clocks_after(CREATED, correction("tue 10:00"), gained,
                          rules=rules_of({"first_response": 60}))  # fmt: skip

    assert sla.used(clocks.latest(Target.RESOLUTION), at("tue 12:00")) == 3 * 3600
    assert [mark.at for mark in clocks.marks][:2] == [at("mon 10:00"), at("tue 00:00")]


@pytest.mark.parametrize("lacking", ["calendar", "since", "until"])
def test_a_correction_without_hours_or_period_is_refused(lacking):
    facts = {key: value for key, value in correction("tue 12:00").items() if key != lacking}

    with pytest.raises(sla.BadHistory, match="names the corrected hours and the period"):
        clocks_after(CREATED, facts)


# --- the second warning ----------------------------------------------------------------------------------------------

HALF_HOUR = rules_of({"resolution": 480}, warn_seconds=1800)


def test_the_second_warning_comes_a_while_before_due_in_business_time():
    clock = resolution("mon 16:30 created", rules=rules_of({"resolution": 60}, warn_seconds=45 * 60))

    assert (clock.soon_seconds, clock.soon_at, clock.due) == (900, at("mon 16:45"), at("tue 09:30"))


def test_the_steps_ahead_are_in_the_order_they_come():
    late = resolution(CREATED, rules=HALF_HOUR)
    early = resolution(CREATED, rules=rules_of({"resolution": 480}, warn_seconds=4 * 3600))

    assert sla.steps(late) == (
        Step("at_risk", at("mon 16:00")), Step("soon", at("tue 09:30")), Step("breach", at("tue 10:00")))  # fmt: skip
    assert [step.kind for step in sla.steps(early)] == ["soon", "at_risk", "breach"]
    assert sla.next_step(late, at("tue 09:30")) == Step("soon", at("tue 09:30"))
    assert sla.next_step(early, at("mon 15:59")) == Step("soon", at("mon 14:00"))


def test_the_second_warning_rests_and_moves_with_the_clock():
    paused = resolution(CREATED, "mon 12:00 pending", rules=HALF_HOUR)
    resumed = resolution(CREATED, "mon 12:00 pending", "mon 14:00 resumed", rules=HALF_HOUR)
    shorter = resolution(CREATED, row("mon 11:00 priority_changed", policy={"resolution": 240}), rules=HALF_HOUR)

    assert (paused.soon_at, resumed.soon_at, shorter.soon_at) == (None, at("tue 11:30"), at("mon 13:30"))
    assert sla.view(resumed, at("mon 14:00")).soon_at == at("tue 11:30")


def test_a_promise_shorter_than_its_second_warning_warns_at_once():
    clock = resolution(CREATED, rules=rules_of({"resolution": 30}, warn_seconds=3600))

    assert (clock.soon_seconds, clock.soon_at) == (0, at("mon 10:00"))


def test_no_second_warning_is_none():
    clock = resolution(CREATED)

    assert (clock.soon_seconds, clock.soon_at, len(sla.steps(clock))) == (None, None, 2)


def test_another_policy_may_warn_otherwise_without_being_another_promise():
    applied = sla.Event.from_dict(row("mon 11:00 policy_edited", applies=True, policy={"resolution": 480}))
    (clock,) = sla.apply(clocks_after(CREATED, rules=rules_of({"resolution": 480})), applied, HALF_HOUR).items

    assert (clock.soon_at, clock.retargets) == (at("tue 09:30"), ())


def test_a_warning_that_came_stays_where_it_was_when_the_hours_change():
    clock = resolution(CREATED, row("tue 09:45 calendar_changed", calendar=EARLY), rules=HALF_HOUR)

    assert (clock.at_risk_at, clock.soon_at, clock.due) == (at("mon 16:00"), at("tue 09:30"), at("tue 10:00"))


# --- stored ----------------------------------------------------------------------------------------------------------


def test_waivers_corrections_and_second_warnings_survive_being_stored():
    events = (CREATED, waiver("tue 11:00", "first_response"), correction("tue 12:00", since="mon_12:00"))
    clocks = clocks_after(*events, rules=HALF_HOUR)

    assert sla.load(json.loads(json.dumps(sla.dump(clocks))), {}) == clocks
    for found in (waiver("mon 10:00", "ola", team="it", cycle=2), correction("mon 10:00", replaces=[1, 2]),
                  row("mon 10:00 created", priority="high", ola_minutes=0)):  # fmt: skip
        event = sla.Event.from_dict(found)
        assert sla.Event.from_dict(json.loads(json.dumps(event.to_dict()))) == event
    stored = sla.Event.from_dict(correction("mon 10:00", replaces=[1, 2])).to_dict()
    assert (stored["replaces"], stored["type"]) == ([1, 2], Kind.CORRECTED)


def test_a_deadline_reached_at_closing_time_was_reached_then_though_the_clock_ran_on():
    """Used up exactly at five, paused at six: a promise of that length was up at five."""
    clock = resolution("mon 09:00 created", "mon 18:00 pending", "tue 10:00 resumed",
                       row("tue 11:00 priority_changed", policy={"resolution": 480}),
                       rules=rules_of({"resolution": 2400}))  # fmt: skip

    assert (clock.due, clock.breached_at) == (at("mon 17:00"), at("tue 11:00"))
