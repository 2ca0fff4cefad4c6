"""What a row says besides: news since its reader was there, who writes there, and the columns that were chosen."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.queues import columns, queries
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import presence, seen
from internaldesk.tickets import queries as requests
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_queries import scope
from tests.queues.test_views import HTMX, numbers, poll_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def unread(who: str, view: str = "due-next") -> list[int]:
    db.session.flush()
    return [row.id for row in queries.rows(scope(who, view)) if row.unread]


def ada_writes(ticket: Ticket, at: datetime) -> None:
    tickets.reply(ticket, by=cast.actor("ada"), now=at, body="And one more thing")


@pytest.mark.parametrize(
    ("happens", "new"),
    [
        (ada_writes, True),
        (lambda ticket, at: tickets.note(ticket, by=cast.actor("chi"), now=at, body="Look at the cable"), True),
        (lambda ticket, at: tickets.set_status(ticket, by=cast.actor("chi"), now=at, status=Status.SUPPLIER), True),
        (lambda ticket, at: tickets.reply(ticket, by=cast.actor("ben"), now=at, body="On it"), False),
        (lambda ticket, at: None, False),
    ],
)
def test_what_others_did_since_is_news_of_what_one_has(
    app: Flask, happens: Callable[[Ticket, datetime], object], new: bool
) -> None:
    ticket = make.ticket(assignee="ben", now=NOON - 3 * HOUR)
    ada_writes(ticket, NOON - 2 * HOUR)
    seen.mark(ticket.id, by=cast.actor("ben"), now=NOON - HOUR)

    happens(ticket, NOON)

    assert unread("ben") == ([ticket.id] if new else [])
    assert unread("chi") == []


def test_what_one_follows_has_news_and_what_nobody_has_does_not(app: Flask) -> None:
    followed, free = make.ticket(now=NOON - HOUR), make.ticket(now=NOON - HOUR)
    tickets.follow(followed, by=cast.actor("ben"), now=NOON - HOUR, person=cast.email("ben"))
    for ticket in (followed, free):
        ada_writes(ticket, NOON)

    assert unread("ben") == [followed.id]


def test_own_words_count_as_having_been_there(app: Flask) -> None:
    ticket = make.ticket(assignee="ben", now=NOON - HOUR)
    ada_writes(ticket, NOON - 30 * MINUTE)
    assert unread("ben") == [ticket.id]

    tickets.reply(ticket, by=cast.actor("ben"), now=NOON, body="On it")

    assert unread("ben") == []


def mine(who: str = "ada") -> dict[int, bool]:
    db.session.flush()
    return {row.id: row.unread for row in requests.mine(cast.actor(who))}


def test_requesters_have_news_of_what_they_may_read_only(app: Flask) -> None:
    answered, noted, own = (make.ticket(now=NOON - HOUR) for _ in range(3))
    ben = cast.actor("ben")
    tickets.reply(answered, by=ben, now=NOON, body="Try again")
    tickets.note(noted, by=ben, now=NOON, body="Third time")
    tickets.assign(noted, by=ben, now=NOON, assignee_id=ben.id)
    ada_writes(own, NOON)

    assert mine() == {answered.id: True, noted.id: False, own.id: False}

    seen.mark(answered.id, by=cast.actor("ada"), now=NOON)
    assert mine()[answered.id] is False


def test_a_dot_stands_in_my_requests(client: Browser) -> None:
    ticket = make.ticket(now=NOON - HOUR)
    make.ticket(now=NOON - HOUR)
    tickets.reply(ticket, by=cast.actor("ben"), now=NOON, body="Try again")
    ada = sign_in(client, "ada")

    for page in ("/requests", "/"):
        assert ada.get(page).text.count('aria-label="New"') == 1


def test_who_writes_is_said_in_the_list_and_taken_off_again(client: Browser, clock: Any) -> None:
    ticket, other = make.ticket(now=NOON - HOUR), make.ticket(now=NOON - HOUR)
    hidden = make.ticket("hr/concern", now=NOON - HOUR)
    ben = sign_in(client, "ben")
    poll = poll_of(ben.get("/queue/due-next"))
    presence.beat(hidden.id, by=cast.actor("hana"), now=NOON, mode="reply")
    presence.beat(other.id, by=cast.actor("ben"), now=NOON, mode="reply")
    assert ben.get(poll).status_code == 204

    presence.beat(ticket.id, by=cast.actor("chi"), now=NOON, mode="note")
    answer = ben.get(poll, headers=HTMX)
    assert "<u>Chi is writing</u>" in answer.text
    assert numbers(answer) == [ticket.id]
    assert ben.get(poll_of(answer)).status_code == 204
    assert "<u>Chi is writing</u>" in ben.get("/queue/due-next").text

    clock.shift(60)  # Chi's page was closed: no beat comes any more
    again = ben.get(poll_of(answer), headers=HTMX)

    assert numbers(again) == [ticket.id]
    assert "is writing" not in again.text
    assert ben.get(poll_of(again)).status_code == 204


def test_columns_are_chosen_in_the_address(client: Browser, clock: Any) -> None:
    ticket = make.ticket(now=NOON - timedelta(days=2), assignee="ben")
    due = db.session.query(Clock).filter_by(ticket_id=ticket.id, target="resolution").one().due_at
    assert due is not None
    ben = sign_in(client, "ben")
    row = ben.get("/queue/due-next?" + "&".join(f"columns={name}" for name in columns.COLUMNS)).text

    for heading in columns.COLUMNS.values():
        assert f'<th scope="col" class="{heading.name}">{heading.title}</th>' in row
    cells = "<td>Something is broken<td class=priority>Medium<td class=age>2 days<td class=word>Mon 12:00"
    assert f"{cells}<td class=solve>{due:%H:%M}" in row

    few = ben.get("/queue/due-next?columns=age&columns=secret").text
    assert '<th scope="col" class="age">Age</th>' in few
    assert "Assignee</th>" not in few
    assert "data-av" not in few
    assert 'colspan="6"' in few
    assert "columns=age" in poll_of(ben.get("/queue/due-next?columns=age"))


def test_columns_are_a_form_without_script(client: Browser) -> None:
    ben = sign_in(client, "ben")

    page = ben.get("/queue/mine/columns?columns=age&status=new")

    assert 'name="columns" value="age" checked' in page.text
    assert 'name="columns" value="from" checked' not in page.text
    assert '<input type="hidden" name="status" value="new">' in page.text
    assert ben.get("/queue/none/columns").status_code == 404
    assert "<html" not in ben.get("/queue/mine/columns", headers=HTMX).text


def test_rows_are_as_high_as_was_chosen_on_this_device(client: Browser) -> None:
    make.ticket()
    ben = sign_in(client, "ben")
    page = ben.get("/queue/due-next/columns?sort=filed").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"csrf_token": token, "back": "/queue/due-next?sort=filed"}

    answer = ben.post("/queue/density", data={**fields, "density": "compact"})

    assert answer.location == "/queue/due-next?sort=filed"
    assert "tbl--dense" in ben.get("/queue/due-next").text
    ben.post("/queue/density", data={**fields, "density": "comfortable"})
    assert "tbl--dense" not in ben.get("/queue/due-next").text
    assert ben.post("/queue/density", data={**fields, "density": "tiny"}).status_code == 422
