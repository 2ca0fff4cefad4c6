"""Read what an account of the promises of a request is made of: its folded log, who held it, and what people did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core import sla as rules
from internaldesk.core.clock_set import Clocks
from internaldesk.core.hours import BusinessCalendar
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.history.queries import Act
from internaldesk.models.people import Team
from internaldesk.models.sla import Calendar, CalendarVersion
from internaldesk.models.tickets import Holding, Ticket
from internaldesk.sla import queries as sla


class Held(NamedTuple):
    """A span in which a team held the request; `ended_at` is None for the one that has it now."""

    team_id: int
    team: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """The clocks of a request as they stand at one instant, and what explains them.

    `acts` are what people did, `held` the teams in their order, `hours` the names of calendars by version.
    """

    clocks: Clocks
    acts: Sequence[Act]
    held: Sequence[Held]
    hours: Mapping[int, str]

    def team(self, team_id: str | None) -> str:
        """The name of a team that held it, by its id as the clocks write it."""
        return next((held.team for held in self.held if str(held.team_id) == team_id), "Nobody")

    def hours_named(self, calendar: BusinessCalendar) -> str:
        """What these hours are called."""
        return self.hours.get(calendar.version or 0, "hours of its own")


def of(ticket: Ticket, *, now: datetime) -> Record:
    """The record of a ticket at `now`: four statements, and more only for calendars and promises not met before."""
    clocks = rules.settle(sla.folded(ticket.id), now)
    return Record(clocks, history.acts(ticket.id), _held(ticket), _named(_calendars(clocks)))


def _held(ticket: Ticket) -> list[Held]:
    query = (
        select(Holding.team_id, Team.name, Holding.started_at, Holding.ended_at)
        .join(Team, Team.id == Holding.team_id)
        .where(Holding.ticket_id == ticket.id)
        .order_by(Holding.id)
    )
    return [Held(*row) for row in db.session.execute(query)]


def _calendars(clocks: Clocks) -> set[int]:
    """The versions of the hours that any clock ran on, or would run on."""
    run = [part.calendar for clock in clocks for part in clock.segments]
    live = [clock.calendar for clock in clocks if clock.calendar]
    known = [clocks.calendar] if clocks.calendar else []
    return {cal.version for cal in (*run, *live, *known, *clocks.team_calendars.values()) if cal.version is not None}


def _named(versions: Iterable[int]) -> dict[int, str]:
    query = (
        select(CalendarVersion.id, Calendar.name)
        .join(Calendar, Calendar.id == CalendarVersion.calendar_id)
        .where(CalendarVersion.id.in_(set(versions)))
    )
    return {row.id: row.name for row in db.session.execute(query)}
