"""A sheet reads as its schedule and back, and names every fault at its control."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internaldesk.calendars import sheet
from internaldesk.calendars.schedule import Closure, Opening, Schedule
from internaldesk.calendars.sheet import ClosureLine, OpeningLine, Sheet
from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar
from tests.make import NOON

DASH = "\u2013"
OFFICE = ("09:00-17:00",) * 5 + ("", "")
ZONES = ("Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Africa/Cairo", "UTC")


def typed(**parts: object) -> Sheet:
    return Sheet(**{"name": "Leeds", "zone": "Europe/London", "week": OFFICE, **parts})


def week(**days: str) -> tuple[str, ...]:
    return tuple(days.get(day, "") for day in hours.DAYS)


def refused(found: Sheet) -> list[tuple[str | None, str]]:
    return [(fault.field, fault.sentence) for fault in sheet.read(found, now=NOON).faults]


def test_a_good_sheet_is_a_schedule():
    reading = sheet.read(
        typed(
            zone="europe/london",
            closures=(
                ClosureLine("2026-12-25", "", "", "Christmas"),
                ClosureLine(),
                ClosureLine("2026-12-24", "12:00"),
            ),
            openings=(OpeningLine("2026-12-05", "9-13", "Stocktaking"),),
        ),
        now=NOON,
    )

    assert reading.faults == []
    assert reading.schedule == Schedule(
        "Europe/London",
        (((540, 1020),),) * 5 + ((), ()),
        (Closure(date(2026, 12, 24), 720, 1440), Closure(date(2026, 12, 25), label="Christmas")),
        (Opening(date(2026, 12, 5), ((540, 780),), "Stocktaking"),),
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"name": ""}, ("name", "Give the calendar a name, such as Leeds office hours.")),
        ({"name": "x" * 121}, ("name", "The name has 121 characters: write at most 120.")),
        ({"zone": ""}, ("zone", "The calendar needs a time zone: choose a name from the list, such as Europe/London.")),
        (
            {"zone": "UTC+2"},
            ("zone", "“UTC+2” is not a time zone: choose a name from the list, such as Europe/London."),
        ),
        (
            {"zone": "../etc"},
            ("zone", "“../etc” is not a time zone: choose a name from the list, such as Europe/London."),
        ),
        (
            {"week": week(tue="09:00-13:00, 12:30-17:00")},
            ("tue", f"Tuesday: 09:00{DASH}13:00 and 12:30{DASH}17:00 overlap from 12:30 to 13:00."),
        ),
        (
            {"week": week(tue="09:00-17:00, 10:00-11:00")},
            ("tue", f"Tuesday: 09:00{DASH}17:00 and 10:00{DASH}11:00 overlap from 10:00 to 11:00."),
        ),
        (
            {"week": week(wed="22:00-07:00", thu="06:00-14:00")},
            (
                "wed",
                f"Wednesday: 22:00{DASH}07:00 runs into Thursday, where 06:00{DASH}14:00 is open already"
                " from 06:00 to 07:00.",
            ),
        ),
        (
            {"week": week(sun="20:00-10:00", mon="09:00-17:00")},
            (
                "sun",
                f"Sunday: 20:00{DASH}10:00 runs into Monday, where 09:00{DASH}17:00 is open already"
                " from 09:00 to 10:00.",
            ),
        ),
        (
            {"week": week()},
            (
                "week",
                "These hours never open: give at least one weekday its hours, or a day to come a special opening.",
            ),
        ),
        (
            {"week": week(), "openings": (OpeningLine("2026-11-17", "9-13"),)},
            (
                "week",
                "These hours never open: give at least one weekday its hours, or a day to come a special opening.",
            ),
        ),
        (
            {"closures": (ClosureLine("1999-12-31"),)},
            ("closure_date-1", "Closure on 1999-12-31: dates begin with the year 2000."),
        ),
        (
            {"closures": (ClosureLine(), ClosureLine("2037-01-01"))},
            ("closure_date-2", "Closure on 2037-01-01: write dates up to 2036, ten years ahead."),
        ),
        (
            {"closures": (ClosureLine("25/12/2026"),)},
            ("closure_date-1", "“25/12/2026” is not a date; write it as 2026-12-25."),
        ),
        ({"closures": (ClosureLine("", "12:00"),)}, ("closure_date-1", "Closure 1 needs its date.")),
        (
            {"closures": (ClosureLine("2026-12-24", "12:00", "9"),)},
            ("closure_start-1", f"Closure on 2026-12-24: 12:00{DASH}09:00 ends before it begins."),
        ),
        (
            {"closures": (ClosureLine("2026-12-24", "noon"),)},
            (
                "closure_start-1",
                "Closure on 2026-12-24: “noon” is not a time of day; write 09:30, or 24:00 for the end of the day.",
            ),
        ),
        (
            {"closures": (ClosureLine("2026-12-24", label="x" * 121),)},
            ("closure_label-1", f"“{'x' * 30}…” has 121 characters: write at most 120."),
        ),
        (
            {"closures": (ClosureLine("2026-12-24"), ClosureLine("2026-12-24", label="Again"))},
            ("closure_date-2", "Thu 24 Dec is closed all day twice: remove one of the two."),
        ),
        (
            {"openings": (OpeningLine("2026-12-05", ""),)},
            (
                "opening_hours-1",
                "Special opening on 2026-12-05: write its hours, such as 09:00-13:00, or close the day above.",
            ),
        ),
        ({"openings": (OpeningLine("", "9-13"),)}, ("opening_date-1", "Special opening 1 needs its date.")),
        (
            {"openings": (OpeningLine("2037-12-05", "9-13"),)},
            ("opening_date-1", "Special opening on 2037-12-05: write dates up to 2036, ten years ahead."),
        ),
        (
            {"openings": (OpeningLine("2026-12-05", "9-13, 12-14"),)},
            ("opening_hours-1", f"Sat 5 Dec: 09:00{DASH}13:00 and 12:00{DASH}14:00 overlap from 12:00 to 13:00."),
        ),
        (
            {"openings": (OpeningLine("2026-12-06", "22-10"),)},
            (
                "opening_hours-1",
                f"Sun 6 Dec: 22:00{DASH}10:00 runs into Mon 7 Dec, where 09:00{DASH}17:00 is open already"
                " from 09:00 to 10:00.",
            ),
        ),
        (
            {"week": week(fri="22:00-06:00"), "openings": (OpeningLine("2026-12-05", "5-9"),)},
            (
                "opening_hours-1",
                f"Fri 4 Dec: 22:00{DASH}06:00 runs into Sat 5 Dec, where 05:00{DASH}09:00 is open already"
                " from 05:00 to 06:00.",
            ),
        ),
        (
            {"closures": (ClosureLine("2026-12-05"),), "openings": (OpeningLine("2026-12-05", "9-13"),)},
            ("opening_date-1", "Sat 5 Dec is closed all day and specially open: remove one of the two."),
        ),
    ],
)
def test_a_fault_is_named_at_its_control(parts, expected):
    assert refused(typed(**parts)) == [expected]


def test_a_day_opened_twice_is_refused_at_both_lines():
    lines = (OpeningLine("2026-12-05", "9-10"), OpeningLine("2026-12-05", "12-14"))

    sentence = "Sat 5 Dec is specially open twice: write all its hours in one line."
    assert refused(typed(openings=lines)) == [("opening_date-1", sentence), ("opening_date-2", sentence)]


def test_two_nights_in_a_row_are_told_once():
    lines = (OpeningLine("2026-12-05", "22-7"), OpeningLine("2026-12-06", "6-9"))

    assert [field for field, _ in refused(typed(openings=lines))] == ["opening_hours-1"]


def test_too_many_are_refused():
    days = [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(501)]

    assert refused(typed(closures=tuple(map(ClosureLine, days)))) == [
        ("closures", "501 closures are too many: a calendar holds at most 500.")
    ]
    assert refused(typed(openings=tuple(OpeningLine(day, "9-10") for day in days[:201]))) == [
        ("openings", "201 special openings are too many: a calendar holds at most 200.")
    ]


def test_everything_is_named_in_the_order_of_the_page():
    found = refused(
        Sheet(
            "",
            "nowhere",
            week(mon="lunch", tue="17-17", fri="8-10, 9-11"),
            (ClosureLine("2026-13-01"),),
            (OpeningLine("2026-12-05", "25-26"),),
        )
    )

    assert [field for field, _ in found] == ["name", "zone", "mon", "tue", "fri", "closure_date-1", "opening_hours-1"]


TIMES = st.integers(0, 95).map(lambda quarter: quarter * 15)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Spans within a day that do not even touch."""
    times = sorted(draw(st.sets(TIMES, max_size=6)))
    return tuple((start, end) for start, end in zip(times[::2], times[1::2], strict=False))


