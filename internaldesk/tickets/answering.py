"""The pages of what hangs on a request: tell or solve all of it, and read what was said on one that was merged."""

from flask import Response, flash, request, url_for

from internaldesk.core.errors import Conflict
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import telling
from internaldesk.tickets.access import handled_or_404, ticket_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.pair_form import TellForm
from internaldesk.tickets.show import shown
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.route("/requests/R-<int:number>/linked", methods=["GET", "POST"])
@people
def tell(number: int) -> Response:
    """What hangs on it, and one answer for all of them."""
    ticket, form = handled_or_404(number), TellForm()
    if request.method == "GET":
        return _page(ticket, form)
    try:
        if not form.accepts(telling.tell_all, ticket, by=actor(), now=now()):
            return _page(ticket, form, status=422)
    except Conflict as conflict:
        form.form_errors.append(f"{conflict.sentence} Your text is still here.")
        return _page(ticket, form, status=409)
    flash(form.result.sentence)
    return go(url_for("tickets.show", number=number))


@bp.get("/requests/R-<int:number>/talk")
@people
def talk(number: int) -> Response:
    """What was said on a request, only to be read: inside the one it was merged into, or on its own."""
    ticket = ticket_or_404(number)
    return page("tickets/talk.html", part="tickets/_talk.html", **shown(ticket, actor=actor(), mode="reply"))


def _page(ticket: Ticket, form: TellForm, *, status: int = 200) -> Response:
    rows = telling.listed(ticket, by=actor())
    chosen = {row.id for row in rows} if request.method == "GET" else set(form.only.data or [])
    return page(
        "tickets/tell.html",
        status=status,
        ticket=ticket,
        form=form,
        rows=rows,
        chosen=chosen,
        more=rows[0].of - len(rows) if rows else 0,
        later=telling.waiting(ticket.id),
    )
