"""Many at once under the hand of an agent: choose by key and by mouse, see what becomes of them, and take it back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Content
from internaldesk.db import unit_of_work
from internaldesk.macros import actions as macros
from tests import cast, make
from tests.journeys.browser.looking import findings, signed_in_as

SIZES = {1440: 900, 390: 1400}


@pytest.fixture
def queue(page: Page, live: Flask, base_url: str) -> Page:
    """Ben's queue with four requests; anything the page complains about fails the test."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    with live.app_context(), unit_of_work():
        for _ in range(4):
            make.ticket(now=now)
        content = Content(name="Known problem", body="Hi {first name}, we know.", status=Status.WAITING, tags=("dock",))
        macros.write(by=cast.actor("dana"), now=now, team_id=make.team("it").id, content=content)
    signed_in_as(page.context, live, base_url, "ben")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto("/queue/due-next")
    page.wait_for_load_state()
    return page


def rows(page: Page) -> Locator:
    return page.locator("tr.row")


def undo(page: Page) -> Locator:
    return page.locator("#undo")


def test_a_range_is_chosen_by_keys_taken_and_taken_back(queue: Page) -> None:
    for key in ("j", "x", "j", "j", "Shift+X"):
        queue.keyboard.press(key)
    expect(queue.locator('[name="ids"]:checked')).to_have_count(3)

    queue.keyboard.press("a")
    expect(undo(queue)).to_contain_text("3 done.")
    expect(rows(queue).filter(has_text="You")).to_have_count(3)
    assert findings(queue, SIZES) == []

    queue.wait_for_load_state()
    queue.keyboard.press("z")

    expect(queue.get_by_text("3 taken back.")).to_be_visible()
    expect(rows(queue).filter(has_text="You")).to_have_count(0)
    expect(undo(queue)).to_have_count(0)


def test_a_macro_says_what_it_does_to_many_and_the_bar_is_fit_for_all(queue: Page) -> None:
    rows(queue).nth(0).get_by_role("checkbox").check()
    rows(queue).nth(1).get_by_role("checkbox").check()
    assert findings(queue, {1440: 900}) == []
    queue.set_viewport_size({"width": 1440, "height": 900})

    queue.get_by_role("button", name="Macro").click()
    queue.get_by_label("Known problem").check()
    queue.get_by_role("button", name="See what it does").click()

    main = queue.locator("main")
    expect(main).to_contain_text("“Known problem” will be done to 2 requests.")
    expect(main).to_contain_text("Hi Ada, we know.")
    assert findings(queue, SIZES) == []
    queue.get_by_role("button", name="Do it to 2 requests").click()
    expect(undo(queue)).to_contain_text("2 done.")

    queue.wait_for_load_state()
    queue.keyboard.press("z")
    expect(queue.get_by_text("2 taken back.")).to_be_visible()  # nobody was told yet


def test_a_request_offers_to_take_back_by_mouse_and_by_key(queue: Page) -> None:
    rows(queue).first.get_by_role("link").first.click()
    queue.wait_for_load_state()
    queue.keyboard.press("a")
    expect(undo(queue)).to_contain_text("taken.")
    assert findings(queue, SIZES) == []
    queue.set_viewport_size({"width": 1440, "height": 900})

    undo(queue).get_by_role("button").click()
    expect(queue.get_by_text("1 taken back.")).to_be_visible()
    expect(queue.locator("#edit-assignee")).to_contain_text("Nobody yet")

    queue.wait_for_load_state()
    queue.keyboard.press("a")
    expect(undo(queue)).to_be_visible()
    queue.wait_for_load_state()
    queue.keyboard.press("z")
    expect(queue.locator("#edit-assignee")).to_contain_text("Nobody yet")


def test_what_take_next_gave_is_passed_over_by_key(queue: Page) -> None:
    queue.keyboard.press("n")
    expect(queue).to_have_url(re.compile(r"/requests/R-\d+$"))
    first = queue.url
    queue.wait_for_load_state()
    assert findings(queue, {390: 1400}) == []
    queue.set_viewport_size({"width": 1440, "height": 900})
    queue.keyboard.press("s")
    expect(queue.get_by_role("button", name="Not my skill")).to_be_visible()
    assert findings(queue, {1440: 900}) == []
    queue.set_viewport_size({"width": 1440, "height": 900})

    queue.get_by_role("button", name="Not my skill").click()

    expect(queue.locator("main").get_by_text("is passed over for two hours. Most urgent in IT")).to_be_visible()
    assert queue.url != first
