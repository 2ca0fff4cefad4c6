"""A report is the facts of its frame and nothing else, in the order and the words of the page."""

from dataclasses import FrozenInstanceError

import pytest

from internaldesk.core import quality
from internaldesk.core.facts import Asked, Facts
from internaldesk.core.figures import Share
from internaldesk.core.quality import Dated, Names
from tests.core.week_facts import (
    BUYING,
    DAY,
    EARLIER,
    IT,
    LAPTOP,
    MINUTE,
    NAMES,
    OVER,
    SUPPLIER,
    THEN,
    answer,
    filed,
    first,
    report,
    said,
    verdict,
)

MOCKUP = [int(week) for week in "52 47 55 49 58 51 46 54 50 57 48 53 86 52 49 55 47 40 38 41 36 39 35 37 33 34".split()]


def test_a_report_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        report().teams = ()


class TestLines:
    def test_the_furthest_from_its_promise_is_first_and_the_few_are_last(self):
        decided = [first()] * 20
        decided += [first(met=n > 4, team_id=BUYING, type_id=SUPPLIER) for n in range(10)]
        names = Names(NAMES.teams | {3: "Few"}, {})

        found = quality.summarise(Facts(decided=[*decided, first(met=False, team_id=3)]), OVER, names)

        assert [row.name for row in found.teams] == ["Purchasing", "IT", "Few"]
        assert found.types == ()

    def test_a_type_names_its_team_and_silent_ones_are_left_out(self):
        (found,) = report(open=[filed(kind=SUPPLIER, team=BUYING), filed(EARLIER)]).types

        assert (found.name, found.team, found.requests) == ("Supplier set-up", "Purchasing", 1)

    @pytest.mark.parametrize(("share", "below"), [(Share(7, 9), False), (Share(51, 88), True), (Share(97, 120), False)])
    def test_a_line_is_marked_only_when_it_is_below_the_goal_for_certain(self, share, below):
        assert quality.below_goal(share) is below


class TestVerdicts:
    def test_better_with_the_figures_of_before(self):
        decided = [first(met=n < 183) for n in range(200)]
        decided += [first(52 * MINUTE, EARLIER, met=n < 150) for n in range(200)]

        found = report(decided=decided)

        assert said(verdict(found, "first")) == ("91.5%", "Better. Was 75.0% the 13 weeks before")
        assert said(verdict(found, "median")) == ("34 min", "Better. Nine in ten within 34 min, was 52 min")
        assert [v.tone for v in found.verdicts] == ["up", "up", "", ""]
        assert found.control.headline == "First replies got faster: half within 34 min, was 52 min"

    def test_worse(self):
        decided = [first(2 * 3600 + 48 * MINUTE, met=False)] * 20 + [first(at=EARLIER)] * 20

        found = report(decided=decided)

        assert said(verdict(found, "first")) == ("0.0%", "Worse. Was 100.0% the 13 weeks before")
        assert said(verdict(found, "median"))[0] == "2 h 48"
        assert verdict(found, "median").tone == "dn"
        assert found.control.headline == "First replies got slower: half within 2 h 48, was 34 min"

    def test_nothing_is_claimed_from_nothing(self):
        found = report()

        assert [said(v) for v in found.verdicts] == [
            ("none", "Too few to compare. No first replies the 13 weeks before"),
            ("none", "Too few to compare. No first replies the 13 weeks before"),
            ("none", "Too few to compare. 0 answers"),
            ("0", "Steady. None over 10 days old"),
        ]
        assert found.headlines == (
            "No team stands out from the others",
            "Nothing is open now",
            "No ratings in this period",
        )
        assert found.control.headline == "No first replies in this period"
        assert (found.notices, found.teams, found.types) == ((), (), ())
        assert not found.control.enough

    def test_few_cases_are_counted_not_compared(self):
        found = report(decided=[first()] * 9)

        assert said(verdict(found, "first"))[0] == "9 of 9"
        assert found.control.headline == "Half of first replies came within 34 min"

    def test_the_same_is_no_real_change(self):
        found = report(decided=[first()] * 30 + [first(at=EARLIER)] * 30)

        assert verdict(found, "first").word == "No real change."
        assert found.control.headline == "First replies are steady: half within 34 min, was 34 min"

    def test_satisfaction_stands_beside_its_margin_and_the_share_that_answered(self):
        asked = [Asked(IT, LAPTOP, THEN, answered=n < 412) for n in range(1300)]

        found = report(answers=[answer(5)] * 363 + [answer(2)] * 49, asked=asked)

        assert said(verdict(found, "csat")) == ("88% ±3", "Too few to compare. 412 answers, 31% of asked")
        assert found.headlines.ratings == "88% ±3 satisfied"

    def test_a_handful_of_asked_is_counted(self):
        found = report(answers=[answer(5)], asked=[Asked(IT, LAPTOP, THEN, answered=True)] * 2)

        assert said(verdict(found, "csat")) == ("1 of 1", "Too few to compare. 1 answer, 2 of 2 asked")
        assert found.headlines.ratings == "1 of 1 satisfied"

    def test_a_shrinking_backlog_is_good_and_a_growing_one_is_not(self):
        ends = [week.end for week in OVER.weeks[-5:]]
        shrinking = [filed(EARLIER, end - DAY) for end in ends]
        growing = [filed(end - DAY) for end in ends]

        down, up = report(open=shrinking), report(open=growing)

        assert (said(verdict(down, "backlog")), verdict(down, "backlog").tone) == (
            ("0", "Shrinking for 5 weeks. None over 10 days old"),
            "up",
        )
        assert (verdict(up, "backlog").word, verdict(up, "backlog").tone) == ("Growing for 5 weeks.", "dn")
        assert up.headlines.backlog == "The backlog is growing: 5 open, 3 over 10 days old"

    def test_sparks_cover_thirteen_weeks(self):
        found = report(decided=[first(at=OVER.weeks[-1].start)], answers=[answer(5, at=OVER.weeks[-2].start)])

        assert [v.spark[-2:] for v in found.verdicts] == [(None, 1), (None, 2040), (1, None), (0, 0)]
        assert {len(v.spark) for v in found.verdicts} == {13}


