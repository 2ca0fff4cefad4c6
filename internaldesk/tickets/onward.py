"""Where sending leads: to what is due next, back to the list, or to the same page; remembered for the next time."""

from flask import Response, current_app, flash, request, url_for

from internaldesk.models.tickets import Ticket
from internaldesk.tickets import queries, worklist
from internaldesk.web.auth import actor
from internaldesk.web.desk import go, now, wants_part

GO = {"next": "go to next due", "stay": "stay here", "list": "back to the list"}


def onward(ticket: Ticket, *, done: str) -> Response:
    """To where the writer said Send should lead, remembered for the next time; `done` says what was sent or done."""
    where = request.form.get("go", "stay")
    handles = queries.speaks_for_team(actor(), ticket)
    answer = go(_next_due(ticket, done) if handles and where == "next" else _after_send(ticket, where))
    if where in GO:
        secure = current_app.config["DESK"].secure
        answer.set_cookie("go", where, max_age=31_536_000, samesite="Lax", httponly=True, secure=secure)
    return answer


def _after_send(ticket: Ticket, where: str) -> str:
    if where == "list":
        return url_for("queues.index")
    # A browser that is told to go to another anchor of the page it is on loads nothing: for htmx the address differs.
    sent = ticket.version if wants_part() else None
    return url_for("tickets.show", number=ticket.id, sent=sent, _anchor="newest")


def _next_due(ticket: Ticket, done: str) -> str:
    following = worklist.next_due(actor(), after=ticket.id, now=now())
    if following is None:
        flash(f"{done} Nothing else is due after {ticket.number}.")
        return url_for("queues.index")
    flash(f"{done} Now: R-{following}.")
    return url_for("tickets.show", number=following)
