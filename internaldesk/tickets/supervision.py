"""What is sent because a promise was missed: the requester asks somebody to step in."""

from flask import Response, url_for

from internaldesk.tickets import actions
from internaldesk.tickets.access import ticket_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now


@bp.post("/requests/R-<int:number>/escalation")
@people
def escalate(number: int) -> Response:
    """Ask whoever leads the team to step in."""
    ticket = ticket_or_404(number, lock=True)
    actions.escalate(ticket, by=actor(), now=now())
    return go(url_for("tickets.show", number=number, _anchor="status-line"))
