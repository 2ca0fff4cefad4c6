"""The examples beside a promise say when and why, in words that hold on odd hours, closures and clock changes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from internaldesk.core import hours
from internaldesk.core.examples import Example, amount, changes, examples
from internaldesk.core.hours import DAYS, BusinessCalendar

TUESDAY = datetime(2026, 11, 24, 10, 48, 33, tzinfo=UTC)
OFFICE = {day: [["09:00", "17:00"]] for day in DAYS[:5]}
LUNCH = {day: [["09:00", "12:30"], ["13:30", "17:00"]] for day in DAYS[:5]}
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
CHRISTMAS = ["2026-12-25", "2026-12-26", "2026-12-28"]
NAMED = {date(2026, 12, 25): "Christmas Day", date(2026, 12, 28): "Boxing Day (observed)"}


def calendar(week: dict, *, zone: str = "Europe/London", **more: object) -> BusinessCalendar:
    return BusinessCalendar.parse({"timezone": zone, "hours": week, **more})


def told(cal: BusinessCalendar, minutes: int = 60, *, now: datetime = TUESDAY, **more: object) -> dict[str, Example]:
    return {row.label: row for row in examples(cal, minutes, now=now, **more)}


def line(row: Example) -> str:
    return f"{row.filed_words} -> {row.due_words}: {row.because}"


def test_the_same_rows_in_the_same_order():
    rows = examples(calendar(OFFICE, holidays=CHRISTMAS), 60, now=TUESDAY, names=NAMED)

    assert [line(row) for row in rows] == [
        "Tue 24 Nov, 10:48 -> today 11:48: 1 h, same day",
        "Fri 27 Nov, 16:50 -> Mon 30 Nov, 09:50: 10 min Friday, 50 min Monday",
        "Thu 24 Dec, 16:30 -> Tue 29 Dec, 09:30: 30 min Thursday, 30 min Tuesday;"
        " Fri 25 Dec “Christmas Day” and Mon 28 Dec “Boxing Day (observed)” are closed",
        "Sun 29 Nov, 10:00 -> Mon 30 Nov, 10:00: closed on Sundays; from Monday 09:00",
        "Sun 28 Mar 2027, 00:30 -> Mon 29 Mar 2027, 10:00: closed on Sundays; from Monday 09:00;"
        " the clock goes forward at 01:00, while closed",
        "Sun 31 Oct 2027, 01:30 BST -> Mon 1 Nov 2027, 10:00: closed on Sundays; from Monday 09:00;"
        " the clock goes back at 02:00, while closed",
    ]
    assert [row.label for row in rows] == [
        "now",
        "late on a Friday",
        "before Christmas Day",
        "on a Sunday",
        "before the clock goes forward",
        "before the clock goes back",
    ]


@pytest.mark.parametrize("minutes", [1, 60, 480, 2400])
@pytest.mark.parametrize("week", [OFFICE, LUNCH, ALWAYS, {"mon": [["22:00", "06:00"]]}])
@pytest.mark.parametrize("zone", ["Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Tokyo"])
def test_every_due_is_the_one_the_clocks_would_have(zone, week, minutes):
    cal = calendar(week, zone=zone, holidays=CHRISTMAS)

    for row in examples(cal, minutes, now=TUESDAY):
        assert row.due.astimezone(UTC) == hours.add(cal, row.filed, timedelta(minutes=minutes))


def test_a_friday_gone_by_is_next_weeks():
    late = datetime(2026, 11, 27, 16, 51, tzinfo=UTC)

    assert told(calendar(OFFICE), now=late)["late on a Friday"].filed_words == "Fri 4 Dec, 16:50"


def test_without_closures_ahead_there_is_no_eve():
    past, weekend = ["2026-11-23"], ["2026-11-28"]

    assert len(examples(calendar(OFFICE, holidays=past), 60, now=TUESDAY)) == 5
    assert len(examples(calendar(OFFICE, holidays=weekend), 60, now=TUESDAY)) == 5


def test_an_eve_gone_by_gives_way_to_the_next():
    cal = calendar(OFFICE, holidays=[*CHRISTMAS, "2027-01-01"])
    christmas_eve = datetime(2026, 12, 24, 18, tzinfo=UTC)

    assert told(cal, now=christmas_eve)["before Fri 1 Jan 2027"].filed_words == "Thu 31 Dec, 16:30"


def test_where_the_month_before_is_shut_there_is_no_eve():
    cal = calendar({}, openings=[{"date": "2027-03-01", "hours": [["09:00", "17:00"]]}], holidays=["2027-03-01"])

    assert {row.due_words for row in examples(cal, 60, now=TUESDAY)} == {"never"}

    one_day_a_year = calendar(
        {},
        openings=[{"date": day, "hours": [["09:00", "17:00"]]} for day in ("2027-03-01", "2027-06-01")],
        holidays=["2027-06-01"],
    )
    assert not [row for row in examples(one_day_a_year, 60, now=TUESDAY) if "Jun" in row.label]


def test_a_whole_day_is_a_better_example_than_a_part_of_an_earlier_one():
    cal = calendar(OFFICE, holidays=["2026-12-25", {"date": "2026-12-24", "from": "12:00"}])

    row = told(cal)["before Fri 25 Dec"]

    assert line(row) == (
        "Thu 24 Dec, 16:30 -> Mon 28 Dec, 10:00: from Monday 09:00;"
        " Thu 24 Dec is closed from 12:00; Fri 25 Dec is closed"
    )


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([("00:00", "10:00")], "until 10:00"),
        ([("11:00", "13:00")], "from 11:00 until 13:00"),
        ([("09:00", "10:00"), ("16:00", "24:00")], "from 09:00 until 10:00 and from 16:00"),
    ],
)
def test_parts_of_a_day_are_told_as_such(parts, words):
    shut = [{"date": "2026-11-25", "from": start, "to": end} for start, end in parts]

    row = told(calendar(OFFICE, holidays=shut), 480)["before Wed 25 Nov"]

    assert f"Wed 25 Nov is closed {words}" in row.because


def test_a_closure_before_it_was_filed_is_not_the_reason():
    cal = calendar(OFFICE, holidays=[{"date": "2026-11-24", "from": "09:00", "to": "10:00"}])

    assert told(cal)["now"].because == "1 h, same day"


@pytest.mark.parametrize(
    ("week", "now", "because"),
    [
        (OFFICE, "2026-11-24T07:00", "closed until 09:00"),
        (OFFICE, "2026-11-24T18:00", "closed at that hour; from Wednesday 09:00"),
        (LUNCH, "2026-11-24T12:00", "1 h, same day"),
        ({"thu": [["09:00", "17:00"]]}, "2026-11-28T12:00", "closed on Saturdays; from Thursday 09:00"),
        ({"sat": [["09:00", "17:00"]]}, "2026-11-28T18:00", "closed at that hour; from Sat 5 Dec 09:00"),
    ],
)
def test_what_is_closed_first_is_said_first(week, now, because):
    cal = calendar(week)

    assert told(cal, now=datetime.fromisoformat(f"{now}+00:00"))["now"].because == because


def test_a_closure_of_another_day_is_not_why_it_was_closed_at_first():
    cal = calendar(OFFICE, holidays=["2026-11-25"])

    row = told(cal, now=TUESDAY.replace(hour=18))["now"]

    assert row.because == "closed at that hour; from Thursday 09:00; Wed 25 Nov is closed"


def test_long_promises_name_the_first_and_the_last_day():
    row = told(calendar(OFFICE), 2400)["late on a Friday"]

    assert row.because == "10 min Fri 27 Nov, 32 h on 4 days between, 7 h 50 Fri 4 Dec"


def test_of_many_closures_three_are_named():
    cal = calendar(OFFICE, holidays=["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"])

    row = told(cal)["before Tue 1 Dec"]

    assert row.because.endswith("Tue 1 Dec, Wed 2 Dec, Thu 3 Dec and 1 more are closed")


def test_a_special_opening_is_told():
    cal = calendar(OFFICE, openings=[{"date": "2026-11-28", "hours": [["09:00", "13:00"]]}])

    assert told(cal)["late on a Friday"].because == "10 min Friday, 50 min Saturday (specially open)"


@pytest.mark.parametrize(
    ("zone", "label", "words"),
    [
        (
            "Europe/Berlin",
            "before the clock goes forward",
            "Sun 28 Mar 2027, 01:30 -> Sun 28 Mar 2027, 03:30: 1 h, same day;"
            " the clock goes forward at 02:00: that night has an hour less",
        ),
        (
            "Europe/Berlin",
            "before the clock goes back",
            "Sun 31 Oct 2027, 02:30 CEST -> Sun 31 Oct 2027, 02:30 CET: 1 h, same day;"
            " the clock goes back at 03:00: that night has an hour more",
        ),
        (
            "Australia/Lord_Howe",
            "before the clock goes back",
            "Sun 4 Apr 2027, 01:30 UTC+11 -> Sun 4 Apr 2027, 02:00: 1 h, same day;"
            " the clock goes back at 02:00: that night has 30 min more",
        ),
        (
            "Africa/Cairo",
            "before the clock goes forward",
            "Thu 29 Apr 2027, 23:30 -> Fri 30 Apr 2027, 01:30: 30 min Thursday, 30 min Friday;"
            " the clock goes forward at 00:00: that night has an hour less",
        ),
    ],
)
def test_clock_changes_around_the_clock(zone, label, words):
    assert line(told(calendar(ALWAYS, zone=zone))[label]) == words


def test_a_skipped_date_takes_no_time():
    december = datetime(2011, 12, 20, 10, tzinfo=UTC)

    row = told(calendar(ALWAYS, zone="Pacific/Apia"), now=december)["before the clock goes forward"]

    assert line(row) == (
        "Thu 29 Dec, 23:30 -> Sat 31 Dec, 00:30: 30 min Thursday, 30 min Saturday;"
        " the clock goes forward at 00:00: that night has 24 h less"
    )


def test_a_short_promise_still_meets_the_change():
    row = told(calendar(ALWAYS), 10)["before the clock goes forward"]

    assert line(row).startswith("Sun 28 Mar 2027, 00:55 -> Sun 28 Mar 2027, 02:05")


def test_zones_without_changes_have_no_such_rows():
    assert changes(calendar(OFFICE, zone="Asia/Tokyo"), after=TUESDAY) == []
    assert len(told(calendar(OFFICE, zone="Asia/Tokyo"))) == 3


def test_changes_lie_ahead():
    cal = calendar(OFFICE)
    at = [change.at for change in changes(cal, after=TUESDAY)]

    assert all(a < b for a, b in pairwise([TUESDAY, *at]))
    assert changes(cal, after=at[0])[0].at == at[1]


@pytest.mark.parametrize(
    ("week", "minutes", "because"),
    [
        ({}, 60, "these hours never open, so nothing is ever due"),
        ({"mon": [["09:00", "09:01"]]}, 6000, "these hours open too rarely: 100 h take more than three years"),
    ],
)
def test_what_is_never_due_says_why(week, minutes, because):
    rows = examples(calendar(week), minutes, now=TUESDAY)

    assert {(row.due, row.due_words, row.because) for row in rows} == {(None, "never", because)}


def test_amounts_are_hours_and_minutes():
    assert [amount(timedelta(minutes=count)) for count in (0, 59, 60, 61, 1440)] == [
        "0 min",
        "59 min",
        "1 h",
        "1 h 01",
        "24 h",
    ]
