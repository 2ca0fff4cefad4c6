"""The pages of managers and leads: how well the desk serves, and the requests behind each number."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, request

from internaldesk.core.backlog import BANDS
from internaldesk.quality import export as files
from internaldesk.quality import forms, queries
from internaldesk.quality.board import Board, board
from internaldesk.quality.forms import Chosen, Opened
from internaldesk.quality.links import Links
from internaldesk.quality.rows import looked
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import now, page

PER_PAGE = 50
bp = Blueprint("quality", __name__)


@bp.get("/quality")
@managers
def overview() -> Response:
    """The report; where htmx asks, what a change of the filters swaps."""
    return page("quality/overview.html", part="quality/_swap.html", board=_board(_chosen()), **_offers())


@bp.get("/quality/requests")
@managers
def requests() -> Response:
    """The requests behind a number: those the reader may open, and how many more are counted."""
    chosen, opened = _list()
    rows = opened.listing.rows(chosen.scope, opened.pick)
    extent = queries.extent(rows, actor=actor())
    found = queries.listed(
        rows, actor=actor(), sort=opened.listing.sort, limit=PER_PAGE, offset=(opened.page - 1) * PER_PAGE
    )
    return page(
        "quality/requests.html",
        chosen=chosen,
        opened=opened,
        extent=extent,
        links=Links(chosen.filters),
        ages=BANDS,
        rows=[looked(row, opened.listing, now=now()) for row in found],
        pages=_pages(opened, extent.readable, Links(chosen.filters)),
    )


@bp.get("/quality.csv")
@managers
def export() -> Response:
    """The table of the report as a file, or with `what` the list behind one of its numbers."""
    if "what" not in request.args:
        return _file(files.report(_board(_chosen()), made=now(), by=actor()), "service-quality")
    chosen, opened = _list()
    rows = opened.listing.rows(chosen.scope, opened.pick)
    extent = queries.extent(rows, actor=actor())
    lines = files.listing(_app(), rows, chosen=chosen, opened=opened, extent=extent, made=now())
    return _file(lines, f"requests-{opened.what}")


def _chosen() -> Chosen:
    known, zone = queries.directory(actor()), ZoneInfo(current_app.config["DESK"].timezone)
    return forms.read(request.args, actor=actor(), known=known, now=now(), zone=zone)


def _list() -> tuple[Chosen, Opened]:
    chosen = _chosen()
    return chosen, forms.opened(request.args, chosen.over)


def _board(chosen: Chosen) -> Board:
    counted = queries.counted(chosen.scope, chosen.over)
    return board(chosen, counted, queries.newest_low(chosen.scope, chosen.over))


def _offers() -> dict[str, Any]:
    """What the filters and the table offer."""
    return {"periods": forms.PERIODS, "groupings": forms.GROUPINGS, "now": now()}


def _pages(opened: Opened, rows: int, links: Links) -> tuple[str | None, str | None, str]:
    """Links to the pages before and after, and where this one stands."""
    first, last = (opened.page - 1) * PER_PAGE + 1, min(opened.page * PER_PAGE, rows)
    newer = links.page(opened.args, opened.page - 1) if opened.page > 1 else None
    older = links.page(opened.args, opened.page + 1) if last < rows else None
    return newer, older, f"{first:,} to {last:,} of {rows:,}"


def _file(lines: Iterable[str], name: str) -> Response:
    answer = Response((line.encode() for line in lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{now():%Y-%m-%d}.csv"'
    return answer


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's type hides it
    return app
