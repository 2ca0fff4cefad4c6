"""The four questions, who is asked, and how much a satisfaction figure says."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, strategies

from internaldesk.core import rating
from internaldesk.core.errors import Refused
from internaldesk.core.rating import Ask, Scores

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
answers = strategies.none() | strategies.integers(1, 5)
asked = {"solved": True, "dropped": False, "asked_before": False, "last_mail_at": None, "now": NOON}


def test_there_are_four_questions_and_five_words():
    assert tuple(question.slug for question in rating.QUESTIONS) == Scores._fields
    assert list(rating.SCALE) == [1, 2, 3, 4, 5]


def test_one_answer_is_enough():
    rating.check(Scores(clarity=3))


def test_a_rating_without_any_answer_is_refused():
    with pytest.raises(Refused, match="at least one"):
        rating.check(Scores())


@pytest.mark.parametrize("answer", [0, 6, -1])
def test_an_answer_off_the_scale_is_refused_at_its_field(answer):
    with pytest.raises(Refused) as refused:
        rating.check(Scores(attitude=5, simplicity=answer))

    assert refused.value.field == "simplicity"


@pytest.mark.parametrize(
    ("scores", "number", "satisfied", "low"),
    [
        (Scores(attitude=4), 4, True, False),
        (Scores(4, 3, 4, 3), 4, True, False),
        (Scores(4, 3, 3, 3), 3, False, False),
        (Scores(attitude=2, clarity=1), 2, False, True),
        (Scores(attitude=2, clarity=3), 3, False, False),
        (Scores(1, 1, 1, 1), 1, False, True),
    ],
)
def test_the_overall_number_is_the_mean_with_halves_up(scores, number, satisfied, low):
    assert (rating.overall(scores), rating.is_satisfied(scores), rating.is_low(scores)) == (number, satisfied, low)


@given(strategies.builds(Scores, answers, answers, answers, answers).filter(any))
def test_the_overall_number_lies_between_the_lowest_and_the_highest_answer(scores):
    assert min(rating.given(scores)) <= rating.overall(scores) <= max(rating.given(scores))


def test_no_rate_under_five_answers():
    assert rating.csat([5, 4, 4, 1]) is None
    assert rating.csat([5, 4, 4, 1, 3]) == Fraction(3, 5)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_margin_agrees_with_published_intervals(hits, n, low, high):
    """The last three are the examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert rating.wilson(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(("hits", "n", "points"), [(363, 412, 3), (210, 231, 4), (28, 39, 14), (0, 0, 50)])
def test_the_margin_beside_a_figure_is_half_the_interval_in_points(hits, n, points):
    assert rating.margin(hits, n) == points


def test_nobody_asked_says_nothing():
    assert rating.wilson(0, 0) == (0, 1)


@given(strategies.integers(1, 5000).flatmap(lambda n: strategies.tuples(strategies.integers(0, n), strategies.just(n))))
def test_an_interval_holds_its_share_and_stays_between_nought_and_one(case):
    hits, n = case
    low, high = rating.wilson(hits, n)

    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1


def test_intervals_are_apart_only_without_a_value_in_common():
    assert rating.wilson(90, 100).apart(rating.wilson(50, 100))
    assert rating.wilson(50, 100).apart(rating.wilson(90, 100))
    assert not rating.wilson(9, 10).apart(rating.wilson(5, 10))


def test_a_solved_request_is_asked_about_by_mail():
    assert rating.may_ask(**asked) is Ask.MAIL


@pytest.mark.parametrize("change", [{"solved": False}, {"dropped": True}, {"asked_before": True}])
def test_unsolved_dropped_and_asked_requests_are_not_asked_about(change):
    assert rating.may_ask(**asked | change) is Ask.NO


def test_a_person_gets_one_mail_in_seven_days_and_the_page_meanwhile():
    week_ago = NOON - timedelta(days=7)

    assert rating.may_ask(**asked | {"last_mail_at": week_ago}) is Ask.MAIL
    assert rating.may_ask(**asked | {"last_mail_at": week_ago + timedelta(seconds=1)}) is Ask.PAGE


def test_a_rating_can_be_changed_for_fourteen_days():
    assert rating.may_change(NOON, NOON + timedelta(days=14, seconds=-1))
    assert not rating.may_change(NOON, NOON + timedelta(days=14))
