"""How a clock came to what it shows, in lines people can check with a watch, and split by team."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from internaldesk.core import sla
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Event, Kind, Target
from tests.core.stories import DAYS, EARLY, NINE_TO_FIVE, POLICY, at, clocks_after, row, rules_of

CREATED = "mon 10:00 created"
BERLIN = {**NINE_TO_FIVE, "timezone": "Europe/Berlin"}
LUNCH = {"timezone": "UTC", "hours": {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}}
LONDON, UTC = ZoneInfo("Europe/London"), ZoneInfo("UTC")


def account(*events, now, target=Target.RESOLUTION, team=None, reader=None, marks=True, **rest):
    clocks = clocks_after(*events, **rest)
    known = clocks.marks if marks else ()
    return sla.explain(clocks.latest(Target(target), team), at(now), reader=reader, marks=known)


def texts(*events, reader=UTC, **rest):
    return [line.text.replace("\N{EN DASH}", "-") for line in account(*events, reader=reader, **rest)]


# --- what ran and what was closed ------------------------------------------------------------------------------------


def test_every_open_span_is_a_line_with_what_was_closed_in_between():
    assert texts("fri 16:50 created", now="mon+7 09:50") == [
        "Fri 6 Jun 16:50-17:00: 10 min",
        "Closed until Mon 9 Jun 09:00",
        "Mon 9 Jun 09:00-09:50: 50 min",
        "1 h used of 8 h promised",
    ]


def test_what_was_used_adds_up_line_by_line():
    found = account("fri 16:50 created", "mon+7 09:20 pending", "mon+7 09:40 resumed", now="mon+7 09:50")

    assert [(line.kind, line.seconds // 60, line.total // 60) for line in found] == [
        ("ran", 10, 10), ("closed", 0, 10), ("ran", 20, 30), ("paused", 0, 30), ("ran", 10, 40),
        ("sum", 40, 40)]  # fmt: skip
    assert (found[0].start, found[0].end) == (at("fri 16:50"), at("fri 17:00"))
    assert (found[3].start, found[3].end) == (at("mon+7 09:20"), at("mon+7 09:40"))


def test_seconds_are_shown_where_there_are_any():
    assert texts(CREATED, now="mon 12:30:10")[0] == "Mon 2 Jun 10:00-12:30:10: 2 h 30 min 10 s"


def test_nothing_used_yet_is_said_and_when_it_will_begin():
    assert texts(CREATED, now="mon 09:00") == ["0 min used of 8 h promised"]
    assert texts("sat 10:00 created", now="sun 12:00") == [
        "Closed until Mon 9 Jun 09:00",
        "0 min used of 8 h promised",
    ]


def test_hours_that_end_for_good_are_closed_without_an_end():
    once = {"timezone": "UTC", "hours": {}, "openings": [{"date": "2025-06-02", "hours": [["09:00", "17:00"]]}]}
    rules = rules_of({"resolution": 60}, calendar=once)

    assert texts(CREATED, now="tue 12:00", rules=rules)[-2] == "Closed"


def test_the_zone_is_named_where_the_readers_clock_shows_another_time():
    rules = rules_of(calendar=BERLIN)

    assert texts("mon 08:00 created", now="mon 09:00", rules=rules, reader=None)[0] == (
        "Mon 2 Jun 10:00-11:00 Berlin: 1 h"
    )
    assert texts("mon 08:00 created", now="mon 09:00", rules=rules, reader=LONDON)[0] == (
        "Mon 2 Jun 10:00-11:00 Berlin: 1 h"
    )
    assert texts("mon 08:00 created", now="mon 09:00", rules=rules, reader=ZoneInfo("Europe/Rome"))[0] == (
        "Mon 2 Jun 10:00-11:00: 1 h"
    )


def test_a_night_on_which_the_clocks_change_says_so():
    nights = {"timezone": "Europe/Berlin", "hours": {"sat": [["22:00", "06:00"]]}}
    log = [Event.from_dict({"at": "2025-10-25T20:00:00Z", "type": "created"})]
    clock = sla.rebuild(log, rules_of({"resolution": 600}, calendar=nights)).items[0]

    (line, *_) = sla.explain(clock, clock.started_at + timedelta(hours=9), reader=ZoneInfo("Europe/Berlin"))

    assert line.text.replace("\N{EN DASH}", "-") == "Sat 25 Oct 22:00-Sun 26 Oct 06:00 (the clocks changed): 9 h"


# --- long runs -------------------------------------------------------------------------------------------------------


def test_a_long_run_keeps_its_first_and_last_day_and_folds_what_lies_between():
    assert texts(CREATED, now="mon+7 10:30", rules=rules_of({"resolution": 4800}), reader=None) == [
        "Mon 2 Jun 10:00-17:00 UTC: 7 h",
        "Closed until Tue 3 Jun 09:00 UTC",
        "Tue 3 Jun 09:00-17:00 UTC: 8 h",
        *[line for day, number in (("Wed", 4), ("Thu", 5), ("Fri", 6)) for line in (
            f"Closed until {day} {number} Jun 09:00 UTC", f"{day} {number} Jun 09:00-17:00 UTC: 8 h")],
        "Closed until Mon 9 Jun 09:00 UTC",
        "Mon 9 Jun 09:00-10:30 UTC: 1 h 30 min",
        "40 h 30 min used of 80 h promised",
    ], "six open spans are still read one by one"  # fmt: skip
    assert texts(CREATED, now="tue+7 10:30", rules=rules_of({"resolution": 4800})) == [
        "Mon 2 Jun 10:00-17:00: 7 h",
        "Closed until Tue 3 Jun 09:00",
        "5 full working days, Tue 3 Jun-Mon 9 Jun: 40 h",
        "Closed until Tue 10 Jun 09:00",
        "Tue 10 Jun 09:00-10:30: 1 h 30 min",
        "48 h 30 min used of 80 h promised",
    ]


def test_days_are_counted_not_the_windows_of_a_day():
    rules = rules_of({"resolution": 4800}, calendar=LUNCH)

    found = texts(CREATED, now="fri 14:00", rules=rules)

    assert found[:5] == [
        "Mon 2 Jun 10:00-12:00: 2 h", "Closed until Mon 2 Jun 13:00", "Mon 2 Jun 13:00-17:00: 4 h",
        "Closed until Tue 3 Jun 09:00", "3 full working days, Tue 3 Jun-Thu 5 Jun: 21 h"]  # fmt: skip
    assert found[-2:] == ["Fri 6 Jun 13:00-14:00: 1 h", "31 h used of 80 h promised"]


def test_a_single_day_in_between_is_not_folded():
    often = [[f"{hour:02}:00", f"{hour:02}:30"] for hour in (9, 11, 13)]
    busy = {"timezone": "UTC", "hours": dict.fromkeys(DAYS, often)}
    kinds = [line.kind for line in account("mon 09:00 created", now="wed 18:00", rules=rules_of(calendar=busy))]

    assert kinds.count("ran") == 9
    assert "folded" not in kinds


def test_an_account_of_three_weeks_is_two_dozen_lines():
    events = [CREATED, "fri 12:00 pending", "mon+7 12:00 resumed", "fri+14 17:00 resolved"]

    found = account(*events, now="fri+14 17:00", rules=rules_of({"resolution": 4800}))

    assert (found[-1].total // 3600, len(found)) == (111, 25)


# --- what happened ---------------------------------------------------------------------------------------------------


def test_pauses_new_promises_and_misses_stand_where_they_happened():
    events = (CREATED, "mon 16:00 pending", "tue 09:30 resumed",
              row("tue 10:00 priority_changed", policy={"resolution": 240}))  # fmt: skip

    assert texts(*events, now="tue 11:00") == [
        "Mon 2 Jun 10:00-16:00: 6 h",
        "Paused from Mon 2 Jun 16:00 to Tue 3 Jun 09:30: waiting for the requester",
        "Tue 3 Jun 09:30-10:00: 30 min",
        "New promise from Tue 3 Jun 10:00: 4 h instead of 8 h",
        "Missed at Tue 3 Jun 10:00: the promise of 4 h was used up already",
        "Tue 3 Jun 10:00-11:00: 1 h",
        "7 h 30 min used of 4 h promised",
    ]


def test_a_span_in_which_the_promise_is_missed_is_cut_there():
    rules = rules_of({"resolution": 120})
    waiver = row("mon 14:00 waived", target="resolution", reason="The power was out.")

    assert texts(CREATED, "mon 13:00 resolved", waiver, now="mon 15:00", rules=rules) == [
        "Mon 2 Jun 10:00-12:00: 2 h",
        "Missed at Mon 2 Jun 12:00: the promise of 2 h was used up",
        "Mon 2 Jun 12:00-13:00: 1 h",
        "Done at Mon 2 Jun 13:00",
        "Waived at Mon 2 Jun 14:00: The power was out.",
        "3 h used of 2 h promised",
    ]


def test_the_promise_missed_is_the_one_of_that_time():
    rules = rules_of({"resolution": 60})
    longer = row("mon 12:00 priority_changed", policy={"resolution": 480})

    assert "Missed at Mon 2 Jun 11:00: the promise of 1 h was used up" in texts(
        CREATED, longer, now="mon 13:00", rules=rules
    )


def test_every_reason_of_one_wait_is_told_by_the_tickets_own_story():
    events = (CREATED, "mon 11:00 pending", "mon 12:00 pending reason=approval", "tue 10:00 resolved")

    assert texts(*events, now="tue 12:00")[1:3] == [
        "Paused from Mon 2 Jun 11:00 to 12:00: waiting for the requester",
        "Paused from Mon 2 Jun 12:00 to Tue 3 Jun 10:00: waiting for approval",
    ]
    assert texts(*events, now="tue 12:00", marks=False)[1] == (
        "Paused from Mon 2 Jun 11:00 to Tue 3 Jun 10:00: waiting for the requester"
    )


def test_marks_that_change_nothing_of_the_reason_cut_nothing():
    events = (CREATED, "mon 11:00 pending reason=scheduled until=wed_09:00",
              row("mon 12:00 calendar_changed", calendar=EARLY))  # fmt: skip

    assert texts(*events, now="tue 12:00")[1:] == [
        "Paused since Mon 2 Jun 11:00: waiting for the agreed date",
        "1 h used of 8 h promised",
    ]


def test_what_waits_from_the_start_says_for_what():
    waiting = (CREATED, "mon 10:00 pending reason=approval")

    assert texts(*waiting, now="tue 10:00", marks=False)[0] == "Paused since Mon 2 Jun 10:00: waiting for approval"
    assert texts(*waiting, "tue 10:00 resumed", now="tue 11:00")[:2] == [
        "Paused from Mon 2 Jun 10:00 to Tue 3 Jun 10:00: waiting for approval",
        "Tue 3 Jun 10:00-11:00: 1 h",
    ]
    update = ("mon 09:00 created", "mon 10:00 pending", "mon 10:00 agent_reply", "tue 10:00 resolved")
    rules = rules_of({"periodic_update": 60})
    assert texts(*update, now="tue 11:00", target="periodic_update", rules=rules, marks=False)[0] == (
        "Paused from Mon 2 Jun 10:00 to Tue 3 Jun 10:00"
    )


def test_a_reason_without_a_name_is_told_as_it_is():
    rules = rules_of(pause_on={Target.RESOLUTION: frozenset({"weather"})})

    assert texts(CREATED, "mon 11:00 pending reason=weather", now="mon 12:00", rules=rules)[1] == (
        "Paused since Mon 2 Jun 11:00: weather"
    )


def test_solved_and_reopened_is_no_pause():
    events = (CREATED, "mon 11:00 resolved", "mon 15:00 reopened", "mon 16:00 resolved")

    for marks in (True, False):
        assert texts(*events, now="tue 10:00", marks=marks) == [
            "Mon 2 Jun 10:00-11:00: 1 h",
            "Solved from Mon 2 Jun 11:00 to 15:00",
            "Mon 2 Jun 15:00-16:00: 1 h",
            "Done at Mon 2 Jun 16:00",
            "2 h used of 8 h promised",
        ]


def test_called_off_says_why():
    assert texts(CREATED, "mon 11:30 merged_into", now="tue 10:00")[1] == "Called off: merged into another request"
    assert texts(CREATED, "mon 10:00 pending reason=approval", "mon 11:00 rejected", now="tue 10:00") == [
        "Called off: rejected",
        "0 min used of 8 h promised",
    ]


def test_other_hours_say_where_they_begin():
    found = texts(CREATED, row("mon 11:30 calendar_changed", calendar=EARLY), now="tue 09:00")

    assert found == [
        "Mon 2 Jun 10:00-11:30: 1 h 30 min",
        "Other opening hours from Mon 2 Jun 11:30",
        "Mon 2 Jun 11:30-12:00: 30 min",
        "Closed until Tue 3 Jun 08:00",
        "Tue 3 Jun 08:00-09:00: 1 h",
        "3 h used of 8 h promised",
    ]


def test_a_wait_of_no_length_is_no_line():
    assert texts(CREATED, "mon 11:00 pending", "mon 11:00 resumed", now="mon 12:00") == [
        "Mon 2 Jun 10:00-11:00: 1 h",
        "Mon 2 Jun 11:00-12:00: 1 h",
        "2 h used of 8 h promised",
    ]


def test_a_period_counted_anew_says_from_when_to_when():
    closed = row("wed 10:00 corrected since=tue_00:00 until=wed_00:00", calendar={**EARLY, "holidays": ["2025-06-03"]})

    assert texts("mon 11:00 created", closed, now="wed 10:00", rules=rules_of(calendar=EARLY)) == [
        "Mon 2 Jun 11:00-12:00: 1 h",
        "Counted anew on corrected hours from Tue 3 Jun 00:00",
        "Counted anew on corrected hours until Wed 4 Jun 00:00",
        "Closed until Wed 4 Jun 08:00",
        "Wed 4 Jun 08:00-10:00: 2 h",
        "3 h used of 8 h promised",
    ]


# --- teams -----------------------------------------------------------------------------------------------------------

HANDED = ("mon 10:00 created team=it ola_minutes=60", "mon 10:30 transferred team=hr ola_minutes=60",
          "mon 11:00 pending", "mon 11:40 transferred team=it", "mon 12:00 resumed")  # fmt: skip


def test_a_teams_own_clock_says_when_another_team_had_it():
    assert texts(*HANDED, now="mon 12:10", target="ola", team="it") == [
        "Mon 2 Jun 10:00-10:30: 30 min",
        "With another team from Mon 2 Jun 10:30 to 11:40",
        "Paused from Mon 2 Jun 11:40 to 12:00: waiting for the requester",
        "Mon 2 Jun 12:00-12:10: 10 min",
        "40 min used of 1 h promised",
    ]
    assert texts(*HANDED, now="mon 12:10", target="ola", team="it", marks=False)[1] == (
        "With another team from Mon 2 Jun 10:30 to 12:00"
    )
    paused = ("mon 10:00 created team=it ola_minutes=60", "mon 10:30 pending")
    assert texts(*paused, now="mon 12:10", target="ola", team="it", marks=False)[1] == (
        "Paused since Mon 2 Jun 10:30: waiting for the requester"
    )


def test_what_was_used_is_split_by_the_team_that_had_it():
    clocks = clocks_after(*HANDED, row("mon 12:10 transferred team=hr", calendar=EARLY), "tue 09:00 transferred",
                          rules=rules_of(POLICY, follow_team=True))  # fmt: skip
    clock = clocks.latest(Target.RESOLUTION)

    assert sla.by_team(clock, at("tue 10:00")) == [("it", 40 * 60), ("hr", 90 * 60), (None, 60 * 60)]
    assert sla.by_team(clocks.latest(Target.OLA, "it"), at("tue 10:00")) == [("it", 40 * 60)]


def test_handing_it_on_is_a_line_whether_or_not_other_hours_count():
    events = ("mon 10:00 created team=it", "mon 10:30 transferred team=hr",
              row("mon 11:00 transferred team=law", calendar=EARLY), "mon 11:10 transferred team=law")  # fmt: skip
    rules = rules_of(follow_team=True)

    assert texts(*events, now="mon 11:30", rules=rules) == [
        "Mon 2 Jun 10:00-10:30: 30 min",
        "Handed to another team at Mon 2 Jun 10:30",
        "Mon 2 Jun 10:30-11:00: 30 min",
        "Handed to another team at Mon 2 Jun 11:00, with hours of its own",
        "Mon 2 Jun 11:00-11:30: 30 min",
        "1 h 30 min used of 8 h promised",
    ]
    assert [line.team for line in account(*events, now="mon 11:30", rules=rules)] == [
        "it", "hr", "hr", "law", "law", None]  # fmt: skip


SPANS = st.lists(st.tuples(st.integers(0, 100_000), st.sampled_from(["it", "hr", None])), max_size=6)


@settings(max_examples=60, deadline=None)
@given(SPANS, st.integers(0, 300_000), st.sampled_from([NINE_TO_FIVE, EARLY, LUNCH, BERLIN]))
def test_the_shares_of_the_teams_and_the_lines_add_up_to_what_was_used(spans, after, hours):
    log, instant = [Event(at("mon 10:00"), Kind.CREATED, team="it")], at("mon 10:00")
    for seconds, team in spans:
        instant += timedelta(seconds=seconds)
        log.append(Event(instant, Kind.TRANSFERRED, team=team, calendar=hours))
    rules = rules_of({"resolution": 480}, calendar=NINE_TO_FIVE, follow_team=True)
    (clock,), now = sla.rebuild(log, rules), instant + timedelta(seconds=after)

    lines = sla.explain(clock, now)

    assert sum(seconds for _, seconds in sla.by_team(clock, now)) == sla.used(clock, now)
    assert sum(line.seconds for line in lines[:-1]) == lines[-1].total == sla.used(clock, now)


def test_hours_are_told_as_they_were_when_it_happened():
    tokyo = BusinessCalendar.parse({**NINE_TO_FIVE, "timezone": "Asia/Tokyo"}).to_dict()
    moved = row("mon 11:00 calendar_changed", calendar=tokyo)

    assert texts(CREATED, moved, "tue 02:00 pending", now="tue 03:00", reader=None)[1:] == [
        "Other opening hours from Mon 2 Jun 20:00 Tokyo",
        "Closed until Tue 3 Jun 09:00 Tokyo",
        "Tue 3 Jun 09:00-11:00 Tokyo: 2 h",
        "Paused since Tue 3 Jun 11:00 Tokyo: waiting for the requester",
        "3 h used of 8 h promised",
    ]
