"""Count a period of the past anew: the audited way to put a forgotten holiday right."""

from flask import Response, flash, url_for

from internaldesk.calendars import actions
from internaldesk.calendars.blueprint import bp
from internaldesk.calendars.editor import Editor, editor_or_404
from internaldesk.calendars.forms import CorrectionForm
from internaldesk.core.errors import Forbidden
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, now, page


@bp.get("/settings/calendars/<int:number>/corrections")
@leads
def correction(number: int) -> Response:
    """What a correction is, and the period to ask for."""
    return _page(_editor(number), CorrectionForm.blank())


@bp.post("/settings/calendars/<int:number>/corrections")
@leads
def correct(number: int) -> Response:
    """Ask the worker to count that period anew."""
    editor, form = _editor(number), CorrectionForm()
    if form.accepts(actions.correct, number, by=actor(), now=now()):
        flash("The period is being counted anew. What came of it stands here and in the history.")
        return done(url_for("calendars.edit", number=number))
    return _page(editor, form, status=422)


def _editor(number: int) -> Editor:
    editor = editor_or_404(number)
    if not editor.writable:
        raise Forbidden(editor.use.why_not)
    return editor


def _page(editor: Editor, form: CorrectionForm, *, status: int = 200) -> Response:
    assert editor.shown is not None
    today = now().astimezone(editor.shown.calendar.zone).date()
    limits = {"min": (today - actions.DAYS_BACK * actions.DAY).isoformat(), "max": today.isoformat()}
    return page("calendars/correction.html", status=status, editor=editor, form=form, limits=limits)
