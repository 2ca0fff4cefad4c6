"""Write one event; every act of the desk ends here."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.history import Event


class Kind(StrEnum):
    """What can happen to a ticket."""

    FILED = "filed"
    REPLIED = "replied"
    NOTED = "noted"
    ASSIGNED = "assigned"
    STATUS = "status"
    PRIORITY = "priority"
    TRANSFERRED = "transferred"
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"
    FOLLOWED = "followed"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    RESUMED = "resumed"
    RATED = "rated"


PUBLIC = frozenset({Kind.FILED, Kind.STATUS, Kind.TRANSFERRED, Kind.SOLVED, Kind.REOPENED, Kind.CLOSED})
"""What the requester's side reads in the history; the rest is for the team."""


def record(ticket_id: int, kind: Kind, *, by: Actor | None, at: datetime, **data: Any) -> Event:
    """Write down that `by` (None: the desk itself) did `kind` at `at`; `data` is plain JSON."""
    event = Event(
        at=at,
        kind=kind,
        ticket_id=ticket_id,
        actor_id=by.id if by else None,
        public=kind in PUBLIC,
        data=data,
    )
    db.session.add(event)
    return event
