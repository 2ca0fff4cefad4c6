"""The pages of promises for those who set them: the rules of a team, one rule, and everything sent from there."""

from flask import Response, abort, flash, request, url_for

from internaldesk.models.people import Team
from internaldesk.models.sla import Policy
from internaldesk.promises import actions, editing, queries, tester, trials
from internaldesk.promises.blueprint import bp
from internaldesk.promises.forms import ActiveForm, OwnPartForm, PlaceForm
from internaldesk.promises.shelf import shelf
from internaldesk.web.auth import actor, leads
from internaldesk.web.desk import done, now, page

__all__ = ["bp", "editing", "trials"]


@bp.get("/settings/promises")
@leads
def index() -> Response:
    """The rules of one of the reader's teams; `?team=` names another of them, `?request=` asks which rule hits it."""
    teams = list(queries.teams(actor()))
    asked = request.args.get("request", "").strip()
    found = tester.ticket(asked, actor=actor()) if asked else None
    ours = found is not None and actor().rules_over(found.request_type.team_id)
    slug = found.request_type.team.slug if found is not None and ours else request.args.get("team", "")
    team = next((team for team in teams if slug in ("", team.slug)), None) or abort(404)
    return page("promises/list.html", **shelf(team, teams, asked=asked, actor=actor(), now=now()))


@bp.post("/settings/promises/<int:number>/place")
@leads
def place(number: int) -> Response:
    """Move a rule up or down in the order."""
    policy, form = policy_or_404(number), PlaceForm()
    if not form.validate():
        abort(422)
    if actions.move(policy, up=form.move.data == "up", by=actor(), now=now()):
        flash(f"“{policy.name}” moved {form.move.data}. The first rule that fits holds.")
    return _back(policy)


@bp.post("/settings/promises/<int:number>/active")
@leads
def active(number: int) -> Response:
    """Switch a rule on or off for new requests."""
    policy, form = policy_or_404(number), ActiveForm()
    if not form.validate():
        abort(422)
    on = form.active.data == "yes"
    if actions.switch(policy, active=on, by=actor(), now=now()):
        flash(_switched(policy, on=on))
    return _back(policy)


@bp.post("/settings/promises/<slug>/own-part")
@leads
def own_part(slug: str) -> Response:
    """What a team owes the desk while it holds a request."""
    team, form = team_or_404(slug), OwnPartForm()
    calendar = queries.calendar(team.calendar_id, now=now()) or abort(404)
    form.count_in(calendar)
    if form.accepts(actions.set_own_part, team, calendar=calendar, by=actor(), now=now()):
        flash("Saved. Requests the team gets from now on are measured by it." if form.result else "Nothing changed.")
        return done(url_for("promises.index", team=team.slug, _anchor="own-part"))
    teams = queries.teams(actor())
    return page(
        "promises/list.html", status=422, **shelf(team, teams, asked="", actor=actor(), now=now(), own_part=form)
    )


def policy_or_404(number: int) -> Policy:
    """The rule of that number; whether there are others is nobody's business."""
    return queries.policy(number, actor=actor()) or abort(404)


def team_or_404(slug: str) -> Team:
    """The team of that slug, if its rules are theirs to set."""
    return queries.team(slug, actor=actor()) or abort(404)


def _back(policy: Policy) -> Response:
    team = next(team for team in queries.teams(actor()) if team.id == policy.team_id)
    return done(url_for("promises.index", team=team.slug, _anchor=f"rule-{policy.id}"))


def _switched(policy: Policy, *, on: bool) -> str:
    if on:
        return f"“{policy.name}” is on: it holds for new requests."
    return f"“{policy.name}” is off. It holds for no new request; running clocks finish on the promise they were given."
