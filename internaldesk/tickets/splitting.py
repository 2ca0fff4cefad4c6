"""The page that splits a second matter off a request."""

import io

from flask import Response, current_app, flash, request, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form
from internaldesk.core.errors import Conflict
from internaldesk.core.relations import carries, tells
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import attachments, splits
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.attachments import Upload
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.pair_form import SplitForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.route("/requests/R-<int:number>/split", methods=["GET", "POST"])
@people
def split(number: int) -> Response:
    """Choose the words that ask for something else and what that is; it becomes a request of its own."""
    ticket, form = handled_or_404(number), SplitForm()
    form.type.choices = [SelectChoice("", "Choose what it is"), *_offered()]
    if request.method == "GET":
        return _page(ticket, form)
    found = _found(form.type.data or "")
    if found is None:
        form.validate()
        form.type.errors = ["Choose what it is."]
        return _page(ticket, form, status=422)
    try:
        if not form.accepts(splits.split, ticket, by=actor(), now=now(), **_asked(ticket, form, found)):
            return _page(ticket, form, status=422)
    except Conflict as conflict:
        form.form_errors.append(f"{conflict.sentence} What you chose is still here; look whether it is still right.")
        return _page(ticket, form, status=409)
    new = form.result
    name = new.number if tells(ticket, new) else "The second matter"
    flash(f"{name} is split off and with {new.team.name} now.")
    return go(url_for("tickets.show", number=number))


def _offered() -> list[SelectChoice]:
    return [SelectChoice(f"{o.team.slug}/{o.slug}", f"{o.team.name}: {o.name}") for o in catalogue.offers(actor())]


def _found(path: str) -> Form | None:
    team, _, kind = path.partition("/")
    return catalogue.form_for(team, kind, actor=actor())


def _asked(ticket: Ticket, form: SplitForm, found: Form) -> dict[str, object]:
    """What the form does not know: the type with its form, and copies of the chosen files."""
    kind = found.request_type
    fits = carries(ticket, team_id=kind.team_id, confidentiality=kind.confidentiality)
    chosen = form.kept.data or []
    return {"request_type": kind, "form": found.version, "files": _copied(ticket, chosen) if fits else chosen}


def _copied(ticket: Ticket, chosen: list[int]) -> list[int]:
    """Files belong to one request, which says who may read them; the new one gets its own."""
    folder = current_app.config["DESK"].files
    copies = []
    for row in splits.files(ticket):
        if row.id in chosen:
            content = io.BytesIO(b"".join(attachments.read(row, folder=folder)))
            copies.append(attachments.keep(Upload(row.name, content), by=actor(), now=now(), folder=folder).id)
    return copies


def _page(ticket: Ticket, form: SplitForm, *, status: int = 200) -> Response:
    return page(
        "tickets/split.html",
        status=status,
        ticket=ticket,
        form=form,
        said=splits.said(ticket),
        files=splits.files(ticket) if ticket.has_files else [],
    )
