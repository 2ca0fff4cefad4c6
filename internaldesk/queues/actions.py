"""Take the most urgent request, or do one thing to many at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from internaldesk.queues import queries
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import worklist

MOST = 200


class Taken(NamedTuple):
    """The request that was most urgent, and whether its taker had it already."""

    ticket: Ticket
    again: bool


def take_next(*, by: Actor, now: datetime) -> Taken | None:
    """Give the actor what is most urgent for them; None when nothing waits.

    Rows that somebody else is taking at this moment are passed over, so no two people get the same.
    """
    query = worklist.takeable(by).with_for_update(of=Ticket, skip_locked=True)
    ticket = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if ticket is None:
        return None
    again = ticket.assignee_id == by.id
    tickets.assign(ticket, by=by, now=now, assignee_id=by.id)
    return Taken(ticket, again)


class Skipped(NamedTuple):
    """A request that was left as it is, and why."""

    number: int
    why: str


class Outcome(NamedTuple):
    """What became of many."""

    done: int
    skipped: tuple[Skipped, ...]

    @property
    def sentence(self) -> str:
        """The line above the list: "2 done, 1 skipped: R-4811 changed meanwhile"."""
        if not self.skipped:
            return f"{self.done} done."
        named = "; ".join(f"R-{skip.number} {skip.why}" for skip in self.skipped[:3])
        more = f", and {len(self.skipped) - 3} more" if len(self.skipped) > 3 else ""
        return f"{self.done} done, {len(self.skipped)} skipped: {named}{more}"


def bulk(numbers: Sequence[int], *, by: Actor, seen: datetime | None, act: Callable[[Ticket], object]) -> Outcome:
    """Do `act` to each of these, all or nothing for each; what changed after `seen` is left alone."""
    if len(numbers) > MOST:
        raise Refused(f"Choose at most {MOST} at once.")
    found = queries.chosen(by, numbers)
    skipped = [skip for n in numbers if (skip := _tried(n, found.get(n), seen, act)) is not None]
    return Outcome(len(numbers) - len(skipped), tuple(skipped))


def _tried(
    number: int, ticket: Ticket | None, seen: datetime | None, act: Callable[[Ticket], object]
) -> Skipped | None:
    """Why it was skipped, or None when it is done; whether a hidden request exists is not said."""
    if ticket is None:
        return Skipped(number, "is not in your queue")
    if seen is not None and ticket.updated_at > seen:
        return Skipped(number, "changed meanwhile")
    try:
        with db.session.begin_nested():
            act(ticket)
    except Refused as refusal:
        return Skipped(number, f"stays: {refusal.sentence[0].lower()}{refusal.sentence[1:].rstrip('.')}")
    return None
