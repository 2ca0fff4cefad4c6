"""Where sending leads: to what is due next, back to the list, or to the same page; remembered for the next time."""

from flask import Response, current_app, flash, request, url_for

from internaldesk.models.tickets import Ticket
from internaldesk.tickets import queries, undo_bar, worklist
from internaldesk.tickets.conversation import HELD
from internaldesk.tickets.undoing import Kept
from internaldesk.web.auth import actor
from internaldesk.web.desk import go, now, wants_part

GO = {"next": "go to next due", "stay": "stay here", "list": "back to the list"}


def onward(ticket: Ticket, *, done: str, undo: str | Kept | None = None) -> Response:
    """To where the writer said Send should lead, remembered for the next time; `done` says what was sent or done.

    `undo` is how that is taken back within the next seconds: at an address of its own, or as an act that was kept.
    """
    where = request.form.get("go", "stay")
    handles = queries.speaks_for_team(actor(), ticket)
    url, here = _next_due(ticket) if handles and where == "next" else (_after_send(ticket, where), "")
    if isinstance(undo, Kept):
        undo_bar.offer(undo._replace(words=done), once=here)
    elif undo:
        undo_bar.offer_sent(undo, until=now() + HELD, words=done, once=here)
    elif here:
        flash(f"{done} {here}")
    answer = go(url)
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


def _next_due(ticket: Ticket) -> tuple[str, str]:
    """Where that is, and what to say of it there, once."""
    following = worklist.next_due(actor(), after=ticket.id, now=now())
    if following is None:
        return url_for("queues.index"), f"Nothing else is due after {ticket.number}."
    return url_for("tickets.show", number=following), f"Now: R-{following}."
