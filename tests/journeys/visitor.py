"""A person at the desk: opens pages, fills in the forms that are on them and sends these, over whatever carries it."""

import http.client
import http.cookiejar
import io
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from tests import cast

Fields = MultiDict[str, object]
File = tuple[str, bytes]
TICKED = ("checkbox", "radio")
UNSENT = ("submit", "button", "reset", "image", "file")


class Reply(NamedTuple):
    """What came back."""

    status: int
    text: str
    location: str


Carrier = Callable[[str, str, Fields | None], Reply]


class Visitor:
    """Somebody who uses the desk without script."""

    def __init__(self, carry: Carrier) -> None:
        self._carry = carry

    def opens(self, path: str) -> Reply:
        return self._carry("GET", path, None)

    def reads(self, path: str) -> str:
        """A page that is there."""
        reply = self.opens(path)
        assert reply.status == 200, f"{path}: {reply.status}"
        return reply.text

    def fills(self, path: str, to: str, press: str = "", **fields: object) -> Fields:
        """The form for `to` as the page at `path` has it, with these fields filled in and that button pressed."""
        return filled(self.reads(path), to, press, **fields)

    def posts(self, to: str, fields: Fields) -> Reply:
        return self._carry("POST", to, fields)

    def sends(self, path: str, to: str, press: str = "", **fields: object) -> Reply:
        """Fill in a form of a page and send it."""
        return self.posts(to, self.fills(path, to, press, **fields))

    def signs_in(self, name: str) -> Reply:
        return self.sends("/sign-in", "/sign-in", email=cast.email(name), password=cast.PASSWORD)


def filled(page: str, to: str, press: str = "", **fields: object) -> Fields:
    """What a browser would send: everything in the form, overlaid with what is typed; only what the form offers.

    `press` is a button as "name=value". A file is a name and its bytes, several values of a field a list.
    """
    root = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    forms = [form for form in root.iter("form") if form.get("action") == to and form.get("method") == "post"]
    wanted = {*fields, press.partition("=")[0]} - {""}
    fitting = [form for form in forms if wanted <= {node.get("name") for node in form.iter()}]
    assert fitting, f"the page has no form for {to} with {sorted(wanted)}"
    sent = MultiDict(entry for node in fitting[0].iter() for entry in entries(node))
    for name, value in fields.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    if press:
        buttons = {f"{node.get('name')}={node.get('value')}" for node in fitting[0].iter("button")}
        assert press in buttons, f"the form for {to} has no button {press}"
        sent.add(*press.split("=", 1))
    return sent


def entries(node: Element) -> Iterator[tuple[str, object]]:
    """What a control adds to its form untouched."""
    name, kind = node.get("name"), node.get("type", "text")
    if not name:
        return
    if node.tag == "textarea":
        yield name, "".join(node.itertext())
    elif node.tag == "select":
        options = list(node.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib] or options[:1]
        yield from ((name, option.get("value", "")) for option in chosen)
    elif node.tag == "input" and kind not in UNSENT and (kind not in TICKED or "checked" in node.attrib):
        yield name, node.get("value", "")


def through(client: FlaskClient) -> Visitor:
    """Somebody in front of the test client."""

    def carry(method: str, path: str, fields: Fields | None) -> Reply:
        with closing(environ(method, path, fields)) as built:
            answer = client.open(built)
        return Reply(answer.status_code, answer.get_data().decode(errors="replace"), answer.headers.get("Location", ""))

    return Visitor(carry)


def over_http(base: str) -> Visitor:
    """Somebody at the other end of a real connection, with a cookie jar of their own."""
    opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(http.cookiejar.CookieJar()), Unmoved)

    def carry(method: str, path: str, fields: Fields | None) -> Reply:
        with closing(environ(method, path, fields)) as built:
            content = built.get_environ()
        body = content["wsgi.input"].read() if fields is not None else None
        headers = {"Content-Type": content["CONTENT_TYPE"]} if fields is not None else {}
        with opener.open(Request(base + path, data=body, headers=headers, method=method), timeout=60) as answer:
            location = urlsplit(answer.headers.get("Location", ""))._replace(scheme="", netloc="").geturl()
            return Reply(answer.status, answer.read().decode(), location)

    return Visitor(carry)


class Unmoved(HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Hands every answer over as it came: journeys look at redirects and refusals themselves."""

    def http_response(self, _request: Request, response: http.client.HTTPResponse) -> http.client.HTTPResponse:
        return response


def environ(method: str, path: str, fields: Fields | None) -> EnvironBuilder:
    """A request whose form is sent as a browser would: in parts, since it may carry files."""
    if fields is None:
        return EnvironBuilder(path, method=method)
    data = MultiDict((name, upload(value)) for name, value in fields.items(multi=True))
    return EnvironBuilder(path, method=method, data=data, content_type="multipart/form-data")


def upload(value: object) -> object:
    if isinstance(value, tuple):
        name, content = value
        return io.BytesIO(content), name
    return str(value)
