"""Say on many requests what was said on the one they hang on, each by its own clocks, and each exactly once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, may, require
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Membership, Person, TeamRole
from internaldesk.models.relations import Link, Relay
from internaldesk.models.tickets import Message, Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, changes, locks, relations, taking_back
from internaldesk.tickets.queries import visible_tickets

AT_ONCE = 50
"""How many a page names and tells while one waits; more are left to the worker, in batches of as many."""
_HANGING = (LinkKind.MERGED, LinkKind.CAUSE)


class Told(NamedTuple):
    """How many were told, left to the worker, and left as they are because they are over."""

    done: int
    later: int = 0
    left: int = 0

    @property
    def sentence(self) -> str:
        """For the line above the page."""
        parts = [f"{self.done} linked {'request' if self.done == 1 else 'requests'} told"]
        parts += [f"{self.later} follow within a minute"] if self.later else []
        parts += [f"{self.left} left as they are"] if self.left else []
        return f"{', '.join(parts)}."


def reply(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    body: str,
    then: str = "",
    version: int | None = None,
    files: Sequence[int] = (),
    tell: bool = False,
) -> Message:
    """Answer as always and, with `tell`, say the same words on all that hang on this one and that `by` handles.

    Files stay here: they may be one person's. Nothing else is solved by this, see `tell_all`.
    """
    message = actions.reply(ticket, by=by, now=now, body=body, then=then, version=version, files=files)
    if tell:
        require(by, Act.RELATE, ticket)
        pass_on(_numbers(ticket, by), message, by=by, now=now, then="wait" if then == "wait" else "")
    return message


def tell_all(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    body: str,
    then: str,
    only: Collection[int],
    rest: bool = False,
    shown: Collection[int] = (),
    version: int | None = None,
) -> Told:
    """Say `body` here and on those of its requests in `only`; with `then` "solve", each of these is solved.

    With `rest`, on those besides, too, that were not among the `shown` ones.
    """
    require(by, Act.RELATE, ticket)
    chosen = [n for n in _numbers(ticket, by) if n in only or (rest and n not in shown)]
    if not chosen:
        raise Refused("Choose at least one request.", field="only")
    message = actions.reply(ticket, by=by, now=now, body=body, version=version)
    return pass_on(chosen, message, by=by, now=now, then=then)


def pass_on(numbers: Sequence[int], message: Message, *, by: Actor, now: datetime, then: str) -> Told:
    """Note for each of them that it is to be told, tell the first, and leave the rest to the worker."""
    rows = [Relay(message=message, ticket_id=n, by_id=by.id, then=then, asked_at=now) for n in numbers]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows[:AT_ONCE]:
        _say(row, by=by, now=now)
    over = [row for row in rows if row.done_at is not None]
    left = sum(bool(row.left_out) for row in over)
    return Told(len(over) - left, len(rows) - len(over), left)


def hanging(ticket: Ticket, *, by: Actor) -> Select[int]:
    """The numbers of what was merged into it or waits for it, as far as `by` handles that."""
    return (
        select(Ticket.id)
        .join(Link, Link.ticket_id == Ticket.id)
        .where(Link.other_id == ticket.id, Link.kind.in_(_HANGING), Link.ended_at.is_(None))
        .where((Link.kind == LinkKind.MERGED) | Ticket.is_open, visible_tickets(by, Act.HANDLE))
        .distinct()
        .correlate(None)  # also inside a list of tickets
    )


def _numbers(ticket: Ticket, by: Actor) -> list[int]:
    return sorted(db.session.scalars(hanging(ticket, by=by)))


class Hanging(NamedTuple):
    """One of them, for the page that tells all."""

    id: int
    summary: str
    requester: str
    is_open: bool
    customer_waiting: bool
    of: int


def listed(ticket: Ticket, *, by: Actor) -> list[Hanging]:
    """The first that hang on it and that `by` handles, those with a customer waiting first; each says `of` how many."""
    query = (
        select(Ticket.id, Ticket.summary, Person.name, Ticket.is_open, Ticket.customer_waiting, func.count().over())
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.id.in_(hanging(ticket, by=by)))
        .order_by(Ticket.customer_waiting.desc(), Ticket.id)
        .limit(AT_ONCE)
    )
    return [Hanging(*row) for row in db.session.execute(query)]


def work(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Tell one batch of those that wait to be told, by the rights that the writer has now; returns how many."""
    waiting = select(Relay).where(Relay.done_at.is_(None)).order_by(Relay.id).limit(limit)
    rows = db.session.scalars(waiting.with_for_update(skip_locked=True)).all()
    writers = {row.by_id: _actor(row.by) for row in rows}
    for row in rows:
        _say(row, by=writers[row.by_id], now=now)
    return sum(row.done_at is not None for row in rows)


def waiting(ticket_id: int) -> int:
    """How many are still to be told of what was said here."""
    query = select(func.count()).select_from(Relay).join(Message, Message.id == Relay.message_id)
    return db.session.scalar(query.where(Message.ticket_id == ticket_id, Relay.done_at.is_(None))) or 0


def _say(row: Relay, *, by: Actor, now: datetime) -> None:
    """Say it on one, all or nothing; what cannot be told is left as it is, and the row says why.

    Where somebody is at that one just now it is left for later: waiting for them could make a ring.
    """
    if not locks.hold_if_free(row.ticket_id):
        return
    row.done_at = now
    query = select(Ticket).where(Ticket.id == row.ticket_id).with_for_update(of=Ticket, key_share=True)
    ticket = db.session.scalars(query.execution_options(populate_existing=True)).one()
    try:
        with db.session.begin_nested():
            _spoken(ticket, row, by=by, now=now)
    except Refused as refusal:
        row.left_out = refusal.sentence


def _spoken(ticket: Ticket, row: Relay, *, by: Actor, now: datetime) -> None:
    if not may(by, Act.ANSWER, ticket):
        raise Refused("It went to a team of which the writer is no member.")
    if relations.standing(ticket.id, LinkKind.MERGED):
        before = taking_back.standing(ticket)
        changes.say(ticket, by=by, now=now, body=row.message.body, as_team=True, files=(), before=before)
        sla.tell(ticket, ClockKind.AGENT_REPLY, by=by, now=now)  # counts if it is ever taken up again
    else:
        actions.reply(ticket, by=by, now=now, body=row.message.body, then=row.then)
    history.record(ticket.id, Kind.RELAYED, by=by, at=now, source=row.message.id)


def _actor(person: Person) -> Actor:
    """A person as the rules see them when the worker speaks for them; none of their rights where they left."""
    query = select(Membership.team_id, Membership.role, Membership.case_group)
    hats = db.session.execute(query.where(Membership.person_id == person.id)).all() if person.active else []
    return Actor(
        id=person.id,
        name=person.name,
        email=person.email,
        agent_of=frozenset(row.team_id for row in hats),
        lead_of=frozenset(row.team_id for row in hats if row.role is TeamRole.LEAD),
        case_group_of=frozenset(row.team_id for row in hats if row.case_group),
    )
