"""The lists of what requests took besides their answers: asked back, handed on, decided, asked again, left empty.

What is counted on the day of filing is found by the kept pieces of each request, so a list holds what its number
counts.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import aliased

from internaldesk.core.approval import State
from internaldesk.core.daily_effort import BACK, HANDED, LEFT, REPEATED
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.facts import FactTicket
from internaldesk.models.tickets import Holding, Ticket
from internaldesk.quality.listings import LISTINGS, Build, Columns, Listing, Pick
from internaldesk.quality.reasons import REASONS
from internaldesk.quality.scope import Scope

_QUESTION = re.compile(re.escape(LEFT) + r"([a-z][a-z0-9_]{0,39})")
_STANDS = ("Stands", "Filed")


def listing(what: str) -> Listing | None:
    """The list of requests in which one question was left empty ("left." and its slug); None for any other name."""
    found = _QUESTION.fullmatch(what)
    if found is None:
        return None
    title = f"“{found[1].replace('_', ' ')}” left empty"
    return Listing(title, "The requester filled in the form and left this question out.", *_STANDS, _with(what))


def _with(name: str) -> Build:
    """Requests filed in this time that add a piece of this name."""

    def rows(scope: Scope, pick: Pick) -> Select[Any]:
        found = LISTINGS["filed"].rows(scope, pick).subquery()
        query = select(*found.c).join(FactTicket, FactTicket.ticket_id == found.c.ticket_id)
        return query.where(cast(FactTicket.pieces, String).contains(f'"{name}"', autoescape=True))

    return rows


def _decided(scope: Scope, pick: Pick) -> Select[Any]:
    asked = ApprovalRound
    rows = _listed(Columns(asked.ticket_id, asked.id, asked.decided_at, asked.asked_at))
    rows = rows.join(Ticket, Ticket.id == asked.ticket_id).where(scope.holds(Ticket.team_id, Ticket.request_type_id))
    over = asked.state.in_([State.APPROVED, State.REFUSED])
    return rows.where(over, asked.decided_at >= pick.span.start, asked.decided_at < pick.span.end)


def _passed(scope: Scope, pick: Pick) -> Select[Any]:
    """By the team that passed it on: the one that held it just before."""
    before = aliased(Holding)
    earlier = select(before.team_id).where(before.ticket_id == Holding.ticket_id, before.id < Holding.id)
    team_id = earlier.order_by(before.id.desc()).limit(1).scalar_subquery()
    rows = _listed(Columns(Holding.ticket_id, Holding.id, Holding.started_at, Ticket.filed_at))
    rows = rows.join(Ticket, Ticket.id == Holding.ticket_id).where(scope.holds(team_id, Ticket.request_type_id))
    within = (Holding.started_at >= pick.span.start, Holding.started_at < pick.span.end)
    return rows.where(Holding.reason == "expertise", *within)


def _listed(columns: Columns) -> Select[Any]:
    return select(*(value.label(name) for name, value in columns._asdict().items()))


ALL: Mapping[str, Listing] = {
    **LISTINGS,
    **REASONS,
    "back": Listing(
        "Asked back",
        "Filed in this time, and once set to wait for the requester, because something was missing.",
        *_STANDS,
        _with(BACK),
    ),
    "handed": Listing("Handed on", "Filed in this time, and passed to another team.", *_STANDS, _with(HANDED)),
    "again": Listing(
        "Asked again",
        "Filed within a week after the same person asked for the same kind of thing.",
        *_STANDS,
        _with(REPEATED),
    ),
    "decided": Listing(
        "Approvals decided", "Each time approval was given or refused in this time.", "After", "Decided", _decided
    ),
    "passed": Listing(
        "Handed on for expertise",
        "Passed on in this time because others know it better; counted for the team that passed it on.",
        "After",
        "Handed on",
        _passed,
    ),
}
"""Every list by name, those of the report among them."""
