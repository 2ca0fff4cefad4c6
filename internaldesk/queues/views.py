"""The queue: a list and its filters in one address, and its poll."""

from datetime import UTC, datetime

from flask import Response, abort, request

from internaldesk.queues import choosing, frame, looking, many, queries, saving_views, taking
from internaldesk.queues.blueprint import bp
from internaldesk.queues.filtering import FIRST, SOLVED, VIEWS
from internaldesk.queues.forms import BulkForm, NextForm
from internaldesk.queues.queries import PAGE
from internaldesk.queues.rows import grouped, lines_of
from internaldesk.tickets import strip, tags, undo_bar
from internaldesk.web.auth import actor, staff
from internaldesk.web.desk import go, now, page

__all__ = ["bp", "choosing", "many", "saving_views", "taking"]


@bp.get("/queue")
@staff
def index() -> Response:
    """The way in."""
    return go(FIRST.url)


@bp.get("/queue/<slug>")
@staff
def show(slug: str) -> Response:
    """A view, filtered and sorted as its address says."""
    look = looking.look(VIEWS.get(slug) or abort(404))
    scope, after, before = look.scope, looking.placed("after"), looking.placed("before")
    rows, pages = frame.pages(queries.rows(scope, after=after, before=before), scope, after=after, before=before)
    strip.begin([row.id for row in rows if look.scope.view is not SOLVED])
    return page(
        "queues/list.html",
        part="queues/_swap.html",
        groups=grouped(rows, scope, look.counts),
        shown=[row.id for row in rows],
        live=[row.id for row in rows if row.writer],
        pages=pages,
        horizon=looking.strip(scope, rows),
        next_form=NextForm.blank(),
        bulk_form=BulkForm.blank(),
        undo=undo_bar.offered(),
        **looking.around(look),
    )


@bp.get("/queue/<slug>/by/<name>")
@staff
def choose(slug: str, name: str) -> Response:
    """The choices of one filter chip."""
    view = VIEWS.get(slug) or abort(404)
    choices, scope = looking.chosen(view)
    if name == "more":
        choices = frame.more(choices, tags=tags.in_use(actor()), causes=queries.causes(actor()))
    chip = next((chip for chip in frame.chips(choices, scope) if chip.name == name), None) or abort(404)
    return page("queues/filter.html", part="queues/_panel.html", chip=chip, view=view, filters=scope.filters)


@bp.get("/queue/changes")
@staff
def changes() -> Response:
    """What the page asks every half minute: 204 while nothing changed in the teams of the reader.

    Otherwise the rows on the page that changed, in their places, what left the list, and how many are new.
    """
    made, _, state = request.args.get("since", "").partition("-")
    if not made.isdigit() or queries.state(actor(), now=now()) == state:
        return Response(status=204)
    look = looking.look(VIEWS.get(request.args.get("view", "")) or abort(404))
    scope, after, before = look.scope, looking.placed("after"), looking.placed("before")
    # The numbers came before the rows: what changes between the two is asked for again.
    found = queries.rows(scope, after=after, before=before, limit=2 * PAGE)
    shown, live, still = _numbers("rows"), _numbers("live"), {row.id for row in found}
    made_at = datetime.fromtimestamp(min(int(made), int(now().timestamp())), UTC)
    changed = [row for row in found if row.id in shown and (row.updated_at >= made_at or row.writer or row.id in live)]
    return page(
        "queues/_changes.html",
        lines=lines_of(changed, scope),
        gone=sorted(shown - still),
        newer=sum(row.id not in shown for row in found[:PAGE]),
        shown=[row.id for row in found if row.id in shown],
        live=[row.id for row in found if row.id in shown and row.writer],
        horizon=looking.strip(scope, found),
        **looking.around(look),
    )


def _numbers(name: str) -> set[int]:
    return {int(part) for part in request.args.get(name, "").split(".")[:PAGE] if part.isdigit()}
