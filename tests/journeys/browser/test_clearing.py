"""Ten mixed requests cleared from the queue: by keys alone, by thumb on a phone, and without script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Message, Note, Ticket
from internaldesk.tickets import actions
from tests import cast, make
from tests.journeys.browser.conftest import answer_from_copy, listen
from tests.journeys.browser.hands import POINTED, Hand, Keys
from tests.journeys.browser.looking import signed_in_as
from tests.macros.shelf import macro

URGENT, TAKEN, NOTED, MACRO, CANNED, PASSED_ON, ASKED, WAITING, SOLVED, THANKED = range(1, 11)
"""The requests by what becomes of them; the first is the most urgent one nobody has."""


class Left(NamedTuple):
    """How a request was left: where it stands, whose it is, and how much the team said to everybody and to itself."""

    status: Status
    team: str
    assignee: str | None
    replies: int
    notes: int


CLEARED = {
    URGENT: Left(Status.SOLVED, "it", "Ben", 1, 0),
    TAKEN: Left(Status.WAITING, "it", "Ben", 1, 0),
    NOTED: Left(Status.NEW, "it", None, 0, 1),
    MACRO: Left(Status.WAITING, "it", "Ben", 1, 0),
    CANNED: Left(Status.WAITING, "it", "Ben", 1, 0),
    PASSED_ON: Left(Status.NEW, "facilities", None, 0, 1),
    ASKED: Left(Status.APPROVAL, "it", None, 0, 0),
    WAITING: Left(Status.WAITING, "it", None, 0, 0),
    SOLVED: Left(Status.SOLVED, "it", "Ben", 0, 0),
    THANKED: Left(Status.PROGRESS, "it", "Ben", 1, 0),
}


@pytest.fixture
def ten(live: Flask) -> None:
    """Ten requests of Ada's, one of which says thank you, and what IT says again and again."""
    now = datetime.now(UTC).replace(microsecond=0)
    with live.app_context(), unit_of_work():
        for number in CLEARED:
            filed = now - timedelta(hours=3) + number * timedelta(minutes=10)
            ticket = make.ticket(now=filed, summary=f"Request {number} of ten")
        ben, ada = cast.actor("ben"), cast.actor("ada")
        actions.reply(ticket, by=ben, now=now - timedelta(minutes=20), body="It is on its way.", then="progress")
        actions.reply(ticket, by=ada, now=now - timedelta(minutes=10), body="Thank you!")
        macro("VPN: TCP", shortcut="vpn", body="Switch to TCP.", status=Status.WAITING, assign=Assign.ME)
        macro("Password", shortcut="pw", body="Choose a new one.")


@pytest.fixture
def enter_as_ben(
    live: Flask, new_context: Callable[..., BrowserContext], base_url: str, ten: None
) -> Callable[..., Page]:
    def opened(heard: list[str], **kwargs: object) -> Page:
        context = new_context(**kwargs)
        context.route(lambda url: not url.startswith("http://127.0.0.1"), answer_from_copy)
        signed_in_as(context, live, base_url, "ben")
        page = context.new_page()
        listen(page, heard)
        return page

    return opened


def left(live: Flask) -> dict[int, Left]:
    """How they all are in the database, by number."""

    def said(table: type[Message] | type[Note], ticket: Ticket) -> int:
        by_ben = select(func.count()).where(table.ticket_id == ticket.id, table.author_id == cast.person("ben").id)
        return db.session.scalar(by_ben) or 0

    with live.app_context():
        return {
            row.id: Left(
                row.status, row.team.slug, row.assignee and row.assignee.name, said(Message, row), said(Note, row)
            )
            for row in db.session.scalars(select(Ticket).order_by(Ticket.id))
        }


def all_cleared(live: Flask) -> None:
    """Ten are as they were left, nothing was said twice, and no reply is owed to who said thank you."""
    assert left(live) == CLEARED
    with live.app_context():
        states = select(Clock.state).where(Clock.ticket_id == THANKED, Clock.target == "next_response")
        assert [state.value for state in db.session.scalars(states)] == ["cancelled"]
        waiting = db.session.get_one(Ticket, WAITING)
        assert waiting.status_reason == "Until you are back."


