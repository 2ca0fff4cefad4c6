"""Whatever the figures are, every mark of a chart lies inside it, in order, and is said in words as well."""

from itertools import pairwise
from math import isfinite
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from internaldesk.core.backlog import Ages, Week
from internaldesk.core.figures import Pace
from internaldesk.core.quality import Control
from internaldesk.core.tally import Promised
from internaldesk.core.variation import phases, signals
from internaldesk.web import charts, plot
from internaldesk.web.control_chart import control_chart
from internaldesk.web.plot import Scale
from tests.web.drawing import classed, drawn

MOCKUP = [52, 47, 55, 49, 58, 51, 46, 54, 50, 57, 48, 53, 86, 52, 49, 55, 47, 40, 38, 41, 36, 39, 35, 37, 33, 34]
minutes = some.none() | some.floats(0, 1e5)
spans = some.integers(0, 10**7)


def control(values, changes=()):
    cut = phases(values, [at for at, _ in changes])
    labels = tuple(f"week {n}" for n in range(len(values)))
    return Control("", labels, tuple(values), cut, signals(values, cut), tuple(changes))


def figures(weeks, promise=3600):
    return SimpleNamespace(weeks=tuple(weeks), promised=promise and Promised(promise, varies=False))


def pace(half, ninety):
    return Pace(1, half, ninety)


def week(*ages, label="22 Nov"):
    return Week(label, Ages(*ages), 0, 0)


def numbers(thing):
    """All numbers anywhere in a chart."""
    if isinstance(thing, (int, float)):
        yield thing
    elif isinstance(thing, (tuple, list)):
        for part in thing:
            yield from numbers(part)
    elif hasattr(thing, "__slots__") and not isinstance(thing, str):
        for slot in thing.__slots__:
            yield from numbers(getattr(thing, slot))


class TestAxes:
    @given(some.floats(0, 1e9))
    def test_the_grid_rises_from_nought_past_the_highest_in_at_most_four_steps(self, highest):
        grid = plot.steps_to(highest, plot.step_for(highest))

        assert grid[0] == 0
        assert all(low < high for low, high in pairwise(grid))
        assert grid[-1] >= highest
        assert 2 <= len(grid) <= 5

    @given(some.integers(0, 10**9))
    def test_counts_have_whole_steps_and_times_have_steps_of_ten_minutes(self, highest):
        assert plot.step_for(highest, whole=True) % 1 == 0
        assert plot.span_step_for(highest) % 600 == 0
        assert plot.span_step_for(highest) * 4 >= highest

    @pytest.mark.parametrize(
        ("highest", "whole", "step"),
        [(0, False, 1), (3, True, 1), (9, False, 2.5), (9, True, 5), (100, False, 25), (0.3, False, 0.1)],
    )
    def test_pleasant_steps(self, highest, whole, step):
        assert plot.step_for(highest, whole) == pytest.approx(step)

    @given(some.floats(0.01, 1e9), some.floats(-10, 2e9))
    def test_a_height_is_always_on_the_scale(self, top, value):
        assert 16 <= Scale(top, 16, 170).y(value) <= 170

    @given(some.integers(1, 200), some.sampled_from([0.0, 1.0]))
    def test_places_go_from_left_to_right(self, n, edge):
        places = plot.across(n, edge)

        assert len(places) == n
        assert places == sorted(set(places))
        assert edge <= places[0] <= places[-1] <= 100 - edge

    def test_no_points_need_no_places(self):
        assert plot.across(0) == []

    @given(some.integers(0, 200), some.integers(2, 8))
    def test_foot_labels_are_few_and_evenly_apart(self, n, most):
        labels = plot.foot([str(at) for at in range(n)], plot.across(n), most)
        found = [int(at.text) for at in labels]

        assert [at.x for at in labels] == [plot.across(n)[at] for at in found]
        assert found[-1:] == list(range(n))[-1:]
        assert len(found) >= min(n, 2)
        assert len({b - a for a, b in pairwise(found)}) <= 1
        assert len(found) <= most

    def test_every_other_line_has_words_where_there_are_many(self):
        labels = [tick.label for tick in plot.ticks([0, 3600, 7200, 10800, 14400], Scale(14400, 8, 114), 3600, "h")]

        assert labels == ["0 h", "", "2 h", "", "4 h"]

    @given(some.lists(some.integers(0, 1000), min_size=1, max_size=6))
    def test_percents_add_up(self, parts):
        assert sum(plot.percents(parts)) == (100 if sum(parts) else 0)
        assert all((share == 0) or part for part, share in zip(parts, plot.percents(parts), strict=True))


