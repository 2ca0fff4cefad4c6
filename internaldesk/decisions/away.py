"""Who decides for the reader while they are away: naming somebody, and ending it."""

from flask import Response, flash, request, url_for

from internaldesk.approvals import absences, queries
from internaldesk.decisions.blueprint import bp
from internaldesk.decisions.forms import StandInForm
from internaldesk.tickets.whom import described
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import done, now, page


@bp.route("/profile/stand-in", methods=["GET", "POST"])
@people
def stand_in() -> Response:
    """Name somebody who decides for the reader, and see who does and for whom the reader does."""
    form = StandInForm()
    if form.is_submitted():
        if form.accepts(absences.name_stand_in, actor().id, now=now()):
            flash(f"{form.result.stand_in.name} decides for you in that time, also about what waits already.")
            return done(url_for("decisions.stand_in"))
        return _page(form, status=422)
    return _page(form)


@bp.post("/profile/stand-in/<int:number>/end")
@people
def end(number: int) -> Response:
    """End it from now on."""
    absences.end_stand_in(number, by=actor(), now=now())
    flash("Ended. You decide for yourself again.")
    return done(url_for("decisions.stand_in"))


def _page(form: StandInForm, *, status: int = 200) -> Response:
    person = form.whom.person
    return page(
        "approvals/stand_in.html",
        status=status,
        form=form,
        whom={
            "words": person.name if person else request.form.get("stand_in_name", ""),
            "matches": [(one.id, described(one)) for one in form.whom.matches],
        },
        absences=queries.absences(actor().id, now=now()),
        covered=queries.covered(actor().id, now=now()),
    )
