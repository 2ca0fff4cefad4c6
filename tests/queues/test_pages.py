"""Pages of a list follow one another without gap or repeat, whatever falls due or was filed at one instant."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from flask import Flask

from internaldesk.db import db
from internaldesk.models.tickets import NEVER
from internaldesk.queues import frame, queries
from internaldesk.queues.scope import Scope
from internaldesk.tickets.worklist import Row
from tests import cast, make
from tests.make import NOON
from tests.queues.test_queries import scope

SIZE = 3
INSTANTS = (
    NOON - timedelta(days=1),
    NOON,
    NOON + timedelta(microseconds=1),
    NOON + timedelta(microseconds=999999),
    NOON + timedelta(hours=1),
    NEVER,
)
LOOKS = [
    {"who": who, "view": view, "sort": sort}
    for who in ("ben", "chi")
    for view in ("due-next", "at-risk", "mine", "transferred-in")
    for sort in ("due", "-due", "filed", "-filed")
]


def crowd(seed: int) -> None:
    """Twelve requests of two teams with few instants between them."""
    dice, ben = Random(seed), cast.person("ben")
    for n in range(12):
        ticket = make.ticket("facilities/repair" if n % 3 == 2 else "it/broken", now=NOON - timedelta(days=2))
        ticket.queue_at, ticket.risk_at = dice.choice(INSTANTS), NOON - timedelta(hours=2)
        ticket.filed_at = ticket.updated_at = dice.choice(INSTANTS[:4])
        ticket.assignee_id, ticket.transferred = (ben.id if dice.random() < 0.7 else None), n % 2
    db.session.flush()


def turn(look: Scope, place: str, back: bool) -> tuple[list[Row], frame.Pages]:
    """The page behind, or in front of, a place as an address has it."""
    at = frame.place(place)
    after, before = (None, at) if back else (at, None)
    rows = queries.rows(look, after=after, before=before, limit=SIZE + 1)
    return frame.pages(rows, look, after=after, before=before)


def linked(url: str, name: str) -> str:
    return url.split(f"{name}=")[1].split("&", maxsplit=1)[0]


@pytest.mark.parametrize("seed", range(3))
def test_pages_lead_through_the_whole_list_and_back(app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(frame, "PAGE", SIZE)
    crowd(seed)
    for given in LOOKS:
        look = scope(columns=["age", "solve"], **given)  # type: ignore[arg-type]  # who and view are words
        whole = [row.id for row in queries.rows(look)]

        shown, pages = turn(look, "", back=False)
        forth, last = [row.id for row in shown], pages
        while last.older:
            shown, last = turn(look, linked(last.older, "after"), back=False)
            forth += [row.id for row in shown]
        back, first = [row.id for row in shown], last
        while first.newer:
            shown, first = turn(look, linked(first.newer, "before"), back=True)
            back = [row.id for row in shown] + back

        assert forth == back == whole, given
        assert sorted(whole) == sorted(set(whole))


def test_a_list_of_what_was_solved_has_pages_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "PAGE", SIZE)
    for n in range(7):
        ticket = make.ticket()
        ticket.status, ticket.is_open = "solved", False  # type: ignore[assignment]  # as the database has it
        ticket.solved_at, ticket.solved_by_id = INSTANTS[n % 2], cast.person("ben").id
    db.session.flush()
    look = scope(view="solved-this-week")

    shown, pages = turn(look, "", back=False)
    found = [row.id for row in shown]
    while pages.older:
        shown, pages = turn(look, linked(pages.older, "after"), back=False)
        found += [row.id for row in shown]

    assert found == [row.id for row in queries.rows(look)]
    assert len(set(found)) == 7


@pytest.mark.parametrize("at", INSTANTS)
def test_a_place_is_read_as_it_was_written(at: datetime) -> None:
    assert frame.place(frame.address((at, 41))) == (at, 41)


@pytest.mark.parametrize("written", ["", "x", "1", "1-", "-1-2", "1.5-2", "99999999999999-1", "1-2-3", "٣-1"])
def test_what_is_no_place_is_none(written: str) -> None:
    assert frame.place(written) is None


def test_a_place_beyond_everything_is_the_end() -> None:
    assert frame.place("999999999999-9999999999999999999") == (NEVER.astimezone(UTC), 2**31 - 1)
