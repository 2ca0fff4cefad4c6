"""The pages of saved reports: keep the filters of a report under a name, go there, rename, share, order, remove."""

from typing import Any
from urllib.parse import parse_qs

from flask import Response, abort, flash, request, url_for
from werkzeug.datastructures import MultiDict

from internaldesk.core.policy import may_change_view
from internaldesk.models.queues import SavedView
from internaldesk.quality import asking, forms, queries
from internaldesk.quality.blueprint import bp
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Directory
from internaldesk.quality.rail import PAGE, rail
from internaldesk.quality.report_forms import MoveForm
from internaldesk.saved import actions
from internaldesk.saved import queries as saved
from internaldesk.saved.forms import NameForm
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import go, now, page


@bp.get("/quality/reports")
@managers
def reports() -> Response:
    """All of them, with what can be done to each."""
    rows = [(kept, may_change_view(actor(), kept)) for kept in saved.shown(PAGE, actor=actor())]
    return _page("quality/reports.html", rows=rows, move_form=MoveForm)


@bp.get("/quality/reports/<int:number>")
@managers
def report(number: int) -> Response:
    """Go to what it keeps; a filter that is no more is left out."""
    kept = saved.get(number, page=PAGE, actor=actor()) or abort(404)
    known = queries.directory(actor())
    return go(Links(asking.read(_known(kept.query, known), known).filters).report())


@bp.route("/quality/reports/new", methods=["GET", "POST"])
@managers
def new_report() -> Response:
    """Keep the filters in the address, then those the form came with."""
    known, form = queries.directory(actor()), NameForm()
    _offer(form, known)
    if request.method == "GET":
        form.query.data = request.query_string.decode("ascii", "replace")
    chosen = asking.read(MultiDict(parse_qs(form.query.data or "")), known)
    links = Links(chosen.filters)
    facts = {"query": links.report().partition("?")[2]}
    if request.method == "POST" and form.accepts(actions.save, PAGE, by=actor(), now=now(), **facts):
        flash(f"“{form.result.name}” is saved.")
        return go(links.report())
    status = 422 if request.method == "POST" else 200
    return _page("quality/report_name.html", status=status, form=form, kept=None, chosen=chosen, back=links.report())


@bp.route("/quality/reports/<int:number>/name", methods=["GET", "POST"])
@managers
def name_report(number: int) -> Response:
    """Another name, and who sees it."""
    kept, form, known = _changeable(number), NameForm(), queries.directory(actor())
    _offer(form, known, kept)
    status = form.rename(kept, by=actor())
    if not status:
        flash(f"“{kept.name}” is saved.")
        return go(url_for("quality.reports"))
    back = url_for("quality.reports")
    return _page("quality/report_name.html", status=status, form=form, kept=kept, chosen=None, back=back)


@bp.post("/quality/reports/<int:number>/place")
@managers
def place_report(number: int) -> Response:
    """Move it up or down in the rail, or take it away; what it shows stays."""
    kept, form = _changeable(number), MoveForm()
    if not form.validate():
        abort(422)
    if form.to.data == "away":
        actions.remove(kept, by=actor())
        flash(f"“{kept.name}” is removed.")
    elif actions.move(kept, by=actor(), up=form.to.data == "up"):
        flash(f"“{kept.name}” moved {form.to.data}.")
    return go(url_for("quality.reports"))


def _page(template: str, *, status: int = 200, **context: Any) -> Response:
    return page(template, status=status, links=Links(forms.Filters()), rail=rail(actor()), **context)


def _known(query: str, known: Directory) -> MultiDict[str, str]:
    """The filters of a saved report as far as they still name something this reader can choose."""
    values: MultiDict[str, str] = MultiDict(parse_qs(query))
    for column in forms.COLUMNS:
        slugs = {entry.slug for entry in forms.entries(known, column)}
        values.setlist(column, [slug for slug in values.getlist(column) if slug in slugs])
    return values


def _offer(form: NameForm, known: Directory, kept: SavedView | None = None) -> None:
    mine = [(team.slug, team.id, f"Whoever leads {team.name}") for team in known.teams if team.id in actor().agent_of]
    form.offer(mine, reader=actor().id, kept=kept)


def _changeable(number: int) -> SavedView:
    """The one of that number, if it is theirs to change; whether there are others is nobody's business."""
    kept = saved.get(number, page=PAGE, actor=actor(), lock=request.method == "POST")
    if kept is None or not may_change_view(actor(), kept):
        abort(404)
    return kept
