"""Which requests may be tied, by the sentences that say why not."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import pytest

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.core.relations import Paired, Ties, carries, refuse_cause, refuse_merge, tells

PLAIN, TEAM, CASE = Confidentiality


@dataclass(frozen=True)
class Request:
    id: int = 1
    requester_id: int = 10
    for_person_id: int = 10
    team_id: int = 5
    confidentiality: Confidentiality = PLAIN
    status: Status = Status.PROGRESS
    follower_ids: Collection[int] = ()
    former_team_ids: Collection[int] = ()


ONE = Request()
TWO = Request(id=2, requester_id=20, for_person_id=20, status=Status.NEW)


def why_not_merged(ticket: Paired = ONE, into: Paired = TWO, ties: Ties = Ties()) -> str:  # noqa: B008 - frozen
    try:
        refuse_merge(ticket, into, ties)
    except Refused as refusal:
        return refusal.sentence
    return ""


def why_not_linked(ticket: Paired = ONE, cause: Paired = TWO, ties: Ties = Ties(), of_cause: Ties = Ties()) -> str:  # noqa: B008 - frozen
    try:
        refuse_cause(ticket, cause, ties, of_cause)
    except Refused as refusal:
        return refusal.sentence
    return ""


def test_two_ordinary_requests_of_two_people_and_teams_may_be_merged() -> None:
    assert why_not_merged() == ""
    assert why_not_merged(into=replace(TWO, team_id=6)) == ""
    assert why_not_merged(ties=Ties(cause=7)) == "", "its cause goes along"


@pytest.mark.parametrize("status", [Status.SOLVED, Status.CLOSED])
def test_what_is_over_is_not_merged_and_takes_nothing_in(status: Status) -> None:
    assert f"R-1 is {status}" in why_not_merged(replace(ONE, status=status))
    assert f"R-2 is {status}" in why_not_merged(into=replace(TWO, status=status))


def test_there_are_no_chains_and_no_rings() -> None:
    assert "into itself" in why_not_merged(into=ONE)
    assert "Merge R-2 into it instead" in why_not_merged(ties=Ties(absorbed=1))
    assert "as their cause" in why_not_merged(ties=Ties(followers=3))


def test_what_waits_for_an_approval_is_decided_first() -> None:
    assert "waits for an approval" in why_not_merged(replace(ONE, status=Status.APPROVAL))
    assert why_not_merged(into=replace(TWO, status=Status.APPROVAL)) == ""


@pytest.mark.parametrize(
    "pair", [(PLAIN, TEAM), (TEAM, PLAIN), (PLAIN, CASE), (CASE, PLAIN), (TEAM, CASE), (CASE, TEAM)]
)
def test_secrets_of_two_kinds_stay_apart(pair: tuple[Confidentiality, Confidentiality]) -> None:
    one, two = replace(ONE, confidentiality=pair[0]), replace(TWO, confidentiality=pair[1])

    assert "more people" in why_not_merged(one, two)
    assert why_not_linked(one, two) != ""


@pytest.mark.parametrize("secret", [TEAM, CASE])
def test_secrets_are_merged_only_within_a_team_and_of_one_person(secret: Confidentiality) -> None:
    one, same = replace(ONE, confidentiality=secret), replace(ONE, id=2, confidentiality=secret)

    assert why_not_merged(one, same) == ""
    assert "within that team" in why_not_merged(one, replace(same, team_id=6))
    assert "same person" in why_not_merged(one, replace(same, requester_id=11))
    assert "same person" in why_not_merged(one, replace(same, for_person_id=11))


def test_a_request_may_follow_a_cause_of_the_same_openness() -> None:
    assert why_not_linked() == ""
    assert why_not_linked(ties=Ties(cause=7, absorbed=2)) == ""
    assert why_not_linked(of_cause=Ties(followers=4, absorbed=1)) == ""
    assert why_not_linked(replace(ONE, confidentiality=TEAM), replace(TWO, confidentiality=TEAM)) == ""
    assert "within that team" in why_not_linked(
        replace(ONE, confidentiality=TEAM), replace(TWO, confidentiality=TEAM, team_id=6)
    )


def test_a_case_is_linked_to_nothing() -> None:
    assert "stands for itself" in why_not_linked(replace(ONE, confidentiality=CASE), replace(TWO, confidentiality=CASE))


def test_a_cause_has_no_cause() -> None:
    assert "its own cause" in why_not_linked(cause=ONE)
    assert "is a cause itself" in why_not_linked(ties=Ties(followers=1))
    assert "R-2 waits for R-9" in why_not_linked(of_cause=Ties(cause=9))


def test_what_is_over_neither_waits_nor_is_waited_for() -> None:
    assert "R-1 is solved" in why_not_linked(replace(ONE, status=Status.SOLVED))
    assert "R-2 is closed" in why_not_linked(cause=replace(TWO, status=Status.CLOSED))


def test_words_leave_a_secret_request_only_for_its_own_team_and_no_wider_a_circle() -> None:
    team_only, case = replace(ONE, confidentiality=TEAM), replace(ONE, confidentiality=CASE)

    assert carries(ONE, team_id=6, confidentiality=PLAIN)
    assert carries(team_only, team_id=5, confidentiality=TEAM)
    assert carries(team_only, team_id=5, confidentiality=CASE)
    assert not carries(team_only, team_id=5, confidentiality=PLAIN)
    assert not carries(team_only, team_id=6, confidentiality=TEAM)
    assert not carries(case, team_id=5, confidentiality=TEAM)


def test_the_record_names_a_number_only_to_the_same_readers() -> None:
    assert tells(ONE, replace(TWO, team_id=6))
    assert tells(replace(ONE, confidentiality=TEAM), replace(TWO, confidentiality=TEAM))
    assert not tells(replace(ONE, confidentiality=TEAM), replace(TWO, confidentiality=TEAM, team_id=6))
    assert not tells(ONE, replace(TWO, confidentiality=CASE))
