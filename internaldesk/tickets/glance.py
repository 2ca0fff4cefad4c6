"""What has happened at a request since its page was loaded: asked every half minute, so it is one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import joinedload

from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.history import Event
from internaldesk.models.people import Person
from internaldesk.models.presence import Presence, Seen
from internaldesk.models.tickets import Draft, Message, Ticket
from internaldesk.tickets.conversation import HELD, waiting
from internaldesk.tickets.presence import FRESH, Here
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

_FEW = 30
"""As many of the newest acts are looked at; a page that missed more of them is old anyway."""
_SAID = {Kind.REPLIED: "reply from", Kind.NOTED: "note from"}


@dataclass(frozen=True, slots=True)
class Glance:
    """A request's version, when this person last had it in front of them, and which colleagues write there.

    `waits`: it holds a reply that this person is not told yet; `draft`: what they began to write, where it was asked.
    """

    version: int
    seen_at: datetime | None
    waits: bool
    draft: Draft | None
    here: Sequence[Here]

    @property
    def token(self) -> str:
        """Who writes what, in a word that differs when that changes."""
        return "-".join(f"{who.person_id}{who.mode[0]}" for who in self.here)


def glance(number: int, *, actor: Actor, now: datetime, place: str = "") -> Glance | None:
    """What there is to see at a glance, or None where they may not read it; others are shown to handlers only.

    `place` is where a draft of theirs may wait (`drafts.place`).
    """
    if number > LARGEST_NUMBER:
        return None
    present = and_(
        Presence.ticket_id == Ticket.id,
        Presence.seen_at > now - FRESH,
        Presence.person_id != actor.id,
        visible_tickets(actor, Act.HANDLE),
    )
    seen = select(Seen.at).where(Seen.person_id == actor.id, Seen.ticket_id == number).scalar_subquery()
    replied = exists().where(Message.ticket_id == Ticket.id, waiting(now))
    waits = and_(Ticket.last_word_at > now - HELD, ~visible_tickets(actor, Act.HANDLE), replied)
    query = (
        select(
            Ticket.version,
            seen.label("seen_at"),
            waits.label("waits"),
            Draft,
            Ticket.id,
            Person.id,
            Person.name,
            Presence.mode,
            Presence.since,
        )
        .outerjoin(Presence, present)
        .outerjoin(Person, Person.id == Presence.person_id)
        .outerjoin(Draft, and_(Draft.person_id == actor.id, Draft.place == place))
        .where(Ticket.id == number, visible_tickets(actor))
        .order_by(Presence.since, Presence.person_id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    return Glance(*rows[0][:4], here=[Here(*row[4:]) for row in rows if row.mode])


def news(number: int, *, actor: Actor, since: datetime, as_team: bool) -> str:
    """The newest of what others did from `since` on, in words; "" where this person would see nothing of it."""
    query = (
        select(Event)
        .options(joinedload(Event.actor))
        .where(Event.ticket_id == number, Event.at >= since)
        .order_by(Event.id.desc())
        .limit(_FEW)
    )
    events = db.session.scalars(query).all()
    for event in events if as_team else _known(events):
        if event.actor_id != actor.id:
            who = event.actor.name if event.actor else "the desk"
            return f"{_SAID.get(Kind(event.kind), 'change by')} {who}"
    return ""


def _known(events: Sequence[Event]) -> list[Event]:
    """What of these the requester's side may know: what is public, and replies that were not taken back."""
    gone = {event.data["message"] for event in events if event.kind == Kind.TAKEN_BACK}
    public = {event.id for event in history.public(events)}
    return [e for e in events if e.id in public or (e.kind == Kind.REPLIED and e.data["message"] not in gone)]
