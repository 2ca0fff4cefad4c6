"""Business time: the worked examples, the ordinary week, closures, clocks that change, bad calendars."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from internaldesk.core import hours, offsets
from internaldesk.core.hours import BadCalendar, BusinessCalendar, NeverOpen

SAMPLES = json.loads((Path(__file__).parent / "data" / "sla_samples.json").read_text())["samples"]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in WORKDAYS}
ALWAYS = {day: [["00:00", "24:00"]] for day in (*WORKDAYS, "sat", "sun")}
NIGHTS = {day: [["22:00", "06:00"]] for day in (*WORKDAYS, "sat", "sun")}
MONDAY = datetime(2025, 6, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def calendar(hours_by_day=None, zone="UTC", **rest) -> BusinessCalendar:
    week = NINE_TO_FIVE if hours_by_day is None else hours_by_day
    return BusinessCalendar.parse({"timezone": zone, "hours": week, **rest})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- the worked examples ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [s for s in SAMPLES if s["kind"] == "add"], ids=lambda s: s["id"])
def test_add_gives_the_worked_instant(case):
    cal = BusinessCalendar.parse(case["calendar"])

    assert hours.add(cal, at(case["start"]), timedelta(minutes=case["minutes"])) == at(case["expected"])


@pytest.mark.parametrize("case", [s for s in SAMPLES if s["kind"] == "elapsed"], ids=lambda s: s["id"])
def test_elapsed_gives_the_worked_seconds(case):
    cal = BusinessCalendar.parse(case["calendar"])

    assert hours.elapsed(cal, at(case["start"]), at(case["end"])).total_seconds() == case["expected_seconds"]


# --- the ordinary week -----------------------------------------------------------------------------------------------


def test_eight_hours_from_opening_end_at_closing_not_at_the_next_opening():
    assert hours.add(calendar(), MONDAY + 9 * HOUR, 8 * HOUR) == MONDAY + 17 * HOUR


def test_nothing_added_is_the_same_instant_even_when_closed():
    assert hours.add(calendar(), at("2025-06-01T03:00:00+02:00"), timedelta(0)) == at("2025-06-01T01:00:00Z")


def test_an_amount_below_nothing_is_refused():
    with pytest.raises(ValueError, match="backwards"):
        hours.add(calendar(), MONDAY, -HOUR)


def test_elapsed_backwards_is_nothing():
    assert hours.elapsed(calendar(), MONDAY + 12 * HOUR, MONDAY + 10 * HOUR) == timedelta(0)


@pytest.mark.parametrize(("hour", "expected"), [(8, False), (9, True), (16, True), (17, False)])
def test_a_window_includes_its_start_and_not_its_end(hour, expected):
    assert hours.is_open(calendar(), MONDAY + hour * HOUR) is expected


def test_next_open_is_now_when_open_and_the_next_opening_otherwise():
    friday = MONDAY + timedelta(days=4)

    assert hours.next_open(calendar(), friday + 10 * HOUR) == friday + 10 * HOUR
    assert hours.next_open(calendar(), friday + 17 * HOUR) == friday + timedelta(days=3, hours=9)


def test_next_open_finds_an_opening_many_weeks_ahead():
    cal = calendar(holidays=[(date(2025, 6, 2) + timedelta(days=n)).isoformat() for n in range(120)])

    assert hours.next_open(cal, MONDAY) == at("2025-09-30T09:00:00Z")


def test_closing_is_the_end_of_the_open_span():
    assert hours.closing(calendar(), MONDAY + 10 * HOUR) == MONDAY + 17 * HOUR
    assert hours.closing(calendar(NIGHTS), MONDAY + 23 * HOUR) == MONDAY + 30 * HOUR


def test_closing_of_a_closed_desk_or_of_one_that_never_closes_is_nothing():
    assert hours.closing(calendar(), MONDAY) is None
    assert hours.closing(calendar(ALWAYS), MONDAY) is None


def test_local_shows_the_wall_clock_of_the_zone():
    assert hours.local(calendar(zone="Asia/Tokyo"), MONDAY).isoformat() == "2025-06-02T09:00:00+09:00"


def test_a_lunch_break_is_not_business_time():
    cal = calendar({"mon": [["09:00", "12:00"], ["13:00", "17:00"]]})

    assert hours.add(cal, MONDAY + 11 * HOUR, 2 * HOUR) == MONDAY + 14 * HOUR
    assert list(hours.spans(cal, MONDAY, MONDAY + 48 * HOUR)) == [
        (MONDAY + 9 * HOUR, MONDAY + 12 * HOUR), (MONDAY + 13 * HOUR, MONDAY + 17 * HOUR)]  # fmt: skip


def test_overlapping_and_touching_windows_count_once():
    cal = calendar({"mon": [["12:00", "15:00"], ["09:00", "12:00"], ["10:00", "14:00"]]})

    assert hours.elapsed(cal, MONDAY, MONDAY + 24 * HOUR) == 6 * HOUR
    assert len(list(hours.spans(cal, MONDAY, MONDAY + 24 * HOUR))) == 1


def test_spans_join_across_midnight_and_across_months():
    end = MONDAY + timedelta(days=90)

    assert list(hours.spans(calendar(ALWAYS), MONDAY, end)) == [(MONDAY, end)]


def test_spans_of_nothing_are_none():
    assert list(hours.spans(calendar(), MONDAY + 12 * HOUR, MONDAY + 12 * HOUR)) == []


# --- closures and special openings -----------------------------------------------------------------------------------


def test_a_holiday_closes_its_civil_day_only():
    cal = calendar(NIGHTS, holidays=["2025-06-04"])

    assert not hours.is_open(cal, at("2025-06-04T03:00:00Z")), "the tail of Tuesday's night"
    assert not hours.is_open(cal, at("2025-06-04T23:00:00Z"))
    assert hours.is_open(cal, at("2025-06-05T03:00:00Z")), "the tail of Wednesday's night"


def test_overlapping_closures_are_not_subtracted_twice():
    cal = calendar(holidays=[
        {"date": "2025-06-02", "from": "09:00", "to": "11:00"},
        {"date": "2025-06-02", "from": "10:00", "to": "12:00", "label": "All hands"},
        {"date": "2025-06-02", "from": "10:00", "to": "12:00"}])  # fmt: skip

    assert hours.elapsed(cal, MONDAY, MONDAY + 24 * HOUR) == 5 * HOUR


def test_half_a_closure_runs_from_midnight_or_to_midnight():
    cal = calendar(holidays=[{"date": "2025-06-02", "from": "12:00"}, {"date": "2025-06-03", "to": "12:00"}])

    assert hours.elapsed(cal, MONDAY, MONDAY + 24 * HOUR) == 3 * HOUR
    assert hours.elapsed(cal, MONDAY + 24 * HOUR, MONDAY + 48 * HOUR) == 5 * HOUR


def test_a_special_opening_replaces_the_windows_of_its_date():
    cal = calendar(openings=[
        {"date": "2025-06-07", "from": "10:00", "to": "12:00"}, {"date": "2025-06-07", "from": "13:00", "to": "14:00"},
        {"date": "2025-06-06", "hours": [["20:00", "02:00"]]}])  # fmt: skip

    assert hours.elapsed(cal, at("2025-06-06T00:00:00Z"), at("2025-06-07T06:00:00Z")) == 6 * HOUR
    assert hours.elapsed(cal, at("2025-06-07T06:00:00Z"), at("2025-06-08T00:00:00Z")) == 3 * HOUR


def test_a_calendar_of_special_openings_alone_opens_then_and_never_again():
    cal = calendar({}, openings=[{"date": "2025-06-07", "from": "10:00", "to": "12:00"}])

    assert hours.add(cal, at("2024-01-01T00:00:00Z"), 2 * HOUR) == at("2025-06-07T12:00:00Z")
    with pytest.raises(NeverOpen, match="no opening hours"):
        hours.add(cal, at("2024-01-01T00:00:00Z"), 2 * HOUR + timedelta(seconds=1))


def test_a_calendar_without_hours_never_opens():
    cal = calendar({})

    assert hours.elapsed(cal, MONDAY, MONDAY + 100 * HOUR) == timedelta(0)
    with pytest.raises(NeverOpen, match="UTC"):
        hours.next_open(cal, MONDAY)
    with pytest.raises(NeverOpen):
        hours.add(cal, MONDAY, timedelta(seconds=1))


def test_an_amount_beyond_the_last_year_is_refused():
    cal = calendar({"mon": [["09:00", "09:01"]]})

    with pytest.raises(NeverOpen, match="often enough"):
        hours.add(cal, at("9990-01-01T00:00:00Z"), 100 * HOUR)


# --- clocks that change ----------------------------------------------------------------------------------------------


def test_a_zone_is_cut_where_its_offset_changes_even_at_the_very_end():
    berlin, change = ZoneInfo("Europe/Berlin"), offsets.ticks(at("2024-03-31T01:00:00Z"))
    hour = 60 * offsets.MINUTE

    before = list(offsets.pieces(berlin, change - 2 * offsets.DAY, change))
    around = list(offsets.pieces(berlin, change - offsets.DAY - hour, change + offsets.DAY - hour))

    assert before == [(change - 2 * offsets.DAY, change, hour)]
    assert around == [(change - offsets.DAY - hour, change, hour), (change, change + offsets.DAY - hour, 2 * hour)]


@pytest.mark.parametrize(("zone", "start", "end", "expected"), [
    ("Europe/Berlin", "2024-03-30T22:00:00+01:00", "2024-03-31T06:00:00+02:00", 7.0),
    ("Europe/Berlin", "2024-10-26T22:00:00+02:00", "2024-10-27T06:00:00+01:00", 9.0),
    ("Australia/Lord_Howe", "2025-04-05T22:00:00+11:00", "2025-04-06T06:00:00+10:30", 8.5),
    ("Australia/Lord_Howe", "2025-10-04T22:00:00+10:30", "2025-10-05T06:00:00+11:00", 7.5),
])  # fmt: skip
def test_a_night_shift_lasts_as_long_as_the_night_does(zone, start, end, expected):
    cal = calendar(NIGHTS, zone)

    assert hours.elapsed(cal, at(start), at(end)) == expected * HOUR
    assert hours.add(cal, at(start), expected * HOUR) == at(end)


def test_a_window_inside_the_spring_gap_is_empty_and_in_the_repeated_hour_happens_twice():
    cal = calendar({"sun": [["02:15", "02:45"]]}, "Europe/Berlin")

    assert hours.elapsed(cal, at("2024-03-31T00:00:00Z"), at("2024-04-01T00:00:00Z")) == timedelta(0)
    assert list(hours.spans(cal, at("2024-10-27T00:00:00Z"), at("2024-10-28T00:00:00Z"))) == [
        (at("2024-10-27T00:15:00Z"), at("2024-10-27T00:45:00Z")),
        (at("2024-10-27T01:15:00Z"), at("2024-10-27T01:45:00Z"))]  # fmt: skip


def test_the_date_samoa_skipped_has_no_business_time():
    cal = calendar(ALWAYS, "Pacific/Apia", holidays=["2011-12-29", "2011-12-31"])

    assert hours.elapsed(cal, at("2011-12-29T00:00:00-10:00"), at("2012-01-01T00:00:00+14:00")) == timedelta(0)
    assert hours.elapsed(calendar(ALWAYS, "Pacific/Apia"), at("2011-12-29T00:00:00-10:00"),
                         at("2012-01-01T00:00:00+14:00")) == 48 * HOUR  # fmt: skip


# --- bad calendars ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mapping", "sentence"), [
    ([], "needs a time zone"),
    ({"hours": {}}, "“None” is not a time zone"),
    ({"timezone": "+02:00", "hours": {}}, "“\\+02:00” is not a time zone"),
    ({"timezone": "../etc/passwd", "hours": {}}, "not a time zone"),
    ({"timezone": "Europe", "hours": {}}, "“Europe” is not a time zone"),
    ({"timezone": "UTC"}, "from when to when"),
    ({"timezone": "UTC", "hours": {"monday": []}}, "“monday” is not a weekday"),
    ({"timezone": "UTC", "hours": {"mon": "09:00"}}, "Monday needs a list"),
    ({"timezone": "UTC", "hours": {"mon": ["09:00"]}}, "“09:00” on Monday is not a window"),
    ({"timezone": "UTC", "hours": {"mon": [["09:00"]]}}, "on Monday needs exactly two times"),
    ({"timezone": "UTC", "hours": {"tue": [["09:00", "09:00"]]}}, "09:00-09:00 on Tuesday is empty"),
    ({"timezone": "UTC", "hours": {"tue": [["24:00", "09:00"]]}}, "Tuesday cannot start at 24:00"),
    ({"timezone": "UTC", "hours": {"sun": [["09:00", "24:01"]]}}, "“24:01” on Sunday is not a time"),
    ({"timezone": "UTC", "hours": {"sun": [["09:60", "12:00"]]}}, "“09:60” on Sunday is not a time"),
    ({"timezone": "UTC", "hours": {"sun": [["9am", "12:00"]]}}, "“9am” on Sunday is not a time"),
    ({"timezone": "UTC", "hours": {"sun": [["٠٩:00", "12:00"]]}}, "on Sunday is not a time"),
    ({"timezone": "UTC", "hours": {"sun": [[540, 600]]}}, "“540” on Sunday is not a time"),
    ({"timezone": "UTC", "hours": {}, "holidays": "2025-06-02"}, "must be a list of dates"),
    ({"timezone": "UTC", "hours": {}, "holidays": ["2025-02-30"]}, "“2025-02-30” is not a date"),
    ({"timezone": "UTC", "hours": {}, "holidays": [7]}, "“7” is not a date"),
    ({"timezone": "UTC", "hours": {}, "holidays": [{"date": "2025-06-02", "from": "12:00", "to": "11:00"}]},
     "The closure on 2025-06-02 must end after it starts, not 12:00-11:00"),
    ({"timezone": "UTC", "hours": {}, "openings": ["2025-06-02"]}, "“2025-06-02” needs a date and its hours"),
    ({"timezone": "UTC", "hours": {}, "openings": [{"date": "2025-06-02", "hours": []}]}, "on 2025-06-02 has no hours"),
    ({"timezone": "UTC", "hours": {}, "openings": [{"date": "2025-06-02"}]}, "“None” on 2025-06-02 is not a time"),
])  # fmt: skip
def test_a_bad_calendar_is_refused_in_a_sentence(mapping, sentence):
    with pytest.raises(BadCalendar, match=sentence):
        BusinessCalendar.parse(mapping)


# --- as a value ------------------------------------------------------------------------------------------------------

FULL = {
    "timezone": "Europe/Berlin",
    "hours": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], "sat": [["22:00", "06:00"]]},
    "holidays": ["2025-06-02", {"date": "2025-12-24", "from": "12:00", "to": "24:00"}],
    "openings": [{"date": "2025-12-27", "hours": [["10:00", "14:00"], ["22:00", "02:00"]]}],
}


def test_a_calendar_survives_being_written_and_read():
    cal = BusinessCalendar.parse(FULL, version=3)

    assert cal.to_dict() == FULL
    assert BusinessCalendar.parse(cal.to_dict(), version=3) == cal


def test_calendars_are_equal_and_hash_alike_by_value():
    one, same, newer = (BusinessCalendar.parse(FULL, version=n) for n in (3, 3, 4))

    hours.add(one, MONDAY, HOUR)

    assert one == same
    assert hash(one) == hash(same)
    assert one != newer


def test_a_calendar_without_special_openings_does_not_mention_them():
    assert calendar({}).to_dict() == {"timezone": "UTC", "hours": {}, "holidays": []}


def test_dates_may_be_given_as_dates():
    assert calendar(holidays=[date(2025, 6, 2)]) == calendar(holidays=["2025-06-02"])


def test_the_cache_stays_small():
    cal = calendar()

    hours.elapsed(cal, at("1950-01-01T00:00:00Z"), at("2050-01-01T00:00:00Z"))

    assert len(cal._blocks) <= 256