class TestControl:
    def test_the_chart_of_the_design(self):
        chart = control_chart(control(MOCKUP, [(17, "Early-shift rota starts")]))

        assert [tick.label for tick in chart.ticks] == ["0", "25", "50", "75", "100"]
        assert [tick.y for tick in chart.ticks] == [170.0, 131.5, 93.0, 54.5, 16.0]
        assert [(box.x, box.width, box.y) for box in chart.bands] == [(0, 65.68, 47.5), (65.68, 34.32, 100.7)]
        assert (chart.dots[0].x, chart.dots[0].y) == (1, 89.9)
        assert [(dot.x, dot.y, dot.kind) for dot in chart.dots if dot.r == 5] == [(48.04, 37.6, "pt--sig")]
        assert [note.text for note in chart.notes] == ["week 12, 86"]
        assert [(change.x, change.text) for change in chart.changes] == [(65.68, "Early-shift rota starts")]
        assert [text.text for text in chart.inside] == ["mean 53, limits 27–80"]
        assert [text.text for text in chart.beside] == ["mean 37", "limits 29–45"]
        assert [at.text for at in chart.foot] == [f"week {n}" for n in (0, 5, 10, 15, 20, 25)]
        assert [at.x for at in chart.foot] == [dot.x for dot in chart.dots[::5]]
        assert chart.label.endswith("The latest is 34, mean 37, limits 29 to 45. Unusual: week to week 12, 86.")

    def test_a_narrow_page_shows_the_last_weeks_with_the_same_limits(self):
        chart = control_chart(control(MOCKUP, [(17, "Rota")]), last=13)

        assert len(chart.dots) == 13
        assert [text.text for text in chart.beside] == ["mean 37", "limits 29–45"]
        assert (chart.ticks[-1].label, chart.bands[0].y) == ("80", 16.8)
        assert (chart.inside, chart.notes) == ((), ())  # too narrow for words, and the unusual week is before it

    def test_a_change_before_a_narrow_chart_is_outside_of_it(self):
        chart = control_chart(control(MOCKUP, [(10, "Long ago")]), last=13)

        assert chart.changes == ()
        assert len(chart.bands) == 1

    def test_runs_are_marked_and_said(self):
        values = [64, 58] * 5 + [55, 48] * 4
        chart = control_chart(control(values))

        assert [(note.text, note.kind, note.anchor) for note in chart.notes] == [
            ("10 in a row", "warn", "start"),
            ("8 in a row", "em", "end"),
        ]
        assert "10 weeks in a row over the mean, up to week 9." in chart.label
        assert "8 weeks in a row under the mean, up to week 17." in chart.label

    def test_a_gap_breaks_the_line(self):
        assert [len(line) for line in control_chart(control([5, 6, None, 7])).lines] == [2, 1]

    @pytest.mark.parametrize("values", [[], [None], [None] * 26])
    def test_nothing_to_show_is_an_axis_and_says_so(self, values):
        chart = control_chart(control(values))

        assert (chart.dots, chart.bands, chart.beside) == ((), (), ())
        assert len(chart.ticks) >= 2
        assert "no replies" in chart.label

    def test_one_week_stands_in_the_middle(self):
        chart = control_chart(control([12.0]))

        assert [(dot.x, dot.kind) for dot in chart.dots] == [(50, "pt")]
        assert "latest is 12." in chart.label

    @settings(max_examples=60)
    @given(some.lists(minutes, max_size=40), some.none() | some.integers(1, 50), some.integers(0, 45))
    def test_everything_lies_inside(self, values, last, change):
        changes = [(change, "Change")] if change < len(values) else []

        chart = control_chart(control(values, changes), last)

        assert all(isfinite(number) for number in numbers(chart))
        assert all(0 <= dot.x <= 100 and 16 <= dot.y <= 170 for dot in chart.dots)
        assert all(box.x >= 0 and box.x + box.width <= 100.01 and box.height >= 0 for box in chart.bands)
        assert all(0 <= rule.x <= rule.end <= 100 and 16 <= rule.y <= 170 for rule in chart.limits + chart.means)
        assert all(0 < text.y < chart.height for text in chart.beside + chart.inside)
        assert len(chart.notes) <= 3


