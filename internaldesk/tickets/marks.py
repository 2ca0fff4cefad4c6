"""What a list shows beside a request, in SQL: news for its reader, who writes there, when it must be solved."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, null, select

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.policy import Actor
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import presence
from internaldesk.tickets.unread import theirs, unread


class Marks(NamedTuple):
    """What a list shows beside a row, as far as it does; nothing where left out."""

    unread: ColumnElement[Any] = false()
    writer: ColumnElement[Any] = null()
    solve_by: ColumnElement[Any] = null()


NO_MARKS = Marks()
_SOLVE_BY = (
    select(Clock.due_at)
    .where(Clock.ticket_id == Ticket.id, Clock.target == Target.RESOLUTION, Clock.team_key == 0)
    .where(Clock.state == ClockState.RUNNING)
    .order_by(Clock.cycle.desc())
    .limit(1)
    .scalar_subquery()
)


def marks(actor: Actor, *, solve_by: bool) -> Marks:
    """Those of a list of the actor's; of the parameters, `fresh` is since when somebody counts as writing."""
    news = and_(theirs(actor), unread(actor, as_team=True))
    return Marks(news, presence.writer(actor), _SOLVE_BY if solve_by else null())
