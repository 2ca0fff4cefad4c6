"""The pages that tie requests together in a real browser: by keyboard, without JavaScript, and looked at by axe."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from internaldesk.checklists import actions as lists
from internaldesk.core.checklists import Spec
from internaldesk.db import unit_of_work
from internaldesk.tickets import actions, causes, helping, merges
from tests import cast, make
from tests.journeys.browser.looking import HEIGHT, findings, signed_in_as

LOOKED_AT = {1440: HEIGHT, 390: 3200}
CAUSE, WAITS, TWICE, PLAIN = (f"/requests/R-{number}" for number in range(1, 5))
PAGES = {
    CAUSE: "Power is out",
    WAITS: "My screen stays black",
    TWICE: "Still black",
    f"{TWICE}/talk": "Still black",
    f"{PLAIN}/merge": "Merge with another request",
    f"{PLAIN}/merge?find=nothing+like+it": "Merge with another request",
    f"{PLAIN}/merge?into=4": "Merge with another request",
    f"{CAUSE}/merge?into=4": "Merge with another request",
    f"{PLAIN}/cause?find=power": "Link to one cause",
    f"{TWICE}/merge/undo": "Undo the merge",
    f"{WAITS}/cause/undo": "Take the link off",
    f"{CAUSE}/linked": "Tell all linked requests",
    f"{PLAIN}/split": "Split off a second matter",
    f"{PLAIN}/help": "Ask another team for help",
    f"{PLAIN}/help?type=facilities/repair": "Ask Facilities: Repair",
    f"{PLAIN}/steps": "Steps of R-4",
}
WRONG = {
    f"{CAUSE}/linked": ("Send to all chosen", "Write something first."),
    f"{PLAIN}/split": ("Split it off", "Choose what it is."),
    f"{PLAIN}/help?type=facilities/repair": ("Ask Facilities", "Three things need fixing"),
    f"{PLAIN}/steps": ("Add it", "Choose a checklist."),
}


@pytest.fixture
def ben(page: Page, live: Flask, base_url: str) -> Page:
    """Ben's browser, on a desk with a cause, what waits for it, a duplicate, one alone, and a part of that."""
    with live.app_context(), unit_of_work():
        tied(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30))
    signed_in_as(page.context, live, base_url, "ben")
    return page


def tied(now: datetime) -> None:
    who = cast.actor("ben")
    asked = (("dana", PAGES[CAUSE]), ("ada", PAGES[WAITS]), ("ada", PAGES[TWICE]), ("eve", "A title " * 20))
    cause, waits, twice, plain = (make.ticket(by=by, summary=summary, now=now) for by, summary in asked)
    causes.link(waits, cause, by=who, now=now)
    actions.note(twice, by=who, now=now, body="The same again")
    merges.merge(twice, waits, by=who, now=now)
    kind = make.request_type("facilities/repair")
    helping.ask(plain, by=who, now=now, request_type=kind, form=make.form(kind), summary="A dead socket")
    kept = lists.write(
        by=cast.actor("dana"), now=now, team_id=plain.team_id, name="Screens", request_type=None, anchor=""
    )
    for name in ("Try another cable", "Order one"):
        kept = lists.put(kept, by=cast.actor("dana"), now=now, spec=Spec(name))


def looked_at(page: Page, address: str, *press: str) -> list[object]:
    page.goto(address)
    for name in press:
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state()
    return [page.locator("h1").inner_text(), findings(page, LOOKED_AT)]


def test_everybody_can_use_the_pages(ben: Page) -> None:
    assert {address: looked_at(ben, address) for address in PAGES} == {at: [h1, []] for at, h1 in PAGES.items()}


@pytest.mark.parametrize("address", WRONG, ids=str)
def test_everybody_can_mend_what_is_wrong(ben: Page, address: str) -> None:
    press, words = WRONG[address]

    assert looked_at(ben, address, press) == [PAGES[address], []]
    expect(ben.get_by_text(words).first).to_be_visible()


