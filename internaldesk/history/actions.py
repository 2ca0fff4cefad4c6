"""Write one event; every act of the desk ends here."""

from datetime import datetime
from typing import Any

from internaldesk.core.happenings import PUBLIC, Kind
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.history import Event


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