class TestSmall:
    def test_all_share_one_scale_that_holds_the_promises(self):
        near, far = charts.small_charts([figures([pace(1320, 3720)]), figures([pace(7080, 15720)], promise=7200)])

        assert near.ticks == far.ticks
        assert [tick.label for tick in near.ticks] == ["0 h", "2 h", "4 h", "6 h"]
        assert near.promise > far.promise
        assert near.dots[0].y > far.dots[0].y

    def test_the_area_goes_out_along_nine_in_ten_and_back_along_the_median(self):
        (chart,) = charts.small_charts([figures([pace(600, 1200), pace(900, 2400)])])

        assert chart.areas == ((*chart.ninety[0], *chart.half[0][::-1]),)

    def test_a_week_alone_is_a_dot_and_the_latest_a_larger_one(self):
        (chart,) = charts.small_charts([figures([pace(60, 90), pace(None, None), pace(60, 90), pace(60, 90)])])

        assert [(dot.x, dot.r) for dot in chart.dots] == [(0, 2), (100, 3.5)]

    def test_no_weeks_no_promise_no_marks(self):
        (chart,) = charts.small_charts([figures([pace(None, None)] * 13, promise=None)])

        assert (chart.areas, chart.dots, chart.promise) == ((), (), None)
        assert charts.small_charts([]) == ()

    @settings(max_examples=60)
    @given(some.lists(some.lists(some.none() | spans, max_size=20), max_size=4))
    def test_everything_lies_inside(self, teams):
        lines = [figures([pace(half, half and half * 2) for half in halves]) for halves in teams]

        for chart in charts.small_charts(lines):
            points = [point for line in chart.areas + chart.half + chart.ninety for point in line]
            assert all(isfinite(number) for number in numbers(chart))
            assert all(0 <= x <= 100 and 8 <= y <= 114 for x, y in points)


class TestStack:
    def test_bars_stand_on_one_another_with_the_oldest_at_the_foot(self):
        chart = charts.stack_chart([week(65, 44, 23, 15), week(71, 42, 19, 11)])
        first = chart.bars[:4]

        assert [box.kind for box in first] == ["age4", "age3", "age2", "age1"]
        assert all(above.y + above.height < below.y for below, above in pairwise(first))
        assert [(text.text, text.kind) for text in chart.totals] == [("147", "mid"), ("143", "em mid")]
        assert "requests older than ten days went from 15 to 11." in chart.label

    def test_an_empty_band_has_no_bar(self):
        assert [box.kind for box in charts.stack_chart([week(3, 0, 0, 1)]).bars] == ["age4", "age1"]

    def test_no_weeks_and_no_requests(self):
        assert charts.stack_chart([]).bars == ()
        assert charts.stack_chart([]).label == "No weeks to show."
        assert charts.stack_chart([week()]).bars == ()

    @given(some.lists(some.tuples(*[some.integers(0, 5000)] * 4), max_size=30))
    def test_everything_lies_inside(self, ages):
        chart = charts.stack_chart([week(*part) for part in ages])

        assert all(isfinite(number) for number in numbers(chart))
        assert all(box.x >= 0 and box.x + box.width <= 100 for box in chart.bars)
        assert all(box.y >= 15 and box.y + box.height <= chart.height + 0.5 for box in chart.bars)
        assert [tick.value for tick in chart.ticks] == sorted({tick.value for tick in chart.ticks})
        assert all(text.y > 8 for text in chart.totals)


