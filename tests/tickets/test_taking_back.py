"""Ten seconds to take a reply back: what the requester's side knows meanwhile, and that all is as before afterwards."""

import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Attachment, Draft, Message, Ticket
from internaldesk.sla import queries as clocks
from internaldesk.tickets import actions, causes, drafts, merges, taking_back, telling
from internaldesk.tickets.conversation import HELD
from internaldesk.tickets.unread import unread
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

SECOND = timedelta(seconds=1)
SOON = NOON + 5 * SECOND
WORDS = "Please take another dock"


@pytest.fixture
def ticket(app: Any) -> Ticket:
    return make.ticket(by="ada", now=NOON - timedelta(minutes=10), summary="The dock is dead")


def reply(ticket: Ticket, *, by: str = "ben", then: str = "wait", now: datetime = NOON, **facts: Any) -> Message:
    return actions.reply(ticket, by=cast.actor(by), now=now, body=WORDS, then=then, **facts)


def take_back(ticket: Ticket, said: Message, *, by: str = "ben", now: datetime = SOON) -> Message:
    return taking_back.take_back(ticket, by=cast.actor(by), now=now, message=said.id)


def standing(ticket: Ticket) -> dict[str, Any]:
    """How it stands, and its clocks; the version goes on, and the log is longer."""
    db.session.flush()
    db.session.expire(ticket)
    found = {k: v for k, v in taking_back.standing(ticket).items() if k not in ("version", "clocks")}
    rows = [(row.target, row.cycle, row.state, row.due_at, row.stopped_at) for row in clocks.clocks(ticket.id)]
    return {**found, "clocks": sorted(rows), "queue": (ticket.queue_at, ticket.next_target)}


def page(client: FlaskClient, ticket: Ticket, name: str) -> str:
    return sign_in(client, name).get(f"/requests/{ticket.number}").text


def send(client: FlaskClient, to: str, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token
    return client.post(to, data={"csrf_token": token[1], **fields})


def first_reply(ticket: Ticket) -> ClockState:
    return next(row.state for row in clocks.clocks(ticket.id) if row.target is Target.FIRST_RESPONSE)


@pytest.mark.parametrize("then", ["wait", "progress", "solve"])
def test_all_is_as_it_was(ticket: Ticket, then: str) -> None:
    before = standing(ticket)
    said = reply(ticket, then=then)
    assert (standing(ticket) != before, first_reply(ticket)) == (True, ClockState.STOPPED)

    take_back(ticket, said)

    assert standing(ticket) == before
    assert first_reply(ticket) is ClockState.RUNNING
    assert db.session.scalar(select(func.count()).select_from(RatingInvite)) == 0


def test_the_record_keeps_both(ticket: Ticket) -> None:
    take_back(ticket, reply(ticket, then="solve"))

    kinds = list(db.session.scalars(select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)))
    assert kinds[-3:] == [Kind.REPLIED, Kind.SOLVED, Kind.TAKEN_BACK]
    assert db.session.scalars(select(Message.body)).all() == [WORDS]


def test_a_reply_after_it_was_taken_back_counts_at_its_own_instant(ticket: Ticket) -> None:
    take_back(ticket, reply(ticket))

    reply(ticket, now=NOON + timedelta(minutes=20))

    found = next(row for row in clocks.clocks(ticket.id) if row.target is Target.FIRST_RESPONSE)
    assert (found.state, found.stopped_at) == (ClockState.STOPPED, NOON + timedelta(minutes=20))
    assert ticket.first_answered_at == found.stopped_at


def test_words_and_files_are_a_draft_again(client: FlaskClient, ticket: Ticket) -> None:
    sign_in(client, "ben")
    sent = send(
        client,
        f"/requests/{ticket.number}/messages",
        body=WORDS,
        then="wait",
        files=(io.BytesIO(b"red"), "log.txt"),
        go="stay",
    )
    assert sent.status_code == 303
    drafts.save(drafts.place(ticket.id, "reply"), by=cast.actor("ben"), now=NOON, words={"body": "And then"})
    offered = re.search(r'action="(/requests/R-\d+/messages/\d+/taken-back)"', page(client, ticket, "ben"))
    assert offered is None  # another session of hers has no bar
    said = db.session.scalars(select(Message)).one()

    back = send(client, f"/requests/{ticket.number}/messages/{said.id}/taken-back", form_key="back")

    assert back.status_code == 303
    again = client.get(back.location).text
    assert "Taken back. Ada was told nothing" in again
    assert f"{WORDS}\n\nAnd then" in again
    file = db.session.scalars(select(Attachment)).one()
    assert (file.ticket_id, file.message_id) == (None, None)
    assert f'name="kept_files" value="{file.id}"' in again
    assert "took back a reply" in again


