"""The work of a team in the order it falls due: rows for lists, the strip beside a request, and what comes next.

Every list is one statement over as few entries of a partial index as it shows: one range of the index per team, cut off
where the page ends, then joined with the names. `visible_tickets` is part of every range.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    false,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor
from internaldesk.core.priority import Priority
from internaldesk.db import UTCDateTime, db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Person
from internaldesk.models.queues import Skip
from internaldesk.models.sla import ClockNotice
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets.leads import ESCALATED
from internaldesk.tickets.marks import NO_MARKS, Marks
from internaldesk.tickets.queries import visible_tickets

OPEN: ColumnElement[bool] = literal_column("ticket.is_open")
"""Written as the partial indexes have it: SQLite uses them for no other way to say so."""
Item = TypeVar("Item")
STRIP, BEFORE = 12, 4
"""As many rows stand beside a request, as many of them above it."""
_requester, _assignee = aliased(Person), aliased(Person)


class Row(NamedTuple):
    """A request in a list of its team: the columns a row shows and no more; instants are aware UTC."""

    id: int
    summary: str
    status: Status
    status_until: datetime | None
    queue_at: datetime
    risk_at: datetime
    escalated: bool
    next_seconds: int | None
    next_calendar_version_id: int | None
    filed_at: datetime
    updated_at: datetime
    solved_at: datetime | None
    last_word_at: datetime
    priority: Priority
    customer_waiting: bool
    has_files: bool
    requester: str
    place: str
    request_type: str
    assignee_id: int | None
    assignee: str | None
    unread: bool
    writer: str | None
    solve_by: datetime | None

    @property
    def runs(self) -> bool:
        """Whether a promise runs, so that its calendar is known."""
        return self.queue_at < NEVER and self.next_calendar_version_id is not None


_escalated = (
    select(ClockNotice.clock_id)
    .where(ClockNotice.ticket_id == Ticket.id, ClockNotice.kind == ESCALATED, ClockNotice.due_at == Ticket.queue_at)
    .exists()
)
_COLUMNS = (
    Ticket.id,
    Ticket.summary,
    Ticket.status,
    Ticket.status_until,
    Ticket.queue_at,
    Ticket.risk_at,
    _escalated.label("escalated"),
    Ticket.next_seconds,
    Ticket.next_calendar_version_id,
    Ticket.filed_at,
    Ticket.updated_at,
    Ticket.solved_at,
    Ticket.last_word_at,
    Ticket.priority,
    Ticket.customer_waiting,
    Ticket.has_files,
    _requester.name.label("requester"),
    Location.name.label("place"),
    RequestType.name.label("request_type"),
    Ticket.assignee_id,
    _assignee.name.label("assignee"),
)


class Order(NamedTuple):
    """What a list is sorted by, and which way; `held` where the sorting must not choose the index."""

    column: Any
    down: bool = False
    held: bool = False

    @property
    def reverse(self) -> "Order":
        """The same the other way round."""
        return self._replace(down=not self.down)


SOONEST = Order(Ticket.queue_at)
Place = tuple[datetime, int]
"""Where a row stands in an order: the sorted instant and the number."""
_PLACE = tuple_(bindparam("place_at", type_=UTCDateTime()), bindparam("place_id", type_=Integer()))


def by_team(actor: Actor) -> list[ColumnElement[bool]]:
    """Open requests the actor handles, as one range of the index (team, due) per team."""
    return [and_(Ticket.team_id == team, OPEN, visible_tickets(actor, Act.HANDLE)) for team in sorted(actor.agent_of)]


def own(actor: Actor) -> list[ColumnElement[bool]]:
    """Open requests the actor handles and has, as one range of the index (assignee, due)."""
    return [and_(Ticket.assignee_id == actor.id, OPEN, visible_tickets(actor, Act.HANDLE))]


def solved(actor: Actor, *, since: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    """Requests the actor handles that were solved at or after `since`, as one range (team, solved) per team."""
    done = and_(Ticket.solved_at >= since, visible_tickets(actor, Act.HANDLE))
    return [and_(Ticket.team_id == team, done) for team in sorted(actor.agent_of)]


def lister(
    ranges: Sequence[ColumnElement[bool]],
    *,
    where: Sequence[ColumnElement[bool]] = (),
    order: Order = SOONEST,
    placed: bool = False,
    limit: int,
    shown: Marks = NO_MARKS,
) -> Select[Any]:
    """The statement for the first rows of these ranges that fit `where`, ended at `limit`.

    Where `placed`, those behind the parameters `place_at` and `place_id`, as `fetch` fills them in.
    """
    beyond = (operator.lt if order.down else operator.gt) if placed else None
    return _rows(_joined([_cut(span, where, order, beyond, limit) for span in ranges]), order, limit, shown)


def fetch(statement: Select[Any], place: Place | None = None, **values: Any) -> list[Row]:
    """The rows of a list; `values` are the parameters of its conditions."""
    if place is not None:
        values |= {"place_at": place[0], "place_id": place[1]}
    return [Row._make(row) for row in db.session.execute(statement, values)]


def nearest(actor: Actor, around: int) -> list[Row]:
    """Up to twelve requests in the order they fall due, with R-`around` among them where it is open."""
    middle, ranges = db.session.get(Ticket, around), by_team(actor)
    here = (middle.queue_at, middle.id) if middle is not None and middle.is_open else None
    parts = [_cut(span, (), SOONEST.reverse, operator.lt, STRIP) for span in ranges] if here else []
    parts += [_cut(span, (), SOONEST, operator.ge if here else None, STRIP) for span in ranges]
    rows = fetch(_rows(_joined(parts), SOONEST, None), here)
    return window(rows, next((n for n, row in enumerate(rows) if row.id == around), 0))


def these(actor: Actor, numbers: Sequence[int]) -> dict[int, Row]:
    """Those of these requests that the actor handles, open or not, by number."""
    named = and_(Ticket.id.in_(numbers), visible_tickets(actor, Act.HANDLE))
    keys = select(Ticket.id, Ticket.queue_at.label("at")).where(named).subquery()
    return {row.id: row for row in fetch(_rows(keys, SOONEST, None))}


def window(found: Sequence[Item], at: int) -> list[Item]:
    """As many as the strip has room for, around place `at`."""
    first = max(0, min(at - BEFORE, len(found) - STRIP))
    return list(found[first : first + STRIP])


def takeable(actor: Actor, *, now: datetime) -> Select[Ticket]:
    """What the actor should turn to, most urgent first: waiting for their answer, or with nobody yet.

    Not what they passed over within the time for which that holds.
    """
    asked = Ticket.last_word_by_id.in_([Ticket.requester_id, Ticket.for_person_id])
    unanswered = or_(Ticket.first_answered_at.is_(None), asked)
    mine = and_(Ticket.assignee_id == actor.id, unanswered, Ticket.queue_at < NEVER)
    passed_over = exists().where(Skip.ticket_id == Ticket.id, Skip.person_id == actor.id, Skip.until > now)
    nobodys = and_(Ticket.assignee_id.is_(None), or_(Ticket.queue_at < NEVER, Ticket.status == Status.NEW))
    return (
        select(Ticket)
        .where(Ticket.team_id.in_(sorted(actor.agent_of)), OPEN, visible_tickets(actor, Act.HANDLE), mine | nobodys)
        .where(~passed_over)
        .order_by(Ticket.queue_at, Ticket.id)
        .limit(1)
    )


def next_due(actor: Actor, *, after: int, now: datetime) -> int | None:
    """The number of the request to turn to once R-`after` is done with; None when nothing waits."""
    query = takeable(actor, now=now).where(Ticket.id != after).with_only_columns(Ticket.id)
    return db.session.scalars(query).first()


def shares_used(rows: Sequence[Row], *, now: datetime) -> list[int]:
    """How much of each row's promise is used, 0 to 100; a statement only for calendars not met before."""
    known = sla.calendars({row.next_calendar_version_id for row in rows if row.runs})
    return [sla.share_used(row, known=known, now=now) if row.runs else 0 for row in rows]


