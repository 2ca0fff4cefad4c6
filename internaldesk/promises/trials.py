"""Long counts about a rule: how last month would have gone, what applying it would change, and applying it."""

from flask import Response, abort, flash, request, url_for

from internaldesk.core.promises import TaskKind
from internaldesk.models.sla import ClockTask, Policy
from internaldesk.promises import actions, outcome, queries
from internaldesk.promises.blueprint import bp
from internaldesk.promises.editing import Sheet, new_sheet, sheet_or_404, show, written
from internaldesk.promises.forms import ApplyForm, WeighForm
from internaldesk.promises.terms import Promise
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, go, now, page, wants_part

_TOKENS = ("csrf_token", "form_key")


@bp.post("/settings/promises/new/trial")
@leads
def trial_new() -> Response:
    """Try a rule that is not there yet on the requests of last month."""
    return _try(new_sheet())


@bp.post("/settings/promises/<int:number>/trial")
@leads
def trial(number: int) -> Response:
    """Try a rule as it is typed on the requests of last month."""
    return _try(sheet_or_404(number))


@bp.post("/settings/promises/<int:number>/effect")
@leads
def effect(number: int) -> Response:
    """Ask what applying the newest version to open requests would change."""
    actions.weigh(_policy_or_404(number), by=actor(), now=now())
    return done(url_for("promises.edit", number=number, _anchor="open-requests"))


@bp.post("/settings/promises/<int:number>/application")
@leads
def application(number: int) -> Response:
    """Apply a version to open requests, once its effect was looked at."""
    policy, form = _policy_or_404(number), ApplyForm()
    if not form.validate():
        abort(422)
    actions.apply(policy, version=form.version.data or 0, by=actor(), now=now())
    flash("It is being applied. You need not wait here.")
    return done(url_for("promises.edit", number=number, _anchor="open-requests"))


@bp.get("/settings/promises/tasks/<int:number>")
@leads
def task(number: int) -> Response:
    """How far a count is: a fragment that asks again until it is finished; without script, the page it is on."""
    found = queries.task(number, actor=actor()) or abort(404)
    if not wants_part():
        return go(_page_of(found))
    if found.kind is TaskKind.TRIAL:
        return page("promises/_trial_result.html", trial=outcome.tried(found), heard=True)
    policy = _policy_or_404(found.policy_id or 0)
    shown = outcome.open_requests(policy, version=queries.newest_version(policy.id).id, actor=actor())
    return page("promises/_open.html", open=shown, press_forms={"weigh": WeighForm, "apply": ApplyForm}, heard=True)


def _try(sheet: Sheet) -> Response:
    form = written(sheet)
    if not form.accepts(_try_out, sheet):
        return show(sheet, form, status=422)
    return done(sheet.url("show", trial=form.result.id, _anchor="trial"))


def _try_out(sheet: Sheet, *, promise: Promise, note: str) -> ClockTask:
    """The note is for saving only; it is among what was typed."""
    policy_id = sheet.policy.id if sheet.policy else None
    return actions.try_out(sheet.team, promise, policy_id=policy_id, typed=_typed(), by=actor(), now=now())


def _typed() -> dict[str, list[str]]:
    """The form as it came, so that the page can show it again beside what came of it."""
    return {name: values for name, values in request.form.lists() if name not in _TOKENS}


def _page_of(found: ClockTask) -> str:
    if found.policy_id is not None:
        trial = found.id if found.kind is TaskKind.TRIAL else None
        return url_for("promises.edit", number=found.policy_id, trial=trial)
    team = next(team for team in queries.teams(actor()) if team.id == found.facts["team_id"])
    return url_for("promises.new", team=team.slug, trial=found.id)


def _policy_or_404(number: int) -> Policy:
    return queries.policy(number, actor=actor()) or abort(404)
