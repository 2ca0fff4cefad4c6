"""Split a second matter off a request: a new one of its own for the same person, while the old one keeps everything."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core import relations as rules
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Attachment, Message, Ticket
from internaldesk.tickets import actions, changes
from internaldesk.tickets.arrival import Arrival

FILED = 0
"""The number that stands for the words a request was filed with, among those of its messages."""
_OTHER = "another request"


class Said(NamedTuple):
    """Words of the requester's side that may be a matter of their own: `id` of the message, or FILED."""

    id: int
    at: datetime
    who: str
    body: str


def said(ticket: Ticket) -> list[Said]:
    """What the requester's side wrote, oldest first."""
    query = (
        select(Message.id, Message.at, Person.name, Message.body)
        .join(Person, Person.id == Message.author_id)
        .where(Message.ticket_id == ticket.id, Message.by_team.is_(False), Message.taken_back_at.is_(None))
        .order_by(Message.id)
    )
    words = [Said(FILED, ticket.filed_at, ticket.requester.name, ticket.details or ticket.summary)]
    return [*words, *(Said(*row) for row in db.session.execute(query))]


def files(ticket: Ticket) -> list[Attachment]:
    """The files of the public conversation."""
    query = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.note_id.is_(None))
    return list(db.session.scalars(query.order_by(Attachment.id)))


def split(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    request_type: RequestType,
    form: FormVersion,
    summary: str,
    words: Sequence[int] = (),
    details: str = "",
    files: Sequence[int] = (),
    version: int | None = None,
) -> Ticket:
    """File a request of `request_type` for the same people with the chosen `words` and stored `files`.

    Its promises start at `now`: what was written before was promised by the request it was written on, which still
    owes the answer to it. Raises Forbidden unless `by` handles the old one, Conflict where it is not `version`, and
    Refused where nothing was chosen or written, or what only its team may read would go further.
    """
    require(by, Act.RELATE, ticket)
    changes.refuse_closed(ticket)
    changes.refuse_stale(ticket, version)
    chosen = [found for found in said(ticket) if found.id in words]
    if not (chosen or details):
        raise Refused("Choose the words that ask for something else, or write them yourself.", field="words")
    if chosen or files:
        _refuse_leak(ticket, request_type)
    new = actions.file(
        request_type,
        by=by,
        now=now,
        form=form,
        summary=summary,
        details="\n\n".join([*([details] if details else []), *(found.body for found in chosen)]),
        for_person=ticket.for_person if ticket.for_person_id != ticket.requester_id else None,
        files=files,
        arrival=Arrival(ticket.requester_id, ticket.location_id),
    )
    _tie(new, ticket, by=by, now=now)
    return new


def _refuse_leak(ticket: Ticket, into: RequestType) -> None:
    if not rules.carries(ticket, team_id=into.team_id, confidentiality=into.confidentiality):
        raise Refused("Words and files of this request stay with its team. Say in your own words what is asked.")


def _tie(new: Ticket, ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Both pages say so to those who may read the other; the record names numbers only to the same circle."""
    db.session.add(Link(kind=LinkKind.SPLIT, ticket=new, other=ticket, made_at=now, made_by_id=by.id, facts={}))
    named = rules.tells(ticket, new)
    which, origin = (new.number, ticket.number) if named else (_OTHER, _OTHER)
    history.record(ticket.id, Kind.SPLIT, by=by, at=now, other=new.id, which=which)
    history.record(new.id, Kind.SPLIT_FROM, by=by, at=now, other=ticket.id, which=origin)
    changes.touch(ticket, now)