def test_the_bar_is_there_after_sending_and_leads_back(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    sign_in(client, "ben")
    sent = send(client, f"/requests/{ticket.number}/messages", body=WORDS, then="wait", go="stay")

    shown = client.get(sent.location).text

    assert "Sent to Ada." in shown
    assert re.search(r'action="/requests/R-\d+/messages/\d+/taken-back"', shown)
    assert "(10 s)" in shown
    clock.shift(HELD)
    assert "taken-back" not in client.get(sent.location).text


@pytest.mark.parametrize(("then", "sign"), [("wait", "It is your turn"), ("solve", "Solved, is it?")])
def test_the_requester_learns_of_it_after_ten_seconds(
    client: FlaskClient, ticket: Ticket, clock: Any, then: str, sign: str
) -> None:
    before = page(client, ticket, "ada")
    reply(ticket, then=then)
    db.session.commit()

    clock.shift(HELD - SECOND)
    held = page(client, ticket, "ada")
    listed = client.get("/requests").text
    clock.shift(SECOND)

    assert WORDS not in before + held + listed
    assert sign not in held
    assert "/rate/" not in held + listed
    assert "Ben" not in held + listed
    told = page(client, ticket, "ada")
    assert WORDS in told
    assert sign in told


def test_colleagues_read_it_at_once(client: FlaskClient, ticket: Ticket) -> None:
    reply(ticket)

    assert WORDS in page(client, ticket, "chi")


def test_what_was_taken_back_is_never_told(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    seen = ticket.version
    take_back(ticket, reply(ticket, then="solve"))
    db.session.commit()
    clock.shift(timedelta(minutes=1))

    shown = page(client, ticket, "ada")
    at = int((NOON - SECOND).timestamp())
    news = client.get(f"/requests/{ticket.number}/changes", query_string={"since": seen, "at": at}).text

    assert WORDS not in shown
    assert "solved it" not in shown
    assert "took back" not in shown
    assert "New:" not in news
    assert "took back a reply" in page(client, ticket, "chi")
    assert WORDS not in page(client, ticket, "chi")


def test_a_page_that_was_opened_meanwhile_hears_of_it(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    reply(ticket)
    db.session.commit()
    clock.shift(SECOND)
    found = re.search(r'hx-get="(/requests/R-\d+/changes[^"]+)"', page(client, ticket, "ada"))
    assert found
    ask = found[1].replace("&amp;", "&")

    assert client.get(ask).status_code == 204
    clock.shift(HELD)
    assert re.search(r"New: (reply from|change by) Ben", client.get(ask).text)


def test_a_file_of_it_cannot_be_had_before(client: FlaskClient, ticket: Ticket, clock: Any) -> None:
    sign_in(client, "ben")
    send(client, f"/requests/{ticket.number}/messages", body=WORDS, then="wait", files=(io.BytesIO(b"r"), "a.txt"))
    address = f"/requests/{ticket.number}/files/{db.session.scalars(select(Attachment.id)).one()}"

    assert client.get(address).status_code == 200
    assert sign_in(client, "ada").get(address).status_code == 404
    clock.shift(HELD)
    assert client.get(address).status_code == 200


def test_the_requesters_own_words_wait_for_nothing(client: FlaskClient, ticket: Ticket) -> None:
    actions.reply(ticket, by=cast.actor("ada"), now=NOON, body="It smokes")

    assert "It smokes" in page(client, ticket, "ada")


def test_the_requester_who_writes_meanwhile_is_not_told_that_somebody_was_faster(ticket: Ticket) -> None:
    version = ticket.version
    said = reply(ticket)

    actions.reply(ticket, by=cast.actor("ada"), now=SOON, body="It smokes", version=version)

    with pytest.raises(Refused, match="changed since"):
        take_back(ticket, said, now=SOON + SECOND)


def test_after_ten_seconds_it_stands(ticket: Ticket) -> None:
    said = reply(ticket)

    with pytest.raises(Refused, match="can read it already"):
        take_back(ticket, said, now=NOON + HELD)
    assert said.taken_back_at is None


@pytest.mark.parametrize("again", [True, False])
def test_it_is_taken_back_once_and_by_its_author(ticket: Ticket, again: bool) -> None:
    said = reply(ticket)
    if again:
        take_back(ticket, said)

    with pytest.raises(Refused, match="taken back already"):
        take_back(ticket, said, by="ben" if again else "chi")


def test_the_requesters_side_takes_nothing_back(ticket: Ticket) -> None:
    said = actions.reply(ticket, by=cast.actor("ada"), now=NOON, body="Oops")

    with pytest.raises(Forbidden):
        take_back(ticket, said, by="ada")


def test_a_change_since_lets_it_stand(ticket: Ticket) -> None:
    said = reply(ticket)
    actions.set_priority(ticket, by=cast.actor("chi"), now=SOON, level=Priority.HIGH)

    with pytest.raises(Refused, match="changed since"):
        take_back(ticket, said)


def test_a_note_since_does_not(ticket: Ticket) -> None:
    said = reply(ticket)
    actions.note(ticket, by=cast.actor("chi"), now=SOON, body="Good idea")

    take_back(ticket, said)

    assert ticket.status is Status.NEW


def test_a_stranger_finds_no_such_address(client: FlaskClient, ticket: Ticket) -> None:
    said = reply(ticket)
    number, db_id = ticket.number, said.id
    db.session.commit()

    for name in ("eve", "ada"):
        sign_in(client, name)
        assert send(client, f"/requests/{number}/messages/{db_id}/taken-back").status_code == 404
    assert db.session.scalars(select(Draft)).all() == []


@pytest.mark.parametrize("then", ["wait", "solve"])
def test_a_list_marks_nothing_as_new_before_it_is_told_or_once_it_is_taken_back(
    client: FlaskClient, ticket: Ticket, clock: Any, then: str
) -> None:
    def marked(name: str) -> bool:
        db.session.commit()
        return 'aria-label="New"' in sign_in(client, name).get("/requests").text

    said = reply(ticket, then=then)
    clock.shift(HELD - SECOND)
    assert not marked("ada")

    take_back(ticket, said)
    clock.shift(HELD)
    assert not marked("ada")
    reply(ticket, now=NOON + timedelta(minutes=1), then=then)
    clock.shift(timedelta(minutes=2))
    assert marked("ada")


def test_colleagues_have_no_news_of_what_was_taken_back(ticket: Ticket) -> None:
    actions.assign(ticket, by=cast.actor("chi"), now=NOON, assignee_id=cast.actor("chi").id)
    news = select(Ticket.id).where(unread(cast.actor("chi"), as_team=True))
    said = reply(ticket, then="solve", now=SOON)
    assert db.session.scalars(news).all() == [ticket.id]

    take_back(ticket, said, now=SOON + SECOND)
    db.session.flush()

    assert db.session.scalars(news).all() == []


def told_too(cause: Ticket, *, merged: bool) -> Ticket:
    """Another request of Eve's that hangs on this one."""
    other = make.ticket(by="eve", now=NOON - timedelta(minutes=5), summary="Mine is dead too")
    tie = merges.merge if merged else causes.link
    tie(other, cause, by=cast.actor("ben"), now=NOON - timedelta(minutes=1))
    db.session.flush()
    return other


@pytest.mark.parametrize("merged", [False, True])
def test_what_is_said_on_others_too_is_told_to_all_after_ten_seconds(
    client: FlaskClient, ticket: Ticket, clock: Any, merged: bool
) -> None:
    other = told_too(ticket, merged=merged)
    telling.reply(ticket, by=cast.actor("ben"), now=NOON, body=WORDS, then="wait", tell=True)
    db.session.commit()

    clock.shift(HELD - SECOND)
    for name, one in (("eve", other), ("ada", ticket)):
        shown = page(client, one, name)
        assert WORDS not in shown
        assert "It is your turn" not in shown
        assert "Ben has it" not in shown
    clock.shift(SECOND)
    for name, one in (("eve", other), ("ada", ticket)):
        assert WORDS in page(client, one, name)


@pytest.mark.parametrize("merged", [False, True])
def test_what_was_said_on_others_too_stands_everywhere(ticket: Ticket, merged: bool) -> None:
    other = told_too(ticket, merged=merged)
    said = telling.reply(ticket, by=cast.actor("ben"), now=NOON, body=WORDS, then="wait", tell=True)
    db.session.flush()
    there = db.session.scalars(select(Message).where(Message.ticket_id == other.id)).one()

    with pytest.raises(Refused, match="It was said on other requests, too, so it stands"):
        take_back(ticket, said)
    with pytest.raises(Refused, match=r"stands|closed"):
        take_back(other, there)
    assert (said.taken_back_at, there.taken_back_at) == (None, None)
