"""Courses as rows of every table they touch, as the actions would have stored them, with ids that count from nought."""

from datetime import datetime
from typing import Any

from internaldesk.core.clocks import Clock as Cycle
from internaldesk.core.clocks import ClockState
from internaldesk.core.happenings import PUBLIC
from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.text import excerpt
from internaldesk.db import Base
from internaldesk.imports.course import Course
from internaldesk.models.history import Event
from internaldesk.models.imports import ImportedTicket
from internaldesk.models.sla import Clock, ClockEvent, Segment
from internaldesk.models.tickets import NEVER, Holding, Message, Ticket
from internaldesk.sla import notices, rows
from internaldesk.tickets.changes import SAID

TABLES: tuple[type[Base], ...] = (Ticket, Holding, Message, Event, ClockEvent, Clock, Segment, ImportedTicket)
"""In the order in which rows can be written: what others point at comes first."""
PRIORITY_WHY = "As it was in the log it came from."
Row = dict[str, Any]


class Sheets:
    """Collects the rows of many courses; people and types stand in them as what `known` calls them."""

    def __init__(self, source: str, *, now: datetime) -> None:
        self._source, self._now = source, now
        self.rows: dict[str, list[Row]] = {}
        self._next: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        """Forget the rows: they are kept elsewhere."""
        self.rows = {table.__tablename__: [] for table in TABLES}

    def add(self, course: Course) -> None:
        """The rows of one more request."""
        ticket = self._put(Ticket, _ticket(course))
        for held, after in zip(course.held, [*course.held[1:], None], strict=True):
            until = after.since if after else None
            span = {"team_id": held.team.id, "started_at": held.since, "ended_at": until, "reason": "", "brief": ""}
            self._put(Holding, {"ticket_id": ticket, "person_id": None, "decide_by": None, **span})
        for said in course.said:
            words = {"body": said.body, "at": said.at, "channel": "portal", "taken_back_at": None}
            self._put(Message, {"ticket_id": ticket, "author_id": said.who, "by_team": said.by_team, **words})
        for event, who in course.log:
            payload = {name: value for name, value in event.to_dict().items() if name not in ("at", "type", "seq")}
            told = {"seq": event.seq, "at": event.at, "kind": event.kind.value, "payload": payload, "actor_id": who}
            self._put(ClockEvent, {"ticket_id": ticket, **told})
        for clock in course.clocks:
            self._clock(ticket, course, clock)
        self._record(ticket, course)
        mark = {"source_id": None, "number": course.number, "at": self._now}
        self.rows[ImportedTicket.__tablename__].append({"ticket_id": ticket, **mark})

    def _clock(self, ticket: int, course: Course, clock: Cycle) -> None:
        row = self._put(Clock, {"ticket_id": ticket, **_clock(course, clock)})
        for part in clock.segments:
            span = {"started_at": part.start, "ended_at": part.end, "seconds": part.seconds}
            team = int(part.team) if part.team else None
            self._put(Segment, {"clock_id": row, "calendar_version_id": part.calendar.version, "team_id": team, **span})

    def _record(self, ticket: int, course: Course) -> None:
        """The time line in order: what happened, what was missed, and that it was imported."""
        lines = [(one.at, one.kind, one.who, one.kind in PUBLIC, one.data) for one in course.happened]
        for clock in course.clocks:
            if clock.breached_at:
                data = {"words": notices.PROMISED[clock.target], "due": clock.breached_at.isoformat()}
                seen = notices.public(Happening.BREACHED, clock.target)
                lines.append((clock.breached_at, Happening.BREACHED, None, seen, data))
        lines.sort(key=lambda line: line[0])
        came = {"source": self._source, "number": course.number}
        lines.append((self._now, Happening.IMPORTED, None, True, came))
        for at, kind, who, public, data in lines:
            told = {"at": at, "kind": kind.value, "actor_id": who, "public": public, "data": data}
            self._put(Event, {"ticket_id": ticket, **told})

    def _put(self, table: type[Base], row: Row) -> int:
        name = table.__tablename__
        row["id"] = key = self._next.get(name, 0)
        self._next[name] = key + 1
        self.rows[name].append(row)
        return key


