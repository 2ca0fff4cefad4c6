"""Mistakes other desks made with promises and clocks, one test each: how ours does not make them.

The number is the place in our list of traps; each docstring says in our words what went wrong elsewhere.
"""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from internaldesk.core import hours, replay, sla
from internaldesk.core.hours import BadCalendar, BusinessCalendar, NeverOpen
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, Condition, first_match, holds
from internaldesk.core.sla import Shown, Target
from tests.core.stories import DAYS, EARLY, NINE_TO_FIVE, after, at, case, clocks_after, row, rules_of

CREATED = "mon 10:00 created"
LUNCH = {"timezone": "UTC", "hours": {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}}


def clock(*events, target=Target.RESOLUTION, **rest) -> sla.Clock:
    return clocks_after(*events, **rest).latest(target)


def shown(found: sla.Clock, now: str) -> Shown:
    return sla.view(found, at(now)).shown


def test_01_another_policy_keeps_the_pauses_so_far():
    """A new policy was counted from creation without the time the ticket had waited, and was late at once."""
    found = clock(CREATED, "mon 11:00 pending", "mon 16:00 resumed", row("mon 16:30 priority_changed", policy={
        "resolution": 240}), rules=rules_of({"resolution": 480}))  # fmt: skip

    assert (found.due, found.breached_at) == (at("tue 11:00"), None)


def test_02_a_waiting_ticket_does_not_breach_and_waiting_hides_no_breach():
    """A ticket that waited turned red at its old due time; elsewhere a red one turned calm by being set to wait."""
    assert shown(clock(CREATED, "mon 11:00 pending"), "fri 17:00") is Shown.PAUSED
    assert clock(CREATED, "mon 11:00 pending", now="fri 17:00").breached_at is None
    assert shown(clock(CREATED, "tue 11:00 pending"), "fri 17:00") is Shown.OVERDUE


def test_03_waiting_at_night_moves_nothing_and_never_the_start():
    """Waiting was added to the due time minute for minute, nights included, or to the time of creation."""
    found = clock(CREATED, "mon 16:45 pending", "mon 17:30 resumed")

    assert found.due == at("tue 10:15"), "of 45 minutes fifteen were working time"
    assert found.started_at == at("mon 10:00")
    assert clock(CREATED, "mon 17:15 pending", "mon 18:00 resumed").due == at("tue 10:00")


def test_04_solved_straight_from_waiting_keeps_the_last_pause():
    """The last wait was added up only when the ticket resumed, so one solved while waiting had used weeks."""
    found = clock(CREATED, "mon 11:00 pending", "fri+35 16:00 resolved")

    assert (found.used_seconds, found.breached_at, shown(found, "fri+35 17:00")) == (3600, None, Shown.MET)


def test_05_every_instant_has_its_offset():
    """Due times were sent as local text; a browser in another country took them for its own and cried wolf."""
    tokyo = {**NINE_TO_FIVE, "timezone": "Asia/Tokyo"}
    told = replay.run(case("mon 01:00 created", calendar=tokyo))["resolution"]["due"]
    found = clock("mon 01:00 created", rules=rules_of(calendar=tokyo))

    assert told == "2025-06-03T10:00:00+09:00"
    assert datetime.fromisoformat(told) == found.due
    assert found.due.tzinfo is UTC
    with pytest.raises(ValueError, match="lacks its offset"):
        sla.Event.from_dict({"at": "2025-06-02T10:00:00", "type": "created"})


def test_06_a_breach_needs_nobody_to_touch_the_ticket():
    """Whether a ticket was late was worked out when somebody saved it, so untouched ones never were."""
    found = clock(CREATED)

    assert shown(found, "tue 10:00:01") is Shown.OVERDUE
    assert clock(CREATED, now="fri 17:00").breached_at == at("tue 10:00"), "however late anybody looks"
    assert clock(CREATED, "fri 16:00 resolved").breached_at == at("tue 10:00")


def test_07_the_next_answer_is_not_owed_before_the_first():
    """A second message started a shorter clock for the next answer before the ticket had its first one."""
    found = after(CREATED, "mon 10:10 requester_reply", "mon 10:20 requester_reply", now="mon 10:30",
                  policy={"first_response": 240, "next_response": 30})  # fmt: skip

    assert set(found) == {"first_response"}
    assert found["first_response"]["due"] == "mon 14:00"


