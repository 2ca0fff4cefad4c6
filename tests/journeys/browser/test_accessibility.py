"""Every page, wide and narrow, light and dark: nothing that axe finds, and nothing wider than the window."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign
from internaldesk.core.rating import Scores
from internaldesk.db import db, unit_of_work
from internaldesk.models.ratings import RatingInvite
from internaldesk.people import actions as people
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, tags
from tests import cast, make
from tests.browse import sign_in
from tests.desks import Fresh
from tests.journeys.browser.conftest import answer_from_copy
from tests.journeys.browser.looking import HEIGHT, faults, findings, too_wide
from tests.macros.shelf import macro
from tests.make import NOON
from tests.quality.story import kept

LOOKED_AT = {1440: HEIGHT, 390: 2400}
"""The phone is as high as its page: where the bar at its foot happens to lie over a button is a matter of scrolling."""
WEEKS = 14

PLANT = """() => {
    const main = document.querySelector("main"), pale = document.createElement("p"), wide = new Image(900, 9);
    pale.append("Hardly to be read");
    pale.style.color = "#ccc";
    wide.style.maxWidth = "none";
    main.append(pale, wide);
}"""


class Numbers(NamedTuple):
    """The requests in the world, by how they stand, and what else has a number or a secret."""

    new: int
    waiting: int
    late: int
    solved: int
    rating: str
    password: str
    macro: int


@pytest.fixture(scope="module", autouse=True)
def live(fresh_sqlite: Fresh) -> Iterator[Flask]:
    """A desk at noon on a Wednesday after fourteen busy weeks, which these tests share: they only look."""
    app = fresh_sqlite()
    with app.app_context():
        yield app


@pytest.fixture(scope="module")
def numbers(live: Flask) -> Numbers:
    with unit_of_work():
        history()
        new = make.ticket(now=NOON - timedelta(minutes=30), summary="The scanner reads nothing", customer_waiting=True)
        waiting = make.ticket(now=NOON - timedelta(hours=2), assignee="ben")
        answer(waiting, "wait", timedelta(hours=1))
        actions.note(waiting, by=cast.actor("ben"), now=NOON, body="Third time this month.")
        late = make.ticket(now=NOON - timedelta(days=5), assignee="chi", summary="Longer than anybody can wait " * 6)
        actions.follow(late, by=cast.actor("ben"), now=NOON, person=cast.email("eve"))
        solved = make.ticket(now=NOON - timedelta(hours=3))
        answer(solved, "solve", timedelta(hours=1))
        invite = invitation(solved.id)
        token = ratings.token(invite.id, invite.nonce, key=live.config["DESK"].secret_key)
        sla.sweep(now=NOON)
        once = people.password_link(cast.person("eve"), now=NOON)
        for name in ("Back to you, with a long name that has to go somewhere", "Canned"):
            doing = macro(name, shortcut=name[:4].lower(), tags=("vpn",), status=Status.WAITING, assign=Assign.ME)
        tags.tag(new, by=cast.actor("ben"), now=NOON, tags=["vpn", "x" * 40])
        told = Numbers(new.id, waiting.id, late.id, solved.id, f"/rate/{token}", f"/password/{once}", doing.id)
    kept(NOON)
    return told


def history() -> None:
    """Four requests a week, answered faster and slower, liked and disliked, some still open."""
    for week in range(1, WEEKS + 1):
        for n, path in enumerate(("it/broken", "facilities/repair", "it/broken", "it/access")):
            filed = NOON - timedelta(weeks=week, hours=n)
            ticket = make.ticket(path, now=filed, summary=f"Something of week {week}")
            by = cast.actor("chi")
            actions.reply(
                ticket, by=by, now=filed + timedelta(minutes=7 * (week + n)), body="We look.", then="progress"
            )
            if n < 3:
                actions.solve(ticket, by=by, now=filed + timedelta(hours=1 + n))
                score = 1 + (week + n) % 5
                scores = Scores(score, score, None, 3)
                ratings.submit(invitation(ticket.id), now=filed + timedelta(hours=5), scores=scores, comment="Well.")


def answer(ticket: make.Ticket, then: str, ago: timedelta) -> None:
    actions.reply(ticket, by=cast.actor("ben"), now=NOON - ago, body="Is it the **red** light?", then=then)


def invitation(ticket_id: int) -> RatingInvite:
    db.session.flush()
    return db.session.query(RatingInvite).filter_by(ticket_id=ticket_id).one()


@pytest.fixture(scope="module")
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture(scope="module")
def pages(browser: Browser, base_url: str, live: Flask, numbers: Numbers, noon: None) -> Callable[[str | None], Page]:
    """The open page of a member of the cast, signed in; of a stranger for None."""
    opened: dict[str | None, Page] = {}

    def page_of(name: str | None) -> Page:
        if name not in opened:
            context = browser.new_context(base_url=base_url, reduced_motion="reduce")
            context.route(lambda url: not url.startswith("http://127.0.0.1"), answer_from_copy)
            context.clock.set_fixed_time(NOON)
            if name:
                client = sign_in(live.test_client(), name)
                cookie = client.get_cookie("desk")
                context.add_cookies([{"name": "desk", "value": cookie.value, "url": base_url}])
            opened[name] = context.new_page()
        return opened[name]

    return page_of


def go(address: str) -> Callable[[Page, Numbers], None]:
    """Open an address; `{new}` and the like stand for numbers."""
    return lambda page, numbers: page.goto(address.format(**numbers._asdict())) and None


def send_empty_form(page: Page, _numbers: Numbers) -> None:
    page.goto("/catalogue/it/broken")
    page.get_by_role("button", name="Send to IT").click()
    page.wait_for_selector(".error-summary")


def send_too_late(page: Page, numbers: Numbers) -> None:
    page.goto(f"/requests/R-{numbers.new}")
    page.locator("[name=version]").first.evaluate("el => { el.value = 0; }")
    page.get_by_label("Reply to Ada").fill("Try another cable.")
    page.locator("#reply").evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    page.wait_for_selector(".conflict")


def choose_filter(page: Page, _numbers: Numbers) -> None:
    page.goto("/queue/due-next")
    page.locator("#chips .chip").first.click()
    page.wait_for_selector("#panel form")


def open_in_place(page: Page, numbers: Numbers) -> None:
    page.goto(f"/requests/R-{numbers.new}")
    page.locator("#edit-assignee").evaluate("el => el.click()")
    page.wait_for_selector(".side form")


def open_account(page: Page, numbers: Numbers) -> None:
    page.goto(f"/requests/R-{numbers.late}")
    page.get_by_text("How this is counted").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".counted section")


def waive_without_reason(page: Page, numbers: Numbers) -> None:
    page.goto(f"/requests/R-{numbers.late}/clock")
    page.locator(".waive summary").first.click()
    page.get_by_role("button", name="Waive").first.click()
    page.wait_for_selector(".error-summary")


def suggest(page: Page, _numbers: Numbers) -> None:
    page.goto("/")
    page.locator("main [name=q]").first.press_sequentially("laptop")
    page.wait_for_selector(".sugg-pop a, .sugg-pop [role=option]", state="attached")


PAGES: dict[str, tuple[str | None, Callable[[Page, Numbers], None]]] = {
    "sign in": (None, go("/sign-in")),
    "set a password": (None, go("{password}")),
    "rate": (None, go("{rating}?s=4")),
    "home": ("ada", go("/")),
    "suggestions": ("ada", suggest),
    "ask": ("ada", go("/ask?summary=screen")),
    "team": ("ada", go("/catalogue/it")),
    "form": ("ada", go("/catalogue/it/broken")),
    "form with order lines": ("ada", go("/catalogue/purchasing/buy")),
    "form with errors": ("ada", send_empty_form),
    "filed": ("ada", go("/requests/R-{new}/filed")),
    "my requests": ("ada", go("/requests")),
    "my requests, none": ("eve", go("/requests?whose=mine")),
    "mine, new": ("ada", go("/requests/R-{new}")),
    "mine, waiting": ("ada", go("/requests/R-{waiting}")),
    "mine, solved": ("ada", go("/requests/R-{solved}")),
    "mine, late": ("ada", go("/requests/R-{late}")),
    "mine, account open": ("ada", open_account),
    "account": ("ada", go("/requests/R-{late}/clock")),
    "search": ("ada", go("/search?q=scanner")),
    "search, nothing": ("ada", go("/search?q=xyzzy")),
    "profile": ("ada", go("/profile")),
    "keyboard": ("ada", go("/help/keyboard")),
    "not found": ("ada", go("/requests/R-999999")),
    "forbidden": ("ada", go("/queue/due-next")),
    "agent, reply": ("ben", go("/requests/R-{waiting}")),
    "agent, note": ("ben", go("/requests/R-{waiting}?mode=note")),
    "agent, solved": ("ben", go("/requests/R-{solved}")),
    "agent, account open": ("ben", open_account),
    "account, without a reason to waive": ("dana", waive_without_reason),
    "edit in place": ("ben", open_in_place),
    **{
        f"edit {what}": ("ben", go(f"/requests/R-{{new}}/{what}"))
        for what in ("status", "assignee", "priority", "transfer", "followers", "tags")
    },
    "canned texts": ("ben", go("/requests/R-{new}/macros")),
    "macros": ("ben", go("/requests/R-{new}/macros?use=run")),
    "macro": ("ben", go("/requests/R-{new}/macros/{macro}")),
    "macro, as a note": ("ben", go("/requests/R-{new}/macros/{macro}?mode=note")),
    "macro, its text": ("ben", go("/requests/R-{new}/macros/{macro}/text")),
    "logging a request": ("ben", go("/log?type=it/broken")),
    "settings of macros": ("dana", go("/settings/macros")),
    "settings of macros, an agent's": ("chi", go("/settings/macros")),
    "settings of a macro": ("dana", go("/settings/macros/{macro}")),
    "removing a macro": ("dana", go("/settings/macros/{macro}/removal")),
    "conflict": ("ben", send_too_late),
    "queue": ("ben", go("/queue/due-next")),
    "queue, late or at risk": ("dana", go("/queue/at-risk")),
    "queue, empty": ("pia", go("/queue/mine")),
    "queue, solved": ("ben", go("/queue/solved-this-week")),
    "queue, filter open": ("ben", choose_filter),
    "queue, filter page": ("ben", go("/queue/due-next/by/team")),
    "service quality": ("max", go("/quality")),
    "service quality, nothing": ("max", go("/quality?team=legal")),
    "who waits for whom": ("max", go("/quality/chain")),
    "how simple it is": ("max", go("/quality/simplicity?type=it/broken")),
    "what to train": ("max", go("/quality/training")),
    "behind a number": ("max", go("/quality/requests?what=rated")),
    "my figures": ("ben", go("/profile/record")),
    "own view": ("max", go("/quality/mirror")),
    "own view, to answer": ("ben", go("/quality/mirror/it")),
    "saying thanks": ("ada", go("/requests/R-{solved}/thank-you")),
}


@pytest.mark.parametrize("what", PAGES)
def test_everybody_can_use_it(pages: Callable[[str | None], Page], numbers: Numbers, what: str) -> None:
    name, opens = PAGES[what]
    page = pages(name)
    page.set_viewport_size({"width": 1440, "height": HEIGHT})

    opens(page, numbers)

    assert findings(page, LOOKED_AT) == []


def test_what_is_planted_is_found(pages: Callable[[str | None], Page]) -> None:
    page = pages(None)
    page.goto("/sign-in")
    page.emulate_media(color_scheme="light")
    page.evaluate(PLANT)

    assert {fault.split(":")[0] for fault in faults(page)} == {"color-contrast", "image-alt"}
    sideways = [fault.split(":")[0] for fault in too_wide(page)]
    assert "320" in sideways
    assert "1920" not in sideways
