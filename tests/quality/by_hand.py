"""Working time and whose hands a request lay in, from raw rows: calendars, holdings, the log, and decisions."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.history import Event
from internaldesk.models.sla import CalendarVersion, Clock
from internaldesk.models.tickets import Holding
from tests.quality.story import NOW
from tests.quality.test_figures import rows


def opening(ticket, on):
    """The open spans of a local date in the hours of the promise of a ticket."""
    promises = rows(Clock, Clock.ticket_id == ticket.id, Clock.target == "resolution")
    version = db.session.get_one(CalendarVersion, promises[0].calendar_version_id)
    if any(shut.day == on for shut in version.exceptions):
        return
    for clocks in version.hours.get(f"{on:%a}".lower(), ()):
        yield tuple(
            datetime.combine(on, time.fromisoformat(clock), ZoneInfo(version.zone)).astimezone(UTC) for clock in clocks
        )


def working(ticket, start, end):
    """Open seconds between two instants."""
    total, on = 0.0, start.date() - timedelta(days=1)
    while on <= end.date():
        for opens, shuts in opening(ticket, on):
            total += max((min(shuts, end) - max(opens, start)).total_seconds(), 0)
        on += timedelta(days=1)
    return int(total)


def held(ticket):
    """Who had it: (team, from, until), the last one for ever."""
    found = sorted(rows(Holding, Holding.ticket_id == ticket.id), key=lambda row: row.id)
    starts = [(row.team_id, row.started_at) for row in found] or [(ticket.team_id, ticket.filed_at)]
    ends = [since for _, since in starts[1:]] + [datetime.max.replace(tzinfo=UTC)]
    return [(team, since if at else ticket.filed_at, ends[at]) for at, (team, since) in enumerate(starts)]


def waits(ticket):
    """Whom it waited for: (whom, from, until), from the log and from decisions; the requester's answer ends a wait."""
    log = sorted(rows(Event, Event.ticket_id == ticket.id), key=lambda event: event.id)
    log = [event for event in log if event.kind in ("status", "solved", "closed") or answered(event, ticket)]
    for event, after in pairwise([*log, None]):
        whom = {"waiting": "requester", "supplier": "supplier"}.get(event.data.get("status", ""))
        if event.kind == "status" and whom:
            yield whom, event.at, after.at if after else NOW
    for asked in rows(ApprovalRound, ApprovalRound.ticket_id == ticket.id):
        yield "approver", asked.asked_at, asked.decided_at or NOW


def answered(event, ticket):
    return event.kind == "replied" and event.actor_id == ticket.requester_id


def shared(ticket, start, end):
    """Working seconds of a stretch by whose hands it lay in."""
    spent = Counter()
    for team, since, until in held(ticket):
        begin, stop = max(since, start), min(until, end)
        if begin >= stop:
            continue
        own = working(ticket, begin, stop)
        for whom, waited, over in waits(ticket):
            if max(begin, waited) < min(stop, over):
                spent[whom] += (gone := working(ticket, max(begin, waited), min(stop, over)))
                own -= gone
        spent["team" if team == ticket.team_id else "others"] += own
    return spent
