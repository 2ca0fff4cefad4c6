"""Hours as people type them are read generously, refused by day and hour, and written back the same."""

import pytest

from internaldesk.calendars import written
from internaldesk.core.hours_text import BadCalendar

NINE_TO_FIVE = (540, 1020)
ALL_DAY = (0, 1440)


@pytest.mark.parametrize(
    ("line", "windows"),
    [
        ("", ()),
        ("  ", ()),
        ("closed", ()),
        ("-", ()),
        ("\u2013", ()),
        ("09:00-17:00", (NINE_TO_FIVE,)),
        ("9-17", (NINE_TO_FIVE,)),
        ("9.00 \u2013 17.00", (NINE_TO_FIVE,)),
        ("9:00 to 17:00", (NINE_TO_FIVE,)),
        ("9 until 17", (NINE_TO_FIVE,)),
        ("13:00-17:00, 09:00-12:30", ((540, 750), (780, 1020))),
        ("09:00-12:30; 13:00-17:00", ((540, 750), (780, 1020))),
        ("9-12:30 and 13-17", ((540, 750), (780, 1020))),
        ("09:00-12:00, 12:00-17:00", ((540, 720), (720, 1020))),
        ("22:00-06:00", ((1320, 1800),)),
        ("17:00-24:00", ((1020, 1440),)),
        ("17:00-00:00", ((1020, 1440),)),
        ("24 Hours", (ALL_DAY,)),
        ("00:00-24:00", (ALL_DAY,)),
        ("all day", (ALL_DAY,)),
    ],
)
def test_what_people_type_is_read(line, windows):
    assert written.read(line, where="Monday") == windows


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("25:00-26:00", "Friday: 25:00 is not a time of day; a day runs from 00:00 to 24:00."),
        ("09:00-17:60", "Friday: 17:60 is not a time of day; a day runs from 00:00 to 24:00."),
        ("24:01-24:02", "Friday: 24:01 is not a time of day; a day runs from 00:00 to 24:00."),
        ("9am-5pm", "Friday: “9am” is not a time of day; write 09:30, or 24:00 for the end of the day."),
        ("after lunch", "Friday: “after lunch” is not a span of time; write 09:00-17:00, or leave the day empty."),
        ("09:00", "Friday: “09:00” is not a span of time; write 09:00-17:00, or leave the day empty."),
        (
            "17:00-17:00",
            "Friday: 17:00\u201317:00 is no time at all; write 24 hours if the whole day is meant.",
        ),
        ("24:00-06:00", "Friday: a span cannot start at 24:00; write it on the next day, from 00:00."),
        (", ".join(["9-10"] * 13), "Friday: 13 spans are too many; write at most 12."),
    ],
)
def test_what_is_no_time_is_refused_by_day_and_hour(line, sentence):
    with pytest.raises(BadCalendar) as refused:
        written.read(line, where="Friday")

    assert str(refused.value) == sentence


def test_hours_are_said_in_words():
    assert written.hours_said(((540, 750), (780, 1020))) == "09:00\u201312:30, 13:00\u201317:00"
    assert written.hours_said(((1320, 1800),)) == "22:00\u201306:00 the next day"


@pytest.mark.parametrize(
    ("week", "lines", "short"),
    [
        (
            [(NINE_TO_FIVE,)] * 5 + [((600, 840),), ()],
            [
                ("Monday to Friday", "09:00\u201317:00"),
                ("Saturday", "10:00\u201314:00"),
                ("Sunday", "closed"),
            ],
            "Mon\u2013Fri 09:00\u201317:00; Sat 10:00\u201314:00",
        ),
        ([(ALL_DAY,)] * 7, [("Every day", "24 hours")], "Always open"),
        ([()] * 7, [("Every day", "closed")], "No weekly hours"),
    ],
)
def test_a_week_is_told_in_few_lines(week, lines, short):
    assert written.week_said(week) == lines
    assert written.week_short(week) == short
