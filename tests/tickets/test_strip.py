"""The strip beside a request: neighbours in words, in the order the list had when the visit began."""

from datetime import timedelta

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.tickets import actions, handover, strip
from internaldesk.tickets.strip import Neighbour
from tests import cast, make
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

HOUR = timedelta(hours=1)


def neighbours(app: Flask, who: str, around: int) -> list[Neighbour]:
    """As somebody sees them who came from no list."""
    with app.test_request_context():
        return strip.strip(cast.actor(who), around=around, now=NOON)


def filed(many: int) -> list[int]:
    """Requests of IT in the order they fall due."""
    made = [make.ticket() for _ in range(many)]
    for n, ticket in enumerate(made):
        ticket.queue_at = NOON + (n + 1) * HOUR
    db.session.commit()
    return [ticket.id for ticket in made]


def shown(client: FlaskClient, number: int) -> list[tuple[int, str, str]]:
    """The strip beside R-`number`: numbers, what stands at them, and the keys that lead there."""
    page = html5lib.parse(client.get(f"/requests/R-{number}").text, namespaceHTMLElements=False)
    return [
        (int(link.get("href").rsplit("-", 1)[1]), line.get("class") or "", link.get("data-key") or "")
        for line in page.findall(".//nav[@class='upnext']//li")
        for link in line.iter("a")
    ]


def test_a_neighbour_in_words(app: Flask) -> None:
    ticket = make.ticket(assignee="ben", summary="Scanner stops")
    ticket.queue_at = NOON - timedelta(minutes=18)
    resting = make.ticket(by="eve")
    resting.status, resting.queue_at = Status.WAITING, NEVER
    db.session.flush()

    first, second = neighbours(app, "ben", ticket.id)

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


def test_the_order_of_the_list_stays_while_one_works_through_it(ben: FlaskClient) -> None:
    first, second, third, fourth = filed(4)
    ben.get("/queue/due-next")
    db.session.get_one(Ticket, fourth).queue_at = NOON - HOUR
    actions.solve(db.session.get_one(Ticket, second), by=cast.actor("chi"), now=NOON)
    db.session.commit()
    make.ticket()
    db.session.commit()

    assert shown(ben, first) == [(first, "", ""), (second, "gone", ""), (third, "", "j"), (fourth, "", "")]
    assert [(number, key) for number, _, key in shown(ben, third)] == [
        (first, "k"),
        (second, ""),
        (third, ""),
        (fourth, "j"),
    ]


def test_what_the_visitor_may_no_longer_read_is_not_shown(ben: FlaskClient) -> None:
    first, second = filed(2)
    ben.get("/queue/due-next")
    facts = {"team": make.team("hr"), "reason": "wrong-desk", "body": ""}
    handover.transfer(db.session.get_one(Ticket, second), by=cast.actor("ben"), now=NOON, **facts)
    db.session.commit()

    assert [number for number, _, _ in shown(ben, first)] == [first]


def test_from_anywhere_else_the_order_is_that_of_promises(ben: FlaskClient) -> None:
    first, second = filed(2)
    ben.get("/queue/due-next")
    late = make.ticket()
    late.queue_at = NOON - HOUR
    db.session.commit()

    assert [number for number, _, _ in shown(ben, late.id)] == [late.id, first, second]
