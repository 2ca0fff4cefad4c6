"""The list of what is late or at risk: for everybody in the team, counted in the rail, amber before it is red."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.queues import crowd
from tests.queues.test_queries import listed, scope

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def promised(due: datetime, risk: datetime, **facts: Any) -> Ticket:
    """A ticket whose next promise is at risk from `risk` on and falls due at `due`."""
    ticket = make.ticket(**facts)
    ticket.queue_at, ticket.risk_at = due, risk
    db.session.flush()
    return ticket


@pytest.fixture
def tickets(app: Flask) -> dict[str, Ticket]:
    return {
        "at risk": promised(NOON + 5 * HOUR, NOON - HOUR, assignee="ben"),
        "late": promised(NOON - HOUR, NOON - 3 * HOUR, assignee="chi"),
        "just at risk": promised(NOON + 2 * HOUR, NOON),
        "on track": promised(NOON + HOUR, NOON + HOUR / 2),
        "resting": promised(NEVER, NEVER),
        "of another team": promised(NOON - HOUR, NOON - HOUR, path="facilities/repair"),
    }


def named(found: list[int], tickets: dict[str, Ticket]) -> list[str]:
    names = {ticket.id: name for name, ticket in tickets.items()}
    return [names[number] for number in found]


@pytest.mark.parametrize("who", ["ben", "dana"])
def test_it_lists_whoever_has_it_soonest_promise_first(tickets: dict[str, Ticket], who: str) -> None:
    assert named(listed(scope(who, "at-risk")), tickets) == ["late", "just at risk", "at risk"]
    assert named(listed(scope(who, "at-risk", sort="-due")), tickets) == ["at risk", "just at risk", "late"]


def test_it_is_filtered_like_the_others(tickets: dict[str, Ticket]) -> None:
    assert named(listed(scope("dana", "at-risk", assignee="none")), tickets) == ["just at risk"]


def test_the_rail_counts_it(client: Browser, tickets: dict[str, Ticket]) -> None:
    page = sign_in(client, "dana").get("/queue/due-next").text

    assert re.search(r'href="/queue/at-risk">.*?Late or at risk <span class="count">3</span>', page, re.DOTALL)


def test_a_row_is_amber_once_it_is_at_risk_and_red_once_it_is_late(client: Browser, tickets: dict[str, Ticket]) -> None:
    rows = sign_in(client, "dana").get("/queue/due-next").text.split("<tr class=")

    def state(name: str) -> str:
        row = next(row for row in rows if f"id=r-{tickets[name].id}>" in row)
        return re.findall(r"sla--(\w+)", row)[0]

    assert [state(name) for name in ("late", "at risk", "just at risk", "on track")] == ["over", "soon", "soon", "soon"]
    tickets["on track"].queue_at = NOON + 2 * HOUR
    rows = client.get("/queue/due-next").text.split("<tr class=")
    assert state("on track") == "ok"


def test_whatever_is_late_was_at_risk_before(app: Flask) -> None:
    """The condition of the list rests on this, whatever happened to the ticket."""
    ben, made = cast.actor("ben"), [make.ticket(now=NOON - timedelta(days=2)) for _ in range(4)]
    actions.set_priority(made[1], by=ben, now=NOON - HOUR, level=Priority.URGENT)
    actions.reply(made[2], by=ben, now=NOON - HOUR, body="Well?", then="wait")
    actions.transfer(made[3], by=ben, now=NOON - HOUR, team=make.team("facilities"), reason="workload")
    for ticket in made:
        db.session.refresh(ticket)
        late_from = min(ticket.queue_at, NEVER)
        assert ticket.risk_at <= late_from

    assert {made[0].id, made[1].id} <= set(listed(scope("ben", "at-risk", now=NOON + timedelta(days=30))))


def test_a_solved_request_is_not_at_risk(app: Flask) -> None:
    ticket = make.ticket(now=NOON - timedelta(days=2))
    assert listed(scope("ben", "at-risk")) == [ticket.id]

    actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    assert ticket.status is Status.SOLVED
    assert listed(scope("ben", "at-risk")) == []


def test_it_is_read_by_its_own_index(app: Flask, client: Browser) -> None:
    crowd.enter(20_000, now=NOON)
    if db.engine.dialect.name == "sqlite":  # a desk in use has never been analysed
        db.session.execute(text("DELETE FROM sqlite_stat1"))
        db.session.execute(text("ANALYZE sqlite_master"))
    sign_in(client, "ben")

    with statements() as said:
        client.get("/queue/at-risk")
    rows = {statement: values for statement, values in said.items() if "escalated" in statement}
    how = plan(*next(iter(rows.items())))

    assert len(rows) == 1
    assert not reads_all(how)
    assert "ix_ticket_team_id_risk_at" in " ".join(how)
