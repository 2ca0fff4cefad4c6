"""Working days before and after a day, by the hours of who works."""

from datetime import UTC, date, datetime

import pytest

from internaldesk.core import workdays
from internaldesk.core.hours import BusinessCalendar

WEEK = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = BusinessCalendar.parse({"timezone": "Europe/Lisbon", "hours": WEEK, "holidays": ["2026-12-25"]})
NEVER = BusinessCalendar.parse({"timezone": "Europe/Lisbon", "hours": {}})
MONDAY, SATURDAY = date(2026, 12, 28), date(2026, 12, 26)


@pytest.mark.parametrize(
    ("day", "away", "found"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, -1, date(2026, 12, 24)),
        (MONDAY, 5, date(2027, 1, 4)),
        (SATURDAY, 0, date(2026, 12, 24)),
        (SATURDAY, 1, MONDAY),
        (SATURDAY, -2, date(2026, 12, 23)),
    ],
)
def test_weekends_and_holidays_do_not_count(day, away, found):
    assert workdays.working_day(OFFICE, day, away) == found


def test_where_nobody_ever_works_days_are_days():
    assert workdays.working_day(NEVER, MONDAY, -3) == date(2026, 12, 25)


def test_a_day_is_as_long_as_they_work():
    opens, closes = datetime(2026, 7, 1, 8, tzinfo=UTC), datetime(2026, 7, 1, 16, tzinfo=UTC)  # Lisbon in summer

    assert workdays.edges(OFFICE, date(2026, 7, 1)) == (opens, closes)


def test_a_day_off_is_all_of_it():
    first, last = workdays.edges(OFFICE, SATURDAY)

    assert (first, last) == (datetime(2026, 12, 26, tzinfo=UTC), datetime(2026, 12, 26, 23, 59, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "at once"),
        (0, "on the day"),
        (1, "1 working day after the day"),
        (-2, "2 working days before the day"),
    ],
)
def test_days_are_said(days, words):
    assert workdays.when_words(days, anchor="the day", otherwise="at once") == words
