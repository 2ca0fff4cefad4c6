"""Write what was followed, in one transaction: what it needs first, then its rows in batches with ids of this desk."""

import pickle
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Table, func, insert, select, text

from internaldesk.core.policy import Confidentiality
from internaldesk.db import Base, db, unit_of_work
from internaldesk.history import pulse
from internaldesk.imports.known import Kind, Known, Part, Who, former_slug
from internaldesk.imports.sheets import TABLES
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.imports import ImportedTicket, ImportSource
from internaldesk.models.people import Department, Person
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket

Row = dict[str, Any]
_ICON = "inbox"
_PRIORITY = {"kind": "fixed", "priority": "medium"}


def write(spool: IO[bytes], here: Known, requests: int, *, now: datetime, tell: Any) -> None:
    """All rows in the spool."""
    with unit_of_work():
        _lock()
        places = _Places(_entered(here, now), {table.__tablename__: _highest(table) + 1 for table in TABLES})
        spool.seek(0)
        for rows, done in _chunks(spool):
            for model in TABLES:
                if found := rows[model.__tablename__]:
                    db.session.execute(insert(_table(model)), [places.row(model, row) for row in found])
            tell(requests + done, 2 * requests)
        _count_on()
        for team in here.teams.values():
            pulse.beat(team.id, Confidentiality.ORDINARY)


class _Entered:
    """The ids of what was entered for the log."""

    def __init__(
        self,
        people: Mapping[str, int],
        kinds: Mapping[tuple[int, str], tuple[int, int]],
        parts: Mapping[str, int],
        source: int,
    ) -> None:
        self.people, self.kinds, self.parts, self.source = people, kinds, parts, source


class _Places:
    """Puts ids of this desk into rows that count from nought."""

    def __init__(self, entered: _Entered, first: Mapping[str, int]) -> None:
        self.entered, self.first = entered, first
        ticket, clock = first[Ticket.__tablename__], first[Clock.__tablename__]
        self.shift = {"ticket_id": ticket, "clock_id": clock}

    def row(self, model: type[Base], row: Row) -> Row:
        """The same row as this desk keeps it."""
        for key, value in row.items():
            if key in self.shift:
                row[key] = value + self.shift[key]
            elif isinstance(value, Who):
                row[key] = value.id or self.entered.people[value.email]
            elif isinstance(value, Part):
                row[key] = value.id or self.entered.parts[value.name]
            elif isinstance(value, Kind):
                row[key] = self._kind(value)[key == "form_version_id"]
        if "id" in row:
            row["id"] += self.first[model.__tablename__]
        if model is ImportedTicket:
            row["source_id"] = self.entered.source
        return row

    def _kind(self, kind: Kind) -> tuple[int, int]:
        if kind.id is not None and kind.form_id is not None:
            return kind.id, kind.form_id
        return self.entered.kinds[kind.team_id, kind.name]


def _entered(here: Known, now: datetime) -> _Entered:
    """The source, the departments, the former people and the retired types."""
    source = db.session.scalars(select(ImportSource).where(ImportSource.name == here.plan.source)).first()
    source = source or ImportSource(name=here.plan.source, first_at=now)
    source.note = here.plan.note or source.note or ""
    parts = {part.name: Department(name=part.name) for part in here.parts.values() if part.id is None}
    db.session.add_all(parts.values())
    db.session.flush()
    named = {name: part.id for name, part in parts.items()}
    people = [_former(who, here, named, now) for who in here.people.values() if who.id is None]
    kinds = {(kind.team_id, kind.name): _retired(kind, now) for kind in here.types.values() if kind.id is None}
    db.session.add_all([source, *people, *kinds.values()])
    db.session.flush()
    forms = {
        key: FormVersion(request_type_id=kind.id, number=1, questions=[], published_at=now)
        for key, kind in kinds.items()
    }
    db.session.add_all(forms.values())
    db.session.flush()
    return _Entered(
        {person.email: person.id for person in people},
        {key: (kinds[key].id, form.id) for key, form in forms.items()},
        named,
        source.id,
    )


def _former(who: Who, here: Known, named: Mapping[str, int], now: datetime) -> Person:
    """Somebody who cannot sign in and is offered nowhere, in the department they asked for last."""
    row = Person(email=who.email, name=who.name, location_id=here.location_id, active=False, created_at=now)
    if part := here.homes.get(who.email):
        row.department_id = part.id or named[part.name]
    return row


def _retired(kind: Kind, now: datetime) -> RequestType:
    """A type that nobody can file any more."""
    return RequestType(
        team_id=kind.team_id,
        slug=former_slug(kind.name),
        name=kind.name,
        icon=_ICON,
        synonyms=[],
        position=10_000,
        confidentiality=kind.confidentiality,
        priority_rule=dict(_PRIORITY),
        approval_rule=[],
        retired_at=now,
    )


def _chunks(spool: IO[bytes]) -> Iterator[tuple[dict[str, list[Row]], int]]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301 - a nameless file of this very process
        except EOFError:
            return


def _lock() -> None:
    """Nobody else may take the next ids meanwhile; SQLite has one writer anyhow. Everybody may go on reading."""
    if db.engine.dialect.name == "postgresql":
        names = ", ".join(table.__tablename__ for table in TABLES)
        db.session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))


def _count_on() -> None:
    """Let new rows of PostgreSQL continue after the highest id; SQLite does so by itself."""
    if db.engine.dialect.name != "postgresql":
        return
    for model in TABLES:
        table = _table(model)
        if "id" in table.columns:
            sequence = func.pg_get_serial_sequence(table.name, "id")
            db.session.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def _highest(model: type[Base]) -> int:
    table = _table(model)
    return (db.session.scalar(select(func.max(table.c.id))) or 0) if "id" in table.columns else 0


def _table(model: type[Base]) -> Table:
    """The plain table: the quick way in."""
    return Base.metadata.tables[model.__tablename__]
