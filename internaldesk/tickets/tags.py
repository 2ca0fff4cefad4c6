"""The words a team sorts its requests by: put them on, take them off, find by them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from internaldesk.core import tags as rules
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.tickets import Ticket, TicketTag
from internaldesk.tickets import changes
from internaldesk.tickets.queries import visible_tickets

OFFERED = 60


def tag(ticket: Ticket, *, by: Actor, now: datetime, tags: Iterable[str]) -> Ticket:
    """Let it have exactly these tags (read by `core.tags`); the history says which came and went."""
    require(by, Act.CHANGE, ticket)
    changes.refuse_closed(ticket)
    before, after = ticket.tag_words, rules.checked(tags)
    if after == before:
        return ticket
    ticket.tags = [row for row in ticket.tags if row.tag in after]
    ticket.tags += [TicketTag(tag=word) for word in after if word not in before]
    ticket.tags.sort(key=lambda row: row.tag)
    changes.stir(ticket, now)
    history.record(ticket.id, Kind.TAGGED, by=by, at=now, tags=list(after), words=rules.told(before, after))
    return ticket


def tagged(words: Collection[str]) -> ColumnElement[bool]:
    """Tickets with any of these tags, for lists that filter by them."""
    return Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag.in_(words)))


def in_use(actor: Actor, *, limit: int = OFFERED) -> list[str]:
    """The tags of open requests that the actor handles, by name; the most used ones where there are more."""
    query = (
        select(TicketTag.tag)
        .join(Ticket, Ticket.id == TicketTag.ticket_id)
        .where(Ticket.is_open, visible_tickets(actor, Act.HANDLE))
        .group_by(TicketTag.tag)
        .order_by(func.count().desc(), TicketTag.tag)
        .limit(limit)
    )
    return sorted(db.session.scalars(query))
