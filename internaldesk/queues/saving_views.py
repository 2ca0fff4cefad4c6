"""The pages of saved views: keep a list under a name, go there, rename, share, replace, put in order, remove."""

from urllib.parse import parse_qs

from flask import Response, abort, flash, request, url_for

from internaldesk.core.errors import Refused
from internaldesk.core.policy import may_change_view
from internaldesk.models.queues import SavedView
from internaldesk.queues import filtering, looking, queries, saving
from internaldesk.queues.blueprint import bp
from internaldesk.queues.filtering import VIEWS, Filters, View
from internaldesk.queues.queries import Choices
from internaldesk.queues.saving_forms import KeepForm, NameForm, PlaceForm
from internaldesk.saved import actions
from internaldesk.web.auth import actor, staff
from internaldesk.web.desk import go, now, page


@bp.get("/views")
@staff
def views() -> Response:
    """All of them, with what can be done to each."""
    kept, choices = saving.shown(actor()), queries.choices(actor())
    rows = [(each, _words(each, choices), may_change_view(actor(), each)) for each in kept]
    return page("queues/views.html", rows=rows, place_form=PlaceForm)


@bp.get("/views/<int:number>")
@staff
def view(number: int) -> Response:
    """Go to what it lists."""
    kept = saving.get(number, actor=actor()) or abort(404)
    return go(saving.address_of(kept, queries.choices(actor()).offered))


@bp.route("/views/new", methods=["GET", "POST"])
@staff
def new_view() -> Response:
    """Keep a list under a name: the one in the address, then the one the form came with."""
    choices = queries.choices(actor())
    if request.method == "GET":
        found = looking.look(VIEWS.get(request.args.get("view", "")) or abort(404))
        form = NameForm.blank(view=found.scope.view.slug, query=found.scope.filters.opened_from(0).query())
        return _save_page(form, found.choices, opened=found.opened if found.changed else None)
    form = _offered(NameForm(), choices)
    shown, filters = _sent(form, choices)
    facts = saving.contents(shown, filters)
    if form.accepts(actions.save, saving.PAGE, by=actor(), now=now(), **facts):
        flash(f"“{form.result.name}” is saved.")
        return go(url_for("queues.view", number=form.result.id))
    return _save_page(form, choices, status=422)


@bp.route("/views/<int:number>/name", methods=["GET", "POST"])
@staff
def name_view(number: int) -> Response:
    """Another name, and who sees it."""
    kept, choices = _changeable(number), queries.choices(actor())
    form = _offered(NameForm(), choices, kept)
    status = form.rename(kept, by=actor())
    if not status:
        flash(f"“{kept.name}” is saved.")
        return go(url_for("queues.views"))
    return page("queues/view_name.html", status=status, kept=kept, form=form)


@bp.post("/views/<int:number>/address")
@staff
def replace_view(number: int) -> Response:
    """Let it lead to the list as it stands now."""
    kept, form, choices = _changeable(number), KeepForm(), queries.choices(actor())
    if not form.validate():
        abort(422)
    actions.replace(kept, by=actor(), **saving.contents(*_sent(form, choices)))
    flash(f"“{kept.name}” now leads here.")
    return go(url_for("queues.view", number=kept.id))


@bp.post("/views/<int:number>/place")
@staff
def place_view(number: int) -> Response:
    """Move it up or down in the rail."""
    kept, form = _changeable(number), PlaceForm()
    if not form.validate():
        abort(422)
    if actions.move(kept, by=actor(), up=form.to.data == "up"):
        flash(f"“{kept.name}” moved {form.to.data}.")
    return go(url_for("queues.views", _anchor=f"v-{kept.id}"))


@bp.route("/views/<int:number>/removal", methods=["GET", "POST"])
@staff
def remove_view(number: int) -> Response:
    """Take it away, after asking."""
    kept, form = _changeable(number), KeepForm()
    if request.method == "POST" and form.accepts(actions.remove, kept, by=actor()):
        flash(f"“{kept.name}” is removed.")
        return go(url_for("queues.views"))
    return page("queues/view_removal.html", kept=kept, form=form)


def _save_page(form: NameForm, choices: Choices, *, opened: SavedView | None = None, status: int = 200) -> Response:
    """The question what to call it; `opened` is the saved view that was changed, and could be replaced."""
    return page(
        "queues/save.html",
        part="queues/_save.html",
        status=status,
        form=_offered(form, choices),
        keep_form=KeepForm.blank(),
        view=VIEWS[form.view.data or ""],
        opened=opened if opened and may_change_view(actor(), opened) else None,
    )


def _offered(form: NameForm, choices: Choices, kept: SavedView | None = None) -> NameForm:
    """With the teams it can be shared with."""
    teams = [(team.value, team.id, f"Everybody in {team.label}") for team in choices.offered["team"]]
    form.offer(teams, reader=actor().id, kept=kept)
    return form


def _sent(form: NameForm | KeepForm, choices: Choices) -> tuple[View, Filters]:
    """The list that the form came with, as far as it makes sense."""
    shown = VIEWS.get(form.view.data or "")
    if shown is None:
        raise Refused("There is no such list to save.")
    return shown, filtering.read(parse_qs((form.query.data or "").removeprefix("?")), choices.offered)


def _words(kept: SavedView, choices: Choices) -> str:
    """What it lists: "Due next, Leeds, Older than 1 week"."""
    chosen = saving.filters_of(kept, choices.offered).chosen
    return ", ".join([saving.view_of(kept).title, *(option.label for _, options in chosen for option in options)])


def _changeable(number: int) -> SavedView:
    """The saved view of that number, if it is theirs to change; whether there are others is nobody's business."""
    kept = saving.get(number, actor=actor(), lock=request.method == "POST")
    if kept is None or not may_change_view(actor(), kept):
        abort(404)
    return kept
