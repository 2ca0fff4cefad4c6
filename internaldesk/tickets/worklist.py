"""The work of a team in the order it falls due: rows for lists, the strip beside a request, and what comes next.

Every list is one statement over as few entries of a partial index as it shows: one range of the index per team, cut off
where the page ends, then joined with the names. `visible_tickets` is part of every range.
"""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
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
from internaldesk.core.text import initials
from internaldesk.core.wording import Pill
from internaldesk.db import UTCDateTime, db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Person
from internaldesk.models.sla import ClockNotice
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.sla import queries as sla
from internaldesk.tickets.leads import ESCALATED
from internaldesk.tickets.looks import Looks
from internaldesk.tickets.queries import visible_tickets

OPEN: ColumnElement[bool] = literal_column("ticket.is_open")
"""Written as the partial indexes have it: SQLite uses them for no other way to say so."""
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
    asked: bool
    customer_waiting: bool
    has_files: bool
    requester: str
    place: str
    request_type: str
    assignee_id: int | None
    assignee: str | None

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
    and_(
        Ticket.last_word_by_id.in_([Ticket.requester_id, Ticket.for_person_id]), Ticket.last_word_at > Ticket.filed_at
    ).label("asked"),
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
) -> Select[Any]:
    """The statement for the first rows of these ranges that fit `where`, ended at `limit`.

    Where `placed`, those behind the parameters `place_at` and `place_id`, as `fetch` fills them in.
    """
    beyond = (operator.lt if order.down else operator.gt) if placed else None
    return _rows(_joined([_cut(span, where, order, beyond, limit) for span in ranges]), order, limit)


def fetch(statement: Select[Any], place: Place | None = None, **values: Any) -> list[Row]:
    """The rows of a list; `values` are the parameters of its conditions."""
    if place is not None:
        values |= {"place_at": place[0], "place_id": place[1]}
    return [Row._make(row) for row in db.session.execute(statement, values)]


def strip(actor: Actor, around: int, *, now: datetime) -> "list[Neighbour]":
    """Up to twelve requests in the order they fall due, with R-`around` among them where it is open."""
    middle, ranges = db.session.get(Ticket, around), by_team(actor)
    here = (middle.queue_at, middle.id) if middle is not None and middle.is_open else None
    parts = [_cut(span, (), SOONEST.reverse, operator.lt, STRIP) for span in ranges] if here else []
    parts += [_cut(span, (), SOONEST, operator.ge if here else None, STRIP) for span in ranges]
    rows = fetch(_rows(_joined(parts), SOONEST, None), here)
    at = next((n for n, row in enumerate(rows) if row.id == around), 0)
    first = max(0, min(at - BEFORE, len(rows) - STRIP))
    shown, looks = rows[first : first + STRIP], Looks(actor.timezone, now)
    shares = shares_used(shown, now=now)
    return [_neighbour(row, share, actor, looks) for row, share in zip(shown, shares, strict=True)]


def takeable(actor: Actor) -> Select[Ticket]:
    """What the actor should turn to, most urgent first: waiting for their answer, or with nobody yet."""
    asked = Ticket.last_word_by_id.in_([Ticket.requester_id, Ticket.for_person_id])
    unanswered = or_(Ticket.first_answered_at.is_(None), asked)
    mine = and_(Ticket.assignee_id == actor.id, unanswered, Ticket.queue_at < NEVER)
    nobodys = and_(Ticket.assignee_id.is_(None), or_(Ticket.queue_at < NEVER, Ticket.status == Status.NEW))
    return (
        select(Ticket)
        .where(Ticket.team_id.in_(sorted(actor.agent_of)), OPEN, visible_tickets(actor, Act.HANDLE), mine | nobodys)
        .order_by(Ticket.queue_at, Ticket.id)
        .limit(1)
    )


def next_due(actor: Actor, *, after: int, now: datetime) -> int | None:
    """The number of the request to turn to once R-`after` is done with; None when nothing waits."""
    query = takeable(actor).where(Ticket.id != after).with_only_columns(Ticket.id)
    return db.session.scalars(query).first()


def shares_used(rows: Sequence[Row], *, now: datetime) -> list[int]:
    """How much of each row's promise is used, 0 to 100; a statement only for calendars not met before."""
    known = sla.calendars({row.next_calendar_version_id for row in rows if row.runs})
    return [sla.share_used(row, known=known, now=now) if row.runs else 0 for row in rows]


class Neighbour(NamedTuple):
    """A request in the strip beside another."""

    id: int
    summary: str
    requester: str
    place: str
    assignee: str
    mine: bool
    pill: Pill
    due_words: str

    @property
    def number(self) -> str:
        """The name people say: R-41."""
        return f"R-{self.id}"


def _neighbour(row: Row, share: int, actor: Actor, looks: Looks) -> Neighbour:
    mine = row.assignee_id == actor.id
    who = "You" if mine else initials(row.assignee) if row.assignee else "Nobody yet"
    pill = looks.pill(row, share)
    return Neighbour(row.id, row.summary, row.requester, row.place, who, mine, pill, looks.beside(row))


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


def _rows(keys: Any, order: Order, limit: int | None) -> Select[Any]:
    columns: Sequence[Any] = _COLUMNS
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
