"""Whose requests a report counts: the reader's right to count them, their teams, and the filters they chose."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_

from internaldesk.core.policy import Act, Actor
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import visible_tickets


def teams_of(actor: Actor) -> frozenset[int] | None:
    """The ids of the teams whose figures are theirs; None means every team."""
    return None if actor.manager else actor.lead_of


@dataclass(frozen=True, slots=True)
class Scope:
    """A reader and what they chose, by id; an empty choice leaves nothing out."""

    actor: Actor
    teams: frozenset[int] = frozenset()
    types: frozenset[int] = frozenset()
    places: frozenset[int] = frozenset()
    customer: bool = False

    def holds(self, team_id: Any, type_id: Any) -> ColumnElement[bool]:
        """Whether a row joined with its ticket counts; team and type are those in force when it happened."""
        parts = [visible_tickets(self.actor, Act.COUNT)]
        own = teams_of(self.actor)
        if own is not None:
            parts.append(team_id.in_(sorted(own)))
        for column, chosen in ((team_id, self.teams), (type_id, self.types), (Ticket.location_id, self.places)):
            if chosen:
                parts.append(column.in_(sorted(chosen)))
        if self.customer:
            parts.append(Ticket.customer_waiting.is_(True))
        return and_(*parts)
