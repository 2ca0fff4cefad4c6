"""A small measurement from end to end: what it promises to tell is in its JSON, and it finds its way on any desk."""

import json
import os
import socket
import subprocess
import sys
import threading

import pytest

from bench.clocks import measured
from bench.load import Asking, Client, Timing, best
from bench.office import Watch
from tests.guards.reading import ROOT

pytestmark = pytest.mark.slow

QUICK = "--tickets 50 --requests 3 --seconds 5 --rounds 1 --clients 2 --due 20".split()
FIGURES = {"rate", "p50_ms", "p95_ms", "cpu_ms", "done", "statements", "bytes"}
PAGES = {"queue", "request_team", "request_mine", "home", "search", "quality", "file"}
BESIDE_BARE = {"queue", "request_team", "request_mine", "file"}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What one run says, and what it stores."""
    file = tmp_path_factory.mktemp("bench") / "figures.json"
    run = subprocess.run(
        [sys.executable, "-m", "bench", *QUICK, "--json", file],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("DESK_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout, json.loads(file.read_text())


def test_every_page_has_every_figure(told):
    pages = told[1]["databases"]["SQLite"]["pages"]

    assert pages.keys() == PAGES
    assert all(page["desk"].keys() == FIGURES for page in pages.values())
    assert all(figure > 0 for page in pages.values() for figure in page["desk"].values())


def test_what_the_bare_application_has_too_stands_beside_it(told):
    pages = told[1]["databases"]["SQLite"]["pages"]

    assert {name for name, page in pages.items() if "bare" in page} == BESIDE_BARE
    assert all(pages[name]["of_bare"].keys() == {"rate", "cpu"} for name in BESIDE_BARE)


def test_start_memory_and_sweep_are_measured(told):
    figures = told[1]["databases"]["SQLite"]

    assert figures["cold_start_s"].keys() == figures["peak_mib"].keys() == {"desk", "bare"}
    assert figures["sweep"]["nothing_due_ms"] > 0
    assert figures["sweep"]["noted_per_second"] > 0


def test_the_table_has_a_line_for_every_page(told):
    words, figures = told

    titles = [page["title"] for page in figures["databases"]["SQLite"]["pages"].values()]
    assert [title for title in titles if f"| {title} |" not in words] == []


def test_adding_business_time_is_measured_warm_and_cold():
    found = measured(rounds=1, loops=1)

    assert {"add_1_h_warm", "add_40_h_cold", "add_2000_h_warm", "fold_10_events", "apply_1_event"} <= found.keys()
    assert all(microseconds > 0 for microseconds in found.values())


class Answering:
    """A client that is always answered with this status."""

    def __init__(self, status):
        self.status = status

    def ask(self, *_sent):
        return self.status, b"page"


def test_an_office_counts_what_was_refused_and_times_everything():
    watch = Watch()

    assert [watch.ask(Answering(status), "poll", "GET", "/queue/changes") for status in (200, 204, 409)] == [
        "page",
        "page",
        "",
    ]

    told = watch.told()
    assert (told["refused"], told["refusals"]) == (1, ["409 GET /queue/changes"])
    assert (told["pages"]["poll"]["done"], told["pages"]["poll"]["p95_ms"] > 0) == (3, True)


def test_the_best_round_is_the_quickest():
    slow, quick = Timing(10, 90, 99, 5), Timing(20, 40, 50, 5)

    assert best([slow, quick]) is quick


def test_a_page_is_asked_for_again_where_the_server_let_go_of_an_idle_line():
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer_once_each, args=(server, 2), daemon=True).start()
        client = Client(server.getsockname()[1], Asking("desk=1", ["/"]))

        assert [client.ask("GET", "/") for _ in range(2)] == [(200, b"ok")] * 2
        client.close()


def answer_once_each(server, lines):
    """As a server that does not say that it will hang up."""
    for _ in range(lines):
        line, _ = server.accept()
        with line:
            line.recv(4096)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
