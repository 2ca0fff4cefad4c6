"""Whether the page of a solved request offers to thank the person who helped."""

from sqlalchemy import exists, select

from internaldesk.core.policy import Confidentiality
from internaldesk.core.recognition import helper
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.recognition import Thanks
from internaldesk.models.tickets import Ticket


def unthanked(ticket: Ticket, *, giver_id: int) -> bool:
    """Whether somebody who still works here solved it, and the giver has not thanked them for it.

    Never where it is a case: whoever is in trouble is not asked for a kindness.
    """
    whom = helper(ticket)
    if whom is None or ticket.confidentiality is Confidentiality.CASE:
        return False
    said = exists().where(Thanks.ticket_id == ticket.id, Thanks.giver_id == giver_id)
    return db.session.scalar(select(Person.id).where(Person.id == whom, Person.active, ~said)) is not None
