"""Take a reply back within ten seconds, before anybody on the requester's side was told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, require
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.relations import Relay
from internaldesk.models.sla import ClockEvent
from internaldesk.models.tickets import Message, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import attachments, changes, drafts, mentions
from internaldesk.tickets.conversation import HELD, instant

_ITS_OWN = (Kind.STATUS.value, Kind.SOLVED.value)
"""What a reply brings along; a reply that did more, like calling off an approval, stands."""
_NO_MATTER = tuple(
    kind.value for kind in (Kind.NOTED, Kind.TAGGED, Kind.FOLLOWED, Kind.MENTIONED, Kind.AT_RISK, Kind.BREACHED)
)


def standing(ticket: Ticket) -> dict[str, Any]:
    """How a ticket stands before a reply, in plain JSON: what taking the reply back restores."""
    return {
        "status": ticket.status.value,
        "reason": ticket.status_reason,
        "until": _written(ticket.status_until),
        "assignee": ticket.assignee_id,
        "answered": _written(ticket.first_answered_at),
        "solved_at": _written(ticket.solved_at),
        "solved_by": ticket.solved_by_id,
        "word": [ticket.last_word, _written(ticket.last_word_at), ticket.last_word_by_id],
        "version": ticket.version,
        "clocks": sla.length(ticket),
    }


def take_back(ticket: Ticket, *, by: Actor, now: datetime, message: int) -> Message:
    """Undo one's own reply: the ticket and its clocks are as before, and its words and files are a draft again.

    The record keeps the reply, and that it was taken back. Raises Refused once it was told, or somebody acted on it.
    """
    require(by, Act.ANSWER, ticket)
    said = _own(ticket, by=by, message=message)
    if said.at <= now - HELD:
        raise Refused(f"That was sent more than 10 seconds ago: {ticket.requester.name} can read it already.")
    if not able(said):
        raise Refused("It was said on other requests, too, so it stands.")
    replied, followed = _act(ticket, said)
    before = replied.data["before"]
    seqs = _told_clocks(ticket, said, after=before["clocks"])
    said.taken_back_at = now
    _restore(ticket, before, now=now)
    sla.undo(ticket, seqs, by=by, now=now)
    if db.session.scalars(select(RatingInvite).filter_by(ticket_id=ticket.id, at=said.at)).first():
        ratings.uninvite(ticket)
    mentions.withdraw(ticket, by=by, at=said.at)
    _redraft(ticket, said, by=by, now=now)
    _record(ticket, said, followed, by=by, now=now)
    return said


def unsay(ticket: Ticket, *, by: Actor, now: datetime, message: int, redraft: bool) -> None:
    """Take back the words of an act of which everything else is put back by the caller, its clocks among it.

    `redraft`: they are a draft again. Raises Refused where they were told already.
    """
    said = _own(ticket, by=by, message=message)
    if said.at <= now - HELD or not able(said):
        raise Refused("Words were sent with it more than 10 seconds ago, and they stay sent.")
    replied, *followed = _since(ticket, said)
    said.taken_back_at = now
    _hush(ticket, replied.data["before"])
    mentions.withdraw(ticket, by=by, at=said.at)
    if redraft:
        _redraft(ticket, said, by=by, now=now)
    _record(ticket, said, [event for event in followed if event.at == said.at], by=by, now=now)


def able(said: Message) -> bool:
    """Whether it was said on this request alone."""
    return not db.session.scalar(select(exists().where(Relay.message_id == said.id)))


def _own(ticket: Ticket, *, by: Actor, message: int) -> Message:
    mine = (Message.author_id == by.id, Message.by_team, Message.taken_back_at.is_(None))
    query = select(Message).where(Message.id == message, Message.ticket_id == ticket.id, *mine)
    said = db.session.scalars(query).first()
    if said is None:
        raise Refused("It was taken back already. Nothing was changed.")
    return said


def _act(ticket: Ticket, said: Message) -> tuple[Event, list[Event]]:
    """The event of the reply, and those that came with it; refuses where anything else has happened since."""
    replied, *events = _since(ticket, said)
    since = [event for event in events if event.kind not in _NO_MATTER]
    if any(not _belongs(event, said) for event in since):
        raise Refused("This request changed since, so your reply stands.")
    return replied, since


def _since(ticket: Ticket, said: Message) -> list[Event]:
    """The event of the reply, and all that happened after it."""
    query = select(Event).where(Event.ticket_id == ticket.id, Event.at >= said.at).order_by(Event.id)
    events = list(db.session.scalars(query))
    at = next(n for n, event in enumerate(events) if event.data.get("message") == said.id)
    return events[at:]


def _belongs(event: Event, said: Message) -> bool:
    return event.kind in _ITS_OWN and (event.actor_id, event.at) == (said.author_id, said.at)


def _told_clocks(ticket: Ticket, said: Message, *, after: int) -> list[int]:
    """What the reply told the clocks; refuses where somebody else told them something since."""
    query = select(ClockEvent).where(ClockEvent.ticket_id == ticket.id, ClockEvent.seq > after)
    rows: Sequence[ClockEvent] = db.session.scalars(query).all()
    if any((row.actor_id, row.at) != (said.author_id, said.at) for row in rows):
        raise Refused("This request changed since, so your reply stands.")
    return [row.seq for row in rows]


def _restore(ticket: Ticket, before: dict[str, Any], *, now: datetime) -> None:
    status = Status(before["status"])
    changes.become(ticket, status, reason=before["reason"], until=instant(before["until"]))
    ticket.assignee_id = before["assignee"]
    ticket.first_answered_at = instant(before["answered"])
    ticket.solved_at, ticket.solved_by_id = instant(before["solved_at"]), before["solved_by"]
    _hush(ticket, before)
    changes.touch(ticket, now)


def _hush(ticket: Ticket, before: dict[str, Any]) -> None:
    """The last word is the one before it."""
    word, at, by_id = before["word"]
    ticket.last_word, ticket.last_word_at, ticket.last_word_by_id = word, datetime.fromisoformat(at), by_id


def _record(ticket: Ticket, said: Message, came_with_it: Sequence[Event], *, by: Actor, now: datetime) -> None:
    hides = [event.id for event in came_with_it]
    history.record(ticket.id, Kind.TAKEN_BACK, by=by, at=now, message=said.id, hides=hides)


def _redraft(ticket: Ticket, said: Message, *, by: Actor, now: datetime) -> None:
    """The words and files wait in the reply box again, before what was begun there meanwhile."""
    place = drafts.place(ticket.id, "reply")
    begun = drafts.find(place, by=by)
    words = begun.words if begun else {}
    body = "\n\n".join(part for part in (said.body, words.get("body", "")) if part)
    files = [*attachments.detach(said, now=now), *words.get("files", [])]
    drafts.save(place, by=by, now=now, words={"body": body, "files": files})


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
