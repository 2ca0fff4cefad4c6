"""The strip beside a request and what comes next are the queue's own order."""

from datetime import timedelta

import pytest
from flask import Flask

from internaldesk.db import db
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
    return [row.id for row in worklist.nearest(cast.actor(who), around)]


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


def test_the_next_one_is_the_most_urgent_of_the_others(queue: list[int]) -> None:
    assert worklist.next_due(cast.actor("chi"), after=queue[0], now=NOON) == queue[1]
    assert worklist.next_due(cast.actor("chi"), after=queue[5], now=NOON) == queue[0]
    assert worklist.next_due(cast.actor("finn"), after=queue[0], now=NOON) is None
