"""Whether something happened at a request since its reader last had the page in front of them, in SQL for lists."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor
from internaldesk.models.history import Event
from internaldesk.models.presence import Seen
from internaldesk.models.tickets import Follower, Message, Ticket

_WORDS = (Kind.FILED.value, Kind.REPLIED.value, Kind.NOTED.value)
_TOLD = (Kind.REPLIED.value,)
_TOLD_TEAM = (Kind.REPLIED.value, Kind.NOTED.value, Kind.ASSIGNED.value)
_earlier = aliased(Event)


def theirs(actor: Actor) -> ColumnElement[bool]:
    """Tickets the actor has or follows."""
    follows = select(Follower.ticket_id).where(Follower.ticket_id == Ticket.id, Follower.person_id == actor.id)
    return or_(func.coalesce(Ticket.assignee_id, 0) == actor.id, follows.exists())


def unread(actor: Actor, *, as_team: bool) -> ColumnElement[bool]:
    """Tickets at which somebody else did or said something since the actor last looked there or wrote there.

    What the desk does by itself is no news, nor is what was taken back; notes are, for the team only. A page that was
    never opened counts from the words that its reader wrote last, or from the filing. What the requester's side is not
    told yet still counts here: see `cards`.
    """
    own = (
        select(func.max(_earlier.id))
        .where(_earlier.ticket_id == Ticket.id, _earlier.actor_id == actor.id, _earlier.kind.in_(_WORDS))
        .correlate(Ticket)
        .scalar_subquery()
    )
    seen = (
        select(Seen.at).where(Seen.person_id == actor.id, Seen.ticket_id == Ticket.id).correlate(Ticket)
    ).scalar_subquery()
    taken_back = select(Message.id).where(
        Message.ticket_id == Event.ticket_id,
        Message.author_id == Event.actor_id,
        Message.at == Event.at,  # also what came with the reply, such as solving it
        Message.taken_back_at.is_not(None),
    )
    news = select(Event.id).where(
        Event.ticket_id == Ticket.id,
        Event.actor_id != actor.id,
        Event.kind != Kind.FILED.value,
        or_(Event.public, Event.kind.in_(_TOLD_TEAM if as_team else _TOLD)),
        Event.id > func.coalesce(own, 0),
        Event.at > func.coalesce(seen, Ticket.filed_at),
        ~taken_back.exists(),
    )
    return news.correlate(Ticket).exists()
