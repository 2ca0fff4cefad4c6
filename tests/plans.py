"""How the database goes about a statement: whether it reads tickets by an index or all of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from internaldesk.db import db


@contextmanager
def statements() -> Iterator[dict[str, Any]]:
    """Each statement about tickets sent meanwhile, with the values of its first time."""
    said: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "ticket" in statement and statement.startswith(("SELECT", "WITH")):
            said.setdefault(statement, values)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plan(statement: str, values: Any) -> list[str]:
    """How the database goes about it, line by line."""
    sqlite = db.engine.dialect.name == "sqlite"
    rows = db.session.connection().exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", values)
    return [str(row[-1]) for row in rows]


def reads_all(how: list[str]) -> bool:
    """A scan of the table, or of an index from its one end to the other."""
    scans = [n for n, line in enumerate(how) if re.search(r"Scan (Backward )?(using \w+ )?on ticket\b", line)]
    bounded = [n for n in scans if "Seq Scan" not in how[n] and "Index Cond" in "".join(how[n : n + 2])]
    bounded += [n for n in scans if "Bitmap Heap Scan" in how[n]]
    return any(line.startswith("SCAN ticket") for line in how) or scans != sorted(bounded)
