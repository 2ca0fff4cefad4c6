"""How a request's promises were counted, on a page of its own, and what is sent because one was missed."""

from collections.abc import Mapping

from flask import Response, url_for

from internaldesk.core.policy import Act, may
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions, leads, queries, records
from internaldesk.tickets.access import ticket_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.counted import Key, counted
from internaldesk.tickets.forms import WaiverForm
from internaldesk.web import filters
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import go, now, page


@bp.get("/requests/R-<int:number>/clock")
@people
def clock(number: int) -> Response:
    """How this is counted: also the part that opens in the page of the request."""
    return _counted(ticket_or_404(number))


@bp.post("/requests/R-<int:number>/escalation")
@people
def escalate(number: int) -> Response:
    """Ask whoever leads the team to step in."""
    ticket = ticket_or_404(number, lock=True)
    actions.escalate(ticket, by=actor(), now=now())
    return go(url_for("tickets.show", number=number, _anchor="status-line"))


@bp.post("/requests/R-<int:number>/waivers")
@people
def waive(number: int) -> Response:
    """Not hold a missed promise against anybody."""
    ticket, form = ticket_or_404(number, lock=True), WaiverForm()
    if form.accepts(actions.waive, ticket, by=actor(), now=now()):
        return go(url_for("tickets.clock", number=number))
    return _counted(ticket, form, status=422)


def _counted(ticket: Ticket, sent: WaiverForm | None = None, *, status: int = 200) -> Response:
    judge = may(actor(), Act.WAIVE, ticket)
    internal = judge or queries.speaks_for_team(actor(), ticket)
    return page(
        "tickets/clock.html",
        part="tickets/_clock.html",
        status=status,
        ticket=ticket,
        found=counted(records.of(ticket, now=now()), now=now(), reader=filters.zone(), internal=internal),
        waivers=_waivers(ticket, sent) if judge else {},
        sent=sent,
    )


def _waivers(ticket: Ticket, sent: WaiverForm | None) -> Mapping[Key, WaiverForm]:
    """A form for each promise that this person may waive, the one that was sent with what was typed."""
    judged = [row for row in sla.clocks(ticket.id) if leads.judges(actor(), ticket, row)]
    return {(row.target, row.team_key, row.cycle): _waiver(row, sent) for row in judged}


def _waiver(row: Clock, sent: WaiverForm | None) -> WaiverForm:
    form = sent if sent is not None and sent.clock.data == row.id else WaiverForm(formdata=None)
    form.clock.data, form.reason.id = row.id, f"reason-{row.id}"
    form.reason.description = "Only the team reads this." if row.team_key else "The requester reads this, too."
    return form
