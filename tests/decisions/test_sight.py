"""Approving never shows more of a request than its approver may see: one case per kind, reader and way in."""

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask

from internaldesk.db import db
from internaldesk.models.people import Membership
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, attachments
from internaldesk.tickets.attachments import Upload
from tests import cast
from tests.approvals import desk
from tests.approvals.desk import DAY, away, ballot
from tests.decisions.visit import Visit, link

Enter = Callable[[str | None], Visit]
SUMMARY, DETAILS, OTHER, NAMED = "Summary-canary", "Details-canary", "Other-canary", "Named-canary"
MESSAGE, NOTE, FILE = "Message-canary", "Note-canary", "file-canary.txt"
TALK = (MESSAGE, NOTE, FILE)
FILED = (SUMMARY, DETAILS, OTHER, NAMED)
# The kind of request, its answers (which of them the step names says their word), and who handles it.
KINDS = {
    "ordinary": ("facilities/furniture", {"needs": NAMED, "from": OTHER}, "chi"),
    "team only": ("finance/expense", {"kind": "new", "purpose": NAMED, "claim": OTHER, "amount": "75.00"}, "finn"),
    "case": ("legal/conflict", {"kind": "gift", "who": OTHER, "relation": NAMED, "value": "75.00"}, "lois"),
}  # fmt: skip


def filed(app: Flask, kind: str, now: datetime) -> Ticket:
    """A request that waits, with words, a note and a file of its team."""
    path, answers, agent = KINDS[kind]
    ticket = desk.waiting(path, now=now, summary=SUMMARY, details=DETAILS, answers=answers)
    by, folder = cast.actor(agent), app.config["DESK"].files
    folder.mkdir(parents=True, exist_ok=True)
    kept = attachments.keep(Upload(FILE, io.BytesIO(b"x")), by=by, now=now, folder=folder)
    actions.reply(ticket, by=by, now=now, body=MESSAGE, then="progress", files=[kept.id])
    actions.note(ticket, by=by, now=now, body=NOTE)
    db.session.flush()
    return ticket


def shown(page: str) -> set[str]:
    return {canary for canary in (*FILED, *TALK) if canary in page}


@pytest.fixture(params=[True, False], ids=["overseer", "line manager only"])
def overseer(request: pytest.FixtureRequest, lately: datetime) -> bool:
    """Whether Max, who is asked, may read every ordinary request, or none but his own."""
    if not request.param:
        cast.person("max").manager = False
        db.session.flush()
    return bool(request.param)


TAKES = {"ordinary": set(FILED), "team only": {NAMED}, "case": set()}


@pytest.mark.parametrize("way", ["list", "page", "link", "refused"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("overseer")
def test_who_decides_sees_what_it_takes(app: Flask, visit: Enter, lately: datetime, kind: str, way: str) -> None:
    ticket, expected = filed(app, kind, lately), TAKES[kind]
    row = ballot(ticket, "max")
    page, mail = f"/approvals/{row.id}", link(app, row)

    text = {
        "list": lambda: visit("max").get("/approvals").text,
        "page": lambda: visit("max").get(page).text,
        "link": lambda: visit(None).get(mail).text,
        "refused": lambda: visit(None).send(mail, decision="refused", reason="").text,
    }[way]()

    seen = shown(text)
    assert seen <= expected
    assert seen == (expected if way != "list" else expected & {SUMMARY})
    assert "Ada" in text
    assert ticket.request_type.name in text
    assert ("EUR 75.00" in text) is (kind != "ordinary")


@pytest.mark.parametrize("kind", KINDS)
def test_the_request_itself_opens_only_for_those_who_may_read_it(
    app: Flask, visit: Enter, lately: datetime, kind: str, overseer: bool
) -> None:
    ticket, opens = filed(app, kind, lately), overseer and kind == "ordinary"
    max_, address = visit("max"), f"/requests/{ticket.number}"

    assert (f'href="{address}"' in max_.get(f"/approvals/{ballot(ticket, 'max').id}").text) is opens
    assert (max_.get(address).status_code == 200) is opens
    assert ticket.number not in visit(None).get(link(app, ballot(ticket, "max"))).text
    assert (max_.get(f"{address}/changes?since=0").status_code == 200) is opens
    for part in ("/approvals", "/filed", "/files/1"):
        assert max_.get(address + part).status_code == (200 if opens and part == "/files/1" else 404)


def test_whoever_can_read_it_sees_all_that_was_filed_signed_in_and_less_by_link(
    app: Flask, visit: Enter, lately: datetime
) -> None:
    """Lois leads the cases of Legal and is asked for compliance."""
    ticket = filed(app, "case", lately)
    desk.decide(ticket, "max", now=lately)
    row = ballot(ticket, "lois")

    assert shown(visit("lois").get(f"/approvals/{row.id}").text) == set(FILED)
    assert shown(visit(None).get(link(app, row)).text) == set()


def test_a_stand_in_sees_what_they_may_see_themselves(app: Flask, visit: Enter, lately: datetime) -> None:
    """Lois could read the case; Eve, who stands in for her, cannot."""
    ticket = filed(app, "case", lately)
    desk.decide(ticket, "max", now=lately)
    away("lois", "eve", starts=lately - DAY, ends=lately + 2 * DAY)

    assert shown(visit("eve").get(f"/approvals/{ballot(ticket, 'lois').id}").text) == set()
    assert shown(visit("eve").get("/approvals").text) == set()


def test_the_words_of_the_team_are_shown_to_whom_they_were_written(app: Flask, visit: Enter, lately: datetime) -> None:
    ticket = filed(app, "team only", lately)
    desk.decide(ticket, "max", now=lately)
    desk.ask(ticket, "eve", by="finn", now=lately)

    page = visit("eve").get(f"/approvals/{ballot(ticket, 'eve').id}").text

    assert "A monitor" in page
    assert "Because Finn asked you by name" in page
    assert shown(page) == set()


def test_who_decided_keeps_no_more_sight_than_they_had(app: Flask, visit: Enter, lately: datetime) -> None:
    ticket = filed(app, "team only", lately)
    desk.decide(ticket, "max", now=lately)

    assert shown(visit("max").get("/approvals").text) == set()
    assert shown(visit("max").get(f"/approvals/{ballot(ticket, 'max').id}").text) == {NAMED}


@pytest.mark.parametrize("name", ["hana", "dana", "root", "eve", "ada", "fay"])
def test_nobody_else_learns_of_a_case(app: Flask, visit: Enter, lately: datetime, name: str) -> None:
    ticket = filed(app, "case", lately)
    row = ballot(ticket, "max")

    assert visit(name).get(f"/approvals/{row.id}").status_code == 404
    assert "Nothing waits for you" in visit(name).get("/approvals").text


def test_leading_the_team_lets_one_read_its_requests_here_as_there(app: Flask, visit: Enter, lately: datetime) -> None:
    ticket = filed(app, "team only", lately)
    finn = cast.person("finn")
    assert db.session.query(Membership).filter_by(person_id=finn.id).one()
    desk.decide(ticket, "max", now=lately)
    desk.ask(ticket, "fay", by="finn", now=lately)

    assert shown(visit("fay").get(f"/approvals/{ballot(ticket, 'fay').id}").text) == set(FILED) - {OTHER}
