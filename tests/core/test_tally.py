"""A line of figures counts each fact where it belongs, and holds back what too few cases say."""

from datetime import UTC, timedelta

from internaldesk.core import periods
from internaldesk.core.facts import APPROVER, RESOLUTION, RETARGET, Asked, Open
from internaldesk.core.figures import Pace, Share
from internaldesk.core.tally import Promised, Promises, frame
from internaldesk.core.variation import Change
from tests.core.week_facts import DAY, EARLIER, IT, LAPTOP, NOW, OVER, PERIOD, THEN, answer, filed, first, solved, whole


def test_a_frame_holds_the_period_before_and_26_weeks():
    assert OVER.before.end == PERIOD.start
    assert (len(OVER.weeks), OVER.weeks[-1].end) == (26, PERIOD.end - timedelta(weeks=1)), "whole weeks only"
    assert OVER.since == OVER.weeks[0].start < OVER.before.start
    assert frame(periods.parse("2026-11", NOW, UTC), NOW).weeks[-1].label == "22 Nov"
    assert frame(periods.parse("2026-10", NOW, UTC), NOW).since < periods.parse("2026-09", NOW, UTC).start


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


def test_requests_are_those_filed_in_the_period_and_reopenings_are_not_new_ones():
    reopened = Open(1, IT, LAPTOP, THEN, None, THEN - DAY)

    assert whole(open=[filed(), filed(EARLIER), reopened]).requests == 1


def test_the_change_of_the_whole_is_the_rule_of_variation():
    assert whole(decided=[first()] * 30 + [first(at=EARLIER)] * 30).first_change is Change.SAME