def take_and_answer(keys: Keys) -> None:
    """Take next, walk on and back, answer and solve; take and ask; note."""
    page = keys.page
    keys.press("n")
    keys.arrives(rf"/requests/R-{URGENT}$", "Most urgent in IT")
    keys.press("j")
    keys.arrives(rf"/requests/R-(?!{URGENT}$)\d+$")
    keys.press("k")
    keys.arrives(rf"/requests/R-{URGENT}$")
    keys.press("r")
    keys.types("A new cable is in your drawer.")
    keys.tabs_to('button[name="then"][value="solve"]')
    keys.press("Enter")
    keys.arrives(r"/requests/R-\d+", "Sent to Ada.")

    keys.opens(TAKEN)
    keys.press("a")
    expect(page.locator("#edit-assignee")).to_contain_text("You")
    page.wait_for_load_state()
    keys.press("r")
    keys.types("Which floor are you on?")
    keys.press("Control+Enter")
    keys.arrives(r"/requests/R-\d+", "Sent to Ada.")

    keys.opens(NOTED)
    keys.press("o")
    keys.arrives(r"mode=note")
    keys.press("o")
    keys.types("The lamp is under guarantee.")
    keys.press("Control+Enter")
    keys.arrives(r"/requests/R-\d+", "Your note is added.")


def say_the_usual(keys: Keys) -> None:
    """By a macro, and by a canned text at the caret."""
    page = keys.page
    keys.opens(MACRO)
    keys.press("m")
    expect(page.locator("#canned .pick")).to_have_count(2)
    expect(page.locator("#picks-q")).to_be_focused()
    keys.types("vpn")
    expect(page.locator("#canned .pick")).to_have_count(1)
    keys.press("Enter")
    expect(page.get_by_role("button", name="Do it")).to_be_focused()
    keys.press("Enter")
    keys.arrives(r"/requests/R-\d+", "Now: R-")

    keys.opens(CANNED)
    keys.press("r")
    keys.types("Good morning. ;pw")
    expect(page.locator('#canned [role="option"]')).to_have_count(1)
    keys.press("Enter")
    expect(page.locator("#reply textarea")).to_have_value("Good morning. Choose a new one.")
    keys.press("Control+Enter")
    keys.arrives(r"/requests/R-\d+", "Sent to Ada.")


def hand_on(keys: Keys) -> None:
    """To another team, to who approves, to the requester; solved, and no answer needed."""
    keys.opens(PASSED_ON)
    keys.press("t")
    keys.arrives(r"/transfer$")
    keys.tabs_to('select[name="team"]')
    keys.types("Fac")
    keys.tabs_to('[name="reason"]')
    keys.press("Space", "ArrowDown", "ArrowDown")
    keys.tabs_to('[name="body"]')
    keys.types("It is the door, not the reader.")
    keys.press("Control+Enter")
    keys.arrives(r"/queue")

    keys.opens(ASKED)
    keys.tabs_to('#side a[href$="/approvals"]')
    keys.press("Enter")
    keys.arrives(r"/approvals$")
    keys.tabs_to('[name="whom"]')
    keys.press("Space")
    keys.tabs_to('[name="words"]')
    keys.types("A second screen")
    keys.press("Enter")
    keys.arrives(rf"/requests/R-{ASKED}(?![\d/])", "waits until that is decided.")

    for number, key, reason in ((WAITING, "w", "Until you are back."), (SOLVED, "e", "It was unplugged.")):
        keys.opens(number)
        keys.press(key)
        keys.arrives(r"/status\?to=")
        keys.tabs_to('[name="reason"]')
        keys.types(reason)
        keys.press("Enter")
        keys.arrives(rf"/requests/R-{number}(?![\d/])")

    keys.opens(THANKED)
    keys.tabs_to('form[action$="/thanks"] button')
    keys.press("Enter")
    keys.arrives(rf"/requests/R-{THANKED}$", "No answer needed: the next reply is off.")