def test_08_who_answered_last_owes_nothing_and_the_message_starts_the_clock():
    """Tickets went red although the agent had the last word, and answers were timed from creation."""
    answered = (CREATED, "mon 10:30 agent_reply")

    assert "next_response" not in after(*answered, now="fri 17:00")
    cycle = after(*answered, "tue 15:00 requester_reply", "tue 15:20 agent_reply", now="fri 17:00")["next_response"][0]
    assert (cycle["state"], cycle["elapsed_minutes"], cycle["breached"]) == ("stopped", 20, False)


@pytest.mark.parametrize("channel", ["portal", "email", "phone", "chat", "walk-in", "note", "sms", None])
def test_09_an_answer_counts_whatever_way_it_is_sent(channel):
    """Notes of a call, web replies or text messages did not count as answers, nor as questions."""
    words = f" channel={channel}" if channel else ""
    found = after(CREATED, f"mon 10:30 agent_reply{words}", f"mon 11:00 requester_reply{words}")

    assert found["first_response"]["stopped_at"] == "mon 10:30"
    assert found["next_response"][0]["due"] == "mon 13:00"


def test_10_what_was_used_is_stored_when_a_clock_stops():
    """The closing figures were filled in only when a closed ticket was opened once more, or not at all."""
    clocks = clocks_after(CREATED, "mon 12:30 resolved")
    stored = json.loads(json.dumps(sla.dump(clocks)))["items"][1]

    assert (stored["used_seconds"], stored["stopped_at"]) == (9000, "2025-06-02T12:30:00+00:00")
    assert stored["due"] == "2025-06-03T10:00:00+00:00"


def test_11_the_time_a_ticket_was_solved_counts_for_nothing():
    """A week between the solution and its reopening was held against the desk, or booked as waiting."""
    clocks = clocks_after(CREATED, "mon 12:00 resolved", "mon+7 10:00 reopened")
    found = clocks.latest(Target.RESOLUTION)
    kinds = [line.text.split(" ")[0] for line in sla.explain(found, at("mon+7 10:00"), marks=clocks.marks)]

    assert (found.used_seconds, found.due) == (7200, at("mon+7 16:00"))
    assert "Solved" in kinds
    assert "Paused" not in kinds


def test_12_reopening_gives_no_second_allowance_and_wipes_no_breach():
    """Each reopening began the whole time anew, and closing cleared the mark that it had been late."""
    fresh = clock(CREATED, "mon 16:00 resolved", "wed 10:00 reopened")
    late = clock(CREATED, "tue 12:00 resolved", "wed 10:00 closed", "thu 10:00 reopened", "thu 11:00 resolved")

    assert fresh.due == at("wed 12:00")
    assert (late.breached_at, shown(late, "fri 10:00")) == (at("tue 10:00"), Shown.MISSED)


def test_13_a_solved_ticket_owes_no_answer():
    """The clock for the next answer ran on after the solution, and unanswered solved tickets stayed due."""
    found = clocks_after(CREATED, "mon 10:30 agent_reply", "mon 11:00 requester_reply", "mon 11:30 resolved",
                         now="fri 17:00")  # fmt: skip
    silent = clocks_after(CREATED, "mon 10:30 resolved", now="fri 17:00")

    assert {one.state.value for one in (*found, *silent)} == {"stopped"}
    assert not any(one.breached for one in (*found, *silent))


def test_14_a_wait_and_a_promise_are_measured_with_the_same_minutes():
    """Waiting was counted around the clock while the due time counted working days, so a weekend bought two days."""
    weekend = clock(
        "fri 10:00 created", "fri 16:00 pending", "mon+7 10:00 resumed", rules=rules_of({"resolution": 960})
    )

    assert weekend.due == at("tue+7 12:00"), "six hours on Friday, then ten more from Monday at ten"


def test_15_warnings_are_counted_through_every_window_of_a_day():
    """With a lunch break or an early shift the warning before due fell on midnight."""
    found = clock("mon 11:00 created", rules=rules_of({"resolution": 120}, calendar=LUNCH, warn_seconds=90 * 60))

    assert (found.at_risk_at, found.soon_at, found.due) == (at("mon 13:30"), at("mon 11:30"), at("mon 14:00"))
    early = clock("mon 16:00 created", rules=rules_of({"resolution": 120}, calendar=LUNCH, warn_seconds=30 * 60))
    assert (early.soon_at, early.due) == (at("tue 08:30"), at("tue 09:00"))


def test_16_a_teams_own_clock_starts_with_the_team_and_goes_on_when_it_comes_back():
    """Team clocks ran from creation, or anew with every assignment, so passing it back and forth reset them."""
    found = clocks_after("mon 10:00 created team=a ola_minutes=60", "mon 10:40 transferred team=b ola_minutes=60",
                         "mon 10:50 assigned", "mon 11:00 transferred team=a", "mon 11:10 assigned")  # fmt: skip

    assert found.latest(Target.OLA, "b").started_at == at("mon 10:40")
    assert found.latest(Target.OLA, "a").due == at("mon 11:20")


