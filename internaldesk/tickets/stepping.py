"""The pages of a request's steps, and of asking another team for help with it."""

from itertools import groupby
from typing import Any

from flask import Response, abort, flash, request, url_for

from internaldesk.catalogue import queries as catalogue
from internaldesk.catalogue.queries import Form
from internaldesk.core import checklists as rules
from internaldesk.core import questions
from internaldesk.core.checklists import State
from internaldesk.models.checklists import Step
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import helping, steps, ticking
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.queries import LARGEST_NUMBER
from internaldesk.tickets.step_forms import AddForm, HelpForm, LeaveOutForm, StepForm, TickForm, help_form
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import done, now, page


@bp.route("/requests/R-<int:number>/help", methods=["GET", "POST"], endpoint="help")
@people
def ask(number: int) -> Response:
    """Ask another team for help: what for first, then what its form must know."""
    ticket = handled_or_404(number)
    path = request.args.get("type", "")
    team, _, kind = path.partition("/")
    found = catalogue.form_for(team, kind, actor=actor()) if path else None
    if path and (found is None or found.request_type.team_id == ticket.team_id):
        abort(404)
    if found is None:
        return _types(ticket)
    form = help_form(questions.parse(found.version.questions))(_typed(ticket, found), by=actor(), now=now())
    if request.method == "POST" and form.accepts(
        helping.ask, ticket, by=actor(), now=now(), request_type=found.request_type, form=found.version
    ):
        flash(f"{found.request_type.team.name} is asked: {form.result.number}. You follow it among your own requests.")
        return done(url_for("tickets.show", number=number))
    return _help(ticket, found, form, status=422 if request.method == "POST" else 200)


def _typed(ticket: Ticket, found: Form) -> dict[str, Any]:
    """What was sent; at first the title where it is no secret, and what is usual ticked."""
    if request.method == "POST":
        return request.form.to_dict(flat=False)
    open_to_all = helping.is_open_to_all(ticket, found.request_type)
    summary = ticket.summary if open_to_all else ""
    return {"summary": [summary], "says_waiting": [] if helping.is_case(ticket) else ["y"]}


def _types(ticket: Ticket) -> Response:
    others = [offer for offer in catalogue.offers(actor()) if offer.team.id != ticket.team_id]
    teams = [(team, list(offers)) for team, offers in groupby(others, key=lambda offer: offer.team)]
    return page("tickets/help_choose.html", ticket=ticket, teams=teams)


def _help(ticket: Ticket, found: Form, form: HelpForm, *, status: int) -> Response:
    return page(
        "tickets/help.html",
        status=status,
        ticket=ticket,
        type=found.request_type,
        form=form,
        case=helping.is_case(ticket),
        open_to_all=helping.is_open_to_all(ticket, found.request_type),
    )


@bp.route("/requests/R-<int:number>/steps", methods=["GET", "POST"], endpoint="steps")
@people
def listed(number: int) -> Response:
    """All steps with what is to be said about them; one of the team's checklists or one step more can be added."""
    ticket = handled_or_404(number)
    adding = request.method == "POST" and "checklist" in request.form
    step_form = StepForm.blank() if adding else StepForm()
    add_form = AddForm() if adding or request.method == "GET" else AddForm.blank()
    assert isinstance(add_form, AddForm)
    add_form.offer(steps.for_team(ticket.team_id))
    if request.method == "POST":
        form, act = (add_form, ticking.add_checklist) if adding else (step_form, ticking.add)
        if form.accepts(act, ticket, by=actor(), now=now()):
            flash(f"“{add_form.known[add_form.checklist.data].name}” is added." if adding else "Added.")
            return done(url_for("tickets.steps", number=number))
    return page(
        "tickets/steps.html",
        status=422 if request.method == "POST" else 200,
        ticket=ticket,
        step_form=step_form,
        add_form=add_form,
        **context(ticket),
    )


@bp.post("/requests/R-<int:number>/steps/<int:step_id>")
@people
def tick(number: int, step_id: int) -> Response:
    """A step is done, or it is not after all."""
    ticket, form = handled_or_404(number), TickForm()
    step = _step_or_404(ticket, step_id)
    if not form.accepts(ticking.tick, step, ticket, by=actor(), now=now()):
        flash(form.form_errors[0] if form.form_errors else "Done, or not?", "warn")
    where = "tickets.steps" if request.args.get("at") == "steps" else "tickets.show"
    return done(url_for(where, number=number, _anchor=f"step-{step_id}"))


@bp.route("/requests/R-<int:number>/steps/<int:step_id>/removal", methods=["GET", "POST"])
@people
def leave_out(number: int, step_id: int) -> Response:
    """Do without a step; what another team was asked is withdrawn."""
    ticket, form = handled_or_404(number), LeaveOutForm()
    step = _step_or_404(ticket, step_id)
    if rules.state(step) in (State.DONE, State.OUT) and request.method == "GET":
        abort(404)
    if request.method == "POST" and form.accepts(ticking.leave_out, step, ticket, by=actor(), now=now()):
        flash(f"“{step.name}” is left out.")
        return done(url_for("tickets.show", number=number))
    failed = 422 if request.method == "POST" else 200
    return page("tickets/steps_leave_out.html", status=failed, ticket=ticket, step=step, form=form)


def context(ticket: Ticket) -> dict[str, Any]:
    """What `_steps.html` shows."""
    rows = steps.of(ticket, actor=actor()) if ticket.has_steps else []
    return {
        "steps": rows,
        "steps_progress": rules.progress(rows),
        "steps_over": bool(rows) and ticket.is_open and not rules.holding(rows),
        "steps_now": now(),
        "tick_form": TickForm,
    }


def _step_or_404(ticket: Ticket, step_id: int) -> Step:
    step = steps.one(step_id, of=ticket.id) if step_id <= LARGEST_NUMBER else None
    if step is None:
        abort(404)
    return step
