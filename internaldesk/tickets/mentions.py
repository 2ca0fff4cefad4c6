"""Call a colleague by name: only those who work on the request can be called, so that nobody reads more than before."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, or_, select

from internaldesk.core import mentions
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.text import listed
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.mentions import Mention
from internaldesk.models.people import Person
from internaldesk.models.presence import Seen
from internaldesk.models.tickets import Follower, Ticket
from internaldesk.tickets import queries

MOST_OFFERED = 8


def offered(ticket: Ticket, *, by: Actor, asked: str) -> list[queries.Handler]:
    """The colleagues on this ticket whose name, or a later part of it, begins like `asked`."""
    start = asked.strip().lower()
    found = [h for h in queries.handlers(ticket) if h.id != by.id]
    near = [h for h in found if any(part.startswith(start) for part in (h.name.lower(), *h.name.lower().split()))]
    return near[:MOST_OFFERED]


def called(ticket: Ticket, body: str, *, by: Actor, in_note: bool) -> dict[int, str]:
    """The colleagues whom the text calls, by id; no statement where it has no @.

    Raises Refused, about `body`, where several are called so, or where somebody is called who does not work on it.
    """
    if "@" not in body:
        return {}
    known = {handler.id: handler.name for handler in queries.handlers(ticket)}
    found = mentions.called(body, known)
    for name, whose in found.unclear:
        raise Refused(f"Several colleagues are called {name}: write {listed(_signed(whose), last='or')}.", field="body")
    rest = "\n".join(piece for piece, name in mentions.pieces(body, known.values()) if not name)
    addressed = set() if in_note else {ticket.requester_id, ticket.for_person_id, *ticket.follower_ids}
    for name in _strangers(rest, but={by.id, *known, *addressed}):
        raise Refused(f"{name} does not work on this request and would not read this: leave the @ out.", field="body")
    return {key: known[key] for key in found.who if key != by.id}


def record(ticket: Ticket, called: Mapping[int, str], *, by: Actor, now: datetime) -> None:
    """Note whom a text called. Ordinary requests they follow from now on; to others nobody is ever added this way."""
    if not called:
        return
    for person_id in called:
        db.session.merge(Mention(ticket_id=ticket.id, person_id=person_id, by_id=by.id, at=now))
        if ticket.confidentiality is Confidentiality.ORDINARY and person_id not in ticket.follower_ids:
            ticket.followers.append(Follower(person_id=person_id, added_by_id=by.id, at=now))
    names = list(called.values())
    history.record(ticket.id, Kind.MENTIONED, by=by, at=now, names=names, words=listed(names))


def withdraw(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Take back whom a reply called that was taken back itself."""
    for table, author in ((Mention, Mention.by_id), (Follower, Follower.added_by_id)):
        db.session.execute(delete(table).where(table.ticket_id == ticket.id, author == by.id, table.at == at))


def unseen(actor: Actor) -> int:
    """How many tickets call this person since they last saw them, of those they may read."""
    return db.session.scalar(select(calls(actor))) or 0


def calls(actor: Actor) -> ScalarSelect[int]:
    """The same as a part of a statement."""
    return (
        select(func.count(Mention.ticket_id.distinct()))
        .join(Ticket, Ticket.id == Mention.ticket_id)
        .outerjoin(Seen, (Seen.ticket_id == Mention.ticket_id) & (Seen.person_id == Mention.person_id))
        .where(Mention.person_id == actor.id, or_(Seen.at.is_(None), Seen.at < Mention.at))
        .where(queries.visible_tickets(actor))
        .correlate(None)
        .scalar_subquery()
    )


def _strangers(text: str, *, but: set[int]) -> list[str]:
    """The names of other people here whom the rest of the text seems to call, by full or by first name."""
    words = [word.lower() for word in mentions.words(text)]
    if not words:
        return []
    alike: list[ColumnElement[bool]] = [func.lower(Person.name).in_(words)]
    alike += [func.lower(Person.name).startswith(f"{word} ", autoescape=True) for word in words]
    query = select(Person.name).where(or_(*alike), Person.active, Person.id.not_in(but)).order_by(Person.name)
    return list(db.session.scalars(query.limit(1)))


def _signed(names: tuple[str, ...]) -> list[str]:
    return [f"@{name}" for name in names]
