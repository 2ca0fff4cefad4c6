"""The sweep: what it costs where nothing is due, and how many promises it notes where all are."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bench.databases import Desk
from bench.load import repeated
from internaldesk.db import db
from internaldesk.models.sla import Clock
from internaldesk.sla import actions as sla

_LONG_AFTER = timedelta(days=400)
"""By then every running promise is missed."""
_BATCH = 500


def measured(desk: Desk, *, rounds: int, most: int) -> dict[str, float]:
    """What a sweep costs with nothing due, and promises noted a second while up to `most` of them are due."""
    with desk.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        while sla.sweep(now=now, limit=_BATCH):
            pass  # what fell due since the desk was grown
        running = db.session.scalar(select(func.count()).select_from(Clock).where(Clock.state == "running")) or 0
        db.session.remove()
        idle = repeated(rounds, lambda: _seconds(now)[1])
        batches = list(_all_due(now + _LONG_AFTER, most))
        db.session.remove()
        db.engine.dispose()
    noted, passed = sum(count for count, _ in batches), sum(seconds for _, seconds in batches)
    return {
        "running": running,
        "nothing_due_ms": idle * 1000,
        "noted": noted,
        "noted_per_second": noted / passed if noted else 0.0,
        "longest_batch_ms": max((seconds for _, seconds in batches), default=0.0) * 1000,
    }


def _all_due(later: datetime, most: int) -> Iterator[tuple[int, float]]:
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
