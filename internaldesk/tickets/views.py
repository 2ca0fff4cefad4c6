"""One request, one URL for everyone: its page in two voices, and everything that is sent from it."""

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, abort, current_app, flash, request, url_for

from internaldesk.core.errors import Conflict
from internaldesk.core.policy import Act, require
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import (
    actions,
    answering,
    attachments,
    composing,
    drafts,
    filing,
    following,
    handing,
    intake,
    pairing,
    presence,
    queries,
    splitting,
    stepping,
    strip,
    supervision,
    tagging,
    taken,
    taking_back,
    telling,
    thanking,
    undo_bar,
    undoing,
    uploads,
    watching,
)
from internaldesk.tickets.access import handled_or_404, ticket_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.forms import (
    AssigneeForm,
    FollowerForm,
    FollowUpForm,
    MessageForm,
    NoteForm,
    PriorityForm,
    StatusForm,
    StepInForm,
    WordsForm,
)
from internaldesk.tickets.onward import GO, onward
from internaldesk.tickets.show import shown
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import done, go, now, page, spare_key
from internaldesk.web.forms import BaseForm
from internaldesk.web.headers import FILE_CSP

__all__ = [
    "answering", "bp", "composing", "filing", "handing", "intake", "pairing", "splitting", "stepping", "supervision",
    "tagging", "thanking", "watching",
]  # fmt: skip


@bp.get("/requests/R-<int:number>")
@people
def show(number: int) -> Response:
    """The page of a request."""
    ticket = ticket_or_404(number)
    mode = "note" if request.args.get("mode") == "note" else "reply"
    return _page(ticket, mode, NoteForm.blank() if mode == "note" else MessageForm.blank())


@bp.post("/requests/R-<int:number>/messages")
@people
def reply(number: int) -> Response:
    """Say something in public."""
    return _write(number, MessageForm(), telling.reply, mode="reply")


@bp.post("/requests/R-<int:number>/follow-ups")
@people
def follow_up(number: int) -> Response:
    """Go on with a closed request in a new one."""
    return _write(number, FollowUpForm(), following.follow_up, mode="reply")


@bp.post("/requests/R-<int:number>/notes")
@people
def note(number: int) -> Response:
    """Write something for the team only."""
    ticket = ticket_or_404(number)
    if not queries.speaks_for_team(actor(), ticket):
        abort(404)  # notes are no secret of a kind; on this page they do not exist
    return _write(number, NoteForm(), actions.note, mode="note")


def _write(number: int, form: WordsForm, action: Any, *, mode: str) -> Response:
    """The common way of both composers: store files, act, and lead on; nothing typed is ever lost."""
    ticket = ticket_or_404(number, lock=True)
    files = uploads.received(by=actor())
    if files.errors:
        form.form_errors.extend(files.errors)
        return _page(ticket, mode, form, status=413 if files.too_large else 422, files=files)
    try:
        accepted = form.accepts(action, ticket, by=actor(), now=now(), files=files.ids)
    except Conflict:
        return _conflict(ticket, form, mode, files)
    if not accepted:
        return _page(ticket, mode, form, status=422, files=files)
    drafts.drop(drafts.place(number, mode), by=actor())
    presence.leave(number, by=actor())
    if isinstance(form.result, Ticket):
        flash(f"Sent as {form.result.number}, which follows {ticket.number}.")
        return go(url_for("tickets.show", number=form.result.id))
    if mode == "note":
        return onward(ticket, done="Your note is added.")
    said = form.result
    able = said.by_team and taking_back.able(said)
    undo = url_for("tickets.take_back", number=number, message=said.id) if able else ""
    return onward(ticket, done=f"Sent to {ticket.requester.name.split()[0]}.", undo=undo)


@bp.post("/requests/R-<int:number>/draft")
@people
def save_draft(number: int) -> Response:
    """Keep what is being written, per person and mode."""
    ticket_or_404(number)
    mode = "note" if request.args.get("mode") == "note" else "reply"
    words = {"body": request.form.get("body", ""), "files": uploads.kept_ids()}
    drafts.save(drafts.place(number, mode), by=actor(), now=now(), words=words)
    spare_key()
    return done(url_for("tickets.show", number=number, mode=mode))


@bp.get("/requests/R-<int:number>/files/<int:file_id>")
@people
def file(number: int, file_id: int) -> Response:
    """A stored file; pictures may be shown, everything else is a download."""
    row = queries.file_of(number, actor=actor(), file_id=file_id, now=now())
    if row is None:
        abort(404)
    inline = row.media_type in attachments.INLINE
    try:
        content = attachments.read(row, folder=current_app.config["DESK"].files)
    except FileNotFoundError:
        abort(404)
    answer = Response(content, mimetype=row.media_type if inline else "application/octet-stream")
    kind = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.name, safe='')}"
    answer.headers["Content-Security-Policy"] = FILE_CSP
    answer.content_length = row.size
    return answer