def _ticket(course: Course) -> Row:
    words = course.last_word or course.summary
    return {
        "request_type_id": course.kind,
        "form_version_id": course.kind,
        "team_id": course.team.id,
        "requester_id": course.requester,
        "for_person_id": course.requester,
        "assignee_id": course.assignee,
        "location_id": course.place_id,
        "department_id": course.part,
        "confidentiality": course.kind.confidentiality,
        "channel": course.channel,
        "summary": excerpt(course.summary, 200),
        "details": "",
        "answers": {},
        "status": course.status,
        "status_reason": "",
        "status_until": None,
        "priority": course.priority,
        "priority_why": PRIORITY_WHY,
        "customer_waiting": False,
        "customer": "",
        "needed_by": None,
        "filed_at": course.filed_at,
        "updated_at": course.at,
        "first_answered_at": course.first_answered_at,
        "solved_at": course.solved_at,
        "solved_by_id": course.solved_by,
        "closed_at": course.closed_at,
        "reopened": course.reopened,
        "transferred": len(course.held) - 1,
        "version": course.version,
        "is_open": course.is_open,
        "has_files": False,
        "last_word": excerpt(words, SAID),
        "last_word_at": course.at,
        "last_word_by_id": course.who,
        **_place_in_queue(course),
    }


def _place_in_queue(course: Course) -> Row:
    """Found as the clocks find it for every other request."""
    found = Ticket(team_id=course.team.id, confidentiality=course.kind.confidentiality, is_open=course.is_open)
    if course.is_open:
        rows.aim(found, course.clocks)
    return {
        "queue_at": found.queue_at if course.is_open else NEVER,
        "risk_at": found.risk_at if course.is_open else NEVER,
        "next_target": found.next_target,
        "next_seconds": found.next_seconds,
        "next_calendar_version_id": found.next_calendar_version_id,
    }


def _clock(course: Course, clock: Cycle) -> Row:
    key = (clock.target, int(clock.team or 0), clock.cycle)
    known = course.decided.get(key)
    stopped = clock.stopped_at if clock.state is ClockState.STOPPED else None
    return {
        "target": clock.target,
        "team_key": key[1],
        "cycle": clock.cycle,
        "policy_version_id": course.versions[key],
        "calendar_version_id": _hours(course, clock),
        "target_seconds": clock.allowance_seconds,
        "state": clock.state,
        "pause_reason": clock.pause_reason,
        "started_at": clock.started_at,
        "used_seconds": clock.used_seconds,
        "segment_from": clock.segment_from,
        "due_at": clock.due,
        "at_risk_at": clock.at_risk_at,
        "breached_at": clock.breached_at,
        "stopped_at": clock.stopped_at,
        "cause": clock.cause,
        "cancel_reason": clock.cancel_reason,
        "warned_at": None,
        "decided_at": clock.breached_at or stopped,
        "decided_priority": known.priority if known else None,
        "decided_team_id": known.team_id if known else None,
        "decided_type_id": course.kind if known else None,
        "soon_at": clock.soon_at,
        "warn_at": _next_warning(clock),
        "waived_at": None,
        "waived_why": None,
        "waived_by_id": None,
    }


def _next_warning(clock: Cycle) -> datetime | None:
    warns = clock.running and not clock.breached
    return rows.next_warning(clock.at_risk_at, clock.soon_at, after=None) if warns else None


def _hours(course: Course, clock: Cycle) -> int:
    """The calendar version it counts on: runs on, or ran on last."""
    calendar = clock.calendar or (clock.segments[-1].calendar if clock.segments and not clock.open else None)
    calendar = calendar or course.clocks.hours_for(clock.target)
    return calendar.version or course.level.calendar
