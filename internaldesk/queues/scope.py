"""What a list shows, in SQL: whose, which view, which filters, and where its groups are parted.

Instants are parameters, so that a statement made for one look at a list serves the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import aliased

from internaldesk.core import periods
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.relations import LinkKind
from internaldesk.db import UTCDateTime
from internaldesk.models.relations import Link
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues.filtering import AGES, ANYBODY, AT_RISK, SOLVED, Filters, Option, View
from internaldesk.tickets import tags as tagging
from internaldesk.tickets import worklist
from internaldesk.tickets.presence import FRESH
from internaldesk.tickets.queries import visible_tickets
from internaldesk.tickets.worklist import Order

Condition = ColumnElement[bool]
HOUR = timedelta(hours=1)
PAST = timedelta(minutes=75)
"""How far back the horizon looks."""


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UTCDateTime())


_AT = Ticket.queue_at
DUE: dict[str, Condition] = {
    "overdue": _instant("now") >= _AT,
    "hour": and_(_instant("now") < _AT, _instant("hour") >= _AT),
    "today": and_(_instant("hour") < _AT, _instant("evening") > _AT),
    "later": and_(_instant("hour") < _AT, _instant("evening") <= _AT, _AT < NEVER),
    "paused": _AT == NEVER,
}
"""The groups of a list by promise; together they are everything."""
FILED: dict[str, Condition] = {
    age: func.coalesce(Ticket.filed_at, Ticket.updated_at) <= _instant(f"filed_{age}") for age in AGES
}
"""Filed that long ago; written so that no index of instants is chosen over that of the team."""
_COLUMNS: dict[str, Any] = {"team": Ticket.team_id, "location": Ticket.location_id, "type": Ticket.request_type_id}
RECENT: Condition = and_(_instant("past") <= _AT, _AT < NEVER)
RISKY: Condition = _instant("now") >= Ticket.risk_at
"""Late or at risk: whatever was missed was at risk before."""
SINCE_MONDAY = _instant("monday")


@dataclass(frozen=True, slots=True)
class Shape:
    """A list without its moment: equal shapes have equal statements."""

    actor: Actor
    view: View
    filters: Filters

    @property
    def order(self) -> Order:
        """Sorted by promise, or by when it was filed; solved ones by that, newest first."""
        if self.view is SOLVED:
            return Order(Ticket.solved_at, down=True)
        down, name = self.filters.sort.startswith("-"), self.filters.sort.lstrip("-")
        if name == "filed":
            return Order(Ticket.filed_at, down, held=True)
        return Order(Ticket.queue_at, down, held=self.view is AT_RISK)

    @property
    def ranges(self) -> Sequence[Condition]:
        """The ranges of an index that hold the list."""
        if self.view is SOLVED:
            return worklist.solved(self.actor, since=SINCE_MONDAY)
        return worklist.own(self.actor) if self.view.slug == "mine" else worklist.by_team(self.actor)

    @property
    def where(self) -> list[Condition]:
        """What the rows of these ranges must fit besides."""
        return [*self._of_view(), *(_of_filter(name, options, self.actor) for name, options in self.filters.chosen)]

    def _of_view(self) -> list[Condition]:
        found: dict[str, Condition] = {
            "at-risk": RISKY,
            "mine": Ticket.assignee_id == self.actor.id,
            "unassigned": Ticket.assignee_id.is_(None),
            "customer-waiting": Ticket.customer_waiting.is_(True),
            "transferred-in": Ticket.transferred > 0,
            "paused": Ticket.queue_at == NEVER,
        }
        return [found[self.view.slug]] if self.view.slug in found else []


@dataclass(frozen=True)
class Scope:
    """A list at `now` (aware UTC), and the instants that part its groups for the actor's zone."""

    shape: Shape
    now: datetime

    @property
    def actor(self) -> Actor:
        """Who looks."""
        return self.shape.actor

    @property
    def view(self) -> View:
        """Which list."""
        return self.shape.view

    @property
    def filters(self) -> Filters:
        """What was chosen."""
        return self.shape.filters

    @property
    def grouped(self) -> bool:
        """Whether the rows stand in groups by promise."""
        return self.view is not SOLVED and self.shape.order.column is Ticket.queue_at

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which today ends."""
        return ZoneInfo(self.actor.timezone)

    @cached_property
    def today(self) -> date:
        """The local date."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def hour(self) -> datetime:
        """The end of the next hour."""
        return self.now + HOUR

    @cached_property
    def evening(self) -> datetime:
        """The end of today, or of the next hour where that is later."""
        return max(periods.day(self.today, self.zone).end, self.hour)

    @cached_property
    def times(self) -> dict[str, datetime]:
        """The parameters of every condition above."""
        monday = self.today - timedelta(days=self.today.weekday())
        return {
            "now": self.now,
            "hour": self.hour,
            "evening": self.evening,
            "past": self.now - PAST,
            "monday": periods.day(monday, self.zone).start,
            "fresh": self.now - FRESH,
            **{f"filed_{name}": self.now - age for name, (_, age) in AGES.items()},
        }


def _of_filter(name: str, options: Sequence[Option], actor: Actor) -> Condition:
    """The values of a filter are alternatives."""
    ids, values = [option.id for option in options if option.id], [option.value for option in options]
    if name in _COLUMNS:
        chosen: Condition = _COLUMNS[name].in_(ids)
        return chosen
    match name:
        case "assignee":
            people = Ticket.assignee_id.in_(ids)
            return or_(people, Ticket.assignee_id.is_(None)) if ANYBODY in values else people
        case "status":
            return Ticket.status.in_([Status(value) for value in values])
        case "due" | "age":
            instants = DUE if name == "due" else FILED
            return or_(*(instants[value] for value in values))
        case "tag":
            return tagging.tagged(values)
        case "cause":
            return hit_by(ids, actor)
        case _:
            return Ticket.customer_waiting.is_(values == ["yes"]) if len(values) == 1 else true()


def hit_by(numbers: Sequence[int], actor: Actor) -> Condition:
    """Requests that stand under one of these causes; causes that the actor may not read have none."""
    cause = aliased(Link)
    readable = select(Ticket.id).where(Ticket.id.in_(numbers), visible_tickets(actor)).correlate(None)
    standing = (cause.kind == LinkKind.CAUSE, cause.ended_at.is_(None), cause.other_id.in_(readable))
    return Ticket.id.in_(select(cause.ticket_id).where(*standing))