@pytest.mark.parametrize("who", ["ada", "dana"])
def test_those_who_asked_see_what_became_of_it(ben: Page, live: Flask, base_url: str, who: str) -> None:
    signed_in_as(ben.context, live, base_url, who)

    address = TWICE if who == "ada" else CAUSE
    assert looked_at(ben, address) == [PAGES[address], []]


def test_what_was_said_on_a_merged_request_is_read_where_it_went(ben: Page) -> None:
    ben.goto(WAITS)
    folded = ben.locator("details.absorbed")
    expect(folded.get_by_text("The same again")).to_have_count(0)

    folded.locator("summary").press("Enter")

    expect(folded.get_by_text("The same again")).to_be_visible()
    expect(ben).to_have_url(ben.url)
    assert findings(ben, LOOKED_AT) == []


def until(page: Page, words: str) -> None:
    """Tab on to what bears these words, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent.trim()"):
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
    raise AssertionError(f"no way to {words} by keyboard")


def test_taken_out_and_merged_again_by_keyboard(ben: Page, base_url: str) -> None:
    heading = ben.get_by_role("heading", level=1)
    ben.goto(TWICE)
    until(ben, "Undo the merge")
    expect(heading).to_have_text("Undo the merge")
    until(ben, "Undo the merge")
    expect(ben.get_by_text("R-3 is on its own again.").first).to_be_visible()

    until(ben, "More")
    until(ben, "Merge with another")
    expect(heading).to_have_text("Merge with another request")
    expect(ben.locator("#find-other")).to_be_focused()
    ben.keyboard.type("black")
    ben.keyboard.press("Enter")
    expect(ben.get_by_role("heading", name="Found")).to_be_visible()
    until(ben, "My screen stays black")
    expect(ben.get_by_role("heading", name="Into R-2: My screen stays black")).to_be_visible()
    until(ben, "Merge R-3 into R-2")

    expect(ben).to_have_url(f"{base_url}{WAITS}")
    expect(ben.get_by_text("R-3 is merged into this one.")).to_be_visible()


def test_what_others_work_on_is_not_merged_and_says_why(ben: Page) -> None:
    assert looked_at(ben, f"{PLAIN}/merge?into=1") == ["Merge with another request", []]
    expect(ben.get_by_text("R-4 still waits for Facilities (R-5).")).to_be_visible()


def test_all_of_it_without_javascript(live: Flask, base_url: str, new_context: Callable[..., BrowserContext]) -> None:
    with live.app_context(), unit_of_work():
        tied(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30))
    context = new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    signed_in_as(context, live, base_url, "ben")
    page = context.new_page()

    page.goto(f"{PLAIN}/steps")
    page.get_by_label("Checklist", exact=True).select_option(label="Screens")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="Try another cable is done").click()
    expect(page.get_by_role("button", name="Try another cable is done")).to_have_attribute("aria-pressed", "true")
    for name, press in (("Leave out Order one", "Leave it out"), ("Withdraw A dead socket", "Withdraw it")):
        page.goto(f"{PLAIN}/steps")
        page.get_by_role("link", name=name).click()
        page.get_by_label("Why?").fill("Found one")
        page.get_by_role("button", name=press).click()

    page.goto(f"{PLAIN}/merge?into=1")
    page.get_by_role("button", name="Merge R-4 into R-1").click()
    expect(page).to_have_url(f"{base_url}{CAUSE}")
    page.locator("details.absorbed summary").click()
    page.get_by_role("link", name="What was said on R-4").click()
    expect(page.get_by_text("merged it into")).to_be_visible()

    page.goto(f"{CAUSE}/linked")
    page.get_by_label("What should everybody read?").fill("Power is back.")
    page.get_by_label("Tell them and solve those chosen").check()
    page.get_by_role("button", name="Send to all chosen").click()
    expect(page.get_by_text("2 linked requests told.")).to_be_visible()
