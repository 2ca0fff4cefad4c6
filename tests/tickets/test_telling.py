"""One word for all that hang on a request: by each one's clocks, by today's rights, and never twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.people import Membership
from internaldesk.models.relations import Relay
from internaldesk.models.tickets import Message, Ticket
from internaldesk.tickets import actions, causes, merges, telling
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

LATER = NOON + timedelta(minutes=30)
CountSql = Callable[[], AbstractContextManager[list[str]]]


def following(cause: Ticket, count: int = 1, path: str = "it/broken", **facts: Any) -> list[Ticket]:
    made = [make.ticket(path, by="eve", **facts) for _ in range(count)]
    for ticket in made:
        causes.link(ticket, cause, by=cast.actor("ben"), now=NOON)
    db.session.flush()
    return made


def reply(cause: Ticket, *, by: str = "ben", tell: bool = True, **fields: Any) -> Message:
    said = telling.reply(cause, by=cast.actor(by), now=LATER, body="Power is back.", tell=tell, **fields)
    db.session.flush()
    return said


def read(ticket: Ticket) -> list[str]:
    db.session.flush()
    return list(db.session.scalars(select(Message.body).where(Message.ticket_id == ticket.id)))


@pytest.mark.parametrize(
    ("then", "status"), [("", Status.PROGRESS), ("wait", Status.WAITING), ("solve", Status.PROGRESS)]
)
def test_each_is_answered_by_its_own_clocks(app: Flask, then: str, status: Status) -> None:
    cause = make.ticket()
    [one] = following(cause)

    reply(cause, then=then)

    assert read(one) == ["Power is back."]
    assert one.first_answered_at == LATER
    assert one.status is status, "solving is asked for on a page of its own"


def test_without_the_tick_only_this_one_is_answered(app: Flask) -> None:
    cause = make.ticket()
    [one] = following(cause)

    reply(cause, tell=False)

    assert read(one) == []


def test_a_merged_one_is_told_and_stays_closed(app: Flask) -> None:
    first, twice = make.ticket(), make.ticket(by="eve")
    merges.merge(twice, first, by=cast.actor("ben"), now=NOON)

    reply(first)

    assert (read(twice), twice.status) == (["Power is back."], Status.CLOSED)
    merges.unmerge(twice, by=cast.actor("ben"), now=LATER)
    assert twice.queue_at > LATER, "taken up again, it is answered"


def test_what_is_solved_already_is_left_alone(app: Flask) -> None:
    cause = make.ticket()
    [one] = following(cause)
    actions.solve(one, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    reply(cause)

    assert read(one) == []


def test_only_what_the_writer_handles_is_told(app: Flask) -> None:
    cause = make.ticket()
    elsewhere = make.ticket("facilities/climate", by="eve")
    causes.link(elsewhere, cause, by=cast.actor("chi"), now=NOON)

    reply(cause, by="ben")
    assert read(elsewhere) == []
    reply(cause, by="chi")
    assert read(elsewhere) == ["Power is back."]


def test_requesters_tell_nobody(app: Flask) -> None:
    cause = make.ticket()
    [one] = following(cause)

    with pytest.raises(Forbidden):
        reply(cause, by="ada")

    assert read(one) == []


def test_many_are_left_to_the_worker_and_each_is_told_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    cause = make.ticket()
    many = following(cause, 5)

    reply(cause)

    assert [len(read(ticket)) for ticket in many] == [1, 1, 0, 0, 0]
    assert telling.waiting(cause.id) == 3
    assert [telling.work(now=LATER, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [len(read(ticket)) for ticket in many] == [1] * 5
    assert telling.waiting(cause.id) == 0


def test_the_worker_goes_by_the_rights_of_now(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 0)
    cause = make.ticket()
    [one] = following(cause)
    reply(cause)
    db.session.delete(db.session.get_one(Membership, (cast.person("ben").id, one.team_id)))
    db.session.flush()

    assert telling.work(now=LATER, limit=9) == 1

    assert read(one) == []
    assert "no member" in db.session.scalars(select(Relay.left_out)).one()


def test_what_cannot_be_told_is_counted_and_stops_nobody(app: Flask) -> None:
    cause = make.ticket()
    asked, plain = following(cause, 2)
    said = actions.reply(cause, by=cast.actor("ben"), now=LATER, body="Power is back.")
    actions.solve(asked, by=cast.actor("ben"), now=LATER)
    actions.close(asked, by=cast.actor("eve"), now=LATER)
    db.session.add(Relay(message=said, ticket_id=asked.id, by_id=cast.person("ben").id, then="", asked_at=LATER))
    db.session.add(Relay(message=said, ticket_id=plain.id, by_id=cast.person("ben").id, then="", asked_at=LATER))
    db.session.flush()

    assert telling.work(now=LATER) == 2

    assert (read(asked), read(plain)) == ([], ["Power is back."])


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (telling.Told(1), "1 linked request told."),
        (telling.Told(2, 3, 1), "2 linked requests told, 3 follow within a minute, 1 left as they are."),
    ],
)
def test_what_was_done_is_said(told: telling.Told, sentence: str) -> None:
    assert told.sentence == sentence


def test_all_are_solved_together_where_chosen(app: Flask) -> None:
    cause = make.ticket()
    one, two = following(cause, 2)

    told = telling.tell_all(cause, by=cast.actor("ben"), now=LATER, body="Fixed.", then="solve", only=[one.id])

    assert told == telling.Told(1)
    assert (one.status, two.status, cause.status) == (Status.SOLVED, Status.NEW, Status.PROGRESS)
    with pytest.raises(Refused, match="at least one"):
        telling.tell_all(cause, by=cast.actor("ben"), now=LATER, body="Fixed.", then="", only=[])
    with pytest.raises(Conflict):
        telling.tell_all(cause, by=cast.actor("ben"), now=LATER, body="Fixed.", then="", only=[two.id], version=0)


def test_the_list_names_customers_first(app: Flask) -> None:
    cause = make.ticket()
    [plain] = following(cause)
    [urgent] = following(cause, customer_waiting=True, customer="Nordwind")

    assert [row.id for row in telling.listed(cause, by=cast.actor("ben"))] == [urgent.id, plain.id]


def test_a_page_names_the_first_fifty_and_the_rest_can_be_told_with_them(app: Flask) -> None:
    cause = make.ticket(by="dana")
    following(cause, telling.AT_ONCE + 2)
    rows = telling.listed(cause, by=cast.actor("ben"))
    assert (len(rows), {row.of for row in rows}) == (telling.AT_ONCE, {telling.AT_ONCE + 2})
    shown = [row.id for row in rows]

    told = telling.tell_all(
        cause, by=cast.actor("ben"), now=LATER, body="Back.", then="", only=shown[:1], rest=True, shown=shown
    )

    assert told == telling.Told(done=3)
    assert set(db.session.scalars(select(Relay.ticket_id))).isdisjoint(shown[1:])


def test_nobody_chosen_is_refused_with_a_rest_of_none(app: Flask) -> None:
    cause = make.ticket(by="dana")
    [waits] = following(cause)

    with pytest.raises(Refused, match="Choose at least one"):
        telling.tell_all(
            cause, by=cast.actor("ben"), now=LATER, body="Back.", then="", only=[], rest=True, shown=[waits.id]
        )


@pytest.mark.parametrize("rest", ["linked", "merge?find=something", "cause?find=something", ""])
def test_pages_cost_the_same_for_three_and_for_thirty(app: Flask, count_sql: CountSql, rest: str) -> None:
    client = sign_in(app.test_client(), "ben")
    cause = make.ticket(by="dana")
    costs = []
    for more in (3, 27):
        following(cause, more)
        client.get(f"/requests/{cause.number}/{rest}".rstrip("/"))
        with count_sql() as said:
            client.get(f"/requests/{cause.number}/{rest}".rstrip("/"))
        costs.append(len(said))

    assert costs[0] == costs[1] <= 12
