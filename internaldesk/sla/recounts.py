"""Edited hours and the clocks that counted on older ones: open ones go on in the new, a period is counted anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union

from internaldesk.core.clocks import ClockState
from internaldesk.core.figures import counted
from internaldesk.core.lifecycle import Status
from internaldesk.core.periods import day_words
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Clock, RuleChange, Segment
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions, queries
from internaldesk.sla.applying import left, missed
from internaldesk.sla.errands import OPEN, Counts, Errand, Order, added

_OPEN = (ClockState.RUNNING, ClockState.PAUSED)
_OVER = (Status.SOLVED, Status.CLOSED)


class NewHours(Errand):
    """Every open clock that counts on an older version of a calendar goes on in the one in force."""

    def __init__(self, order: Order, *, now: datetime) -> None:
        assert order.calendar_id is not None
        self.order = order
        self.older = queries.other_versions(queries.current_version(order.calendar_id, now=now))

    def candidates(self) -> Select[int]:
        """Every open request."""
        return select(Ticket.id).where(OPEN)

    def wanted(self, ids: Sequence[int], *, now: datetime) -> Sequence[int]:
        """Those with an open clock on older hours, and those that will start one: nothing is open, older ones were."""
        older, opened = Clock.calendar_version_id.in_(self.older), Clock.state.in_(_OPEN)
        stale = _many(and_(older, opened)) > 0
        asleep = and_(_many(older) > 0, _many(and_(opened, Clock.team_key == 0)) == 0)
        query = select(Clock.ticket_id).where(Clock.ticket_id.in_(ids)).group_by(Clock.ticket_id)
        return list(db.session.scalars(query.having(or_(stale, asleep)).order_by(Clock.ticket_id)))

    def change(self, ticket: Ticket, *, now: datetime) -> Counts:
        """Counted unless it is a confidential case."""
        changed = actions.change_hours(ticket, by=self.order.by, now=now)
        return {"requests": 1} if changed and ticket.confidentiality is not Confidentiality.CASE else {}

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """With a nought where there were none."""
        return added({"requests": 0}, result)


class Correction(Errand):
    """A period of the past counted anew by `version`, wherever it was counted on another one of the same calendar."""

    def __init__(self, order: Order, *, now: datetime) -> None:
        facts = order.facts
        self.order = order
        self.version: int = facts["version"]
        self.since, self.until = (datetime.fromisoformat(facts[name]) for name in ("since", "until"))
        self.older = queries.other_versions(self.version)

    def candidates(self) -> Select[int]:
        """What was open at some time in the period, solved since or not."""
        filed = Ticket.filed_at < self.until
        over = and_(Ticket.status.in_(_OVER), Ticket.solved_at > self.since)
        found = union(select(Ticket.id).where(OPEN, filed), select(Ticket.id).where(over, filed))
        return select(found.subquery().c.id)

    def wanted(self, ids: Sequence[int], *, now: datetime) -> Sequence[int]:
        """Those with a clock that ran in the period on another version."""
        ran = (
            select(Clock.ticket_id)
            .join(Segment, Segment.clock_id == Clock.id)
            .where(Clock.ticket_id.in_(ids), Segment.calendar_version_id.in_(self.older))
            .where(Segment.started_at < self.until, Segment.ended_at > self.since)
        )
        runs = select(Clock.ticket_id).where(
            Clock.ticket_id.in_(ids),
            Clock.calendar_version_id.in_(self.older),
            Clock.segment_from < min(self.until, now),
        )
        return sorted(db.session.scalars(union(ran, runs)))

    def change(self, ticket: Ticket, *, now: datetime) -> Counts:
        """How it comes out now: counted unless it is a confidential case."""
        before = missed(ticket, now=now)
        version, by = self.version, self.order.by
        if not actions.correct(ticket, calendar_version=version, since=self.since, until=self.until, by=by, now=now):
            return {}
        if ticket.confidentiality is Confidentiality.CASE:
            return {}
        after = missed(ticket, now=now)
        return {"requests": 1, "unmissed": int(bool(before - after)), "missed": int(bool(after - before))}

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """With a line in the history of the calendar."""
        found = added({"requests": 0, "unmissed": 0, "missed": 0}, result)
        requests = f"{counted(found['requests'], 'request')}, {found['unmissed']:,} no longer missed"
        words = f"{self._days()} counted anew: {requests}, {found['missed']:,} missed now{left(found)}"
        change = RuleChange(at=now, calendar_id=self.order.calendar_id, words=words)
        change.actor_id = self.order.by.id if self.order.by else None
        db.session.add(change)
        return found

    def _days(self) -> str:
        """The period as dates in the calendar's zone."""
        zone = ZoneInfo(db.session.get_one(CalendarVersion, self.version).zone)
        last = self.until - timedelta(seconds=1)
        first_day, last_day = (day_words(at.astimezone(zone).date()) for at in (self.since, last))
        return first_day if first_day == last_day else f"{first_day} to {last_day}"


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group meet it."""
    return func.sum(case((condition, 1), else_=0))
