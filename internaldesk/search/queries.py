"""Search requests a person may see: by number, among their own, and among the open ones of their teams."""

import re
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import visible_tickets
from internaldesk.tickets.worklist import OPEN

_NUMBER = re.compile(r"(?:r\s*-?\s*|#\s*)?(\d{1,9})", re.IGNORECASE | re.ASCII)


class Hit(NamedTuple):
    """A request that was found."""

    id: int
    summary: str
    status: Status
    team: str
    requester: str


def number_in(words: str) -> int | None:
    """The number of a request, where that is all that was typed.

    >>> number_in("R-41"), number_in(" r41 "), number_in("41"), number_in("4 screens")
    (41, 41, 41, None)
    """
    found = _NUMBER.fullmatch(words.strip())
    return int(found[1]) if found else None


def may_open(number: int, *, actor: Actor) -> bool:
    """Whether there is a request with this number that the actor may read."""
    return db.session.scalar(select(Ticket.id).where(Ticket.id == number, visible_tickets(actor))) is not None


def in_teams(words: str, *, actor: Actor, limit: int) -> list[Hit]:
    """Open requests in the queues of the actor's teams with all these words in the summary, soonest promise first.

    Only open ones are read, so the cost follows the backlog of a team and not the age of the desk.
    """
    if not actor.agent_of or not words.split():
        return []
    query = (
        select(Ticket.id, Ticket.summary, Ticket.status, Team.name, Person.name)
        .join(Team, Ticket.team_id == Team.id)
        .join(Person, Ticket.requester_id == Person.id)
        .where(OPEN, Ticket.team_id.in_(sorted(actor.agent_of)), visible_tickets(actor))
        .where(*(Ticket.summary.icontains(word, autoescape=True) for word in words.split()))
        .order_by(Ticket.queue_at, Ticket.id)
        .limit(limit)
    )
    return [Hit(*row) for row in db.session.execute(query)]
