"""A secret word in every corner of six requests, and all that everybody else can open: it must not be there."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.rating import Scores
from internaldesk.db import db, unit_of_work
from internaldesk.models.people import TeamRole
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Attachment, Ticket
from internaldesk.people import actions as people
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, attachments, tags
from internaldesk.tickets.attachments import Upload
from tests import cast, make
from tests.journeys.crawl import DOORS, everything, guesses, reader, searches, text_of
from tests.make import NOON
from tests.quality.story import kept

pytestmark = pytest.mark.slow

SEEN_BY = {
    "it/broken": {"ada", "ben", "chi", "dana", "max", "root"},
    "hr/pay": {"ada", "hana", "lea"},
    "hr/concern": {"ada", "hana"},
}
HANDLED_BY = {"it/broken": {"ben", "chi", "dana"}, "hr/pay": {"hana", "lea"}, "hr/concern": {"hana"}}
AGENT = {"it/broken": "ben", "hr/pay": "hana", "hr/concern": "hana"}
EVERYBODY = (*cast.NAMES, "lea")
ANSWERS = {
    "it/broken": {"device": "{}", "can_work": "partly", "affected": "one"},
    "hr/pay": {"period": "{}", "trouble": "missing"},
    "hr/concern": {"where": "{}", "stay_anonymous": "no", "safe_contact": "here"},
}
TOKENS = re.compile(r'(name="csrf_token"[^>]*value=|name="csrf-token" content=|name="form_key"[^>]*value=)"[^"]*"')

TIMINGS = re.compile(r"^(# \w+ )?desk_request.*\n", re.MULTILINE)


class Told(NamedTuple):
    """A request full of secrets: its kind, number and files."""

    path: str
    number: int
    files: tuple[int, ...]


def secret(path: str, place: str) -> str:
    """The word that stands in one place of one request, and nowhere else in the world."""
    return f"zx{path.replace('/', '')}{place}"


def lea_joins() -> None:
    """Lea leads HR but is not named for its cases: she sees its queue and its figures."""
    with unit_of_work():
        lea = people.add_person(cast.email("lea"), name="Lea", now=cast.ENTERED)
        people.join(lea, "hr", role=TeamRole.LEAD)


def tell(app: Flask, path: str, *, solved: bool) -> Told:
    """File a request with a secret in every corner; the solved ones are rated with words."""
    ada, agent, at = cast.actor("ada"), cast.actor(AGENT[path]), NOON - timedelta(hours=3)
    known = {name: words.format(secret(path, "answer")) for name, words in ANSWERS[path].items()}

    def upload(place: str, by: str) -> list[int]:
        name, content = f"{secret(path, place)}.txt", secret(path, f"{place}content").encode()
        row = attachments.keep(
            Upload(name, io.BytesIO(content)), by=cast.actor(by), now=at, folder=app.config["DESK"].files
        )
        return [row.id]

    with unit_of_work():
        ticket = make.ticket(
            path,
            now=at,
            summary=secret(path, "summary"),
            details=secret(path, "details"),
            answers=known,
            files=upload("file", "ada"),
        )
        actions.assign(ticket, by=agent, now=at, assignee_id=agent.id)
        tags.tag(ticket, by=agent, now=at, tags=[secret(path, "tag")])
        actions.note(ticket, by=agent, now=at, body=secret(path, "note"), files=upload("notefile", AGENT[path]))
        actions.reply(ticket, by=agent, now=at, body=secret(path, "reply"), then="wait")
        actions.reply(ticket, by=ada, now=at, body=secret(path, "message"), files=upload("late", "ada"))
        if solved:
            rate(ticket, AGENT[path])
        number = ticket.id
    files = db.session.scalars(select(Attachment.id).where(Attachment.ticket_id == number))
    return Told(path, number, tuple(files))


def rate(ticket: Ticket, agent: str) -> None:
    path, at = f"{ticket.team.slug}/{ticket.request_type.slug}", NOON - timedelta(hours=1)
    actions.solve(ticket, by=cast.actor(agent), now=at, reason=secret(path, "reason"))
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=at, scores=Scores(1, None, None, None), comment=secret(path, "comment"))


@pytest.fixture
def told(app: Flask) -> Iterator[list[Told]]:
    """One open and one solved request of every confidentiality, on a Wednesday noon."""
    lea_joins()
    with time_machine.travel(NOON, tick=False):
        found = [tell(app, path, solved=solved) for path in SEEN_BY for solved in (False, True)]
        kept(NOON)
        yield found


def reach(told: list[Told]) -> list[str]:
    """Where a curious person starts: every door, every number, every word."""
    files = [file for one in told for file in one.files]
    words = ["zx", *(secret(path, "") for path in SEEN_BY)]
    lists = [f"/quality/requests?period=2026-11-18&what={what}" for what in ("filed", "open", "solved", "rated", "low")]
    report = [f"{door}?period=2026-11-18" for door in ("/quality", "/quality.csv", "/quality.xlsx")]
    return [*DOORS, *report, *lists, *guesses((one.number for one in told), files), *searches(words)]


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_secret_is_read_by_those_it_was_told_and_by_nobody_else(app: Flask, told: list[Told], name: str) -> None:
    said = {address: text_of(answer) + str(answer.headers) for address, answer in look(app, name, told)}

    for path, readers in SEEN_BY.items():
        leaks = {word for address in said for word in leaked(said[address], path)}
        if name not in readers:
            assert leaks == set(), where(said, leaks)
        else:
            assert {"summary", "details", "answer", "file", "reply", "message"} <= leaks
            assert ({"note", "notefile"} <= leaks) == (name in HANDLED_BY[path]), where(said, leaks)
            assert ("tag" in leaks) == (name in HANDLED_BY[path]), where(said, leaks)


def look(app: Flask, name: str, told: list[Told]) -> Iterator[tuple[str, TestResponse]]:
    yield from everything(reader(app, name), *reach(told))


def leaked(text: str, path: str) -> set[str]:
    """The places whose secrets stand in a text; what somebody typed to search for names no place."""
    return set(re.findall(rf"{secret(path, '')}([a-z]+)", text))


def where(said: dict[str, str], words: set[str]) -> str:
    return "\n".join(f"{address}: {word}" for address, text in said.items() for word in words if f"{word}" in text)


@pytest.mark.parametrize("name", ["eve", "pia", "root", "max", "lea"])
def test_what_is_hidden_answers_like_what_does_not_exist(app: Flask, told: list[Told], name: str) -> None:
    client, missing = reader(app, name), 999
    hidden = [one for one in told if name not in SEEN_BY[one.path]]
    assert hidden

    for one in hidden:
        for there, nowhere in zip(guesses([one.number], one.files), guesses([missing], one.files), strict=True):
            answer, other = client.get(there), client.get(nowhere)
            assert answer.status_code == 404, there
            assert blurred(answer, one.number) == blurred(other, missing), there


def blurred(answer: TestResponse, number: int) -> str:
    """A page without its tokens, its number, and the id of the request that made it."""
    text = TOKENS.sub(r"\1", TIMINGS.sub("", text_of(answer)))
    return re.sub(rf"\bR-{number}\b", "R-n", re.sub(r"\b[0-9a-f]{12}\b", "", text))


@pytest.mark.parametrize("name", ["max", "root", "lea", "eve"])
def test_a_case_changes_nothing_for_those_it_is_hidden_from(app: Flask, name: str) -> None:
    """Two worlds, one with a case in every stage, look the same: no count, no order, no figure tells them apart."""
    lea_joins()
    with time_machine.travel(NOON, tick=False):
        for path in ("it/broken", "hr/pay"):
            tell(app, path, solved=True)
        client = reader(app, name)
        starts = [*DOORS, *reach([])]
        kept(NOON)
        without = snapshot(client, starts)

        for solved in (False, True):
            tell(app, "hr/concern", solved=solved)
        with unit_of_work():
            make.ticket("hr/accommodation", by="ada", now=NOON - timedelta(days=30), answers={"need": "rest"})
            sla.sweep(now=NOON)
        kept(NOON)

        assert snapshot(client, starts) == without


def snapshot(client: FlaskClient, starts: list[str]) -> dict[str, str]:
    return {address: blurred(answer, 0) for address, answer in everything(client, *starts)}
