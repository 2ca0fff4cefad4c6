"""What is wrong with this desk, in sentences: settings, database, worker, disk, files, mail."""

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from internaldesk.db import db, unit_of_work
from internaldesk.facts import queries as facts
from internaldesk.settings import Settings
from internaldesk.upkeep import queries, schema

LEAST_SPACE = 1024**3
MOST_BEHIND = timedelta(minutes=5)
"""How far the figures of service quality may lag."""
_PATIENCE = 5.0
_MAIL_PORTS = {"smtp": 25, "smtps": 465, "imap": 143, "imaps": 993}
_NEAR = ("127.0.0.1", "localhost", "::1")


def findings(desk: Settings, *, now: datetime) -> list[str]:
    """A sentence for each thing somebody should see to; none when all is well. `now` is aware UTC."""
    return [*_settings(desk), *_disk(desk), *_mail(desk), *_database(desk, now)]


def _settings(desk: Settings) -> Iterator[str]:
    for path, mode in ((desk.data, "700"), (desk.data / "secret_key", "600")):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield f"Others on this machine can read {path}. Run: chmod {mode} {path}"
    host = urlsplit(desk.base_url).hostname or ""
    if not desk.secure and host not in _NEAR:
        yield f"DESK_BASE_URL is {desk.base_url}: without https, passwords travel in the clear."


def _disk(desk: Settings) -> Iterator[str]:
    free = shutil.disk_usage(desk.data).free
    if free < LEAST_SPACE:
        yield f"Only {free // 1024**2} MB are free below {desk.data}."
    folder = desk.files if desk.files.exists() else desk.data
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        yield f"Files cannot be written to {folder}: {error.strerror}."


def _mail(desk: Settings) -> Iterator[str]:
    for name, url in (("DESK_MAIL_URL", desk.mail_url), ("DESK_INBOX_URL", desk.inbox_url)):
        if url and (trouble := _unreachable(url)):
            yield f"The mail server of {name} cannot be reached: {trouble}."


def _unreachable(url: str) -> str:
    parts = urlsplit(url)
    try:
        where = (parts.hostname or "", parts.port or _MAIL_PORTS[parts.scheme])
        socket.create_connection(where, timeout=_PATIENCE).close()
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return ""


def _database(desk: Settings, now: datetime) -> Iterator[str]:
    try:
        found = schema.present()
        if found != schema.wanted():
            yield f"The tables are at revision {found}, this program wants {schema.wanted()}. Run: flask desk init"
            return
        with unit_of_work(reading=True):
            yield from [*_damage(), *_worker(now), *_figures(now), *_people(desk), *_files(desk.files)]
    except SQLAlchemyError as error:
        yield f"The database does not answer: {str(getattr(error, 'orig', error)).strip()}."


def _damage() -> Iterator[str]:
    if db.engine.dialect.name == "sqlite":
        found = db.session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            yield f"The database file is damaged ({found}). Restore the last backup."


def _worker(now: datetime) -> Iterator[str]:
    jobs = queries.jobs()
    if not jobs:
        yield "No worker has ever run. Start: flask desk work"
    late = [job for job in jobs if job.due_at < now - queries.SEEN_LATELY]
    if late:
        longest = max(now - job.due_at for job in late) // timedelta(minutes=1)
        names = ", ".join(job.name for job in late)
        yield f"The worker is {longest} minutes behind ({names}). Is it running? flask desk work"
    for job in jobs:
        if job.error:
            yield f"The job {job.name} failed when it ran last: {job.error}"


def _figures(now: datetime) -> Iterator[str]:
    stand = facts.stand()
    if stand.built and stand.fresh_at is not None and stand.fresh_at < now - MOST_BEHIND:
        behind = (now - stand.fresh_at) // timedelta(minutes=1)
        yield f"The figures of service quality are {behind} minutes behind. Is the worker running? flask desk work"


def _people(desk: Settings) -> Iterator[str]:
    invented = queries.demo_people()
    if invented and not desk.demo:
        yield f"{invented} demo people whose password everybody knows can sign in."


def _files(folder: Path) -> Iterator[str]:
    there = set(os.listdir(folder)) if folder.is_dir() else set()
    missing = [key for key, sent in queries.stored_files() if sent and key not in there]
    if missing:
        yield f"Files of requests that are missing in {folder}: {len(missing)}, the first is {missing[0]}."
