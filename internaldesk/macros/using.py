"""Macros on a request: find one, put its text in, see what it would do, do it."""

from functools import partial
from typing import Any

from flask import Response, abort, flash, request, url_for

from internaldesk.core import macros as rules
from internaldesk.core.errors import Conflict
from internaldesk.macros import actions, filling, queries
from internaldesk.macros.blueprint import bp
from internaldesk.macros.forms import UseForm
from internaldesk.models.macros import Macro
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import drafts, undoing, uploads
from internaldesk.tickets import queries as tickets
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.onward import GO, onward
from internaldesk.tickets.uploads import Received
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page, spare_key, wants_part

LISTED = 20


@bp.route("/requests/R-<int:number>/macros", methods=["GET", "POST"])
@people
def choose(number: int) -> Response:
    """The list to choose from; the composer sends what is in it along, so that it is there again afterwards."""
    ticket, mode = handled_or_404(number), _mode()
    if request.method == "POST":
        files = uploads.received(by=actor())
        for lost in files.errors:
            flash(lost, "warn")
        words = {"body": _line_ends(request.form.get("body", "")), "files": files.ids}
        drafts.save(_place(ticket, mode), by=actor(), now=now(), words=words)
        spare_key()
        return go(url_for("macros.choose", number=number, **_asked(mode)))
    run, asked = request.args.get("use") == "run", request.args.get("q", "")
    some = queries.in_order(ticket, actor=actor()) if run else queries.by_use(ticket, actor=actor())
    found = rules.found(asked, [macro for macro in some if run or macro.body])
    return page(
        "macros/choose.html",
        part="macros/_panel.html",
        ticket=ticket,
        rows=filling.rows(found[:LISTED], _values(ticket), names=_names(ticket), me=actor().id),
        more=len(found[LISTED:]),
        run=run,
        asked=asked,
        caret=wants_part() and "caret" in request.args,
        key_form=UseForm.blank(),
        **_around(mode),
    )


@bp.get("/requests/R-<int:number>/macros/<int:macro_id>")
@people
def look(number: int, macro_id: int) -> Response:
    """What a macro would do to this request."""
    ticket = handled_or_404(number)
    return _look(ticket, _macro(ticket, macro_id), UseForm.blank())


@bp.post("/requests/R-<int:number>/macros/<int:macro_id>")
@people
def run(number: int, macro_id: int) -> Response:
    """Do it as it was shown, or with the words that were changed."""
    ticket = handled_or_404(number)
    macro, form, files = _macro(ticket, macro_id), UseForm(), uploads.received(by=actor())
    if request.form.get("press") == "change":
        return _change(ticket, macro, form)
    if files.errors:
        form.form_errors.extend(files.errors)
        return _again(ticket, macro, form, files, status=413 if files.too_large else 422)
    try:
        act = partial(undoing.kept, partial(actions.run, macro))
        accepted = form.accepts(act, ticket, by=actor(), now=now(), files=files.ids)
    except Conflict:
        return _conflict(ticket, macro, form, files)
    if not accepted:
        return _again(ticket, macro, form, files)
    if _composed():
        drafts.drop(_place(ticket, _mode()), by=actor())
    return onward(ticket, done=f"“{macro.name}” is done.", undo=form.result)


@bp.get("/requests/R-<int:number>/macros/<int:macro_id>/text")
@people
def compose(number: int, macro_id: int) -> Response:
    """The text among what was written before, to be changed; what the macro does stands ticked below."""
    ticket = handled_or_404(number)
    draft, form = drafts.find(_place(ticket, _mode()), by=actor()), UseForm.blank()
    form.body.data = draft.words.get("body", "") if draft else ""
    kept = Received(files=list(drafts.files(draft, by=actor())))
    return page(**_composer(ticket, _macro(ticket, macro_id), form, kept))


@bp.post("/requests/R-<int:number>/macros/<int:macro_id>/text")
@people
def insert(number: int, macro_id: int) -> Response:
    """Put the text behind what is written; a browser that put it at the caret itself only has it counted."""
    ticket, mode = handled_or_404(number), _mode()
    macro = _macro(ticket, macro_id)
    actions.count(macro, now=now())
    if "caret" in request.form:
        return Response(status=204)
    _put_in(ticket, mode, rules.filled_in(macro.body, _values(ticket)))
    return go(url_for("tickets.show", number=number, mode=mode, _anchor="reply"))


