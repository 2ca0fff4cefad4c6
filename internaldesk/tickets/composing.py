"""What the box for a reply or a note asks while somebody writes, and taking a reply back."""

from flask import Response, abort, flash, request, url_for

from internaldesk.tickets import mentions, taking_back, undo_bar, uploads
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.forms import TakeBackForm
from internaldesk.tickets.queries import LARGEST_NUMBER
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.post("/requests/R-<int:number>/messages/<int:message>/taken-back")
@people
def take_back(number: int, message: int) -> Response:
    """Take back one's own reply before it is told; its words are in the reply box again."""
    ticket, form = handled_or_404(number), TakeBackForm()
    if message > LARGEST_NUMBER:
        abort(404)
    undo_bar.close()
    if form.accepts(taking_back.take_back, ticket, by=actor(), now=now(), message=message):
        flash(f"Taken back. {ticket.requester.name} was told nothing; your words are in the box below.")
    else:
        flash(" ".join(form.form_errors), "warn")
    return go(url_for("tickets.show", number=number, _anchor="reply"))


@bp.get("/requests/R-<int:number>/colleagues")
@people
def colleagues(number: int) -> Response:
    """Whom one can call by name here, while a name is typed behind an @; a fragment only."""
    ticket = handled_or_404(number)
    found = mentions.offered(ticket, by=actor(), asked=request.args.get("q", ""))
    return page("tickets/_colleagues.html", found=found)


@bp.post("/files")
@people
def upload() -> Response:
    """Store one file while the rest of its form is still written: its line for the form, or a sentence why not."""
    before = set(uploads.kept_ids())
    found = uploads.received(by=actor())
    if found.errors:
        return Response(found.errors[-1], status=413 if found.too_large else 422, mimetype="text/plain")
    fresh = [row for row in found.files if row.id not in before]
    return page("tickets/_files.html", files=fresh)