def test_17_each_moment_has_the_offset_of_its_own_date():
    """The offset of the day a report ran was applied to last month, and days were stepped by 86,400 seconds."""
    berlin = BusinessCalendar.parse({**NINE_TO_FIVE, "timezone": "Europe/Berlin"})
    friday = datetime(2025, 3, 28, 15, tzinfo=UTC)  # 16:00 in winter
    due = hours.add(berlin, friday, timedelta(hours=2))

    assert due == datetime(2025, 3, 31, 8, tzinfo=UTC), "10:00 on Monday, in summer"
    assert hours.elapsed(berlin, friday, due) == timedelta(hours=2)
    always = BusinessCalendar.parse({"timezone": "Europe/Berlin", "hours": {day: [["00:00", "24:00"]] for day in DAYS}})
    sunday = datetime(2025, 3, 29, 23, tzinfo=UTC)
    assert hours.elapsed(always, sunday, sunday + timedelta(days=1)) == timedelta(days=1)
    assert hours.local(always, hours.add(always, sunday, timedelta(hours=23))).hour == 0, "that Sunday has 23 hours"


def test_18_the_breach_counts_in_the_same_hours_as_the_promise():
    """The form said working hours, the check compared wall clocks: Friday evening's tickets were late by Saturday."""
    found = clock("fri 16:50 created", rules=rules_of({"resolution": 60}))

    assert found.due == at("mon+7 09:50")
    assert shown(found, "sun 23:59") is Shown.OK
    assert clock("fri 16:50 created", now="mon+7 09:50", rules=rules_of({"resolution": 60})).breached_at is None


def test_19_a_merged_ticket_is_quiet():
    """A ticket merged away was escalated all the same, and a reply to it set it going again."""
    clocks = clocks_after(CREATED, "mon 10:30 merged_into", "mon 11:00 requester_reply", "mon 12:00 reopened",
                          now="fri 17:00")  # fmt: skip

    assert [(one.state.value, one.cancel_reason, sla.steps(one)) for one in clocks] == [("cancelled", "merged", ())] * 2
    assert not any(one.breached for one in clocks)


def test_20_a_policy_taken_away_leaves_nothing_escalated_and_edited_hours_count_from_then_on():
    """Removing a policy left its tickets red for ever; editing a calendar recomputed nothing at all."""
    removed = clocks_after(CREATED, "mon 10:30 policy_removed", now="fri 17:00")
    edited = clock(CREATED, row("mon 12:00 calendar_changed", calendar=EARLY))

    assert [(one.state.value, sla.steps(one)) for one in removed] == [("cancelled", ())] * 2
    assert (edited.due, edited.segments[0].seconds) == (at("wed 10:00"), 7200)


def test_21_the_past_is_counted_by_what_held_then():
    """A warehouse applied the last schedule and today's priority to everything that had happened before."""
    found = clock(row("mon 10:00 created team=it"), row("mon 11:00 transferred team=hr", calendar=EARLY),
                  "mon 12:00 agent_reply", row("tue 09:00 priority_changed", policy={"resolution": 300}),
                  rules=rules_of({"resolution": 480}, follow_team=True))  # fmt: skip
    answered = clock(CREATED, "mon 12:00 agent_reply", row("mon 13:00 priority_changed", policy={
        "first_response": 480}), target=Target.FIRST_RESPONSE)  # fmt: skip

    assert [segment.seconds for segment in found.segments] == [3600], "an hour by nine to five, then by the new team"
    assert found.due == at("tue 11:00")
    assert (answered.breached_at, answered.allowance_seconds) == (at("mon 11:00"), 3600)


def test_22_almost_is_not_late_and_short_waits_are_not_rounded_away():
    """99.95 per cent was shown, and judged, as 100; waits were cut to minutes, and two in one minute became one."""
    nearly = clock(CREATED, rules=rules_of({"resolution": 480}))
    twice = clock(CREATED, "mon 11:00:05 pending", "mon 11:00:15 resumed", "mon 11:00:30 pending",
                  "mon 11:00:55 resumed", rules=rules_of({"resolution": 480}))  # fmt: skip

    assert sla.view(nearly, at("tue 09:59:59")).percent == 99
    assert shown(nearly, "tue 09:59:59") is Shown.AT_RISK
    assert clock(CREATED, "tue 10:00 resolved").breached_at is None
    assert twice.due == at("tue 10:00:35")


