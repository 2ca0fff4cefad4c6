"""The main job over plain HTTP: file, take, ask back, answer, solve, rate; and the figures that come of it."""

import csv
from datetime import UTC, datetime, timedelta

import html5lib
import time_machine
from flask import Flask
from sqlalchemy import select

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.ratings import Rating
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.tickets.conversation import HELD
from tests import make
from tests.journeys import steps
from tests.journeys.visitor import Visitor, over_http, through
from tests.make import NOON
from tests.quality.story import kept

DAY = "/quality.csv?period=2026-11-18"
WEEK = "/quality.csv?period=1w"


def enter(app: Flask, name: str) -> Visitor:
    """Somebody who signed in on the page."""
    visitor = through(app.test_client())
    sent = visitor.signs_in(name)
    assert (sent.status, sent.location) == (303, "/")
    return visitor


def clock(number: int, target: Target) -> Clock:
    db.session.rollback()
    query = select(Clock).where(Clock.ticket_id == number, Clock.target == target).order_by(Clock.cycle.desc())
    return db.session.scalars(query).first()


def figures(app: Flask, max_: Visitor, address: str) -> dict[str, str]:
    """The last line of the report as a file, once the worker has counted: the whole desk."""
    with app.app_context():
        kept(datetime.now(UTC))
    lines = list(csv.reader(max_.reads(address).splitlines()))
    heads = next(line for line in lines if line[:2] == ["Name", "Team"])
    return dict(zip(heads, lines[-1], strict=True))


def test_from_filing_to_the_figures(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as time:
        ada, ben, max_ = (enter(app, name) for name in ("ada", "ben", "max"))
        before = figures(app, max_, DAY)
        page_before = words(max_.reads("/quality?period=2026-11-18"))

        number = steps.file(ada)
        time.shift(timedelta(minutes=20))
        steps.take(ben, number)
        steps.ask(ben, number)

        waiting = clock(number, Target.RESOLUTION)
        assert (waiting.state, waiting.pause_reason, waiting.due_at) == (ClockState.PAUSED, "requester", None)
        assert waiting.used_seconds == 20 * 60
        assert clock(number, Target.FIRST_RESPONSE).state is ClockState.STOPPED
        assert db.session.get(Ticket, number).queue_at == NEVER

        time.shift(timedelta(hours=1))
        steps.answer(ada, number)

        running = clock(number, Target.RESOLUTION)
        assert (running.state, running.used_seconds) == (ClockState.RUNNING, 20 * 60)
        assert clock(number, Target.NEXT_RESPONSE).state is ClockState.RUNNING
        assert db.session.get(Ticket, number).queue_at < NEVER

        time.shift(timedelta(minutes=10))
        steps.solve(ben, number)
        assert "Solved, is it?" not in ada.reads(f"/requests/R-{number}")
        time.shift(HELD)

        assert db.session.get(Ticket, number).status is Status.SOLVED
        assert clock(number, Target.RESOLUTION).used_seconds == 30 * 60
        assert clock(number, Target.RESOLUTION).breached_at is None

        link = steps.rate(ada, number)
        steps.rate_again(through(app.test_client()), link)

        db.session.rollback()
        rating = db.session.scalars(select(Rating).where(Rating.ticket_id == number)).one()
        assert (rating.attitude, rating.responsiveness, rating.clarity, rating.simplicity) == (5, 4, 2, 4)
        assert rating.comment == "Quick and kind."
        db.session.rollback()

        after = figures(app, max_, DAY)
        assert changed(before, after) == {
            "Requests": ("0", "1"),
            "First replies decided": ("0", "1"),
            "Kept": ("0", "1"),
            "On time": (before["On time"], "1 of 1"),
            "Half within, min": ("", "20"),
            "Nine in ten within, min": ("", "20"),
            "Solved": ("0", "1"),
            "Solved half within, min": ("", "30"),
            "Solved nine in ten, min": ("", "30"),
            "Solutions kept": ("0", "1"),
            "Satisfied": (before["Satisfied"], after["Satisfied"]),
            "Answers": ("0", "1"),
            "Answered of asked": (before["Answered of asked"], "1 of 1"),
            "Promise": (before["Promise"], after["Promise"]),
        }
        assert words(max_.reads("/quality?period=2026-11-18")) != page_before
        assert steps.SUMMARY in max_.reads("/quality/requests?period=2026-11-18&what=rated")
        assert figures(app, max_, WEEK)["Requests"] == "1"

    with time_machine.travel(NOON + timedelta(days=7), tick=False):
        max_ = enter(app, "max")
        assert figures(app, max_, WEEK)["Requests"] == "0"
        assert figures(app, max_, "/quality.csv")["Solved"] == "1"


def test_over_a_real_connection(served: str, unused: Flask) -> None:
    ada, ben, max_ = (over_http(served) for _ in range(3))
    for visitor, name in ((ada, "ada"), (ben, "ben"), (max_, "max")):
        assert visitor.signs_in(name).location == "/"
    month = f"/quality.csv?period={datetime.now(UTC):%Y-%m}"
    before = figures(unused, max_, month)

    number = steps.file(ada)
    steps.take(ben, number)
    steps.ask(ben, number)
    make.told(unused)
    steps.answer(ada, number)
    steps.solve(ben, number)
    make.told(unused)
    link = steps.rate(ada, number)
    steps.rate_again(over_http(served), link)

    after = figures(unused, max_, month)
    assert (before["Solved"], after["Solved"]) == ("0", "1")
    assert (before["Answers"], after["Answers"]) == ("0", "1")


def words(page: str) -> str:
    """What a reader sees of a page, without its tokens."""
    main = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False).find(".//main")
    return " ".join("".join(main.itertext()).split())


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {head: (value, after[head]) for head, value in before.items() if after[head] != value}
