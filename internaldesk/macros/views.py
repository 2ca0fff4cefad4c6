"""The settings of macros: those of one's teams and one's own, written, put in order, tried and removed."""

from typing import Any, NamedTuple

from flask import Response, abort, flash, request, url_for

from internaldesk.core import macros as rules
from internaldesk.core.errors import Conflict
from internaldesk.macros import actions, filling, queries, using
from internaldesk.macros.blueprint import bp
from internaldesk.macros.filling import Row
from internaldesk.macros.forms import MacroForm, PlaceForm, RemoveForm
from internaldesk.models.macros import Macro
from internaldesk.models.people import Team
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page, spare_key

__all__ = ["bp", "using"]


class Shelf(NamedTuple):
    """The macros of one keeper, and whether the reader may change them; the reader's own have no team."""

    team: Team | None
    rows: list[Row]
    kept: bool


@bp.get("/settings/macros")
@people
def index() -> Response:
    """All of them, by team, and one's own."""
    teams = _teams()
    found = queries.shown(actor())
    names = {macro.assignee.id: macro.assignee.name for macro in found if macro.assignee}
    shelves = []
    for team in [*teams, None]:
        ours = [macro for macro in found if macro.team_id == (team.id if team else None)]
        kept = team is None or actor().rules_over(team.id)
        shelves.append(Shelf(team, filling.rows(ours, _sample(team), names=names), kept))
    return page("macros/index.html", shelves=shelves, place_form=PlaceForm)


@bp.route("/settings/macros/new", methods=["GET", "POST"])
@people
def new() -> Response:
    """Write one: for the team named in the address, or for oneself."""
    team, form = _team(request.args.get("team", "")), MacroForm()
    form.offer(_members(team))
    if request.method == "POST":
        if "preview" in request.form:
            return _tried(None, team, form)
        if form.accepts(actions.write, by=actor(), now=now(), team_id=team.id if team else None):
            flash(f"“{form.result.name}” is there now.")
            return go(url_for("macros.index", _anchor=f"m-{form.result.id}"))
    return _page(None, team, form)


@bp.route("/settings/macros/<int:number>", methods=["GET", "POST"])
@people
def edit(number: int) -> Response:
    """Change one."""
    macro, form = _kept(number), MacroForm()
    form.offer(_members(macro.team))
    if request.method == "GET":
        form.load(macro, version=macro.version)
    elif "preview" in request.form:
        return _tried(macro, macro.team, form)
    else:
        try:
            if form.accepts(actions.edit, macro, by=actor(), now=now(), version=form.version.data):
                flash(f"“{macro.name}” is saved.")
                return go(url_for("macros.index", _anchor=f"m-{macro.id}"))
        except Conflict as conflict:
            form.form_errors.append(conflict.sentence)
            form.version.data = macro.version
            return _page(macro, macro.team, form, status=409)
    return _page(macro, macro.team, form)


@bp.post("/settings/macros/preview")
@people
def preview() -> Response:
    """How the text would look, while it is written; nothing is kept."""
    team, form = _team(request.args.get("team", "")), MacroForm()
    form.offer(_members(team))
    form.validate()
    spare_key()
    return page("macros/_preview.html", part="macros/_preview.html", **_trial(team, form))


@bp.post("/settings/macros/<int:number>/place")
@people
def place(number: int) -> Response:
    """Move one up or down."""
    macro, form = _kept(number), PlaceForm()
    if not form.validate():
        abort(422)
    if actions.move(macro, by=actor(), up=form.to.data == "up"):
        flash(f"“{macro.name}” moved {form.to.data}.")
    return go(url_for("macros.index", _anchor=f"m-{macro.id}"))


@bp.route("/settings/macros/<int:number>/removal", methods=["GET", "POST"])
@people
def remove(number: int) -> Response:
    """Take one away, after asking."""
    macro, form = _kept(number), RemoveForm()
    if request.method == "POST" and form.accepts(actions.remove, macro, by=actor()):
        flash(f"“{macro.name}” is removed.")
        return go(url_for("macros.index"))
    return page("macros/remove.html", macro=macro, form=form)


def _page(macro: Macro | None, team: Team | None, form: MacroForm, *, status: int = 422) -> Response:
    return page(
        "macros/edit.html",
        status=200 if request.method == "GET" else status,
        macro=macro,
        team=team,
        form=form,
        placeholders=rules.PLACEHOLDERS,
        **_trial(team, form),
    )


def _tried(macro: Macro | None, team: Team | None, form: MacroForm) -> Response:
    """The page again with what was typed, and how it would look."""
    form.validate()
    spare_key()
    return _page(macro, team, form, status=422 if form.errors else 200)


def _trial(team: Team | None, form: MacroForm) -> dict[str, Any]:
    """How the text reads with an invented request, and what it does."""
    content = form.content()
    names = {member.id: member.name for member in _members(team)}
    return {
        "text": rules.filled_in(content.body, _sample(team)),
        "does": rules.does(content, names=names),
        "strange": rules.strange(content.body),
    }


def _sample(team: Team | None) -> dict[str, str]:
    name = team.name if team else "IT"
    return {**filling.SAMPLE, rules.MY_NAME: actor().name, rules.TEAM: name}


def _members(team: Team | None) -> list[queries.Member]:
    return queries.members([team.id] if team else sorted(actor().agent_of))


def _teams() -> list[Team]:
    """The teams whose macros one may see; the page is for those who work in one, and for administrators."""
    if not (actor().is_agent or actor().admin):
        abort(403)
    return list(queries.teams(actor()))


def _team(slug: str) -> Team | None:
    """The team of that slug, if its macros are theirs to change; None for one's own."""
    found = next((team for team in _teams() if team.slug == slug), None)
    if slug and (found is None or not actor().rules_over(found.id)):
        abort(404)
    return found


def _kept(number: int) -> Macro:
    """The macro of that number, if it is theirs to change; whether there are others is nobody's business."""
    macro = queries.get(number, actor=actor(), lock=request.method == "POST")
    if macro is None or not actions.keeps(actor(), team_id=macro.team_id, owner_id=macro.owner_id):
        abort(404)
    return macro
