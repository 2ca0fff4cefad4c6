"""The clock is read in three places; everybody else is told what time it is."""

import ast

import pytest

from tests.guards.reading import dotted, modules, name_of, tree_of

READERS = {"internaldesk/web/desk.py", "internaldesk/cli.py", "internaldesk/jobs/worker.py"}
CLOCKS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "func.current_timestamp",
    "func.now",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}


def test_only_three_files_read_the_clock():
    looks = {f"{name_of(file)}:{line}" for file in modules("internaldesk") for line in clock_reads(file.read_text())}

    assert {look for look in looks if look.split(":")[0] not in READERS} == set()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("at = datetime.now(UTC)", [1]),
        ("import datetime\nat = datetime.datetime.now(tz)", [2]),
        ("created = mapped_column(default=datetime.utcnow)", [1]),
        ("from time import time", [1]),
        ("created = mapped_column(server_default=func.now())", [1]),
        ("waited = time.monotonic()", []),
        ("def state(clock, now): return clock.state(now=now)", []),
    ],
)
def test_a_look_at_the_clock_is_seen(source, lines):
    assert clock_reads(source) == lines


def clock_reads(source):
    return sorted(node.lineno for node in ast.walk(tree_of(source)) if reads_clock(node))


def reads_clock(node):
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(f"time.{alias.name}" in CLOCKS for alias in node.names)
    if isinstance(node, ast.Attribute):
        return ".".join(dotted(node).split(".")[-2:]) in CLOCKS
    return False
