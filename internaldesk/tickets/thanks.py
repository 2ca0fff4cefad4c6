"""A thank-you asks for nothing: the team says so, and the promise of a next reply is called off."""

from datetime import datetime

from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.history import actions as history
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as clocks
from internaldesk.tickets import changes

_OPEN = (ClockState.RUNNING, ClockState.PAUSED)


def no_answer_needed(ticket: Ticket, *, by: Actor, now: datetime, version: int | None = None) -> bool:
    """Call off the next reply, which then counts in no figure; False where none is owed, and nothing is written.

    Raises Conflict where the request changed since `version`: the newest words may well be a question.
    """
    require(by, Act.ANSWER, ticket)
    if not _owed(ticket):
        return False
    changes.refuse_stale(ticket, version)
    changes.touch(ticket, now)
    sla.tell(ticket, ClockKind.NO_REPLY_NEEDED, by=by, now=now)
    history.record(ticket.id, Kind.NO_ANSWER, by=by, at=now)
    return True


def _owed(ticket: Ticket) -> bool:
    found = clocks.clocks(ticket.id)
    return any(clock.target is Target.NEXT_RESPONSE and clock.state in _OPEN for clock in found)
