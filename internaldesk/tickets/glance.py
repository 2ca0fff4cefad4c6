"""What has happened at a request since its page was loaded: asked every half minute, so it is one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import Person
from internaldesk.models.presence import Presence, Seen
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.presence import FRESH, Here
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

_SAID = {Kind.REPLIED: "reply from", Kind.NOTED: "note from"}


@dataclass(frozen=True, slots=True)
class Glance:
    """A request's version, when this person last had it in front of them, and which colleagues write there."""

    version: int
    seen_at: datetime | None
    here: Sequence[Here]

    @property
    def token(self) -> str:
        """Who writes what, in a word that differs when that changes."""
        return "-".join(f"{who.person_id}{who.mode[0]}" for who in self.here)


def glance(number: int, *, actor: Actor, now: datetime) -> Glance | None:
    """What there is to see at a glance, or None where they may not read it; others are shown to handlers only."""
    if number > LARGEST_NUMBER:
        return None
    present = and_(
        Presence.ticket_id == Ticket.id,
        Presence.seen_at > now - FRESH,
        Presence.person_id != actor.id,
        visible_tickets(actor, Act.HANDLE),
    )
    seen = select(Seen.at).where(Seen.person_id == actor.id, Seen.ticket_id == number).scalar_subquery()
    query = (
        select(Ticket.version, seen.label("seen_at"), Ticket.id, Person.id, Person.name, Presence.mode, Presence.since)
        .outerjoin(Presence, present)
        .outerjoin(Person, Person.id == Presence.person_id)
        .where(Ticket.id == number, visible_tickets(actor))
        .order_by(Presence.since, Presence.person_id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    return Glance(rows[0][0], rows[0][1], [Here(*row[2:]) for row in rows if row.mode])


def news(number: int, *, actor: Actor, since: datetime, as_team: bool) -> str:
    """The newest of what others did from `since` on, in words; "" where this person would see nothing of it."""
    query = (
        select(Event.kind, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.ticket_id == number, Event.at >= since)
        .where(or_(Event.actor_id.is_(None), Event.actor_id != actor.id))
        .order_by(Event.id.desc())
        .limit(1)
    )
    if not as_team:
        query = query.where(or_(Event.public, Event.kind == Kind.REPLIED.value))
    found = db.session.execute(query).first()
    return f"{_SAID.get(Kind(found.kind), 'change by')} {found.name or 'the desk'}" if found else ""
