"""Saying thanks for a request that somebody solved: beside the rating, and apart from it."""

from flask import Response, abort, flash, url_for

from internaldesk.core import recognition as rules
from internaldesk.core.policy import Act, may
from internaldesk.models.tickets import Ticket
from internaldesk.recognition import actions, mirror, queries, record
from internaldesk.recognition.blueprint import bp
from internaldesk.recognition.forms import ThanksForm
from internaldesk.tickets.access import ticket_or_404
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page

__all__ = ["bp", "mirror", "record"]


@bp.get("/requests/R-<int:number>/thank-you")
@people
def thank_you(number: int) -> Response:
    """The form, or what was said already."""
    return _page(_own(number), ThanksForm.blank())


@bp.post("/requests/R-<int:number>/thank-you")
@people
def thank(number: int) -> Response:
    """Say it."""
    ticket, form = _own(number, lock=True), ThanksForm()
    if form.accepts(actions.thank, ticket, by=actor(), now=now()):
        flash(f"{queries.name_of(form.result.receiver_id)} will read your thanks.")
        return go(url_for("recognition.thank_you", number=number))
    return _page(ticket, form, status=422)


def _own(number: int, *, lock: bool = False) -> Ticket:
    """A request of the reader's own side; others have nothing to thank for."""
    ticket = ticket_or_404(number, lock=lock)
    return ticket if may(actor(), Act.THANK, ticket) else abort(404)


def _page(ticket: Ticket, form: ThanksForm, *, status: int = 200) -> Response:
    helper, given = rules.helper(ticket), queries.given(ticket.id, giver_id=actor().id)
    whom = given.receiver_id if given else helper
    return page(
        "recognition/thank_you.html",
        status=status,
        ticket=ticket,
        form=form,
        given=given,
        tags=rules.TAGS,
        whom=queries.name_of(whom) if whom else "",
    )
