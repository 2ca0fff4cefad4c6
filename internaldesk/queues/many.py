"""Many at once: one thing to do to all that were chosen, what it still needs to know, and the way back."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from flask import Response, abort, flash, g, request, url_for
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from internaldesk.core.errors import Refused
from internaldesk.core.text import excerpt
from internaldesk.macros import queries as macro_queries
from internaldesk.models.tickets import Ticket
from internaldesk.queues import actions, deeds, queries
from internaldesk.queues.blueprint import bp
from internaldesk.queues.filtering import Option
from internaldesk.queues.forms import NEEDS, BulkForm, CauseForm, MacroForm, NextForm, RetagForm, UndoForm
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import undo_bar
from internaldesk.tickets.forms import AssigneeForm, StatusForm, TransferForm
from internaldesk.web.auth import actor, people, staff
from internaldesk.web.desk import go, now, page
from internaldesk.web.forms import BaseForm

_LINE = 110


@bp.post("/queue/bulk")
@staff
def bulk() -> Response:
    """Do one thing to many requests, and say what became of them."""
    chosen = BulkForm()
    if not chosen.validate():
        raise Refused(next(words for errors in chosen.errors.values() for words in errors))
    if not chosen.numbers:
        flash("Select requests first, then choose what to do with them.", "warn")
        return go(chosen.url)
    field, kind = NEEDS.get(chosen.action.data or "", ("", NextForm))
    form = _offering(kind(), chosen)
    if field and field not in request.form:
        g.done_url = chosen.url  # a second press of the same button leads to the list, not to this question
        return _ask(chosen, _offering(kind.blank(), chosen))
    if not form.validate():
        return _ask(chosen, form, status=422)
    if isinstance(form, MacroForm) and form.macro_version.data is None:
        return _foretell(chosen, form)
    try:
        verb = _verb(form)
    except Refused as refusal:
        form.refuse(refusal)
        return _ask(chosen, form, status=422)
    outcome = actions.bulk(chosen.numbers, by=actor(), now=now(), seen=chosen.shown_at, act=verb)
    if outcome.kept is None:
        flash(outcome.sentence, "warn" if outcome.skipped else "message")
    undo_bar.offer(outcome.kept)
    return go(chosen.url)


@bp.post("/queue/undo")
@people
def undo() -> Response:
    """Take back what they just did, to one request or to many."""
    form = UndoForm()
    if not form.validate():
        raise Refused("There is nothing to take back.")
    try:
        outcome = actions.undo(form.number.data or 0, by=actor(), now=now())
        undo_bar.close()
        if outcome.again is not None:
            flash("Taken back. Nobody was told anything; your words are in the box below.")
            return go(url_for("tickets.show", number=outcome.again, _anchor="reply"))
        flash(outcome.sentence, "warn" if outcome.skipped else "message")
    except Refused as refusal:
        flash(refusal.sentence, "warn")
    return go(form.url)


def _foretell(chosen: BulkForm, form: MacroForm) -> Response:
    """What the macro will do to all of them, in words, before it does it."""
    g.done_url = chosen.url
    macro = macro_queries.get(form.macro.data, actor=actor()) or abort(404)
    told = deeds.foretell(macro, list(_tickets(chosen).values()), by=actor(), now=now())
    blank = MacroForm.blank(macro_version=macro.version)
    blank.macro.choices = [SelectChoice(macro.id, macro.name)]
    blank.macro.data = macro.id
    return _ask(chosen, blank, told=told)


def _ask(chosen: BulkForm, form: BaseForm, *, status: int = 200, told: deeds.Foretold | None = None) -> Response:
    """The page that asks what the action still needs to know."""
    return page(
        "queues/bulk.html",
        status=status,
        action=chosen.action.data,
        numbers=chosen.numbers,
        bulk=chosen,
        back=chosen.url,
        form=form,
        told=told,
    )


def _offering(form: BaseForm, chosen: BulkForm) -> BaseForm:
    """The form with the people, teams and macros there are to choose from."""
    if isinstance(form, MacroForm):
        some = deeds.macros_for(_tickets(chosen).values(), by=actor())
        form.macro.choices = [
            SelectChoice(macro.id, macro.name, render_kw={"data-hint": excerpt(macro.body, _LINE)}) for macro in some
        ]
    if isinstance(form, AssigneeForm):
        people = [option for option in queries.choices(actor()).offered["assignee"] if option.id]
        form.assignee.choices = _listed("Nobody yet", people)
    if isinstance(form, TransferForm):
        teams = queries.choices(actor()).teams
        form.team.choices = _listed("Choose a team", teams)
    return form


def _listed(first: str, options: Iterable[Option]) -> list[SelectChoice]:
    return [SelectChoice("", first), *(SelectChoice(option.value, option.label) for option in options)]


def _verb(form: BaseForm) -> Callable[[Ticket], object]:
    """The action with its arguments, for one request."""
    known: dict[str, Any] = {"by": actor(), "now": now()}
    match form:
        case AssigneeForm():
            return partial(tickets.assign, assignee_id=form.chosen(actor().id), **known)
        case StatusForm():
            return partial(tickets.set_status, **form.cleaned(), **known)
        case TransferForm():
            team = queries.team(form.team.data or "")
            if team is None:
                raise Refused("Choose the team they go to.")
            return partial(tickets.transfer, team=team, **form.cleaned(), **known)
        case NextForm():
            return partial(tickets.assign, assignee_id=actor().id, **known)
        case _:
            return _further(form, known)


def _further(form: BaseForm, known: dict[str, Any]) -> Callable[[Ticket], object]:
    match form:
        case RetagForm():
            return partial(deeds.retag, **form.cleaned(), **known)
        case CauseForm():
            return partial(deeds.link, cause=deeds.cause_called(form.cause.data or "", by=actor()), **known)
        case MacroForm():
            macro = macro_queries.get(form.macro.data, actor=actor())
            if macro is None:
                raise Refused("This macro is gone. Choose another one.", field="macro")
            return partial(deeds.run, macro=macro, version=form.macro_version.data, **known)
        case _:
            raise AssertionError("a form without a verb")


def _tickets(chosen: BulkForm) -> dict[int, Ticket]:
    """Those of the chosen that they handle, by number."""
    return queries.chosen(actor(), chosen.numbers)
