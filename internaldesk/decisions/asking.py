"""What a team asks about a request of theirs: whom it asked, what they said, and asking."""

from flask import Response, flash, request, url_for

from internaldesk.approvals import queries
from internaldesk.core.approval import STATE_WORDS, State
from internaldesk.decisions import sight
from internaldesk.decisions.blueprint import bp
from internaldesk.decisions.forms import AskForm
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import approving
from internaldesk.tickets.access import handled_or_404
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import done, now, page


@bp.route("/requests/R-<int:number>/approvals", methods=["GET", "POST"])
@people
def of_request(number: int) -> Response:
    """Who was asked about a request and what they said, and the form to ask; for those who handle it."""
    ticket, form = handled_or_404(number), AskForm()
    if request.method == "POST":
        if form.accepts(approving.ask, ticket, by=actor(), now=now()):
            flash(f"Asked. {ticket.number} waits until that is decided.")
            return done(url_for("tickets.show", number=number))
        return _page(ticket, form, status=422)
    form.whom.data, form.words.data = "manager", ticket.summary
    return _page(ticket, form)


@bp.post("/requests/R-<int:number>/approvals/repeat")
@people
def repeat(number: int) -> Response:
    """Ask by the rule again, of whoever it names today."""
    ticket = handled_or_404(number)
    approving.ask_again(ticket, by=actor(), now=now())
    flash("Asked again, of those the rule names today.")
    return done(url_for("decisions.of_request", number=number))


@bp.post("/requests/R-<int:number>/approvals/withdrawal")
@people
def withdrawal(number: int) -> Response:
    """Take back what the team asked."""
    ticket = handled_or_404(number)
    approving.take_back(ticket, by=actor(), now=now())
    flash(f"Taken back. {ticket.number} goes on.")
    return done(url_for("tickets.show", number=number))


def _page(ticket: Ticket, form: AskForm, *, status: int = 200) -> Response:
    newest = queries.newest(ticket.id)
    return page(
        "approvals/request.html",
        part="approvals/_ask.html",
        status=status,
        ticket=ticket,
        form=form,
        round=newest,
        steps=sight.steps(newest) if newest else [],
        state=STATE_WORDS[newest.state] if newest else "",
        can_ask=ticket.is_open and not (newest and newest.by_rule and newest.state is State.WAITING),
    )
