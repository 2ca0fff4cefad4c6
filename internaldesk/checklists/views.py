"""The settings of checklists: those of one's teams, written, put in order, looked at and removed."""

from typing import Any

from flask import Response, abort, flash, request, url_for

from internaldesk.checklists import actions, looks, queries
from internaldesk.checklists.blueprint import bp
from internaldesk.checklists.forms import ChecklistForm, PlaceForm, RemoveForm, SpecForm, spec_form
from internaldesk.checklists.queries import Kept
from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Spec
from internaldesk.core.errors import Conflict
from internaldesk.models.people import Team
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page, spare_key

__all__ = ["bp"]


@bp.get("/settings/checklists")
@people
def index() -> Response:
    """All of them, by team."""
    teams, found = _teams(), queries.shown(actor())
    shelves = [
        (team, [kept for kept in found if kept.checklist.team_id == team.id], actions.keeps(actor(), team.id))
        for team in teams
    ]
    return page("checklists/index.html", shelves=shelves, place_form=PlaceForm)


@bp.route("/settings/checklists/new", methods=["GET", "POST"])
@people
def new() -> Response:
    """Write one for the team named in the address."""
    team, form = _team(request.args.get("team", "")), ChecklistForm()
    _offer(form, team)
    if request.method == "POST" and "check" not in request.form:
        if form.accepts(actions.write, by=actor(), now=now(), team_id=team.id):
            return go(url_for("checklists.show", number=form.result.checklist.id))
        return _edit(None, team, form, status=422)
    return _edit(None, team, form)


@bp.get("/settings/checklists/<int:number>")
@people
def show(number: int) -> Response:
    """One with its steps, what a filing would become, and its last edits."""
    kept = _seen(number)
    asked = actions.form_of(kept.checklist.request_type_id)
    plans, day = looks.sample(kept, asked=asked, now=now())
    return page(
        "checklists/show.html",
        checklist=kept.checklist,
        lines=looks.lines(kept, asked=asked),
        plans=plans,
        day=day,
        anchor=looks.anchor_words(kept, asked),
        edits=queries.edits(kept.checklist),
        case=actions.warns(kept.checklist),
        kept=actions.keeps(actor(), kept.checklist.team_id),
        place_form=PlaceForm,
        most=rules.MOST,
    )


@bp.route("/settings/checklists/<int:number>/edit", methods=["GET", "POST"])
@people
def edit(number: int) -> Response:
    """What it is called and for."""
    kept, form = _kept(number), ChecklistForm()
    if request.method == "GET":
        form.name.data, form.version.data = kept.checklist.name, kept.checklist.version
        form.type.data, form.anchor.data = str(kept.checklist.request_type_id or ""), kept.version.anchor
    _offer(form, kept.checklist.team)
    if request.method == "GET" or "check" in request.form:
        return _edit(kept, kept.checklist.team, form)
    if _accepted(form, actions.change, kept):
        flash(f"“{kept.checklist.name}” is saved.")
        return go(url_for("checklists.show", number=number))
    return _edit(kept, kept.checklist.team, form, status=422)


@bp.post("/settings/checklists/<int:number>/place")
@people
def place(number: int) -> Response:
    """Move one up or down among those of its team."""
    kept, form = _kept(number), PlaceForm()
    if not form.validate():
        abort(422)
    if actions.move(kept.checklist, by=actor(), up=form.to.data == "up"):
        flash(f"“{kept.checklist.name}” moved {form.to.data}.")
    return go(url_for("checklists.index", _anchor=f"c-{number}"))


@bp.route("/settings/checklists/<int:number>/removal", methods=["GET", "POST"])
@people
def remove(number: int) -> Response:
    """Take one away, after asking."""
    kept, form = _kept(number), RemoveForm()
    if request.method == "POST" and form.accepts(actions.remove, kept, by=actor(), now=now()):
        flash(f"“{kept.checklist.name}” is removed.")
        return go(url_for("checklists.index"))
    return page("checklists/remove.html", checklist=kept.checklist, form=form)


@bp.route("/settings/checklists/<int:number>/steps/new", methods=["GET", "POST"])
@people
def add_step(number: int) -> Response:
    """Write a step behind the others."""
    return _step(_kept(number), None)


@bp.route("/settings/checklists/<int:number>/steps/<int:at>", methods=["GET", "POST"])
@people
def edit_step(number: int, at: int) -> Response:
    """Change one."""
    kept = _kept(number)
    return _step(kept, _place(kept, at))


