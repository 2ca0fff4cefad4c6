"""Real change told from ordinary variation: process limits, signals, and whether two periods differ."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby, pairwise
from math import ceil, floor, sqrt
from statistics import fmean
from typing import NamedTuple

from internaldesk.core.figures import LEAST_CASES, Share
from internaldesk.core.rating import Z_95, Interval

SCALING = 2.66
"""3 / 1.128: three standard deviations, estimated from the mean range of neighbours (d2 = 1.128 for pairs)."""
LEAST_POINTS = 6
RUN = 8
WORTH_SAYING = 10
"""A median must move by a tenth before it counts, however many cases make a smaller step certain."""


class Change(StrEnum):
    """How a period compares with the one before, as it is said."""

    BETTER = "Better"
    WORSE = "Worse"
    SAME = "No real change"
    UNKNOWN = "Too few to compare"


class Limits(NamedTuple):
    """What a process does when nothing special happens."""

    mean: float
    lower: float
    upper: float


class Phase(NamedTuple):
    """The points from `start` up to `stop` share one set of limits, None when they are too few."""

    start: int
    stop: int
    limits: Limits | None


class Kind(StrEnum):
    """Why a point is not ordinary variation."""

    HIGH = "high"
    LOW = "low"
    RUN_HIGH = "run-high"
    RUN_LOW = "run-low"


class Signal(NamedTuple):
    """Point `at` lies outside its `normal` limits, or ends a run of `length` points on one side of the mean."""

    at: int
    kind: Kind
    value: float
    normal: Limits
    length: int = 1


def limits(values: Sequence[float]) -> Limits | None:
    """Natural process limits of figures that cannot be negative; None below six points.

    Mean ± 2.66 times the mean moving range, the individuals chart of D. J. Wheeler, "Understanding Variation" (1993),
    which NHS England's "Making Data Count" uses for managers' reports. The lower limit stops at nought.

    >>> limits([10, 12, 10, 12, 10, 12])
    Limits(mean=11.0, lower=5.68, upper=16.32)
    """
    if len(values) < LEAST_POINTS:
        return None
    mean = fmean(values)
    reach = SCALING * fmean(abs(after - before) for before, after in pairwise(values))
    return Limits(mean, max(0.0, mean - reach), mean + reach)


def phases(values: Sequence[float | None], breaks: Sequence[int]) -> tuple[Phase, ...]:
    """Limits for each stretch of points between `breaks`, which are the indexes where a dated change took effect."""
    edges = [0, *sorted({at for at in breaks if 0 < at < len(values)}), len(values)]
    return tuple(
        Phase(start, stop, limits([value for value in values[start:stop] if value is not None]))
        for start, stop in pairwise(edges)
        if stop > start
    )


def signals(values: Sequence[float | None], cut: Sequence[Phase]) -> tuple[Signal, ...]:
    """Points outside their limits and runs of eight or more on one side of the mean, in the order of the points."""
    found = []
    for phase in cut:
        if phase.limits is not None:
            points = [(at, v) for at, v in enumerate(values[phase.start : phase.stop], phase.start) if v is not None]
            found += _outside(points, phase.limits) + _runs(points, phase.limits)
    return tuple(sorted(found))


def _outside(points: Sequence[tuple[int, float]], normal: Limits) -> list[Signal]:
    high = [Signal(at, Kind.HIGH, value, normal) for at, value in points if value > normal.upper]
    return high + [Signal(at, Kind.LOW, value, normal) for at, value in points if value < normal.lower]


def _runs(points: Sequence[tuple[int, float]], normal: Limits) -> list[Signal]:
    """A point exactly on the mean is on neither side and ends the run."""
    found = []
    for side, group in groupby(points, key=lambda point: (point[1] > normal.mean) - (point[1] < normal.mean)):
        run = list(group)
        if side and len(run) >= RUN:
            kind = Kind.RUN_HIGH if side > 0 else Kind.RUN_LOW
            found.append(Signal(run[-1][0], kind, run[-1][1], normal, len(run)))
    return found


def share_change(now: Share, before: Share) -> Change:
    """Whether a share, of which more is better, really moved: the two 95 % intervals have no value in common."""
    if not (now.shown and before.shown):
        return Change.UNKNOWN
    if not now.interval.apart(before.interval):
        return Change.SAME
    return Change.BETTER if now.interval.low > before.interval.high else Change.WORSE


def pace_change(now: Sequence[int], before: Sequence[int]) -> Change:
    """Whether times, of which less is better, really moved.

    Two conditions: the medians differ by at least a tenth, and their 95 % intervals have no value in common. Nothing is
    assumed about the shape of the times.
    """
    return pace_change_in_order(sorted(now), sorted(before))


def pace_change_in_order(new: Sequence[int], old: Sequence[int]) -> Change:
    """The same for times now and before that are sorted already."""
    if min(len(new), len(old)) < LEAST_CASES:
        return Change.UNKNOWN
    step = _median(new) - _median(old)
    if abs(step) * WORTH_SAYING < max(_median(old), 1) or not median_interval(new).apart(median_interval(old)):
        return Change.SAME
    return Change.BETTER if step < 0 else Change.WORSE


def median_interval(ordered: Sequence[int]) -> Interval:
    """The 95 % interval of the median of sorted times, by ranks: from rank (n - 1.96·√n)/2 to 1 + (n + 1.96·√n)/2.

    W. J. Conover, "Practical Nonparametric Statistics" (3rd ed. 1999), section 3.2.

    >>> median_interval(range(1, 101))
    Interval(low=40, high=61)
    """
    n, reach = len(ordered), Z_95 * sqrt(len(ordered))
    low, high = floor((n - reach) / 2), ceil(1 + (n + reach) / 2)
    return Interval(ordered[max(low, 1) - 1], ordered[min(high, n) - 1])


def _median(ordered: Sequence[int]) -> int:
    return ordered[(len(ordered) - 1) // 2]
