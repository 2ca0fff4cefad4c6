"""Whatever goes wrong while somebody writes: the words are there again, and they are said once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import delete, select
from werkzeug.serving import BaseWSGIServer, make_server

from internaldesk.db import db, unit_of_work
from internaldesk.models.people import WebSession
from internaldesk.models.tickets import Draft, Message, Note
from tests import cast, make
from tests.journeys.browser.conftest import whole
from tests.journeys.browser.looking import signed_in_as

WORDS = "Please hold the power button for ten seconds."
OTHER = "Or take another dock from the shelf."


class Server:
    """A desk that can go away and come back at the same address; `deaf` loses its next answer to a form, late."""

    def __init__(self, app: Flask) -> None:
        self.app, self.port, self.deaf = app, 0, False
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.running: BaseWSGIServer = make_server("127.0.0.1", self.port, self.answer, threaded=True)
        self.port = self.running.port
        self.thread = threading.Thread(target=self.running.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.running.shutdown()
        self.thread.join()
        self.running.server_close()

    def answer(self, environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        lost = self.deaf and environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/messages")
        if not lost:
            return list(whole(self.app)(environ, start))
        self.deaf = False
        whole(self.app)(environ, lambda *_: lambda _: None)
        time.sleep(0.6)  # the page says "Loading" by then
        start("502 Bad Gateway", [("Content-Length", "0")])
        return []


@pytest.fixture
def server(live: Flask) -> Iterator[Server]:
    found = Server(live)
    yield found
    found.stop()


@pytest.fixture
def url(live: Flask, server: Server) -> str:
    """The page of a request that Ben may answer."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    with live.app_context(), unit_of_work():
        number = make.ticket(now=now).number
    return f"{server.url}/requests/{number}"


@pytest.fixture
def ben(context: BrowserContext, live: Flask, server: Server) -> BrowserContext:
    """Ben's browser, signed in."""
    signed_in_as(context, live, server.url, "ben")
    return context


def opened(ben: BrowserContext, url: str, mode: str = "reply") -> Page:
    page = ben.new_page()
    page.goto(f"{url}?mode={mode}")
    page.wait_for_load_state()
    page.get_by_label("then").select_option("stay")
    return page


def box(page: Page) -> Locator:
    return page.locator("#reply textarea")


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


def said(live: Flask) -> list[str]:
    with live.app_context():
        return list(db.session.scalars(select(Message.body).order_by(Message.id)))


def kept(live: Flask) -> list[str]:
    with live.app_context():
        return sorted(str(row.words["body"]) for row in db.session.scalars(select(Draft)))


def arrived(live: Flask, words: str) -> None:
    """What is sent as a page goes away may arrive after the next page is asked for."""
    end = time.monotonic() + 20
    while words not in kept(live):
        assert time.monotonic() < end, f"no draft says {words}"
        time.sleep(0.05)


def test_a_server_that_is_away_costs_no_word(ben: BrowserContext, url: str, server: Server, live: Flask) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    server.stop()

    send(page).click()

    expect(page.get_by_role("status")).to_contain_text("Nothing is lost; try again.")
    expect(box(page)).to_have_value(WORDS)
    server.start()
    send(page).click()
    expect(page.locator("#thread")).to_contain_text(WORDS)
    expect(box(page)).to_have_value("")
    assert said(live) == [WORDS]


def test_an_answer_lost_on_its_way_is_not_said_twice(
    ben: BrowserContext, url: str, server: Server, live: Flask
) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    server.deaf = True

    send(page).click()

    expect(page.get_by_role("status")).to_contain_text("try again.")
    assert said(live) == [WORDS]
    expect(box(page)).to_have_value(WORDS)
    send(page).click()
    expect(page.locator("#thread")).to_contain_text(WORDS)
    assert said(live) == [WORDS]


def test_a_tab_that_is_closed_while_typing_comes_back_with_the_words(
    ben: BrowserContext, url: str, live: Flask
) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    page.goto("about:blank")
    page.close()
    arrived(live, WORDS)
    again = ben.new_page()
    again.goto(url)

    expect(box(again)).to_have_value(WORDS)

    again.get_by_label("then").select_option("stay")
    send(again).click()
    expect(again.locator("#thread")).to_contain_text(WORDS)
    assert (said(live), kept(live)) == ([WORDS], [])


