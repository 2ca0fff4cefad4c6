"""The control chart of weekly medians: points, process limits, signals and the changes the desk made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from internaldesk.core.quality import Control
from internaldesk.core.variation import Kind, Limits, Phase, Signal
from internaldesk.web import plot
from internaldesk.web.plot import Box, Dot, Line, Point, Rule, Scale, Tick, Words

HEIGHT, HEAD, FOOT = 178, 16, 170
NARROW_WEEKS = 13
MOST_NOTES = 3
ROOM_FOR_WORDS = 30
"""Per cent of the plot that a stretch must have before its limits are written inside."""


@dataclass(frozen=True, slots=True)
class ControlChart:
    """The weekly medians with their limits, signals and dated changes; `beside` stands right of the plot."""

    height: int
    ticks: tuple[Tick, ...]
    bands: tuple[Box, ...]
    limits: tuple[Rule, ...]
    means: tuple[Rule, ...]
    inside: tuple[Words, ...]
    changes: tuple[Words, ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    notes: tuple[Words, ...]
    beside: tuple[Words, ...]
    foot: tuple[Words, ...]
    label: str


class _Stretch(NamedTuple):
    """A part of the plot with limits of its own."""

    x: float
    width: float
    limits: Limits


def control_chart(control: Control, last: int | None = None) -> ControlChart:
    """The chart of all weeks, or of the `last` ones only for a narrow page; its scale never cuts a limit off."""
    shown = _clip(control, last)
    highest = max((*_present(shown.values), *(part.limits.upper for part in shown.phases if part.limits)), default=0.0)
    grid = plot.steps_to(highest, plot.step_for(highest))
    scale = Scale(grid[-1], HEAD, FOOT)
    places = plot.across(len(shown.values), 1)
    heights = [None if value is None else scale.y(value) for value in shown.values]
    points = {at: Point(places[at], y) for at, y in enumerate(heights) if y is not None}
    signals = {signal.at: signal for signal in shown.signals}
    stretches = list(_stretches(shown.phases, places))
    return ControlChart(
        height=HEIGHT,
        ticks=tuple(Tick(value, scale.y(value), f"{value:g}") for value in grid),
        bands=tuple(_band(stretch, scale) for stretch in stretches),
        limits=tuple(_level(stretch, end, scale) for stretch in stretches for end in stretch.limits[1:]),
        means=tuple(_level(stretch, stretch.limits.mean, scale) for stretch in stretches),
        inside=tuple(_inside(stretch, scale) for stretch in stretches[:-1] if stretch.width >= ROOM_FOR_WORDS),
        changes=tuple(_change(_border(places, at), text) for at, text in shown.changes),
        lines=tuple(plot.unbroken(places, heights)),
        dots=tuple(_dot(point, signals.get(at)) for at, point in points.items()),
        notes=tuple(_note(signals[at], points[at], shown.labels[at]) for at in sorted(signals)[-MOST_NOTES:]),
        beside=_beside(stretches[-1].limits, scale) if shown.phases and shown.phases[-1].limits else (),
        foot=plot.foot(shown.labels, places, 4 if last else 6),
        label=_label(shown),
    )


def _clip(control: Control, last: int | None) -> Control:
    """The last weeks of a chart, with everything in it counted from the first of them."""
    skip = max(len(control.values) - last, 0) if last else 0
    return Control(
        headline=control.headline,
        labels=control.labels[skip:],
        values=control.values[skip:],
        phases=tuple(Phase(max(p.start - skip, 0), p.stop - skip, p.limits) for p in control.phases if p.stop > skip),
        signals=tuple(signal._replace(at=signal.at - skip) for signal in control.signals if signal.at >= skip),
        changes=tuple((at - skip, text) for at, text in control.changes if at >= skip),
    )


def _present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _stretches(phases: Iterable[Phase], places: Sequence[float]) -> Iterable[_Stretch]:
    for phase in phases:
        if phase.limits is not None:
            start, stop = _border(places, phase.start), _border(places, phase.stop)
            yield _Stretch(start, round(stop - start, 2), phase.limits)


def _border(places: Sequence[float], at: int) -> float:
    """Where point `at` begins: half-way from the one before; 0 and 100 at the ends."""
    if at <= 0:
        return 0.0
    return 100.0 if at >= len(places) else round((places[at - 1] + places[at]) / 2, 2)


def _level(stretch: _Stretch, value: float, scale: Scale) -> Rule:
    return Rule(stretch.x, round(stretch.x + stretch.width, 2), scale.y(value))


def _band(stretch: _Stretch, scale: Scale) -> Box:
    upper, lower = scale.y(stretch.limits.upper), scale.y(stretch.limits.lower)
    return Box(stretch.x, stretch.width, upper, round(lower - upper, 1), "limband")


def _inside(stretch: _Stretch, scale: Scale) -> Words:
    below = scale.y(stretch.limits.lower) + 13
    y = round(below if below < FOOT else below - 18, 1)  # above its line where there is no room under it
    return Words(stretch.x, y, f"mean {stretch.limits.mean:.0f}, {_limits(stretch.limits)}", dx=2)


def _beside(limits: Limits, scale: Scale) -> tuple[Words, ...]:
    y = min(round(scale.y(limits.mean) + 1, 1), FOOT - 11)
    return (Words(0, y, f"mean {limits.mean:.0f}", "em", dx=8), Words(0, y + 15, _limits(limits), dx=8))


def _limits(limits: Limits, to: str = "\u2013") -> str:
    """A dash where it is drawn, for room; a word where it is read aloud."""
    return f"limits {limits.lower:.0f}{to}{limits.upper:.0f}"


def _change(x: float, text: str) -> Words:
    return Words(x, 11, text, "em", *(("end", -6) if x > 70 else ("start", 6)))


def _good(signal: Signal) -> bool:
    return signal.kind in {Kind.LOW, Kind.RUN_LOW}


def _dot(point: Point, signal: Signal | None) -> Dot:
    if signal is None:
        return Dot(*point, "pt", 3)
    return Dot(*point, "pt--good" if _good(signal) else "pt--sig", 5)


def _note(signal: Signal, point: Point, week: str) -> Words:
    text = f"{week}, {signal.value:.0f}" if signal.length == 1 else f"{signal.length} in a row"
    anchor, dx = ("end", -10) if point.x > 75 else ("start", 10)
    return Words(point.x, round(point.y + 1, 1), text, "em" if _good(signal) else "warn", anchor, dx)


def _label(shown: Control) -> str:
    values = _present(shown.values)
    if not values:
        return "Median working minutes to first reply by week: no replies to show."
    limits = shown.phases[-1].limits
    normal = f", mean {limits.mean:.0f}, {_limits(limits, ' to ')}" if limits else ""
    said = [
        f"Median working minutes to first reply by week, {len(shown.values)} weeks to {shown.labels[-1]}.",
        f"The latest is {values[-1]:.0f}{normal}.",
        *(_signal_words(signal, shown.labels[signal.at]) for signal in shown.signals),
    ]
    return " ".join(said)


def _signal_words(signal: Signal, week: str) -> str:
    if signal.length == 1:
        return f"Unusual: week to {week}, {signal.value:.0f}."
    side = "under" if _good(signal) else "over"
    return f"{signal.length} weeks in a row {side} the mean, up to {week}."
