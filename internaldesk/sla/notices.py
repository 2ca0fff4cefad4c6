"""Write down, once, that a promise is at risk, soon up or missed: for those who are to be told, and in the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from internaldesk.core.clocks import Target
from internaldesk.core.happenings import PUBLIC, Kind
from internaldesk.db import Base, db
from internaldesk.history import actions as history
from internaldesk.history.actions import Happened
from internaldesk.models.sla import ClockNotice

AT_RISK, SOON, BREACHED = "at_risk", "soon", "breached"
PROMISED = {
    Target.FIRST_RESPONSE: "the first reply",
    Target.NEXT_RESPONSE: "the next reply",
    Target.RESOLUTION: "the solution",
    Target.PERIODIC_UPDATE: "a word in between",
    Target.OLA: "the team's own part",
}
_TABLE = Base.metadata.tables[ClockNotice.__tablename__]  # many rows at once need no objects
_HAPPENED = {AT_RISK: Kind.AT_RISK, SOON: Kind.AT_RISK, BREACHED: Kind.BREACHED}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told of a clock's promise, due at `due_at`, to the team and the person who hold the ticket."""

    kind: str
    clock_id: int
    ticket_id: int
    target: Target
    due_at: datetime
    team_id: int
    person_id: int | None


def give(found: Sequence[Notice], *, now: datetime) -> int:
    """Write down at `now` those that were not given for the same due instant before; returns how many were new."""
    new = _new(found, now) if found else set()
    told = [notice for notice in found if (notice.clock_id, notice.kind) in new]
    if told:
        history.record_all([_happened(notice) for notice in told], at=now)
    return len(told)


def public(kind: Kind, target: Target) -> bool:
    """Whether the requester's side reads it: what a team owes the desk was not promised to them."""
    return kind in PUBLIC and target is not Target.OLA


def _new(found: Sequence[Notice], now: datetime) -> set[tuple[int, str]]:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "clock_id": notice.clock_id,
            "kind": notice.kind,
            "due_at": notice.due_at,
            "at": now,
            "ticket_id": notice.ticket_id,
            "team_id": notice.team_id,
            "person_id": notice.person_id,
        }
        for notice in found
    ]
    once = insert(_TABLE).on_conflict_do_nothing().returning(ClockNotice.clock_id, ClockNotice.kind)
    return {(row.clock_id, row.kind) for row in db.session.execute(once, rows)}


def _happened(notice: Notice) -> Happened:
    kind = _HAPPENED[notice.kind]
    data = {"words": PROMISED[notice.target], "due": notice.due_at.isoformat()}
    return Happened(notice.ticket_id, kind, public(kind, notice.target), data)
