"""Write events; every act of the desk ends here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert

from internaldesk.core.happenings import PUBLIC, Kind
from internaldesk.core.policy import Actor
from internaldesk.db import Base, db
from internaldesk.models.history import Event

_TABLE = Base.metadata.tables[Event.__tablename__]  # many rows at once need no objects


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


class Happened(NamedTuple):
    """Something the desk itself did to a ticket; `data` is plain JSON."""

    ticket_id: int
    kind: Kind
    public: bool
    data: dict[str, Any]


def record_all(happened: Sequence[Happened], *, at: datetime) -> None:
    """Write down at once what the desk itself did to many tickets at `at`."""
    rows = [
        {"at": at, "kind": kind, "ticket_id": of, "public": public, "data": data} for of, kind, public, data in happened
    ]
    db.session.execute(insert(_TABLE), rows)
