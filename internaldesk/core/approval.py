"""Approvals: which steps a rule demands, where a round stands, and who may cast a ballot in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from internaldesk.core.text import listed

NAMED = "named"
"""The role of people who were chosen by name."""
SECOND = "second-person"
"""The role of somebody who must be another person than those who decided before."""


_NAMED_AT_ONCE = 3


class Decision(StrEnum):
    """What a ballot says."""

    APPROVED = "approved"
    REFUSED = "refused"


class State(StrEnum):
    """Where a round, or a step of it, stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_WORDS: Mapping[State, str] = {
    State.WAITING: "Waiting for a decision",
    State.APPROVED: "Approved",
    State.REFUSED: "Not approved",
    State.WITHDRAWN: "Withdrawn",
}


@dataclass(frozen=True, slots=True)
class Need:
    """A step that must be taken: who must agree, and the questions whose answers that person decides about."""

    role: str
    shows: tuple[str, ...] = ()


class BallotLike(Protocol):
    """What the rules read of a ballot: whose it is, what it says, and who cast it."""

    @property
    def person_id(self) -> int: ...
    @property
    def decision(self) -> Decision | None: ...
    @property
    def by_id(self) -> int | None: ...


class StepLike(Protocol):
    """What the rules read of a step."""

    @property
    def role(self) -> str: ...
    @property
    def quorum(self) -> int: ...
    @property
    def ballots(self) -> Sequence[BallotLike]: ...


def demanded(rule: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]) -> tuple[Need, ...]:
    """The steps that a type's approval rule demands of these answers, in the order in which they are taken.

    >>> rule = [{"who": "manager"}, {"who": "finance", "above": 1000, "amount": "price"}]
    >>> [need.role for need in demanded(rule, {"price": "1000.00"})]
    ['manager']
    >>> [need.role for need in demanded(rule, {"price": "1000.01"})]
    ['manager', 'finance']
    """
    return tuple(_need(step) for step in rule if _applies(step, answers))


def amount_of(answer: Any) -> Decimal | None:
    """The sum of money in an answer: itself, or that of its order lines; None where none was given.

    A line without a price counts nothing, so a sum is never above a limit for what nobody wrote down.

    >>> amount_of("1250.00"), amount_of(None)
    (Decimal('1250.00'), None)
    >>> amount_of([{"quantity": 3, "price": "2.50"}, {"quantity": 1, "price": None}])
    Decimal('7.50')
    """
    if not answer:
        return None
    if isinstance(answer, str):
        return Decimal(answer)
    priced = [Decimal(str(line["quantity"])) * Decimal(line["price"]) for line in answer if line.get("price")]
    return sum(priced, Decimal(0)).quantize(Decimal("0.01")) if priced else None


def step_state(step: StepLike) -> State:
    """Refused by one refusal, approved when enough of those asked agreed."""
    said = [ballot.decision for ballot in step.ballots]
    if Decision.REFUSED in said:
        return State.REFUSED
    return State.APPROVED if said.count(Decision.APPROVED) >= step.quorum else State.WAITING


def round_state(steps: Sequence[StepLike]) -> State:
    """Refused as soon as one step is, approved when all are; a withdrawn round is withdrawn by its own row."""
    states = [step_state(step) for step in steps]
    if State.REFUSED in states:
        return State.REFUSED
    return State.WAITING if State.WAITING in states else State.APPROVED


def open_step(steps: Sequence[StepLike]) -> int | None:
    """The place of the step that is being taken, from 0 on; None when the round is decided."""
    for place, step in enumerate(steps):
        state = step_state(step)
        if state is not State.APPROVED:
            return place if state is State.WAITING else None
    return None


def why_not(
    ballot: BallotLike,
    by: int,
    *,
    steps: Sequence[StepLike],
    place: int,
    owners: Collection[int],
    stands_in: bool,
) -> str:
    """Why person `by` may not cast this ballot of the step at `place`, as a sentence; empty when they may.

    `owners` are whose request it is; `stands_in` says that `by` stands in for the ballot's person at this moment.
    """
    if by != ballot.person_id and not stands_in:
        return "You were not asked to decide this."
    if by in owners:
        return "Nobody approves a request of their own. Somebody else has to decide this one."
    step = steps[place]
    if by in _deciders(step):
        return "You have decided this already. Somebody else has to agree as well."
    if step.role == SECOND and any(by in _deciders(earlier) for earlier in steps[:place]):
        return "You decided an earlier step, and this one takes a second person."
    return ""


def quorum_words(quorum: int, asked: int) -> str:
    """How many must agree, in words.

    >>> quorum_words(2, 2), quorum_words(1, 3)
    ('both must agree', 'one of 3 is enough')
    """
    if asked == 1:
        return ""
    if quorum == asked:
        return "both must agree" if asked == 2 else f"all {asked} must agree"
    return f"one of {asked} is enough" if quorum == 1 else f"{quorum} of {asked} must agree"


def decider_words(quorum: int, names: Sequence[str]) -> str:
    """Who decides, for the sentence "… decides", when so many of these must still agree.

    >>> decider_words(1, ["Max", "Dana"]), decider_words(2, ["Max", "Dana"]), decider_words(1, ["A", "B", "C", "D"])
    ('Max or Dana', 'Each of Max and Dana', 'One of 4 people')
    """
    if quorum >= len(names) > 1:
        return f"Each of {listed(names)}" if len(names) <= _NAMED_AT_ONCE else f"Each of {len(names)} people"
    if quorum == 1 and len(names) <= _NAMED_AT_ONCE:
        return listed(names, last="or")
    return f"{'One' if quorum == 1 else f'A group of {quorum}'} of {len(names)} people"


def _need(step: Mapping[str, Any]) -> Need:
    named = (*step.get("when", ())[:1], step.get("amount"), *step.get("shows", ()))
    return Need(step["who"], tuple(dict.fromkeys(slug for slug in named if slug)))


def _applies(step: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    if "when" in step:
        slug, value = step["when"]
        given = answers.get(slug)
        if not (value in given if isinstance(given, list) else value == given):
            return False
    if "above" not in step:
        return True
    amount = amount_of(answers.get(step["amount"]))
    return amount is not None and amount > step["above"]


def _deciders(step: StepLike) -> set[int | None]:
    """Who really decided in a step, whoever was asked."""
    return {ballot.by_id for ballot in step.ballots if ballot.decision is not None}
