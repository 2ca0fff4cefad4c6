"""Who writes to a closed request meets no wall: their words become a new request that follows it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.catalogue import TypeUse
from internaldesk.models.people import Team
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Message, Ticket
from internaldesk.tickets import actions, changes, following, merges
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.tickets.sending import keys, upload

DAY = timedelta(days=1)
LATER = NOON + 7 * DAY
WORDS = "It is black again since this morning."


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def closed(path: str = "it/broken", **facts: Any) -> Ticket:
    """A request that was solved, and closed on the requester's word."""
    ticket = make.ticket(path, **facts)
    handler = {"hr": "hana"}.get(path.partition("/")[0], "ben")
    actions.reply(ticket, by=cast.actor(handler), now=NOON + DAY, body="Done.", then="solve")
    actions.close(ticket, by=cast.actor("ada"), now=NOON + 2 * DAY)
    db.session.flush()
    return ticket


def send(client: FlaskClient, ticket: Ticket, part: str = "follow-ups", **fields: Any) -> TestResponse:
    page = client.get(f"/requests/{ticket.number}").text
    return client.post(f"/requests/{ticket.number}/{part}", data=keys(page) | fields)


def newest() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def test_words_to_a_closed_request_become_one_that_follows_it(client: FlaskClient, app: Flask) -> None:
    old = closed(for_person=cast.person("max"))
    number, version, old_id = old.number, old.version, old.id

    answer = send(sign_in(client, "ada"), old, body=WORDS)

    new = newest()
    assert (answer.status_code, answer.location) == (303, f"/requests/{new.number}")
    assert (new.details, new.summary, new.team_id) == (WORDS, old.summary, old.team_id)
    assert (new.requester.name, new.for_person.name, new.status) == ("Ada", "Max", Status.NEW)
    assert (new.filed_at, new.answers, new.assignee_id) == (LATER, old.answers, None)
    assert LATER < new.queue_at < LATER + 2 * DAY
    assert (old.status, old.version) == (Status.CLOSED, version)
    tie = db.session.scalars(select(Link)).one()
    assert (tie.kind, tie.ticket_id, tie.other_id, tie.made_by.name) == (LinkKind.FOLLOW_UP, new.id, old_id, "Ada")
    page = client.get(answer.location).text
    assert f"Sent as {new.number}, which follows {number}." in page
    assert "Follows up on" in page
    assert f'href="/requests/{number}"' in page
    assert "Followed up by" in client.get(f"/requests/{number}").text
    assert "Follows up on" in sign_in(client, "ben").get(f"/requests/{new.number}").text


def test_sent_twice_it_is_filed_once(client: FlaskClient, app: Flask) -> None:
    old = closed()
    fields = keys(sign_in(client, "ada").get(f"/requests/{old.number}").text) | {"body": WORDS}

    answers = [client.post(f"/requests/{old.number}/follow-ups", data=fields) for _ in range(2)]

    assert [answer.location for answer in answers] == [f"/requests/{newest().number}"] * 2
    assert db.session.scalar(select(func.count(Ticket.id))) == 2


def test_nothing_written_keeps_everything(client: FlaskClient, app: Flask) -> None:
    old = closed()
    sign_in(client, "ada")

    answer = send(client, old, body="  ", files=upload())

    assert answer.status_code == 422
    assert "Write something first." in answer.text
    assert "black.txt kept" in answer.text
    assert db.session.scalar(select(func.count(Ticket.id))) == 1
    assert send(client, old, body=WORDS, files=upload()).status_code == 303
    assert newest().has_files


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_closed_while_they_wrote_the_text_is_kept_and_one_press_sends_it(
    client: FlaskClient, app: Flask, who: str
) -> None:
    ticket = make.ticket()
    fields = keys(sign_in(client, who).get(f"/requests/{ticket.number}").text) | {"body": WORDS}
    actions.solve(ticket, by=cast.actor("ben"), now=LATER)
    actions.close(ticket, by=None, now=LATER)
    db.session.commit()

    answer = client.post(f"/requests/{ticket.number}/messages", data=fields)

    assert answer.status_code == 422
    assert f">{WORDS}</textarea>" in answer.text
    assert f'action="/requests/{ticket.number}/follow-ups"' in answer.text
    assert client.post(f"/requests/{ticket.number}/follow-ups", data=fields | keys(answer.text)).status_code == 303
    said = db.session.scalars(select(Message.body).where(Message.ticket_id == newest().id)).all()
    assert [newest().details, *said] == ([WORDS] if who == "ada" else ["", WORDS])


