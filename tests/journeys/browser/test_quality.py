"""A manager reads the report: narrows it, looks behind a number, prints it, by keys alone or without any script."""

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.desks import Fresh
from tests.journeys.browser.hands import Keys
from tests.journeys.browser.looking import HEIGHT, signed_in_as, too_wide
from tests.quality import story

OPEN_ALL = "() => document.querySelectorAll('#dash .panel details').forEach((fold) => { fold.open = true; })"
WORDS = "() => document.querySelector('#dash').innerText"


@pytest.fixture(scope="module", autouse=True)
def live(fresh_sqlite: Fresh) -> Iterator[Flask]:
    """A desk after half a year, on a Tuesday morning, which these tests share: they only look."""
    app = fresh_sqlite()
    with time_machine.travel(story.NOW, tick=True):
        with app.app_context():
            story.told()
        yield app


@pytest.fixture
def report(page: Page, live: Flask, base_url: str) -> Page:
    """Max in front of it; complaints of the page fail."""
    signed_in_as(page.context, live, base_url, "max")
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_viewport_size({"width": 1440, "height": HEIGHT})
    page.goto("/quality")
    return page


def test_a_filter_changes_the_report_and_its_address_and_goes_back(report: Page) -> None:
    whole = report.locator("#dash .d-head .count").inner_text()
    report.evaluate("() => { document.body.dataset.stays = 'yes'; }")

    report.get_by_label("Filters").get_by_text("All teams").click()
    report.get_by_role("checkbox", name="IT", exact=True).check()
    report.get_by_role("button", name="Show", exact=True).filter(visible=True).click()

    expect(report).to_have_url(re.compile(r"/quality\?team=it$"))
    expect(report.locator("#dash .d-head .count")).to_contain_text(re.compile("^IT, 13 weeks"))
    expect(report.locator("body")).to_have_attribute("data-stays", "yes")
    report.go_back()
    expect(report).to_have_url(re.compile("/quality$"))
    expect(report.locator("#dash .d-head .count")).to_have_text(" ".join(whole.split()))


def test_keys_open_the_figures_of_a_chart_and_the_cases_of_a_figure(report: Page) -> None:
    keys = Keys(report)

    keys.tabs_to("figure:has(#h-xmr) summary")
    keys.press("Enter")
    table = report.locator("figure:has(#h-xmr) table")
    expect(table).to_be_visible()
    many = table.locator("tbody tr:last-child td:last-child").inner_text()
    keys.tabs_to("figure:has(#h-xmr) tbody a")
    report.locator("figure:has(#h-xmr) tbody tr:last-child td:last-child a").focus()
    keys.press("Enter")

    expect(report).to_have_url(re.compile(r"/quality/requests\?what=median&week=2026-11-16$"))
    expect(report.locator(".d-head .count")).to_contain_text(re.compile(rf"^{many} promises?, "))
    expect(report.locator("tr.row")).to_have_count(int(many))


def test_no_chart_and_no_table_makes_a_phone_scroll_sideways(report: Page) -> None:
    report.evaluate(OPEN_ALL)

    assert too_wide(report) == []


def test_without_a_script_the_same_report_answers(
    report: Page, new_context: Callable[..., BrowserContext], live: Flask, base_url: str
) -> None:
    bare = new_context(java_script_enabled=False, viewport={"width": 1440, "height": HEIGHT})
    signed_in_as(bare, live, base_url, "max")
    page = bare.new_page()
    page.goto("/quality")
    assert page.locator("#dash").inner_text().replace("Print\n", "") == report.evaluate(WORDS).replace("Print\n", "")

    page.get_by_label("Filters").get_by_text("All teams").click()
    page.get_by_role("checkbox", name="IT", exact=True).check()
    page.get_by_role("button", name="Show", exact=True).filter(visible=True).click()

    expect(page.locator("#dash .d-head .count")).to_contain_text(re.compile("^IT, 13 weeks"))
    expect(page.locator("[data-print]")).to_be_hidden()


def test_paper_has_the_figures_with_their_meaning_and_nothing_to_press(report: Page) -> None:
    expect(report.get_by_text("Printed Tue")).to_be_hidden()

    report.emulate_media(media="print")

    for gone in (".rail", ".filters", ".d-head .btn", "#lines .chip"):
        assert report.locator(gone).filter(visible=True).count() == 0
    expect(report.get_by_text("Printed Tue 24 Nov 2026")).to_contain_text("by Max")
    for meaning in ("On time", "Retargeted", "Margin (±)"):
        expect(report.locator("dt", has_text=meaning).first).to_be_visible()
    cut = "(panels) => panels.filter((el) => getComputedStyle(el).breakInside !== 'avoid').map((el) => el.id)"
    assert report.locator("#dash :is(.panel, .verdicts)").evaluate_all(cut) == ["lines"]
