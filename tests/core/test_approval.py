"""Which steps are demanded, where a round stands, and who may cast a ballot: one case per combination."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

import pytest

from internaldesk.core import approval
from internaldesk.core.approval import SECOND, Decision, Need, State

YES, NO = Decision.APPROVED, Decision.REFUSED
ADA, MAX, DANA, BEN = 1, 2, 3, 4


@dataclass
class Ballot:
    person_id: int
    decision: Decision | None = None
    by_id: int | None = None


@dataclass
class Step:
    quorum: int = 1
    role: str = "named"
    ballots: list = field(default_factory=list)


def step(*said, quorum=1, role="named"):
    """A step of as many people as there are words."""
    ballots = [Ballot(10 + n, word, None if word is None else 10 + n) for n, word in enumerate(said)]
    return Step(quorum, role, ballots)


LINES = [{"item": "jaw", "quantity": 2, "price": "415.00"}, {"item": "glue", "quantity": 9, "price": None}]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("5000.00", "5000.00"),
        ("0.00", "0.00"),
        (LINES, "830.00"),
        ([{"quantity": 0.333, "price": "9.99"}], "3.33"),
        ([{"quantity": 9}], None),
        ([], None),
        ("", None),
        (None, None),
    ],
)
def test_the_sum_of_money_in_an_answer(answer, expected):
    assert approval.amount_of(answer) == (expected and Decimal(expected))


BUY = [{"who": "manager"}, {"who": "finance", "above": 5000, "amount": "lines"}]
BILL = [{"who": "manager", "above": 250, "amount": "sum"}, {"who": "finance", "above": 2500, "amount": "sum"}]
CARD = [{"who": "manager", "when": ["what", "new"]}, {"who": "finance", "when": ["what", "new"]}]
BOTH = [{"who": "finance", "above": 10, "amount": "sum", "when": ["kind", "b"]}]


def of(total):
    return [{"quantity": 1, "price": total}]


@pytest.mark.parametrize(
    ("rule", "answers", "roles"),
    [
        ([], {}, []),
        ([{"who": "hr"}], {}, ["hr"]),
        (BUY, {"lines": of("4999.99")}, ["manager"]),
        (BUY, {"lines": of("5000.00")}, ["manager"]),
        (BUY, {"lines": of("5000.01")}, ["manager", "finance"]),
        (BUY, {"lines": [{"quantity": 1, "price": None}]}, ["manager"]),
        (BUY, {}, ["manager"]),
        (BILL, {"sum": "250.00"}, []),
        (BILL, {"sum": "250.01"}, ["manager"]),
        (BILL, {"sum": "2500.01"}, ["manager", "finance"]),
        (CARD, {"what": "new"}, ["manager", "finance"]),
        (CARD, {"what": "lost"}, []),
        (CARD, {"what": ["old", "new"]}, ["manager", "finance"]),
        (CARD, {"what": ["old"]}, []),
        (CARD, {}, []),
        *((BOTH, {"kind": kind, "sum": total}, ["finance"] if (kind, total) == ("b", "11.00") else [])
          for kind, total in product("ab", ("10.00", "11.00"))),
    ],
)  # fmt: skip
def test_a_rule_demands_what_these_answers_call_for(rule, answers, roles):
    assert [need.role for need in approval.demanded(rule, answers)] == roles


def test_a_step_names_the_answers_it_is_about():
    rule = [{"who": "hr", "when": ["kind", "x"], "above": 1, "amount": "sum", "shows": ["why", "sum"]}]

    assert approval.demanded(rule, {"kind": "x", "sum": "2.00"}) == (Need("hr", ("kind", "sum", "why")),)


@pytest.mark.parametrize(
    ("said", "quorum", "state"),
    [
        ([None], 1, State.WAITING),
        ([YES], 1, State.APPROVED),
        ([NO], 1, State.REFUSED),
        ([None, YES, None], 1, State.APPROVED),
        ([None, YES, None], 2, State.WAITING),
        ([YES, YES, None], 2, State.APPROVED),
        ([YES, YES, YES], 3, State.APPROVED),
        ([YES, YES, None], 3, State.WAITING),
        ([YES, NO, None], 2, State.REFUSED),
        ([YES, YES, NO], 2, State.REFUSED),
        ([], 1, State.WAITING),
    ],
)
def test_a_step_is_approved_by_enough_and_refused_by_one(said, quorum, state):
    assert approval.step_state(step(*said, quorum=quorum)) is state


def outcomes():
    """Every course of a round of one to three single steps, in the order in which steps are taken."""
    for length in (1, 2, 3):
        for answered in range(length + 1):
            for last in (YES, NO):
                said = [YES] * max(answered - 1, 0) + [last] * min(answered, 1)
                yield [*said, *[None] * (length - len(said))]


@pytest.mark.parametrize("said", list(outcomes()), ids=lambda said: "-".join(str(word or "open") for word in said))
def test_a_round_is_what_its_steps_say(said):
    steps = [step(word) for word in said]

    state = approval.round_state(steps)
    place = approval.open_step(steps)

    if NO in said:
        assert (state, place) == (State.REFUSED, None)
    elif None in said:
        assert (state, place) == (State.WAITING, said.index(None))
    else:
        assert (state, place) == (State.APPROVED, None)


def test_a_refusal_after_an_approval_is_a_refusal():
    assert approval.round_state([step(YES), step(YES, NO, quorum=2)]) is State.REFUSED


NOT_ASKED = "You were not asked to decide this."
OWN = "Nobody approves a request of their own. Somebody else has to decide this one."
AGAIN = "You have decided this already. Somebody else has to agree as well."
SECOND_ONE = "You decided an earlier step, and this one takes a second person."


@pytest.mark.parametrize(
    ("by", "stands_in", "why"),
    [
        (MAX, False, ""),
        (MAX, True, ""),
        (DANA, True, ""),
        (DANA, False, NOT_ASKED),
        (ADA, False, NOT_ASKED),
        (ADA, True, OWN),
        (BEN, True, OWN),
    ],
)
def test_the_person_asked_or_their_stand_in_may_decide_but_nobody_their_own(by, stands_in, why):
    ballot = Ballot(MAX)

    assert approval.why_not(
        ballot, by, steps=[Step(ballots=[ballot])], place=0, owners={ADA, BEN}, stands_in=stands_in
    ) == why  # fmt: skip


@pytest.mark.parametrize(("cast_by", "by", "why"), [(MAX, MAX, AGAIN), (DANA, MAX, ""), (DANA, DANA, AGAIN)])
def test_one_person_counts_once_in_a_step(cast_by, by, why):
    mine, other = Ballot(MAX), Ballot(BEN, YES, cast_by)
    steps = [Step(2, ballots=[other, mine])]

    assert approval.why_not(mine, by, steps=steps, place=0, owners=set(), stands_in=by != MAX) == why


@pytest.mark.parametrize(("role", "why"), [(SECOND, SECOND_ONE), ("finance", "")])
@pytest.mark.parametrize("stands_in", [True, False])
def test_a_second_person_is_not_the_first_one(role, why, stands_in):
    owner = BEN if stands_in else MAX
    mine = Ballot(owner)
    steps = [Step(ballots=[Ballot(MAX, YES, MAX)]), Step(role=role, ballots=[mine])]

    assert approval.why_not(mine, MAX, steps=steps, place=1, owners=set(), stands_in=stands_in) == why


@pytest.mark.parametrize(
    ("quorum", "asked", "words"),
    [
        (1, 1, ""),
        (2, 2, "both must agree"),
        (3, 3, "all 3 must agree"),
        (1, 2, "one of 2 is enough"),
        (2, 3, "2 of 3 must agree"),
    ],
)
def test_how_many_must_agree_is_said_in_words(quorum, asked, words):
    assert approval.quorum_words(quorum, asked) == words


@pytest.mark.parametrize(
    ("quorum", "names", "words"),
    [
        (1, ["Max"], "Max"),
        (1, ["Max", "Dana"], "Max or Dana"),
        (1, ["Max", "Dana", "Ben"], "Max, Dana or Ben"),
        (1, ["Max", "Dana", "Ben", "Eve"], "One of 4 people"),
        (2, ["Max", "Dana"], "Each of Max and Dana"),
        (2, ["Max", "Dana", "Ben"], "A group of 2 of 3 people"),
        (4, ["Max", "Dana", "Ben", "Eve"], "Each of 4 people"),
    ],
)
def test_who_decides_is_said_in_words(quorum, names, words):
    assert approval.decider_words(quorum, names) == words
