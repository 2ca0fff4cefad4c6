"""The lists of misses that are neither kept nor missed, one for each reason; a waived miss has no other."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from internaldesk.core.facts import APPROVER, RETARGET
from internaldesk.models.sla import Clock
from internaldesk.quality.listings import LISTINGS, Build, Listing, Pick
from internaldesk.quality.scope import Scope


def _of(why: ColumnElement[bool]) -> Build:
    def rows(scope: Scope, pick: Pick) -> Select[Any]:
        found = LISTINGS["apart"].rows(scope, pick).subquery()
        return select(*found.c).join(Clock, Clock.id == found.c.key).where(why)

    return rows


def _caused(cause: str) -> Build:
    return _of(and_(Clock.waived_at.is_(None), Clock.cause == cause))


_TOOK = ("Took", "Late since")
REASONS: Mapping[str, Listing] = {
    "retarget": Listing(
        "Missed as the promise became shorter",
        "Counted apart: what had been used up was more than the shorter promise, as when a request became more urgent.",
        *_TOOK,
        _caused(RETARGET),
    ),
    "approver": Listing(
        "Missed while an approver was awaited", "Counted apart: somebody had yet to approve.", *_TOOK, _caused(APPROVER)
    ),
    "waived": Listing(
        "Missed, and waived",
        "Counted apart: a lead or an administrator has written down why nobody is held to it.",
        *_TOOK,
        _of(Clock.waived_at.is_not(None)),
    ),
}
"""By the names of the counts in `core.tally.Promises`."""
