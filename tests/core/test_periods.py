"""Periods are cut at local midnights, whole and comparable, on clock-change days too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from internaldesk.core import periods
from internaldesk.core.errors import Refused
from internaldesk.core.periods import Unit

LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def hours(period: periods.Period) -> float:
    return (period.end - period.start) / timedelta(hours=1)


def test_thirteen_weeks_hold_today_and_the_twelve_weeks_before():
    period = periods.parse("13w", TUESDAY, LONDON)

    assert period.label == "13 weeks to today"
    assert (period.start, period.end) == (utc(2026, 8, 30, 23), utc(2026, 11, 30))
    assert (period.first_day, period.last_day) == (date(2026, 8, 31), date(2026, 11, 29))
    assert period.holds(TUESDAY)


def test_on_monday_at_midnight_the_week_before_is_over():
    monday = utc(2026, 11, 23)

    assert periods.weeks(1, monday, LONDON)[0].end == monday
    assert periods.weeks(1, monday - timedelta(seconds=1), LONDON)[0].end == utc(2026, 11, 16)


def test_weeks_touch_and_are_oldest_first_and_labelled_by_their_sunday():
    cut = periods.weeks(13, TUESDAY, LONDON)

    assert [week.label for week in cut[:2]] == ["30 Aug", "6 Sep"]
    assert all(before.end == after.start for before, after in pairwise(cut))
    assert cut[-1].end <= TUESDAY


def test_the_week_of_the_clock_change_is_an_hour_longer_in_autumn_and_shorter_in_spring():
    autumn = next(week for week in periods.weeks(13, TUESDAY, LONDON) if week.label == "25 Oct")
    spring = periods.span_of_weeks(1, utc(2026, 3, 30), LONDON)

    assert (hours(autumn), hours(spring)) == (169, 167)


def test_one_week_is_named_in_the_singular():
    assert periods.parse("1w", TUESDAY, LONDON).label == "this week"


def test_the_zone_decides_the_date():
    late_in_london = utc(2026, 11, 22, 23, 30)

    assert periods.parse("1w", late_in_london, LONDON).last_day == date(2026, 11, 22)
    assert periods.parse("1w", late_in_london, ZoneInfo("Europe/Berlin")).last_day == date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "label", "first", "last"),
    [
        ("month", "October 2026", date(2026, 10, 1), date(2026, 10, 31)),
        ("quarter", "Q3 2026", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-11", "November 2026", date(2026, 11, 1), date(2026, 11, 30)),
        ("2025-12", "December 2025", date(2025, 12, 1), date(2025, 12, 31)),
        ("2024-02", "February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-q4", "Q4 2026", date(2026, 10, 1), date(2026, 12, 31)),
        (" 2026-10-25 ", "Sun 25 Oct 2026", date(2026, 10, 25), date(2026, 10, 25)),
    ],
)
def test_the_values_of_the_url(text, label, first, last):
    period = periods.parse(text, TUESDAY, LONDON)

    assert (period.label, period.first_day, period.last_day) == (label, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13",
        "w",
        "0w",
        "105w",
        "month ago",
        "2026-13",
        "2026-00",
        "2026-Q5",
        "2026-02-30",
        "0000-01",
        "9999-12",
        "١٣w",
    ],
)
def test_nonsense_is_refused_in_a_sentence(text):
    with pytest.raises(Refused) as refused:
        periods.parse(text, TUESDAY, LONDON)

    assert refused.value.field == "period"
    assert refused.value.sentence.endswith(".")


def test_a_period_that_has_not_begun_is_refused():
    with pytest.raises(Refused, match=r"December 2026 has not begun yet\."):
        periods.parse("2026-12", TUESDAY, LONDON)


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("13w", "13 weeks to Sun 30 Aug 2026", "the 13 weeks before"),
        ("1w", "Week to Sun 22 Nov 2026", "the week before"),
        ("month", "September 2026", "the month before"),
        ("2026-01", "December 2025", "the month before"),
        ("2026-Q1", "Q4 2025", "the quarter before"),
        ("2026-03-01", "Sat 28 Feb 2026", "the day before"),
    ],
)
def test_the_previous_period_is_of_the_same_kind_and_touches(text, label, words):
    period = periods.parse(text, TUESDAY, LONDON)

    before = periods.previous(period)

    assert (before.label, before.unit, before.count) == (label, period.unit, period.count)
    assert before.end == period.start
    assert periods.before_words(period) == words


def test_a_period_holds_its_start_but_not_its_end():
    period = periods.day(date(2026, 10, 25), LONDON)

    assert period.unit is Unit.DAY
    assert hours(period) == 25
    assert period.holds(period.start)
    assert not period.holds(period.end)


def test_a_day_whose_midnight_the_clocks_skip_begins_at_the_change():
    cairo = periods.day(date(2026, 4, 24), ZoneInfo("Africa/Cairo"))

    assert (cairo.start, hours(cairo)) == (utc(2026, 4, 23, 22), 23)