def _cut(
    span: ColumnElement[bool],
    where: Sequence[ColumnElement[bool]],
    order: Order,
    beyond: Callable[[Any, Any], Any] | None,
    limit: int,
) -> Any:
    """The keys of one range, as far as a page can need them."""
    found = select(Ticket.id, order.column.label("at")).where(span, *where)
    at: Any = order.column
    number: Any = Ticket.id
    if order.held:
        whole = found.cte().prefix_with("MATERIALIZED")
        found, at, number = select(whole.c.id, whole.c.at), whole.c.at, whole.c.id
    if beyond is not None:
        found = found.where(beyond(tuple_(at, number), _PLACE))
    return found.order_by(*_sorted(at, number, order)).limit(limit).subquery()


def _joined(parts: Sequence[Any]) -> Any:
    """The keys of all ranges together."""
    if not parts:
        return select(Ticket.id, Ticket.queue_at.label("at")).where(false()).subquery()
    return union_all(*(select(part.c.id, part.c.at) for part in parts)).subquery()


def _rows(keys: Any, order: Order, limit: int | None, shown: Marks = NO_MARKS) -> Select[Any]:
    columns: Sequence[Any] = (*_COLUMNS, *shown)
    return (
        select(*columns)
        .select_from(keys)
        .join(Ticket, Ticket.id == keys.c.id)
        .join(_requester, _requester.id == Ticket.requester_id)
        .join(Location, Location.id == Ticket.location_id)
        .join(RequestType, RequestType.id == Ticket.request_type_id)
        .outerjoin(_assignee, _assignee.id == Ticket.assignee_id)
        .order_by(*_sorted(keys.c.at, keys.c.id, order))
        .limit(limit)
    )


def _sorted(at: Any, number: Any, order: Order) -> tuple[Any, Any]:
    return (at.desc(), number.desc()) if order.down else (at, number)
