"""Kept facts of the service quality page: derived from the tables of requests, and never the only place of anything.

They name teams, types and places by id without foreign keys: a figure of the past outlives what it was about.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, Date, Index, SmallInteger, String, event
from sqlalchemy.orm import Mapped, mapped_column

from internaldesk.db import Base
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock, ClockEvent
from internaldesk.models.tickets import Ticket

DERIVED = {"derived": True}
"""Marks tables that no backup holds, because they can be made anew."""
_SCORES = "attitude, responsiveness, clarity, simplicity"
_DECIDED = "NEW.decided_at IS NOT NULL"
_TURNS = (
    "'pending', 'resumed', 'transferred', 'calendar_changed', 'corrected', 'policy_edited', 'priority_changed',"
    " 'undone'"
)


class FactMark(Base):
    """That something of a ticket changed which figures count; written by the database itself, in the same transaction.

    One row a change, not a ticket: a mark that is not committed yet is none that the worker could take away too early.
    """

    __tablename__ = "fact_mark"
    __table_args__ = ({"info": DERIVED},)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int]


class FactTicket(Base):
    """What a ticket adds to the cells now (`core.daily.Piece` as lists), and when that changes by time alone."""

    __tablename__ = "fact_ticket"
    __table_args__ = (Index("ix_fact_ticket_due_at", "due_at"), {"info": DERIVED})

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place_id: Mapped[int]
    customer: Mapped[bool]
    holder_id: Mapped[int]
    cases: Mapped[bool]
    pieces: Mapped[list[Any]]
    due_at: Mapped[datetime | None]
    department_id: Mapped[int]
    priority: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(String(16))


class FactCell(Base):
    """Counts and packed times of a span of local days (`core.daily.Key`); `open` and `late` are instants.

    `unit` is a `core.daily.Unit`, `space` a `core.daily.Space`; -1 stands for all types (places and so on), "" for
    all channels; `priority` is a rank, 0 for urgent.
    """

    __tablename__ = "fact_cell"
    __table_args__ = ({"info": DERIVED},)

    unit: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    space: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    start: Mapped[date] = mapped_column(Date, primary_key=True)
    team_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    holder_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cases: Mapped[bool] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    priority: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    counts: Mapped[dict[str, Any]]
    first: Mapped[bytes | None]
    resolution: Mapped[bytes | None]
    lead: Mapped[bytes | None]
    open: Mapped[bytes | None]
    late: Mapped[bytes | None]


class FactState(Base):
    """How far the cells are: one row. Days are those of `zone`, pieces those of `core.daily.SHAPE`; `built_at` is empty
    until every ticket up to `cursor` and beyond was counted once; `fresh_at` is the instant up to which nothing was
    left to count."""

    __tablename__ = "fact_state"
    __table_args__ = ({"info": DERIVED},)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone: Mapped[str]
    cursor: Mapped[int]
    built_at: Mapped[datetime | None]
    fresh_at: Mapped[datetime]
    shape: Mapped[int] = mapped_column(default=0)


def marking(table: str, key: str, columns: str, when: str = "") -> tuple[tuple[str, str], ...]:
    """The statements, by dialect, by which a change of `columns`, a new row or a removal marks the ticket `key`.

    `when` is a condition about NEW, which on a change may hold of OLD instead.
    """
    old = when.replace("NEW.", "OLD.")
    verbs = {
        "insert": ("INSERT", "NEW", when),
        "update": (f"UPDATE OF {columns}", "NEW", f"{when} OR {old}" if when else ""),
        "delete": ("DELETE", "OLD", old),
    }
    function = f"CREATE FUNCTION {table}_marks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    function += f"IF TG_OP = 'DELETE' THEN {_mark('OLD', key)}; ELSE {_mark('NEW', key)}; END IF; RETURN NULL; END $$"
    statements = [("postgresql", function)]
    for name, (verb, row, condition) in verbs.items():
        only = f" WHEN ({condition})" if condition else ""
        start = f"CREATE TRIGGER {table}_marks_{name} AFTER {verb} ON {table}"
        statements.append(("sqlite", f"{start}{only} BEGIN {_mark(row, key)}; END"))
        statements.append(("postgresql", f"{start} FOR EACH ROW{only} EXECUTE FUNCTION {table}_marks()"))
    return tuple(statements)


def _mark(row: str, key: str) -> str:
    return f"INSERT INTO fact_mark (ticket_id) VALUES ({row}.{key})"  # noqa: S608 - names of our own columns


WATCHED = {
    Ticket: (
        "id",
        "team_id, request_type_id, location_id, confidentiality, customer_waiting, status, filed_at, solved_at,"
        " closed_at, reopened, department_id, priority, channel",
        "",
    ),
    Clock: (
        "ticket_id",
        "state, target_seconds, used_seconds, breached_at, cause, decided_at, decided_team_id, decided_type_id,"
        " waived_at, decided_priority",
        _DECIDED,
    ),
    Rating: ("ticket_id", f"team_id, request_type_id, {_SCORES}, comment, at", ""),
    RatingInvite: ("ticket_id", "at, withdrawn_at", ""),
    ApprovalRound: ("ticket_id", "state, decided_at", ""),
    ClockEvent: ("ticket_id", "kind", f"NEW.kind IN ({_TURNS})"),
}
"""What figures are made of: the column that names the ticket, those that count, and which rows do."""

for _table, _rule in WATCHED.items():
    for _dialect, _statement in marking(str(_table.__tablename__), *_rule):
        _trigger = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves DDL untyped
        event.listen(Base.metadata, "after_create", _trigger.execute_if(dialect=_dialect))
