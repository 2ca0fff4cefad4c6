import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internaldesk.core import answers as answering
from internaldesk.core import questions
from internaldesk.core.questions import RESERVED, BadQuestions, Kind

LOST = {"slug": "lost", "label": "Is it lost?", "kind": "yesno", "required": True}
WHEN = {"slug": "when_lost", "label": "When?", "kind": "date", "required": True, "shown_when": ["lost", "yes"]}
WHERE = {
    "slug": "seen",
    "label": "Where did you look?",
    "kind": "several",
    "options": [["desk", "At my desk"], ["car", "In the car"], ["bus", "On the bus"]],
    "shown_when": ["lost", "yes"],
}
LINE = {"slug": "line", "label": "Which line?", "kind": "line", "shown_when": ["seen", "bus"]}
BADGE = questions.parse([LOST, WHEN, WHERE, LINE])


def one(kind, **more):
    return questions.parse([{"slug": "q", "label": "Q?", "kind": kind, **more}])


def answer(kind, *typed, **more):
    answers, errors = questions.check(one(kind, **more), {"q": list(typed)})
    return errors.get("q", answers.get("q"))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ([LOST, LOST], "Two questions are called “lost”"),
        ([{"slug": "a b", "label": "A", "kind": "line"}], "needs a slug"),
        ([{"label": "A", "kind": "line"}], "needs a slug"),
        ([{"slug": "summary", "label": "A", "kind": "line"}], "a field of every form"),
        ([{"slug": "a", "label": " ", "kind": "line"}], "no label"),
        ([{"slug": "a", "kind": "line"}], "no label"),
        ([{"slug": "a", "label": "A", "kind": "colour"}], "unknown kind: 'colour'"),
        ([{"slug": "a", "label": "A", "kind": "line", "colour": "red"}], "nobody reads: colour"),
        ([{"slug": "a", "label": "A", "kind": "choice"}], "at least two options"),
        ([{"slug": "a", "label": "A", "kind": "several", "options": [["x", "X"]]}], "at least two options"),
        ([{"slug": "a", "label": "A", "kind": "line", "options": [["x", "X"], ["y", "Y"]]}], "line answers are typed"),
        ([{"slug": "a", "label": "A", "kind": "choice", "options": [["x", "X"], ["x", "Y"]]}], "the same value"),
        ([{"slug": "a", "label": "A", "kind": "choice", "options": ["xy", "ab"]}], "should be a pair"),
        ([{"slug": "a", "label": "A", "kind": "choice", "options": [["x", ""], ["y", "Y"]]}], "should be a pair"),
        ([{"slug": "a", "label": "A", "kind": "yesno", "options": [["x", "X"], ["y", "Y"]]}], "with yes or no"),
        ([WHEN], "“lost”, which is not asked before it"),
        ([WHEN, LOST], "“lost”, which is not asked before it"),
        ([{**LOST, "shown_when": ["lost", "yes"]}], "“lost”, which is not asked before it"),
        ([LOST, {**WHEN, "shown_when": ["lost", "perhaps"]}], "waits for “perhaps”"),
        ([LOST, {**WHEN, "shown_when": ["lost"]}], "should be a pair"),
        ([{"slug": "a", "label": "A", "kind": "line", "fill_from_profile": "shoe_size"}], "it has no 'shoe_size'"),
    ],
)
def test_a_form_that_cannot_be_asked_is_refused_with_a_sentence(written, words):
    with pytest.raises(BadQuestions, match=words):
        questions.parse(written)


@pytest.mark.parametrize("slug", sorted(RESERVED))
def test_no_question_takes_the_name_of_a_common_field(slug):
    with pytest.raises(BadQuestions):
        questions.parse([{"slug": slug, "label": "A", "kind": "line"}])


def test_questions_survive_json():
    written = [
        LOST,
        WHEN,
        WHERE,
        {"slug": "phone", "label": "Number?", "kind": "line", "hint": "With area code", "fill_from_profile": "phone"},
        {"slug": "sure", "label": "Sure?", "kind": "yesno", "options": [["yes", "Certainly"], ["no", "Not at all"]]},
    ]

    assert json.loads(json.dumps(questions.to_dicts(questions.parse(written)))) == written


def test_a_conditional_question_appears_with_its_answer():
    assert [q.slug for q in questions.visible(BADGE, {})] == ["lost"]
    assert [q.slug for q in questions.visible(BADGE, {"lost": "no"})] == ["lost"]
    assert [q.slug for q in questions.visible(BADGE, {"lost": "yes"})] == ["lost", "when_lost", "seen"]
    assert [q.slug for q in questions.visible(BADGE, {"lost": "yes", "seen": ["car", "bus"]})][-1] == "line"


