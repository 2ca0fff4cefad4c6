"""What the page concludes and tells by team, by type and by week is what its raw rows say, worked out another way."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import fmean

import pytest

from internaldesk.core.figures import span_words
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Team
from tests.quality import counting
from tests.quality.counting import NOW_AND_THEN, overall, percent, used
from tests.quality.reading import said
from tests.quality.story import NOW

FIRST, SOLUTION = "first_response", "resolution"


def by(found, column):
    """Rows by the name of what they belong to."""
    table = Team if "team" in column else RequestType
    groups = defaultdict(list)
    for row in found:
        groups[db.session.get(table, getattr(row, column)).name].append(row)
    return groups


def half(clocks, share=0.5):
    return span_words(counting.nth(used(clocks), share)) if used(clocks) else "none"


def on_time(clocks):
    """The share, marked where even the upper end of its interval lies below the goal."""
    told = [counting.kept(clock) for clock in clocks if not counting.apart(clock)]
    certain = len(told) >= 10 and counting.wilson(sum(told), len(told))[1] < 0.85
    return percent(sum(told), len(told)) + (", below the 85% goal" if certain else "")


def satisfied(found):
    happy = sum(overall(rating) >= 4 for rating in found)
    return percent(happy, len(found), 5)


def margin(found):
    low, high = counting.wilson(sum(overall(rating) >= 4 for rating in found), len(found))
    return round(50 * (high - low))


@pytest.fixture
def report(max_):
    return max_.get("/quality")


class TestVerdicts:
    def words_of(self, report, title):
        (found,) = [node for node in report.find("a", "verdict") if said(next(node.iter("h2"))) == title]
        return said(next(found.iter("b")))

    def test_on_time(self, report):
        now, then = (counting.counted(FIRST, *span) for span in NOW_AND_THEN)

        assert self.words_of(report, "First replies on time") == counting.share_way(now, then)
        share = sum(then) * 1000 // len(then) / 10
        assert f"Was {share}% the 13 weeks before" in report.words

    def test_half_of_first_replies(self, report):
        now, then = (used(counting.verdicts(FIRST, *span)) for span in NOW_AND_THEN)

        assert self.words_of(report, "Half of first replies within") == counting.times_way(now, then)
        assert f"was {span_words(counting.nth(then, 0.9))}" in report.words

    def test_satisfied(self, report):
        now, then = ([overall(r) >= 4 for r in counting.ratings(*span)] for span in NOW_AND_THEN)

        assert self.words_of(report, "Satisfied requesters") == counting.share_way(now, then)
        assert report.verdicts()["Satisfied requesters"].endswith(f"% ±{margin(counting.ratings())}")


class TestCharts:
    def test_the_median_and_the_number_of_first_replies_of_each_week(self, report):
        shown = report.table("First replies by week")

        told = {}
        for label, week in counting.weeks().items():
            if spans := used(counting.verdicts(FIRST, *week)):
                told[label] = [str((counting.nth(spans, 0.5) + 30) // 60), str(len(spans))]
        assert {label: cells for label, cells in shown.items() if label in told} == told
        assert len(told) >= 10

    def test_the_limits_are_the_mean_and_two_and_two_thirds_of_the_mean_range(self, report):
        minutes = [int(cells[0]) for cells in report.table("First replies by week").values()]
        ranges = [abs(a - b) for a, b in pairwise(minutes)]
        mean, reach = fmean(minutes), 2.66 * fmean(ranges)

        drawn = next(node.get("aria-label") for node in report.root.iter() if node.get("role") == "img")
        _, _, shown = drawn.partition("mean ")
        told = [float(word.strip(".,")) for word in shown.split()[:5] if word.strip(".,").isdigit()]

        assert told == pytest.approx([mean, max(mean - reach, 0), mean + reach], abs=1.5)

    def test_the_median_and_nine_in_ten_of_each_team_and_week(self, report):
        shown = report.table("Median and nine in ten by week and team")
        _, *teams = report.heads("Median and nine in ten by week and team")

        for label, week in counting.weeks().items():
            clocks = by(counting.verdicts(FIRST, *week), "decided_team_id")
            told = [f"{half(clocks[t])} to {half(clocks[t], 0.9)}" if used(clocks[t]) else "none" for t in teams]
            assert shown[label] == told

    def test_the_backlog_of_each_week_by_age(self, report):
        shown = report.table("Open requests by week and age")

        for label, (_, end) in counting.weeks().items():
            there = [filed for _, since, until, filed in counting.stretches() if since < end <= (until or NOW)]
            days = [(end - filed) / timedelta(days=1) for filed in there]
            bands = [(0, 2), (2, 5), (5, 10.0000001), (10.0000001, 9999)]
            told = [sum(low <= age < high for age in days) for low, high in bands]
            assert shown[label] == [str(many) for many in (*told, len(days))]

    def test_what_came_and_went_in_the_last_week(self, report):
        begin, end = counting.weeks()["22 Nov"]
        came = sum(begin <= since < end for _, since, _, _ in counting.stretches())
        went = sum(until is not None and begin <= until < end for _, _, until, _ in counting.stretches())

        assert f"Last week {came} in, {went} out." in report.words


class TestRatings:
    def test_by_team_with_margin_and_the_share_that_answered(self, report):
        shown = report.table("Ratings by team")
        given = by(counting.ratings(), "team_id")

        assert given.keys() <= shown.keys()
        for team, found in given.items():
            rated, answers = shown[team][-2:]
            expected = satisfied(found) + (f" ±{margin(found)}" if len(found) >= 5 else "")
            assert (rated, answers.split()[0]) == (expected, str(len(found)))

    def test_the_spread_is_told_in_figures_from_five_answers_on(self, report):
        shown = report.table("Answers by team and rating")

        for team, found in by(counting.ratings(), "team_id").items():
            scores = [overall(rating) for rating in found]
            spread = [str(scores.count(score)) for score in (5, 4, 3, 2, 1)]
            assert shown[team] == [*(spread if len(found) >= 5 else ["too few answers to show"]), str(len(found))]


class TestTheTable:
    def test_each_type(self, report):
        shown = report.table("Request types")
        firsts, solutions = (by(counting.verdicts(target), "decided_type_id") for target in (FIRST, SOLUTION))
        rated = by(counting.ratings(), "request_type_id")

        assert firsts.keys() <= shown.keys()
        for kind, (_, _, median, ninety, kept, solved, happy, *_) in shown.items():
            beside = f" ({len(rated[kind])})" if len(rated[kind]) >= 5 else ""
            told = (half(firsts[kind]), half(firsts[kind], 0.9), half(solutions[kind]))
            assert (median, ninety, solved) == told
            assert kept == on_time(firsts[kind])
            assert happy == satisfied(rated[kind]) + beside

    def test_each_team(self, max_):
        shown = max_.get("/quality?by=team").table("Teams")
        firsts = by(counting.verdicts(FIRST), "decided_team_id")

        for team, (_, median, ninety, kept, *_) in shown.items():
            assert (median, ninety) == (half(firsts[team]), half(firsts[team], 0.9))
            assert kept == on_time(firsts[team])

    def test_furthest_from_the_promise_first_and_those_with_too_few_last(self, max_):
        for by_what, head in (("location", "Locations"), ("team", "Teams")):
            lines = max_.get(f"/quality?by={by_what}&period=26w").table(head).values()
            shares = [cells[3].split(",")[0] for cells in lines]
            known = [int(share.removesuffix("%")) for share in shares if share.endswith("%")]
            assert known == sorted(known)
            assert [share.endswith("%") for share in shares] == [True] * len(known) + [False] * (
                len(shares) - len(known)
            )
            assert len(shares) >= 2

    def test_opened_again_within_seven_days(self, report):
        shown, week = report.table("Request types"), timedelta(days=7)
        spans, refused, back = list(counting.stretches()), counting.refusals(), defaultdict(list)
        for ticket, _, until, _ in spans:
            if (
                until
                and counting.BEGIN <= until < counting.END
                and until <= NOW - week
                and (ticket.id, until) not in refused
            ):
                again = any(t is ticket and until < since <= until + week for t, since, _, _ in spans)
                back[db.session.get(RequestType, ticket.request_type_id).name].append(again)

        assert any(map(any, back.values()))
        for kind, cells in shown.items():
            assert cells[7] == percent(sum(back[kind]), len(back[kind]))
