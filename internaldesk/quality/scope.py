"""Whose requests a report counts: the reader's right to count them, their teams, and the filters they chose."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, true

from internaldesk.core.daily import Space
from internaldesk.core.policy import Act, Actor
from internaldesk.core.priority import Priority
from internaldesk.models.facts import FactCell, FactTicket
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
    departments: frozenset[int] = frozenset()
    """Of those who asked, 0 for none; narrows lists only."""
    priorities: frozenset[Priority] = frozenset()
    channels: frozenset[str] = frozenset()

    def holds(self, team_id: Any, type_id: Any, priority: Any = Ticket.priority) -> ColumnElement[bool]:
        """Whether a row joined with its ticket counts; team and type are those in force when it happened.

        So is `priority` of what was decided on a promise; everything else counts under the priority of the ticket now.
        """
        parts = [visible_tickets(self.actor, Act.COUNT)]
        own = teams_of(self.actor)
        if own is not None:
            parts.append(team_id.in_(sorted(own)))
        chosen = ((team_id, self.teams), (type_id, self.types), (Ticket.location_id, self.places))
        of_its_own = ((priority, self.priorities), (Ticket.channel, self.channels))
        parts += [column.in_(sorted(those)) for column, those in (*chosen, *of_its_own) if those]
        if self.customer:
            parts.append(Ticket.customer_waiting.is_(True))
        if self.departments:
            parts.append(func.coalesce(Ticket.department_id, 0).in_(sorted(self.departments)))
        return and_(*parts)

    @property
    def narrow(self) -> bool:
        """Whether priorities or channels are chosen, which only the smallest cells tell apart."""
        return bool(self.priorities or self.channels)

    @property
    def space(self) -> Space:
        """The cells that can tell apart what was chosen; the fewer they tell apart, the fewer there are."""
        if self.narrow:
            return Space.EACH
        return Space.ALL if self.places or self.customer else Space.TYPES

    @property
    def space_of_places(self) -> Space:
        """The cells from which lines of places can be made."""
        if self.narrow:
            return Space.EACH
        return Space.ALL if self.types or self.customer else Space.PLACES

    @property
    def space_of_askers(self) -> Space:
        """The cells that tell departments apart; where these are the smallest, all else is told from them, too."""
        return Space.EACH if self.narrow or self.types or self.places or self.customer else Space.ASKERS

    def cells(self) -> ColumnElement[bool]:
        """The twin of `holds` for cells of these two spaces, but for the reader's own requests: see `own`."""
        parts, own = [_countable(self.actor)], teams_of(self.actor)
        if own is not None:
            parts.append(FactCell.team_id.in_(sorted(own)))
        chosen = ((FactCell.team_id, self.teams), (FactCell.type_id, self.types), (FactCell.place_id, self.places))
        parts += [column.in_(sorted(ids)) for column, ids in chosen if ids]
        if self.priorities:
            parts.append(FactCell.priority.in_(sorted(priority.rank for priority in self.priorities)))
        if self.channels:
            parts.append(FactCell.channel.in_(sorted(self.channels)))
        if self.customer:
            parts.append(FactCell.customer == 1)
        return and_(*parts)

    def own(self) -> ColumnElement[bool] | None:
        """Which requests of the reader's own `cells` counts but must not: None where it counts them rightly.

        A manager counts every request but cases, also their own; as one of a team nobody counts their own.
        """
        if not self.actor.manager:
            return true()
        return FactTicket.cases.is_(True) if self.actor.case_group_of else None


def _countable(actor: Actor) -> ColumnElement[bool]:
    """The twin of `visible_tickets(actor, Act.COUNT)` for cells."""
    held, ordinary = FactCell.holder_id, FactCell.cases.is_(False)
    plain = ordinary if actor.manager else and_(ordinary, held.in_(sorted(actor.agent_of)))
    cases = and_(FactCell.cases.is_(True), held.in_(sorted(actor.case_group_of & actor.agent_of)))
    return or_(plain, cases)
