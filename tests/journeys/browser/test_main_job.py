"""The main job in a real browser: with script and keys, without script, and Ada's part on a phone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from internaldesk.web.assets import HTMX
from tests import cast, make
from tests.journeys import steps

Enter = Callable[..., Page]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def signs_in(page: Page, name: str, *, press: bool = False) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(cast.email(name))
    page.locator("#password").fill(cast.PASSWORD)
    if press:
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f", {name.capitalize()}.")
    page.wait_for_load_state()


def files(page: Page) -> str:
    """Ada goes from home to the form, files, and reads what she is promised; gives the number."""
    page.goto("/catalogue/it")
    page.get_by_role("link", name="Something is broken").first.click()
    page.get_by_label("What is it about, in one line?").fill(steps.SUMMARY)
    page.get_by_label("What else should we know?").fill(steps.BROKEN["details"])
    page.locator("[name=device]").fill(steps.BROKEN["device"])
    for name in ("can_work", "affected"):
        page.locator(f"label:has([name={name}][value={steps.BROKEN[name]}])").click()
    page.get_by_role("button", name="Send to IT").click()
    page.wait_for_url("**/filed")
    expect(page.get_by_text("First reply by").first).to_be_visible()
    found = re.search(r"R-\d+", page.url)
    assert found
    return found[0]


def answers(page: Page, number: str) -> None:
    page.goto(f"/requests/{number}")
    expect(page.get_by_text("It is your turn.")).to_be_visible()
    page.get_by_label("Write to IT").fill(steps.ANSWER)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#thread")).to_contain_text(steps.ANSWER)
    expect(page.get_by_text("It is your turn.")).to_have_count(0)


def rates(page: Page, number: str) -> None:
    page.goto(f"/requests/{number}")
    expect(page.get_by_role("heading", name="Solved, is it?")).to_be_visible()
    page.get_by_role("link", name="Rate how it went").click()
    for slug, score in steps.SCORES.items():
        page.locator(f"label:has([name={slug}][value='{score}'])").click()
    page.get_by_label("What could have been better?").fill("Nothing.")
    page.get_by_role("button", name="Send rating").click()
    expect(page.get_by_text("Thank you, your rating is stored.")).to_be_visible()
    page.locator("label:has([name=clarity][value='2'])").click()
    page.get_by_role("button", name="Change my rating").click()
    expect(page.locator("[name=clarity][value='2']")).to_be_checked()


def counts(page: Page) -> None:
    """Max finds the rating behind the figures of this month."""
    today = page.request.get("/livez").headers["date"]
    page.goto(f"/quality/requests?period={month(today)}&what=rated")
    expect(page.get_by_role("main")).to_contain_text(steps.SUMMARY)


def promises(page: Page) -> Locator:
    return page.get_by_role("list", name="Service promises")


def month(date: str) -> str:
    """The month of an HTTP date, as an address says it."""
    _, _, name, year, *_ = date.split()
    return f"{year}-{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split().index(name) + 1:02}"


def test_with_script_and_keys(enter: Enter, live: Flask) -> None:
    ada, ben, max_ = (enter(viewport=WIDE) for _ in range(3))
    signs_in(ada, "ada", press=True)
    assert ada.evaluate("typeof htmx") == "object"
    number = files(ada)

    signs_in(ben, "ben", press=True)
    ben.keyboard.press("g")
    ben.keyboard.press("q")
    ben.wait_for_url("**/queue/due-next")
    expect(ben.get_by_text(steps.SUMMARY)).to_be_visible()
    ben.keyboard.press("n")
    ben.wait_for_url(f"**/requests/{number}")
    expect(ben.locator("main").get_by_text("Most urgent in IT")).to_be_visible()
    ben.keyboard.press("r")
    expect(ben.get_by_label("Reply to Ada")).to_be_focused()
    ben.keyboard.type(steps.QUESTION)
    ben.get_by_label("then").select_option("stay")
    ben.get_by_label("Reply to Ada").focus()
    ben.keyboard.press("Control+Enter")
    expect(ben.locator("#thread")).to_contain_text(steps.QUESTION)
    expect(promises(ben)).to_contain_text("Waiting: Ada")
    expect(ben.get_by_label("Reply to Ada")).to_have_value("")

    make.told(live)
    answers(ada, number)

    ben.goto(f"/requests/{number}")
    ben.keyboard.press("r")
    ben.keyboard.type(steps.SOLUTION)
    ben.get_by_role("button", name="Send and solve").click()
    expect(ben.locator("#thread")).to_contain_text(steps.SOLUTION)

    make.told(live)
    rates(ada, number)
    signs_in(max_, "max")
    counts(max_)


def test_without_script(enter: Enter, live: Flask) -> None:
    ada, ben, max_ = (enter(viewport=WIDE, java_script_enabled=False) for _ in range(3))
    signs_in(ada, "ada")
    number = files(ada)

    signs_in(ben, "ben")
    ben.goto("/queue")
    ben.get_by_role("button", name="Take next").first.click()
    ben.wait_for_url(f"**/requests/{number}")
    ben.get_by_label("Reply to Ada").fill(steps.QUESTION)
    ben.get_by_label("then").select_option("stay")
    ben.get_by_role("button", name="Send, wait for Ada").click()
    expect(promises(ben)).to_contain_text("Waiting: Ada")
    ben.get_by_role("link", name="Internal note").click()
    ben.get_by_label("Internal note").fill("Third time this month.")
    ben.get_by_role("button", name="Add note").click()
    expect(ben.locator("#thread")).to_contain_text("Third time this month.")

    make.told(live)
    answers(ada, number)
    expect(ada.locator("#thread")).not_to_contain_text("Third time this month.")

    ben.goto(f"/requests/{number}")
    ben.get_by_label("Reply to Ada").fill(steps.SOLUTION)
    ben.get_by_role("button", name="Send and solve").click()

    make.told(live)
    rates(ada, number)
    signs_in(max_, "max")
    counts(max_)


def test_on_a_phone(enter: Enter, live: Flask) -> None:
    ada, ben = enter(viewport=PHONE, has_touch=True, is_mobile=True), enter(viewport=PHONE)
    signs_in(ada, "ada")
    number = files(ada)

    signs_in(ben, "ben")
    ben.goto("/queue")
    ben.get_by_role("button", name="Take next").last.click()
    ben.wait_for_url(f"**/requests/{number}")
    ben.get_by_label("Reply to Ada").fill(steps.QUESTION)
    ben.get_by_label("then").select_option("stay")
    ben.get_by_role("button", name="Send, wait for Ada").click()
    expect(ben.locator("#thread")).to_contain_text(steps.QUESTION)
    make.told(live)
    answers(ada, number)
    ben.goto(f"/requests/{number}")
    ben.get_by_label("Reply to Ada").fill(steps.SOLUTION)
    ben.get_by_role("button", name="Send and solve").click()
    expect(ben.locator("#thread")).to_contain_text(steps.SOLUTION)
    make.told(live)
    rates(ada, number)


@pytest.mark.parametrize("what", ["away", "tampered"])
def test_without_the_library_from_outside_everything_still_works(
    context: BrowserContext, page: Page, what: str
) -> None:
    """The browser really checks the hash; a page whose library is refused is a page without script."""

    def spoil(route: Route) -> None:
        if what == "away":
            route.abort()
        else:
            route.fulfill(
                body="window.htmx = {}", content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
            )

    context.route(HTMX.cdn_url, spoil)
    signs_in(page, "ada")
    assert page.evaluate("typeof htmx") == "undefined"
    number = files(page)
    page.goto(f"/requests/{number}")
    page.get_by_label("Write to IT").fill("One more thing.")
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url("**#newest")
    expect(page.locator("#thread")).to_contain_text("One more thing.")
