"""The page of a request's tags, and what is sent from it."""

from functools import partial

from flask import Response, request, url_for

from internaldesk.tickets import tags, undo_bar, undoing
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.forms import TagsForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.route("/requests/R-<int:number>/tags", methods=["GET", "POST"], endpoint="tags")
@people
def edit(number: int) -> Response:
    """The words its team sorts it by; nobody else knows of them."""
    ticket, form = handled_or_404(number), TagsForm()
    if request.method == "GET":
        form.tags.data = ", ".join(ticket.tag_words)
    elif form.accepts(partial(undoing.kept, tags.tag), ticket, by=actor(), now=now()):
        undo_bar.offer(form.result)
        return go(url_for("tickets.show", number=number))
    return page(
        "tickets/edit.html",
        part="tickets/_edit.html",
        status=422 if request.method == "POST" else 200,
        ticket=ticket,
        what="tags",
        form=form,
        in_use=tags.in_use(actor()),
    )
