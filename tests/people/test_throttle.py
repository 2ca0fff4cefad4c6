"""Waits after failed sign-ins grow, and end by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from internaldesk.people import throttle

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 15), (6, 30), (7, 60), (10, 480), (11, 900), (1000, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures, seconds):
    assert throttle.wait_after(failures, free=5) == timedelta(seconds=seconds)


def test_the_wait_counts_from_the_last_failure():
    failures = [NOON - timedelta(seconds=n) for n in (50, 40, 30, 20, 10)]

    assert throttle.open_from(failures, free=5) == NOON + timedelta(seconds=5)
    assert throttle.open_from(failures[:4], free=5) is None


def test_a_day_of_guessing_gets_about_a_hundred_tries():
    waits = [throttle.wait_after(n, free=throttle.FREE_OF_ACCOUNT).total_seconds() for n in range(110)]

    assert sum(waits) > 24 * 3600
