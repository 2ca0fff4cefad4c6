"""Web server and worker side by side, as `make run` starts them: both end together, and neither is left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from internaldesk.core.errors import BadInput, Refused

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 15.0
"""Seconds a part may take to finish what it is doing before it is ended for good."""

LEAN = {"MALLOC_ARENA_MAX": "1"}
"""Python runs one thread at a time: an arena for each would gain no speed, and keep a third more memory (glibc)."""

_STARTING = 60.0
_LOOK_EVERY = 0.1
_PR_SET_PDEATHSIG = 1
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Parts = dict[str, subprocess.Popen[bytes]]


class Died(Refused):
    """A part ended by itself."""


def serve(host: str, port: int, *, say: Callable[[str], None]) -> None:
    """Serve until told to end; `say` is called once, when the desk answers.

    Raises BadInput when the port is taken, and Died when web or worker ended by itself.
    """
    _require_free(host, port)
    shown = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    environ = {"DESK_BASE_URL": f"http://127.0.0.1:{port}", **LEAN, **os.environ}
    with _told_to_end() as ending, _running(_commands(host, port), environ) as parts:
        _wait_for_answer(host, port, parts, ending)
        if not ending.is_set():
            say(f"InternalDesk answers on {shown}")
        while not ending.wait(_LOOK_EVERY):
            _refuse_dead(parts)


def _commands(host: str, port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    web = ["granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--respawn-failed-workers"]
    where = ["--host", host, "--port", str(port), "--log-level", "error", "--workers-kill-timeout", "10", "app:app"]
    return {"web": [*python, *web, *where], "worker": [*python, "flask", "--app", "app", "desk", "work"]}


@contextmanager
def _running(commands: dict[str, list[str]], environ: dict[str, str]) -> Iterator[Parts]:
    """Start every part in a group of its own, so that Ctrl-C reaches us alone and each is told once."""
    parts: Parts = {}
    try:
        for name, command in commands.items():
            parts[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=ROOT,
                env=environ,
                process_group=0,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - we have no threads
            )
        yield parts
    finally:
        _end(parts)


def _end_with_parent() -> None:
    """Ask Linux to tell this part to end if we are killed without a chance to do so ourselves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(parts: Parts) -> None:
    for part in parts.values():
        if part.poll() is None:
            part.terminate()
    deadline = time.monotonic() + PATIENCE
    for part in parts.values():
        try:
            part.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            os.killpg(part.pid, signal.SIGKILL)
            part.wait()


@contextmanager
def _told_to_end() -> Iterator[Event]:
    ending = Event()
    before = {sign: signal.signal(sign, lambda *_: ending.set()) for sign in _ENDINGS}
    try:
        yield ending
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _require_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"Port {port} on {host} cannot be used ({reason}). Choose another with --port.") from error


def _wait_for_answer(host: str, port: int, parts: Parts, ending: Event) -> None:
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked for by name
    deadline = time.monotonic() + _STARTING
    while not ending.wait(_LOOK_EVERY):
        _refuse_dead(parts)
        try:
            _knock(near, port)
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                raise Died("The web server did not start within a minute; its messages stand above.") from None
        else:
            return


def _knock(host: str, port: int) -> None:
    line = HTTPConnection(host, port, timeout=10)
    try:
        line.request("GET", "/livez")
        line.getresponse()
    finally:
        line.close()


def _refuse_dead(parts: Parts) -> None:
    for name, part in parts.items():
        status = part.poll()
        if status is not None:
            raise Died(f"The {name} ended by itself with status {status}, so everything was stopped.")