def _change(ticket: Ticket, macro: Macro, form: UseForm) -> Response:
    """Into the composer with its text; what was written there stays around it, and with it where the caret was."""
    mode, text = _mode(), form.body.data or ""
    fresh = UseForm.blank()
    fresh.body.data = _put_in(ticket, mode, text, request.form.get("head"), request.form.get("tail", ""))
    target = url_for("macros.compose", number=ticket.id, macro_id=macro.id, **_asked(mode))
    if not wants_part():
        return go(target)
    spare_key()
    return page(**_composer(ticket, macro, fresh, Received()))


def _put_in(ticket: Ticket, mode: str, text: str, head: str | None = None, tail: str = "") -> str:
    """Keep a text with what was written around it, or else behind the draft, as the draft; gives the whole."""
    draft = drafts.find(_place(ticket, mode), by=actor())
    kept = draft.words if draft else {}
    whole = rules.appended(kept.get("body", ""), text) if head is None else _line_ends(head + text + tail)
    drafts.save(_place(ticket, mode), by=actor(), now=now(), words={**kept, "body": whole})
    return whole


def _look(ticket: Ticket, macro: Macro, form: UseForm, *, status: int = 200) -> Response:
    found = filling.preview(macro, ticket, _values(ticket), by=actor(), names=_names(ticket), note=_mode() == "note")
    return page(
        "macros/look.html",
        part="macros/_look.html",
        status=status,
        ticket=ticket,
        macro=macro,
        form=form,
        preview=found,
        parts=rules.parts(macro),
        version=form.version.data or request.args.get("version", type=int) or ticket.version,
        **_around(_mode()),
    )


def _composer(ticket: Ticket, macro: Macro, form: UseForm, files: Received, *, status: int = 200) -> dict[str, Any]:
    """The page with the composer: ticked are the parts that were ticked when it was sent, at first all that can be."""
    found = filling.preview(macro, ticket, _values(ticket), by=actor(), names=_names(ticket), note=_mode() == "note")
    return {
        "template": "macros/compose.html",
        "part": "macros/_composer.html",
        "status": status,
        "ticket": ticket,
        "macro": macro,
        "form": form,
        "ticks": found.ticks,
        "ticked": (form.do.data or []) if _composed() else [part for part, _, can_be in found.ticks if can_be],
        "version": request.values.get("version", type=int) or ticket.version,
        "kept": files.files,
        **_around(_mode()),
    }


def _again(ticket: Ticket, macro: Macro, form: UseForm, files: Received, *, status: int = 422) -> Response:
    """The page it came from, with what is wrong; a fragment goes back to its place, not over the conversation."""
    if _composed():
        answer = page(**_composer(ticket, macro, form, files, status=status))
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#reply", "outerHTML"
    else:
        answer = _look(ticket, macro, form, status=status)
        answer.headers["HX-Retarget"] = "#canned"
    return answer


def _conflict(ticket: Ticket, macro: Macro, form: UseForm, files: Received) -> Response:
    """Somebody was faster: what they wrote, what this would say, and the ways on."""
    said = tickets.conversation(ticket, with_notes=False)
    return page(
        "tickets/conflict.html",
        part="tickets/_conflict.html",
        status=409,
        ticket=ticket,
        form=form,
        mode=_mode(),
        newest=said[-1] if said else None,
        as_team=True,
        then="",
        kept=files.files,
        send=url_for("macros.run", number=ticket.id, macro_id=macro.id),
        also=[
            *(("mode", _mode()), ("seen", macro.version), ("press", request.form.get("press", ""))),
            *(("do", part) for part in form.do.data or []),
        ],
    )


def _macro(ticket: Ticket, number: int) -> Macro:
    return queries.for_ticket(number, ticket, actor=actor()) or abort(404)


def _values(ticket: Ticket) -> dict[str, str]:
    return filling.values(ticket, by=actor(), now=now())


def _names(ticket: Ticket) -> dict[int, str]:
    return {handler.id: handler.name for handler in tickets.handlers(ticket)}


def _mode() -> str:
    return "note" if request.values.get("mode") == "note" else "reply"


def _composed() -> bool:
    """Whether this was sent from the composer, and not from the look at what it does."""
    return request.form.get("press") == "send"


def _place(ticket: Ticket, mode: str) -> str:
    return f"R-{ticket.id}:{mode}"


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")


def _asked(mode: str) -> dict[str, Any]:
    """What goes along in addresses: the mode, and the version of the request on the page it all began on."""
    found: dict[str, Any] = {"mode": mode, "use": request.args.get("use"), "version": request.values.get("version")}
    return {name: value for name, value in found.items() if value}


def _around(mode: str) -> dict[str, Any]:
    return {
        "mode": mode,
        "asked_with": _asked(mode),
        "live": wants_part(),
        "go_choices": list(GO.items()),
        "go_chosen": request.cookies.get("go", "next"),
    }
