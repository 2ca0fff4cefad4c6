"""Approvals in a real browser, with script and without, signed in and by link; and everybody can use the pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from internaldesk.approvals import holders, links
from internaldesk.db import unit_of_work
from tests import cast, make
from tests.approvals import desk
from tests.journeys.browser.conftest import answer_from_copy
from tests.journeys.browser.looking import HEIGHT, findings, signed_in_as

LOOKED_AT = {1440: HEIGHT, 390: 3600}
LONG = "A fork-lift for the far end of the yard, with a cabin that keeps the rain out " * 2


class World(NamedTuple):
    """What waits for Max, by its addresses."""

    open: str
    open_ticket: int
    asked: str
    asked_ticket: int
    link: str
    refused: int


@pytest.fixture
def world(live: Flask) -> World:
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    with live.app_context(), unit_of_work():
        desk.appoint()
        answers = {"need": "Electric, 1.6 t", "form": "quote", "budget": "24000.00"}
        open_ = desk.waiting("purchasing/quotes", now=now, summary=LONG.strip(), details=LONG, answers=answers)
        asked = make.ticket(by="eve", assignee="ben", now=now)
        desk.ask(asked, "max", "fay", "hugh", by="ben", quorum=2, now=now)
        desk.decide(asked, "fay", now=now, reason="If Max agrees, too")
        refused = desk.waiting("it/hardware", now=now, answers={"price": "480.00"})
        desk.decide(refused, "max", desk.NO, now=now, reason="We have one in the store")
        desk.away("fay", "max", starts=now, ends=now + timedelta(days=9))
        row, claim = desk.ballot(open_, "max"), desk.waiting("finance/expense", now=now, answers={"kind": "new"})
        desk.decide(claim, "max", now=now)
        for about, name in (("4100", "max"), ("4200", "eve"), ("", "boss")):
            holders.enter(role="budget-holder", person_id=cast.person(name).id, about=about, by=None)
        token = links.token(row, person_id=row.person_id, key=live.config["DESK"].secret_key)
        return World(
            open=f"/approvals/{row.id}",
            open_ticket=open_.id,
            asked=f"/approvals/{desk.ballot(asked, 'max').id}",
            asked_ticket=asked.id,
            link=f"/approve/{token}",
            refused=refused.id,
        )


@pytest.fixture
def enter_as(
    live: Flask, new_context: Callable[..., BrowserContext], base_url: str, world: World
) -> Callable[..., Page]:
    """A browser of somebody, or of a stranger; `java_script_enabled=False` switches scripts off."""

    def opened(name: str | None, **kwargs: object) -> Page:
        context = new_context(**kwargs)
        context.route(lambda url: not url.startswith("http://127.0.0.1"), answer_from_copy)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        if name:
            signed_in_as(context, live, base_url, name)
        return page

    return opened


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("way", ["app", "link"])
def test_refusing_without_words_asks_for_them_and_then_tells_the_requester(
    enter_as: Callable[..., Page], world: World, script: bool, way: str
) -> None:
    page = enter_as("max" if way == "app" else None, java_script_enabled=script)
    page.goto(world.open if way == "app" else world.link)
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator(".error-summary")).to_contain_text("Say why you refuse")
    if script:
        expect(page.locator(".error-summary")).to_be_focused()

    page.get_by_label("Your words").fill("Rent one for that week")
    page.get_by_role("button", name="Refuse").click()

    expect(page.get_by_text("You did not approve it; the requester reads why.")).to_be_visible()
    ada = enter_as("ada")
    ada.goto(f"/requests/R-{world.open_ticket}")
    expect(ada.locator("#status-line")).to_have_text("It was not approved.")
    expect(ada.get_by_text("Not approved by Max: Rent one for that week")).to_be_visible()


def test_asked_by_the_team_approved_from_home_and_worked_on(enter_as: Callable[..., Page], world: World) -> None:
    ben = enter_as("ben")
    ben.goto(f"/requests/R-{world.asked_ticket}")
    ben.get_by_role("link", name=re.compile("decides")).click()
    expect(ben.get_by_role("heading", name="Waiting for a decision")).to_be_visible()

    max_ = enter_as("max")
    max_.goto("/")
    max_.get_by_role("link", name="Decide", exact=True).click()
    max_.get_by_role("link", name=re.compile("A monitor")).click()
    expect(max_.get_by_text("If Max agrees, too")).to_be_visible()
    max_.get_by_role("button", name="Approve").click()

    expect(max_.get_by_text("You approved it.").first).to_be_visible()
    ben.reload()
    expect(ben.get_by_role("heading", name="Approved")).to_be_visible()


def empty_question(page: Page, world: World) -> None:
    page.goto(f"/requests/R-{world.asked_ticket}/approvals")
    page.get_by_label("What is to be approved?").fill("")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".error-summary")


def refuse_silently(page: Page, world: World) -> None:
    page.goto(world.open)
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_selector(".error-summary")


def name_nobody(page: Page, _world: World) -> None:
    page.goto("/profile/stand-in")
    page.get_by_role("button", name="Name them").click()
    page.wait_for_selector(".error-summary")


def ask_by_name(page: Page, world: World) -> None:
    page.goto(f"/requests/R-{world.asked_ticket}/approvals")
    expect(page.get_by_label("Names")).to_be_hidden()
    page.get_by_text("Somebody by name", exact=True).click()
    expect(page.get_by_label("Names")).to_be_visible()


def go(address: str) -> Callable[[Page, World], None]:
    """Open an address; `{open}` and the like stand for those of the world."""
    return lambda page, world: page.goto(address.format(**world._asdict())) and None


PAGES: dict[str, tuple[str | None, Callable[[Page, World], None]]] = {
    "what waits": ("max", go("/approvals")),
    "nothing waits": ("eve", go("/approvals")),
    "a decision": ("max", go("{open}")),
    "a decision of several": ("max", go("{asked}")),
    "a decision, refused silently": ("max", refuse_silently),
    "a link": (None, go("{link}")),
    "a link of nothing": (None, go("/approve/x")),
    "asking": ("ben", go("/requests/R-{asked_ticket}/approvals")),
    "asking by name": ("ben", ask_by_name),
    "asking for nothing": ("ben", empty_question),
    "asked by a rule": ("pia", go("/requests/R-{open_ticket}/approvals")),
    "stand-in": ("max", go("/profile/stand-in")),
    "stand-in, away": ("fay", go("/profile/stand-in")),
    "stand-in, nobody": ("max", name_nobody),
    "approvers": ("root", go("/settings/approvers")),
    "the requester waits": ("ada", go("/requests/R-{open_ticket}")),
    "the receipt": ("ada", go("/requests/R-{open_ticket}/filed")),
    "not approved": ("ada", go("/requests/R-{refused}")),
    "a form that needs approval": ("ada", go("/catalogue/it/access")),
    "home": ("max", go("/")),
}


@pytest.mark.parametrize("what", PAGES)
def test_everybody_can_use_it(enter_as: Callable[..., Page], world: World, what: str) -> None:
    name, opens = PAGES[what]
    page = enter_as(name and cast.email(name))
    page.set_viewport_size({"width": 1440, "height": HEIGHT})

    opens(page, world)

    assert findings(page, LOOKED_AT) == []
