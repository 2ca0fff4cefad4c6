"""The loop behind `flask desk work`: claims what is due and does it, beside any number of others."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from internaldesk.db import db, unit_of_work
from internaldesk.jobs.timetable import TIMETABLE, Entry
from internaldesk.models.jobs import Job

PAUSE = 5.0
"""Seconds between two looks at the timetable."""

log = structlog.get_logger(__name__)


def work(files: Path, *, entries: Sequence[Entry] = TIMETABLE) -> None:
    """Do what is due until the process is told to end; the batch at hand is finished first."""
    with _told_to_end() as ending:
        log.info("worker_started")
        while not ending.is_set():
            try:
                work_once(files, entries=entries, ending=ending)
            except OperationalError as error:  # the database is away: it will come back, and so do we
                log.error("database_away", error=str(error.orig))
                db.session.remove()
            ending.wait(PAUSE)
        log.info("worker_ended")


def work_once(
    files: Path, *, entries: Sequence[Entry] = TIMETABLE, ending: threading.Event | None = None
) -> dict[str, str]:
    """Do everything that is due now; returns the jobs done with their error, empty when there was none.

    Without `ending` each job goes on until nothing is left of it. One who may be asked to end gives each job its turn,
    as long as the time between two of them, so that long work keeps nobody from looking for missed promises.
    """
    now = _now()
    done = {}
    for entry in _due(entries, now):
        if ending is not None and ending.is_set():
            break
        if _claim(entry, now):
            done[entry.name] = _do(entry, now, files, ending)
    return done


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _due(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """What should run now; jobs the database has not heard of are entered and due at once."""
    with unit_of_work(reading=True):
        known = {row.name: row.due_at for row in db.session.execute(select(Job.name, Job.due_at))}
    if any(entry.name not in known for entry in entries):
        _enter(entries, now)
    return [entry for entry in entries if known.get(entry.name, now) <= now]


def _enter(entries: Sequence[Entry], now: datetime) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    with unit_of_work():
        for entry in entries:
            row = insert(Job).values(name=entry.name, due_at=now, error="")
            db.session.execute(row.on_conflict_do_nothing())


def _claim(entry: Entry, now: datetime) -> bool:
    """Take a due job by moving it on; of two workers one gets it, and a worker that dies only skips a turn."""
    with unit_of_work():
        due = update(Job).where(Job.name == entry.name, Job.due_at <= now).values(due_at=now + entry.every)
        return db.session.execute(due.returning(Job.name)).first() is not None


def _do(entry: Entry, now: datetime, files: Path, ending: threading.Event | None) -> str:
    """Run a job in a unit of work of its own; what goes wrong is written down and stops nobody else."""
    error = ""
    try:
        count = _run(entry, now, files, ending)
        (log.info if count else log.debug)("job", job=entry.name, count=count)
    except OperationalError:
        raise
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
        log.exception("job_failed", job=entry.name)
    finally:
        db.session.remove()
    with unit_of_work():
        db.session.execute(update(Job).where(Job.name == entry.name).values(finished_at=_now(), error=error))
    return error


def _run(entry: Entry, now: datetime, files: Path, ending: threading.Event | None) -> int:
    total, at = 0, now
    while True:
        with unit_of_work():
            count = entry.run(at, files)
        total, at = total + count, _now()  # a later batch is of a later time
        if entry.batch is None or count < entry.batch or (ending is not None and _over(entry, now, at, ending)):
            return total


def _over(entry: Entry, begun: datetime, at: datetime, ending: threading.Event) -> bool:
    """Whether it is somebody else's turn."""
    return ending.is_set() or at >= begun + entry.every


@contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """SIGTERM and Ctrl-C ask; they interrupt nothing."""
    ending = threading.Event()
    before = {sign: signal.signal(sign, lambda *_: ending.set()) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
