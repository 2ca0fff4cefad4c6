"""Take the most urgent request, or do one thing to many at once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import delete

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.queues import Undo
from internaldesk.models.tickets import Ticket
from internaldesk.queues import queries
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import undoing, worklist

MOST = 200
UNDOABLE = timedelta(seconds=30)


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
    undo: int | None = None
    deed: str = "done"

    @property
    def sentence(self) -> str:
        """The line above the list: "2 done, 1 skipped: R-4811 changed meanwhile."."""
        if not self.skipped:
            return f"{self.done} {self.deed}."
        whys = dict.fromkeys(skip.why for skip in self.skipped)
        alike = [(", ".join(f"R-{skip.number}" for skip in self.skipped if skip.why == why), why) for why in whys]
        named = "; ".join(f"{numbers} {why}" for numbers, why in alike)
        return f"{self.done} {self.deed}, {len(self.skipped)} skipped: {named}."


def bulk(
    numbers: Sequence[int], *, by: Actor, now: datetime, seen: datetime | None, act: Callable[[Ticket], object]
) -> Outcome:
    """Do `act` to each of these, all or nothing for each; what changed after `seen` is left alone.

    What was done can be taken back by the number `undo` of the outcome, for half a minute from `now` on.
    """
    if len(numbers) > MOST:
        raise Refused(f"Choose at most {MOST} at once.")
    found = queries.chosen(by, numbers)
    before = {number: undoing.standing(ticket) for number, ticket in found.items()}
    skipped = [skip for n in numbers if (skip := _tried(n, found.get(n), seen, act)) is not None]
    left = {skip.number for skip in skipped}
    done = [undoing.Step(before[n], undoing.mark(found[n])) for n in numbers if n not in left]
    kept = _keep(done, by=by, now=now)
    return Outcome(len(numbers) - len(skipped), tuple(skipped), kept)


def undo(number: int, *, by: Actor, now: datetime) -> Outcome:
    """Take back what was done to many, each where nobody has changed it since; says which could not be."""
    mine = delete(Undo).where(Undo.id == number, Undo.person_id == by.id, Undo.at >= now - UNDOABLE)
    what = db.session.scalars(mine.returning(Undo.what)).first()
    if what is None:
        raise Refused("That is more than 30 seconds ago, or taken back already. Nothing was changed.")
    steps = [undoing.Step(*step) for step in what]
    found = undoing.locked([step.number for step in steps])
    skipped = [skip for step in steps if (skip := _undone(step, found[step.number], by=by, now=now)) is not None]
    return Outcome(len(steps) - len(skipped), tuple(skipped), deed="taken back")


def _keep(done: Sequence[undoing.Step], *, by: Actor, now: datetime) -> int | None:
    """Remember it, and forget what nobody can take back any more."""
    db.session.execute(delete(Undo).where(Undo.at < now - UNDOABLE))
    if not done:
        return None
    row = Undo(person_id=by.id, at=now, what=[list(step) for step in done])
    db.session.add(row)
    db.session.flush()
    return row.id


def _undone(step: undoing.Step, ticket: Ticket, *, by: Actor, now: datetime) -> Skipped | None:
    if undoing.mark(ticket) != step.after:
        return Skipped(ticket.id, "changed meanwhile")
    return _tried(ticket.id, ticket, None, partial(undoing.restore, before=step.before, by=by, now=now))


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