def test_a_session_that_ends_while_writing_leaves_the_words(ben: BrowserContext, url: str, live: Flask) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    with live.app_context(), unit_of_work():
        db.session.execute(delete(WebSession))

    send(page).click()

    page.wait_for_url("**/sign-in**")
    page.get_by_label("E-mail").fill(cast.email("ben"))
    page.locator("#password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/requests/R-*")
    expect(box(page)).to_have_value(WORDS)
    page.get_by_label("then").select_option("stay")
    send(page).click()
    expect(page.locator("#thread")).to_contain_text(WORDS)
    assert said(live) == [WORDS]


def test_two_tabs_with_different_words_lose_neither(ben: BrowserContext, url: str, live: Flask) -> None:
    first, second = opened(ben, url), opened(ben, url)
    box(first).fill(WORDS)
    box(second).fill(OTHER)

    send(first).click()
    expect(first.locator("#thread")).to_contain_text(WORDS)
    send(second).click()

    expect(second.get_by_text(OTHER).first).to_be_visible()
    assert said(live) == [WORDS]


def test_a_reply_and_a_note_in_two_tabs_are_two_drafts(ben: BrowserContext, url: str, live: Flask) -> None:
    reply, note = opened(ben, url), opened(ben, url, "note")
    box(reply).fill(WORDS)
    box(note).fill(OTHER)
    expect(reply.locator("[data-saved]")).to_contain_text("Draft saved")
    expect(note.locator("[data-saved]")).to_contain_text("Draft saved")

    assert kept(live) == sorted([WORDS, OTHER])
    note.get_by_role("button", name="Add note").click()
    expect(note.locator("#thread")).to_contain_text(OTHER)
    reply.reload()
    expect(box(reply)).to_have_value(WORDS)
    with live.app_context():
        assert list(db.session.scalars(select(Note.body))) == [OTHER]
    assert said(live) == []


def test_a_double_click_sends_once(ben: BrowserContext, url: str, live: Flask) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)

    send(page).dblclick()

    expect(page.locator("#thread")).to_contain_text(WORDS)
    page.wait_for_load_state()
    assert said(live) == [WORDS]


def test_back_and_send_again_says_it_once(ben: BrowserContext, url: str, live: Flask) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    send(page).click()
    expect(page.locator("#thread")).to_contain_text(WORDS)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    page.go_back()
    page.wait_for_load_state()
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/messages" in answer.url):
        send(page).click()

    expect(page.locator("#thread")).to_contain_text(WORDS)
    assert said(live) == [WORDS]


def test_a_reply_that_is_taken_back_is_in_the_box_again(ben: BrowserContext, url: str, live: Flask) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    send(page).click()
    expect(page.locator("#thread")).to_contain_text(WORDS)
    page.wait_for_load_state()

    page.locator("body").press("z")

    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(box(page)).to_have_value(WORDS)
    expect(page.locator("#thread")).not_to_contain_text(WORDS)


def test_files_are_stored_while_one_writes_and_the_others_stay(
    ben: BrowserContext, url: str, live: Flask, tmp_path: Path
) -> None:
    page = opened(ben, url)
    box(page).fill(WORDS)
    small, large = tmp_path / "log.txt", tmp_path / "film.bin"
    small.write_text("red")
    with large.open("wb") as film:
        film.truncate(20 * 1024 * 1024 + 1)
    with page.expect_response(
        lambda answer: "/draft" in answer.url and "kept_files" in (answer.request.post_data or "")
    ):
        page.locator("#files").set_input_files([small, large])

    lines = page.locator("#reply-kept li")
    expect(lines.filter(has_text="log.txt")).to_contain_text("uploaded")
    expect(lines.filter(has_text="film.bin")).to_contain_text("is larger than 20 MB")
    lines.filter(has_text="film.bin").get_by_role("button", name="Dismiss").click()
    expect(lines).to_have_count(1)
    expect(page.locator("#files")).to_be_focused()
    page.reload()
    expect(lines).to_contain_text("log.txt")
    page.get_by_label("then").select_option("stay")
    send(page).click()

    expect(page.locator("#thread")).to_contain_text("log.txt")
    assert said(live) == [WORDS]
