"""The pages of calendars: all of them, one with its editor and preview, and what is sent from there."""

from flask import Response, current_app, flash, request, url_for

from internaldesk.calendars import actions, corrections, holiday_pages, looks, queries
from internaldesk.calendars.blueprint import bp
from internaldesk.calendars.editor import Editor, editor_or_404, pressed, works
from internaldesk.calendars.forms import CalendarForm
from internaldesk.calendars.queries import Use
from internaldesk.calendars.saying import saved
from internaldesk.core.errors import Conflict
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, now, page, spare_key, wants_part

__all__ = ["bp", "corrections", "holiday_pages"]

_SWAPS = {"copy": "week", "closure": "closures", "opening": "openings"}


@bp.get("/settings/calendars")
@leads
def index() -> Response:
    """All calendars: their hours, who counts by them, and whether they are open now."""
    shown = queries.all_calendars(now=now())
    use = queries.uses([one.row.id for one in shown], now=now())
    lines = [looks.list_line(one, use[one.row.id], now=now()) for one in shown]
    return page("calendars/list.html", lines=lines)


@bp.get("/settings/calendars/new")
@leads
def new() -> Response:
    """An empty calendar in the desk's own zone."""
    editor = Editor(None, Use())
    form = editor.blank(current_app.config["DESK"].timezone)
    return editor.page(form, form.sheet, fresh=True)


@bp.post("/settings/calendars/new")
@leads
def create() -> Response:
    """Store a new calendar."""
    form = CalendarForm()
    if form.accepts(actions.create, by=actor(), now=now()):
        flash(f"{form.name.data} is there. Choose it where a promise says which hours it counts by.")
        return done(url_for("calendars.edit", number=form.result.calendar_id))
    return Editor(None, Use()).page(form, form.sheet, status=422)


@bp.get("/settings/calendars/<int:number>")
@leads
def edit(number: int) -> Response:
    """A calendar: its hours to change or to read, what they mean, and its history."""
    editor = editor_or_404(number)
    form = editor.blank("")
    form.promise.data = request.args.get("promise") or form.promise.data
    return editor.page(form, form.sheet, fresh=True, everything="history" in request.args)


@bp.post("/settings/calendars/<int:number>")
@leads
def save(number: int) -> Response:
    """Let these hours hold from now on; 409 when somebody else saved meanwhile."""
    editor, form = editor_or_404(number), CalendarForm()
    try:
        accepted = form.accepts(actions.change, number, by=actor(), now=now())
    except Conflict:
        assert editor.shown is not None
        form.version.data = actions.mark(editor.shown)
        return editor.page(form, form.sheet, status=409, newer=newest(number))
    if not accepted:
        return editor.page(form, form.sheet, status=422)
    flash(saved(form.result))
    return done(url_for("calendars.edit", number=number))


@bp.post("/settings/calendars/new/preview")
@leads
def preview_new() -> Response:
    """What a new calendar would mean."""
    return _preview(Editor(None, Use()))


@bp.post("/settings/calendars/<int:number>/preview")
@leads
def preview(number: int) -> Response:
    """What a calendar as it is typed would mean, and its small buttons; stores nothing."""
    return _preview(editor_or_404(number))


@bp.get("/settings/calendars/<int:number>/progress")
@leads
def progress(number: int) -> Response:
    """How far the worker is with the clocks; a fragment."""
    editor = editor_or_404(number)
    return page("calendars/_works.html", editor=editor, works=works(number, now=now()), polled=True)


def newest(number: int) -> str:
    """Who saved last, and what."""
    lines, _ = queries.history(number, limit=1)
    return f"{lines[0].who} saved this calendar while you were editing it: {lines[0].words}."


def _preview(editor: Editor) -> Response:
    """The panel, or what one of the small buttons changed together with it, or without script the whole page."""
    form = CalendarForm()
    spare_key()
    button = next((name for name in ("copy", "drop", "add") if name in request.form), "")
    typed = pressed(form.sheet, button, request.form.get(button, ""))
    if not button and not wants_part():
        form.look(now=now())
    what = _SWAPS.get("copy" if button == "copy" else request.form.get(button, "").partition("-")[0], "")
    part = f"calendars/_swap_{what}.html" if what else "calendars/_preview.html"
    return editor.page(form, typed, part=part, status=422 if form.found else 200)
