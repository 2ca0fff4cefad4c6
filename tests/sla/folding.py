"""A ticket's clocks as rows and as the fold of its log, in the same words."""

from datetime import datetime
from typing import Any

from internaldesk.core import sla as rules
from internaldesk.db import db
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries


def stored(ticket: Ticket) -> list[dict[str, Any]]:
    """The clocks as rows, in the words of the fold."""
    db.session.flush()
    db.session.expire_all()
    return sorted((_row(row) for row in queries.clocks(ticket.id)), key=_place)


def folded(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    """The clocks as the log tells them."""
    return sorted((_clock(clock) for clock in rules.settle(queries.folded(ticket.id), now)), key=_place)


def row_of(ticket: Ticket, target: str, *, team_id: int = 0, cycle: int = 1) -> Clock:
    """The row of one clock, as it is in the database."""
    db.session.flush()
    db.session.expire_all()
    found = [
        row for row in queries.clocks(ticket.id) if (row.target, row.team_key, row.cycle) == (target, team_id, cycle)
    ]
    assert len(found) == 1, f"{len(found)} clocks of {target}"
    return found[0]


def logged(ticket: Ticket) -> list[str]:
    """The kinds of event in the log."""
    return [row.kind for row, _ in queries.events(ticket.id)]


def values(row: Any, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everything a row says."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in without}


def _place(clock: dict[str, Any]) -> Any:
    return clock["cycle"][:3]


def _row(row: Clock) -> dict[str, Any]:
    return {
        "cycle": (row.target, row.team_key, row.cycle, row.state, row.pause_reason, row.cancel_reason, row.cause),
        "seconds": (row.target_seconds, row.used_seconds),
        "instants": (row.started_at, row.segment_from, row.due_at, row.breached_at, row.stopped_at),
        "warnings": (row.at_risk_at, row.soon_at),
        "waived": (row.waived_at, row.waived_why),
        "segments": [
            (part.started_at, part.ended_at, part.seconds, part.calendar_version_id, part.team_id)
            for part in row.segments
        ],
    }


def _clock(clock: rules.Clock) -> dict[str, Any]:
    team = int(clock.team or 0)
    return {
        "cycle": (
            *(clock.target, team, clock.cycle, clock.state),
            *(clock.pause_reason, clock.cancel_reason, clock.cause),
        ),
        "seconds": (clock.allowance_seconds, clock.used_seconds),
        "instants": (clock.started_at, clock.segment_from, clock.due, clock.breached_at, clock.stopped_at),
        "warnings": (clock.at_risk_at, clock.soon_at),
        "waived": (clock.waived_at, clock.waived_why),
        "segments": [
            (part.start, part.end, part.seconds, part.calendar.version, int(part.team) if part.team else None)
            for part in clock.segments
        ],
    }
