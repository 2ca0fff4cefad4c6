"""The sweep: what it costs where nothing is due, and how many promises it notes where all are."""

import time
from datetime import UTC, datetime, timedelta

from bench.databases import Desk
from bench.load import repeated
from internaldesk.db import db
from internaldesk.sla import actions as sla

_LONG_AFTER = timedelta(days=400)
"""By then every running promise is missed."""
_BATCH = 500


def measured(desk: Desk, *, rounds: int, most: int) -> dict[str, float]:
    """Milliseconds of a sweep with nothing due, and promises noted a second while up to `most` requests are due."""
    with desk.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        while sla.sweep(now=now, limit=_BATCH):
            pass  # what fell due since the desk was grown
        idle = repeated(rounds, lambda: _seconds(now, _BATCH)[1])
        noted, passed = _all_due(now + _LONG_AFTER, most)
        db.session.remove()
        db.engine.dispose()
    return {"nothing_due_ms": idle * 1000, "noted": noted, "noted_per_second": noted / passed if noted else 0.0}


def _all_due(later: datetime, most: int) -> tuple[int, float]:
    total, passed = 0, 0.0
    for start in range(0, most, _BATCH):
        noted, seconds = _seconds(later, min(_BATCH, most - start))
        if not noted:
            break
        total, passed = total + noted, passed + seconds
    return total, passed


def _seconds(now: datetime, limit: int) -> tuple[int, float]:
    began = time.perf_counter()
    noted = sla.sweep(now=now, limit=limit)
    return noted, time.perf_counter() - began
