"""A busy office on loopback: thirty agents whose lists ask for news, eight who work, and people who file."""

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from http.client import HTTPException
from typing import Any

from werkzeug.test import encode_multipart

from bench import servers
from bench.cases import cases
from bench.databases import SEED, Desk, Say
from bench.load import Asking, Client, at

POLLING, WORKING, FILED_A_MINUTE = 30, 8, 20
EVERY = 30.0
"""Seconds between two questions of a list for news."""
THINKING = 5.0
"""Seconds a working agent needs between two pages."""
LIST = "/queue/due-next"
_POLL = re.compile(r'id="poll"[^>]*hx-get="([^"]+)"')
_ROW = re.compile(r"href=/requests/R-(\d+)")
_HIDDEN = re.compile(r'name="(csrf_token|form_key|version)" value="([^"]*)"')
_FIRST_ERROR = 400


class Watch:
    """What everybody's pages took, by kind, and what was refused."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}
        self.refused: list[str] = []
        self._lock = threading.Lock()

    def ask(self, client: Client, kind: str, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        """One request of a browser; nothing where it was refused, which is noted."""
        content, headers = None, {"HX-Request": "true"} if kind == "poll" else {}
        if fields is not None:
            boundary, content = encode_multipart(fields)
            headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        began = time.perf_counter()
        try:
            status, page = client.ask(method, path, content, headers)
        except (OSError, HTTPException) as error:
            status, page = 599, repr(error).encode()
            client.close()
        with self._lock:
            self.taken.setdefault(kind, []).append(time.perf_counter() - began)
            if status >= _FIRST_ERROR:
                self.refused.append(f"{status} {method} {path}")
        return page.decode() if status < _FIRST_ERROR else ""

    def told(self) -> dict[str, Any]:
        """Milliseconds of the median and of nineteen in twenty, and how many, by kind; and what was refused."""
        kinds = {
            kind: {"p50_ms": at(sorted(taken), 0.5), "p95_ms": at(sorted(taken), 0.95), "done": len(taken)}
            for kind, taken in sorted(self.taken.items())
        }
        return {"pages": kinds, "refused": len(self.refused), "refusals": self.refused[:5]}


def measured(desk: Desk, seconds: float, say: Say) -> dict[str, Any]:
    """So many seconds of that office, with the worker beside the web server as in `flask desk serve`."""
    found = {case.name: case.desk for case in cases(desk, POLLING + WORKING)}
    agents, filers = found["queue"], found["file"]
    watch, end = Watch(), time.perf_counter() + seconds
    with servers.running("door", desk.environ, agents[0], desk.folder / "office.log") as started, _worker(desk):
        say(f"{desk.database}: an office for {seconds:.0f} s")
        Client(started.port, filers[0]).act(0)
        end = time.perf_counter() + seconds
        lives: list[Callable[[], None]] = [
            *(lambda n=n: _polls(watch, Client(started.port, agents[n]), n, end) for n in range(POLLING)),
            *(lambda n=n: _works(watch, Client(started.port, agents[POLLING + n]), n, end) for n in range(WORKING)),
            lambda: _files(watch, started.port, filers, end),
        ]
        with ThreadPoolExecutor(len(lives)) as pool:
            for life in [pool.submit(life) for life in lives]:
                life.result()
    return {"office": {"seconds": seconds, **watch.told()}}


@contextmanager
def _worker(desk: Desk) -> Iterator[None]:
    command = [sys.executable, "-m", "flask", "--app", "app", "desk", "work"]
    with (desk.folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=servers.ROOT, env={**os.environ, **desk.environ}, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _polls(watch: Watch, client: Client, n: int, end: float) -> None:
    """A list that is opened in the first half minute, stays open and asks for news; not all at the same moment."""
    due = time.perf_counter() + EVERY * n / POLLING
    asked = _POLL.search(watch.ask(client, "list", "GET", LIST)) if _waited(due, end) else None
    while asked and _waited(due := due + EVERY, end):
        asked = _POLL.search(watch.ask(client, "poll", "GET", unescape(asked[1]))) or asked


def _works(watch: Watch, client: Client, n: int, end: float) -> None:
    """The list, a request of it that is left to this agent, an answer; and again."""
    dice, due = random.Random(SEED + n), time.perf_counter() + THINKING * n / WORKING
    while _waited(due, end):
        rows = _ROW.findall(watch.ask(client, "list", "GET", LIST))
        own = [number for number in rows if int(number) % WORKING == n]
        due += THINKING
        if own and _waited(due, end):
            _answers(watch, client, dice.choice(own), due=due + THINKING, end=end)
        due += 2 * THINKING


def _answers(watch: Watch, client: Client, number: str, *, due: float, end: float) -> None:
    to = f"/requests/R-{number}/messages"
    page = watch.ask(client, "request", "GET", f"/requests/R-{number}")
    hidden = dict(_HIDDEN.findall(page.partition(f'action="{to}"')[2].partition("</form>")[0]))
    if hidden and _waited(due, end):
        words = {"body": "We looked at it and will be with you today.", "then": "progress", "go": "stay"}
        watch.ask(client, "reply", "POST", to, {**words, **hidden})


def _files(watch: Watch, port: int, filers: Sequence[Asking], end: float) -> None:
    """One request after the other, each of another co-worker."""
    due, clients = time.perf_counter(), [Client(port, filer) for filer in filers]
    turn = 0
    while _waited(due, end):
        client = clients[turn % len(clients)]
        path, fields = client.asking.paths[0], client.asking.fields or {}
        hidden = dict(_HIDDEN.findall(watch.ask(client, "form", "GET", path)))
        watch.ask(client, "file", "POST", path, {**fields, **hidden})
        turn, due = turn + 1, due + 60 / FILED_A_MINUTE


def _waited(due: float, end: float) -> bool:
    """Wait until then; False where the day ends before."""
    time.sleep(max(0.0, min(due, end) - time.perf_counter()))
    return due < end
