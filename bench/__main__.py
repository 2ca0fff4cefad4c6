"""`make bench ARGS="--tickets 100000"`: measure this desk on this machine, print tables, and write JSON if asked."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from bench import clocks, databases, office
from bench.compare import Effort, compared, swept
from bench.databases import Desk, Size

_LOOPS = 2000
_HEAD = ("", "/s", "p50 ms", "p95 ms", "CPU ms", "SQL", "kB", "bare /s", "CPU ms", "SQL", "rate", "CPU")


def main(given: Sequence[str] | None = None) -> None:
    """Measure, tell, and store."""
    chosen = _arguments().parse_args(given)
    load = os.getloadavg()[0]
    effort = Effort(chosen.clients, chosen.requests, chosen.seconds, chosen.rounds, chosen.due)
    found: dict[str, Any] = {
        "tickets": chosen.tickets,
        "effort": vars(effort),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": load},
        "databases": {},
        "clocks_us": clocks.measured(chosen.rounds, _LOOPS),
    }
    for ground in _grounds(chosen):
        with ground as desk:
            if chosen.office:
                found["databases"][desk.database] = office.measured(desk, chosen.office, _say)
                continue
            measure = swept if chosen.sweep else compared
            found["databases"][desk.database] = measure(desk, effort, _say)
    found["machine"]["load_after"] = os.getloadavg()[0]
    _say("")
    print("\n".join(_lines(found)))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bench", description="Measure the desk beside a bare application.")
    parser.add_argument("--tickets", type=int, default=10_000, help="requests in the desk (10000)")
    parser.add_argument("--open", type=int, default=3, help="how many requests in a hundred are open (3)")
    parser.add_argument("--sweep", action="store_true", help="measure the sweep alone")
    parser.add_argument("--office", type=float, default=0, help="measure a busy office alone, for so many seconds")
    parser.add_argument("--requests", type=int, default=400, help="operations per measurement at most (400)")
    parser.add_argument("--seconds", type=float, default=1.5, help="seconds per measurement at most (1.5)")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each, the best counts (3)")
    parser.add_argument("--clients", type=int, default=8, help="clients at once (8)")
    parser.add_argument("--due", type=int, default=2000, help="requests the sweep may find due at most (2000)")
    parser.add_argument(
        "--postgres", action="store_true", help="PostgreSQL too: TEST_POSTGRES_URL, else one of our own"
    )
    parser.add_argument("--keep", type=Path, help="a folder in which grown SQLite desks stay for the next time")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser


def _grounds(chosen: argparse.Namespace) -> Iterator[AbstractContextManager[Desk]]:
    size = Size(chosen.tickets, chosen.open)
    yield databases.sqlite(size, chosen.keep, _say)
    if chosen.postgres:
        yield databases.on_postgres(size, _say)


def _say(words: str) -> None:
    """What is going on, on a screen only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()


def _lines(found: dict[str, Any]) -> Iterator[str]:
    """Everything in tables, as Markdown reads them."""
    machine = found["machine"]
    yield (
        f"{found['tickets']:,} requests, {found['effort']['clients']} clients; {machine['cores']} cores,"
        f" load {machine['load_before']:.1f} before and {machine['load_after']:.1f} after;"
        f" Python {machine['python']}"
    )
    for database, figures in found["databases"].items():
        yield from ("", f"**{database}**", "")
        if "pages" in figures:
            yield from (_row(_HEAD), _row(["---", *["--:"] * (len(_HEAD) - 1)]))
            yield from (_row(_cells(page)) for page in figures["pages"].values())
        yield from ("", *(_office(figures["office"]) if "office" in figures else _besides(figures)))
    yield from ("", "| promises | µs |", "|---|--:|")
    yield from (_row([name.replace("_", " "), f"{value:.1f}"]) for name, value in found["clocks_us"].items())


def _cells(page: dict[str, Any]) -> list[str]:
    desk, bare, ratio = page["desk"], page.get("bare"), page.get("of_bare")
    own = [f"{desk['rate']:.0f}", *(f"{desk[name]:.1f}" for name in ("p50_ms", "p95_ms", "cpu_ms"))]
    own += [f"{desk['statements']:.0f}", f"{desk['bytes'] / 1000:.1f}"]
    if bare is None or ratio is None:
        return [page["title"], *own, "", "", "", "", ""]
    floor = [f"{bare['rate']:.0f}", f"{bare['cpu_ms']:.1f}", f"{bare['statements']:.0f}"]
    return [page["title"], *own, *floor, f"{ratio['rate']:.0%}", f"{ratio['cpu']:.0%}"]


def _besides(figures: dict[str, Any]) -> Iterator[str]:
    if "pages" in figures:
        cold, peak = figures["cold_start_s"], figures["peak_mib"]
        yield f"Cold start to the first page: {cold['desk']:.2f} s, bare {cold['bare']:.2f} s."
        yield f"Most memory of the worker: {peak['desk']:.0f} MiB, bare {peak['bare']:.0f} MiB."
    sweep = figures["sweep"]
    yield (
        f"Sweep of {sweep['running']:,} running clocks: {sweep['nothing_due_ms']:.1f} ms with nothing due;"
        f" {sweep['warned']:,} warnings given, {sweep['warned_per_second']:,.0f} a second;"
        f" {sweep['noted']:,} missed promises noted, {sweep['noted_per_second']:,.0f} a second, the longest batch"
        f" {sweep['longest_batch_ms']:,.0f} ms."
    )


def _office(figures: dict[str, Any]) -> Iterator[str]:
    yield "| an office for " + f"{figures['seconds']:.0f} s | done | p50 ms | p95 ms |"
    yield "|---|--:|--:|--:|"
    for kind, page in figures["pages"].items():
        yield _row([kind, str(page["done"]), f"{page['p50_ms']:.1f}", f"{page['p95_ms']:.1f}"])
    yield from ("", f"Refused: {figures['refused']}. {'; '.join(figures['refusals'])}".rstrip())


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
