"""Write changes of cells: what is nought goes, so that cells kept up and cells made anew are the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core.daily import STANDING, TIMES, Cell, Change, Key, packed, unpacked
from internaldesk.db import Base, db
from internaldesk.models.facts import FactCell

_CELLS = Base.metadata.tables[FactCell.__tablename__]
_KEY = tuple(_CELLS.c[name] for name in Key._fields)
_TIMES = (*TIMES, *STANDING)
_AT_ONCE = 500


def change(changes: Mapping[Key, Change]) -> None:
    """Add these changes to their cells; the caller holds the lock of `FactState`."""
    keys = sorted(changes)
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        kept = _read(part)
        made = {key: kept.get(key, Cell()) for key in part}
        for key, cell in made.items():
            cell.apply(changes[key])
        _put([_row(key, cell) for key, cell in made.items() if cell])
        _remove([key for key, cell in made.items() if not cell])


def _read(keys: Sequence[Key]) -> dict[Key, Cell]:
    rows = db.session.execute(select(_CELLS).where(tuple_(*_KEY).in_(keys)))
    return {Key(*row[: len(_KEY)]): _cell(row._mapping) for row in rows}


def _cell(row: Mapping[Any, Any]) -> Cell:
    return Cell(row["counts"], {name: list(unpacked(row[name])) for name in _TIMES if row[name]})


def _row(key: Key, cell: Cell) -> dict[str, Any]:
    times = {name: packed(cell.times.get(name, ())) for name in _TIMES}
    return {**key._asdict(), "counts": dict(sorted(cell.counts.items())), **times}


def _put(rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        first = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        put = first(_CELLS)
        rest = {name: put.excluded[name] for name in ("counts", *_TIMES)}
        db.session.execute(put.on_conflict_do_update(index_elements=_KEY, set_=rest), rows)


def _remove(keys: Iterable[Key]) -> None:
    rows = list(_bound(keys))
    if rows:
        where = [column == bindparam(f"of_{column.name}") for column in _KEY]
        db.session.execute(delete(_CELLS).where(*where), rows)


def _bound(keys: Iterable[Key]) -> Iterator[dict[str, Any]]:
    for key in keys:
        yield {f"of_{name}": value for name, value in key._asdict().items()}
