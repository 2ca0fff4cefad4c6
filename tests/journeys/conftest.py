"""A desk behind its real server, for journeys over real connections."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.desks import Fresh

ROOT = Path(__file__).resolve().parents[2]
STARTING = 60.0  # seconds


@pytest.fixture
def unused(fresh_sqlite: Fresh) -> Flask:
    """A desk that nobody has used yet."""
    return fresh_sqlite()


@pytest.fixture
def served(unused: Flask) -> Iterator[str]:
    """The address of the unused desk as `desk serve` runs it, web and worker."""
    desk = unused.config["DESK"]
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ,
        "DESK_DATA": str(desk.data),
        "DESK_DATABASE_URL": desk.database_url,
        "DESK_SECRET_KEY": desk.secret_key,
        "DESK_BASE_URL": address,
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "desk", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(f"{address}/readyz", process)
            yield address
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline, opener = time.monotonic() + STARTING, urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            opener.open(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the desk ended while starting"
            assert time.monotonic() < deadline, "the desk did not start within a minute"
            time.sleep(0.1)
        else:
            return
