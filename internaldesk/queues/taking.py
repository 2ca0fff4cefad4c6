"""Take next: be given what is most urgent, told why, and free to pass it over for a reason that the lead reads."""

from flask import Response, flash

from internaldesk.core.lifecycle import AGENT_WORDS
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues import actions, skipping
from internaldesk.queues.blueprint import bp
from internaldesk.queues.filtering import FIRST
from internaldesk.queues.forms import SkipForm
from internaldesk.tickets import taken as session
from internaldesk.tickets.access import handled_or_404
from internaldesk.tickets.looks import Looks
from internaldesk.web.auth import actor, leads, staff
from internaldesk.web.desk import go, now, page
from internaldesk.web.filters import at


@bp.post("/queue/next")
@staff
def take_next() -> Response:
    """Be given the most urgent request, and told why."""
    return _next("")


@bp.post("/requests/R-<int:number>/skip")
@staff
def skip(number: int) -> Response:
    """Pass over what Take next gave, and be given the next."""
    ticket, form = handled_or_404(number), SkipForm()
    if not form.accepts(skipping.skip, ticket, by=actor(), now=now(), just_taken=session.just_taken(ticket)):
        flash("Choose why you pass it over.", "warn")
        return go(_url(ticket))
    session.leave()
    return _next(f"{ticket.number} is passed over for two hours. ")


@bp.get("/queue/skipped")
@leads
def skipped() -> Response:
    """What was passed over in the teams of a lead, by whom and why."""
    rows = skipping.skipped(actor(), now=now())
    return page("queues/skipped.html", rows=rows, reasons=skipping.REASONS, status_words=AGENT_WORDS)


def _next(before: str) -> Response:
    taken = actions.take_next(by=actor(), now=now())
    if taken is None:
        flash(f"{before}{_nothing()}")
        return go(FIRST.url)
    session.led_to(taken.ticket, again=taken.again)
    flash(f"{before}{_why(taken)}")
    return go(_url(taken.ticket))


def _nothing() -> str:
    """Why there is no next one."""
    rest = skipping.resting(actor(), now=now())
    if rest.until is None:
        return "Nothing is due: nothing waits for you or for anybody in your teams."
    many = f"{rest.number} that you passed over" if rest.number > 1 else "one that you passed over"
    return f"Nothing else is due. Take next offers {many} again from {at(rest.until)}."


def _why(taken: actions.Taken) -> str:
    """The reason in a line: "Most urgent in IT, 18 min over"."""
    ticket, how = taken.ticket, "no promise runs"
    if ticket.queue_at < NEVER:
        words = Looks(actor().timezone, now()).words(ticket.queue_at)
        how = f"due {words}" if ticket.queue_at > now() else words
    if taken.again:
        return f"Yours already, and waiting for your answer, {how}"
    return f"Most urgent in {ticket.team.name}, {how}"


def _url(ticket: Ticket) -> str:
    return f"/requests/{ticket.number}"
