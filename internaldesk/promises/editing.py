"""Write a rule: the form with its preview, saved as a new version, and what was typed kept whatever happens."""

from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, request, url_for
from werkzeug.datastructures import MultiDict

from internaldesk.core.errors import Conflict
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition, TaskKind
from internaldesk.models.people import Team
from internaldesk.models.sla import ClockTask, Policy
from internaldesk.promises import actions, queries, saying
from internaldesk.promises.blueprint import bp
from internaldesk.promises.checks import cell
from internaldesk.promises.forms import ActiveForm, ApplyForm, PromiseForm, WeighForm
from internaldesk.promises.outcome import tried
from internaldesk.promises.preview import panel
from internaldesk.promises.queries import Choices
from internaldesk.promises.record import record
from internaldesk.promises.terms import TARGETS, Promise, Terms
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, now, page, spare_key, wants_part


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rule on the page: whose it is, None for a new one, and what it can point at."""

    team: Team
    policy: Policy | None
    choices: Choices

    @property
    def grid(self) -> list[tuple[Priority, list[str]]]:
        """The fields of its promises, a row for each priority."""
        return [(level, [cell(level, target) for target in TARGETS]) for level in Priority]

    @property
    def titles(self) -> list[str]:
        """The heads of those rows."""
        return [saying.HEADS[target] for target in TARGETS]

    @property
    def rests(self) -> list[str]:
        """The fields of what pauses each promise."""
        return [f"pause_{target.value}" for target in TARGETS]

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self.policy.name if self.policy else "New rule"

    def url(self, door: str, **asked: Any) -> str:
        """Where the page is, `show`, and where its form goes: `save`, `preview` or `trial`."""
        if self.policy is None:
            name = "new" if door == "show" else f"{door}_new"
            return url_for(f"promises.{name}", team=self.team.slug, **asked)
        return url_for(f"promises.{'edit' if door == 'show' else door}", number=self.policy.id, **asked)


@bp.get("/settings/promises/new")
@leads
def new() -> Response:
    """An empty rule for the team `?team=`."""
    return _open(new_sheet())


@bp.post("/settings/promises/new")
@leads
def save_new() -> Response:
    """Store a new rule."""
    sheet = new_sheet()
    form = written(sheet)
    if form.accepts(actions.add, sheet.team, by=actor(), now=now()):
        flash(f"“{form.result.policy.name}” is a rule now. It takes effect for new requests.")
        return done(url_for("promises.edit", number=form.result.policy.id))
    return show(sheet, form, status=422)


@bp.get("/settings/promises/<int:number>")
@leads
def edit(number: int) -> Response:
    """A rule, its preview, its versions, and the requests that keep an older one."""
    return _open(sheet_or_404(number))


@bp.post("/settings/promises/<int:number>")
@leads
def save(number: int) -> Response:
    """Store a new version of a rule; 409 when somebody else did meanwhile."""
    sheet = sheet_or_404(number)
    assert sheet.policy is not None
    form = written(sheet)
    seen = form.version.data or 0
    try:
        accepted = form.accepts(actions.revise, sheet.policy, version=seen, by=actor(), now=now())
    except Conflict as newer:
        form.version.data = queries.newest_version(number).id
        return show(sheet, form, status=409, newer=newer.sentence)
    if not accepted:
        return show(sheet, form, status=422)
    flash(_saved(form.result, kept=queries.keeping(number, actor=actor())))
    return done(url_for("promises.edit", number=number))


@bp.post("/settings/promises/new/preview")
@leads
def preview_new() -> Response:
    """What a new rule would mean."""
    return _preview(new_sheet())


@bp.post("/settings/promises/<int:number>/preview")
@leads
def preview(number: int) -> Response:
    """What a rule as it is typed would mean; stores nothing."""
    return _preview(sheet_or_404(number))


def new_sheet() -> Sheet:
    """A rule that is not there yet, of the team in the address."""
    team = queries.team(request.args.get("team", ""), actor=actor()) or abort(404)
    return Sheet(team, None, queries.choices(team.id))


def sheet_or_404(number: int) -> Sheet:
    """The rule of that number, if it is theirs to set."""
    policy = queries.policy(number, actor=actor()) or abort(404)
    team = next(team for team in queries.teams(actor()) if team.id == policy.team_id)
    return Sheet(team, policy, queries.choices(team.id))


def blank(sheet: Sheet) -> PromiseForm:
    """The form as it is before anybody types: the rule as it stands, or the usual settings."""
    form = PromiseForm.blank()
    assert isinstance(form, PromiseForm)
    if sheet.policy is None:
        form.show(Promise("", Condition(), False, Terms({}, sheet.team.calendar_id)), version=0)
    else:
        newest = queries.newest_version(sheet.policy.id)
        form.show(Promise.of(sheet.policy, newest), version=newest.id)
    form.offer(sheet.choices, queries.calendar(form.calendar_id, now=now()))
    return form


def written(sheet: Sheet) -> PromiseForm:
    """The form that came."""
    form = PromiseForm()
    form.offer(sheet.choices, queries.calendar(form.calendar_id, now=now()))
    return form


def show(
    sheet: Sheet, form: PromiseForm, *, status: int = 200, newer: str = "", trial: ClockTask | None = None
) -> Response:
    """The page of a rule; `newer` says that somebody saved another version meanwhile, `trial` is what was tried."""
    calendar = queries.calendar(form.calendar_id, now=now())
    return page(
        "promises/edit.html",
        status=status,
        sheet=sheet,
        form=form,
        newer=newer,
        panel=panel(form, sheet.choices, calendar, by=actor(), now=now()),
        record=record(sheet.policy, actor=actor()),
        trial=tried(trial),
        press_forms={"weigh": WeighForm, "apply": ApplyForm, "active": ActiveForm},
    )


def _open(sheet: Sheet) -> Response:
    """The page as somebody comes to it; with `?trial=`, as it was typed for that trial."""
    task = queries.task(request.args.get("trial", 0, type=int), actor=actor())
    if task is None or task.kind is not TaskKind.TRIAL or task.facts["team_id"] != sheet.team.id:
        return show(sheet, blank(sheet))
    if task.policy_id != (sheet.policy.id if sheet.policy else None):
        return show(sheet, blank(sheet))
    form = PromiseForm(formdata=MultiDict(task.facts["typed"]))
    form.offer(sheet.choices, queries.calendar(form.calendar_id, now=now()))
    return show(sheet, form, trial=task)


def _preview(sheet: Sheet) -> Response:
    form = written(sheet)
    spare_key()
    if not wants_part():
        return show(sheet, form, status=200 if form.validate() else 422)
    form.validate()
    calendar = queries.calendar(form.calendar_id, now=now())
    found = panel(form, sheet.choices, calendar, by=actor(), now=now())
    return page("promises/_preview.html", form=form, panel=found, sheet=sheet, fresh=True)


def _saved(result: actions.Saved, *, kept: int) -> str:
    if not result.changed:
        return "Nothing is different, so nothing was saved."
    if not kept:
        return "Saved. It takes effect for new requests."
    keep = "1 open request keeps" if kept == 1 else f"{kept} open requests keep"
    return f"Saved. It takes effect for new requests; {keep} the old promise until you apply this one, below."