@bp.route("/requests/R-<int:number>/assignee", methods=["GET", "POST"])
@people
def assignee(number: int) -> Response:
    """Who works on it."""
    ticket, form = handled_or_404(number), AssigneeForm()
    form.assignee.choices = [("", "Nobody yet"), *((str(h.id), h.name) for h in queries.handlers(ticket))]
    if request.method == "GET":
        form.assignee.data = str(ticket.assignee_id or "")
    elif form.accepts(partial(undoing.kept, _assign(form)), ticket, by=actor(), now=now()):
        undo_bar.offer(form.result)
        return _back(ticket, "assignee")
    return _edit(ticket, "assignee", form)


def _assign(form: AssigneeForm) -> Any:
    def act(ticket: Ticket, *, assignee: str, by: Any, now: Any) -> Ticket:
        return actions.assign(ticket, by=by, now=now, assignee_id=form.chosen(by.id))

    return act


@bp.route("/requests/R-<int:number>/status", methods=["GET", "POST"])
@people
def status(number: int) -> Response:
    """Where it stands; the requester's own words are solved and not solved yet."""
    ticket, form = ticket_or_404(number, lock=request.method == "POST"), StatusForm()
    if request.method == "GET":
        require(actor(), Act.CHANGE, ticket)
        form.status.data = request.args.get("to") or ticket.status.value
    elif form.accepts(partial(undoing.kept, actions.set_status), ticket, by=actor(), now=now()):
        undo_bar.offer(form.result)
        return _back(ticket, "status")
    return _edit(ticket, "status", form)


@bp.route("/requests/R-<int:number>/priority", methods=["GET", "POST"])
@people
def priority(number: int) -> Response:
    """How urgent it is."""
    ticket, form = handled_or_404(number), PriorityForm()
    if request.method == "GET":
        form.priority.data = ticket.priority.value
    elif form.accepts(actions.set_priority, ticket, by=actor(), now=now()):
        return _back(ticket, "priority")
    return _edit(ticket, "priority", form)


@bp.route("/requests/R-<int:number>/followers", methods=["GET", "POST"])
@people
def followers(number: int) -> Response:
    """Who reads along."""
    ticket, form = ticket_or_404(number, lock=request.method == "POST"), FollowerForm()
    if request.method == "POST" and form.accepts(actions.follow, ticket, by=actor(), now=now()):
        return _back(ticket, "followers")
    return _edit(ticket, "followers", form)


def _back(ticket: Ticket, changed: str) -> Response:
    """To the page, unless the change took it out of the reader's sight."""
    if queries.get(ticket.id, actor=actor()) is None:
        return go(url_for("queues.index"))
    return go(url_for("tickets.show", number=ticket.id))


def _edit(ticket: Ticket, what: str, form: BaseForm) -> Response:
    """The page of one property, also the fragment that opens in its place."""
    failed = 422 if request.method == "POST" else 200
    return page("tickets/edit.html", part="tickets/_edit.html", status=failed, ticket=ticket, what=what, form=form)


def _page(
    ticket: Ticket, mode: str, form: WordsForm, *, status: int = 200, files: uploads.Received | None = None
) -> Response:
    context = shown(ticket, actor=actor(), mode=mode)
    watch = watching.of(ticket, mode=context["mode"], known_at=context["known_at"])
    draft = watch.found.draft
    if status == 200 and draft:
        form.body.data = draft.words.get("body", "")
    template = "tickets/show_team.html" if context["as_team"] else "tickets/show_mine.html"
    return page(
        template,
        part="tickets/_conv.html" if context["as_team"] else "tickets/_mine.html",
        status=status,
        form=form,
        draft=draft,
        kept=files.files if files else drafts.files(draft, by=actor()),
        step_in=StepInForm.blank(),
        undo=undo_bar.offered() if context["as_team"] else None,
        skippable=taken.skippable(ticket),
        watch=watch,
        strip=strip.strip(actor(), around=ticket.id, now=now()) if context["as_team"] else [],
        **stepping.context(ticket),
        go_choices=list(GO.items()),
        go_chosen=request.cookies.get("go", "next"),
        **context,
    )


def _conflict(ticket: Ticket, form: WordsForm, mode: str, files: uploads.Received) -> Response:
    """Somebody was faster: what they wrote, what this person wrote, and three ways on."""
    as_team = queries.speaks_for_team(actor(), ticket)
    said = queries.conversation(ticket, with_notes=False, told_at=None if as_team else now())
    return page(
        "tickets/conflict.html",
        part="tickets/_conflict.html",
        status=409,
        ticket=ticket,
        form=form,
        mode=mode,
        newest=said[-1] if said else None,
        as_team=as_team,
        then=request.form.get("then", ""),
        kept=files.files,
    )
