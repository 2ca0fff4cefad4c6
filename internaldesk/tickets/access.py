"""The request behind an address, for those who may see it; for everybody else there is none."""

from flask import abort, request

from internaldesk.models.tickets import Ticket
from internaldesk.tickets import queries
from internaldesk.web.auth import actor


def ticket_or_404(number: int, *, lock: bool = False) -> Ticket:
    """The ticket if this person may read it; its existence is nobody else's business."""
    ticket = queries.get(number, actor=actor(), lock=lock)
    if ticket is None:
        abort(404)
    return ticket


def handled_or_404(number: int) -> Ticket:
    """The ticket for those who handle it, locked where something is sent; 404 for readers, who have no such page."""
    ticket = ticket_or_404(number, lock=request.method == "POST")
    if not queries.speaks_for_team(actor(), ticket):
        abort(404)
    return ticket