def test_what_an_agent_writes_is_said_by_the_agent(client: FlaskClient, app: Flask) -> None:
    old = closed()

    send(sign_in(client, "ben"), old, body="The new cable is here.")

    new = newest()
    said = db.session.scalars(select(Message).where(Message.ticket_id == new.id)).one()
    assert (said.body, said.by_team, new.details) == ("The new cable is here.", True, "")
    assert (new.requester.name, new.assignee and new.assignee.name) == ("Ada", "Ben")
    assert new.first_answered_at == LATER


def test_a_follower_says_it_in_their_own_name_and_follows_on(client: FlaskClient, app: Flask) -> None:
    old = closed()
    changes_by = cast.actor("ada")
    actions.follow(old, by=changes_by, now=NOON, person="Eve")
    db.session.commit()

    answer = send(sign_in(client, "eve"), old, body="For me as well.")

    assert client.get(answer.location).status_code == 200
    new = newest()
    said = db.session.scalars(select(Message).where(Message.ticket_id == new.id)).one()
    assert (new.requester.name, said.author_id, said.by_team) == ("Ada", cast.person("eve").id, False)
    assert list(new.follower_ids) == [cast.person("eve").id]


def test_it_goes_to_the_team_that_had_it_last(app: Flask) -> None:
    ticket = make.ticket()
    facilities = db.session.scalars(select(Team).where(Team.slug == "facilities")).one()
    actions.transfer(ticket, by=cast.actor("ben"), now=NOON, team=facilities, reason="wrong-desk")
    actions.solve(ticket, by=cast.actor("chi"), now=NOON)
    actions.close(ticket, by=None, now=NOON)

    new = following.follow_up(ticket, by=cast.actor("ada"), now=LATER, body=WORDS)

    assert (new.team_id, new.team.name) == (facilities.id, "Facilities")
    assert [held.team_id for held in new.holdings] == [facilities.id]
    assert db.session.scalar(select(func.sum(TypeUse.uses))) == 2


def test_what_needs_approval_needs_it_again(app: Flask) -> None:
    answers = {"items": [{"item": "Desk", "quantity": "2", "unit": "", "price": "900.00"}], "cost_centre": "4711"}
    old = make.ticket("purchasing/buy", answers=answers, approved=False)
    changes.become(old, Status.CLOSED)

    new = following.follow_up(old, by=cast.actor("ada"), now=LATER, body=WORDS)

    assert (old.status, new.status) == (Status.CLOSED, Status.APPROVAL)


def test_a_case_stays_a_case(client: FlaskClient, app: Flask) -> None:
    old = closed("hr/concern")

    send(sign_in(client, "ada"), old, body=WORDS)

    new = newest()
    assert new.confidentiality == old.confidentiality
    assert sign_in(client, "dana").get(f"/requests/{new.number}").status_code == 404
    assert "Follows up on" in sign_in(client, "hana").get(f"/requests/{new.number}").text


def test_an_open_or_merged_request_is_written_to_where_it_goes_on(app: Flask) -> None:
    ticket, other = make.ticket(), make.ticket()
    with pytest.raises(Refused, match="is open"):
        following.follow_up(ticket, by=cast.actor("ada"), now=LATER, body=WORDS)

    changes.become(ticket, Status.CLOSED)
    tie = {"ticket_id": ticket.id, "other_id": other.id, "made_at": NOON, "made_by_id": cast.person("ben").id}
    db.session.add(Link(kind=LinkKind.MERGED, facts={}, **tie))
    with pytest.raises(Refused, match="merged"):
        following.follow_up(ticket, by=cast.actor("ada"), now=LATER, body=WORDS)


def test_readers_and_strangers_do_not_write(client: FlaskClient, app: Flask) -> None:
    old = closed()
    db.session.commit()

    assert "follow-ups" not in sign_in(client, "max").get(f"/requests/{old.number}").text
    with pytest.raises(Forbidden):
        following.follow_up(old, by=cast.actor("max"), now=LATER, body=WORDS)
    token = keys(sign_in(client, "eve").get("/profile/stand-in").text)
    assert client.post(f"/requests/{old.number}/follow-ups", data=token | {"body": WORDS}).status_code == 404


def test_of_two_people_each_writes_where_they_can_read(app: Flask):
    twice, first = make.ticket(by="eve"), make.ticket(by="ada")
    merges.merge(twice, first, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    new = following.follow_up(twice, by=cast.actor("eve"), now=LATER, body=WORDS)

    assert (new.details, new.requester_id) == (WORDS, cast.person("eve").id)
    with pytest.raises(Refused, match=f"merged into {first.number}: what you write belongs there"):
        following.follow_up(twice, by=cast.actor("ben"), now=LATER, body=WORDS)
