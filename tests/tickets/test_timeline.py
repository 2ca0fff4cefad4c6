"""What the time line says of promises, and to whom."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from internaldesk.core.happenings import Kind
from internaldesk.db import db
from internaldesk.history import actions as record
from internaldesk.history import queries as history
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON

FILED = datetime(2026, 11, 17, 13, tzinfo=UTC)  # its first reply is due on Wednesday at 11:00
DUE = datetime(2026, 11, 18, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    """At risk, then missed, as the sweep noted both."""
    found = make.ticket("it/broken", by="ada", now=FILED)
    db.session.commit()
    sla.sweep(now=DUE - timedelta(hours=1))
    sla.sweep(now=DUE + timedelta(minutes=40))
    return found


def told(ticket: Ticket, *, public: bool) -> list[tuple[str, str, str]]:
    return [(line.who, line.words, line.icon) for line in history.timeline(ticket.id, public_only=public)]


def test_a_risk_is_the_teams_business_and_a_miss_is_everybodys(ticket: Ticket) -> None:
    missed = ("The desk", "noted a missed promise: the first reply", "oct")

    assert told(ticket, public=False) == [("The desk", "noted a promise at risk: the first reply", "tri"), missed]
    assert told(ticket, public=True) == [missed]


def test_a_miss_stands_where_it_happened_however_late_it_was_noted(ticket: Ticket) -> None:
    assert [line.at for line in history.timeline(ticket.id, public_only=True)] == [DUE]


def test_what_people_did_about_it_is_told_in_words(ticket: Ticket) -> None:
    actions.escalate(ticket, by=cast.actor("ada"), now=NOON)
    dana, words = cast.actor("dana"), "the solution within 4 h instead of 8 h"
    actions.waive(ticket, by=dana, now=NOON, clock=clock_of(ticket), reason="The building was evacuated")
    record.record(ticket.id, Kind.RETARGETED, by=dana, at=NOON, words=words)
    db.session.flush()

    assert told(ticket, public=True)[1:] == [
        ("Ada", "asked Dana to step in", "users"),
        ("Dana", "waived a missed promise, the first reply: The building was evacuated", "scale"),
        ("Dana", f"changed the promise: {words}", "clock"),
    ]


def test_the_pages_show_each_side_its_part(client: Browser, ticket: Ticket) -> None:
    ada = sign_in(client, "ada").get(f"/requests/{ticket.number}").text
    ben = sign_in(client, "ben").get(f"/requests/{ticket.number}").text

    assert "noted a missed promise" in ada
    assert "noted a missed promise" in ben
    assert "at risk" not in ada
    assert "noted a promise at risk" in ben


def clock_of(ticket: Ticket) -> int:
    return next(clock.id for clock in clocks.clocks(ticket.id) if clock.breached_at is not None)
