"""The parts every chart is made of: scales, grid lines, places across, corners and words.

Heights are pixels from the top; everything across is per cent of a plot that is as wide as the page lets it be.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby
from math import ceil, floor
from typing import NamedTuple

NICE = (1.0, 2.0, 2.5, 5.0)
NICE_WHOLE = (1.0, 2.0, 5.0)
MINUTE, HOUR, WORKING_DAY = 60, 3600, 8 * 3600
SPANS = (10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, WORKING_DAY, 2 * WORKING_DAY)
MOST_STEPS = 4


class Point(NamedTuple):
    """A corner of a line."""

    x: float
    y: float


class Tick(NamedTuple):
    """A grid line; an empty label is a line without words."""

    value: float
    y: float
    label: str


class Rule(NamedTuple):
    """A level line from `x` to `end`."""

    x: float
    end: float
    y: float


class Box(NamedTuple):
    """A filled rectangle; `kind` is its class."""

    x: float
    width: float
    y: float
    height: float
    kind: str


class Dot(NamedTuple):
    """A point; `kind` is its class, `r` its radius in pixels."""

    x: float
    y: float
    kind: str
    r: float


class Words(NamedTuple):
    """Text at a place, moved by `dx` pixels; `anchor` is start, middle or end; `kind` is its class."""

    x: float
    y: float
    text: str
    kind: str = ""
    anchor: str = "start"
    dx: int = 0


class Scale(NamedTuple):
    """Values from nought to `top` upon heights from `foot`, the axis, up to `head`."""

    top: float
    head: float
    foot: float

    def y(self, value: float) -> float:
        """The height of a value; what lies beyond the ends is drawn at the end.

        >>> Scale(100, 16, 170).y(50)
        93.0
        """
        share = min(max(value / self.top, 0.0), 1.0)
        return round(self.foot - share * (self.foot - self.head), 1)


Line = tuple[Point, ...]


def step_for(highest: float, whole: bool = False) -> float:
    """The smallest pleasant step that reaches `highest` in at most four: 1, 2, 2.5 or 5 times a power of ten.

    >>> step_for(86), step_for(163, whole=True), step_for(0)
    (25.0, 50.0, 1.0)
    """
    for power in count(0 if whole else -2):
        for nice in NICE_WHOLE if whole else NICE:
            step = nice * 10.0**power
            if step * MOST_STEPS >= highest and (highest > 0 or step >= 1):
                return step
    raise AssertionError("there is always a larger step")  # pragma: no cover


def span_step_for(highest: float) -> int:
    """The step of an axis of working time, in seconds, that reaches `highest` in at most four.

    >>> span_step_for(4.2 * HOUR) // HOUR, span_step_for(40 * WORKING_DAY) // WORKING_DAY
    (2, 16)
    """
    step = next((span for span in SPANS if span * MOST_STEPS >= highest), SPANS[-1])
    while step * MOST_STEPS < highest:
        step *= 2
    return step


def steps_to(highest: float, step: float) -> list[float]:
    """The values of the grid from nought to the first at or over `highest`, which is one step at least."""
    return [step * n for n in range(max(ceil(highest / step), 1) + 1)]


def ticks(values: Iterable[float], scale: Scale, unit: int = 1, name: str = "") -> tuple[Tick, ...]:
    """Grid lines with their values in `unit`s as words, every other one where there would be more than four."""
    found = list(values)
    every = 1 if len(found) <= MOST_STEPS else 2
    words = [f"{value / unit:g} {name}".strip() if n % every == 0 else "" for n, value in enumerate(found)]
    return tuple(Tick(value, scale.y(value), label) for value, label in zip(found, words, strict=True))


def unit_of(step: float) -> tuple[int, str]:
    """The unit in which an axis of working time with this step is read.

    >>> unit_of(20 * MINUTE), unit_of(HOUR), unit_of(2 * WORKING_DAY)
    ((60, 'min'), (3600, 'h'), (28800, 'd'))
    """
    if step < HOUR:
        return MINUTE, "min"
    return (HOUR, "h") if step < WORKING_DAY else (WORKING_DAY, "d")


def across(n: int, edge: float = 0.0) -> list[float]:
    """The places of `n` points from left to right, `edge` per cent from either side; one alone stands in the middle.

    >>> across(3, 1), across(1)
    ([1.0, 50.0, 99.0], [50.0])
    """
    if n == 1:
        return [50.0]
    return [round(edge + (100 - 2 * edge) * at / (n - 1), 2) for at in range(n)]


def unbroken(places: Sequence[float], heights: Sequence[float | None]) -> Iterator[Line]:
    """The stretches of points between gaps, as lines; a point between two gaps is a line of one."""
    for present, group in groupby(zip(places, heights, strict=True), key=lambda point: point[1] is not None):
        if present:
            yield tuple(Point(x, y) for x, y in group if y is not None)


def foot(labels: Sequence[str], places: Sequence[float], most: int) -> tuple[Words, ...]:
    """At most `most` labels that stand evenly apart, each under its point, the last among them.

    >>> [(word.x, word.text) for word in foot(list("abcdefgh"), range(8), 4)]
    [(1, 'b'), (4, 'e'), (7, 'h')]
    """
    step = max(ceil((len(labels) - 1) / (most - 1)), 1)
    chosen = reversed(range(len(labels) - 1, -1, -step))
    return tuple(Words(places[at], 12, labels[at], anchor="middle") for at in chosen)


def percents(parts: Sequence[int]) -> tuple[int, ...]:
    """Whole per cents that add up to 100, the largest remainders rounded up; all nought without parts.

    >>> percents([1, 1, 1]), percents([0, 0])
    ((34, 33, 33), (0, 0))
    """
    whole = sum(parts)
    if whole == 0:
        return tuple(0 for _ in parts)
    exact = [100 * part / whole for part in parts]
    found = [floor(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda at: found[at] - exact[at])
    for at in by_remainder[: 100 - sum(found)]:
        found[at] += 1
    return tuple(found)
