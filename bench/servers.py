"""Web servers of their own, started as `flask desk serve` starts one: granian, one worker, eight threads."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from bench.load import Asking, Client
from internaldesk.upkeep.serving import LEAN

ROOT = Path(__file__).resolve().parent.parent
_COMMAND = "-m granian --interface wsgi --workers 1 --blocking-threads 8 --log-level error --factory".split()
_STARTING = 60.0
_ENDING = 15.0
_LOOK_EVERY = 0.005


class Started(NamedTuple):
    """A server that answers, and how many seconds it took from its start to its first page."""

    port: int
    seconds: float


@contextmanager
def running(door: str, environ: Mapping[str, str], first: Asking, log: Path) -> Iterator[Started]:
    """The application of `bench.<door>`, which writes its log to that file; it has answered its first page."""
    port, began = _free_port(), time.perf_counter()
    command = [sys.executable, *_COMMAND, "--host", "127.0.0.1", "--port", str(port), f"bench.{door}:door"]
    with log.open("wb") as lines:
        process = subprocess.Popen(command, cwd=ROOT, env={**LEAN, **os.environ, **environ}, stdout=lines, stderr=lines)
    try:
        _wait(process, port, first, log)
        yield Started(port, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int, first: Asking, log: Path) -> None:
    deadline = time.perf_counter() + _STARTING
    while True:
        client = Client(port, first)
        try:
            client.act(0)
        except (OSError, HTTPException):
            if process.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"The web server did not start:\n{log.read_text()}") from None
            time.sleep(_LOOK_EVERY)
        else:
            return
        finally:
            client.close()
