"""Log a request that did not come through the portal: a call, a visit, a letter, written down for whoever asked."""

from datetime import datetime, timedelta
from typing import Any

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, queries
from internaldesk.tickets.arrival import DOORS, SPOKEN, Arrival

AT_ONCE = timedelta(minutes=1)
"""What was received less than this before counts as received now: nobody types faster."""


def log(
    request_type: RequestType,
    *,
    by: Actor,
    now: datetime,
    form: FormVersion,
    person: Person,
    channel: str,
    received: datetime | None = None,
    then: str = "",
    answer: str = "",
    **words: Any,
) -> Ticket:
    """File `person`'s request for them; `then` is "take" or "solve" (with the answer given), `words` as for filing.

    Who was spoken to has had a first reply. Clocks start when it was received, at most an hour back.
    """
    _refuse(request_type, by, person, channel)
    if received is not None and received > now:
        raise Refused("This is in the future: say when it was received.", field="received")
    before = received if received is not None and now - received >= AT_ONCE else None
    came = Arrival(person.id, person.location_id, channel, before)
    ticket = actions.file(request_type, by=by, now=now, form=form, arrival=came, **words)
    if channel in SPOKEN:
        ticket.first_answered_at = now
    if then:
        _go_on(ticket, then, answer, by=by, now=now)
    return ticket


def may_log(by: Actor, *, team_id: int, confidential: bool) -> bool:
    """Whether they may take down a request of such a type: a case only where they are named for cases."""
    return by.is_agent and (not confidential or team_id in by.case_group_of)


def _refuse(request_type: RequestType, by: Actor, person: Person, channel: str) -> None:
    case = request_type.confidentiality is Confidentiality.CASE
    if not may_log(by, team_id=request_type.team_id, confidential=case):
        raise Refused("Only those named for such cases can log one.", field="type")
    if person.id == by.id:
        raise Refused("A request of your own goes through “Get help”.", field="for_person")
    if channel not in DOORS:
        raise Refused("Choose how it came.", field="channel")


def _go_on(ticket: Ticket, then: str, answer: str, *, by: Actor, now: datetime) -> None:
    if not queries.speaks_for_team(by, ticket):
        raise Refused(f"Only {ticket.team.name} can take or solve it. You can log it for them.", field="type")
    if then == "take":
        actions.assign(ticket, by=by, now=now, assignee_id=by.id)
    elif not answer:
        raise Refused("Write what you told them; they read it as your answer.", field="answer")
    else:
        actions.reply(ticket, by=by, now=now, body=answer, then="solve")
