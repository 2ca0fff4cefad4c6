"""Who writes at a request this moment: colleagues know of each other, and nobody else ever does."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core.policy import Act, Actor
from internaldesk.db import UTCDateTime, db
from internaldesk.models.people import Person
from internaldesk.models.presence import Presence
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

FRESH = timedelta(seconds=45)
"""How long a beat counts; one comes every 15 seconds, so two may be lost."""
MODES = {"reply": "a reply", "note": "an internal note"}


class Here(NamedTuple):
    """Somebody who writes at a request, since when, and whether it is a `reply` or a `note`."""

    ticket_id: int
    person_id: int
    name: str
    mode: str
    since: datetime


def beat(number: int, *, by: Actor, now: datetime, mode: str) -> bool:
    """Note that they write there now; False, and nothing written, where they do not handle that request."""
    if mode not in MODES or not _handles(number, by):
        return False
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(Presence).values(ticket_id=number, person_id=by.id, mode=mode, since=now, seen_at=now)
    goes_on = and_(Presence.mode == mode, Presence.seen_at > now - FRESH)
    since = case((goes_on, Presence.since), else_=row.excluded.since)
    keys = [Presence.ticket_id, Presence.person_id]
    db.session.execute(
        row.on_conflict_do_update(index_elements=keys, set_={"mode": mode, "seen_at": now, "since": since})
    )
    return True


def leave(number: int, *, by: Actor) -> None:
    """They have sent it, and write there no more."""
    db.session.execute(delete(Presence).where(Presence.ticket_id == number, Presence.person_id == by.id))


def here(ticket_ids: Collection[int], *, now: datetime) -> dict[int, list[Here]]:
    """Who writes at these tickets, by ticket, first come first; ask only for tickets that the reader handles."""
    found: dict[int, list[Here]] = {}
    query = (
        select(Presence.ticket_id, Presence.person_id, Person.name, Presence.mode, Presence.since)
        .join(Person, Person.id == Presence.person_id)
        .where(Presence.ticket_id.in_(ticket_ids), Presence.seen_at > now - FRESH)
        .order_by(Presence.since, Presence.person_id)
    )
    for row in db.session.execute(query) if ticket_ids else ():
        found.setdefault(row.ticket_id, []).append(Here(*row))
    return found


def writer(actor: Actor) -> ScalarSelect[str]:
    """The name of the first colleague who writes at a ticket, for lists of what the actor handles.

    The parameter `fresh` is since when one counts as writing: `FRESH` before now.
    """
    return (
        select(Person.name)
        .join(Presence, Presence.person_id == Person.id)
        .where(Presence.ticket_id == Ticket.id, _others(actor))
        .order_by(Presence.since, Presence.person_id)
        .limit(1)
        .scalar_subquery()
    )


def writers(actor: Actor) -> ScalarSelect[int]:
    """Who writes at what the actor handles, in one number that differs when that changes; with `fresh` as above."""
    told = func.coalesce(func.sum(Presence.ticket_id) * 1009 + func.sum(Presence.person_id), 0)
    handled = select(told).join(Ticket, Ticket.id == Presence.ticket_id)
    return handled.where(_others(actor), visible_tickets(actor, Act.HANDLE)).scalar_subquery()


def forget(*, now: datetime) -> int:
    """Remove the beats that count no more; returns how many."""
    gone = delete(Presence).where(Presence.seen_at <= now - FRESH).returning(Presence.ticket_id)
    return len(db.session.execute(gone).all())


def _others(actor: Actor) -> ColumnElement[bool]:
    return and_(Presence.seen_at > bindparam("fresh", type_=UTCDateTime()), Presence.person_id != actor.id)


def _handles(number: int, by: Actor) -> bool:
    handled = exists().where(Ticket.id == number, visible_tickets(by, Act.HANDLE))
    return number <= LARGEST_NUMBER and bool(db.session.scalar(select(handled)))