class TestControl:
    def weekly(self, minutes):
        weeks = OVER.weeks[-len(minutes) :]
        return [first(m * MINUTE, w.start + DAY) for m, w in zip(minutes, weeks, strict=True) if m is not None]

    def test_values_are_minutes_and_a_dated_change_splits_the_limits(self):
        rota = Dated(OVER.weeks[17].start + DAY, "Early shift starts")
        long_ago = Dated(OVER.since - 10 * DAY, "Before the chart")

        control = report([rota, long_ago], decided=self.weekly(MOCKUP)).control

        assert control.values == tuple(MOCKUP)
        assert [(round(p.limits.mean), round(p.limits.lower), round(p.limits.upper)) for p in control.phases] == [
            (53, 27, 80),
            (37, 29, 45),
        ]
        assert [(signal.at, control.labels[signal.at]) for signal in control.signals] == [(12, "23 Aug")]
        assert control.changes == ((17, "Early shift starts"),)
        assert control.enough

    def test_an_unusual_last_week_is_a_notice(self):
        minutes = [50, 51, 49, 50, 51, 49, 50, 51, 49, 90]

        (notice,) = report(decided=self.weekly(minutes)).notices

        assert notice.strong == "The week to 22 Nov was unusual."
        assert notice.rest == "Median first reply 90 min; 39 to 69 is normal."
        assert notice.word == "Worse"
        assert (notice.link, notice.look) == ("Its first replies", (("week", "2026-11-16"),))

    def test_a_run_that_lasts_is_a_notice_and_one_that_is_over_is_not(self):
        (notice,) = report(decided=self.weekly([64, 58] * 5 + [55, 48] * 4 + [None])).notices

        assert (notice.word, notice.strong) == ("Better", "First replies stay under their mean, 8 weeks in a row.")
        assert notice.rest == "The mean is 57 min, the latest week 48."

    def test_a_rising_run_is_worse(self):
        notices = report(decided=self.weekly([50] * 10 + [60] * 8)).notices

        assert ("Worse", "First replies stay over their mean, 8 weeks in a row.") in [
            (n.word, n.strong) for n in notices
        ]

    def test_weeks_without_replies_are_gaps(self):
        assert report(decided=self.weekly([5, None, 7])).control.values[-3:] == (5, None, 7)
