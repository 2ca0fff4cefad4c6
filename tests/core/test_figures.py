"""Shares never flatter, times are nearest rank, spans read as people say them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies

from internaldesk.core.figures import (
    CALENDAR_DAY,
    HALF,
    NINE_IN_TEN,
    Pace,
    Share,
    attainment,
    counted,
    nearest_rank,
    pace,
    promise_words,
    span_words,
)

HOUR = 3600


@pytest.mark.parametrize(
    ("met", "missed", "percent"),
    [(2499, 1, "99.9"), (1, 2, "33.3"), (2, 1, "66.6"), (10, 0, "100.0"), (0, 4, "0.0")],
)
def test_attainment_is_floored_to_one_decimal(met, missed, percent):
    assert attainment(met, missed) == Decimal(percent)
    assert str(attainment(met, missed)) == percent


def test_without_decisions_there_is_no_attainment():
    assert attainment(0, 0) is None


@pytest.mark.parametrize(
    ("share", "words", "short"),
    [
        (Share(9, 10), "90.0%", "90%"),
        (Share(8, 9), "8 of 9", "8 of 9"),
        (Share(0, 0), "none", "none"),
        (Share(0, 0, least=0), "none", "none"),
        (Share(3, 4, least=5), "3 of 4", "3 of 4"),
        (Share(5, 6, least=5), "83.3%", "83%"),
        (Share(9999, 10000), "99.9%", "99%"),
    ],
)
def test_a_share_shows_a_percentage_only_from_enough_cases(share, words, short):
    assert (share.words, share.short) == (words, short)
    assert (share.percent is None) == ("%" not in words)


def test_a_share_knows_its_margin():
    assert Share(363, 412).margin == 3
    assert Share(363, 412).interval.low == pytest.approx(0.846, abs=0.001)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [
        ([], HALF, None),
        ([7], NINE_IN_TEN, 7),
        ([4, 1, 3, 2], HALF, 2),
        ([5, 1, 3, 2, 4], HALF, 3),
        (range(1, 11), NINE_IN_TEN, 9),
        (range(1, 12), NINE_IN_TEN, 10),
        (range(1, 101), Fraction(7, 100), 7),
        ([3, 1, 2], Fraction(0), 1),
        ([3, 1, 2], Fraction(1), 3),
    ],
)
def test_the_nearest_rank(values, share, found):
    assert nearest_rank(list(values), share) == found


@given(strategies.lists(strategies.integers(0, 10**6), min_size=1), strategies.sampled_from([HALF, NINE_IN_TEN]))
def test_nearest_rank_is_the_smallest_value_with_enough_at_or_below(values, share):
    found = nearest_rank(values, share)

    enough = [value for value in values if sum(other <= value for other in values) >= share * len(values)]
    assert found == min(enough)


def test_pace_takes_any_iterable_and_knows_nothing_of_no_cases():
    assert pace(value for value in [30, 10, 20]) == Pace(3, 20, 30)
    assert pace([]) == Pace(0, None, None)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (29, "under 1 min"),
        (30, "1 min"),
        (59 * 60 + 29, "59 min"),
        (59 * 60 + 30, "1 h 00"),
        (HOUR + 40 * 60, "1 h 40"),
        (9 * HOUR + 600, "9 h 10"),
        (10 * HOUR, "10 h 00"),
        (10 * HOUR + 60, "1.3 d"),
        (16 * HOUR, "2.0 d"),
    ],
)
def test_spans_of_working_time_in_words(seconds, words):
    assert span_words(seconds) == words


def test_spans_of_wall_clock_time_have_longer_days():
    assert span_words(29 * HOUR, CALENDAR_DAY) == "29 h 00"
    assert span_words(36 * HOUR, CALENDAR_DAY) == "1.5 d"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(900, "15 min"), (2 * HOUR, "2 h"), (5400, "1 h 30"), (80 * HOUR, "10 d"), (84 * HOUR, "10.5 d")],
)
def test_promises_in_words(seconds, words):
    assert promise_words(seconds) == words


def test_numbers_with_their_nouns():
    assert [counted(n, "reply", "replies") for n in (0, 1, 1200)] == ["0 replies", "1 reply", "1,200 replies"]
