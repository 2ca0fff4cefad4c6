"""Work on many clocks that the worker does in the background: asked for once, done in small batches, never in a page.

A batch that only looks is read without a lock and added to the result if nobody else was quicker; one that changes
clocks takes a transaction per ticket, in which the cursor moves as well. So a crash loses at most what was looked at,
any number of workers may run side by side, and no page waits for longer than one ticket takes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any, NamedTuple

import structlog
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.core.promises import TaskKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import Calendar, ClockTask, Policy
from internaldesk.models.tickets import Ticket
from internaldesk.sla import ledger, queries
from internaldesk.sla.applying import Apply, Preview
from internaldesk.sla.errands import Counts, Errand, Order, added
from internaldesk.sla.recounts import Correction, NewHours
from internaldesk.sla.trial import Trial

ERRANDS: Mapping[TaskKind, Callable[..., Errand]] = {
    TaskKind.TRIAL: Trial,
    TaskKind.PREVIEW: Preview,
    TaskKind.APPLY: Apply,
    TaskKind.CALENDAR: NewHours,
    TaskKind.CORRECT: Correction,
}
KEPT = timedelta(days=30)
"""How long trials and previews stay to be read."""
_LOOKED_AT = 50
_SECOND = timedelta(seconds=1)
_LONGEST_REST = 0.05
_ONLY_READ = (TaskKind.TRIAL, TaskKind.PREVIEW)

log = structlog.get_logger(__name__)


def ask(
    kind: TaskKind,
    *,
    by: Actor | None,
    now: datetime,
    policy_id: int | None = None,
    calendar_id: int | None = None,
    facts: Mapping[str, Any],
) -> ClockTask:
    """Ask the worker for something; the same asked before and not finished is given back instead.

    `facts` are plain JSON values, by kind: trial the draft (see `sla.trial`), preview `{version}`, apply `{version,
    preview_task}`, correct `{version, since, until, why}`; calendar needs none. Whose clocks go on in edited hours
    depends on the version in force, so that is noted, and another edit is another task.
    """
    known = json.loads(json.dumps(facts))
    if kind is TaskKind.CALENDAR and calendar_id is not None:
        known.setdefault("version", queries.current_version(calendar_id, now=now))
    _queue_up(policy_id, calendar_id)
    undone = _asked(kind, policy_id, calendar_id).where(ClockTask.finished_at.is_(None))
    for task in db.session.scalars(undone):
        if task.facts == known:
            return task
    task = ClockTask(kind=kind, policy_id=policy_id, calendar_id=calendar_id, facts=known, result={})
    task.asked_by_id, task.asked_at = by.id if by else None, now
    db.session.add(task)
    db.session.flush()
    return task


def latest(
    kind: TaskKind,
    *,
    policy_id: int | None = None,
    calendar_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
) -> ClockTask | None:
    """The newest task of a kind about this promise or calendar, and with exactly these facts if given."""
    query = _asked(kind, policy_id, calendar_id).order_by(ClockTask.id.desc()).limit(_LOOKED_AT)
    wanted = None if facts is None else json.loads(json.dumps(facts))
    found = db.session.scalars(query.options(joinedload(ClockTask.asked_by)))
    return next((task for task in found if wanted is None or task.facts == wanted), None)


class Progress(NamedTuple):
    """How far a task is: whole per cent, floored, and a sentence."""

    percent: int
    words: str
    finished: bool
    failed: bool


def progress(task: ClockTask) -> Progress:
    """How far a task is, for pages."""
    if task.finished_at is not None:
        words = "This could not be finished." if task.error else "Done."
        return Progress(100, words, finished=True, failed=bool(task.error))
    if not task.total:
        return Progress(0, "Waiting for its turn.", finished=False, failed=False)
    percent = min(99, task.done * 100 // task.total)
    return Progress(percent, f"{task.done:,} of {task.total:,} requests looked at.", finished=False, failed=False)


def forget(*, now: datetime) -> int:
    """Delete what was only to be read, once it is old; what changed clocks is kept. Returns how many."""
    old = delete(ClockTask).where(ClockTask.kind.in_(_ONLY_READ), ClockTask.finished_at < now - KEPT)
    return len(db.session.execute(old.returning(ClockTask.id)).all())


def work(*, now: datetime, limit: int = 200) -> int:
    """Do one batch, of `limit` tickets, of the oldest task; returns how many were looked at, 0 when nothing is to do.

    A task that cannot be done at all is given up, with its error, so that the others get their turn.
    """
    with unit_of_work(reading=True):
        begun = _oldest()
    if begun is None:
        return 0
    try:
        return _batch(begun, now=now, limit=limit)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("task_failed", task=begun.order.id)
        return _give_up(begun.order, error, now=now)


class _Begun(NamedTuple):
    """A task and how far it was when this worker looked."""

    order: Order
    cursor: int
    done: int
    total: int


def _oldest() -> _Begun | None:
    query = select(ClockTask).where(ClockTask.finished_at.is_(None)).order_by(ClockTask.id).limit(1)
    task = db.session.scalars(query.options(joinedload(ClockTask.asked_by))).first()
    if task is None:
        return None
    who = task.asked_by
    by = Actor(id=who.id, name=who.name, email=who.email) if who else None
    order = Order(task.id, task.kind, task.policy_id, task.calendar_id, task.facts, by, task.asked_at)
    return _Begun(order, task.cursor, task.done, task.total)


def _batch(begun: _Begun, *, now: datetime, limit: int) -> int:
    with unit_of_work(reading=True):
        errand = ERRANDS[begun.order.kind](begun.order, now=now)
        ids = _next(errand, begun.cursor, limit)
        begun = begun._replace(total=begun.total or _total(errand))
        counts, wanted = errand.look(ids, now=now), errand.wanted(ids, now=now)
    cursor = begun.cursor
    for ticket_id in wanted:
        done = begun.done + ids.index(ticket_id) + 1
        with _sharing():
            if not _changed(errand, begun.order, ticket_id, done=done, now=now):
                return 0  # another worker is at it
        cursor = ticket_id
    return _passed(errand, begun._replace(cursor=cursor), ids, counts, now=now, last=len(ids) < limit)


@contextmanager
def _sharing() -> Iterator[None]:
    """SQLite has one lock for all who write, and who waits for it only looks now and then: leave it free as long."""
    begun = monotonic()
    yield
    if db.engine.dialect.name == "sqlite":
        sleep(min(monotonic() - begun, _LONGEST_REST))


def _next(errand: Errand, cursor: int, limit: int) -> list[int]:
    """The next tickets; adding nothing to their ids keeps the database from walking all tickets by their key."""
    found = errand.candidates().subquery()
    number = next(iter(found.c)) + 0
    return list(db.session.scalars(select(number).where(number > cursor).order_by(number).limit(limit)))


def _total(errand: Errand) -> int:
    return db.session.scalar(select(func.count()).select_from(errand.candidates().subquery())) or 0


def _changed(errand: Errand, order: Order, ticket_id: int, *, done: int, now: datetime) -> bool:
    """One ticket and the cursor behind it, in one transaction; False where another worker has the task."""
    with unit_of_work():
        task = _claimed(order, ClockTask.cursor < ticket_id)
        if task is None:
            return False
        counts = _change(errand, ticket_id, now=now)
        task.cursor, task.done, task.result = ticket_id, done, added(task.result, counts)
    return True


def _change(errand: Errand, ticket_id: int, *, now: datetime) -> Counts:
    """One that breaks is written down and counted, and stays as it was."""
    try:
        with db.session.begin_nested():
            ticket = db.session.scalars(select(Ticket).where(Ticket.id == ticket_id).with_for_update()).first()
            return errand.change(ticket, now=_moment(ticket_id, now)) if ticket else {}
    except OperationalError:
        raise
    except Exception:
        log.exception("task_ticket_failed", ticket=ticket_id)
        return {"failed": 1}


def _moment(ticket_id: int, now: datetime) -> datetime:
    """`now`, or just after the last breach another worker recorded meanwhile: it was there first and stays."""
    breaches = [row.breached_at for row in ledger.of(ticket_id).rows.values() if row.breached_at is not None]
    return max([now, *(at + _SECOND for at in breaches)])


def _passed(errand: Errand, begun: _Begun, ids: list[int], counts: Counts, *, now: datetime, last: bool) -> int:
    """Move the cursor behind the batch and add its counts, unless another worker did."""
    with unit_of_work():
        task = _claimed(begun.order, ClockTask.cursor == begun.cursor)
        if task is None:
            return 0
        task.result = added(task.result, counts)
        task.done, task.total = begun.done + len(ids), begun.total
        task.cursor = max([begun.cursor, *ids])
        if last:
            task.result, task.finished_at = errand.finish(task.result, now=now), now
    return max(1, len(ids))


def _give_up(order: Order, error: Exception, *, now: datetime) -> int:
    with unit_of_work():
        task = _claimed(order)
        if task is not None:
            task.error, task.finished_at = f"{type(error).__name__}: {error}"[:300], now
    return 1


def _claimed(order: Order, *where: ColumnElement[bool]) -> ClockTask | None:
    """The task, locked, if it still stands where this worker saw it and nobody else works on it now."""
    query = select(ClockTask).where(ClockTask.id == order.id, ClockTask.finished_at.is_(None), *where)
    return db.session.scalars(query.with_for_update(skip_locked=True)).first()


def _asked(kind: TaskKind, policy_id: int | None, calendar_id: int | None) -> Select[ClockTask]:
    about = (ClockTask.policy_id == policy_id, ClockTask.calendar_id == calendar_id)  # None becomes IS NULL
    return select(ClockTask).where(ClockTask.kind == kind, *about)


def _queue_up(policy_id: int | None, calendar_id: int | None) -> None:
    """Two who ask for the same at once ask one after the other."""
    for table, number in ((Policy, policy_id), (Calendar, calendar_id)):
        if number is not None:
            db.session.execute(select(table.id).where(table.id == number).with_for_update(key_share=True))
