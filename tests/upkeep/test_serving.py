"""Web and worker side by side: they start together, end together, and nobody is left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from internaldesk.core.errors import BadInput
from internaldesk.upkeep import serving
from tests.guards.reading import ROOT

PATIENCE = 40.0  # the machine may be busy with other tests

# A desk in small: the web answers, the worker waits, and each writes down its process number and how it ended.
SMALL = """
import sys
from internaldesk.core.errors import Refused
from internaldesk.upkeep import serving

web = '''
import http.server, pathlib, os, signal, sys
here = pathlib.Path(sys.argv[1])
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
def end(*_):
    (here / "web.ended").touch(); os._exit(0)
signal.signal(signal.SIGTERM, end)
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Page)
(here / "web").write_text(str(os.getpid()))
server.serve_forever()
'''
worker = '''
import pathlib, os, signal, sys, time
here = pathlib.Path(sys.argv[1])
def end(*_):
    (here / "worker.ended").touch(); sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[3] == "deaf" else end)
(here / "worker").write_text(str(os.getpid()))
time.sleep(60)
'''
folder, port, manner = sys.argv[1:]
serving._commands = lambda host, port: {
    "web": [sys.executable, "-c", web, folder, str(port)],
    "worker": [sys.executable, "-c", worker, folder, str(port), manner],
}
serving.PATIENCE = 1.0
try:
    serving.serve("127.0.0.1", int(port), say=lambda words: print(words, flush=True))
except Refused as refusal:
    print(refusal.sentence, flush=True)
    sys.exit(1)
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        number: int = taken.getsockname()[1]
    return number


@pytest.fixture
def start(port: int, tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(manner: str = "obedient") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SMALL, str(tmp_path), str(port), manner]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def number(file: Path) -> int:
    wait_until(lambda: file.exists() and file.read_text())
    return int(file.read_text())


def lives(process: int) -> bool:
    """Whether it runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_the_threads_of_a_part_share_their_memory(start: Start, tmp_path: Path) -> None:
    start()
    environ = Path(f"/proc/{number(tmp_path / 'web')}/environ").read_bytes().split(b"\0")
    assert b"MALLOC_ARENA_MAX=1" in environ


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_both_parts_end_first(start: Start, port: int, tmp_path: Path, sign: signal.Signals) -> None:
    process = start()
    assert said(process) == f"InternalDesk answers on http://127.0.0.1:{port}"
    number(tmp_path / "worker")

    process.send_signal(sign)

    assert process.wait(PATIENCE) == 0
    assert (tmp_path / "web.ended").exists()
    assert (tmp_path / "worker.ended").exists()


@pytest.mark.parametrize("part", ["web", "worker"])
def test_when_one_dies_the_other_is_ended_and_it_is_said(start: Start, tmp_path: Path, part: str) -> None:
    process = start()
    said(process)
    other = {"web": "worker", "worker": "web"}[part]
    numbers = {name: number(tmp_path / name) for name in (part, other)}

    os.kill(numbers[part], signal.SIGKILL)

    assert process.wait(PATIENCE) == 1
    assert said(process) == f"The {part} ended by itself with status -9, so everything was stopped."
    assert not lives(numbers[other])


def test_a_part_that_does_not_listen_is_ended_for_good(start: Start, tmp_path: Path) -> None:
    process = start("deaf")
    said(process)
    worker = number(tmp_path / "worker")

    process.terminate()

    assert process.wait(PATIENCE) == 0
    assert not lives(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot tell a process that its parent was killed")
def test_when_it_is_killed_itself_nobody_is_left_behind(start: Start, tmp_path: Path) -> None:
    process = start()
    said(process)
    numbers = [number(tmp_path / name) for name in ("web", "worker")]

    process.kill()

    wait_until(lambda: not any(map(lives, numbers)))


def test_a_port_that_is_taken_is_said_before_anything_starts() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with closing(taken), pytest.raises(BadInput, match="Choose another with --port"):
        serving.serve("127.0.0.1", taken.getsockname()[1], say=print)


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(BadInput, match="cannot be used"):
        serving.serve("192.0.2.1", 8000, say=print)


def test_the_real_desk_answers_and_ends(port: int, tmp_path: Path) -> None:
    environ = {**os.environ, "DESK_DATA": str(tmp_path)}
    flask = [sys.executable, "-m", "flask", "--app", "app", "desk"]
    subprocess.run([*flask, "init"], cwd=ROOT, env=environ, check=True, capture_output=True)
    command = [*flask, "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert said(process) == f"InternalDesk answers on http://127.0.0.1:{port}"
            line = HTTPConnection("127.0.0.1", port, timeout=60)
            line.request("GET", "/readyz")
            answer = line.getresponse()
            assert (answer.status, b'"schema":"ok"' in answer.read()) == (200, True)
            line.close()
        finally:
            process.terminate()
        assert process.wait(PATIENCE) == 0
