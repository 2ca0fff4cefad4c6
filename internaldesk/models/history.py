"""The append-only record: time line, audit and outbox in one row."""

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, ForeignKey, FromClause, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base
from internaldesk.models.people import Person


class Event(Base):
    """Something that happened; never changed, never removed (the database refuses)."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    public: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]]

    actor: Mapped[Person | None] = relationship()


def append_only(table: str) -> tuple[tuple[str, str], ...]:
    """The statements, by dialect, that make the database refuse changes and removals in `table`."""
    statements = []
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_no_{verb.lower()}"
        body = f"SELECT RAISE(ABORT, '{table} is append only')"
        statements.append(("sqlite", f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN {body}; END"))
    function = f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    function += f"RAISE EXCEPTION '{table} is append only'; END $$"
    trigger = f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    trigger += f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    return (*statements, ("postgresql", function), ("postgresql", trigger))


def protect(table: FromClause) -> None:
    """Make `table` append only wherever the tables are created from the models; migrations run the same statements."""
    for dialect, statement in append_only(str(table.description)):
        trigger = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves DDL untyped
        event.listen(table, "after_create", trigger.execute_if(dialect=dialect))


protect(Event.__table__)
