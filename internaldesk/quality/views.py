"""The pages of managers and leads: how well the desk serves, and the requests behind each number."""

from typing import Any

from flask import Flask, Response, current_app, request

from internaldesk.core import definitions as words
from internaldesk.core.backlog import BANDS
from internaldesk.quality import asking, chain, follow_ups, forms, improving, queries, reports, trainings
from internaldesk.quality import export as files
from internaldesk.quality.blueprint import bp
from internaldesk.quality.board import Board, board
from internaldesk.quality.files import answer
from internaldesk.quality.forms import Chosen, Opened
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Preparing
from internaldesk.quality.rail import rail
from internaldesk.quality.rows import looked
from internaldesk.quality.worked import worked
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import now, page

__all__ = ["bp", "chain", "follow_ups", "improving", "reports", "trainings"]
PER_PAGE = 50


@bp.get("/quality")
@managers
def overview() -> Response:
    """The report; where htmx asks, what a change of the filters swaps."""
    chosen = asking.chosen()
    try:
        shown = _board(chosen)
    except Preparing as wait:
        return asking.preparing(wait, Links(chosen.filters))
    return page("quality/overview.html", part="quality/_swap.html", board=shown, **_offers())


@bp.get("/quality/requests")
@managers
def requests() -> Response:
    """The requests behind a number: those the reader may open, and how many more are counted."""
    chosen, opened = _list()
    rows = opened.listing.rows(opened.within(chosen.scope), opened.pick)
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
        rail=rail(actor()),
        ages=BANDS,
        department=_department(opened),
        rows=[looked(row, opened.listing, now=now()) for row in found],
        pages=_pages(opened, extent.readable, Links(chosen.filters)),
    )


@bp.get("/quality.csv")
@managers
def export() -> Response:
    """The table of the report as a file, or with `what` the list behind one of its numbers."""
    return _file("csv")


@bp.get("/quality.xlsx")
@managers
def workbook() -> Response:
    """The same as a workbook."""
    return _file("xlsx")


@bp.get("/quality/definitions")
@managers
def definitions() -> Response:
    """What each figure means; files and print carry the same words."""
    return page("quality/definitions.html", chapters=words.CHAPTERS, links=Links(forms.Filters()), rail=rail(actor()))


def _list() -> tuple[Chosen, Opened]:
    chosen = asking.chosen()
    return chosen, forms.opened(request.args, chosen.over)


def _board(chosen: Chosen) -> Board:
    standing = queries.standing(chosen.scope, chosen.over)
    words = queries.newest_low(chosen.scope, chosen.over)
    return board(chosen, worked(chosen, standing), words, standing.fresh_at)


def _offers() -> dict[str, Any]:
    """What the filters and the table offer."""
    return {
        "periods": forms.PERIODS,
        "groupings": forms.GROUPINGS,
        "chapters": words.OVERVIEW,
        "rail": rail(actor()),
        "now": now(),
    }


def _department(opened: Opened) -> str:
    """Who asked, in words, where the list is of one department."""
    if opened.department is None:
        return ""
    return queries.department(opened.department) or ("nobody's" if opened.department else chain.NO_DEPARTMENT.lower())


def _pages(opened: Opened, rows: int, links: Links) -> tuple[str | None, str | None, str]:
    """Links to the pages before and after, and where this one stands."""
    first, last = (opened.page - 1) * PER_PAGE + 1, min(opened.page * PER_PAGE, rows)
    newer = links.page(opened.args, opened.page - 1) if opened.page > 1 else None
    older = links.page(opened.args, opened.page + 1) if last < rows else None
    return newer, older, f"{first:,} to {last:,} of {rows:,}"


def _file(suffix: str) -> Response:
    rows, name = _rows()
    return answer(rows, name=name, suffix=suffix)


def _rows() -> tuple[files.Rows, str]:
    """What was asked for, to be read while it is sent, and what the file is called."""
    if "what" not in request.args:
        return files.report(_board(asking.chosen()), made=now(), by=actor()), "service-quality"
    chosen, opened = _list()
    rows = opened.listing.rows(opened.within(chosen.scope), opened.pick)
    extent = queries.extent(rows, actor=actor())
    lines = files.listing(_app(), rows, chosen=chosen, opened=opened, extent=extent, made=now())
    return lines, f"requests-{opened.what}"


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's type hides it
    return app
