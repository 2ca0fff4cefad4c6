"""A lead edits a calendar: examples follow the typing, lines come and go, work is watched, and everybody can use it."""

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

LIST = "/settings/calendars"
LOOKED_AT = {1440: HEIGHT, 390: 6000}
"""The phone is as high as these pages: what lies under the bar at its top is a matter of scrolling."""


@pytest.fixture
def dana(page: Page, live: Flask, base_url: str) -> Page:
    """Dana's browser, on a desk with an open request; complaints of the page fail."""
    with live.app_context(), unit_of_work():
        make.ticket(now=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5))
    signed_in_as(page.context, live, base_url, "dana")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_viewport_size({"width": 1440, "height": HEIGHT})
    return page


def worked(live: Flask) -> None:
    with live.app_context():
        while tasks.work(now=datetime.now(UTC).replace(microsecond=0)):
            pass


def open_calendar(page: Page, door: str = "") -> None:
    page.goto(LIST)
    page.get_by_role("link", name="IT hours").click()
    page.wait_for_url(re.compile(r"/settings/calendars/\d+$"))
    if door:
        page.goto(page.url + door)


def test_examples_follow_the_typing(dana: Page) -> None:
    open_calendar(dana)
    expect(dana.locator("#preview")).to_contain_text("Saturday and Sunday")

    dana.get_by_label("Saturday").fill("10:00-14:00")
    dana.get_by_label("Saturday").press("Tab")
    expect(dana.locator("#preview .in-words")).to_contain_text("10:00\u201314:00")
    expect(dana.get_by_label("Sunday")).to_be_focused()
    dana.get_by_label("Sunday").fill("25:00-26:00")
    dana.get_by_label("Sunday").press("Tab")
    expect(dana.locator("#preview .faults")).to_contain_text("Sunday: 25:00 is not a time of day")
    expect(dana.locator("#status")).to_contain_text("Sunday: 25:00 is not a time of day")
    dana.get_by_label("Sunday").fill("")
    dana.get_by_label("For a promise of").fill("soon")
    dana.get_by_label("For a promise of").press("Tab")
    expect(dana.locator("#preview .faults")).to_have_count(0)
    expect(dana.locator("#promise-e")).to_contain_text("“soon” is no length of time")
    dana.get_by_label("For a promise of").fill("3 h")
    dana.get_by_label("For a promise of").press("Tab")
    expect(dana.locator("#promise-e")).to_have_count(0)
    expect(dana.locator("#preview .examples tbody tr").first).to_contain_text("now")

    dana.get_by_label("Monday", exact=True).fill("7-9")
    dana.get_by_role("button", name="Copy Monday to Friday").click()
    expect(dana.get_by_label("Friday", exact=True)).to_have_value("7-9")
    expect(dana.get_by_label("Saturday")).to_have_value("10:00-14:00")
    expect(dana.locator("#preview .in-words")).to_contain_text("07:00\u201309:00")
    expect(dana.get_by_role("button", name="Copy Monday to Friday")).to_be_focused()


def test_lines_come_and_go_and_enter_saves(dana: Page, live: Flask) -> None:
    open_calendar(dana)
    closures = dana.locator("#closures")
    before = closures.locator("[name=closure_date]").count()

    empty = closures.locator("[name=closure_date]").last
    empty.fill("2035-07-04")
    closures.locator("[name=closure_label]").last.fill("Outing")
    closures.get_by_role("button", name="Add a line").click()
    expect(closures.locator("[name=closure_date]")).to_have_count(before + 1)
    expect(closures.locator("[name=closure_date]").last).to_be_focused()
    expect(closures.locator("[name=closure_date]").last).to_have_value("")
    closures.get_by_role("button", name="Remove 2035-07-04").click()
    expect(closures.locator("[name=closure_date]")).to_have_count(before)
    expect(closures.get_by_role("button", name="Remove 2035-07-04")).to_have_count(0)

    closures.locator("[name=closure_date]").last.fill("2035-07-05")
    dana.get_by_label("Why").fill("An outing")
    dana.get_by_label("Why").press("Enter")

    expect(dana.get_by_text("Saved. 1 open request counts by these hours")).to_be_visible()
    expect(dana.locator("#history tbody tr").first).to_contain_text("Thu 5 Jul 2035 closed")
    expect(dana.locator("#works")).to_contain_text("Waiting for its turn.")
    worked(live)
    expect(dana.locator("#works")).to_contain_text("Open requests go on in these hours: 1 request.")
    expect(dana.locator("#works")).not_to_have_attribute("hx-get", re.compile("."))


def test_the_regions_follow_the_country(dana: Page) -> None:
    open_calendar(dana, "/holidays")
    dana.get_by_label("Country").select_option("Germany")
    dana.get_by_label("Region").select_option("Bayern")
    dana.get_by_label("Year").select_option("2030")
    dana.get_by_role("button", name="Show days").click()
    dana.get_by_label("Epiphany").check()
    dana.get_by_role("button", name="Add the ticked days").click()

    expect(dana.get_by_text("1 day added. Saved.")).to_be_visible()
    expect(dana.locator("#history")).to_contain_text("Sun 6 Jan 2030 closed (Epiphany)")


def see_list(page: Page) -> None:
    page.goto(LIST)


def see_calendar(page: Page) -> None:
    open_calendar(page)
    for fold in page.locator(".fold summary").all():
        fold.click()


def see_refusal(page: Page) -> None:
    open_calendar(page)
    page.get_by_label("Monday", exact=True).fill("09:00-13:00, 12:30-17:00")
    page.locator("[name=closure_date]").last.fill("1999-12-31")
    page.locator("[name=opening_date]").last.fill("2035-12-31")
    page.get_by_role("button", name="Save from now on").click()
    page.wait_for_selector(".error-summary")


def see_conflict(page: Page) -> None:
    open_calendar(page)
    page.locator("[name=version]").evaluate("el => { el.value = 'older'; }")
    page.get_by_role("button", name="Save from now on").click()
    page.wait_for_selector(".banner[role=alert]")


def see_work(page: Page) -> None:
    open_calendar(page)
    page.get_by_label("Saturday").fill("10-14")
    page.get_by_role("button", name="Save from now on").click()
    page.wait_for_selector("progress")


def see_another_teams(page: Page) -> None:
    page.goto(LIST)
    page.get_by_role("link", name="HR hours").click()
    page.wait_for_selector(".set--read")


def see_new(page: Page) -> None:
    page.goto(f"{LIST}/new")


def see_holidays(page: Page) -> None:
    open_calendar(page, "/holidays?country=GB&region=ENG&year=2030")


def see_correction_refused(page: Page) -> None:
    open_calendar(page, "/corrections")
    page.get_by_role("button", name="Count these days anew").click()
    page.wait_for_selector(".error-summary")


SEEN = (
    see_list,
    see_calendar,
    see_refusal,
    see_conflict,
    see_work,
    see_another_teams,
    see_new,
    see_holidays,
    see_correction_refused,
)


@pytest.mark.parametrize("sees", SEEN)
def test_everybody_can_use_it(dana: Page, sees: Callable[[Page], None]) -> None:
    sees(dana)

    assert findings(dana, LOOKED_AT) == []
