"""Lists in a browser: saved under a name, with columns chosen in place, and honest about how fresh they are."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from internaldesk.core.policy import Actor
from internaldesk.db import db, unit_of_work
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, presence
from tests import cast, make
from tests.journeys.browser.looking import findings, signed_in_as

ROWS = "tr.row"
POLL = "document.getElementById('poll').dispatchEvent(new Event('desk:poll'))"


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def queue(page: Page, live: Flask, base_url: str) -> Page:
    """Ben's queue with more requests in it than the window is high."""
    with live.app_context(), unit_of_work():
        for path in ("it/access", *30 * ["it/broken"]):
            make.ticket(path, now=now() - timedelta(hours=2))
    signed_in_as(page.context, live, base_url, "ben")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto("/queue/due-next")
    expect(page.locator(ROWS)).to_have_count(31)
    return page


def test_a_list_is_shaped_in_place_and_saved(queue: Page) -> None:
    queue.get_by_role("link", name="Type").click()
    queue.get_by_label("Access to a system or folder").check()
    expect(queue.locator(ROWS)).to_have_count(1)
    queue.get_by_role("link", name="Columns").click()
    expect(queue.get_by_role("heading", name="Columns")).to_be_focused()
    queue.get_by_label("Age").check()
    expect(queue.get_by_role("columnheader", name="Age")).to_be_visible()
    expect(queue).to_have_url(re.compile(r"type=it(%2F|/)access.*columns=age"))

    queue.get_by_role("link", name="Save view").click()
    queue.get_by_label("Name").fill("Access by age")
    queue.get_by_label("Who sees it").select_option("Everybody in IT")
    queue.get_by_role("button", name="Save", exact=True).click()

    expect(queue.get_by_role("heading", name="Access by age")).to_be_visible()
    entry = queue.locator(".rail").get_by_role("link", name="Access by age")
    expect(entry).to_have_attribute("aria-current", "page")
    expect(entry).to_contain_text("1")
    expect(queue.get_by_role("columnheader", name="Age")).to_be_visible()
    queue.get_by_role("link", name="Columns").click()
    queue.get_by_role("button", name="Compact").click()
    expect(queue.locator(".tbl--dense")).to_be_visible()
    assert findings(queue, {1440: 900, 390: 1200}) == []


def test_news_keep_focus_and_scroll_and_wait_behind_a_link(queue: Page, live: Flask) -> None:
    order = queue.locator(ROWS).evaluate_all("rows => rows.map(row => row.id)")
    mine, theirs = order[20], order[22]
    queue.locator(f"#{mine} a").focus()
    queue.locator(f"#{mine}").scroll_into_view_if_needed()
    scrolled = queue.evaluate("scrollY")
    assert scrolled > 0
    chi = actor_of(live, "chi")
    with live.app_context(), unit_of_work():
        ticket = db.session.get_one(Ticket, int(theirs.removeprefix("r-")))
        actions.assign(ticket, by=chi, now=now(), assignee_id=chi.id)
        presence.beat(int(order[21].removeprefix("r-")), by=chi, now=now(), mode="reply")
        urgent = make.ticket(now=now() - timedelta(days=4))  # would stand first
        new = urgent.id

    queue.evaluate(POLL)

    expect(queue.locator(f"#{theirs}")).to_contain_text("Chi")
    expect(queue.locator(f"#{order[21]}")).to_contain_text("Chi is writing")
    expect(queue.get_by_text("1 new, show")).to_be_attached()
    assert queue.locator(ROWS).evaluate_all("rows => rows.map(row => row.id)") == order
    assert queue.evaluate("scrollY") == scrolled
    expect(queue.locator(f"#{mine} a")).to_be_focused()
    with queue.expect_response(re.compile("/queue/changes")) as calm:
        queue.evaluate(POLL)
    assert calm.value.status == 204
    queue.get_by_role("link", name="show").click()
    expect(queue.locator(ROWS).first).to_have_id(f"r-{new}")


def test_a_list_says_since_when_it_is_not_fresh_and_recovers(queue: Page, live: Flask) -> None:
    told = queue.locator("#updated")
    expect(told).to_contain_text(re.compile(r"^Updated \d\d:\d\d:\d\d$"))
    queue.route(re.compile("/queue/changes"), lambda route: route.fulfill(status=503, body="away"))
    for _ in range(2):
        expect(told).to_contain_text("Updated")
        with queue.expect_response(re.compile("/queue/changes")):
            queue.evaluate(POLL)

    expect(told).to_contain_text(re.compile(r"^Not updating since \d\d:\d\d$"))

    queue.unroute_all()
    with live.app_context(), unit_of_work():
        make.ticket(now=now())
    queue.evaluate(POLL)
    expect(told).to_contain_text(re.compile(r"^Updated \d\d:\d\d:\d\d$"))
    expect(queue.get_by_text("1 new, show")).to_be_visible()


def actor_of(live: Flask, name: str) -> Actor:
    with live.app_context():
        return cast.actor(name)
