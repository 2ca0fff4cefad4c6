"""A real Chromium in front of a served desk, with no network: the CDN's address is answered from our checked copy."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from werkzeug.serving import make_server

from internaldesk.web.assets import HTMX
from tests.desks import Fresh, served

COPY = Path(__file__).resolve().parents[3] / "static" / "vendor" / HTMX.local_name
PATIENCE = 20_000
"""Milliseconds that a page gets to show what is expected: a busy machine is slow, not wrong."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, without the sandbox that root and most containers lack: it sees our pages only."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("There is no Chromium here: run make test, or name one in CHROMIUM.")
    return {**browser_type_launch_args, "executable_path": found, "chromium_sandbox": False}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Without cross-fades: Chromium reports one that is cut short by the next page as an error of the page."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def base_url(fresh_sqlite: Fresh) -> Iterator[str]:
    """Where the desk is served; `page.goto("/queue")` starts from here."""
    server = make_server("127.0.0.1", 0, whole(fresh_sqlite()), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def whole(app: Flask) -> WSGIApplication:
    """The desk with every answer read to its end first: a browser that leaves midway leaves no file open behind it."""

    def answered(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        with served.passed():
            parts = app(environ, start)
            try:
                return [b"".join(parts)]
            finally:
                getattr(parts, "close", lambda: None)()

    return answered


@pytest.fixture(autouse=True)
def live(fresh_sqlite: Fresh) -> Flask:
    """The desk behind the browser, as if nothing had happened to it."""
    return fresh_sqlite()


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A browser that finds htmx where the pages say it is, and nothing else outside."""
    context.route(lambda url: not url.startswith("http://127.0.0.1"), answer_from_copy)
    return context


@pytest.fixture
def enter(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """`enter(viewport=…)` gives the page of somebody with a browser of their own; its console must stay silent."""
    heard: list[str] = []

    def opened(**kwargs: Any) -> Page:
        context = new_context(**kwargs)
        context.route(lambda url: not url.startswith("http://127.0.0.1"), answer_from_copy)
        page = context.new_page()
        listen(page, heard)
        return page

    yield opened
    assert heard == []


def listen(page: Page, heard: list[str]) -> None:
    """Note what a developer would see in red: errors of scripts, refusals of the policy, what did not load."""
    page.on("pageerror", lambda error: heard.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: heard.append(f"{page.url}: {said.text}") if said.type in ("error", "warning") else None,
    )


def answer_from_copy(route: Route) -> None:
    if route.request.url != HTMX.cdn_url:
        route.abort()
        return
    route.fulfill(path=COPY, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})
