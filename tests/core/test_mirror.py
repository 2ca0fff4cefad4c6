"""The mirror says a gap in words, and nothing of a few."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from internaldesk.core import mirror, periods
from internaldesk.core.errors import Refused
from internaldesk.core.mirror import Mean
from internaldesk.core.rating import QUESTIONS, Scores

CLARITY = next(question for question in QUESTIONS if question.slug == "clarity")
HIGH, LOW = Mean(21, 5, 5), Mean(72, 24, 23)  # 4.2 of five members, 3.0 of 23 people who answered 24 times


@pytest.mark.parametrize(
    ("own", "theirs", "mine", "said"),
    [
        (HIGH, LOW, True, "You think clearer than they find it: 4.2 against 3.0 of 23."),
        (HIGH, LOW, False, "The team thinks itself clearer than others find it: 4.2 against 3.0 of 23."),
        (Mean(9, 3, 3), Mean(45, 10, 9), True, "They find you clearer than you think: 3.0 against 4.5 of 9."),
        (Mean(9, 3, 3), Mean(45, 10, 9), False, "Others find the team clearer than it thinks: 3.0 against 4.5 of 9."),
    ],
)
def test_a_gap_is_said_in_words(own, theirs, mine, said):
    line = mirror.gap(CLARITY, own, theirs, mine=mine)

    assert (line.said, line.apart) == (said, True)


@pytest.mark.parametrize(("total", "apart"), [(350, True), (351, True), (355, False), (444, False), (445, True)])
def test_less_than_half_a_step_is_no_gap(total, apart):
    line = mirror.gap(CLARITY, Mean(20, 5, 5), Mean(total, 100, 100), mine=True)

    assert line.apart is apart


@pytest.mark.parametrize(("mine", "said"), [(True, "You and they see it alike"), (False, "The team and others see it")])
def test_agreement_is_said_too(mine, said):
    assert mirror.gap(CLARITY, HIGH, Mean(42, 10, 8), mine=mine).said.startswith(said)


@pytest.mark.parametrize(
    ("own", "theirs", "shown", "said"),
    [
        (Mean(8, 2, 2), LOW, ("", "3.0", 23), "Fewer than three of the team answered."),
        (HIGH, Mean(20, 6, 4), ("4.2", "", 0), "Fewer than five co-workers rated this."),
        (
            Mean(),
            Mean(),
            ("", "", 0),
            "Fewer than three of the team answered, and fewer than five co-workers rated this.",
        ),
    ],
)
def test_a_few_are_not_told(own, theirs, shown, said):
    line = mirror.gap(CLARITY, own, theirs, mine=True)

    assert (line.own, line.theirs, line.people) == shown
    assert (line.said, line.apart) == (said, False)


def test_a_member_answers_all_four():
    mirror.complete(Scores(1, 2, 3, 4))
    for scores, field in ((Scores(1, 2, None, 4), "clarity"), (Scores(1, 2, 3, 6), "simplicity"), (Scores(), None)):
        with pytest.raises(Refused) as refused:
            mirror.complete(scores)
        assert refused.value.field == field


def test_the_end_of_a_quarter_is_its_last_two_weeks():
    quarter = periods.quarter(2026, 4, ZoneInfo("Europe/London"))
    end = datetime(2027, 1, 1, tzinfo=UTC)

    near = [mirror.is_near_end(quarter, end - back) for back in (timedelta(days=14, seconds=1), timedelta(days=14))]

    assert near == [False, True]
    assert not mirror.is_near_end(quarter, end)
