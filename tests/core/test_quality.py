"""A report is the facts of its frame and nothing else: what counts where, what is held back, what is said."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from internaldesk.core import findings, periods, quality
from internaldesk.core.facts import APPROVER, FIRST, RESOLUTION, RETARGET, Answer, Asked, Decided, Facts, Open, Solved
from internaldesk.core.figures import Pace, Share
from internaldesk.core.quality import Dated, Names
from internaldesk.core.tally import Promised, Promises, frame, line
from internaldesk.core.variation import Change

NOW = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)
PERIOD = periods.parse("13w", NOW, UTC)
OVER = frame(PERIOD, NOW)
THEN = PERIOD.start + timedelta(days=30, hours=10)
EARLIER = THEN - timedelta(weeks=13)
DAY, MINUTE = timedelta(days=1), 60
IT, BUYING = 1, 2
LAPTOP, SUPPLIER = 10, 20
NAMES = Names({IT: "IT", BUYING: "Purchasing"}, {LAPTOP: ("Laptop problem", IT), SUPPLIER: ("Supplier set-up", BUYING)})


def first(used=34 * MINUTE, at=THEN, **more):
    more = {"ticket_id": 1, "team_id": IT, "type_id": LAPTOP, "met": True, "target_seconds": 3600} | more
    return Decided(target=FIRST, decided_at=at, used_seconds=used, **more)


def answer(*scores, at=THEN, team=IT, kind=LAPTOP):
    return Answer(team, kind, at, *scores)


def filed(at=THEN, closed_at=None, team=IT, kind=LAPTOP):
    return Open(1, team, kind, at, closed_at)


def solved(at=THEN, **more):
    return Solved(IT, LAPTOP, at, 86_400, **more)


def whole(**facts):
    return line(Facts(**facts), OVER, 0, "All teams")


def report(changes=(), over=OVER, **facts):
    return quality.summarise(Facts(**facts), over, NAMES, changes)


def verdict(found, slug):
    return next(verdict for verdict in found.verdicts if verdict.slug == slug)


def said(verdict):
    return f"{verdict.value} {verdict.unit}".strip(), f"{verdict.word} {verdict.said}"


def test_a_frame_holds_the_period_before_and_26_weeks():
    assert OVER.before.end == PERIOD.start
    assert (len(OVER.weeks), OVER.weeks[-1].end) == (26, PERIOD.end)
    assert OVER.since == OVER.before.start
    assert frame(periods.parse("2026-11", NOW, UTC), NOW).weeks[-1].label == "22 Nov"
    assert frame(periods.parse("2026-10", NOW, UTC), NOW).since < periods.parse("2026-09", NOW, UTC).start


def test_a_report_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        report().teams = ()


class TestPromises:
    def test_count_in_the_period_in_which_they_were_decided(self):
        found = whole(decided=[first(at=PERIOD.start), first(at=PERIOD.end), first(at=EARLIER, met=False)])

        assert found.first == Promises(met=1)
        assert found.first_before == Promises(missed=1)

    def test_misses_by_retarget_by_an_approver_and_waived_ones_stand_apart(self):
        misses = [{"cause": RETARGET}, {"cause": APPROVER}, {"waived": True}, {"waived": True, "cause": APPROVER}, {}]

        found = whole(decided=[first(), *(first(met=False, **why) for why in misses)])

        assert found.first == Promises(met=1, missed=1, retarget=1, approver=1, waived=2)
        assert found.first.on_time == Share(1, 2)

    def test_a_kept_promise_is_kept_whatever_happened_on_the_way(self):
        assert whole(decided=[first(cause=RETARGET, waived=True)]).first == Promises(met=1)

    def test_first_replies_and_solutions_are_apart(self):
        found = whole(decided=[first(60), first(7200)._replace(target=RESOLUTION), first(9)._replace(target="ola")])

        assert (found.first_pace, found.resolution_pace) == (Pace(1, 60, 60), Pace(1, 7200, 7200))
        assert (found.first.met, found.resolution.met) == (1, 1)

    def test_what_still_runs_is_missed_without_a_time(self):
        found = whole(decided=[first(None, met=False), first(0)])

        assert found.first_pace == Pace(1, 0, 0)
        assert found.first.on_time == Share(1, 2)

    def test_the_usual_promise_and_whether_it_varies(self):
        assert whole(decided=[first(), first(target_seconds=7200), first()]).promised == Promised(3600, varies=True)
        assert whole(decided=[first()]).promised == Promised(3600, varies=False)
        assert whole().promised is None

    def test_weeks_hold_only_their_own(self):
        last = OVER.weeks[-1]

        found = whole(decided=[first(60, last.start), first(120, last.end), first(9, OVER.weeks[0].start - DAY)])

        assert found.weeks[-1] == Pace(1, 60, 60)
        assert [week.n for week in found.weeks[:-1]] == [0] * 25
        assert found.weeks_on_time[-1] == Share(1, 1)


class TestRatings:
    def test_satisfied_spread_and_each_question(self):
        found = whole(answers=[answer(5, 4), answer(2), answer(None, 1, 5), *[answer(4)] * 3])

        assert found.satisfied == Share(4, 6, least=5)
        assert found.spread == (1, 3, 1, 1, 0)
        assert found.low_ratings == 1
        assert [(o.title, o.satisfied.part, o.satisfied.of) for o in found.opinions] == [
            ("Attitude", 4, 5),
            ("Responsiveness", 1, 2),
            ("Clarity", 1, 1),
            ("Simplicity", 0, 0),
        ]
        assert found.opinions[0].spread == (1, 3, 0, 1, 0)

    def test_no_rate_under_five_answers(self):
        assert whole(answers=[answer(5)] * 4).satisfied.words == "4 of 4"
        assert whole(answers=[answer(5)] * 5).satisfied.words == "100.0%"

    def test_the_answer_share_is_of_those_asked_in_the_period(self):
        asked = [Asked(IT, LAPTOP, THEN, answered=n < 4) for n in range(13)]

        assert whole(asked=[*asked, Asked(IT, LAPTOP, EARLIER, answered=True)]).answered == Share(4, 13)


class TestSolutions:
    def test_reopened_within_seven_days_counts_against_solved(self):
        rows = [solved(), solved(reopened_at=THEN + 7 * DAY), solved(reopened_at=THEN + 7.1 * DAY), solved(auto=True)]

        found = whole(solved=rows)

        assert found.reopened == Share(1, 3)
        assert found.solved == 2
        assert found.lead_pace == Pace(3, 86_400, 86_400)

    def test_solutions_that_had_no_seven_days_yet_do_not_flatter(self):
        found = whole(solved=[solved(PERIOD.end - DAY), solved()])

        assert (found.reopened, found.solved) == (Share(0, 1), 2)


class TestLines:
    def test_requests_are_those_filed_in_the_period_and_reopenings_are_not_new_ones(self):
        reopened = Open(1, IT, LAPTOP, THEN, None, THEN - DAY)

        assert whole(open=[filed(), filed(EARLIER), reopened]).requests == 1

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
        assert found.headlines == ("No team stands out from the others", "Nothing is open", "No ratings in this period")
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


class TestHeadlines:
    def test_a_team_past_its_promise_and_a_clear_leader_are_named(self):
        decided = [first()] * 100 + [first(7201, met=False, team_id=BUYING, type_id=SUPPLIER)] * 20

        assert report(decided=decided).headlines.teams == (
            "IT keeps most promises; Purchasing: half wait longer than promised"
        )

    def test_overlapping_margins_make_no_leader(self):
        decided = [first(met=n > 0) for n in range(20)] + [first(met=n > 3, team_id=BUYING) for n in range(20)]

        assert report(decided=decided).headlines.teams == "No team stands out from the others"

    def test_a_team_alone_leads_nobody(self):
        assert report(decided=[first()] * 30).headlines.teams == "No team stands out from the others"

    def test_the_team_that_few_answer_is_named(self):
        asked = [Asked(IT, LAPTOP, THEN, answered=n < 100) for n in range(200)]
        asked += [Asked(BUYING, SUPPLIER, THEN, answered=n < 10) for n in range(100)]

        found = report(answers=[answer(5)] * 20, asked=asked)

        assert found.headlines.ratings == "100% ±8 satisfied; few answer Purchasing (10%)"

    def test_names_in_a_row(self):
        assert findings.named(["IT", "HR"]) == "IT and HR"

    def test_the_promise_beside_a_name(self):
        assert findings.promise_line(whole(decided=[first()])) == "promise 1 h"
        assert findings.promise_line(whole(decided=[first(), first(target_seconds=60)])) == "usual promise 1 min"
        assert findings.promise_line(whole()) == ""


class TestNotices:
    def test_a_type_that_got_slower_and_one_that_got_faster(self):
        buying = {"team_id": BUYING, "type_id": SUPPLIER}
        decided = [first(9660, **buying)] * 20 + [first(3600, EARLIER, **buying)] * 20
        decided += [first(1200)] * 30 + [first(3600, EARLIER)] * 30

        slow, fast = report(decided=decided, open=[filed(team=BUYING, kind=SUPPLIER, closed_at=NOW)] * 20).notices

        assert (slow.tone, slow.word, slow.strong) == ("soon", "Worse", "Supplier set-up is slower.")
        assert slow.rest == "Half of first replies within 2 h 41, 1 h 00 the 13 weeks before."
        assert (slow.link, slow.look) == ("20 requests", (("type", "20"),))
        assert (fast.tone, fast.strong) == ("met", "Laptop problem is faster.")

    @pytest.mark.parametrize(
        ("kept", "kept_before", "strong"),
        [(10, 95, "Laptop problem keeps fewer promises."), (95, 10, "Laptop problem keeps more promises.")],
    )
    def test_promises_kept_are_said_where_the_times_stood_still(self, kept, kept_before, strong):
        decided = [first(met=n < kept) for n in range(100)] + [
            first(at=EARLIER, met=n < kept_before) for n in range(100)
        ]

        (notice,) = report(decided=decided).notices

        assert notice.strong == strong
        assert notice.rest == f"{kept}.0% of first replies on time, {kept_before}.0% the 13 weeks before."

    def test_low_ratings_are_no_news_while_they_may_be_one_in_ten(self):
        assert report(answers=[answer(1)] * 7 + [answer(5)] * 50).notices == ()

    def test_three_low_ratings_are_a_notice_and_two_are_not(self):
        (notice,) = report(answers=[answer(1)] * 3 + [answer(2, kind=SUPPLIER)] * 2).notices

        assert (notice.word, notice.strong) == ("Ratings", "3 low ratings for Laptop problem.")
        assert (notice.rest, notice.look) == ("1 or 2 of 5, among 3 answers.", (("type", "10"), ("score", "low")))

    def test_what_is_late_and_what_is_stuck_come_first(self):
        late = first(None, NOW - 3 * DAY, met=False)
        long_ago = first(None, NOW - 400 * DAY, met=False)

        found = report(decided=[late, long_ago], open=[filed(NOW - 12 * DAY)])

        assert (found.overdue.cases, found.overdue.longest) == (2, 400 * 86_400)
        assert [n.strong for n in found.notices] == [
            "2 missed promises still wait.",
            "1 request is older than 10 days.",
        ]
        assert [n.rest for n in found.notices] == ["The longest for 400.0 d.", "The oldest is 12 days old."]

    def test_one_late_and_two_stuck_in_good_grammar(self):
        found = report(decided=[first(None, NOW - DAY, met=False)], open=[filed(NOW - 11 * DAY)] * 2)

        assert [n.strong for n in found.notices] == [
            "1 missed promise still waits.",
            "2 requests are older than 10 days.",
        ]


class TestControl:
    def weekly(self, minutes):
        weeks = OVER.weeks[-len(minutes) :]
        return [first(m * MINUTE, w.start + DAY) for m, w in zip(minutes, weeks, strict=True) if m is not None]

    def test_values_are_minutes_and_a_dated_change_splits_the_limits(self):
        minutes = [
            52,
            47,
            55,
            49,
            58,
            51,
            46,
            54,
            50,
            57,
            48,
            53,
            86,
            52,
            49,
            55,
            47,
            40,
            38,
            41,
            36,
            39,
            35,
            37,
            33,
            34,
        ]
        rota = Dated(OVER.weeks[17].start + DAY, "Early shift starts")
        long_ago = Dated(OVER.since - 10 * DAY, "Before the chart")

        control = report([rota, long_ago], decided=self.weekly(minutes)).control

        assert control.values == tuple(minutes)
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


def test_the_change_of_the_whole_is_the_rule_of_variation():
    assert whole(decided=[first()] * 30 + [first(at=EARLIER)] * 30).first_change is Change.SAME
