"""Tables as lines of JSON and back, the same on every database: the names of the columns first, then a line a row.

Instants are ISO text, enums their values; JSON columns are kept as the very text the database holds.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, Connection, Date, Table, Text, cast, func, insert, null, select, text

from internaldesk import models  # noqa: F401 - fills the metadata below
from internaldesk.db import Base, UTCDateTime

AT_ONCE = 1000

Tell = Callable[[int], None]
Row = Sequence[Any]


def tables() -> list[Table]:
    """Every table of the desk, parents before children."""
    return Base.metadata.sorted_tables


def stored() -> list[Table]:
    """Those a backup holds: all but what the desk derives from others, and makes anew."""
    return [table for table in tables() if not table.info.get("derived")]


def count(connection: Connection, table: Table) -> int:
    """How many rows it has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def lines_of(connection: Connection, table: Table, *, tell: Tell) -> Iterator[bytes]:
    """A table as lines, in the order of its primary key; `tell` hears how many rows went by."""
    yield _line([column.name for column in table.columns])
    wanted = [cast(column, Text) if isinstance(column.type, JSON) else column for column in table.columns]
    query = select(*wanted).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)
    for part in connection.execute(query).partitions():
        yield b"".join(_line([_plain(value) for value in row]) for row in part)
        tell(len(part))


def load(connection: Connection, table: Table, lines: Iterable[bytes], *, tell: Tell) -> None:
    """Put lines back as rows; raises ValueError when they do not fit the table."""
    source = iter(lines)
    names = json.loads(next(source, b"[]"))
    if names != [column.name for column in table.columns]:
        raise ValueError(f"the columns of {table.name} are others")
    own = _own_parent(table)
    readers = [_reader(column) for column in table.columns]
    later: list[dict[str, Any]] = []
    while chunk := list(islice(source, AT_ONCE)):
        values = [_values(names, readers, line) for line in chunk]
        if own is not None:
            later += [{"row": row["id"], "parent": row[own]} for row in values if row[own] is not None]
            values = [row | {own: None} for row in values]
        connection.execute(insert(table), values)
        tell(len(chunk))
    if own is not None and later:
        mend = text(f"UPDATE {table.name} SET {own} = :parent WHERE id = :row")  # noqa: S608 - names of our own tables
        connection.execute(mend, later)


def empty(connection: Connection) -> None:
    """Remove every row; the logs that refuse this are made to obey, and refuse again afterwards."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in tables())
        connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")
        return
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for table in reversed(tables()):
        connection.execute(table.delete())
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def count_on(connection: Connection) -> None:
    """Let new rows of PostgreSQL continue after the highest id that was put back; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        key = table.autoincrement_column
        if key is not None:
            highest = select(func.max(key)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, key.name)
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _values(names: list[str], readers: list[Callable[[Any], Any]], line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    return {name: read(value) for name, read, value in zip(names, readers, values, strict=True)}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """How a value of this column comes back from JSON; None is NULL, also where JSON has a null of its own."""
    if isinstance(column.type, JSON):
        return lambda value: null() if value is None else json.loads(value)
    if isinstance(column.type, UTCDateTime):
        return lambda value: value and datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return lambda value: value and date.fromisoformat(value)
    return lambda value: value


def _own_parent(table: Table) -> str | None:
    """The column by which rows of a table name another row of it, which may not be there yet."""
    return next((key.parent.name for key in table.foreign_keys if key.column.table is table), None)
