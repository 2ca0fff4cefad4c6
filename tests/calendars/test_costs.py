"""The pages of calendars cost the same for few and for many, and stay small."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from flask import Flask

from internaldesk.calendars import actions, queries
from tests import cast
from tests.browse import Browser, sign_in
from tests.calendars import wall
from tests.make import NOON
from tests.plans import plan, statements
from tests.queues import crowd

LIST = "/settings/calendars"
MOST_STATEMENTS = {"list": 9, "page": 12}
MOST_BYTES = 60 * 1024


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def cost(client: Browser, url: str, count_sql: Any) -> int:
    """Statements of a page, once everything that never changes is known."""
    assert client.get(url).status_code == 200
    with count_sql() as said:
        assert client.get(url).status_code == 200
    return len(said)


def test_the_list_costs_as_many_statements_for_3_calendars_as_for_30(
    app: Flask, client: Browser, count_sql: Any
) -> None:
    sign_in(client, "root")
    costs = []
    for count in (3, 30):
        for n in range(count):
            typed = replace(wall.sheet(), name=f"{count} and {n}")
            actions.create(typed, by=cast.actor("root"), now=NOON)
        costs.append(cost(client, LIST, count_sql))

    assert costs[0] == costs[1] <= MOST_STATEMENTS["list"]


def test_a_page_costs_as_many_statements_for_3_versions_and_closures_as_for_30(
    app: Flask, client: Browser, count_sql: Any
) -> None:
    sign_in(client, "dana")
    url = f"{LIST}/{wall.number()}"
    costs = []
    for count in (3, 30):
        wall.many_versions(count, closures=count)
        costs.append(cost(client, url, count_sql))

    assert costs[0] == costs[1] <= MOST_STATEMENTS["page"]


@pytest.mark.parametrize("door", ["", "/new", "/{it}", "/{always}", "/{it}/holidays", "/{it}/corrections"])
def test_a_page_stays_small(app: Flask, client: Browser, door: str) -> None:
    sign_in(client, "root")

    page = client.get(LIST + door.format(it=wall.number(), always=wall.number("always")))

    assert page.status_code == 200
    assert len(page.data) <= MOST_BYTES


@pytest.mark.slow
def test_counting_open_requests_reads_open_ones_only_out_of_100000(app: Flask) -> None:
    crowd.enter(100_000, now=NOON)

    with statements() as said:
        queries.open_requests(wall.number())

    [(statement, values)] = said.items()
    how = plan(statement, values)
    assert not [line for line in how if line == "SCAN ticket" or "Seq Scan on ticket " in line], how
