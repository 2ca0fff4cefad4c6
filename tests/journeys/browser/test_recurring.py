"""The settings of recurring requests in a real browser, and closed requests that can be followed up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from internaldesk.core.recurring import Closed, Rule, Unit
from internaldesk.db import unit_of_work
from internaldesk.tickets import actions
from tests import cast, make
from tests.journeys.browser.looking import HEIGHT, findings, signed_in_as
from tests.recurring.shelf import plan

LOOKED_AT = {1440: HEIGHT, 390: 3200}
PAGES = ("", "/1", "/1/edit")
NEW = "/settings/recurring/new?type=it/broken"


def test_everybody_can_use_the_pages(page: Page, live: Flask, base_url: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with live.app_context(), unit_of_work():
        rule = Rule(Unit.MONTH, date(2026, 1, 1), nth=1, weekday=0, closed=Closed.PREVIOUS)
        plan(rule, now=now, assignee="ben", summary="A check with a title that has to go somewhere " * 3)
    signed_in_as(page.context, live, base_url, "dana")

    found, clean = {}, {rest: [] for rest in PAGES}
    for rest in PAGES:
        page.goto(f"/settings/recurring{rest}")
        found[rest] = findings(page, LOOKED_AT)

    assert found == clean


@pytest.mark.parametrize("who", ["ada", "ben"])
def test_a_closed_request_is_followed_up_with_a_press(page: Page, live: Flask, base_url: str, who: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with live.app_context(), unit_of_work():
        ticket = make.ticket(now=now - timedelta(hours=2))
        actions.solve(ticket, by=cast.actor("ben"), now=now - timedelta(hours=1))
        actions.close(ticket, by=None, now=now)
    signed_in_as(page.context, live, base_url, who)
    page.goto("/requests/R-1")
    assert findings(page, LOOKED_AT) == []

    page.get_by_label("Follow up on R-1").fill("It is black again.")
    page.get_by_role("button", name="Send as a new request").click()

    expect(page).to_have_url(f"{base_url}/requests/R-2")
    expect(page.get_by_text("Sent as R-2, which follows R-1.").first).to_be_visible()
    expect(page.get_by_role("heading", name="Follows up on")).to_be_visible()


def test_only_the_fields_of_the_chosen_rhythm_are_there(page: Page, live: Flask, base_url: str) -> None:
    signed_in_as(page.context, live, base_url, "dana")
    page.goto(NEW)
    page.wait_for_load_state()
    monday, which = page.get_by_label("Monday"), page.get_by_label("Which one")
    expect(monday).to_be_hidden()
    expect(which).to_be_visible()

    page.get_by_label("Weeks").check()

    expect(monday).to_be_visible()
    expect(which).to_be_hidden()
