"""Public holidays proposed to a calendar: chosen by country and year, ticked day by day, added as closures."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from flask import Response, flash, request, url_for

from internaldesk.calendars import actions, proposals
from internaldesk.calendars.blueprint import bp
from internaldesk.calendars.checks import day_said
from internaldesk.calendars.editor import Editor, editor_or_404
from internaldesk.calendars.forms import HolidaysForm
from internaldesk.calendars.proposals import Choice
from internaldesk.calendars.saying import saved
from internaldesk.calendars.schedule import Closure, Schedule
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.figures import counted
from internaldesk.core.hours_text import NAMES
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, now, page

_AUTUMN = 9


class Proposed(NamedTuple):
    """A public holiday on the page: `there` when the calendar closes that day already, `known` what it makes of it."""

    day: date
    words: str
    name: str
    there: bool
    known: str
    ticked: bool


@bp.get("/settings/calendars/<int:number>/holidays")
@leads
def holidays(number: int) -> Response:
    """The public holidays of a country and year, those in the calendar marked; `?tick=open` ticks the working days."""
    editor, form = _editor(number), HolidaysForm.blank()
    return _page(editor, form, request.args)


@bp.post("/settings/calendars/<int:number>/holidays")
@leads
def add_holidays(number: int) -> Response:
    """Add the ticked days, and no others."""
    editor, form = _editor(number), HolidaysForm()
    try:
        days = _ticked(editor)
        if form.accepts(actions.close_days, number, days=days, by=actor(), now=now()):
            flash(f"{counted(len(form.result.phrases), 'day')} added. {saved(form.result)}")
            return done(url_for("calendars.edit", number=number))
    except Conflict as stale:
        return _page(editor, form, request.form, status=409, newer=stale.sentence)
    except Refused as refusal:
        form.refuse(refusal)
    return _page(editor, form, request.form, status=422)


def _editor(number: int) -> Editor:
    editor = editor_or_404(number)
    if not editor.writable:
        raise Forbidden(editor.use.why_not)
    return editor


def _choice(editor: Editor, typed: Mapping[str, str]) -> Choice:
    """What was chosen, or at first the calendar's own country and the year at hand."""
    assert editor.shown is not None
    today = now().astimezone(editor.shown.calendar.zone).date()
    country = typed.get("country", proposals.home(editor.shown.schedule.zone))
    year = typed.get("year", str(today.year + (today.month >= _AUTUMN)))
    return proposals.asked(country, typed.get("region", ""), year, this_year=today.year)


def _ticked(editor: Editor) -> list[Closure]:
    """The days of the proposal that were ticked; their names are the source's, not the form's."""
    chosen = set(request.form.getlist("day"))
    days = [found for found in proposals.days(_choice(editor, request.form)) if found.day.isoformat() in chosen]
    if not days:
        raise Refused("Tick the days on which nobody works.", field="days")
    return [Closure(found.day, label=found.name) for found in days]


def _page(
    editor: Editor, form: HolidaysForm, typed: Mapping[str, str], *, status: int = 200, newer: str = ""
) -> Response:
    assert editor.shown is not None
    choice, days = None, []
    try:
        choice = _choice(editor, typed)
        days = _proposed(editor.shown.schedule, choice)
    except Refused as refusal:
        if "country" in typed:
            form.refuse(refusal)
            status = 422
    country = typed.get("country", choice.country if choice else "")
    this_year = now().year
    return page(
        "calendars/holidays.html",
        part="calendars/_regions.html" if request.args.get("part") == "regions" else None,
        status=status,
        editor=editor,
        form=form,
        newer=newer,
        version=actions.mark(editor.shown),
        choice=choice,
        days=days,
        country=country,
        region=typed.get("region", ""),
        year=typed.get("year", str(choice.year) if choice else ""),
        countries=proposals.countries(),
        regions=proposals.regions(country),
        years=range(this_year - 1, this_year + proposals.YEARS_AHEAD + 1),
    )


def _proposed(schedule: Schedule, choice: Choice) -> list[Proposed]:
    chosen = set(request.form.getlist("day"))
    tick_open = request.args.get("tick") == "open"
    found = []
    for day, name in proposals.days(choice):
        there, known = _known(schedule, day)
        ticked = not there and (day.isoformat() in chosen or (tick_open and not known.startswith("Closed")))
        found.append(Proposed(day, day_said(day, date(choice.year, 1, 1)), name, there, known, ticked))
    return found


def _known(schedule: Schedule, day: date) -> tuple[bool, str]:
    """Whether the calendar closes that day already, and what it makes of it otherwise."""
    parts = [shut for shut in schedule.closures if shut.day == day]
    if any(shut.whole for shut in parts):
        return True, "In the calendar"
    if any(special.day == day for special in schedule.openings):
        return False, "Specially open so far"
    if parts:
        return False, f"Closed {' and '.join(shut.part_said for shut in parts)} so far"
    if not schedule.week[day.weekday()]:
        return False, f"Closed on {NAMES[day.weekday()]}s anyway"
    return False, ""
