"""Up to when each person has read a request, so that the page can show where the new begins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.presence import Seen
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets


def mark(number: int, *, by: Actor, now: datetime, at: datetime | None = None) -> bool:
    """Note that they had the page of `at` in front of them, at most `now`; False where they may not read it.

    A page that was opened before another one moves nothing back.
    """
    readable = select(Ticket.id).where(Ticket.id == number, visible_tickets(by))
    if number > LARGEST_NUMBER or db.session.scalar(readable) is None:
        return False
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(Seen).values(person_id=by.id, ticket_id=number, at=min(at or now, now))
    newer = Seen.at < row.excluded.at
    keys = [Seen.person_id, Seen.ticket_id]
    db.session.execute(row.on_conflict_do_update(index_elements=keys, set_={"at": row.excluded.at}, where=newer))
    return True
