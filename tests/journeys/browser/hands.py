"""How somebody works at the desk: by keys alone, by thumb, or with a mouse where there is no script."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.browser.looking import faults

ROWS = 12
"""Rows that the cursor walks over at most."""
POINTED = """() => ["mousedown", "pointerdown", "touchstart"].forEach((type) =>
    addEventListener(type, () => console.error(`${type}: somebody reached for the mouse`), true))"""
NAMELESS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex]:not([tabindex="-1"])')]
  .filter((el) => el.getClientRects()[0] && el.tabIndex >= 0)
  .filter((el) => ![
      el.getAttribute("aria-label"), el.title, el.alt, ...[...(el.labels ?? [])].map((label) => label.textContent),
      ...(el.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
      el.matches("input, select, textarea") ? "" : el.textContent,
    ].some((words) => words?.trim()))
  .map((el) => el.outerHTML.slice(0, 120))"""


class Keys:
    """Hands that never leave the keyboard; every page they pass is looked at."""

    def __init__(self, page: Page) -> None:
        self.page, self.seen = page, set[str]()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def types(self, words: str) -> None:
        self.page.keyboard.type(words)

    def tabs_to(self, css: str) -> None:
        """Walk on until the focus is there."""
        for _ in range(120):
            self.press("Tab")
            if self.page.evaluate("(css) => document.activeElement.matches(css)", css):
                return
        pytest.fail(f"Tab never came to {css} on {self.page.url}")

    def arrives(self, address: str, words: str = "") -> None:
        """Wait for a page, and look at it where it is the first of its kind."""
        expect(self.page).to_have_url(re.compile(address))
        if words:
            expect(self.page.get_by_text(words).first).to_be_visible()
        self.page.wait_for_load_state()  # the keys work once the script is there
        kind = re.sub(r"\d+", "n", self.page.url.partition("#")[0])
        if kind not in self.seen:
            self.seen.add(kind)
            assert faults(self.page) == []
        assert self.page.evaluate(NAMELESS) == []

    def opens(self, number: int) -> None:
        """From anywhere: the queue, down to its row, and in."""
        self.press("g", "q")
        self.arrives(r"/queue/due-next(#r-\d+)?$")
        row = self.page.locator(f"#r-{number}")
        expect(row).to_have_count(1)
        self.press("j")
        for key in "k" * ROWS + "j" * ROWS:
            if "is-cursor" in (row.get_attribute("class") or ""):
                break
            self.press(key)
        self.press("Enter")
        self.arrives(rf"/requests/R-{number}$")


class Hand:
    """A thumb that taps, or a mouse where there is no script: both press what they can see."""

    def __init__(self, page: Page, *, taps: bool) -> None:
        self.page, self.taps = page, taps

    def touches(self, what: Locator) -> None:
        what.scroll_into_view_if_needed()
        what.tap() if self.taps else what.click()

    def presses(self, name: str, role: str = "button") -> None:
        """What has that name and can be seen; whatever follows is there when this returns."""
        self.touches(self.page.get_by_role(role, name=name).filter(visible=True).first)  # type: ignore[arg-type]
        self.page.wait_for_load_state()

    def opens(self, number: int) -> None:
        self.page.wait_for_load_state()  # what was pressed may still be leading somewhere
        self.page.goto("/queue/due-next")
        self.touches(self.page.locator(f"#r-{number} a"))
        expect(self.page).to_have_url(re.compile(rf"/requests/R-{number}$"))
        self.page.wait_for_load_state()

    def writes(self, words: str) -> None:
        box = self.page.locator("#reply textarea")
        self.touches(box)
        box.fill(words)

    def sees(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()
