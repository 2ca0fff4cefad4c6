"""What is sent where a request's last word is a thank-you."""

from flask import Response, flash, url_for

from internaldesk.tickets import thanks
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.forms import ThanksForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now


@bp.post("/requests/R-<int:number>/thanks")
@people
def no_answer_needed(number: int) -> Response:
    """No answer is needed: whoever asked said thank you."""
    ticket, form = handled_or_404(number), ThanksForm()
    if form.accepts(thanks.no_answer_needed, ticket, by=actor(), now=now()):
        flash("No answer needed: the next reply is off." if form.result else "No reply was owed here.")
    return go(url_for("tickets.show", number=number))
