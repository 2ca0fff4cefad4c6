"""No list page reads all tickets: looked up in the database's own plans, at a hundred thousand of them."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from internaldesk.db import db
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.queues import crowd

LISTS = {
    "eve": ("/", "/requests", "/requests?whose=following", "/requests?team=it&text=reader", "/search?q=card+reader"),
    "ben": ("/", "/requests", "/search?q=loading+bay", "/search?q=R-500"),
    "max": ("/", "/requests", "/search?q=badge"),
}


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.slow
@pytest.mark.parametrize("who", LISTS)
def test_no_list_reads_all_tickets_out_of_100000(app: Flask, client: Browser, who: str) -> None:
    crowd.enter(100_000, now=NOON)
    for _ in range(3):
        own = make.ticket("it/broken", by=who)
    actions.follow(own, by=cast.actor(who), now=NOON, person="chi@desk.example")
    db.session.commit()
    sign_in(client, who)

    with statements() as said:
        for address in LISTS[who]:
            assert client.get(address).status_code in (200, 303)

    plans = {statement: plan(statement, values) for statement, values in said.items()}
    assert len(plans) >= 2
    assert {statement: how for statement, how in plans.items() if reads_all(how)} == {}
