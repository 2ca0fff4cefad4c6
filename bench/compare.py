"""One desk beside the bare application: every case in turn, several rounds, the least disturbed one of each."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

from bench import servers, sweeps
from bench.cases import Case, cases
from bench.databases import Desk, Say
from bench.load import Asking, Client, Timing, best, drive
from bench.servers import Started

_LOOKED_AT, _LOOKED_FOR = 10, 5.0
"""Pages opened one by one to count statements and bytes, or seconds spent so; the most expensive one is told."""
_DOORS = {"desk": "door", "bare": "bare"}


@dataclass(frozen=True)
class Effort:
    """How much is measured: clients at once, operations and seconds per measurement, rounds, promises to sweep."""

    clients: int
    requests: int
    seconds: float
    rounds: int
    due: int


def compared(desk: Desk, effort: Effort, say: Say) -> dict[str, Any]:
    """All figures of one database."""
    found = cases(desk, effort.clients)
    say("cold starts")
    starts = {who: [_cold(desk, found[0], who) for _ in range(effort.rounds - 1)] for who in _DOORS}
    with ExitStack() as stack:
        served = {who: stack.enter_context(_served(desk, found[0], who)) for who in _DOORS}
        cold = {who: min([*starts[who], started.seconds]) for who, started in served.items()}
        ports = {who: started.port for who, started in served.items()}
        pages = {case.name: _case(case, ports, effort, say) for case in found}
        peaks = {who: _client(port).used()["peak"] / 2**20 for who, port in ports.items()}
    return {"pages": pages, "cold_start_s": cold, "peak_mib": peaks, **swept(desk, effort, say)}


def swept(desk: Desk, effort: Effort, say: Say) -> dict[str, Any]:
    """The sweep alone."""
    say("sweep")
    return {"sweep": sweeps.measured(desk, rounds=effort.rounds, most=effort.due)}


def _served(desk: Desk, first: Case, who: str) -> AbstractContextManager[Started]:
    asking: Asking = getattr(first, who)[0]
    return servers.running(_DOORS[who], desk.environ, asking, desk.folder / f"{who}.log")


def _cold(desk: Desk, first: Case, who: str) -> float:
    with _served(desk, first, who) as started:
        return started.seconds


def _case(case: Case, ports: dict[str, int], effort: Effort, say: Say) -> dict[str, Any]:
    """The figures of both, and what the desk reaches of the bare application's."""
    askings = {who: getattr(case, who) for who in ports if getattr(case, who)}
    clients = {who: [Client(ports[who], asking) for asking in found] for who, found in askings.items()}
    looks = {who: _look(ports[who], found[0]) for who, found in askings.items()}
    rounds: dict[str, list[tuple[Timing, float]]] = {who: [] for who in askings}
    for n in range(effort.rounds):
        say(f"{case.title}, round {n + 1}")
        for who, group in clients.items():  # in turn, so that what disturbs one is likely to disturb the other
            rounds[who].append(_round(ports[who], group, effort))
    for client in (client for group in clients.values() for client in group):
        client.close()
    told: dict[str, Any] = {who: {**looks[who], **_told(rounds[who])} for who in askings}
    if "bare" in told:
        told["of_bare"] = {
            "rate": told["desk"]["rate"] / told["bare"]["rate"],
            "cpu": told["bare"]["cpu_ms"] / told["desk"]["cpu_ms"],
        }
    return {"title": case.title, **told}


def _look(port: int, asking: Asking) -> dict[str, float]:
    """Statements and bytes of the most expensive page of the first few, opened alone; also the warming up."""
    client, gauge = Client(port, asking), _client(port)
    client.act(0)
    seen: list[tuple[float, int]] = []
    began = time.perf_counter()
    while (n := len(seen)) < _LOOKED_AT and (n == 0 or time.perf_counter() - began < _LOOKED_FOR):
        before = gauge.used()["statements"]
        size = client.act(n)
        seen.append((gauge.used()["statements"] - before, size))
    for one in (client, gauge):
        one.close()
    return {"statements": max(said for said, _ in seen), "bytes": max(size for _, size in seen)}


def _round(port: int, clients: Sequence[Client], effort: Effort) -> tuple[Timing, float]:
    """The timing, and the milliseconds of processor time of one operation."""
    gauge = _client(port)
    before = gauge.used()["cpu"]
    timing = drive(clients, requests=effort.requests, seconds=effort.seconds)
    used = gauge.used()["cpu"] - before
    gauge.close()
    return timing, used / timing.done * 1000


def _told(rounds: Sequence[tuple[Timing, float]]) -> dict[str, float]:
    timing = best([timing for timing, _ in rounds])
    least = min(cpu for _, cpu in rounds)
    return {"rate": timing.rate, "p50_ms": timing.p50, "p95_ms": timing.p95, "cpu_ms": least, "done": timing.done}


def _client(port: int) -> Client:
    return Client(port, Asking("", []))
