"""A few clients on loopback: each asks as soon as it was answered, for a number of requests or of seconds."""

import itertools
import json
import math
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from typing import NamedTuple

from werkzeug.test import encode_multipart

from bench.gauge import USAGE

PATIENCE = 300.0
"""Seconds a client waits for one answer."""
_HANDED_OUT = re.compile(r'name="(csrf_token|form_key)" value="([^"]*)"')


class Asking(NamedTuple):
    """What one client does over and over: open one address after the other or, with `fields`, fill in their forms."""

    cookie: str
    paths: Sequence[str]
    fields: dict[str, str] | None = None


class Timing(NamedTuple):
    """What a round came to: operations a second, milliseconds of the median and of nineteen in twenty, and how many."""

    rate: float
    p50: float
    p95: float
    done: int


class Unexpected(RuntimeError):
    """An answer that is not the page that was to be measured."""


@dataclass
class Client:
    """One connection, kept open, and its cookies."""

    port: int
    asking: Asking
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self._keep(self.asking.cookie)

    def act(self, n: int) -> int:
        """Do it the n-th time; returns the bytes of the page."""
        path = self.asking.paths[n % len(self.asking.paths)]
        page = self._open("GET", path, expected=200)
        if self.asking.fields is not None:
            handed = dict(_HANDED_OUT.findall(page.decode()))
            kind, body = encode_multipart({**self.asking.fields, **handed})
            self._open("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={kind}"}, expected=303)
        return len(page)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """One request, whatever comes back: the status and the content; like a browser, a page is asked for again where
        the server let go of a line that was idle for long."""
        try:
            return self._ask(method, path, body, headers or {})
        except (RemoteDisconnected, ConnectionResetError):
            if method != "GET":
                raise
            return self._ask(method, path, body, headers or {})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.line.request(method, path, body, {**headers, "Cookie": cookie})
        answer = self.line.getresponse()
        content = answer.read()
        self._remember(answer)
        return answer.status, content

    def used(self) -> dict[str, float]:
        """What the process at the other end has used so far."""
        found: dict[str, float] = json.loads(self._open("GET", USAGE, expected=200))
        return found

    def close(self) -> None:
        """Hang up."""
        self.line.close()

    def _open(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, *, expected: int
    ) -> bytes:
        status, content = self.ask(method, path, body, headers)
        if status != expected:
            raise Unexpected(f"{method} {path} answered {status}, not {expected}: {content[:200]!r}")
        return content

    def _remember(self, answer: HTTPResponse) -> None:
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self._keep(cookie.partition(";")[0])

    def _keep(self, cookie: str) -> None:
        name, found, value = cookie.partition("=")
        if found:
            self.cookies[name] = value


def drive(clients: Sequence[Client], *, requests: int, seconds: float) -> Timing:
    """All clients at once, until there were so many operations or so many seconds have passed."""
    numbers, start = itertools.count(), time.perf_counter()

    def work(client: Client) -> list[float]:
        taken = []
        while (n := next(numbers)) < requests and (began := time.perf_counter()) - start < seconds:
            client.act(n)
            taken.append(time.perf_counter() - began)
        return taken

    with ThreadPoolExecutor(len(clients)) as pool:
        taken = sorted(itertools.chain.from_iterable(pool.map(work, clients)))
    passed = time.perf_counter() - start
    return Timing(len(taken) / passed, at(taken, 0.5), at(taken, 0.95), len(taken))


def at(taken: Sequence[float], share: float) -> float:
    """Milliseconds within which that share of the operations was done."""
    return taken[math.ceil(len(taken) * share) - 1] * 1000


def best(rounds: Sequence[Timing]) -> Timing:
    """The round that was disturbed least."""
    return max(rounds, key=lambda timing: timing.rate)


def repeated(times: int, measure: Callable[[], float]) -> float:
    """The least of several measurements, which other work on the machine disturbed least."""
    return min(measure() for _ in range(times))
