"""The queue under the hand of an agent: filters in place, keys, and news that move no row."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from internaldesk.db import db, unit_of_work
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions
from tests import cast, make
from tests.journeys.browser.looking import signed_in_as

ROWS = "tr.row"


@pytest.fixture
def queue(page: Page, live: Flask, base_url: str) -> Page:
    """Ben's queue with two kinds of requests in it; anything the page complains about fails the test."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    with live.app_context(), unit_of_work():
        for path in ("it/access", "it/broken", "it/broken"):
            make.ticket(path, now=now)
    signed_in_as(page.context, live, base_url, "ben")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto("/queue/due-next")
    expect(page.locator(ROWS)).to_have_count(3)
    return page


def test_a_filter_opens_beneath_its_chip_and_changes_the_list_and_the_address(queue: Page) -> None:
    queue.get_by_role("link", name="Type").click()
    expect(queue.get_by_role("heading", name="Type")).to_be_focused()
    queue.get_by_label("Access to a system or folder").check()

    expect(queue.locator(ROWS)).to_have_count(1)
    expect(queue.locator("#chip-type")).to_contain_text("is Access to a system or folder")
    expect(queue).to_have_url(re.compile(r"/queue/due-next\?type=it(%2F|/)access$"))
    expect(queue.get_by_label("Access to a system or folder")).to_be_focused()

    queue.go_back()
    expect(queue.locator(ROWS)).to_have_count(3)


def test_keys_walk_select_and_take(queue: Page, live: Flask) -> None:
    expect(queue.get_by_role("button", name="Assign")).to_be_hidden()
    queue.keyboard.press("j")
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    second = queue.locator(ROWS).nth(1)
    expect(second.get_by_role("checkbox")).to_be_checked()
    expect(queue.get_by_role("button", name="Assign")).to_be_visible()

    queue.keyboard.press("a")

    expect(queue.get_by_text("1 done.")).to_be_visible()
    expect(queue.locator(ROWS).nth(1)).to_contain_text("You")
    queue.wait_for_load_state()  # the keys work once the script is there
    queue.keyboard.press("n")
    expect(queue).to_have_url(re.compile(r"/requests/R-\d+$"))
    expect(queue.locator("main").get_by_text("Most urgent in IT, due by")).to_be_visible()


def test_news_wait_for_a_click_and_rows_change_where_they_stand(queue: Page, live: Flask) -> None:
    first = queue.locator(ROWS).first
    number = (first.get_attribute("id") or "").removeprefix("r-")
    now = datetime.now(UTC).replace(microsecond=0)
    with live.app_context(), unit_of_work():
        chi = cast.actor("chi")
        ticket = db.session.get_one(Ticket, int(number))
        actions.assign(ticket, by=chi, now=now, assignee_id=chi.id)
        make.ticket(now=now)

    queue.evaluate("document.getElementById('poll').dispatchEvent(new Event('desk:poll'))")

    expect(first).to_contain_text("Chi")
    expect(queue.get_by_text("1 new, show")).to_be_visible()
    expect(queue.locator(ROWS)).to_have_count(3)
    queue.get_by_role("link", name="show").click()
    expect(queue.locator(ROWS)).to_have_count(4)