def test_what_depends_on_a_hidden_question_is_hidden_too():
    assert [q.slug for q in questions.visible(BADGE, {"lost": "no", "seen": ["bus"]})] == ["lost"]


def test_hidden_answers_are_dropped_and_never_required():
    raw = {"lost": ["no"], "when_lost": ["nonsense"], "seen": ["bus"], "line": ["42"]}

    assert questions.check(BADGE, raw) == ({"lost": "no"}, {})


def test_required_questions_ask_again_by_their_label():
    answers, errors = questions.check(BADGE, {"lost": ["yes"], "when_lost": [" "]})

    assert answers == {"lost": "yes"}
    assert errors == {"when_lost": "This one needs an answer: When?"}


def test_a_wrong_answer_hides_what_depends_on_it():
    assert questions.check(BADGE, {"lost": ["perhaps"]}) == ({}, {"lost": "Choose from the answers offered."})


OPTIONS = [["a", "Apples"], ["b", "Beans"], ["c", "Chard"]]


@pytest.mark.parametrize(
    ("kind", "typed", "expected", "more"),
    [
        ("line", ["  two \n words "], "two words", {}),
        ("line", ["", "second"], "second", {}),
        ("text", ["a\r\nb\rc\x00"], "a\nb\nc", {}),
        ("choice", ["b"], "b", {"options": OPTIONS}),
        ("choice", ["z"], "Choose from the answers offered.", {"options": OPTIONS}),
        ("choice", [], None, {"options": OPTIONS}),
        ("several", ["c", "a", "c"], ["a", "c"], {"options": OPTIONS}),
        ("several", ["a", "z"], "Choose from the answers offered.", {"options": OPTIONS}),
        ("several", [], None, {"options": OPTIONS}),
        ("yesno", ["yes"], "yes", {}),
        ("date", ["2026-11-25"], "2026-11-25", {}),
        ("date", ["5.1.2027"], "2027-01-05", {}),
        ("date", ["31/02/2026"], "Give a date such as 25/11/2026.", {}),
        ("date", ["tomorrow"], "Give a date such as 25/11/2026.", {}),
        ("date", ["0026-11-25"], "Give a year between 1900 and 2100.", {}),
        ("person", ["17"], 17, {}),
        ("person", ["Ada"], "Choose one from the list.", {}),
        ("person", ["-1"], "Choose one from the list.", {}),
        ("money", ["£ 1,250.5"], "1250.50", {}),
        ("money", ["0"], "0.00", {}),
        ("money", ["-5"], "Give a number such as 125.50.", {}),
        ("money", ["1,5"], "Give a number such as 125.50.", {}),
        ("money", ["1.005"], "Give at most 2 places after the point.", {}),
        ("money", ["9" * 12], "This number is too large.", {}),
        ("number", ["1,200"], 1200, {}),
        ("number", [".5"], 0.5, {}),
        ("number", ["NaN"], "Give a number such as 12.", {}),
        ("number", ["\u0661"], "Give a number such as 12.", {}),
        ("file", ["3", "4", "3"], [3, 4], {}),
        ("file", ["3", "../x"], "Choose one from the list.", {}),
        ("file", list("123456"), "At most 5 files fit here.", {}),
        ("file", [], None, {}),
    ],
)
def test_answers_become_typed_values_or_a_sentence(kind, typed, expected, more):
    assert answer(kind, *typed, **more) == expected


@pytest.mark.parametrize(("kind", "limit"), [("line", 200), ("text", 10_000)])
def test_length_limits(kind, limit):
    assert answer(kind, "x" * limit) == "x" * limit
    assert answer(kind, "x" * (limit + 1)) == f"Keep this to {limit:,} characters; it has {limit + 1:,}."


def lines(*rows):
    names = ("q-item", "q-quantity", "q-unit", "q-price")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}


