"""File a request: the one beginning that every door leads to, whoever writes it down and for whomever it is."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from internaldesk.catalogue import actions as catalogue
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.text import excerpt
from internaldesk.history import actions as history
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import approving, attachments, changes
from internaldesk.tickets.arrival import Arrival


def file(
    request_type: RequestType,
    *,
    by: Actor,
    now: datetime,
    form: FormVersion,
    summary: str,
    details: str = "",
    answers: dict[str, Any] | None = None,
    for_person: Person | None = None,
    customer_waiting: bool = False,
    customer: str = "",
    needed_by: datetime | None = None,
    files: Sequence[int] = (),
    arrival: Arrival | None = None,
    agreed: Collection[str] = (),
    part_of: Ticket | None = None,
) -> Ticket:
    """File a new request (`by` themselves in the portal, or as it arrived); promises and place in the queue follow.

    `agreed` are the roles that approved what it is a part of, which are not asked a second time. A part of what only
    few may read is read by no more than the team that does it.
    """
    came = arrival or Arrival.of_own(by)
    ticket = changes.begun(request_type, answers or {}, customer_waiting, arrival=came, now=now)
    if part_of is not None and part_of.confidentiality is not Confidentiality.ORDINARY:
        ticket.confidentiality = max(ticket.confidentiality, Confidentiality.TEAM, key=list(Confidentiality).index)
    ticket.form_version, ticket.summary, ticket.details = form, summary, details
    ticket.customer, ticket.needed_by = customer if customer_waiting else "", needed_by
    ticket.last_word = excerpt(details or summary, changes.SAID)
    if for_person is not None:
        ticket.for_person_id, ticket.location_id = for_person.id, for_person.location_id
    sla.start(ticket, by=by, now=now, since=came.received)
    attachments.attach(files, ticket=ticket, by=by)
    catalogue.count_use(request_type.id, location_id=ticket.location_id)
    history.record(ticket.id, Kind.FILED, by=by, at=now, priority=ticket.priority.value, **came.facts)
    approving.ask_by_rule(ticket, by=by, now=now, agreed=agreed)
    return ticket