DATES = st.dates(date(2020, 1, 1), date(2036, 12, 31))
LABELS = st.text("abc “\u2013é", max_size=12).map(str.strip)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    opened = sorted(draw(st.sets(DATES, max_size=4)))
    shut = sorted(draw(st.sets(DATES, max_size=6)) - set(opened))
    parts = [
        (day, *draw(st.one_of(st.just((0, 1440)), days().filter(bool).map(lambda spans: spans[0])))) for day in shut
    ]
    return Schedule(
        draw(st.sampled_from(ZONES)),
        (((540, 1020),), *(draw(days()) for _ in range(5)), draw(st.sampled_from([(), ((1320, 1920),)]))),
        tuple(Closure(*part, draw(LABELS)) for part in parts),
        tuple(Opening(day, draw(days()) or ((600, 720),), draw(LABELS)) for day in opened),
    ).ordered()


@given(schedules())
def test_what_is_written_reads_back_the_same(schedule):
    reading = sheet.read(Sheet.written("Any", schedule), now=NOON)

    assert [fault.sentence for fault in reading.faults if "runs into" not in fault.sentence] == []
    assert reading.schedule == schedule
    assert Sheet.written("Any", reading.schedule) == Sheet.written("Any", schedule)


@given(schedules(), st.integers(0, 1000))
def test_the_calendar_of_a_sheet_is_the_one_the_core_reads(schedule, days_on):
    calendar = schedule.calendar
    parsed = BusinessCalendar.parse(calendar.to_dict())
    start = NOON + timedelta(days=days_on)

    assert parsed == calendar
    assert parsed.zone == ZoneInfo(schedule.zone)
    assert hours.elapsed(parsed, start, start + timedelta(days=40)) == hours.elapsed(
        calendar, start, start + timedelta(days=40)
    )
    assert Schedule.of(parsed).calendar == calendar


def test_more_columns_of_one_kind_than_of_another_make_lines():
    assert sheet.lines(ClosureLine, ["2026-12-25", "2026-12-26"], ["9"], [], ["Christmas"]) == (
        ClosureLine("2026-12-25", "9", "", "Christmas"),
        ClosureLine("2026-12-26"),
    )
