"""The backlog at each week's end, by age."""

from datetime import UTC, datetime, timedelta

import pytest

from internaldesk.core import periods
from internaldesk.core.backlog import Ages, Backlog, Open, age_band, backlog, steps

NOW = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)
WEEKS = periods.weeks(3, NOW, UTC)  # ending on 8, 15 and 22 November
DAY = timedelta(days=1)


def opened(at, closed_at=None, filed_at=None):
    return Open(1, 1, 1, at, closed_at, filed_at)


def test_a_request_is_open_at_every_week_end_until_it_closes():
    first_end = WEEKS[0].end

    found = backlog([opened(first_end - DAY, first_end + 8 * DAY)], WEEKS, NOW)

    assert [week.ages for week in found.weeks] == [Ages(fresh=1), Ages(old=1), Ages()]
    assert [(week.came, week.went) for week in found.weeks] == [(1, 0), (0, 0), (0, 1)]
    assert found.now == Ages()


def test_the_bands_now_and_the_oldest():
    found = backlog([opened(NOW - n * DAY) for n in (1, 3, 7, 12, 30)], WEEKS, NOW)

    assert found.now == Ages(1, 1, 1, 2)
    assert (found.now.total, found.oldest_days) == (5, 30)


def test_age_counts_from_filing_not_from_reopening():
    found = backlog([opened(NOW - DAY, filed_at=NOW - 20 * DAY)], WEEKS, NOW)

    assert found.now == Ages(oldest=1)


def test_what_opens_at_a_weeks_end_is_open_then_and_what_closes_then_is_not():
    end = WEEKS[1].end

    found = backlog([opened(end), opened(WEEKS[0].start, end)], WEEKS, NOW)

    assert [week.ages.total for week in found.weeks] == [1, 1, 1]
    assert found.weeks[2].came == 1


def test_requests_before_and_after_the_weeks_do_not_flow():
    long_ago, just_now = WEEKS[0].start - DAY, NOW - timedelta(hours=1)

    found = backlog([opened(long_ago, long_ago + timedelta(hours=2)), opened(just_now)], WEEKS, NOW)

    assert sum(week.came + week.went for week in found.weeks) == 0
    assert found.now == Ages(fresh=1)


def test_what_is_not_open_yet_is_not_open():
    assert backlog([opened(NOW + DAY)], WEEKS, NOW).now == Ages()


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, 0),
        (2 * DAY, 1),
        (2 * DAY - timedelta(seconds=1), 0),
        (5 * DAY, 2),
        (10 * DAY, 2),
        (10 * DAY + timedelta(seconds=1), 3),
    ],
)
def test_age_bands(age, band):
    assert age_band(age or timedelta()) == band


@pytest.mark.parametrize(
    ("totals", "found"),
    [
        ([], 0),
        ([7], 0),
        ([163, 157, 150, 146, 143], -4),
        ([100, 120, 150, 180], 3),
        ([100, 120, 120, 150], 1),
        ([10, 10], 0),
        ([1000, 999, 998, 997], 0),
        ([0, 1, 2, 3], 3),
        ([100, 90, 120, 80], -1),
    ],
)
def test_weeks_in_a_row(totals, found):
    assert steps(totals) == found


@pytest.mark.parametrize(
    ("found", "words"), [(-7, "Shrinking for 7 weeks"), (3, "Growing for 3 weeks"), (2, "Steady"), (-2, "Steady")]
)
def test_the_trend_in_words(found, words):
    assert Backlog((), Ages(), 0, found).trend == words
