"""The queue costs the same however many tickets there are: statements, plans, and bytes of the page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text, update

from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from internaldesk.queues.filtering import VIEWS
from internaldesk.saved import actions as saved
from internaldesk.tickets import worklist
from tests import cast
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.queues import crowd

MOST_STATEMENTS = 8
MOST_BYTES = 40 * 1024
FILTERED = "team=it&location=leeds&type=it/broken&assignee=none&status=progress&customer=yes&due=later&due=overdue"
FURTHER = ("tag=vpn&tag=printer", "cause=7&cause=8", "age=1d&age=4w", "columns=solve&columns=age", "age=3d&sort=-filed")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("who", ["ben", "chi"])
def test_the_queue_costs_as_many_statements_for_3_as_for_3000(
    app: Flask, client: Browser, count_sql: Any, who: str
) -> None:
    sign_in(client, who)
    costs = []
    for many in (3, 3000):
        crowd.enter(many * 8, now=NOON, open_in_a_hundred=100)
        client.get("/queue/due-next")
        with count_sql() as said:
            answer = client.get("/queue/due-next")
        assert answer.status_code == 200
        costs.append(len(said))

    assert costs[0] == costs[1] <= MOST_STATEMENTS


def test_fifty_rows_stay_within_forty_kilobytes(app: Flask, client: Browser) -> None:
    db.session.execute(update(Person).where(Person.name == "Ada").values(name="Aneta Zielińska"))
    db.session.execute(update(Person).where(Person.name == "Chi").values(name="Grzegorz Baran"))
    crowd.enter(9000, now=NOON, open_in_a_hundred=90)
    db.session.execute(
        update(Ticket).where(Ticket.id % 3 == 0).values(last_word_at=NOON, assignee_id=cast.person("chi").id)
    )
    for name in ("Leeds hardware", "VPN after update"):
        view = {"view": "due-next", "query": "location=leeds", "by": cast.actor("ben"), "now": NOON}
        saved.save("queue", name=name, team_id=None, **view)
    sign_in(client, "ben")

    answer = client.get(f"/queue/due-next?due=later&after={int((NOON + timedelta(hours=20)).timestamp())}-1")

    assert answer.text.count("<tr class=row") == 50

    assert len(answer.data) <= MOST_BYTES


@pytest.mark.slow
def test_no_page_reads_all_tickets_out_of_100000(app: Flask, client: Browser) -> None:
    crowd.enter(100_000, now=NOON)
    assert 200 < crowd.hold("it") < 2000
    plans = {}

    for who in ("ben", "chi"):
        sign_in(client, who)
        with statements() as said:
            for view in VIEWS:
                client.get(f"/queue/{view}")
                client.get(f"/queue/{view}?{FILTERED}")
                for filters in FURTHER:
                    client.get(f"/queue/{view}?{filters}")
            client.get("/queue/due-next/by/more")
            page = client.get("/queue/due-next?sort=-due")
            client.get("/queue/due-next?sort=filed")
            client.get(f"/queue/due-next?after={int(NOON.timestamp())}-7")
            client.get(f"/queue/due-next?before={int(NOON.timestamp())}-7")
            client.get(re.search(r'hx-get="(/queue/changes[^"]+)"', page.text)[1].replace("&amp;", "&"))
            worklist.nearest(cast.actor(who), 4000)
            worklist.next_due(cast.actor(who), after=4000, now=NOON)
        plans.update({statement: plan(statement, values) for statement, values in said.items()})

    assert len(plans) > 20
    whole = {statement: how for statement, how in plans.items() if reads_all(how)}
    assert whole == {}


def test_the_numbers_beside_a_list_are_counted_by_its_index_without_statistics(app: Flask, client: Browser) -> None:
    crowd.enter(3000, now=NOON)
    if db.engine.dialect.name == "sqlite":  # a desk in use has never been analysed
        db.session.execute(text("DELETE FROM sqlite_stat1"))
        db.session.execute(text("ANALYZE sqlite_master"))
    sign_in(client, "ben")

    with statements() as said:
        client.get("/queue/due-next")
    counts = {statement: values for statement, values in said.items() if "team_pulse" in statement}

    assert len(counts) == 1
    assert re.search(r"ix_ticket_team_id_(queue|risk)_at", " ".join(plan(*next(iter(counts.items())))))
