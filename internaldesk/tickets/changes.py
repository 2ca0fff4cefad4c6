"""The small steps that the acts on a ticket are made of: beginning, saying, holding, becoming, and refusing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select

from internaldesk.core import lifecycle, priority
from internaldesk.core.errors import Conflict, Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.core.text import excerpt
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.history import pulse
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Person
from internaldesk.models.tickets import Holding, Message, Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import attachments, relations
from internaldesk.tickets.arrival import Arrival

SAID = 200
PAUSES = {Status.WAITING: "requester", Status.APPROVAL: "approval", Status.SUPPLIER: "vendor"}


def begun(
    request_type: RequestType, answers: dict[str, Any], customer_waiting: bool, *, arrival: Arrival, now: datetime
) -> Ticket:
    """A new ticket of this type as of `now`, for its requester, with the priority that the answers give it."""
    team_id = arrival.team_id or request_type.team_id
    pulse.beat(team_id, request_type.confidentiality)
    urgency, why = priority.set_by(request_type.priority_rule, answers, customer_waiting)
    return Ticket(
        request_type=request_type,
        request_type_id=request_type.id,
        team_id=team_id,
        requester_id=arrival.requester_id,
        for_person_id=arrival.requester_id,
        location_id=arrival.location_id,
        department_id=select(Person.department_id).where(Person.id == arrival.requester_id).scalar_subquery(),
        confidentiality=request_type.confidentiality,
        answers=answers,
        channel=arrival.channel,
        status=Status.NEW,
        is_open=True,
        priority=urgency,
        priority_why=why,
        customer_waiting=customer_waiting,
        filed_at=now,
        updated_at=now,
        last_word_at=now,
        last_word_by_id=arrival.requester_id,
        holdings=[Holding(team_id=team_id, started_at=now)],
    )


def say(
    ticket: Ticket, *, by: Actor, now: datetime, body: str, as_team: bool, files: Sequence[int], **facts: Any
) -> Message:
    """Add public words to the conversation; `facts` go into the record of it, in plain JSON."""
    message = Message(ticket_id=ticket.id, author_id=by.id, by_team=as_team, body=body, at=now)
    db.session.add(message)
    db.session.flush()
    attachments.attach(files, ticket=ticket, by=by, message=message)
    ticket.last_word, ticket.last_word_at, ticket.last_word_by_id = excerpt(body, SAID), now, by.id
    touch(ticket, now)
    history.record(ticket.id, Kind.REPLIED, by=by, at=now, message=message.id, by_team=as_team, **facts)
    return message


def hold(ticket: Ticket, status: Status, *, reason: str, until: datetime | None, by: Actor, now: datetime) -> None:
    """Put an open ticket into `status`; waiting until a date is a scheduled pause that ends by itself."""
    was = ticket.status
    become(ticket, status, reason=reason, until=until)
    touch(ticket, now)
    pause = "scheduled" if status is Status.WAITING and until else PAUSES.get(status)
    if pause:
        sla.tell(ticket, ClockKind.PENDING, by=by, now=now, reason=pause, until=until if pause == "scheduled" else None)
    elif was in lifecycle.PAUSING:
        sla.tell(ticket, ClockKind.RESUMED, by=by, now=now)
    if was is not Status.NEW or pause:
        history.record(ticket.id, Kind.STATUS, by=by, at=now, status=status.value, reason=reason)


def become(ticket: Ticket, status: Status, *, reason: str = "", until: datetime | None = None) -> None:
    """Take on a status, with why and until when."""
    ticket.status = status
    ticket.is_open = lifecycle.is_open(status)
    ticket.status_reason, ticket.status_until = reason, until


def touch(ticket: Ticket, now: datetime) -> None:
    """Count a change that the next writer should have seen before writing."""
    ticket.version += 1
    stir(ticket, now)


def stir(ticket: Ticket, now: datetime) -> None:
    """Let the lists of its team show a change that nobody who is writing needs to have seen."""
    ticket.updated_at = now
    former = inspect(ticket).attrs.team_id.history.deleted  # the lists of the team that passes it on change, too
    for team_id in (ticket.team_id, *former):
        pulse.beat(team_id, ticket.confidentiality)


def refuse_closed(ticket: Ticket) -> None:
    """Nothing more happens to a closed ticket; one that was merged says so."""
    if ticket.status is Status.CLOSED:
        if ticket.solved_at is None and relations.standing(ticket.id, LinkKind.MERGED):
            raise Refused("This request is answered together with another one about the same; it stays closed.")
        lifecycle.move(Status.CLOSED, Status.PROGRESS)


def refuse_stale(ticket: Ticket, version: int | None) -> None:
    """The writer must have seen the newest state."""
    if version is not None and version != ticket.version:
        raise Conflict("Somebody was faster: this request changed while you were writing.")


def refuse_past(until: datetime | None, now: datetime) -> None:
    """A date to wait for lies ahead."""
    if until is not None and until <= now:
        raise Refused("Choose a date ahead.", field="until")
