"""Read kept facts: how far they are, the cells of a report, and what one person's own tickets add to them."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, null, or_, select, union_all

from internaldesk.core import daily
from internaldesk.core.daily import Change, Home, Key, Piece, Space, Unit
from internaldesk.core.daily_report import Kept, unit_of
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.models.facts import FactCell, FactState, FactTicket
from internaldesk.models.tickets import Ticket

_KEY = tuple(getattr(FactCell, name) for name in Key._fields)
_OF_PERIOD = (FactCell.resolution, FactCell.lead)


class Stand(NamedTuple):
    """How far the facts are: built at all, what part of the tickets is counted, and when nothing was left to count."""

    built: bool
    part: float
    fresh_at: datetime | None


def stand() -> Stand:
    """How far the facts are, in one statement; a desk whose worker never ran has none."""
    highest = select(func.max(Ticket.id)).scalar_subquery()
    row = db.session.execute(select(FactState.built_at, FactState.cursor, FactState.fresh_at, highest)).first()
    if row is None:
        return Stand(False, 0.0, None)
    return Stand(row[0] is not None, min(row[1] / max(row[3] or 0, 1), 1.0), row[2])


def kept(over: Frame, spaces: Collection[Space], where: ColumnElement[bool]) -> list[Kept]:
    """The cells of a frame that meet `where`, which chooses what a reader may see; in one statement.

    Times of solutions come only with the cells of the period itself.
    """
    wanted, unit, end = [_select(spaces, Unit.NOW, over)], unit_of(over.period), over.period.last_day
    since = min(over.before.first_day, over.weeks[0].first_day) if unit is Unit.WEEK else over.weeks[0].first_day
    last = max(end, over.weeks[-1].last_day) if unit is Unit.WEEK else over.weeks[-1].last_day
    wanted.append(_select(spaces, Unit.WEEK, over).where(FactCell.start >= since, FactCell.start <= last))
    if unit is not Unit.WEEK:
        span = and_(FactCell.start >= over.before.first_day, FactCell.start <= end)
        wanted.append(_select(spaces, unit, over).where(span))
    rows = db.session.execute(union_all(*(part.where(where) for part in wanted)))
    return [Kept(Key(*row[: len(_KEY)]), *row[len(_KEY) :]) for row in rows]


def of_period(over: Frame, spaces: Collection[Space], where: ColumnElement[bool]) -> list[Kept]:
    """The cells of the period of a frame and of this moment that meet `where`: counts and first replies; one statement.

    Fewer than `kept` reads, for pages without charts of the past.
    """
    span = and_(FactCell.start >= over.period.first_day, FactCell.start <= over.period.last_day)
    when = or_(FactCell.unit == Unit.NOW, and_(FactCell.unit == unit_of(over.period), span))
    query = select(*_KEY, FactCell.counts, FactCell.first).where(FactCell.space.in_(sorted(spaces)), when, where)
    return [Kept(Key(*row[: len(_KEY)]), *row[len(_KEY) :]) for row in db.session.execute(query)]


def own(person_id: int, where: ColumnElement[bool]) -> dict[Key, Change]:
    """What the tickets that somebody filed, or that are for them, add to cells; `where` is about `FactTicket`."""
    mine = or_(Ticket.requester_id == person_id, Ticket.for_person_id == person_id)
    query = select(*(getattr(FactTicket, name) for name in Home._fields), FactTicket.pieces)
    found = daily.Changes()
    for *home, pieces in db.session.execute(query.join(Ticket, Ticket.id == FactTicket.ticket_id).where(mine, where)):
        found.add(Home(*home), _pieces(pieces))
    return found.by_cell()


def _select(spaces: Collection[Space], unit: Unit, over: Frame) -> Select[Any]:
    held = and_(FactCell.start >= over.period.first_day, FactCell.start <= over.period.last_day)
    solutions = (case((held, column), else_=null()) for column in _OF_PERIOD)
    columns = (*_KEY, FactCell.counts, FactCell.first, *solutions, FactCell.open, FactCell.late)
    return select(*columns).where(FactCell.unit == unit, FactCell.space.in_(sorted(spaces)))


def _pieces(kept: Any) -> Iterator[Piece]:
    return (Piece(*piece) for piece in kept)
