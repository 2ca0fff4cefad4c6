"""What a list shows, in SQL: whose, which view, which filters, and where its groups are parted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, true

from internaldesk.core import periods
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues.filtering import ANYBODY, SOLVED, Filters, Option, View
from internaldesk.tickets import worklist
from internaldesk.tickets.worklist import Order

Condition = ColumnElement[bool]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Scope:
    """A view of the actor with its filters, at `now` (aware UTC); `offered` gives the filters their keys."""

    actor: Actor
    view: View
    filters: Filters
    offered: Mapping[str, tuple[Option, ...]]
    now: datetime

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which today ends."""
        return ZoneInfo(self.actor.timezone)

    @cached_property
    def hour(self) -> datetime:
        """The end of the next hour."""
        return self.now + HOUR

    @cached_property
    def evening(self) -> datetime:
        """The end of today, or of the next hour where that is later."""
        return max(periods.day(self.now.astimezone(self.zone).date(), self.zone).end, self.hour)

    @cached_property
    def monday(self) -> datetime:
        """The beginning of this week."""
        return periods.weeks(1, self.now, self.zone)[0].start

    @property
    def order(self) -> Order:
        """Sorted by promise, or by when it was filed; solved ones by that, newest first."""
        if self.view is SOLVED:
            return Order(Ticket.solved_at, down=True)
        down, name = self.filters.sort.startswith("-"), self.filters.sort.lstrip("-")
        return Order(Ticket.filed_at, down, held=True) if name == "filed" else Order(Ticket.queue_at, down)

    @property
    def grouped(self) -> bool:
        """Whether the rows stand in groups by promise."""
        return self.view is not SOLVED and self.order.column is Ticket.queue_at

    @cached_property
    def ranges(self) -> Sequence[Condition]:
        """The ranges of an index that hold the list."""
        if self.view is SOLVED:
            return worklist.solved(self.actor, since=self.monday)
        return worklist.own(self.actor) if self.view.slug == "mine" else worklist.by_team(self.actor)

    @cached_property
    def where(self) -> list[Condition]:
        """What the rows of these ranges must fit besides."""
        return [*self._of_view(), *(self._of_filter(name, values) for name, values in self.filters.chosen.items())]

    @cached_property
    def due(self) -> dict[str, Condition]:
        """The groups of a list; together they are everything."""
        at = Ticket.queue_at
        return {
            "overdue": at <= self.now,
            "hour": and_(at > self.now, at <= self.hour),
            "today": and_(at > self.hour, at < self.evening),
            "later": and_(at > self.hour, at >= self.evening, at < NEVER),
            "paused": at == NEVER,
        }

    def _of_view(self) -> list[Condition]:
        found: dict[str, Condition] = {
            "mine": Ticket.assignee_id == self.actor.id,
            "unassigned": Ticket.assignee_id.is_(None),
            "customer-waiting": Ticket.customer_waiting.is_(True),
            "transferred-in": Ticket.transferred > 0,
            "paused": Ticket.queue_at == NEVER,
        }
        return [found[self.view.slug]] if self.view.slug in found else []

    def _of_filter(self, name: str, values: Sequence[str]) -> Condition:
        """The values of a filter are alternatives."""
        ids = [option.id for option in self.offered[name] if option.value in values]
        match name:
            case "team":
                return Ticket.team_id.in_(ids)
            case "location":
                return Ticket.location_id.in_(ids)
            case "type":
                return Ticket.request_type_id.in_(ids)
            case "assignee":
                people = Ticket.assignee_id.in_(ids)
                return or_(people, Ticket.assignee_id.is_(None)) if ANYBODY in values else people
            case "status":
                return Ticket.status.in_([Status(value) for value in values])
            case "due":
                return or_(*(self.due[value] for value in values))
            case _:
                return Ticket.customer_waiting.is_(values == ("yes",)) if len(values) == 1 else true()
