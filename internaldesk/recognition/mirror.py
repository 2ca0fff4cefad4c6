"""The perception mirror: what a team thinks of itself beside what co-workers say, once a quarter."""

from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, flash, request, url_for

from internaldesk.core import definitions, periods
from internaldesk.core.definitions_beside import MIRROR
from internaldesk.core.errors import Refused
from internaldesk.core.periods import Period, Unit
from internaldesk.core.rating import QUESTIONS
from internaldesk.core.recognition import back_from, quarter_of
from internaldesk.quality.forms import Filters
from internaldesk.quality.links import Links
from internaldesk.quality.rail import rail
from internaldesk.recognition import actions, queries, reflected
from internaldesk.recognition.blueprint import bp
from internaldesk.recognition.forms import MirrorForm
from internaldesk.recognition.queries import Own
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.get("/quality/mirror")
@people
def show_mirror() -> Response:
    """Quarters that are over: while one runs, each further answer could be told from what it changes."""
    _for_teams()
    running = _running()
    chosen = _chosen(running)
    return page(
        "recognition/mirror.html",
        running=running,
        chosen=chosen,
        offered=back_from(periods.previous(running)),
        mirrors=reflected.mirror(actor(), chosen),
        own=queries.own_teams(actor(), running.first_day) if actor().agent_of else [],
        meanings=definitions.of(MIRROR),
        links=Links(Filters()),
        rail=rail(actor()) if actor().sees_quality else None,
    )


@bp.route("/quality/mirror/<slug>", methods=["GET", "POST"])
@people
def answer(slug: str) -> Response:
    """The four questions about one's own team; the sums take them, and nothing else keeps them."""
    running = _running()
    team, form = _own(slug, running), MirrorForm()
    if request.method == "POST":
        if form.accepts(actions.answer, team.id, by=actor(), quarter=running.first_day):
            flash(f"Thank you. {running.label} is shown when it is over.")
            return go(url_for("recognition.show_mirror"))
        return _page(team, form, running, status=422)
    return _page(team, MirrorForm.blank(), running)


def _page(team: Own, form: MirrorForm, running: Period, *, status: int = 200) -> Response:
    return page(
        "recognition/mirror_answer.html",
        status=status,
        team=team,
        form=form,
        running=running,
        questions=QUESTIONS,
    )


def _own(slug: str, running: Period) -> Own:
    teams = queries.own_teams(actor(), running.first_day) if actor().agent_of else []
    return next((team for team in teams if team.slug == slug), None) or abort(404)


def _for_teams() -> None:
    """Whoever works in no team and sees no figures has no mirror."""
    if not (actor().agent_of or actor().manager):
        abort(404)


def _running() -> Period:
    return quarter_of(now(), ZoneInfo(current_app.config["DESK"].timezone))


def _chosen(running: Period) -> Period:
    text = request.args.get("quarter", "")
    if not text:
        return periods.previous(running)
    found = periods.parse(text, now(), ZoneInfo(current_app.config["DESK"].timezone))
    if found.unit is not Unit.QUARTER:
        raise Refused(f"“{text[:20]}” is not a quarter: use 2026-Q3.", field="quarter")
    if found.end > now():
        raise Refused(f"{found.label} is shown when it is over.", field="quarter")
    return found
