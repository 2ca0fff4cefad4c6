"""Ask another team for help with a request: a request of its own, which the one who asks keeps waiting for."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, require
from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.checklists import Step
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import changes, fanning, opening
from internaldesk.tickets.arrival import Arrival


def ask(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    request_type: RequestType,
    form: FormVersion,
    summary: str,
    details: str = "",
    answers: dict[str, Any] | None = None,
    for_requester: bool = False,
    waits: bool = False,
) -> Ticket:
    """File what another team is asked, as a request of the agent's own; the first one stays open until it is over.

    With `for_requester` it is for the same person, who can read it too. With `waits` the request says that it waits for
    that team; whoever asked first was promised an answer by ours, so no promise rests.
    """
    require(by, Act.CHANGE, ticket)
    _refuse(ticket, request_type)
    _refuse_telling(ticket, summary, details, answers or {})
    if for_requester and not is_open_to_all(ticket, request_type):
        raise Refused("This cannot be shown to whoever asked.", field="for_requester")
    child = opening.file(
        request_type,
        by=by,
        now=now,
        form=form,
        summary=summary,
        details=details,
        answers=answers,
        for_person=db.session.get(Person, ticket.for_person_id) if for_requester else None,
        part_of=ticket,
        arrival=Arrival(by.id, by.location_id if is_case(ticket) else ticket.location_id),
    )
    fanning.tie(_step(ticket, child, by=by, now=now), child, ticket, by=by, now=now)
    if waits and not is_case(ticket):
        _wait(ticket, fanning.waits_for(child), by=by, now=now)
    return child


def is_open_to_all(ticket: Ticket, request_type: RequestType) -> bool:
    """Whether whoever asked may read what the other team is asked."""
    both = (ticket.confidentiality, request_type.confidentiality)
    return all(how is Confidentiality.ORDINARY for how in both)


def is_case(ticket: Ticket) -> bool:
    """Whether nobody else may hear of it."""
    return ticket.confidentiality is Confidentiality.CASE


def _refuse(ticket: Ticket, request_type: RequestType) -> None:
    changes.refuse_closed(ticket)
    if not ticket.is_open:
        raise Refused("This request is solved. Reopen it first.")
    if ticket.status is Status.APPROVAL:
        raise Refused("This waits for an approval first; until then nobody works on it.")
    if request_type.team_id == ticket.team_id:
        raise Refused("Choose another team.", field="type")


def _refuse_telling(ticket: Ticket, summary: str, details: str, answers: dict[str, Any]) -> None:
    """What is asked about a case names neither its title nor whose it is: other people read it."""
    if not is_case(ticket):
        return
    said = f"{summary}\n{details}\n{answers}".casefold()
    secret = {ticket.requester.name, ticket.for_person.name, ticket.requester.email, ticket.for_person.email}
    if ticket.summary.casefold() in said or any(word.casefold() in said for word in secret):
        raise Refused("The other team would read whose case this is. Ask without names.", field="summary")


def _step(ticket: Ticket, child: Ticket, *, by: Actor, now: datetime) -> Step:
    last = db.session.scalar(select(func.max(Step.position)).where(Step.ticket_id == ticket.id)) or 0
    step = Step(
        ticket_id=ticket.id,
        position=last + 1,
        name=child.summary,
        details="",
        team_id=child.team_id,
        team=child.request_type.team,
        request_type_id=child.request_type_id,
        answers={},
        begins_at=now,
        made_at=now,
        made_by_id=by.id,
    )
    db.session.add(step)
    return step


def _wait(ticket: Ticket, reason: str, *, by: Actor, now: datetime) -> None:
    """Say so in the status; what rested because of somebody else runs on, for now the desk is at it."""
    if ticket.status is Status.PROGRESS:
        changes.become(ticket, Status.PROGRESS, reason=reason)
    else:
        changes.hold(ticket, Status.PROGRESS, reason=reason, until=None, by=by, now=now)