def test_23_a_day_has_as_many_windows_as_it_has_and_a_night_is_one():
    """One window a day was all there was; lunch was kept as a holiday, and hours past midnight were refused."""
    night = BusinessCalendar.parse({"timezone": "UTC", "hours": {"mon": [["22:00", "06:00"]]}})
    lunch = BusinessCalendar.parse(LUNCH)

    assert hours.add(lunch, at("mon 11:00"), timedelta(hours=2)) == at("mon 14:00")
    assert hours.add(lunch, at("mon 08:00"), timedelta(hours=8)) == at("mon 17:00")
    assert hours.add(night, at("mon 23:00"), timedelta(hours=7)) == at("tue 06:00")


def test_24_hours_that_never_open_are_refused_and_no_day_is_closed_twice():
    """An empty calendar was an error of the server; a holiday listed twice cost two days."""
    with pytest.raises(NeverOpen, match="no opening hours"):
        clocks_after(CREATED, rules=rules_of(calendar={"timezone": "UTC", "hours": {}}))
    with pytest.raises(BadCalendar, match="is empty"):
        BusinessCalendar.parse({"timezone": "UTC", "hours": {"mon": [["09:00", "09:00"]]}})
    twice = {**NINE_TO_FIVE, "holidays": ["2025-06-03", "2025-06-03", {"date": "2025-06-03", "from": "10:00"}]}
    assert clock(CREATED, rules=rules_of(calendar=twice)).due == at("wed 10:00")


def test_25_a_breach_is_told_once_and_a_clock_at_rest_tells_nothing():
    """Hundreds of mails followed one breach, reminders came at night; the cure swallowed real warnings."""
    running = clock(CREATED, rules=rules_of({"resolution": 480}, warn_seconds=1800))
    late = clock(CREATED, now="tue 11:00")
    moved = clock(
        CREATED, "tue 09:45 pending", "tue 10:45 resumed", rules=rules_of({"resolution": 480}, warn_seconds=1800)
    )

    assert [step.kind for step in sla.steps(running)] == ["at_risk", "soon", "breach"]
    assert sla.steps(late) == (), "what is recorded lies no longer ahead"
    assert sla.steps(clock(CREATED, "mon 11:00 pending")) == ()
    assert {step.at for step in sla.steps(running)} <= {at("mon 16:00"), at("tue 09:30"), at("tue 10:00")}
    assert sla.steps(moved)[-1].at == at("tue 11:00"), "another due instant is another notice"


def test_26_what_an_agent_files_for_somebody_has_the_same_promises():
    """Tickets filed by agents got no promise, or one counted from another moment."""
    by_agent = after(f"{CREATED} by=agent channel=portal", now="mon 12:00")

    assert by_agent == after(f"{CREATED} by=requester channel=portal", now="mon 12:00")
    assert by_agent["first_response"]["breached_at"] == "mon 11:00"
    assert after(f"{CREATED} by=agent channel=phone")["resolution"]["due"] == "tue 10:00"


def test_27_the_oldest_open_question_counts_and_waiting_is_in_no_share():
    """Answers were timed from the last message instead of the first; the share of time used forgot the waits."""
    asked = after(CREATED, "mon 10:10 agent_reply", "mon 11:00 requester_reply", "mon 12:30 requester_reply",
                  "mon 13:00 agent_reply")["next_response"][0]  # fmt: skip
    waited = clock(CREATED, "mon 12:00 pending", "wed 12:00 resumed", rules=rules_of({"resolution": 480}))

    assert asked["elapsed_minutes"] == 120
    assert sla.view(waited, at("wed 14:00")).percent == 50


def test_28_conditions_see_nothing_that_work_changes_and_an_empty_one_matches_nothing():
    """Conditions on the state fought the pauses; a policy without conditions took every ticket there was."""
    seen = {field.name for field in fields(Asked)}
    asked = Asked(7, Priority.LOW)

    class Rule:
        condition, fallback = {}, False

    class Fallback(Rule):
        fallback = True

    assert seen.isdisjoint({"status", "assignee_id", "team_id", "due_at", "clocks"})
    assert Condition.parse({}).empty
    assert not holds(Rule(), asked)
    assert isinstance(first_match([Rule(), Fallback()], asked), Fallback)


def test_there_are_as_many_tests_as_traps():
    names = [name for name in globals() if name.startswith("test_") and name[5:7].isdigit()]

    assert [int(name[5:7]) for name in names] == list(range(1, 29))
