"""Headlines and notices say what the figures say, name nobody by chance, and keep their grammar."""

import pytest

from internaldesk.core import findings
from internaldesk.core.facts import Asked
from tests.core.week_facts import (
    BUYING,
    DAY,
    EARLIER,
    IT,
    LAPTOP,
    NOW,
    SUPPLIER,
    THEN,
    answer,
    filed,
    first,
    report,
    whole,
)


class TestHeadlines:
    def test_a_team_past_its_promise_and_a_clear_leader_are_named(self):
        decided = [first()] * 100 + [first(7201, met=False, team_id=BUYING, type_id=SUPPLIER)] * 20

        assert report(decided=decided).headlines.teams == (
            "IT keeps most promises; Purchasing: half wait longer than promised"
        )

    def test_overlapping_margins_make_no_leader(self):
        decided = [first(met=n > 0) for n in range(20)] + [first(met=n > 3, team_id=BUYING) for n in range(20)]

        assert report(decided=decided).headlines.teams == "No team stands out from the others"

    def test_a_team_alone_leads_nobody_and_its_pace_is_told(self):
        found = report(decided=[first()] * 30).headlines.teams

        assert found == "IT: half of first replies within 34 min, promise 1 h"

    def test_a_team_alone_without_replies(self):
        assert report(asked=[Asked(IT, LAPTOP, THEN, answered=False)]).headlines.teams == (
            "No team stands out from the others"
        )

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
