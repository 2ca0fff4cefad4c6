"""How a request came in: whose it is, by which door, when it was received, and who logged it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import select

from internaldesk.core import questions
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor
from internaldesk.core.questions import Question
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket

PORTAL = "portal"
DOORS = {
    "phone": "by phone",
    "walk-in": "in person",
    "letter": "by letter",
    "fax": "by fax",
    "meeting": "in a meeting",
    "chat": "by chat",
    "email": "by e-mail",
}
"""The doors besides the portal, and how a request came through them."""
SPOKEN = frozenset({"phone", "walk-in", "chat"})
"""Doors at which whoever logs a request is speaking with the person: the first reply is given."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whose a new request is and how it came; `received` only where that was before it was filed.

    `team_id` is the team it goes to where that is not the one its type belongs to.
    """

    requester_id: int
    location_id: int | None
    channel: str = PORTAL
    received: datetime | None = None
    team_id: int | None = None

    @classmethod
    def of_own(cls, by: Actor) -> Self:
        """Somebody files in the portal, for themselves or for a co-worker."""
        return cls(by.id, by.location_id)

    @property
    def facts(self) -> dict[str, Any]:
        """What the record of the filing keeps of it."""
        if self.channel == PORTAL:
            return {}
        return {"channel": self.channel, "received": self.received.isoformat() if self.received else None}


class Logged(NamedTuple):
    """What is told of a request that somebody of the desk wrote down; instants are UTC."""

    how: str
    who: str
    at: datetime
    received: datetime | None


def logged(ticket: Ticket) -> Logged | None:
    """By which door it came, and who wrote it down when; None for what came through the portal."""
    if ticket.channel not in DOORS:
        return None
    query = select(Event.at, Event.data, Person.name).join(Person, Person.id == Event.actor_id)
    row = db.session.execute(query.where(Event.ticket_id == ticket.id, Event.kind == Kind.FILED.value)).first()
    if row is None:
        return None
    received = row.data.get("received")
    return Logged(DOORS[ticket.channel], row.name, row.at, datetime.fromisoformat(received) if received else None)


def not_asked(ticket: Ticket, asked: Iterable[Question]) -> list[str]:
    """What its form wants to know and nobody asked while it was logged; nothing for what came through the portal."""
    if ticket.channel not in DOORS:
        return []
    shown = questions.visible(asked, ticket.answers)
    return [question.label for question in shown if question.required and question.slug not in ticket.answers]
