"""What was just done is taken back for half a minute, where nobody has touched it since, as if it had never been."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.queues import actions
from internaldesk.ratings import actions as ratings
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import approving, tags, undoing
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_views import send, stored

DONE, SOON, LATE = NOON + timedelta(seconds=5), NOON + timedelta(seconds=35), NOON + timedelta(seconds=36)
VERBS = ("take", "wait", "supplier", "solve", "transfer", "decide", "tag")


def verbs() -> dict[str, Callable[[Ticket], object]]:
    ben: dict[str, Any] = {"by": cast.actor("ben"), "now": DONE}
    return {
        "take": partial(tickets.assign, assignee_id=ben["by"].id, **ben),
        "wait": partial(tickets.set_status, status=Status.WAITING, until=NOON + timedelta(days=3), **ben),
        "supplier": partial(tickets.set_status, status=Status.SUPPLIER, reason="a part", **ben),
        "solve": partial(tickets.solve, **ben),
        "transfer": partial(tickets.transfer, team=make.team("facilities"), reason="expertise", **ben),
        "decide": partial(tickets.transfer, team=make.team("hr"), reason="authority", body="May we?", **ben),
        "tag": partial(tags.tag, tags=["vpn", "dock"], **ben),
    }


def do(verb: str, *made: Ticket) -> int:
    outcome = actions.bulk([ticket.id for ticket in made], by=cast.actor("ben"), now=DONE, seen=None, act=verbs()[verb])
    assert outcome.done == len(made)
    assert outcome.kept is not None
    assert outcome.kept.until == DONE + undoing.UNDOABLE
    db.session.commit()
    return outcome.kept.number


def take_back(number: int) -> actions.Outcome:
    outcome = actions.undo(number, by=cast.actor("ben"), now=SOON)
    db.session.commit()
    return outcome


def clocks(ticket: Ticket) -> list[dict[str, Any]]:
    """Everything that is stored of its clocks."""
    db.session.flush()
    db.session.expire_all()
    columns = [column.key for column in Clock.__table__.columns if column.key not in ("id", "ticket_id")]
    return [
        {name: getattr(row, name) for name in columns}
        | {"parts": [(part.team_id, part.started_at, part.ended_at, part.seconds) for part in row.segments]}
        for row in sla.clocks(ticket.id, segments=True)
    ]


def place(ticket: Ticket) -> tuple[object, ...]:
    """What of a ticket its clocks decide, and what counts what became of it."""
    return (
        *(ticket.queue_at, ticket.risk_at, ticket.next_target, ticket.next_seconds, ticket.next_calendar_version_id),
        *(ticket.transferred, ticket.reopened, ticket.is_open, ticket.solved_at, ticket.solved_by_id, ticket.closed_at),
        *(ticket.first_answered_at, len(ticket.holdings), ticket.holdings[-1].ended_at),
    )


@pytest.mark.parametrize("verb", VERBS)
def test_all_is_as_if_nothing_had_been_done(app: Flask, verb: str) -> None:
    free, held, untouched, theirs = [make.ticket(assignee=who) for who in (None, "chi", None, "chi")]
    tags.tag(held, by=cast.actor("chi"), now=NOON, tags=["wifi"])
    before = [undoing.standing(ticket) for ticket in (free, held)]
    number = do(verb, free, held)
    assert [undoing.standing(ticket) for ticket in (free, held)] != before

    outcome = take_back(number)

    assert outcome.sentence == "2 taken back."
    assert [undoing.standing(ticket) for ticket in (free, held)] == before
    assert [place(free), place(held)] == [place(untouched), place(theirs)]
    assert [clocks(free), clocks(held)] == [clocks(untouched), clocks(theirs)]


@pytest.mark.parametrize("verb", VERBS)
def test_clocks_go_on_as_those_of_a_ticket_that_was_never_touched(app: Flask, verb: str) -> None:
    ticket, untouched = make.ticket(), make.ticket()
    take_back(do(verb, ticket))

    for one in (ticket, untouched):
        ben: dict[str, Any] = {"by": cast.actor("ben"), "now": NOON + timedelta(hours=1)}
        tickets.reply(one, body="On it", **ben)
        tickets.set_status(one, status=Status.WAITING, **ben)
        tickets.reply(one, by=cast.actor("ada"), now=NOON + timedelta(hours=3), body="Here")

    assert clocks(ticket) == clocks(untouched)
    assert place(ticket) == place(untouched)


def test_a_reopening_is_taken_back_too(app: Flask) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    tickets.solve(ticket, by=ben, now=NOON)
    before, stopped = undoing.standing(ticket), clocks(ticket)
    kept = undoing.kept(tickets.set_status, ticket, by=ben, now=DONE, status=Status.PROGRESS)
    assert kept is not None

    take_back(kept.number)

    assert undoing.standing(ticket) == before
    assert clocks(ticket) == stopped


@pytest.mark.parametrize(
    ("verb", "words", "public"),
    [
        ("take", "took that back: nobody has it again", False),
        ("wait", "took that back: it is “new” again", True),
        ("solve", "took that back: it is “new” again, nobody has it again", True),
        ("transfer", "took that back: it is with IT again", True),
        ("tag", "took off the tags dock, vpn", False),
    ],
)
def test_the_record_shows_both_ways(app: Flask, verb: str, words: str, public: bool) -> None:
    ticket = make.ticket()
    take_back(do(verb, ticket))

    lines = history.timeline(ticket.id, public_only=False)
    read = history.timeline(ticket.id, public_only=True)

    assert len(lines) == 2
    assert lines[-1].words == words
    assert [line.words for line in read][1:] == ([words] if public else [])


def test_what_somebody_touched_stays_and_is_named(app: Flask) -> None:
    calm, stirred = make.ticket(), make.ticket()
    number = do("take", calm, stirred)
    tickets.reply(stirred, by=cast.actor("ada"), now=DONE, body="Oh")

    outcome = take_back(number)

    assert outcome.sentence == f"1 taken back, 1 skipped: R-{stirred.id} changed meanwhile."
    assert (calm.assignee_id, stirred.assignee_id) == (None, cast.person("ben").id)


def test_a_solution_is_taken_back_before_anybody_was_asked_about_it(app: Flask) -> None:
    ticket = make.ticket()

    take_back(do("solve", ticket))

    assert ticket.status is Status.NEW
    assert db.session.scalars(select(RatingInvite)).all() == []


@pytest.mark.parametrize("reaction", ["rated", "confirmed", "reopened"])
def test_a_solution_that_was_answered_stays(app: Flask, reaction: str) -> None:
    ticket, ada = make.ticket(), cast.actor("ada")
    number = do("solve", ticket)
    if reaction == "rated":
        invite = db.session.scalars(select(RatingInvite)).one()
        ratings.submit(invite, now=DONE, scores=Scores(5, 5, 5, 5))
    else:
        tickets.confirm(ticket, by=ada, now=DONE, solved=reaction == "confirmed")
    status = ticket.status

    outcome = take_back(number)

    assert outcome.done == 0
    assert ("has rated it already" in outcome.sentence) == (reaction == "rated")
    assert ticket.status is status


def test_a_question_for_approval_that_was_withdrawn_is_not_put_again(app: Flask) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    approving.ask(ticket, by=ben, now=NOON, whom="manager", words="A new screen")
    number = do("solve", ticket)

    outcome = take_back(number)

    assert "ask again" in outcome.sentence
    assert ticket.status is Status.SOLVED


def test_what_nothing_came_of_is_not_offered(app: Flask) -> None:
    ticket, ben = make.ticket(assignee="ben"), cast.actor("ben")

    assert undoing.kept(tickets.assign, ticket, by=ben, now=DONE, assignee_id=ben.id) is None


def test_the_requester_is_offered_nothing(app: Flask) -> None:
    ticket = make.ticket()

    kept = undoing.kept(tickets.set_status, ticket, by=cast.actor("ada"), now=DONE, status=Status.SOLVED)

    assert kept is None
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
    take_back(number)

    with pytest.raises(Refused, match="taken back already"):
        actions.undo(number, by=cast.actor("ben"), now=SOON)


def test_what_is_over_is_forgotten(app: Flask) -> None:
    number = do("take", make.ticket())

    assert undoing.forget(now=SOON) == 0
    assert undoing.forget(now=LATE) == 1
    with pytest.raises(Refused, match="taken back already"):
        actions.undo(number, by=cast.actor("ben"), now=DONE)


def offered(text: str) -> tuple[str, str] | None:
    """The number of what can be taken back, and what the bar says."""
    found = re.search(r'name="number" value="(\d+)".*?<span[^>]*>([^<]+)</span>\s*<button[^>]*data-key="z"', text, re.S)
    return (found[1], found[2]) if found else None


def test_the_list_offers_it_for_half_a_minute_and_does_it(app: Flask, client: Browser, clock: Any) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    send(ben, "/queue/bulk", action="take", ids=ticket.id, back="/queue/mine")
    first, second = ben.get("/queue/mine").text, ben.get("/queue/mine").text
    assert "<span data-say>1 done.</span>" in first
    assert "<span>1 done.</span>" in second
    found = offered(second)
    assert found

    answer = send(ben, "/queue/undo", number=found[0], back="/queue/unassigned")

    assert (answer.status_code, answer.location) == (303, "/queue/unassigned")
    page = ben.get("/queue/unassigned").text
    assert "1 taken back." in page
    assert offered(page) is None
    assert stored(ticket).assignee_id is None


def test_after_half_a_minute_nothing_is_offered(app: Flask, client: Browser, clock: Any) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    send(ben, "/queue/bulk", action="take", ids=ticket.id, back="/queue/mine")

    clock.shift(30)

    assert offered(ben.get("/queue/mine").text) is None


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("assignee", {"assignee": "me"}, "taken"),
        ("assignee", {"assignee": "chi"}, "given to Chi"),
        ("status", {"status": "waiting", "reason": "a part"}, "set to “waiting for requester”"),
        ("status", {"status": "solved"}, "solved"),
        ("tags", {"tags": "vpn"}, "changed"),
    ],
)
def test_a_request_offers_it_and_comes_back(
    client: Browser, clock: Any, path: str, fields: dict[str, str], words: str
) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    fields = {name: str(cast.person("chi").id) if value == "chi" else value for name, value in fields.items()}
    before, own = undoing.standing(ticket), f"/requests/R-{ticket.id}"
    answer = send(ben, f"{own}/{path}", own, **fields)
    assert answer.location == own
    found = offered(ben.get(own).text)
    assert found
    assert found[1] == f"R-{ticket.id} {words}."

    answer = send(ben, "/queue/undo", own, number=found[0], back=own)

    assert answer.location == own
    assert "1 taken back." in ben.get(own).text
    assert undoing.standing(stored(ticket)) == before


def test_what_was_handed_over_comes_back_from_the_list(app: Flask, client: Browser, clock: Any) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    own = f"/requests/R-{ticket.id}"
    send(ben, f"{own}/transfer", own, team="facilities", reason="expertise")
    found = offered(ben.get("/queue/due-next").text)
    assert found
    assert found[1] == f"R-{ticket.id} handed to Facilities."

    send(ben, "/queue/undo", number=found[0], back="/queue/due-next")

    assert stored(ticket).team.slug == "it"


def test_a_reader_is_shown_no_bar(app: Flask, client: Browser, clock: Any) -> None:
    ticket = make.ticket()

    ada = sign_in(client, "ada")
    send(ada, f"/requests/R-{ticket.id}/status", f"/requests/R-{ticket.id}", status="solved")

    assert offered(ada.get(f"/requests/R-{ticket.id}").text) is None


def test_taking_back_what_is_not_ones_own_changes_nothing(app: Flask, client: Browser, clock: Any) -> None:
    ticket = make.ticket()
    ben = cast.actor("ben")
    kept = undoing.kept(tickets.assign, ticket, by=ben, now=NOON, assignee_id=ben.id)
    assert kept is not None

    answer = send(sign_in(client, "ada"), "/queue/undo", "/requests", number=str(kept.number), back="/requests/R-1")

    assert answer.status_code == 303
    assert stored(ticket).assignee_id == ben.id
    assert not db.session.scalars(select(Event).where(Event.kind == Kind.UNDONE.value)).all()


@pytest.mark.parametrize(("number", "status"), [("1", 303), ("x", 422)])
def test_what_cannot_be_taken_back_is_said(app: Flask, client: Browser, clock: Any, number: str, status: int) -> None:
    answer = send(sign_in(client, "ben"), "/queue/undo", number=number)

    assert answer.status_code == status


def test_what_was_taken_back_can_be_done_and_taken_back_again(app: Flask, client: Browser, clock: Any) -> None:
    ticket, ben = make.ticket(), sign_in(client, "ben")
    own = f"/requests/R-{ticket.id}"
    for _ in range(2):
        send(ben, f"{own}/assignee", own, assignee="me")
        page = ben.get(own).text
        found = offered(page)
        key = re.search(r'id="undo".*?name="form_key" value="([^"]+)"', page, re.S)
        assert found
        assert key
        send(ben, "/queue/undo", own, number=found[0], back=own, form_key=key[1])
        assert stored(ticket).assignee_id is None