@bp.post("/settings/checklists/<int:number>/steps/<int:at>/place")
@people
def move_step(number: int, at: int) -> Response:
    """Move a step up or down."""
    kept, form = _kept(number), PlaceForm()
    return _pressed(form, actions.move_step, kept, _place(kept, at), done="Moved.")


@bp.post("/settings/checklists/<int:number>/steps/<int:at>/removal")
@people
def remove_step(number: int, at: int) -> Response:
    """Remove a step from the checklist; requests that have it keep it."""
    kept, form = _kept(number), RemoveForm()
    return _pressed(form, actions.take_out, kept, _place(kept, at), done="The step is removed.")


def _pressed(form: PlaceForm | RemoveForm, act: Any, kept: Kept, at: int, *, done: str) -> Response:
    """A button beside a step: done, or a sentence why not, on the same page."""
    try:
        accepted = form.accepts(act, kept, by=actor(), now=now(), place=at)
        words = done if accepted else next(iter(form.form_errors), "Nothing was changed.")
    except Conflict as conflict:
        accepted, words = False, conflict.sentence
    flash(words, "message" if accepted else "warn")
    return go(url_for("checklists.show", number=kept.checklist.id))


def _step(kept: Kept, at: int | None) -> Response:
    specs = rules.parse(kept.version.steps)
    known = specs[at - 1] if at else Spec("")
    path = request.form.get("path", known.path)
    form = spec_form(_asked(path))()
    form.offer(queries.offered(), kept.checklist.team, specs[: at - 1] if at else specs)
    if request.method == "GET":
        form.load(known, version=kept.checklist.version)
    elif "check" in request.form:
        spare_key()
    elif _accepted(form, actions.put, kept, place=at):
        flash(f"“{form.name.data}” is saved.")
        return go(url_for("checklists.show", number=kept.checklist.id, _anchor=f"s-{at or len(specs) + 1}"))
    failed = request.method == "POST" and "check" not in request.form
    return page(
        "checklists/step.html",
        status=422 if failed else 200,
        checklist=kept.checklist,
        at=at,
        form=form,
        blanks=actions.blanks(kept.checklist),
        anchor=looks.anchor_words(kept, actions.form_of(kept.checklist.request_type_id)),
        case=actions.warns(kept.checklist),
    )


def _accepted(form: ChecklistForm | SpecForm, act: Any, kept: Kept, **known: Any) -> bool:
    """Whether it was done; where somebody was faster, what was typed stays and can be sent once more."""
    try:
        return form.accepts(act, kept, by=actor(), now=now(), version=form.version.data, **known)
    except Conflict as conflict:
        form.form_errors.append(conflict.sentence)
        form.version.data = kept.checklist.version
        return False


def _asked(path: str) -> Any:
    kinds = {f"{team.slug}/{kind.slug}": kind.id for team, kind in queries.offered()} if path else {}
    return actions.form_of(kinds.get(path))


def _edit(kept: Kept | None, team: Team, form: ChecklistForm, *, status: int = 200) -> Response:
    if request.method == "POST" and status == 200:
        spare_key()
    checklist = kept.checklist if kept else None
    return page("checklists/edit.html", status=status, checklist=checklist, team=team, form=form)


def _offer(form: ChecklistForm, team: Team) -> None:
    chosen = form.type.data or ""
    types = list(queries.types_of(team.id))
    found = next((kind.id for kind in types if str(kind.id) == chosen), None)
    form.offer(types, actions.dates(actions.form_of(found)))


def _teams() -> list[Team]:
    """The teams whose checklists one may see; the page is for those who work in one, and for administrators."""
    if not (actor().is_agent or actor().admin):
        abort(403)
    return list(queries.teams(actor()))


def _team(slug: str) -> Team:
    found = next((team for team in _teams() if team.slug == slug), None)
    if found is None or not actor().rules_over(found.id):
        abort(404)
    return found


def _seen(number: int) -> Kept:
    return queries.get(number, actor=actor()) or abort(404)


def _kept(number: int) -> Kept:
    """The checklist, if it is theirs to change; whether there are others is nobody's business."""
    kept = queries.get(number, actor=actor(), lock=request.method == "POST")
    if kept is None or not actions.keeps(actor(), kept.checklist.team_id):
        abort(404)
    return kept


def _place(kept: Kept, at: int) -> int:
    if not 1 <= at <= len(kept.version.steps):
        abort(404)
    return at
