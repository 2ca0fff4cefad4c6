"""The page on which an agent logs what came by telephone, letter or in person, and what becomes of it."""

from typing import Any

from flask import Response, flash, request, url_for

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form
from internaldesk.core import questions
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.tickets import Draft, Ticket
from internaldesk.tickets import attachments, doors, drafts, queries
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.intake_form import Choosing, IntakeForm, choosing, chosen, intake_form
from internaldesk.tickets.uploads import Received, ids_in, received
from internaldesk.tickets.whom import described
from internaldesk.web import filters
from internaldesk.web.auth import actor, staff
from internaldesk.web.desk import done, now, page, spare_key

_PLACE = "log"
_NOT_KEPT = frozenset({"csrf_token", "form_key", "then", "check", "draft", "discard", "remove", "add_row", "drop_row"})
_STAYS = ("check", "remove", "add_row", "drop_row")
_USUAL = {"channel": ["phone"], "customer_waiting": ["no"]}


@bp.route("/log", methods=["GET", "POST"], endpoint="log")
@staff
def log() -> Response:
    """Write down who asks for what; everything typed survives every error."""
    return _blank() if request.method == "GET" else _sent()


@bp.get("/log/questions", endpoint="log_questions")
@staff
def ask() -> Response:
    """What the chosen type asks besides; a fragment only."""
    types = _types()
    found = _found(request.args.get("type", ""), types)
    return page("tickets/_log_questions.html", form=_form_class(found, types)({}, by=actor(), now=now()), found=found)


@bp.get("/log/person", endpoint="log_person")
@staff
def look() -> Response:
    """Where the person who asks works, and their telephone; a fragment only."""
    form = _form_class(None, Choosing({}))(request.args.to_dict(flat=False), by=actor(), now=now())
    return page("tickets/_log_person.html", person=_person(form))


@bp.post("/log/draft", endpoint="keep_log")
@staff
def keep_draft() -> Response:
    """Keep what is typed so far, while it is typed."""
    drafts.save(_PLACE, by=actor(), now=now(), words=_words_typed())
    return Response(status=204)


def _blank() -> Response:
    draft = drafts.find(_PLACE, by=actor())
    known: dict[str, Any] = {"type": [request.args.get("type", "")], **(draft.words if draft else {})}
    kept = attachments.waiting(ids_in(known.get("kept_files", ())), by=actor())
    form, found = _form(known)
    return _page(form, found, Received(files=list(kept)), draft=draft)


def _sent() -> Response:
    if "discard" in request.form:
        drafts.drop(_PLACE, by=actor())
        return done(url_for("tickets.log"))
    uploads = received(by=actor())
    form, found = _form(request.form.to_dict(flat=False))
    form.file_errors = uploads.errors
    if any(name in request.form for name in _STAYS):
        spare_key()
        return _page(form, found, uploads)
    if found is None:
        form.validate()
        form.type.errors = ["Choose what it is for."]
    elif form.accepts(doors.log, found.request_type, by=actor(), now=now(), form=found.version, files=uploads.ids):
        drafts.drop(_PLACE, by=actor())
        return _onward(form.result)
    return _page(form, found, uploads, status=413 if uploads.too_large else 422)


def _onward(ticket: Ticket) -> Response:
    """To the request, for those who may read it; else to the next one to be logged."""
    told = "solved" if ticket.solved_at else "yours" if ticket.assignee_id == actor().id else f"with {ticket.team.name}"
    flash(f"{ticket.number} is logged for {ticket.requester.name} and {told}.")
    readable = queries.get(ticket.id, actor=actor()) is not None
    return done(url_for("tickets.show", number=ticket.id) if readable else url_for("tickets.log"))


def _page(
    form: IntakeForm, found: Form | None, uploads: Received, *, draft: Draft | None = None, status: int = 200
) -> Response:
    here = now().astimezone(filters.zone())
    return page(
        "tickets/log.html",
        status=status,
        form=form,
        found=found,
        person=_person(form),
        whom={
            "words": form.whom.person.name if form.whom.person else form.given.get("for_person_name", ""),
            "matches": [(person.id, described(person)) for person in form.whom.matches],
        },
        kept=[{"id": row.id, "name": row.name, "size": filters.size(row.size)} for row in uploads.files],
        draft=draft,
        latest=here.strftime("%Y-%m-%dT%H:%M"),
    )


def _form(raw: dict[str, Any]) -> tuple[IntakeForm, Form | None]:
    types = _types()
    found = _found(next(iter(raw.get("type", ())), ""), types)
    return _form_class(found, types)(raw, by=actor(), now=now()), found


def _form_class(found: Form | None, types: Choosing) -> type[IntakeForm]:
    return intake_form(questions.parse(found.version.questions) if found else (), types)


def _types() -> Choosing:
    return choosing(catalogue.offers(actor()), by=actor())


def _found(path: str, types: Choosing) -> Form | None:
    slugs = chosen(path, types)
    return catalogue.form_for(*slugs, actor=actor()) if slugs else None


def _person(form: IntakeForm) -> Person | None:
    return db.session.get(Person, form.whom.person.id) if form.whom.person else None


def _words_typed() -> dict[str, Any]:
    """Everything typed into the form, by field; nothing where only the usual choices are set."""
    typed = {name: values for name, values in request.form.lists() if name not in _NOT_KEPT and any(values)}
    usual = {**_USUAL, "received": request.form.getlist("received")}
    return typed if any(usual.get(name) != values for name, values in typed.items()) else {}
