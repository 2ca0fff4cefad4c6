"""The states of a ticket: which moves are allowed, why others are refused, and the words for both voices."""

import pytest

from internaldesk.core import lifecycle
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import MOVES, Status


@pytest.mark.parametrize("was", Status)
@pytest.mark.parametrize("to", Status)
def test_a_move_is_allowed_exactly_where_the_table_says(was: Status, to: Status) -> None:
    if to in MOVES[was]:
        assert lifecycle.move(was, to) is to
    else:
        with pytest.raises(Refused):
            lifecycle.move(was, to)


@pytest.mark.parametrize(
    ("was", "to", "sentence"),
    [
        (Status.CLOSED, Status.PROGRESS, "is closed. Please file a new one"),
        (Status.PROGRESS, Status.PROGRESS, "already “in progress”"),
        (Status.SOLVED, Status.SUPPLIER, "“solved” cannot become “waiting for supplier”"),
    ],
)
def test_a_refusal_says_why(was: Status, to: Status, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        lifecycle.move(was, to)


def test_solved_and_closed_are_not_open() -> None:
    assert {status for status in Status if not lifecycle.is_open(status)} == {Status.SOLVED, Status.CLOSED}


@pytest.mark.parametrize(
    ("status", "assignee", "decider", "words"),
    [
        (Status.NEW, None, None, "Waiting for IT"),
        (Status.PROGRESS, "Ben", None, "Ben has it"),
        (Status.WAITING, "Ben", None, "Your turn"),
        (Status.APPROVAL, "Ben", None, "Waiting for an approval"),
        (Status.APPROVAL, "Ben", "Max", "Max decides"),
        (Status.SUPPLIER, "Ben", None, "Waiting for the supplier"),
        (Status.SOLVED, "Ben", None, "Solved, is it?"),
        (Status.CLOSED, "Ben", None, "Closed"),
    ],
)
def test_the_requesters_voice_names_whom_it_waits_for(
    status: Status, assignee: str | None, decider: str | None, words: str
) -> None:
    assert lifecycle.requester_words(status, team="IT", assignee=assignee, decider=decider) == words


def test_the_diagram_ends_where_the_life_ends() -> None:
    assert lifecycle.diagram().splitlines()[-1] == "| Closed | nothing: the end |"
