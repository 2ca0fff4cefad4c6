"""Read many tickets at once: what was asked, and what happened to each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Confidentiality
from internaldesk.core.promises import Asked
from internaldesk.core.sla import Event
from internaldesk.db import db
from internaldesk.models.sla import ClockEvent
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries


class Filed(NamedTuple):
    """A ticket as conditions see it, and whether it is a confidential case."""

    id: int
    asked: Asked
    case: bool


def filed(ticket_ids: Sequence[int]) -> list[Filed]:
    """These tickets in order, as they are now; in one statement."""
    query = (
        select(Ticket.id, Ticket.request_type_id, Ticket.priority, Ticket.customer_waiting, Ticket.location_id)
        .add_columns(Ticket.confidentiality)
        .where(Ticket.id.in_(ticket_ids))
        .order_by(Ticket.id)
    )
    return [Filed(row[0], Asked(*row[1:5]), row[5] is Confidentiality.CASE) for row in db.session.execute(query)]


def logs(ticket_ids: Sequence[int]) -> dict[int, list[Event]]:
    """What happened to each of these tickets, in the order of its log; in one statement."""
    query = (
        select(ClockEvent.ticket_id, ClockEvent.seq, ClockEvent.at, ClockEvent.kind, ClockEvent.payload)
        .where(ClockEvent.ticket_id.in_(ticket_ids))
        .order_by(ClockEvent.ticket_id, ClockEvent.seq)
    )
    found: dict[int, list[Event]] = {}
    for ticket_id, seq, at, kind, payload in db.session.execute(query):
        event = Event.from_dict({**payload, "at": at, "type": kind, "seq": seq})
        found.setdefault(ticket_id, []).append(event)
    return found


def hours_of(found: Mapping[int, Sequence[Event]], besides: Iterable[int] = ()) -> dict[int, BusinessCalendar]:
    """The calendars that logs name, by version, and those of some more versions."""
    named = (ref for log in found.values() for event in log for ref in (event.calendar, event.team_calendar))
    return queries.calendars([*besides, *(ref for ref in named if isinstance(ref, int))])