def test_by_keys_alone(enter_as_ben: Callable[..., Page], live: Flask) -> None:
    heard: list[str] = []
    page = enter_as_ben(heard)
    page.add_init_script(f"({POINTED})()")
    keys = Keys(page)
    page.goto("/queue/due-next")
    keys.arrives(r"/queue/due-next$")

    take_and_answer(keys)
    say_the_usual(keys)
    hand_on(keys)

    assert heard == []
    all_cleared(live)


def clear(hand: Hand) -> None:
    """The same ten by whatever is on the page."""
    page = hand.page
    page.goto("/queue/due-next")
    hand.presses("Take next")
    expect(page).to_have_url(re.compile(rf"/requests/R-{URGENT}$"))
    hand.writes("A new cable is in your drawer.")
    hand.presses("Send and solve")
    hand.sees("Sent to Ada.")

    hand.opens(TAKEN)
    hand.touches(page.locator("#edit-assignee"))
    page.locator("#assignee").select_option(label="Ben")
    hand.presses("Save")
    expect(page.locator("#edit-assignee")).to_contain_text("You")
    hand.writes("Which floor are you on?")
    hand.presses("Send, wait for Ada")
    hand.sees("Sent to Ada.")

    hand.opens(NOTED)
    hand.presses("Internal note", "link")
    hand.writes("The lamp is under guarantee.")
    hand.presses("Add note")
    hand.sees("Your note is added.")

    hand.opens(MACRO)
    hand.presses("Canned text")
    hand.touches(page.locator(".pick__look"))
    hand.presses("Do it")
    hand.sees("Now: R-")

    hand.opens(CANNED)
    hand.writes("Good morning. ")
    hand.presses("Canned text")
    hand.presses("Password Choose a new one.")
    expect(page.locator("#reply textarea")).to_have_value(re.compile(r"^Good morning\.\s+Choose a new one\.$"))
    hand.presses("Send, wait for Ada")
    hand.sees("Sent to Ada.")
    pass_on(hand)


def pass_on(hand: Hand) -> None:
    """To another team, to who approves, to the requester; solved, and no answer needed."""
    page = hand.page
    hand.opens(PASSED_ON)
    hand.touches(page.locator("#edit-transfer"))
    page.locator("#team").select_option("facilities")
    hand.touches(page.get_by_label("It belongs there"))
    page.locator("#side #body, main #body").last.fill("It is the door, not the reader.")
    hand.presses("Hand it over")
    expect(page).to_have_url(re.compile("/queue/due-next"))
    page.wait_for_load_state()

    hand.opens(ASKED)
    hand.touches(page.locator('#side a[href$="/approvals"]'))
    hand.touches(page.get_by_label("manager").first)
    page.locator("#words").fill("A second screen")
    hand.presses("Ask")
    expect(page.get_by_text("A second screen").first).to_be_visible()

    for number, status, reason in (
        (WAITING, "Waiting for requester", "Until you are back."),
        (SOLVED, "Solved", "It was unplugged."),
    ):
        hand.opens(number)
        hand.touches(page.locator("#edit-status"))
        hand.touches(page.get_by_label(status, exact=True))
        page.locator("#reason").fill(reason)
        hand.presses("Save")
        expect(page.locator("#edit-status")).to_contain_text(status)

    hand.opens(THANKED)
    hand.presses("No answer needed")
    hand.sees("No answer needed: the next reply is off.")


def test_by_thumb_on_a_phone(enter_as_ben: Callable[..., Page], live: Flask) -> None:
    heard: list[str] = []
    page = enter_as_ben(heard, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)

    clear(Hand(page, taps=True))

    assert heard == []
    all_cleared(live)


def test_without_script(enter_as_ben: Callable[..., Page], live: Flask) -> None:
    page = enter_as_ben([], java_script_enabled=False)

    clear(Hand(page, taps=False))

    all_cleared(live)
