"""Figures of the service quality page in, geometry out: the template only writes down what stands here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from internaldesk.core.backlog import Week
from internaldesk.core.rating import LEAST_ANSWERS
from internaldesk.core.tally import Line as Figures
from internaldesk.web import plot
from internaldesk.web.plot import Box, Dot, Line, Scale, Tick, Words

SMALL_HEIGHT, STACK_HEIGHT = 118, 150


@dataclass(frozen=True, slots=True)
class SmallChart:
    """One team: the median as a line, the area up to nine in ten, the promise as a level line."""

    height: int
    ticks: tuple[Tick, ...]
    areas: tuple[Line, ...]
    ninety: tuple[Line, ...]
    half: tuple[Line, ...]
    promise: float | None
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class StackChart:
    """Bars of the backlog by age, the oldest at the foot, with the totals of the first, highest and last week."""

    height: int
    ticks: tuple[Tick, ...]
    bars: tuple[Box, ...]
    totals: tuple[Words, ...]
    foot: tuple[Words, ...]
    label: str


class Spark(NamedTuple):
    """A line as small as a word; corners are pixels of its own picture."""

    width: int
    height: int
    lines: tuple[Line, ...]
    dot: Dot | None


class SpreadBar(NamedTuple):
    """The answers 5 to 1 as one bar, and the same in words."""

    boxes: tuple[Box, ...]
    words: str


def small_charts(lines: Sequence[Figures], weeks: int = 13) -> tuple[SmallChart, ...]:
    """One chart per line of figures, all on one scale, so that shapes can be compared."""
    highest = [week.ninety for line in lines for week in line.weeks[-weeks:] if week.ninety is not None]
    highest += [line.promised.seconds for line in lines if line.promised is not None]
    step = plot.span_step_for(max(highest, default=0))
    grid = plot.steps_to(max(highest, default=0), step)
    scale = Scale(grid[-1], 8, 114)
    marks = plot.ticks(grid, scale, *plot.unit_of(step))
    return tuple(_small(line, weeks, scale, marks) for line in lines)


def stack_chart(weeks: Sequence[Week]) -> StackChart:
    """The backlog at the end of each week."""
    totals = [week.ages.total for week in weeks]
    highest = max(totals, default=0)
    grid = [value for value in plot.steps_to(highest, plot.step_for(highest, whole=True)) if value <= max(highest, 1)]
    scale = Scale(max(highest, 1), 18, STACK_HEIGHT)
    slot = 100 / max(len(weeks), 1)
    bars = [box for at, week in enumerate(weeks) for box in _bar(week, at * slot, slot, scale)]
    named = {0, totals.index(highest), len(totals) - 1} if totals else set()
    return StackChart(
        height=STACK_HEIGHT,
        ticks=tuple(Tick(value, scale.y(value), f"{value:g}") for value in grid),
        bars=tuple(bars),
        totals=tuple(_total(at, totals, slot, scale) for at in sorted(named)),
        foot=plot.foot([week.label for week in weeks], [_middle(at, slot) for at in range(len(weeks))], 5),
        label=_stack_label(weeks),
    )


def spark(values: Sequence[float | None], width: int = 88, height: int = 28) -> Spark:
    """A line from the lowest value to the highest; where all are the same, it runs through the middle."""
    present = [value for value in values if value is not None]
    low, high = min(present, default=0.0), max(present, default=0.0)
    places = [round(x * (width - 4) / 100, 1) for x in plot.across(len(values))]
    heights = [None if value is None else _spark_y(value, low, high, height) for value in values]
    lines = tuple(plot.unbroken(places, heights))
    dot = Dot(lines[-1][-1].x, lines[-1][-1].y, "pt", 2.75 if height > 20 else 2.25) if lines else None
    return Spark(width, height, lines, dot)


def spread_bar(spread: Sequence[int]) -> SpreadBar:
    """A bar of the answers 5, 4, 3, 2 and 1; without boxes below five answers, which could be told apart."""
    if sum(spread) < LEAST_ANSWERS:
        return SpreadBar((), "too few answers to show")
    shares = plot.percents(spread)
    starts = [sum(shares[:at]) for at in range(len(shares))]
    boxes = [
        Box(start, round(share - 0.3, 1), 0, 20, f"b{5 - at}")
        for at, (start, share) in enumerate(zip(starts, shares, strict=True))
        if share
    ]
    return SpreadBar(tuple(boxes), f"{', '.join(map(str, shares))} percent for ratings 5 to 1")


def _small(line: Figures, weeks: int, scale: Scale, marks: tuple[Tick, ...]) -> SmallChart:
    shown = line.weeks[-weeks:]
    places = plot.across(len(shown))
    half = tuple(plot.unbroken(places, [None if week.half is None else scale.y(week.half) for week in shown]))
    ninety = tuple(plot.unbroken(places, [None if week.ninety is None else scale.y(week.ninety) for week in shown]))
    alone = [Dot(*stretch[0], "pt", 2) for stretch in half[:-1] if len(stretch) == 1]
    latest = [Dot(*stretch[-1], "pt", 3.5) for stretch in half[-1:]]
    return SmallChart(
        height=SMALL_HEIGHT,
        ticks=marks,
        areas=tuple(above + below[::-1] for above, below in zip(ninety, half, strict=True)),
        ninety=ninety,
        half=half,
        promise=None if line.promised is None else scale.y(line.promised.seconds),
        dots=tuple(alone + latest),
    )


def _bar(week: Week, x: float, slot: float, scale: Scale) -> list[Box]:
    """The bands of one week, oldest at the foot, a hair apart."""
    boxes, below = [], 0
    for age, cases in reversed(list(enumerate(week.ages, 1))):
        if cases:
            top = scale.y(below + cases)
            height = max(round(scale.y(below) - top - 0.9, 1), 0.5)
            boxes.append(Box(round(x + 0.16 * slot, 2), round(0.68 * slot, 2), top, height, f"age{age}"))
        below += cases
    return boxes


def _total(at: int, totals: Sequence[int], slot: float, scale: Scale) -> Words:
    kind = "em mid" if at == len(totals) - 1 else "mid"
    return Words(_middle(at, slot), round(scale.y(totals[at]) - 5, 1), f"{totals[at]:,}", kind, "middle")


def _middle(at: int, slot: float) -> float:
    return round((at + 0.5) * slot, 2)


def _stack_label(weeks: Sequence[Week]) -> str:
    if not weeks:
        return "No weeks to show."
    totals = [week.ages.total for week in weeks]
    peak = weeks[totals.index(max(totals))]
    first, last = weeks[0].ages, weeks[-1].ages
    return (
        f"Open requests at the end of each week by age. The total was {totals[0]:,} in the first week, at most "
        f"{peak.ages.total:,} in the week to {peak.label} and {totals[-1]:,} in the last; requests older than ten days "
        f"went from {first.oldest:,} to {last.oldest:,}."
    )


def _spark_y(value: float, low: float, high: float, height: int) -> float:
    share = 0.5 if high == low else (value - low) / (high - low)
    return round(height - 3 - share * (height - 6), 1)
