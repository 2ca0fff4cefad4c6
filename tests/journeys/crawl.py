"""Look at everything a person can reach: links, fragments, forms that only ask, and addresses made up from numbers."""

import contextvars
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests import browse

DOORS = (
    *(
        "/",
        "/requests",
        "/queue",
        "/quality",
        "/quality.csv",
        "/quality.xlsx",
        "/quality/requests",
        "/quality?priority=medium&channel=portal",
        "/quality.csv?what=filed&priority=medium",
        "/quality/chain",
        "/quality/simplicity",
        "/quality/training",
        "/quality/training/new",
        "/quality/definitions",
    ),
    *(f"/quality/{page}.{suffix}" for page in ("chain", "simplicity", "training") for suffix in ("csv", "xlsx")),
    *(
        "/search",
        "/search/suggest",
    ),
    *("/ask", "/people", "/profile", "/help/keyboard", "/settings/macros", "/settings/checklists", "/log"),
    *("/metrics", "/readyz", "/sign-in"),
    *(
        "/profile/record",
        "/profile/record?state=hidden",
        "/profile/record.csv",
        "/quality/mirror",
        "/quality/mirror/it",
    ),
    *("/views", "/approvals", "/profile/stand-in", "/settings/approvers", "/settings/recurring"),
)
PARTS = (
    "",
    "/filed",
    "/changes",
    "/changes?since=0",
    "/assignee",
    "/status",
    "/priority",
    "/transfer",
    "/followers",
    "/approvals",
    "/tags",
    "/macros",
    "/macros?use=run",
    "/help",
    "/help?type=facilities/repair",
    "/steps",
    "/steps/1/removal",
    "/colleagues?q=",
    "/clock",
    "/merge",
    "/merge/undo",
    "/cause",
    "/cause/undo",
    "/linked",
    "/talk",
    "/split",
    "/thank-you",
)
LINK = re.compile(r'\b(?:href|hx-get|src)="([^"]+)"')
ASKING = re.compile(r'<form\b(?![^>]*method="post")[^>]*\baction="([^"]+)"', re.IGNORECASE)
ENOUGH = 3
"""Addresses of one route that are looked at; those of requests all are."""


class Reader(FlaskClient):
    """Looks at what is said and not at how it is marked up, which other tests do and which takes time."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        browse.hand_over()
        return contextvars.Context().run(self._whole, *args, **kwargs)

    def _whole(self, *args: Any, **kwargs: Any) -> TestResponse:
        """An answer with all it has to say: a stream ends in the context it began in."""
        answer = super().open(*args, **kwargs)
        answer.get_data()
        return answer


def everything(client: FlaskClient, *starts: str) -> Iterator[tuple[str, TestResponse]]:
    """Every page to be had from here on, each once, with its address."""
    routes, seen, looked = client.application.url_map.bind(""), set(starts), Counter[str]()
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        yield address, answer
        for found in onward(address, answer):
            route = route_of(routes, found)
            if found in seen or route is None:
                continue
            seen.add(found)
            looked[route] += 1
            if looked[route] <= ENOUGH or found.startswith("/requests/"):
                waiting.append(found)


def text_of(answer: TestResponse) -> str:
    """What somebody reads in an answer; of a workbook its words and cells."""
    if "spreadsheet" not in answer.mimetype:
        return answer.text
    with ZipFile(BytesIO(answer.data)) as book:
        return "".join(book.read(part).decode() for part in sorted(book.namelist()) if part.startswith("xl/"))


def onward(address: str, answer: TestResponse) -> Iterator[str]:
    """Where an answer leads on this desk."""
    if answer.location:
        yield plain(urljoin(address, answer.location))
    if answer.mimetype == "text/html":
        for link in (*LINK.findall(answer.text), *ASKING.findall(answer.text)):
            yield plain(urljoin(address, unescape(link)))


def plain(address: str) -> str:
    """An address without its anchor, in one spelling."""
    parts = urlsplit(address)
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{parts.path}?{query}" if query else parts.path


def route_of(routes: object, address: str) -> str | None:
    """The name of the route that answers it; None for what is not the desk's own or never changes."""
    if not address.startswith("/"):
        return None
    try:
        endpoint, _ = routes.match(urlsplit(address).path, method="GET")  # type: ignore[attr-defined]
    except HTTPException:
        return None
    return None if endpoint == "static" else endpoint


def guesses(numbers: Iterable[int], files: Iterable[int] = ()) -> list[str]:
    """Addresses of requests and of their files that somebody could type without being led there."""
    own = [f"/requests/R-{n}{part}" for n in numbers for part in PARTS]
    return [*own, *(f"/requests/R-{n}/files/{file}" for n in numbers for file in files)]


def searches(words: Iterable[str]) -> list[str]:
    """Every way to ask for words."""
    ways = ("/search?q=", "/search/suggest?q=", "/requests?text=", "/ask?summary=", "/people?q=")
    return [f"{way}{word}" for word in words for way in ways]


def reader(app: Flask, name: str) -> FlaskClient:
    """A member of the cast who only looks."""
    return browse.sign_in(Reader(app, app.response_class), name)
