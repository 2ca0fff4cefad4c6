"""The simplicity meter: what it counts, from when on it speaks, and what it suggests."""

import pytest

from internaldesk.core.figures import Share
from internaldesk.core.questions import Kind, Question
from internaldesk.core.simplicity import Form, Score, meter, meters, needed

ROOM = Question("room", "Which room?", Kind.LINE)
CENTRE = Question("centre", "Cost centre", Kind.LINE)
WHY = Question("why", "Why?", Kind.TEXT, required=True)


def form(*questions, rules=(), limit=False, type_id=1, name="Desk"):
    return Form(type_id, name, "Facilities", questions, rules, limit)


def said(found):
    return [f"{one.asks} {one.ground}" for one in found.suggestions]


class TestWhatIsNeeded:
    @pytest.mark.parametrize(
        "rule",
        [
            {"kind": "when", "slug": "room", "value": "x"},
            [{"who": "manager", "when": ["room", "yes"]}],
            [{"who": "finance", "amount": "room"}],
            [{"name": "Desk in {room}", "details": "", "due": -5}],
            "room",
        ],
    )
    def test_is_what_a_rule_or_a_text_names(self, rule):
        assert needed([ROOM, CENTRE], [rule]) == {"room"}

    def test_is_what_another_question_hangs_on(self):
        assert needed([ROOM, Question("floor", "Floor", Kind.LINE, shown_when=("room", "x"))], []) == {"room"}

    def test_is_not_what_a_longer_word_holds(self):
        assert needed([ROOM], [{"slug": "rooms", "says": "the room", "due": 5}]) == frozenset()


class TestQuestionsToDrop:
    def test_left_empty_by_most(self):
        found = meter(form(CENTRE), {"filed": 100, "seen.centre": 100, "left.centre": 71})

        assert said(found) == [
            "Drop “Cost centre”? 71% of 100 left it empty, and nothing the desk knows depends on it."
        ]
        assert (found.suggestions[0].touches, found.suggestions[0].slug) == (71, "centre")

    @pytest.mark.parametrize(
        ("counts", "rules"),
        [
            ({"seen.centre": 100, "left.centre": 70}, ()),
            ({"seen.centre": 9, "left.centre": 9}, ()),
            ({"seen.centre": 100, "left.centre": 99}, ("centre",)),
            ({"left.centre": 99}, ()),
        ],
    )
    def test_are_no_others(self, counts, rules):
        assert said(meter(form(CENTRE, rules=rules), counts)) == []

    def test_are_none_that_must_be_answered(self):
        found = meter(form(WHY), {"seen.why": 100, "left.why": 99})

        assert (said(found), found.fields[0].left, found.optional) == ([], Share(0, 0), 0)


class TestApprovals:
    def test_that_are_always_given(self):
        assert said(meter(form(), {"agreed": 50})) == ["Do without the approval? It was granted 50 of 50 times."]
        assert said(meter(form(limit=True), {"agreed": 19, "declined": 1})) == [
            "Raise the limit for approval? It was granted 19 of 20 times."
        ]

    @pytest.mark.parametrize("counts", [{"agreed": 9}, {"agreed": 18, "declined": 2}, {"declined": 30}])
    def test_that_decide_something(self, counts):
        assert said(meter(form(), counts)) == []


def test_what_comes_after_the_form_counts_from_one_in_five():
    assert said(meter(form(), {"filed": 40, "back": 8, "handed": 9})) == [
        "Lead people to the right form? 9 of 40 requests were handed to another team.",
        "Ask on the form for what is missing? The team had to ask back in 8 of 40 requests.",
    ]
    assert said(meter(form(), {"filed": 40, "back": 7, "handed": 7})) == []


def test_figures():
    counts = {"filed": 20, "seen.room": 20, "left.room": 4, "seen.centre": 10, "left.centre": 3, "back": 1}
    found = meter(form(WHY, ROOM, CENTRE), counts | {"simplicity_5": 3, "simplicity_1": 2})

    assert (found.requests, found.optional, found.left, found.back) == (20, 2, Share(7, 30), Share(1, 20))
    assert found.score == Score(17, 5)


@pytest.mark.parametrize(
    ("score", "words"), [(Score(0, 0), ""), (Score(20, 4), ""), (Score(17, 5), "3.4"), (Score(27, 8), "3.4")]
)
def test_a_score_is_blank_below_five_answers(score, words):
    assert score.words == words


def test_where_most_could_be_spared_comes_first():
    forms = [form(type_id=key, name=name) for key, name in ((1, "A"), (2, "B"), (3, "C"), (4, "D"), (5, "E"))]
    counts = {1: {"filed": 5}, 2: {"filed": 90}, 3: {"agreed": 30}, 4: {"came": 3}}

    found = meters(forms, counts)

    assert [one.form.name for one in found] == ["C", "B", "A"]
    assert [one.touches for one in found] == [30, 0, 0]
