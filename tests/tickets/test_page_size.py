"""The agent's page of a request stays small: its bytes, and only the icons that it or what opens in it draws."""

import re
from pathlib import Path

import time_machine
from flask import Flask

from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.tickets import worklist
from tests import make
from tests.browse import sign_in
from tests.make import NOON

TEMPLATES = Path(__file__).parents[2] / "templates"
MOST_BYTES = 20_000  # with little said and next to nothing in the strip beside it
STRIP_BYTES = 4_000
DRAWN_IN = (
    "_flash.html",
    "_work.html",
    *("tickets/_*.html", "macros/_*.html", "queues/_undo.html", "queues/_skip.html"),
    *(f"components/{name}.html" for name in ("button", "composer", "facts", "field", "file", "pill")),
)
ELSEWHERE = {"_home_team", "_log_person", "_log_questions", "_mine", "_my_card", "_my_list", "_opening", "_outlook"}
LITERAL = re.compile(r'icon\("([a-z]+)"|icon="([a-z]+)"|"\w+": "(tri|oct|pause|check|x)"')


def page_of(app: Flask, others: int) -> bytes:
    made = make.ticket(by="ada", now=NOON, assignee="ben", summary="The dock is dead since this morning")
    for number in range(others):
        make.ticket(by="ada", now=NOON, summary=f"Another thing that is broken, number {number}")
    db.session.commit()
    with time_machine.travel(NOON, tick=False):
        return sign_in(app.test_client(), "ben").get(f"/requests/R-{made.id}").data


def test_the_page_of_a_request_stays_within_twenty_kilobytes(app: Flask) -> None:
    data = page_of(app, others=1)

    assert b"Another thing" in data
    assert len(data) <= MOST_BYTES


def test_the_strip_beside_it_costs_little_and_has_an_end(app: Flask) -> None:
    data = page_of(app, others=30)

    assert data.count(b'class="t"') == worklist.STRIP
    assert len(data) <= MOST_BYTES + STRIP_BYTES


def test_every_icon_it_draws_is_on_its_sheet(app: Flask) -> None:
    made = make.ticket(by="ada", now=NOON)
    db.session.commit()
    text = sign_in(app.test_client(), "ben").get(f"/requests/R-{made.id}").text
    sheet = set(re.findall(r'<symbol id="i-([a-z]+)"', text))
    files = [file for pattern in DRAWN_IN for file in TEMPLATES.glob(pattern) if file.stem not in ELSEWHERE]
    drawn = {name for file in files for found in LITERAL.findall(file.read_text(encoding="utf-8")) for name in found}

    assert (drawn | set(history._ICONS.values())) - {""} - sheet == set()
