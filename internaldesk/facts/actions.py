"""Keep the facts: count every ticket once, and from then on again whatever the database marked as changed."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core import daily_pieces
from internaldesk.core.daily import SHAPE, Changes, Home, Piece
from internaldesk.core.daily_pieces import Told
from internaldesk.db import Base, db, unit_of_work
from internaldesk.facts import cells, source
from internaldesk.models.facts import FactCell, FactMark, FactState, FactTicket
from internaldesk.models.tickets import Ticket

BATCH = 200
"""Tickets in one transaction of the worker: nobody waits for longer than these take."""
BREATH = 0.02
"""Seconds between two transactions in which others come to write: SQLite lets one at a time, and does not queue."""
_TICKETS = Base.metadata.tables[FactTicket.__tablename__]  # many rows at once need no objects
_HOME = Home._fields


def keep_up(*, now: datetime, zone: str, batch: int = BATCH) -> int:
    """Count one batch of what changed, or of what was never counted; returns how much, a whole batch when more is left.

    Days are those of `zone`, an IANA name; where it is another than before, or what is counted is (`SHAPE`), everything
    is counted anew. Only one does this at a time: the others wait.
    """
    state = _state(now)
    if (state.zone, state.shape) != (zone, SHAPE):
        _start_anew(state, zone)
    return _changed(state, now, batch) if state.built_at else _build(state, now, batch)


def take_turn(*, now: datetime, zone: str) -> int:
    """`keep_up` for a loop that calls it again and again, each time in a new transaction."""
    time.sleep(BREATH)
    return keep_up(now=now, zone=zone)


def rebuild(*, now: datetime, zone: str, tell: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Forget all facts and count every ticket again, in transactions of their own; returns how many there are.

    `tell` hears of tickets done and tickets in all. Until the end, the page says that figures are being prepared.
    """
    with unit_of_work():
        _start_anew(_state(now), zone)
        total, done = db.session.scalar(select(func.count()).select_from(Ticket)) or 0, 0
    while True:
        time.sleep(BREATH)
        with unit_of_work():
            built = _state(now).built_at is not None
            count = keep_up(now=now, zone=zone)
        done += 0 if built else count
        tell(min(done, total), total)
        if built and count < BATCH:
            return total


def _state(now: datetime) -> FactState:
    """The one row, locked until the end of the transaction."""
    first = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = first(FactState).values(id=1, zone="", cursor=0, fresh_at=now, shape=SHAPE)  # of no zone yet: it starts anew
    db.session.execute(row.on_conflict_do_nothing())
    return db.session.get_one(FactState, 1, with_for_update=True, populate_existing=True)


def _start_anew(state: FactState, zone: str) -> None:
    for table in (FactMark, FactTicket, FactCell):
        db.session.execute(delete(table))
    state.zone, state.cursor, state.built_at, state.shape = zone, 0, None, SHAPE


def _build(state: FactState, now: datetime, batch: int) -> int:
    query = select(Ticket.id).where(Ticket.id > state.cursor).order_by(Ticket.id).limit(batch)
    ids = db.session.scalars(query).all()
    _count(ids, now, ZoneInfo(state.zone))
    if ids:
        state.cursor = ids[-1]
    if len(ids) < batch:
        state.built_at = state.fresh_at = now
    return len(ids)


def _changed(state: FactState, now: datetime, batch: int) -> int:
    """Marks that are not committed yet are not seen, stay, and are found the next time."""
    marks = db.session.execute(select(FactMark.id, FactMark.ticket_id).order_by(FactMark.id).limit(batch)).all()
    query = select(FactTicket.ticket_id).where(FactTicket.due_at <= now).order_by(FactTicket.due_at).limit(batch)
    due = db.session.scalars(query).all()
    _count(sorted({*(ticket_id for _, ticket_id in marks), *due}), now, ZoneInfo(state.zone))
    if marks:
        db.session.execute(delete(FactMark).where(FactMark.id.in_([mark for mark, _ in marks])))
    most = max(len(marks), len(due))
    if most < batch:
        state.fresh_at = now
    return most


def _count(ids: Sequence[int], now: datetime, zone: ZoneInfo) -> None:
    """Take away what these tickets added before, add what they add now."""
    if not ids:
        return
    before = {row.ticket_id: row for row in db.session.execute(select(_TICKETS).where(_TICKETS.c.ticket_id.in_(ids)))}
    told, changes, written = source.told(ids), Changes(), []
    for ticket_id in ids:
        if (old := before.get(ticket_id)) is not None:
            changes.add(Home(*(getattr(old, name) for name in _HOME)), map(_piece, old.pieces), sign=-1)
        if (new := told.get(ticket_id)) is not None:
            pieces = daily_pieces.pieces(new, zone=zone, now=now)
            changes.add(new.home, pieces)
            written.append(_row(ticket_id, new, pieces, daily_pieces.due(new, zone=zone, now=now)))
    _write(written)
    gone = [ticket_id for ticket_id in before if ticket_id not in told]
    if gone:
        db.session.execute(delete(FactTicket).where(FactTicket.ticket_id.in_(gone)))
    cells.change(changes.by_cell())


def _piece(kept: list[Any]) -> Piece:
    return Piece(*kept)


def _row(ticket_id: int, told: Told, pieces: Sequence[Piece], due_at: datetime | None) -> dict[str, Any]:
    short = [piece.short for piece in pieces]
    return {"ticket_id": ticket_id, **told.home._asdict(), "pieces": short, "due_at": due_at}


def _write(rows: list[dict[str, Any]]) -> None:
    if rows:
        first = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        put = first(_TICKETS)
        rest = {name: put.excluded[name] for name in rows[0] if name != "ticket_id"}
        db.session.execute(put.on_conflict_do_update(index_elements=["ticket_id"], set_=rest), rows)
