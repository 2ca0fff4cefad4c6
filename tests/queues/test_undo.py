"""What was done to many is taken back for half a minute, where nobody has touched it since."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from internaldesk.queues import actions
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import undoing
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_views import send, stored

SOON, LATE = NOON + timedelta(seconds=30), NOON + timedelta(seconds=31)


def verbs() -> dict[str, Callable[[Ticket], object]]:
    ben: dict[str, Any] = {"by": cast.actor("ben"), "now": NOON}
    return {
        "take": partial(tickets.assign, assignee_id=ben["by"].id, **ben),
        "wait": partial(tickets.set_status, status=Status.WAITING, reason="a part", **ben),
        "transfer": partial(tickets.transfer, team=make.team("facilities"), reason="expertise", **ben),
    }


def do(verb: str, *made: Ticket) -> int:
    outcome = actions.bulk([ticket.id for ticket in made], by=cast.actor("ben"), now=NOON, seen=None, act=verbs()[verb])
    assert outcome.done == len(made)
    assert outcome.undo is not None
    db.session.commit()
    return outcome.undo


@pytest.mark.parametrize("verb", ["take", "wait", "transfer"])
def test_all_of_it_is_as_it_was(app: Flask, verb: str) -> None:
    free, held = make.ticket(), make.ticket(assignee="chi")
    before, due = [undoing.standing(ticket) for ticket in (free, held)], [free.queue_at, held.queue_at]
    number = do(verb, free, held)
    assert [undoing.standing(ticket) for ticket in (free, held)] != before

    outcome = actions.undo(number, by=cast.actor("ben"), now=SOON)

    assert outcome.sentence == "2 taken back."
    assert [undoing.standing(ticket) for ticket in (free, held)] == before
    assert (free.transferred, len(free.holdings), free.holdings[-1].ended_at) == (0, 1, None)
    assert [ticket.queue_at for ticket in (free, held)] == due


def test_what_somebody_touched_stays_and_is_named(app: Flask) -> None:
    calm, stirred = make.ticket(), make.ticket()
    number = do("take", calm, stirred)
    tickets.reply(stirred, by=cast.actor("ada"), now=NOON + timedelta(seconds=5), body="Oh")

    outcome = actions.undo(number, by=cast.actor("ben"), now=SOON)

    assert outcome.sentence == f"1 taken back, 1 skipped: R-{stirred.id} changed meanwhile."
    assert (calm.assignee_id, stirred.assignee_id) == (None, cast.person("ben").id)


def test_who_was_asked_whether_it_is_solved_is_not_asked_back(app: Flask) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    solve = partial(tickets.solve, by=ben, now=NOON)
    number = actions.bulk([ticket.id], by=ben, now=NOON, seen=None, act=solve).undo
    assert number is not None

    outcome = actions.undo(number, by=ben, now=SOON)

    assert outcome.done == 0
    assert "its requester was asked" in outcome.sentence
    assert ticket.status is Status.SOLVED


@pytest.mark.parametrize(("who", "now"), [("chi", SOON), ("ben", LATE)])
def test_only_who_did_it_and_only_for_half_a_minute(app: Flask, who: str, now: Any) -> None:
    ticket = make.ticket()
    number = do("take", ticket)

    with pytest.raises(Refused, match="more than 30 seconds"):
        actions.undo(number, by=cast.actor(who), now=now)

    assert ticket.assignee_id == cast.person("ben").id


def test_twice_is_once(app: Flask) -> None:
    number = do("take", make.ticket())
    actions.undo(number, by=cast.actor("ben"), now=SOON)

    with pytest.raises(Refused, match="taken back already"):
        actions.undo(number, by=cast.actor("ben"), now=SOON)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


def test_the_list_offers_it_once_and_does_it(app: Flask, client: Browser, clock: Any) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    answer = send(ben, "/queue/bulk", action="take", ids=ticket.id, back="/queue/mine")
    page = ben.get(answer.location).text
    number = re.search(r'name="number" value="(\d+)"', page)
    assert number
    assert 'data-key="z"' in page
    assert 'data-key="z"' not in ben.get("/queue/mine").text

    answer = send(ben, "/queue/undo", number=number[1], back="/queue/unassigned")

    assert (answer.status_code, answer.location) == (303, "/queue/unassigned")
    assert "1 taken back." in ben.get("/queue/unassigned").text
    assert stored(ticket).assignee_id is None


@pytest.mark.parametrize(("number", "status"), [("1", 303), ("x", 422)])
def test_what_cannot_be_taken_back_is_said(app: Flask, client: Browser, clock: Any, number: str, status: int) -> None:
    answer = send(sign_in(client, "ben"), "/queue/undo", number=number)

    assert answer.status_code == status
