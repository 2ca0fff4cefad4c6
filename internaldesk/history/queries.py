"""Read a ticket's time line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import Person

_DESK = "The desk"
_SHOWN = (
    Kind.ASSIGNED,
    Kind.STATUS,
    Kind.PRIORITY,
    Kind.TRANSFERRED,
    Kind.SOLVED,
    Kind.REOPENED,
    Kind.CLOSED,
    Kind.FOLLOWED,
    Kind.TAGGED,
    Kind.AT_RISK,
    Kind.BREACHED,
    Kind.ESCALATED,
    Kind.WAIVED,
    Kind.NO_ANSWER,
    Kind.RETARGETED,
    Kind.RESUMED,
    Kind.APPROVAL_ASKED,
    Kind.APPROVED,
    Kind.REFUSED,
    Kind.APPROVAL_WITHDRAWN,
    Kind.APPROVAL_REMINDED,
    Kind.NO_APPROVER,
)
_TOLD = {
    Kind.PRIORITY: "changed the priority from {before} to {after}",
    Kind.TRANSFERRED: "handed it from {before} to {after}: {why}",
    Kind.AT_RISK: "noted a promise at risk: {words}",
    Kind.BREACHED: "noted a missed promise: {words}",
    Kind.ESCALATED: "asked {to} to step in",
    Kind.WAIVED: "waived a missed promise, {words}: {why}",
    Kind.NO_ANSWER: "said that no answer is needed",
    Kind.RETARGETED: "changed the promise: {words}",
    Kind.SOLVED: "solved it",
    Kind.REOPENED: "reopened it",
    Kind.CLOSED: "closed it",
    Kind.FOLLOWED: "added {who} as a follower",
    Kind.TAGGED: "{words}",
    Kind.RESUMED: "resumed it: the agreed date has come",
    Kind.APPROVAL_ASKED: "asked {words}",
    Kind.APPROVED: "approved it{words}",
    Kind.REFUSED: "did not approve it{words}",
    Kind.APPROVAL_WITHDRAWN: "took back the question for approval",
    Kind.APPROVAL_REMINDED: "reminded {words}",
    Kind.NO_APPROVER: "found nobody who could approve it",
}
_ICONS = {
    Kind.STATUS: "pause",
    Kind.TRANSFERRED: "transfer",
    Kind.SOLVED: "check",
    Kind.AT_RISK: "tri",
    Kind.BREACHED: "oct",
    Kind.ESCALATED: "users",
    Kind.WAIVED: "scale",
    Kind.TAGGED: "tag",
    Kind.APPROVAL_ASKED: "stamp",
    Kind.APPROVED: "check",
    Kind.REFUSED: "x",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the time line: who, what in words, when."""

    at: datetime
    who: str
    words: str
    icon: str


def timeline(ticket_id: int, *, public_only: bool) -> list[Line]:
    """What happened besides messages and notes, oldest first; the requester's side reads the public part."""
    query = select(Event).where(Event.ticket_id == ticket_id, Event.kind.in_([kind.value for kind in _SHOWN]))
    if public_only:
        query = query.where(Event.public)
    rows: Sequence[Event] = db.session.scalars(query.options(joinedload(Event.actor)).order_by(Event.id)).all()
    return [_line(row) for row in rows]


class Act(NamedTuple):
    """Something that moved a clock, by whom, and the reason that everybody may read."""

    at: datetime
    kind: Kind
    who: str
    reason: str


_MOVED = (Kind.STATUS, Kind.PRIORITY, Kind.RETARGETED, Kind.TRANSFERRED, Kind.WAIVED, Kind.APPROVAL_ASKED)


def acts(ticket_id: int) -> list[Act]:
    """What people did that moved its clocks, oldest first."""
    query = (
        select(Event.at, Event.kind, Person.name, Event.data)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.ticket_id == ticket_id, Event.kind.in_([kind.value for kind in _MOVED]))
        .order_by(Event.id)
    )
    return [
        Act(at, Kind(kind), name or _DESK, data.get("reason", "") if kind == Kind.STATUS else "")
        for at, kind, name, data in db.session.execute(query)
    ]


def _line(event: Event) -> Line:
    kind = Kind(event.kind)
    who = event.actor.name if event.actor else _DESK
    took = kind is Kind.ASSIGNED and event.data.get("to") == who
    return Line(_happened(event), who, "took it" if took else _words(kind, event.data), _ICONS.get(kind, "clock"))


def _happened(event: Event) -> datetime:
    """A promise was missed when it was due, however late somebody noted it."""
    missed = event.kind == Kind.BREACHED and "due" in event.data
    return datetime.fromisoformat(event.data["due"]) if missed else event.at


def _words(kind: Kind, data: dict[str, str]) -> str:
    """The sentence after the name; `data` is what the act wrote down."""
    if kind in _TOLD:
        return _TOLD[kind].format_map(data)
    if kind is Kind.ASSIGNED:
        return f"gave it to {data['to']}" if data.get("to") else "put it back for anybody in the team"
    reason = f": {data['reason']}" if data.get("reason") else ""
    return f"set it to “{AGENT_WORDS[Status(data['status'])].lower()}”{reason}"
