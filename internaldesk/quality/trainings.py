"""The pages that note what teams were trained in, and take such a note off again."""

from flask import Response, abort, flash, request

from internaldesk.core.training import may_note
from internaldesk.quality import asking, forms, queries, trained, training_notes
from internaldesk.quality.blueprint import bp
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Directory, Named
from internaldesk.quality.rail import rail
from internaldesk.quality.training_forms import NoteForm, RemoveForm
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import go, now, page

_PLACE = "held"


@bp.route("/quality/training/new", methods=["GET", "POST"])
@managers
def new_training() -> Response:
    """Note one; the address may name the team and the topic (`team`, `type`)."""
    known, form = queries.directory(actor()), NoteForm()
    offered = _teams(known)
    form.offer(offered, known.types, {team.id: team.name for team in known.teams})
    today = asking.today()
    if request.method == "POST" and form.accepts(training_notes.note, by=actor(), now=now(), today=today):
        flash("The training is noted.")
        return go(_back())
    if request.method == "GET":
        form.team.data, form.type.data = request.args.get("team", ""), request.args.get("type", "")
    return page(
        "quality/training_new.html",
        status=422 if request.method == "POST" else 200,
        form=form,
        one=offered[0] if len(offered) == 1 else None,
        today=today,
        back=_back(),
        links=Links(forms.Filters()),
        rail=rail(actor()),
    )


@bp.post("/quality/training/<int:number>/removal")
@managers
def remove_training(number: int) -> Response:
    """Take a note off that was wrong."""
    found = trained.training_of(number, queries.directory(actor()))
    if found is None or not may_note(actor(), found.team_id):
        abort(404)
    if not RemoveForm().accepts(training_notes.remove, found, by=actor(), now=now()):
        abort(422)
    flash("The note is removed.")
    return go(_back())


def _teams(known: Directory) -> list[Named]:
    """Those whose trainings the reader may note."""
    return [team for team in known.teams if may_note(actor(), team.id)]


def _back() -> str:
    return f"{Links(forms.Filters()).training()}#{_PLACE}"