def test_order_lines_are_read_from_four_columns_and_empty_ones_dropped():
    raw = lines(("toner", "2", "box", "12.5"), ("", " ", "", ""), ("cable", "1.5", "", ""))

    answers, errors = questions.check(one("lines", required=True), raw)

    assert errors == {}
    assert answers["q"] == [
        {"item": "toner", "quantity": 2, "unit": "box", "price": "12.50"},
        {"item": "cable", "quantity": 1.5, "unit": "", "price": None},
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "2", "", ""), "Line 2: say what you need."),
        (("toner", "", "", ""), "Line 2: say how many."),
        (("toner", "0", "", ""), "Line 2: ask for more than 0."),
        (("toner", "many", "", ""), "Line 2: Give a number such as 12."),
        (("toner", "1", "", "free"), "Line 2: Give a number such as 125.50."),
        (("x" * 201, "1", "", ""), "Line 2: Keep this to 200 characters; it has 201."),
    ],
)
def test_an_order_line_says_what_is_wrong_with_it(row, sentence):
    assert questions.check(one("lines"), lines(("ok", "1", "", ""), row)) == ({}, {"q": sentence})


def test_order_lines_are_limited_and_may_be_short_of_columns():
    row = ("toner", "1", "", "")

    assert len(questions.check(one("lines"), lines(*[row] * 50))[0]["q"]) == 50
    assert questions.check(one("lines"), lines(*[row] * 51))[1]["q"].startswith("At most 50 lines fit")
    assert questions.check(one("lines"), {"q-item": ["toner"], "q-quantity": ["1"]})[0]["q"][0]["unit"] == ""
    assert questions.check(one("lines", required=True), {})[1]["q"] == "This one needs an answer: Q?"


def test_facts_say_answers_in_words_in_the_order_of_the_form():
    form = questions.parse(
        [
            LOST,
            WHEN,
            WHERE,
            {"slug": "who", "label": "Who?", "kind": "person"},
            {"slug": "goods", "label": "What?", "kind": "lines"},
            {"slug": "paid", "label": "How much?", "kind": "money"},
            {"slug": "count", "label": "How many?", "kind": "number"},
            {"slug": "scan", "label": "Scan?", "kind": "file"},
            {"slug": "more", "label": "More?", "kind": "text"},
            {"slug": "unasked", "label": "Unasked?", "kind": "text"},
        ]
    )
    answers = {
        "more": "Thanks",
        "lost": "yes",
        "when_lost": "2026-11-25",
        "seen": ["desk", "attic"],
        "who": 7,
        "goods": [{"item": "toner", "quantity": 2, "unit": "box", "price": None}],
        "paid": "1250.00",
        "count": 3,
        "scan": [1],
    }

    assert questions.facts(form, answers, people={7: "Ada"}) == [
        ("Is it lost?", "Yes"),
        ("When?", "Wed 25 Nov 2026"),
        ("Where did you look?", "At my desk, attic"),
        ("Who?", "Ada"),
        ("What?", "2 x toner (box)"),
        ("How much?", "1,250.00"),
        ("How many?", "3"),
        ("Scan?", "1 file"),
        ("More?", "Thanks"),
    ]
    assert questions.facts(form, {"who": 7, "scan": [1, 2]}) == [("Who?", "person 7"), ("Scan?", "2 files")]


def test_facts_leave_out_answers_to_hidden_questions():
    assert questions.facts(BADGE, {"lost": "no", "when_lost": "2026-11-25"}) == [("Is it lost?", "No")]


ALL_KINDS = questions.parse(
    [
        {
            "slug": kind.value,
            "label": kind.value.title(),
            "kind": kind.value,
            "options": OPTIONS if kind in (Kind.CHOICE, Kind.SEVERAL) else [],
        }
        for kind in Kind
    ]
)
FIELDS = [name for question in ALL_KINDS for name in question.field_names()]
TYPED = st.one_of(st.text(max_size=30), st.sampled_from(["a", "b", "yes", "2026-11-25", "17", "1,250.50", "£3", "0"]))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), st.lists(TYPED, max_size=4)))
def test_anything_typed_gives_storable_answers_or_sentences(raw):
    answers, errors = questions.check(ALL_KINDS, raw)

    assert json.loads(json.dumps(answers)) == answers
    assert not answers.keys() & errors.keys()
    assert all(sentence[0].isupper() for sentence in errors.values())
    assert len(questions.facts(ALL_KINDS, answers)) == len(answers)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_money_keeps_its_value_however_it_is_grouped(amount):
    assert answering.money(f"{amount:,}") == answering.money(str(amount)) == str(amount)


@given(st.sampled_from(["yes", "no", ""]), st.lists(st.sampled_from(["desk", "car", "bus"])), st.text(max_size=5))
def test_what_is_kept_is_what_is_visible(lost, seen, line):
    raw = {"lost": [lost], "seen": seen, "line": [line], "when_lost": ["2026-01-01"]}

    answers, errors = questions.check(BADGE, raw)

    assert answers.keys() | errors.keys() <= {question.slug for question in questions.visible(BADGE, answers)}
