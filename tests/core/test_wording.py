"""Dates in words: short where they can be, and with their year wherever it is not this one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from internaldesk.core import clock_words, periods, wording

DAYS = some.dates(date(1990, 1, 1), date(2100, 12, 31))
INSTANTS = some.integers(0, 100 * 365 * 24).map(lambda hours: datetime(1990, 1, 2, tzinfo=UTC) + timedelta(hours=hours))
ZONES = some.sampled_from(["Europe/London", "America/Los_Angeles", "Pacific/Kiritimati"]).map(ZoneInfo)
LONDON = ZoneInfo("Europe/London")


@given(DAYS, DAYS)
def test_the_year_is_said_if_and_only_if_it_is_another(on: date, today: date) -> None:
    other = on.year != today.year

    assert wording.day(on, today=today).endswith(f" {on.year}") is other
    assert periods.brief(on, today=today).endswith(f" {on.year}") is other


@given(DAYS, DAYS)
def test_what_is_said_names_one_day_alone(on: date, today: date) -> None:
    said = wording.day(on, today=today)
    whole = said if said.endswith(f" {on.year}") else f"{said} {today.year}"

    assert datetime.strptime(whole, "%a %d %b %Y").date() == on  # noqa: DTZ007 - a day has no zone
    assert whole == periods.day_words(on)


@given(INSTANTS, INSTANTS, ZONES)
def test_tables_and_sentences_tell_the_year_of_the_wall_clock_of_the_reader(
    at: datetime, now: datetime, zone: ZoneInfo
) -> None:
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    short, said = (say(at, zone=zone, today=today) for say in (wording.short, wording.said))

    assert (str(local.year) in short) is (local.year != today.year and abs((local - today).days) > 6)
    assert (str(local.year) in said) is (local.year != today.year and abs((local - today).days) > 1)


@pytest.mark.parametrize(
    ("on", "today", "short", "said"),
    [
        (date(2026, 12, 31), date(2026, 12, 31), "12:00", "12:00 today"),
        (date(2026, 12, 31), date(2027, 1, 1), "Thu 12:00", "12:00 yesterday"),
        (date(2026, 12, 31), date(2027, 1, 6), "Thu 12:00", "12:00 on Thu 31 Dec 2026"),
        (date(2026, 12, 31), date(2027, 1, 7), "31 Dec 2026", "12:00 on Thu 31 Dec 2026"),
        (date(2017, 4, 3), date(2026, 11, 24), "3 Apr 2017", "12:00 on Mon 3 Apr 2017"),
        (date(2026, 4, 3), date(2026, 11, 24), "3 Apr", "12:00 on Fri 3 Apr"),
    ],
)
def test_around_the_turn_of_a_year(on: date, today: date, short: str, said: str) -> None:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=LONDON)

    assert wording.short(at, zone=LONDON, today=today) == short
    assert wording.said(at, zone=LONDON, today=today) == said


def test_the_account_of_a_clock_tells_the_year_of_each_end() -> None:
    eve = datetime(2026, 12, 31, 16, tzinfo=UTC)
    wall = clock_words.Wall(LONDON, LONDON, eve + timedelta(days=4))

    assert clock_words.moment(eve, wall) == "Thu 31 Dec 2026 16:00"
    assert clock_words.span(eve, eve + timedelta(hours=9), wall) == "Thu 31 Dec 2026 16:00–Fri 1 Jan 01:00"
    assert clock_words.stood_still("vendor", eve, None, wall) == (
        "Paused since Thu 31 Dec 2026 16:00: waiting for the supplier"
    )


def test_weeks_of_another_year_name_it_to_whoever_reads_the_chart_now() -> None:
    ending, now = datetime(2026, 1, 12, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC)

    assert [week.label for week in periods.weeks(3, ending, LONDON, seen=now)] == ["28 Dec 2025", "4 Jan", "11 Jan"]
    assert periods.weeks(1, ending, LONDON, seen=now.replace(year=2027))[0].label == "11 Jan 2026"