class TestSpark:
    def test_higher_is_higher_and_the_end_is_marked(self):
        found = charts.spark([1, 3, 2])

        assert found.lines == (((0, 25), (42, 3), (84, 14)),)
        assert (found.dot.x, found.dot.y) == (84, 14)

    def test_all_the_same_runs_through_the_middle_and_a_small_one_is_smaller(self):
        found = charts.spark([7, 7], 72, 20)

        assert found.lines == (((0, 10), (68, 10)),)
        assert found.dot.r == 2.25

    @pytest.mark.parametrize("values", [[], [None, None]])
    def test_nothing_is_nothing(self, values):
        assert charts.spark(values)[2:] == ((), None)

    @given(some.lists(some.none() | some.floats(-1e9, 1e9), max_size=30))
    def test_everything_lies_inside(self, values):
        found = charts.spark(values)

        assert all(0 <= x <= 84 and 3 <= y <= 25 for line in found.lines for x, y in line)


class TestSpread:
    def test_the_bar_of_the_design(self):
        bar = charts.spread_bar((141, 70, 9, 6, 5))

        assert bar.words == "61, 30, 4, 3, 2 percent for ratings 5 to 1"
        assert [(box.kind, box.x, box.width) for box in bar.boxes][:2] == [("b5", 0, 60.7), ("b4", 61, 29.7)]

    def test_under_five_answers_nobody_is_shown(self):
        assert charts.spread_bar((4, 0, 0, 0, 0)) == ((), "too few answers to show")

    def test_an_answer_nobody_gave_has_no_box(self):
        assert [box.kind for box in charts.spread_bar((5, 0, 0, 0, 1)).boxes] == ["b5", "b1"]


class TestMarkup:
    def test_a_control_chart_is_drawn_for_wide_and_narrow_pages(self):
        found = control(MOCKUP, [(17, "<Rota & co>")])

        page = drawn("control", control_chart(found), control_chart(found, last=13))

        wide, narrow = page.findall("div")
        assert len(list(wide.iter("circle"))) == 26
        assert len(list(narrow.iter("circle"))) == 13
        assert [svg.get("role") for svg in wide.findall("svg")] == [None, "img", None, None]
        assert wide.findall("svg")[1].get("aria-label").startswith("Median working minutes")
        assert "<Rota & co>" in [text.text for text in wide.iter("text")]

    def test_a_small_chart(self):
        (chart,) = charts.small_charts([figures([pace(600, 1200), pace(900, 2400)])])

        page = drawn("small", chart, "IT: median 15 min")

        assert page.find("svg").get("aria-label") == "IT: median 15 min"
        assert len(classed(page, "polyline", "ln")) == 2
        assert len(classed(page, "line", "tgt")) == 1

    def test_a_small_chart_without_a_promise_has_no_promise_line(self):
        (chart,) = charts.small_charts([figures([], promise=None)])

        assert classed(drawn("small", chart, "IT"), "line", "tgt") == []

    def test_a_stack_a_spark_and_a_spread(self):
        assert len(list(drawn("stack", charts.stack_chart([week(1, 2, 3, 4)])).iter("rect"))) == 4
        assert len(list(drawn("spark", charts.spark([1, 2])).iter("polyline"))) == 1
        assert len(list(drawn("spark", charts.spark([])).iter("circle"))) == 0
        assert len(list(drawn("spread", charts.spread_bar((5, 1, 1, 1, 1))).iter("rect"))) == 5
        assert "too few" in "".join(drawn("spread", charts.spread_bar((1, 0, 0, 0, 0))).itertext())

    def test_keys(self):
        assert "median" in "".join(drawn("small_key", "13 weeks").itertext())
        assert len(classed(drawn("age_key", 4), "rect", "age4")) == 1
