"""Lengths of time are read as people write them, and written as they can be read again."""

import pytest

from internaldesk.core import durations
from internaldesk.core.durations import BadDuration
from internaldesk.core.hours import BusinessCalendar

DAY = 480


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("90", 90),
        ("30 min", 30),
        ("30min", 30),
        ("30 m", 30),
        ("45 minutes", 45),
        ("1 minute", 1),
        ("1 h", 60),
        ("1h", 60),
        ("8 hours", 480),
        ("2 hrs", 120),
        ("2 h 30", 150),
        ("2h30", 150),
        ("2 h 05", 125),
        ("2 h 30 min", 150),
        ("1.5 h", 90),
        ("1,5 h", 90),
        ("2 d", 960),
        ("2d", 960),
        ("1 day", 480),
        ("2 days", 960),
        ("2 business days", 960),
        ("2 Working Days", 960),
        ("0.5 d", 240),
        ("1 d 4 h", 720),
        ("1 day 4 h 30", 750),
        ("1 d 30 min", 510),
        ("  1 h  ", 60),
        ("1\u00a0h", 60),
        ("0", 0),
        ("0.0083 h", 0),
        ("0.0084 h", 1),
    ],
)
def test_what_people_write_is_understood(words, minutes):
    assert durations.read(words, day=DAY) == minutes


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "soon",
        "1.5",
        "h",
        "2 d 30",
        "1 week",
        "-5",
        "30 min 1 h",
        "1:30",
        "9" * 9 + " h",
        "2 dh",
        "1 h x",
        "٣",
    ],
)
def test_what_is_no_length_of_time_is_refused_with_examples(words):
    with pytest.raises(BadDuration, match=r"is no length of time; write 30 min, 2 h 30 or 2 days\.$"):
        durations.read(words, day=DAY)


def test_days_need_to_know_how_long_a_day_is():
    with pytest.raises(BadDuration, match="“2 days” needs a calendar"):
        durations.read("2 days")

    assert durations.read("16 h") == 960


@pytest.mark.parametrize("minutes", [1, 30, 59, 60, 61, 90, 120, 599, 960, 1439, 1440, 10_000])
def test_what_is_said_is_read_as_the_same(minutes):
    assert durations.read(durations.said(minutes)) == minutes


def week(**hours):
    return BusinessCalendar.parse({"timezone": "Europe/London", "hours": hours})


OFFICE = [["09:00", "17:00"]]


@pytest.mark.parametrize(
    ("calendar", "minutes"),
    [
        (week(mon=OFFICE, tue=OFFICE, wed=OFFICE, thu=OFFICE, fri=[["09:00", "15:00"]]), 480),
        (week(mon=[["09:00", "12:00"], ["13:00", "17:30"]]), 450),
        (week(mon=[["09:00", "13:00"], ["12:00", "17:00"]]), 480),
        (week(mon=[["09:00", "17:00"], ["10:00", "12:00"]]), 480),
        (week(mon=[["22:00", "06:00"]]), 480),
        (week(mon=OFFICE, sat=[["10:00", "14:00"]]), 240),
        (week(**{day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}), 1440),
        (week(), None),
    ],
)
def test_a_business_day_is_the_usual_one(calendar, minutes):
    assert durations.business_day(calendar) == minutes
