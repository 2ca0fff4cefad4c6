"""Signals are told from noise by the stated rules, and by nothing else."""

import random
from collections import Counter

import pytest
from hypothesis import given, strategies

from internaldesk.core.figures import Share
from internaldesk.core.variation import (
    Change,
    Kind,
    Phase,
    Signal,
    limits,
    median_interval,
    pace_change,
    phases,
    share_change,
    signals,
)

# Weekly medians in minutes: seventeen weeks with one exceptional one, then nine after a change.
FORMER = [52, 47, 55, 49, 58, 51, 46, 54, 50, 57, 48, 53, 86, 52, 49, 55, 47]
MIDDLING = limits([5, 1, 9, 5, 1, 9])
LATTER = [40, 38, 41, 36, 39, 35, 37, 33, 34]


def rounded(values):
    return [round(value) for value in limits(values)]


def test_limits_are_the_mean_and_2_66_times_the_mean_moving_range():
    assert rounded(FORMER) == [53, 27, 80]
    assert rounded(LATTER) == [37, 29, 45]


def test_fewer_than_six_points_have_no_limits():
    assert limits([1, 2, 3, 4, 5]) is None
    assert limits([5] * 6) == (5, 5, 5)


def test_the_lower_limit_stops_at_nought():
    assert limits([0, 10, 0, 10, 0, 10]).lower == 0


def test_a_dated_change_starts_new_limits():
    cut = phases(FORMER + LATTER, [17])

    assert [(phase.start, phase.stop) for phase in cut] == [(0, 17), (17, 26)]
    assert [round(phase.limits.mean) for phase in cut] == [53, 37]


def test_changes_outside_the_chart_and_twice_in_a_week_cut_once():
    assert [(p.start, p.stop) for p in phases(LATTER, [0, 3, 3, 9, 12])] == [(0, 3), (3, 9)]
    assert phases([], [2]) == ()


def test_weeks_without_a_value_are_passed_over():
    with_gaps = [None, *LATTER[:4], None, *LATTER[4:]]

    (phase,) = phases(with_gaps, [])

    assert phase.limits == limits(LATTER)


def test_the_exceptional_week_is_the_only_signal():
    values = FORMER + LATTER

    assert signals(values, phases(values, [17])) == (Signal(12, Kind.HIGH, 86, limits(FORMER)),)


def test_without_the_dated_change_the_same_points_are_runs():
    values = FORMER + LATTER
    found = signals(values, phases(values, []))

    assert Signal(25, Kind.RUN_LOW, 34, limits(values), 10) in found


def test_a_low_point_outside_is_a_signal_too():
    values = [50, 52, 50, 52, 50, 52, 50, 20, 50, 52]

    normal = limits(values[:7])

    assert signals(values, (Phase(0, 10, normal),)) == (Signal(7, Kind.LOW, 20, normal),)


@pytest.mark.parametrize(
    ("values", "found"), [([6] * 8, (Signal(7, Kind.RUN_HIGH, 6, MIDDLING, 8),)), ([6] * 7, ()), ([6] * 7 + [5, 6], ())]
)
def test_eight_on_one_side_of_the_mean_are_a_run_and_the_mean_itself_ends_it(values, found):
    assert signals(values, (Phase(0, len(values), MIDDLING),)) == found


def test_a_phase_without_limits_has_no_signals():
    assert signals([1, 99, 1], (Phase(0, 3, None),)) == ()


@given(strategies.lists(strategies.floats(0, 1e6), min_size=6, max_size=60))
def test_limits_hold_the_mean_and_never_go_below_nought(values):
    mean, lower, upper = limits(values)

    assert 0 <= lower <= mean + 1e-6
    assert mean <= upper


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (Share(914, 1000), Share(849, 1000), Change.BETTER),
        (Share(849, 1000), Share(914, 1000), Change.WORSE),
        (Share(88, 100), Share(85, 100), Change.SAME),
        (Share(9, 9), Share(100, 200), Change.UNKNOWN),
        (Share(100, 200), Share(0, 0), Change.UNKNOWN),
    ],
)
def test_a_share_moved_only_when_the_margins_do_not_overlap(now, before, change):
    assert share_change(now, before) is change


def around(middle, n=200):
    dice = random.Random(7)
    return [int(dice.lognormvariate(0, 0.6) * middle) for _ in range(n)]


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (around(2000), around(3100), Change.BETTER),
        (around(3100), around(2000), Change.WORSE),
        (around(2000), around(2000), Change.SAME),
        (around(2000, 9), around(3100), Change.UNKNOWN),
        (around(2000), [], Change.UNKNOWN),
        ([], around(2000), Change.UNKNOWN),
        ([1050] * 500, [1100] * 500, Change.SAME),
        ([900] * 500, [1000] * 500, Change.BETTER),
        (around(2000, 10), around(2600, 10), Change.SAME),
        ([0] * 50, [0] * 50, Change.SAME),
        ([60] * 50, [0] * 50, Change.WORSE),
    ],
)
def test_times_moved_only_by_a_tenth_and_more_than_chance(now, before, change):
    assert pace_change(now, before) is change


def test_a_median_that_may_as_well_be_the_other_did_not_move():
    tight, split = [300] * 100, [300] * 49 + [500] * 51

    assert pace_change(tight, split) is Change.SAME  # two cases less, and half of them were within 300 before, too


@pytest.mark.parametrize(("n", "low", "high"), [(10, 1, 10), (16, 4, 13), (100, 40, 61)])
def test_the_interval_of_a_median_by_ranks(n, low, high):
    """The ranks of the usual tables for a 95 % interval, or one wider."""
    assert median_interval(range(1, n + 1)) == (low, high)


def test_chance_alone_is_seldom_news():
    dice = random.Random(11)
    cases = [[int(dice.lognormvariate(7, 0.8)) for _ in range(60)] for _ in range(1000)]

    found = Counter(pace_change(now, before) for now, before in zip(cases[::2], cases[1::2], strict=True))

    assert found[Change.SAME] >= 495


@given(strategies.lists(strategies.integers(0, 10**5)), strategies.lists(strategies.integers(0, 10**5)))
def test_better_one_way_is_worse_the_other_way_or_too_small(now, before):
    opposite = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}
    way = pace_change(now, before)

    assert pace_change(before, now) in {opposite.get(way, way), Change.SAME} or way is Change.SAME
