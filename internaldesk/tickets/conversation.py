"""What the requester's side may know of a conversation: a reply of the team reaches it ten seconds after it was sent.

Until then its author can take it back (`tickets/taking_back.py`), so whoever does not handle a request reads it as it
stood before; only the marks of its promises may be ahead by these seconds. Every list, page, file and letter for that
side asks `told`, and nothing else decides it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from internaldesk.core import lifecycle
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.tickets import Message, Ticket

HELD = timedelta(seconds=10)
"""How long a reply of the team waits; words of the requester's side never do."""


class Held(NamedTuple):
    """The first reply that waits, since when, and how the ticket stood before it (`taking_back.standing`)."""

    at: datetime
    before: dict[str, Any]

    @property
    def known_at(self) -> datetime:
        """The last instant whose state may be known."""
        return self.at - timedelta(seconds=1)


def told(now: datetime) -> ColumnElement[bool]:
    """Whether a message may be known to the requester's side: the one predicate for pages, files and letters."""
    return and_(Message.taken_back_at.is_(None), or_(Message.by_team.is_(False), Message.at <= now - HELD))


def waiting(now: datetime) -> ColumnElement[bool]:
    """Whether a message still waits to be told."""
    return and_(Message.taken_back_at.is_(None), Message.by_team, Message.at > now - HELD)


def held(ticket: Ticket, *, now: datetime) -> Held | None:
    """What of it waits to be told; no statement where nobody spoke within the last ten seconds."""
    if ticket.last_word_at <= now - HELD:
        return None
    return _held([ticket.id], now=now).get(ticket.id)


def held_of(words: Sequence[tuple[int, datetime]], *, now: datetime) -> dict[int, Held]:
    """What waits of many tickets, given as pairs of id and last word; no statement where nobody spoke just now."""
    fresh = [number for number, at in words if at > now - HELD]
    return _held(fresh, now=now) if fresh else {}


def show_as_told(ticket: Ticket, found: Held) -> None:
    """Let a page show the ticket as it stood before what waits; nothing of that is stored."""
    before = found.before
    status = Status(before["status"])
    shown = {
        "status": status,
        "is_open": lifecycle.is_open(status),
        "status_reason": before["reason"],
        "status_until": instant(before["until"]),
        "solved_at": instant(before["solved_at"]),
        "solved_by_id": before["solved_by"],
        "version": before["version"],
    }
    if before["assignee"] is None:
        shown |= {"assignee_id": None, "assignee": None}
    for name, value in shown.items():
        set_committed_value(ticket, name, value)


def known_version(ticket: Ticket, version: int | None, *, now: datetime) -> int | None:
    """The version a writer of the requester's side saw, where only what waits came since: the present one."""
    found = held(ticket, now=now)
    known = found is not None and version is not None and found.before["version"] <= version
    return ticket.version if known else version


def instant(text: str | None) -> datetime | None:
    """An instant as `taking_back.standing` wrote it down."""
    return datetime.fromisoformat(text) if text else None


def _held(numbers: Sequence[int], *, now: datetime) -> dict[int, Held]:
    query = select(Message.id, Message.ticket_id, Message.at).where(Message.ticket_id.in_(numbers), waiting(now))
    said = {row.id: row for row in db.session.execute(query.order_by(Message.id))}
    if not said:
        return {}
    replied = select(Event).where(
        Event.ticket_id.in_({row.ticket_id for row in said.values()}),
        Event.kind == Kind.REPLIED.value,
        Event.at > now - HELD,
    )
    found: dict[int, Held] = {}
    for event in db.session.scalars(replied.order_by(Event.id)):
        row = said.get(event.data["message"])
        if row is not None and "before" in event.data:
            found.setdefault(row.ticket_id, Held(row.at, event.data["before"]))
    return found
