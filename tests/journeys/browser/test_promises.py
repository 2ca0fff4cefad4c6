"""A lead edits a promise: the preview follows the typing, counts arrive by themselves, and everybody can use it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from internaldesk.db import unit_of_work
from internaldesk.sla import tasks
from tests import make
from tests.journeys.browser.looking import HEIGHT, findings, signed_in_as
from tests.promises import rulebook

LIST = "/settings/promises"
LOOKED_AT = {1440: HEIGHT, 390: 6000}
"""The phone is as high as these pages: what lies under the bar at its top is a matter of scrolling."""
RULE = re.compile(r"/settings/promises/\d+")


@pytest.fixture
def dana(page: Page, live: Flask, base_url: str) -> Page:
    """Dana's browser, on a desk with an open request and a rule for everything else; complaints of the page fail."""
    now = datetime.now(UTC).replace(microsecond=0)
    with live.app_context(), unit_of_work():
        make.ticket(now=now - timedelta(minutes=5), summary="A printer that is heard in the next room")
        rulebook.everything_else(now=now)
    signed_in_as(page.context, live, base_url, "dana")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_viewport_size({"width": 1440, "height": HEIGHT})
    return page


def worked(live: Flask) -> None:
    with live.app_context():
        while tasks.work(now=datetime.now(UTC).replace(microsecond=0)):
            pass


def open_rule(page: Page) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="Something is broken").first.click()
    page.wait_for_url(RULE)


def test_the_preview_follows_the_typing_and_saving_adds_a_version(dana: Page) -> None:
    open_rule(dana)
    first = dana.get_by_label("First reply, medium")
    expect(dana.locator("#preview thead")).to_contain_text("8 h")

    first.press("Control+a")
    first.press_sequentially("1 day")
    expect(dana.locator("#preview thead")).to_contain_text("10 h")
    expect(dana.locator("#read-medium_first_response")).to_have_text("= 10 h")
    expect(first).to_be_focused()
    expect(first).to_have_value("1 day")
    first.press_sequentially("s off")
    expect(dana.locator("#preview .faults")).to_contain_text("First reply for medium: “1 days off” is no length")
    expect(dana.locator("#status")).to_contain_text("First reply for medium: “1 days off” is no length")
    first.fill("1 day")
    expect(dana.locator("#preview .faults")).to_have_count(0)
    dana.get_by_label("Show it for").select_option("Low")
    expect(dana.locator("#preview thead")).to_contain_text("72 h")

    dana.get_by_label("Why it changes").fill("People asked for a day.")
    dana.get_by_role("button", name="Save for new requests").click()

    expect(dana.get_by_text("1 open request keeps the old promise")).to_be_visible()
    newest = dana.locator("#versions tbody tr").first
    expect(newest).to_contain_text("Dana")
    expect(newest).to_contain_text("First reply for medium: 10 h instead of 8 h")
    expect(newest).to_contain_text("People asked for a day.")


def test_counts_arrive_by_themselves_and_then_rest(dana: Page, live: Flask) -> None:
    open_rule(dana)
    dana.get_by_label("Solved, medium").fill("25 h")
    dana.get_by_role("button", name="Try it on last month").click()
    expect(dana.get_by_text("Counting …")).to_be_visible()
    worked(live)
    expect(dana.locator("#trial-result .finding")).to_contain_text("No request of last month")
    expect(dana.locator("#trial-result")).not_to_have_attribute("hx-get", re.compile("."))
    expect(dana.get_by_label("Solved, medium")).to_have_value("25 h")

    dana.get_by_role("button", name="Save for new requests").click()
    dana.get_by_role("button", name="See what applying it would change").click()
    worked(live)
    expect(dana.locator("#open-state")).to_contain_text("1 open request: 1 later.")
    dana.get_by_role("button", name="Apply to 1 open request").click()
    worked(live)
    expect(dana.locator("#open-state")).to_contain_text("Applied to 1 open request; none became overdue.")


def see_list(page: Page, live: Flask) -> None:
    page.goto(f"{LIST}?request=R-1")
    page.wait_for_selector(".verdicts-of")


def see_refusal(page: Page, live: Flask) -> None:
    open_rule(page)
    page.get_by_label("First reply, high").fill("a long time that nobody can read")
    page.locator("#promise").evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    page.wait_for_selector(".error-summary")


def see_conflict(page: Page, live: Flask) -> None:
    open_rule(page)
    page.locator("[name=version]").first.evaluate("el => { el.value = 9999; }")
    page.locator("#promise").evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    page.wait_for_selector(".banner[role=alert]")


def see_counts(page: Page, live: Flask) -> None:
    open_rule(page)
    page.get_by_label("Solved, medium").fill("26 h")
    page.get_by_role("button", name="Save for new requests").click()
    page.get_by_role("button", name="See what applying it would change").click()
    worked(live)
    page.wait_for_selector("#open-state table")


def see_counting(page: Page, live: Flask) -> None:
    open_rule(page)
    page.get_by_role("button", name="Try it on last month").click()
    page.wait_for_selector("progress")


def see_new(page: Page, live: Flask) -> None:
    page.goto(f"{LIST}/new?team=it")


@pytest.mark.parametrize("sees", [see_list, see_refusal, see_conflict, see_counts, see_counting, see_new])
def test_everybody_can_use_it(dana: Page, live: Flask, sees: Callable[[Page, Flask], None]) -> None:
    sees(dana, live)

    assert findings(dana, LOOKED_AT) == []
