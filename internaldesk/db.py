"""The database handle: one base for all tables, aware times, and the unit of work."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, Enum, MetaData, event
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, UOWTransaction, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "secure_delete=ON")
_LOOKING_WRITES = "what only looks tried to write: mail scanners and prefetching follow links"
_reading: ContextVar[bool] = ContextVar("reading", default=False)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; naive values are refused because they hide a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values and store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back aware UTC on every database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table."""

    registry = registry(  # one for both: Flask-SQLAlchemy copies this class
        metadata=MetaData(naming_convention=_NAMES),
        type_annotation_map={datetime: UTCDateTime, dict[str, Any]: JSON, list[Any]: JSON, list[str]: JSON},
    )


db = SQLAlchemy(model_class=Base)


def by_value(kind: type[StrEnum]) -> TypeEngine[Any]:
    """A column type that stores the values of `kind` and lets the database check them."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
    )


@contextmanager
def unit_of_work(*, reading: bool = False) -> Iterator[None]:
    """Keep all or nothing of what happens inside; used by commands and jobs, as the edge does for pages."""
    token = _reading.set(reading)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _reading.reset(token)


@contextmanager
def frame(*, reading: bool) -> Iterator[None]:
    """Mark the work inside as reading only, so that SQLite takes no write lock for it."""
    token = _reading.set(reading)
    try:
        yield
    finally:
        _reading.reset(token)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Durable, concurrent, checked: see docs/architecture.md, "Database"."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A writer takes its lock at once: upgrading a read lock later loses updates or fails as busy."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


@event.listens_for(Session, "after_flush")
def _refuse_flushed_writes(_session: Session, _context: UOWTransaction) -> None:
    if _reading.get():
        raise RuntimeError(_LOOKING_WRITES)


@event.listens_for(Session, "do_orm_execute")
def _refuse_written_statements(state: ORMExecuteState) -> None:
    if _reading.get() and (state.is_insert or state.is_update or state.is_delete):
        raise RuntimeError(_LOOKING_WRITES)
