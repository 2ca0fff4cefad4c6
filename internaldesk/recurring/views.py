"""The settings of recurring requests: planned, tried, changed, paused and removed by those who lead the team."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import Response, abort, flash, request, url_for

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form, Offer
from internaldesk.core import hours, questions, recurring
from internaldesk.core.errors import Conflict
from internaldesk.core.hours import BusinessCalendar
from internaldesk.models.recurring import Plan
from internaldesk.recurring import actions, queries
from internaldesk.recurring.blueprint import bp
from internaldesk.recurring.forms import PlanForm, StepForm, plan_form, typed
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import go, now, page, spare_key

_STAYS = ("preview", "check", "add_row", "drop_row")


class Ahead(NamedTuple):
    """One that will be filed: when on the team's clock, and the date by the rule where that one is closed."""

    at: datetime
    moved_from: str


@bp.get("/settings/recurring")
@leads
def index() -> Response:
    """The plans of the reader's teams, with what each files next."""
    plans = queries.plans(actor())
    shelves = [(team, [row for row in plans if row.team_id == team.id]) for team in queries.teams(actor())]
    calendars = {team.id: queries.calendar(team, now=now()) for team in {row.team for row in plans}}
    local = {row.id: hours.local(calendars[row.team_id], row.next_at) for row in plans if row.next_at}
    return page(
        "recurring/index.html",
        shelves=shelves,
        local=local,
        offers=_offers(),
        words={row.id: recurring.sentence(row) for row in plans},
    )


@bp.route("/settings/recurring/new", methods=["GET", "POST"])
@leads
def new() -> Response:
    """Plan one of the type named in the address."""
    found = _form_or_404(request.args.get("type", ""))
    form = _form(found, request.form.to_dict(flat=False) if request.method == "POST" else {})
    known = {"by": actor(), "now": now(), "form": found.version}
    sent = request.method == "POST" and not _stays(form)
    if sent and form.accepts(actions.plan, found.request_type, **known):
        flash(f"“{form.result.summary}” is planned.")
        return go(url_for("recurring.show", number=form.result.id))
    return _page(None, found, form, status=422 if form.errors else 200)


@bp.get("/settings/recurring/<int:number>")
@leads
def show(number: int) -> Response:
    """One plan: the next five, and what happened to it."""
    plan = _plan_or_404(number)
    cal = queries.calendar(plan.team, now=now())
    over = queries.dealt_with(plan)
    left = queries.PREVIEWED if plan.times is None else min(queries.PREVIEWED, plan.times - plan.done)
    found = queries.ahead(plan, cal, now=now(), last=over.due_on if over else None, limit=max(left, 0))
    return page(
        "recurring/show.html",
        plan=plan,
        sentence=recurring.sentence(plan),
        ahead=_ahead(found, cal),
        zone=cal.zone.key,
        lines=queries.lines(plan),
        facts=questions.facts(questions.parse(plan.form_version.questions), plan.answers),
        form=StepForm.blank(),
    )


@bp.route("/settings/recurring/<int:number>/edit", methods=["GET", "POST"])
@leads
def edit(number: int) -> Response:
    """Change one; it is written by the newest form of its type."""
    plan = _plan_or_404(number)
    found = _form_or_404(f"{plan.request_type.team.slug}/{plan.request_type.slug}")
    posted = request.method == "POST"
    asks = questions.parse(found.version.questions)
    form = _form(found, request.form.to_dict(flat=False) if posted else typed(plan, asks), plan=plan)
    if not posted or _stays(form):
        return _page(plan, found, form, status=422 if form.errors else 200)
    try:
        known = {"by": actor(), "now": now(), "form": found.version, "version": form.version.data}
        if form.accepts(actions.change, plan, **known):
            flash(f"“{plan.summary}” is saved.")
            return go(url_for("recurring.show", number=plan.id))
    except Conflict as conflict:
        form.form_errors.append(conflict.sentence)
        form.version.data, form.version.raw_data = plan.version, None
        return _page(plan, found, form, status=409)
    return _page(plan, found, form, status=422)


@bp.post("/settings/recurring/<int:number>/pause")
@leads
def pause(number: int) -> Response:
    """File nothing until it goes on."""
    plan, form = _plan_or_404(number), StepForm()
    if form.accepts(actions.pause, plan, by=actor(), now=now()) and form.result:
        flash(f"“{plan.summary}” rests until somebody resumes it.")
    return go(url_for("recurring.show", number=number))


@bp.post("/settings/recurring/<int:number>/resumption")
@leads
def resume(number: int) -> Response:
    """Go on with the next one."""
    plan, form = _plan_or_404(number), StepForm()
    if form.accepts(actions.resume, plan, by=actor(), now=now()) and form.result:
        flash(f"“{plan.summary}” goes on with the next one.")
    return go(url_for("recurring.show", number=number))


@bp.route("/settings/recurring/<int:number>/removal", methods=["GET", "POST"])
@leads
def remove(number: int) -> Response:
    """Take one away, after asking."""
    plan, form = _plan_or_404(number), StepForm()
    if request.method == "POST" and form.accepts(actions.remove, plan, by=actor(), now=now()):
        flash(f"“{plan.summary}” is removed. What it filed stays.")
        return go(url_for("recurring.index"))
    return page("recurring/remove.html", plan=plan, form=form)


def _stays(form: PlanForm) -> bool:
    """Whether a button was pressed that only shows the form again."""
    pressed = any(name in request.form for name in _STAYS)
    if pressed:
        form.validate()
        spare_key()
    return pressed


def _page(plan: Plan | None, found: Form, form: PlanForm, *, status: int = 200) -> Response:
    cal, rule = queries.calendar(found.request_type.team, now=now()), form.rule
    dates = (
        queries.ahead(rule, cal, now=now(), limit=min(queries.PREVIEWED, rule.times or queries.PREVIEWED))
        if rule
        else []
    )
    return page(
        "recurring/edit.html",
        status=status,
        plan=plan,
        type=found.request_type,
        form=form,
        ahead=_ahead(dates, cal),
        zone=cal.zone.key,
    )


def _ahead(found: list[recurring.Occurrence], cal: BusinessCalendar) -> list[Ahead]:
    there = [(one, hours.local(cal, one.at)) for one in found]
    return [Ahead(local, one.on.isoformat() if local.date() != one.on else "") for one, local in there]


def _form(found: Form, raw: dict[str, Any], *, plan: Plan | None = None) -> PlanForm:
    team = found.request_type.team
    asks = questions.parse(found.version.questions)
    today = hours.local(queries.calendar(team, now=now()), now()).date()
    form = plan_form(asks)(raw, by=actor(), now=now(), today=today)
    own = (plan.made_by_id, plan.made_by.name) if plan else (actor().id, actor().name)
    form.offer(queries.members(team.id), own=own)
    return form


def _offers() -> list[Offer]:
    """The types that can be planned: those of teams whose rules are theirs, never cases."""
    return [
        offer for offer in catalogue.offers(actor()) if not offer.confidential and actor().rules_over(offer.team.id)
    ]


def _form_or_404(path: str) -> Form:
    team, _, kind = path.partition("/")
    known = any((offer.team.slug, offer.slug) == (team, kind) for offer in _offers())
    return (catalogue.form_for(team, kind, actor=actor()) if known else None) or abort(404)


def _plan_or_404(number: int) -> Plan:
    return queries.get(number, actor=actor(), lock=request.method == "POST") or abort(404)
