"""The strip beside a request and what comes next are the queue's own order."""

from datetime import timedelta

import pytest
from flask import Flask

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import NEVER
from internaldesk.tickets import actions, worklist
from tests import cast, make
from tests.make import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def queue(app: Flask) -> list[int]:
    """Twenty requests of two teams in the order they fall due."""
    made = [make.ticket("facilities/repair" if n % 3 == 0 else "it/broken") for n in range(20)]
    for n, ticket in enumerate(made):
        ticket.queue_at = NOON + (n // 2) * HOUR
    db.session.flush()
    return [ticket.id for ticket in made]


def strip(who: str, around: int) -> list[int]:
    return [row.id for row in worklist.strip(cast.actor(who), around=around, now=NOON)]


@pytest.mark.parametrize(("at", "first"), [(0, 0), (3, 0), (4, 0), (10, 6), (12, 8), (19, 8)])
def test_the_strip_has_twelve_neighbours_around_the_request(queue: list[int], at: int, first: int) -> None:
    found = strip("chi", queue[at])

    assert found == queue[first : first + 12]


def test_the_strip_of_an_agent_has_only_what_they_handle(queue: list[int]) -> None:
    others = [number for n, number in enumerate(queue) if n % 3 == 0]

    assert set(strip("ben", queue[1])).isdisjoint(others)


def test_beside_a_solved_request_stands_what_is_due_soonest(queue: list[int]) -> None:
    solved = make.ticket()
    actions.solve(solved, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    assert strip("chi", solved.id) == queue[:12]


def test_a_neighbour_in_words(app: Flask) -> None:
    ticket = make.ticket(assignee="ben", summary="Scanner stops")
    ticket.queue_at = NOON - timedelta(minutes=18)
    resting = make.ticket(by="eve")
    resting.status, resting.queue_at = Status.WAITING, NEVER
    db.session.flush()

    first, second = worklist.strip(cast.actor("ben"), around=ticket.id, now=NOON)

    assert (first.number, first.summary, first.requester, first.place) == (
        f"R-{ticket.id}",
        "Scanner stops",
        "Ada",
        "Leeds",
    )
    assert (first.assignee, first.mine, first.due_words) == ("You", True, "11:42")
    assert (first.pill.state, first.pill.words, first.pill.share) == ("over", "18 min over", 100)
    assert (second.assignee, second.mine) == ("Nobody yet", False)
    assert (second.pill.state, second.pill.words, second.due_words) == ("paused", "Waiting: Eve", "Asked 12:00")


def test_the_next_one_is_the_most_urgent_of_the_others(queue: list[int]) -> None:
    assert worklist.next_due(cast.actor("chi"), after=queue[0], now=NOON) == queue[1]
    assert worklist.next_due(cast.actor("chi"), after=queue[5], now=NOON) == queue[0]
    assert worklist.next_due(cast.actor("finn"), after=queue[0], now=NOON) is None
