"""The sentence "open when a wall clock shows it" held against a minute-by-minute count, and the laws of the sums."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from internaldesk.core import hours
from internaldesk.core.hours import BusinessCalendar

at = datetime.fromisoformat
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata",
         "America/Sao_Paulo", "Antarctica/Troll", "Africa/Casablanca", "Asia/Tehran", "Pacific/Kwajalein"]  # fmt: skip
CHANGES = [at(t) for t in (
    "2024-03-31T01:00:00Z", "2024-10-27T01:00:00Z", "2011-12-30T10:00:00Z", "2025-04-05T15:00:00Z",
    "2025-10-04T15:30:00Z", "2018-11-04T03:00:00Z", "2024-11-03T06:00:00Z", "1993-08-21T12:00:00Z",
    "2022-09-21T19:30:00Z", "2024-12-31T23:00:00Z")]  # fmt: skip
MINUTES = st.sampled_from([0, 1, 30, 90, 120, 150, 180, 360, 540, 720, 780, 1020, 1320, 1439])


def _text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def windows(draw):
    start, end = draw(st.lists(MINUTES, min_size=2, max_size=2, unique=True))
    return [_text(start), _text(end)]


@st.composite
def calendars(draw):
    change = draw(st.sampled_from(CHANGES))
    dates = [(change.date() + timedelta(days=n)).isoformat() for n in (-2, -1, 0, 1)]
    week = st.lists(windows(), max_size=2)
    closures = st.sampled_from([*dates, {"date": dates[1], "from": "01:30", "to": "11:00"}])
    special = draw(st.lists(st.sampled_from(dates), max_size=1))
    return change, BusinessCalendar.parse({
        "timezone": draw(st.sampled_from(ZONES)),
        "hours": {day: draw(week) for day in hours.DAYS} | {"mon": [draw(windows())]},
        "holidays": draw(st.lists(closures, max_size=2)),
        "openings": [{"date": on, "hours": [draw(windows())]} for on in special],
    })  # fmt: skip


def wall_clock_says_open(cal: BusinessCalendar, instant: datetime) -> bool:
    """The rule as written, one wall clock at a time, sharing no code with the module."""
    wall = instant.astimezone(ZoneInfo(cal.zone.key))
    minute, today, yesterday = wall.hour * 60 + wall.minute, wall.date(), wall.date() - timedelta(days=1)
    if any(a <= minute < b for a, b in cal.closures.get(today, ())):
        return False
    own, before = (cal.openings.get(d, cal.hours[d.weekday()]) for d in (today, yesterday))
    return any(a <= minute < b for a, b in own) or any(a <= minute + 1440 < b for a, b in before)


@settings(max_examples=30, deadline=None)
@given(calendars(), st.integers(-2000, 2000), st.integers(0, 3000))
def test_elapsed_and_spans_equal_a_count_of_open_minutes(drawn, before, length):
    change, cal = drawn
    start = change + timedelta(minutes=before)

    counted = sum(wall_clock_says_open(cal, start + timedelta(minutes=n)) for n in range(length))

    end = start + timedelta(minutes=length)
    assert hours.elapsed(cal, start, end) == timedelta(minutes=counted)
    assert sum((b - a for a, b in hours.spans(cal, start, end)), timedelta(0)) == timedelta(minutes=counted)
    assert hours.is_open(cal, end) is wall_clock_says_open(cal, end)


@settings(max_examples=30, deadline=None)
@given(calendars(), st.integers(-2000, 2000), st.integers(1, 900))
def test_add_is_the_earliest_instant_with_that_much_open_time(drawn, before, amount):
    change, cal = drawn
    start = change + timedelta(minutes=before)

    left, instant = amount, start
    while left:
        left -= wall_clock_says_open(cal, instant)
        instant += timedelta(minutes=1)

    assert hours.add(cal, start, timedelta(minutes=amount)) == instant


SECONDS = st.integers(-400_000, 400_000).map(lambda n: timedelta(seconds=n))
AMOUNTS = st.integers(0, 300_000).map(lambda n: timedelta(seconds=n))


@settings(max_examples=80, deadline=None)
@given(calendars(), SECONDS, AMOUNTS, AMOUNTS)
def test_the_arithmetic_holds_together(drawn, offset, first, second):
    change, cal = drawn
    a = change + offset
    b, c = a + first, a + first + second

    assert hours.elapsed(cal, a, b) + hours.elapsed(cal, b, c) == hours.elapsed(cal, a, c)
    reached = hours.add(cal, a, first)
    assert hours.elapsed(cal, a, reached) == first
    assert hours.add(cal, reached, second) == hours.add(cal, a, first + second)
    assert reached <= hours.add(cal, b, first), "a later start never ends earlier"
    assert reached <= hours.add(cal, a, first + second), "neither does a longer amount"
    if first:
        assert hours.is_open(cal, reached - timedelta(seconds=1))
    opening = hours.next_open(cal, a)
    assert hours.elapsed(cal, a, opening) == timedelta(0)
    assert hours.is_open(cal, opening)
