"""Take back what was just done to a ticket: how it stood before, whether anybody touched it since, and the way back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import OPEN, Status
from internaldesk.core.policy import Act, Actor, require
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, changes


class Step(NamedTuple):
    """One ticket: how it stood before, and the mark of how it was left; both plain JSON."""

    before: dict[str, Any]
    after: str

    @property
    def number(self) -> int:
        """Which ticket."""
        return int(self.before["id"])


def standing(ticket: Ticket) -> dict[str, Any]:
    """What can be restored of it; its tags are left out, since no act on many changes them."""
    until = ticket.status_until
    return {
        "id": ticket.id,
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
        "status": ticket.status.value,
        "reason": ticket.status_reason,
        "until": until.isoformat() if until else None,
    }


def mark(ticket: Ticket) -> str:
    """Another text once anybody did anything to it."""
    return (
        f"{ticket.version} {ticket.updated_at.isoformat()} {ticket.team_id} {ticket.assignee_id} {ticket.status.value}"
    )


def locked(numbers: Sequence[int]) -> dict[int, Ticket]:
    """These tickets, also where they went to another team: whoever passed them on may take that back."""
    query = select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id).with_for_update(of=Ticket)
    return {ticket.id: ticket for ticket in db.session.scalars(query.execution_options(populate_existing=True))}


def restore(ticket: Ticket, *, before: dict[str, Any], by: Actor, now: datetime) -> Ticket:
    """Put team, status and assignee back as they were; the record shows both ways, and the clocks saw both."""
    if before["team"] != ticket.team_id:
        _fetch_back(ticket, before["team"], by=by, now=now)
    require(by, Act.CHANGE, ticket)
    status = Status(before["status"])
    until = datetime.fromisoformat(before["until"]) if before["until"] else None
    if (ticket.status, ticket.status_reason, ticket.status_until) != (status, before["reason"], until):
        _refuse_told(ticket, status)
        changes.hold(ticket, status, reason=before["reason"], until=until, by=by, now=now)
    return actions.assign(ticket, by=by, now=now, assignee_id=before["assignee"])


def _refuse_told(ticket: Ticket, status: Status) -> None:
    if ticket.status not in OPEN or status not in OPEN:
        raise Refused("Its requester was asked whether it is solved: open it to take it up again.")


def _fetch_back(ticket: Ticket, team_id: int, *, by: Actor, now: datetime) -> None:
    """As if it had not been passed on, except in the record; no hand-over is counted."""
    if team_id not in by.agent_of:
        raise Refused("You do not work in the team it was with.")
    team, before = db.session.get_one(Team, team_id), ticket.team.name
    ticket.holdings.pop()
    ticket.holdings[-1].ended_at = None
    ticket.team, ticket.team_id, ticket.assignee_id = team, team_id, None
    ticket.transferred -= 1
    changes.touch(ticket, now)
    sla.hand_over(ticket, by=by, now=now)
    why = "it was passed on by mistake"
    history.record(ticket.id, Kind.TRANSFERRED, by=by, at=now, before=before, after=team.name, reason="", why=why)
