"""The signed link: one person, one ballot, no sign-in, no agent rights, for two weeks at most."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from itsdangerous import Signer

from internaldesk.approvals import links
from internaldesk.core.approval import State
from internaldesk.core.lifecycle import Status
from internaldesk.db import Base, db
from internaldesk.models.approvals import Ballot
from internaldesk.models.history import Event
from internaldesk.models.tickets import Ticket
from tests import cast, make
from tests.approvals import desk
from tests.approvals.desk import DAY, away, ballot, rounds
from tests.decisions.visit import Visit, link

Enter = Callable[[str | None], Visit]
GONE = "This link is not valid any more."


def state(ticket_id: int) -> tuple[State, Status]:
    db.session.rollback()
    ticket = db.session.get_one(Ticket, ticket_id)
    return rounds(ticket)[-1].state, ticket.status


def contents() -> dict[str, list[str]]:
    db.session.rollback()
    return {
        name: sorted(repr(tuple(row)) for row in db.session.execute(db.select(table)))
        for name, table in Base.metadata.tables.items()
    }


def test_without_signing_in_one_reads_and_decides(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where, number = link(app, ballot(ticket, "max")), ticket.id
    stranger = visit(None)

    page = stranger.get(where).text
    assert ticket.summary in page
    assert "You decide as Max" in page
    assert f'method="post" action="{where}"' in page
    answer = stranger.send(where, decision="approved")

    assert (answer.status_code, answer.location) == (303, where)
    assert state(number) == (State.APPROVED, Status.NEW)
    event = db.session.query(Event).filter_by(ticket_id=number, kind="approved").one()
    assert (event.actor.name, event.data["via"]) == ("Max", "link")


def test_refusing_by_link_takes_a_reason(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where, number, stranger = link(app, ballot(ticket, "max")), ticket.id, visit(None)

    assert stranger.send(where, decision="refused", reason="").status_code == 422
    assert stranger.send(where, decision="refused", reason="Not this year").status_code == 303

    assert state(number) == (State.REFUSED, Status.CLOSED)


def test_looking_writes_nothing_whoever_looks(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where = link(app, ballot(ticket, "max"))
    db.session.commit()
    before = contents()

    for query in ("", "?decision=approved", "?decision=refused&reason=x"):
        assert visit(None).get(where + query).status_code == 200

    assert contents() == before


def test_decided_the_link_says_so_and_shows_nothing_else(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where, stranger, summary = link(app, ballot(ticket, "max")), visit(None), ticket.summary
    stranger.send(where, decision="approved")

    page = stranger.get(where)

    assert page.status_code == 200
    assert "Approved." in page.text
    assert summary not in page.text
    assert 'value="approved"' not in page.text
    again = stranger.client.post(where, data=stranger.form("/sign-in") | {"decision": "refused", "reason": "No"})
    assert again.status_code == 422
    assert summary not in again.text


@pytest.mark.parametrize("ends", ["others", "withdrawn"])
def test_when_the_step_is_over_the_link_is(app: Flask, visit: Enter, lately: datetime, ends: str) -> None:
    ticket = make.ticket(assignee="ben", now=lately, summary="A dock for the meeting room")
    desk.ask(ticket, "max", "fay", by="ben", quorum=1, now=lately)
    where, number = link(app, ballot(ticket, "fay")), ticket.id
    if ends == "others":
        desk.decide(ticket, "max", now=lately)
    else:
        desk.approving.take_back(ticket, by=cast.actor("ben"), now=lately)
    before = rounds(ticket)[-1].state

    page = visit(None).get(where)

    assert "A dock" not in page.text
    assert {"others": "decided by others", "withdrawn": "was withdrawn"}[ends] in page.text
    assert visit(None).send(where, page="/sign-in", decision="refused", reason="No").status_code == 422
    assert state(number)[0] is before


def test_two_weeks_later_one_has_to_sign_in(app: Flask, visit: Enter, lately: datetime) -> None:
    old = desk.waiting(now=lately - timedelta(days=14))
    young = desk.waiting(now=lately - timedelta(days=13))
    number = old.id
    where = link(app, ballot(old, "max"))

    assert visit(None).get(link(app, ballot(young, "max"))).status_code == 200
    for answer in (visit(None).get(where), visit(None).send(where, page="/sign-in", decision="approved")):
        assert answer.status_code == 404
        assert "older than two weeks" in answer.text
    assert visit("max").send(f"/approvals/{ballot(old, 'max').id}", decision="approved").status_code == 303
    assert state(number)[0] is State.APPROVED


def forged(app: Flask, row: Ballot, **changes: object) -> str:
    known = {"ballot": row.id, "person": row.person_id, "nonce": row.nonce, "key": app.config["DESK"].secret_key}
    known |= {"salt": "approval"} | changes
    text = f"{known['ballot']}.{known['person']}.{known['nonce']}"
    return "/approve/" + Signer(str(known["key"]), salt=str(known["salt"])).sign(text).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "guessed" * 8},
        {"salt": "rating"},
        {"nonce": "0" * 24},
        {"nonce": ""},
        {"ballot": 999_999},
        {"ballot": "x"},
        {"ballot": ""},
        {"person": ""},
        {"person": 999_999},
        {"nonce": "a.b"},
    ],
)
def test_a_forged_link_opens_nothing(app: Flask, visit: Enter, ticket: Ticket, changes: dict[str, object]) -> None:
    number, where = ticket.id, forged(app, ballot(ticket, "max"), **changes)

    for answer in (visit(None).get(where), visit(None).send(where, page="/sign-in", decision="approved")):
        assert answer.status_code == 404
        assert GONE in answer.text
    assert state(number)[0] is State.WAITING


@pytest.mark.parametrize("tail", ["x", "%ff", "1.2.3", "." * 40])
def test_rubbish_opens_nothing(visit: Enter, lately: datetime, tail: str) -> None:
    assert visit(None).get(f"/approve/{tail}").status_code == 404


@pytest.mark.parametrize("name", ["dana", "ada", "pia", "root"])
def test_a_link_made_for_somebody_else_opens_nothing(app: Flask, visit: Enter, ticket: Ticket, name: str) -> None:
    where = link(app, ballot(ticket, "max"), cast.person(name).id)

    assert visit(None).get(where).status_code == 404


def test_the_link_of_a_stand_in_is_good_while_they_stand_in(
    app: Flask, visit: Enter, ticket: Ticket, lately: datetime
) -> None:
    row = away("max", "dana", starts=lately - DAY, ends=lately + 2 * DAY)
    where, number = link(app, ballot(ticket, "max"), cast.person("dana").id), ticket.id
    assert "You decide as Dana, standing in for Max" in visit(None).get(where).text

    row.ends_at = lately
    db.session.flush()
    assert visit(None).get(where).status_code == 404

    row.ends_at = lately + 2 * DAY
    db.session.flush()
    assert visit(None).send(where, decision="approved").status_code == 303
    assert state(number)[0] is State.APPROVED
    assert "Approved." in visit(None).get(where).text


def test_who_left_decides_nothing(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where = link(app, ballot(ticket, "max"))
    cast.person("max").active = False
    db.session.flush()

    assert visit(None).get(where).status_code == 404


def test_a_later_step_has_no_link_yet(app: Flask, visit: Enter, lately: datetime) -> None:
    lines = [{"item": "crane", "quantity": 1, "unit": "", "price": "9000.00"}]
    ticket = desk.waiting("purchasing/buy", now=lately, answers={"lines": lines})

    assert visit(None).get(link(app, ballot(ticket, "fay"))).status_code == 404


def test_whoever_is_signed_in_the_link_says_who_decides(app: Flask, visit: Enter, ticket: Ticket) -> None:
    where, number = link(app, ballot(ticket, "max")), ticket.id
    eve = visit("eve")

    assert "You decide as Max" in eve.get(where).text
    assert f"/requests/{ticket.number}" not in eve.get(where).text
    eve.send(where, decision="approved")

    assert db.session.query(Event).filter_by(ticket_id=number, kind="approved").one().actor.name == "Max"


def test_the_word_of_a_token_is_kept_out_of_the_table(app: Flask, ticket: Ticket) -> None:
    row = ballot(ticket, "max")
    token = links.token(row, person_id=row.person_id, key=app.config["DESK"].secret_key)

    assert token.startswith(f"{row.id}.{row.person_id}.{row.nonce}.")
    assert links.behind(token[:-1], key=app.config["DESK"].secret_key) is None
