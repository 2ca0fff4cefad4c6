"""The page that hands a request to another team, and what is sent from it."""

from functools import partial

from flask import Response, request, url_for
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import handover, undo_bar, undoing
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.forms import HandOverForm
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.route("/requests/R-<int:number>/transfer", methods=["GET", "POST"])
@people
def transfer(number: int) -> Response:
    """Hand it to another team, for a decision to one of its leads."""
    ticket, form = handled_or_404(number), HandOverForm()
    teams = _offered(ticket, form)
    if request.method == "POST":
        team = teams.get(form.team.data or "")
        if team is None and form.team.data:
            form.team.errors = ["Choose another team."]
        elif form.accepts(partial(undoing.kept, handover.transfer), ticket, by=actor(), now=now(), team=team):
            undo_bar.offer(form.result)
            return go(url_for("queues.index"))
    return page(
        "tickets/edit.html",
        part="tickets/_edit.html",
        status=422 if request.method == "POST" else 200,
        ticket=ticket,
        what="transfer",
        form=form,
        bounced=handover.bounces(ticket.holdings),
    )


def _offered(ticket: Ticket, form: HandOverForm) -> dict[str, Team]:
    """Put the teams and who leads them to choose from on the form; the other teams by slug."""
    teams = {t.slug: t for t in db.session.scalars(select(Team).order_by(Team.position)) if t.id != ticket.team_id}
    found = handover.deciders(ticket, [team.id for team in teams.values()])
    form.team.choices = [("", "Choose a team"), *((slug, team.name) for slug, team in teams.items())]
    form.person.choices = [("", "A lead of that team"), *((str(one.id), f"{one.name}, {one.team}") for one in found)]
    return teams
