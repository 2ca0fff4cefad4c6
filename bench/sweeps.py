"""The sweep: what it costs where nothing is due, how many warnings it gives, and how many missed promises it notes."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from bench.databases import Desk
from bench.load import repeated
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import Clock
from internaldesk.sla import actions as sla

_LONG_AFTER = timedelta(days=400)
"""By then every running promise is missed."""
_BATCH = 500


def measured(desk: Desk, *, rounds: int, most: int) -> dict[str, float]:
    """What a sweep costs with nothing due, and what it does a second while up to `most` promises are due.

    First all of them are at risk at once, then all of them are missed.
    """
    with desk.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        while sla.sweep(now=now, limit=_BATCH):
            pass  # what fell due since the desk was grown
        running = db.session.scalar(select(func.count()).select_from(Clock).where(Clock.state == "running")) or 0
        db.session.remove()
        idle = repeated(rounds, lambda: _seconds(now)[1])
        _all_at_risk(now)
        warnings = list(_batches(now, most))
        batches = list(_batches(now + _LONG_AFTER, most))
        db.session.remove()
        db.engine.dispose()
    return {
        "running": running,
        "nothing_due_ms": idle * 1000,
        "noted": sum(count for count, _ in batches),
        "noted_per_second": _rate(batches),
        "warned": sum(count for count, _ in warnings),
        "warned_per_second": _rate(warnings),
        "longest_batch_ms": max((seconds for _, seconds in [*warnings, *batches]), default=0.0) * 1000,
    }


def _all_at_risk(now: datetime) -> None:
    """As after a night without a worker."""
    with unit_of_work():
        ahead = update(Clock).where(Clock.state == "running", Clock.breached_at.is_(None), Clock.due_at > now)
        db.session.execute(ahead.values(at_risk_at=now, warn_at=now, warned_at=None))


def _rate(batches: list[tuple[int, float]]) -> float:
    passed = sum(seconds for _, seconds in batches)
    return sum(count for count, _ in batches) / passed if passed else 0.0


def _batches(later: datetime, most: int) -> Iterator[tuple[int, float]]:
    total = 0
    while total < most:
        noted, seconds = _seconds(later)
        if not noted:
            return
        total += noted
        yield noted, seconds


def _seconds(now: datetime) -> tuple[int, float]:
    began = time.perf_counter()
    noted = sla.sweep(now=now, limit=_BATCH)
    return noted, time.perf_counter() - began
