"""The page of who waits for whom: customers for us, we for others, and departments for each other."""

from flask import Response

from internaldesk.quality import asking, chain_board, extracts, files, forms, queries
from internaldesk.quality.blueprint import bp
from internaldesk.quality.chain_board import NO_DEPARTMENT, ChainBoard
from internaldesk.quality.forms import Chosen
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Preparing
from internaldesk.quality.rail import rail
from internaldesk.web.auth import actor, managers
from internaldesk.web.desk import now, page

__all__ = ["NO_DEPARTMENT"]


@bp.get("/quality/chain")
@managers
def chain() -> Response:
    """The page; where htmx asks, what a change of the filters swaps."""
    chosen = asking.chosen()
    try:
        shown = _board(chosen)
    except Preparing as wait:
        return asking.preparing(wait, Links(chosen.filters, endpoint="quality.chain"))
    return page(
        "quality/chain.html",
        part="quality/_chain_swap.html",
        chain=shown,
        legend=list(chain_board.legend()),
        questions=chain_board.questions(),
        meanings=extracts.CHAIN,
        files=files.ways("quality.chain_file", chosen.filters),
        periods=forms.PERIODS,
        rail=rail(actor()),
        now=now(),
    )


@bp.get("/quality/chain.<any(csv, xlsx):suffix>")
@managers
def chain_file(suffix: str) -> Response:
    """Its tables as a file."""
    return files.answer(extracts.chain(_board(asking.chosen()), made=now()), name="who-waits-for-whom", suffix=suffix)


def _board(chosen: Chosen) -> ChainBoard:
    return chain_board.board(chosen, queries.chained(chosen.scope, chosen.over))
