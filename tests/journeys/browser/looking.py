"""What every page is looked at for: nothing that axe finds, and nothing wider than the window."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.browse import sign_in

HEIGHT = 900
WIDTHS = (320, 390, 768, 1024, 1280, 1920)
THEMES = ("light", "dark")
FAULTS = {"resultTypes": ["violations"]}
RULES = FAULTS | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
IN_THE_DARK = FAULTS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""A theme changes colours only."""
TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    const over = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > room + 1);
    return [document.documentElement.scrollWidth - innerWidth, over.slice(-3).map((el) => el.outerHTML.slice(0, 90))];
}"""


def signed_in_as(context: BrowserContext, live: Flask, base_url: str, name: str) -> None:
    """Give a browser the session of `name` without the sign-in form."""
    cookie = sign_in(live.test_client(), name).get_cookie("desk")
    assert cookie is not None
    context.add_cookies([{"name": "desk", "value": cookie.value, "url": base_url}])


def findings(page: Page, sizes: Mapping[int, int]) -> list[str]:
    """What is wrong with the open page at these widths (each with its height), in both themes, and at every width.

    The phone may be as high as its page: where the bar at its foot happens to lie is a matter of scrolling.
    """
    page.wait_for_load_state()  # what is to be seen may be there before its style sheets
    found = []
    for width, height in sizes.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            rules = RULES if theme == THEMES[0] else IN_THE_DARK
            found += [f"{width} {theme}: {fault}" for fault in faults(page, rules)]
    return found + too_wide(page)


def faults(page: Page, rules: Mapping[str, Any] = RULES) -> list[str]:
    """What axe finds, in a line each."""
    result = Axe().run(page, options=dict(rules)).response
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """The widths at which one would have to scroll sideways, and for what."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        over, which = page.evaluate(TOO_WIDE)
        found += [f"{width}: {over} px too wide, {which}"] if over > 0 else []
    return found
