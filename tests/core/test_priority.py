from itertools import pairwise

import pytest

from internaldesk.core import priority
from internaldesk.core.priority import BadRule, Fixed, Level, Matrix, Priority, When

BROKEN = {
    "kind": "matrix",
    "impact": "affected",
    "urgency": "can_work",
    "levels": {"many": "high", "some": "medium", "one": "low", "no": "high", "partly": "medium", "yes": "low"},
}
BADGE = {
    "kind": "when",
    "slug": "lost",
    "value": "yes",
    "priority": "urgent",
    "otherwise": "medium",
    "why": "the badge is lost",
}


def test_priorities_are_ordered_by_urgency_not_by_spelling():
    assert [p.value for p in sorted(Priority, reverse=True)] == ["urgent", "high", "medium", "low"]
    for more, less in pairwise(Priority):
        assert more > less
        assert more >= less
        assert less < more
        assert less <= more
        assert not less > more
        assert not more <= less
        assert more.rank < less.rank
    assert Priority.LOW <= Priority.LOW
    assert Priority.LOW >= "low"


def test_the_whole_matrix():
    table = {(i.value, u.value): priority.from_matrix(i, u).value for i in Level for u in Level}

    assert table == {
        ("high", "high"): "urgent",
        ("high", "medium"): "high",
        ("high", "low"): "medium",
        ("medium", "high"): "high",
        ("medium", "medium"): "medium",
        ("medium", "low"): "low",
        ("low", "high"): "high",
        ("low", "medium"): "medium",
        ("low", "low"): "low",
    }


def test_the_matrix_never_falls_when_things_get_worse():
    for worse, better in pairwise(Level):
        for other in Level:
            assert priority.from_matrix(worse, other) >= priority.from_matrix(better, other)
            assert priority.from_matrix(other, worse) >= priority.from_matrix(other, better)


def test_a_waiting_customer_raises_one_step_and_no_further_than_urgent():
    assert [priority.raised(p).value for p in Priority] == ["urgent", "urgent", "high", "medium"]


@pytest.mark.parametrize(
    ("rule", "answers", "waiting", "expected", "why"),
    [
        (
            {"kind": "fixed", "priority": "medium"},
            {},
            False,
            "medium",
            "Medium: as usual for this kind of request.",
        ),
        (
            {"kind": "fixed", "priority": "low"},
            {},
            True,
            "medium",
            "Medium: low for this kind of request, raised because a customer is waiting.",
        ),
        (
            {"kind": "fixed", "priority": "urgent"},
            {},
            True,
            "urgent",
            "Urgent: as usual for this kind of request.",
        ),
        (
            BROKEN,
            {"affected": "many", "can_work": "no"},
            False,
            "urgent",
            "Urgent: many people are affected and work has stopped.",
        ),
        (
            BROKEN,
            {"affected": "one", "can_work": "partly"},
            True,
            "high",
            "High: medium as one person is affected and work is slowed down, raised because a customer is waiting.",
        ),
        (BROKEN, {}, False, "medium", "Medium: a few people are affected and work is slowed down."),
        (BROKEN, {"affected": ["odd"], "can_work": "dunno"}, False, "medium", None),
        (BADGE, {"lost": "yes"}, False, "urgent", "Urgent: the badge is lost."),
        (BADGE, {"lost": "no"}, False, "medium", "Medium: as usual for this kind of request."),
        (BADGE, {}, True, "high", None),
        ({**BADGE, "why": ""}, {"lost": ["no", "yes"]}, False, "urgent", "Urgent: your answers say so."),
        (
            {"kind": "matrix", "impact": "i", "urgency": "u"},
            {"i": "low", "u": "low"},
            False,
            "low",
            "Low: one person is affected and work goes on.",
        ),
    ],
)
def test_a_rule_gives_a_priority_and_says_why(rule, answers, waiting, expected, why):
    found, sentence = priority.set_by(rule, answers, waiting)

    assert found.value == expected
    assert why in (None, sentence)
    assert len(sentence) <= 200


def test_rules_are_read_from_plain_data():
    assert priority.parse({"kind": "fixed", "priority": "low"}) == Fixed(Priority.LOW)
    assert priority.parse(BROKEN).levels["no"] is Level.HIGH
    assert priority.parse({"kind": "matrix", "impact": "i", "urgency": "u"}) == Matrix("i", "u")
    assert priority.parse(BADGE) == When("lost", "yes", Priority.URGENT, Priority.MEDIUM, "the badge is lost")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "dice"},
        {"kind": "fixed"},
        {"kind": "fixed", "priority": "asap"},
        {"kind": "fixed", "priority": "low", "colour": "red"},
        {"kind": "matrix", "impact": "i"},
        {"kind": "matrix", "impact": "i", "urgency": "u", "levels": {"no": "worst"}},
        {"kind": "matrix", "impact": "i", "urgency": "u", "levels": "worst"},
        {"kind": "when", "slug": "lost", "value": "yes", "priority": "urgent"},
        {"kind": []},
    ],
)
def test_a_bad_rule_is_refused_with_a_sentence(rule):
    with pytest.raises(BadRule, match="This priority rule makes no sense"):
        priority.parse(rule)
