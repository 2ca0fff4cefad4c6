"""What the page of a request asks and tells while it is open: what is new, who writes here, that it was read."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, abort, request

from internaldesk.models.tickets import Ticket
from internaldesk.tickets import drafts, glance, presence, queries, seen
from internaldesk.tickets.access import ticket_or_404
from internaldesk.tickets.blueprint import bp
from internaldesk.tickets.glance import Glance
from internaldesk.web.auth import actor, people
from internaldesk.web.desk import now, page


@dataclass(frozen=True, slots=True)
class Watch:
    """What an open page says above the conversation, and how it asks again.

    `since` is the version it shows, `told` the newest it was told of, `at` its instant in seconds since 1970.
    """

    number: int
    since: int
    told: int
    at: int
    mode: str
    found: Glance
    words: str = ""


def of(ticket: Ticket, *, mode: str, known_at: datetime | None = None) -> Watch:
    """What a page that is loaded now watches: one statement. `known_at`: it shows no more than was known then."""
    found = glance.glance(ticket.id, actor=actor(), now=now(), place=drafts.place(ticket.id, mode))
    assert found is not None  # they are reading it
    return Watch(ticket.id, ticket.version, ticket.version, int((known_at or now()).timestamp()), mode, found)


@bp.get("/requests/R-<int:number>/changes")
@people
def changes(number: int) -> Response:
    """What the page asks every half minute: 204 while nothing changed, which costs one statement.

    Otherwise the line that says what is new: the text under the reader's hand stays as it is until they ask for more.
    """
    found = glance.glance(number, actor=actor(), now=now())
    if found is None:
        abort(404)
    since = request.args.get("since", found.version, type=int)
    told = request.args.get("told", since, type=int)
    if found.waits or (told, request.args.get("here", "")) == (found.version, found.token):
        return Response(status=204)  # what can still be taken back is asked for again later
    words = "" if since == found.version else _news(number)
    mode = "note" if request.args.get("mode") == "note" else "reply"
    watch = Watch(number, since, found.version, _at(), mode, found, words)
    return page("tickets/_news.html", part="tickets/_news.html", watch=watch, fresh=told != found.version)


@bp.post("/requests/R-<int:number>/presence")
@people
def beat(number: int) -> Response:
    """An agent writes here; the page says so every 15 seconds."""
    if not presence.beat(number, by=actor(), now=now(), mode=request.form.get("mode", "")):
        abort(404)
    return Response(status=204)


@bp.post("/requests/R-<int:number>/seen", endpoint="seen")
@people
def mark(number: int) -> Response:
    """The page was in front of somebody; a page alone never notes that, since scanners follow links, too."""
    at = request.form.get("at", type=int)
    when = datetime.fromtimestamp(min(at, int(now().timestamp())), tz=UTC) if at and at > 0 else None
    if not seen.mark(number, by=actor(), now=now(), at=when):
        abort(404)
    return Response(status=204)


def _news(number: int) -> str:
    ticket = ticket_or_404(number)
    as_team = queries.speaks_for_team(actor(), ticket)
    return glance.news(number, actor=actor(), since=datetime.fromtimestamp(_at(), tz=UTC), as_team=as_team)


def _at() -> int:
    """The instant of the page that asks, never in the future."""
    return min(max(request.args.get("at", 0, type=int), 0), int(now().timestamp()))
