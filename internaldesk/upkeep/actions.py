"""Back the desk up while it runs, and put a backup back."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from internaldesk.core.errors import BadInput, Refused
from internaldesk.db import db, unit_of_work
from internaldesk.people.queries import anybody
from internaldesk.upkeep import archive, queries, rows, schema
from internaldesk.upkeep.archive import Reader, Writer

Tell = Callable[[int, int], None]
"""Hears how many rows of how many are done."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup holds, or what was put back: rows, files, and files that were missing."""

    rows: int
    files: int
    missing: int = 0


def backup(path: Path, *, files: Path, now: datetime, tell: Tell = lambda _done, _total: None) -> Told:
    """Write the desk as of one instant to a new tar at `path`; people go on working meanwhile.

    `files` is the folder of attachments. Raises BadInput when the file cannot be written or exists.
    """
    schema.require_ready()
    with archive.written(path) as writer, _one_instant() as connection:
        total = sum(rows.count(connection, table) for table in rows.stored())
        writer.about |= {"made_at": now.isoformat(), "revision": schema.present(), "rows": total}
        done = _Counter(total, tell)
        for table in rows.stored():
            writer.add_lines(f"tables/{table.name}.jsonl", rows.lines_of(connection, table, tell=done.add))
        kept, missing = _add_files(writer, files)
    return Told(total, kept, missing)


def restore(path: Path, *, files: Path, replace: bool = False, tell: Tell = lambda _done, _total: None) -> Told:
    """Put a backup back: all of it or nothing, after every byte of it was checked.

    Raises BadInput when the file is damaged or of another revision, and Refused when the desk has people already
    and `replace` does not say that they, and everything of theirs, shall go.
    """
    with archive.verified(path) as reader:
        _require_revision(reader)
        if anybody() and not replace:
            raise Refused("This desk has people already. Add --replace to throw away everything in it.")
        db.session.rollback()
        return _put_back(reader, files, tell)


def start_afresh() -> None:
    """Remove every row of every table."""
    db.session.rollback()
    with unit_of_work():
        rows.empty(db.session.connection())


class _Counter:
    def __init__(self, total: int, tell: Tell) -> None:
        self.done, self.total, self.tell = 0, total, tell

    def add(self, count: int) -> None:
        self.done += count
        self.tell(self.done, self.total)


@contextmanager
def _one_instant() -> Iterator[Connection]:
    """A new transaction that sees the database as it is now, however long it reads and whoever writes."""
    db.session.rollback()
    with unit_of_work(reading=True):
        options = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
        yield db.session.connection(execution_options=options)


def _add_files(writer: Writer, folder: Path) -> tuple[int, int]:
    """Copy the attachments of this instant's rows; an upload that nobody sent may be swept away meanwhile."""
    kept = missing = 0
    for key, sent in queries.stored_files():
        try:
            writer.add_file(f"files/{key}", folder / key)
            kept += 1
        except FileNotFoundError:
            missing += sent
    return kept, missing


def _require_revision(reader: Reader) -> None:
    made, wanted = reader.manifest.get("revision"), schema.wanted()
    if made != wanted:
        raise BadInput(
            f"That backup has revision {made}, this program wants {wanted}. "
            "Restore it with the program that made it, then upgrade."
        )
    schema.require_ready()


def _put_back(reader: Reader, files: Path, tell: Tell) -> Told:
    """First the files, under names nobody else has; then all rows in one transaction; then what is left over goes.

    So every row has its file whenever this is interrupted.
    """
    done = _Counter(int(reader.manifest.get("rows", 0)), tell)
    before = set(os.listdir(files)) if files.exists() else set()
    put = set()
    try:
        for key, stream in reader.files():
            _write_durably(files, key, stream)
            put.add(key)
        with unit_of_work():
            _fill(reader, db.session.connection(), done)
    except BaseException as failure:
        _remove(files, put - before)
        if isinstance(failure, ValueError | SQLAlchemyError):
            reason = str(getattr(failure, "orig", failure)).partition("\n")[0]
            raise BadInput(f"That backup does not fit this desk ({reason}). Nothing was restored.") from failure
        raise
    _remove(files, before - put)
    return Told(done.done, len(put))


def _write_durably(folder: Path, key: str, stream: IO[bytes]) -> None:
    """Put a file into place whole; one of that name is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{key}.restoring"
    with part.open("wb") as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / key)


def _remove(folder: Path, keys: set[str]) -> None:
    for key in keys:
        (folder / key).unlink(missing_ok=True)


def _fill(reader: Reader, connection: Connection, done: _Counter) -> None:
    rows.empty(connection)
    for table in rows.stored():
        with reader.lines(f"tables/{table.name}.jsonl") as lines:
            rows.load(connection, table, lines, tell=done.add)
    rows.count_on(connection)
