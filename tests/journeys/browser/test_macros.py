"""Canned text under the hand of who writes, and macros by key: at the caret, without losing a letter."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign
from internaldesk.db import db, unit_of_work
from internaldesk.models.macros import Macro
from internaldesk.models.tickets import Ticket
from tests import make
from tests.journeys.browser.conftest import listen
from tests.journeys.browser.looking import faults, signed_in_as
from tests.macros.shelf import macro

VPN = "Switch to TCP, Ada."
PASSWORD = "Choose a new one, Ada."
OPTIONS = '#canned [role="option"]'


@pytest.fixture
def request_page(page: Page, live: Flask, base_url: str) -> Iterator[Page]:
    """Ben's page of a request, with two macros of IT; anything the page complains about fails the test."""
    heard: list[str] = []
    with live.app_context(), unit_of_work():
        make.ticket(now=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
        switch = "Switch to TCP, {first name}."
        macro("VPN: TCP", shortcut="vpn", body=switch, status=Status.WAITING, tags=("vpn",), assign=Assign.ME)
        macro("Password", shortcut="pw", body="Choose a new one, {first name}.")
    signed_in_as(page.context, live, base_url, "ben")
    listen(page, heard)
    page.goto("/requests/R-1")
    page.wait_for_load_state()
    yield page
    page.goto("/help/keyboard")  # what is saved when a page is left needs the desk of this test
    page.wait_for_load_state("networkidle")
    assert heard == []


def box(page: Page) -> Locator:
    return page.locator("#reply textarea")


def write(page: Page, before: str, after: str) -> None:
    """Words around the caret."""
    box(page).fill(before + after)
    box(page).focus()
    box(page).evaluate("(area, at) => area.setSelectionRange(at, at)", len(before))


def test_a_semicolon_puts_a_text_in_at_the_caret(request_page: Page, live: Flask) -> None:
    page = request_page
    write(page, "Good morning. ", "Best wishes")

    page.keyboard.type(";")
    expect(page.locator(OPTIONS)).to_have_count(2)
    expect(box(page)).to_be_focused()
    page.keyboard.type("vp")
    expect(page.locator(OPTIONS)).to_have_count(1)
    expect(box(page)).to_have_attribute("aria-activedescendant", re.compile("pick-"))
    page.keyboard.press("Enter")

    expect(box(page)).to_have_value(f"Good morning. {VPN}Best wishes")
    expect(page.locator("#canned *")).to_have_count(0)
    page.keyboard.type(" Thank you. ")
    expect(box(page)).to_have_value(f"Good morning. {VPN} Thank you. Best wishes")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")
    with live.app_context():
        assert db.session.scalar(select(Macro.uses).where(Macro.shortcut == "vpn")) == 1


def test_undo_takes_it_out_again(request_page: Page) -> None:
    page = request_page
    write(page, "Hello ", "")
    page.keyboard.type(";pw")
    expect(page.locator(OPTIONS)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value(f"Hello {PASSWORD}")

    page.keyboard.press("Control+z")

    expect(box(page)).to_have_value("Hello ;pw")


def test_arrows_choose_another_and_a_click_takes_one(request_page: Page) -> None:
    page = request_page
    write(page, "", "")
    page.keyboard.type(";")
    expect(page.locator(OPTIONS)).to_have_count(2)

    page.keyboard.press("ArrowDown")
    expect(page.locator(OPTIONS).nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator(OPTIONS).nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value(VPN)

    page.keyboard.type("\n;")
    page.locator(OPTIONS).filter(has_text="Password").click()
    expect(box(page)).to_have_value(f"{VPN}\n{PASSWORD}")
    expect(box(page)).to_be_focused()


def test_escape_leaves_the_semicolon_alone(request_page: Page) -> None:
    page = request_page
    write(page, "One ", "")
    page.keyboard.type(";v")
    expect(page.locator(OPTIONS)).to_have_count(1)

    page.keyboard.press("Escape")
    expect(page.locator("#canned *")).to_have_count(0)
    page.keyboard.type("pn two")

    page.wait_for_timeout(400)
    expect(page.locator("#canned *")).to_have_count(0)
    expect(box(page)).to_have_value("One ;vpn two")
    expect(box(page)).to_be_focused()


@pytest.mark.parametrize("typed", ["a;b", "wait ;)", "x; y", "Dear all;"])
def test_a_semicolon_of_the_text_stays_one(request_page: Page, typed: str) -> None:
    page = request_page
    write(page, "", "")

    page.keyboard.type(typed)
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")

    expect(box(page)).to_have_value(f"{typed}\n")
    expect(page.locator("#canned *")).to_have_count(0)


def test_the_button_opens_the_same_list_to_search_in(request_page: Page) -> None:
    page = request_page
    write(page, "Good morning. ", "Best wishes")
    page.get_by_role("button", name="Canned text").click()
    expect(page.get_by_label("Find a canned text")).to_be_focused()

    page.keyboard.type("pass")
    expect(page.locator("#canned .pick")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(box(page)).to_have_value(f"Good morning. {PASSWORD}Best wishes")
    page.get_by_role("button", name="Canned text").click()
    expect(page.get_by_label("Find a canned text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#canned *")).to_have_count(0)
    expect(box(page)).to_be_focused()


def test_m_then_a_number_shows_it_and_enter_does_it(request_page: Page, live: Flask) -> None:
    page = request_page
    page.get_by_label("then").select_option("stay")
    page.locator("h1").click()

    page.keyboard.press("m")
    expect(page.get_by_label("Find a macro")).to_be_focused()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", name="VPN: TCP")).to_be_visible()
    for words in (VPN, "Sets status: Waiting for requester.", "Adds the tag: vpn.", "Gives it to you."):
        expect(page.locator("#canned")).to_contain_text(words)
    expect(page.get_by_role("button", name="Do it")).to_be_focused()
    assert page.locator("#thread").inner_text().count(VPN) == 0
    page.locator("#look-go").select_option("stay")
    page.get_by_role("button", name="Do it").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#thread")).to_contain_text(VPN)
    expect(page.locator("#side")).to_contain_text("Waiting for requester")
    expect(page.locator("#side .tag")).to_have_text(["vpn"])
    with live.app_context():
        ticket = db.session.get_one(Ticket, 1)
        assert (ticket.status, ticket.tag_words) == (Status.WAITING, ("vpn",))


def test_the_text_can_be_changed_first_around_what_is_written(request_page: Page) -> None:
    page = request_page
    write(page, "Good morning.", "Best wishes")
    page.locator("[data-key=m]").click()
    page.get_by_role("link", name="VPN: TCP").click()

    page.get_by_role("button", name="Change text first").click()

    expect(box(page)).to_have_value(f"Good morning.\n\n{VPN}\n\nBest wishes")
    expect(box(page)).to_be_focused()
    expect(page.locator("#canned *")).to_have_count(0)
    expect(page.locator("#reply [name=do]:checked")).to_have_count(3)
    page.get_by_label("Sets status: Waiting for requester.").uncheck()
    page.keyboard.press("Tab")
    box(page).fill("Quite other words.")
    page.get_by_label("then").select_option("stay")
    box(page).press("Control+Enter")
    expect(page.locator("#thread")).to_contain_text("Quite other words.")
    expect(page.locator("#side")).to_contain_text("In progress")
    expect(page.locator("#side .tag")).to_have_text(["vpn"])
    expect(box(page)).to_have_value("")


def test_escape_closes_the_macros_and_goes_back_to_where_they_were_opened(request_page: Page) -> None:
    page = request_page
    page.locator("h1").click()
    page.keyboard.press("m")
    expect(page.get_by_label("Find a macro")).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Password")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("#canned *")).to_have_count(0)
    expect(page.locator("[data-key=m]")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_in_what_opens(request_page: Page, width: int, theme: str) -> None:
    page = request_page
    page.set_viewport_size({"width": width, "height": 1400})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = []

    write(page, "", "")
    page.keyboard.type(";")
    expect(page.locator(OPTIONS)).to_have_count(2)
    found += faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Canned text").click()
    expect(page.locator("#canned .pick")).to_have_count(2)
    found += faults(page)
    page.locator(".pick__look").first.click()
    expect(page.get_by_role("button", name="Do it")).to_be_visible()
    found += faults(page)
    page.get_by_role("button", name="Change text first").click()
    expect(page.locator("#reply [name=do]")).to_have_count(3)
    found += faults(page)

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_without_script_it_is_pages(enter, live: Flask, request_page: Page, base_url: str) -> None:
    """The button of the composer leads to a list, and what was typed is there again afterwards."""
    page = enter(java_script_enabled=False)
    page.context.add_cookies(request_page.context.cookies())
    page.goto("/requests/R-1")
    box(page).fill("What I began.")

    page.get_by_role("button", name="Canned text").click()
    page.get_by_role("button", name="Password").click()
    expect(box(page)).to_have_value(f"What I began.\n\n{PASSWORD}")
    page.get_by_role("link", name="Macro").click()
    page.get_by_role("link", name="VPN: TCP").click()
    expect(page.get_by_text("Sets status: Waiting for requester.")).to_be_visible()
    page.get_by_role("button", name="Change text first").click()
    expect(box(page)).to_have_value(f"What I began.\n\n{PASSWORD}\n\n{VPN}")
    page.get_by_label("then").select_option("stay")
    page.get_by_role("button", name="Send").click()

    expect(page.locator("#thread")).to_contain_text("What I began.")
    expect(page.locator("#side")).to_contain_text("Waiting for requester")
    expect(box(page)).to_have_value("")
