"""Read back what somebody filed: a similar request of late, and the receipt of a new one."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from internaldesk.core.clocks import Target
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets import approving, queries
from internaldesk.tickets.show import facts

LATELY = timedelta(days=2)


class Similar(NamedTuple):
    """An open request of the same type, filed lately by the same person."""

    id: int
    summary: str
    filed_at: datetime


def similar(kind: RequestType, *, by: Actor, now: datetime) -> Similar | None:
    """The newest open request of this type that this person filed within two days."""
    query = (
        select(Ticket.id, Ticket.summary, Ticket.filed_at)
        .where(Ticket.requester_id == by.id, Ticket.request_type_id == kind.id, Ticket.is_open)
        .where(Ticket.updated_at >= now - LATELY, Ticket.filed_at >= now - LATELY)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return Similar(*row) if row else None


def shown(ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """What the receipt shows beside the request itself: who decides, when its promises are due, answers and files."""
    due = {clock.target: clock.due_at for clock in sla.clocks(ticket.id) if clock.cycle == 1}
    return {
        "decider": approving.decider(ticket, now=now),
        "first_due": due.get(Target.FIRST_RESPONSE),
        "solved_due": due.get(Target.RESOLUTION),
        "facts": facts(ticket),
        "files": [row for row in queries.attachments(ticket, with_notes=False) if row.message_id is None],
    }
