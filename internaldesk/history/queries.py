"""Read a ticket's time line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.people import Person

_DESK = "The desk"
_SHOWN = (
    Kind.PLANNED,
    Kind.TAKEN_BACK,
    Kind.MENTIONED,
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
    Kind.UNDONE,
    Kind.SKIPPED,
    Kind.APPROVAL_ASKED,
    Kind.APPROVED,
    Kind.REFUSED,
    Kind.APPROVAL_WITHDRAWN,
    Kind.APPROVAL_REMINDED,
    Kind.NO_APPROVER,
    Kind.IMPORTED,
    Kind.MERGED,
    Kind.UNMERGED,
    Kind.ABSORBED,
    Kind.RELEASED,
    Kind.CAUSE_LINKED,
    Kind.CAUSE_UNLINKED,
    Kind.CAUSE_OF,
    Kind.CAUSE_OF_NO_MORE,
    Kind.SPLIT,
    Kind.SPLIT_FROM,
    Kind.PART_OF,
    Kind.PART_ASKED,
    Kind.PART_DONE,
    Kind.PART_OUT,
    Kind.WITHDRAWN,
    Kind.UNNEEDED,
    Kind.STEPS_ADDED,
    Kind.STEP_TICKED,
    Kind.STEP_UNTICKED,
    Kind.STEP_LEFT_OUT,
)
_TOLD = {
    Kind.PLANNED: "filed it by a plan: {rule}",
    Kind.TAKEN_BACK: "took back a reply before it was read",
    Kind.MENTIONED: "mentioned {words}",
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
    Kind.UNDONE: "took that back: {words}",
    Kind.SKIPPED: "passed it over in Take next: {words}",
    Kind.APPROVAL_ASKED: "asked {words}",
    Kind.APPROVED: "approved it{words}",
    Kind.REFUSED: "did not approve it{words}",
    Kind.APPROVAL_WITHDRAWN: "took back the question for approval",
    Kind.APPROVAL_REMINDED: "reminded {words}",
    Kind.NO_APPROVER: "found nobody who could approve it",
    Kind.IMPORTED: "imported it from {source}, no. {number}",
    Kind.MERGED: "merged it into {into}",
    Kind.UNMERGED: "took it up again on its own",
    Kind.ABSORBED: "merged {which} into it",
    Kind.RELEASED: "took {which} out of it again",
    Kind.CAUSE_LINKED: "linked it to a common cause",
    Kind.CAUSE_UNLINKED: "found that it has another cause",
    Kind.CAUSE_OF: "named it the cause of {which}",
    Kind.CAUSE_OF_NO_MORE: "found that it is not the cause of {which}",
    Kind.SPLIT: "split {which} off it",
    Kind.SPLIT_FROM: "split it off {which}",
    Kind.PART_OF: "asked it as a part of {which}",
    Kind.PART_ASKED: "asked {team} for a part: {which}",
    Kind.PART_DONE: "did the part of {team}: {which}",
    Kind.PART_OUT: "ended the part of {team} without an approval: {which}",
    Kind.WITHDRAWN: "withdrew it: {why}",
    Kind.UNNEEDED: "needs it no more: {which} is over",
    Kind.STEPS_ADDED: "added {words}",
    Kind.STEP_TICKED: "ticked “{words}”",
    Kind.STEP_UNTICKED: "took the tick off “{words}”",
    Kind.STEP_LEFT_OUT: "left out “{words}”: {why}",
}
_ICONS = {
    Kind.TAKEN_BACK: "reply",
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
    Kind.MERGED: "transfer",
    Kind.ABSORBED: "transfer",
    Kind.PART_ASKED: "users",
    Kind.PART_DONE: "check",
    Kind.WITHDRAWN: "x",
    Kind.UNNEEDED: "x",
    Kind.STEP_TICKED: "check",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the time line: who, what in words, when; `names` where colleagues were called by name."""

    at: datetime
    who: str
    words: str
    icon: str
    names: tuple[str, ...] = ()


def timeline(ticket_id: int, *, public_only: bool) -> list[Line]:
    """What happened besides messages and notes, oldest first; the requester's side reads the public part."""
    query = select(Event).where(Event.ticket_id == ticket_id, Event.kind.in_([kind.value for kind in _SHOWN]))
    if public_only:
        query = query.where(or_(Event.public, Event.kind == Kind.TAKEN_BACK.value))
    rows: Sequence[Event] = db.session.scalars(query.options(joinedload(Event.actor)).order_by(Event.id)).all()
    return [_line(row) for row in (public(rows) if public_only else rows)]


def public(events: Sequence[Event]) -> list[Event]:
    """What of these the requester's side may know: not what was taken back before it was told."""
    hidden = {number for event in events if event.kind == Kind.TAKEN_BACK for number in event.data["hides"]}
    return [event for event in events if event.public and event.id not in hidden]


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
    words = "took it" if took else _words(kind, event.data)
    names = tuple(event.data["names"]) if kind is Kind.MENTIONED else ()
    return Line(_happened(event), who, words, _ICONS.get(kind, "clock"), names)


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
