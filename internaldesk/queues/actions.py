"""Take the most urgent request, or do one thing to many at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from internaldesk.queues import queries
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import undoing, worklist

MOST = 200


class Taken(NamedTuple):
    """The request that was most urgent, and whether its taker had it already."""

    ticket: Ticket
    again: bool


def take_next(*, by: Actor, now: datetime) -> Taken | None:
    """Give the actor what is most urgent for them; None when nothing waits.

    Rows that somebody else is taking at this moment are passed over, so no two people get the same.
    """
    query = worklist.takeable(by, now=now).with_for_update(of=Ticket, skip_locked=True)
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
    """What became of many; `again` is the one request whose words are in its reply box again."""

    done: int
    skipped: tuple[Skipped, ...]
    kept: undoing.Kept | None = None
    deed: str = "done"
    again: int | None = None

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

    What was done can be taken back by what the outcome has `kept`, for half a minute from `now` on.
    """
    if len(numbers) > MOST:
        raise Refused(f"Choose at most {MOST} at once.")
    found = queries.chosen(by, numbers)
    steps: list[undoing.Step] = []
    skipped = [skip for n in numbers if (skip := _tried(n, found.get(n), seen, partial(_step, act, steps))) is not None]
    outcome = Outcome(len(numbers) - len(skipped), tuple(skipped))
    if not steps:
        return outcome
    return outcome._replace(kept=undoing.keep(steps, by=by, now=now, words=outcome.sentence))


def undo(number: int, *, by: Actor, now: datetime) -> Outcome:
    """Take back what was done to many, each where nobody has changed it since; says which could not be."""
    steps = undoing.claim(number, by=by, now=now)
    found, alone = undoing.locked([step.number for step in steps]), len(steps) == 1
    back = partial(undoing.restore, by=by, now=now, redraft=alone)
    skipped = [skip for step in steps if (skip := _undone(step, found.get(step.number), back)) is not None]
    again = steps[0].number if alone and steps[0].said is not None and not skipped else None
    return Outcome(len(steps) - len(skipped), tuple(skipped), deed="taken back", again=again)


def _step(act: Callable[[Ticket], object], steps: list[undoing.Step], ticket: Ticket) -> None:
    """Do it, and note how to take it back."""
    before = undoing.look(ticket)
    steps.append(undoing.step(before, ticket, act(ticket)))


def _undone(step: undoing.Step, ticket: Ticket | None, back: Callable[..., object]) -> Skipped | None:
    if ticket is not None and undoing.mark(ticket) != step.after:
        return Skipped(ticket.id, "changed meanwhile")
    return _tried(step.number, ticket, None, partial(back, done=step))


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
