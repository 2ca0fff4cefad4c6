"""Lives as rows of every table they touch: what the actions would have stored, written without them."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from internaldesk.core.clocks import Clock as Cycle
from internaldesk.core.happenings import PUBLIC
from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.core.sla import Event as Told
from internaldesk.core.sla import Kind
from internaldesk.db import Base, db
from internaldesk.demo import ticket_sheet
from internaldesk.demo.lives import Life
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock, ClockEvent, ClockNotice, Segment
from internaldesk.models.tickets import Holding, Message, Ticket
from internaldesk.sla.actions import PROMISED

TABLES: tuple[type[Base], ...] = (
    Ticket,
    Holding,
    Message,
    Event,
    ClockEvent,
    Clock,
    Segment,
    ClockNotice,
    RatingInvite,
    Rating,
)
"""In the order in which rows can be written: what others point at comes first."""
_NOTICED_AFTER = timedelta(seconds=40)
Row = dict[str, Any]
_BY_AGENT: Row = {"by": "agent"}


class Sheets:
    """Collects the rows of many lives; keys continue after those in the tables."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self.rows: dict[type[Base], list[Row]] = {table: [] for table in TABLES}
        self.uses: Counter[tuple[int, int]] = Counter()
        self._next: dict[type[Base], int] = {table: _highest(table) + 1 for table in TABLES if table is not ClockNotice}
        self._happened: list[Row] = []
        self._created: dict[tuple[str, Priority], Row] = {}

    def clear(self) -> None:
        """Forget the rows: they were written."""
        for rows in self.rows.values():
            rows.clear()

    def add(self, life: Life) -> None:
        """The rows of one more life."""
        ticket_id = self._key(Ticket)
        by, agent = life.requester.actor, life.handler.actor
        self.uses[life.requester.actor.location_id or 0, life.offer.type.id] += 1
        self._put(
            Holding, ticket_id=ticket_id, team_id=life.offer.team.id, started_at=life.filed, ended_at=None, reason=""
        )
        filing = self._payload_of_filing(life)
        self._log(ticket_id, 1, Kind.CREATED, by=by, at=life.filed, payload=filing)
        self._record(ticket_id, Happening.FILED, by, life.filed, priority=life.told.level.value)
        for clock in (life.first, life.whole):
            self._clock(ticket_id, life, clock)
        if life.answered:
            quick = life.answered == life.solved
            self._say(ticket_id, agent, life.answered, life.told.fix if quick else life.told.hello)
            self._log(ticket_id, 2, Kind.AGENT_REPLY, by=agent, at=life.answered, payload=_BY_AGENT)
        if life.solved:
            self._solve(ticket_id, life, life.solved)
        if life.closed:
            closer = by if life.confirmed else None
            self._record(ticket_id, Happening.CLOSED, closer, life.closed, auto=not life.confirmed)
        self.rows[Ticket].append(ticket_sheet.row(ticket_id, life))
        for event in sorted(self._happened, key=lambda event: event["at"]):
            self._put(Event, **event)
        self._happened.clear()

    def _solve(self, ticket_id: int, life: Life, at: datetime) -> None:
        agent = life.handler.actor
        seq = 3
        if life.answered != life.solved:
            self._say(ticket_id, agent, at, life.told.fix)
            self._log(ticket_id, seq, Kind.AGENT_REPLY, by=agent, at=at, payload=_BY_AGENT)
            seq += 1
        self._log(ticket_id, seq, Kind.RESOLVED, by=agent, at=at, payload=_BY_AGENT)
        self._record(ticket_id, Happening.SOLVED, agent, at, reason="", by_team=True)
        person = life.requester.id
        nonce = f"{ticket_id:024x}"
        self._put(RatingInvite, ticket_id=ticket_id, person_id=person, nonce=nonce, at=at, withdrawn_at=None)
        if life.scores and life.rated:
            scores = life.scores._asdict()
            self._put(
                Rating,
                ticket_id=ticket_id,
                person_id=person,
                team_id=life.offer.team.id,
                request_type_id=life.offer.type.id,
                **scores,
                comment=life.comment,
                at=life.rated,
                changed_at=life.rated,
            )
            self._record(ticket_id, Happening.RATED, None, life.rated, **scores)

    def _clock(self, ticket_id: int, life: Life, clock: Cycle) -> None:
        clock_id = self._key(Clock)
        self.rows[Clock].append(
            {
                "id": clock_id,
                "ticket_id": ticket_id,
                "target": clock.target,
                "team_key": 0,
                "cycle": clock.cycle,
                "policy_version_id": life.promise.policy_version,
                "calendar_version_id": life.promise.version,
                "target_seconds": clock.allowance_seconds,
                "state": clock.state,
                "pause_reason": None,
                "started_at": clock.started_at,
                "used_seconds": clock.used_seconds,
                "segment_from": clock.segment_from,
                "due_at": clock.due,
                "at_risk_at": clock.at_risk_at,
                "breached_at": clock.breached_at,
                "stopped_at": clock.stopped_at,
                "cause": clock.cause,
                "cancel_reason": None,
                "warn_at": clock.at_risk_at if clock.running and not clock.breached else None,
                **ticket_sheet.decision(life, clock.breached_at or clock.stopped_at),
            }
        )
        for part in clock.segments:
            self._put(
                Segment,
                clock_id=clock_id,
                calendar_version_id=life.promise.version,
                team_id=life.offer.team.id,
                started_at=part.start,
                ended_at=part.end,
                seconds=part.seconds,
            )
        if clock.breached_at:
            self._missed(ticket_id, clock_id, life, clock, clock.breached_at)

    def _missed(self, ticket_id: int, clock_id: int, life: Life, clock: Cycle, due: datetime) -> None:
        seen = min(due + _NOTICED_AFTER, clock.stopped_at or self._now)
        held = {"team_id": life.offer.team.id, "person_id": life.handler.id if life.answered else None}
        told = {"kind": "breached", "due_at": due, "at": seen, "sent_at": seen}
        self.rows[ClockNotice].append({"clock_id": clock_id, "ticket_id": ticket_id, **held, **told})
        words, iso = PROMISED[clock.target], due.isoformat()
        self._record(ticket_id, Happening.BREACHED, None, seen, words=words, due=iso)

    def _say(self, ticket_id: int, by: Actor, at: datetime, body: str) -> None:
        key = self._put(Message, ticket_id=ticket_id, author_id=by.id, by_team=True, channel="portal", body=body, at=at)
        self._record(ticket_id, Happening.REPLIED, by, at, message=key, by_team=True)

    def _log(self, ticket_id: int, seq: int, kind: Kind, *, by: Actor, at: datetime, payload: Row) -> None:
        self._put(ClockEvent, ticket_id=ticket_id, seq=seq, at=at, kind=kind.value, payload=payload, actor_id=by.id)

    def _record(self, ticket_id: int, kind: Happening, by: Actor | None, at: datetime, **data: Any) -> None:
        who = by.id if by else None
        public = kind in PUBLIC
        self._happened.append(
            {"at": at, "kind": kind, "ticket_id": ticket_id, "actor_id": who, "public": public, "data": data}
        )

    def _payload_of_filing(self, life: Life) -> Row:
        """The same for every request of a type and priority, so it is put together once."""
        key = (life.offer.path, life.told.level)
        if key not in self._created:
            told = Told(
                at=life.filed,
                kind=Kind.CREATED,
                by="requester",
                channel="portal",
                team=str(life.offer.team.id),
                policy=life.promise.minutes,
                policy_version=life.promise.policy_version,
                calendar=life.promise.version,
                team_calendar=life.offer.hours.version,
                priority=life.told.level.value,
            )
            self._created[key] = {k: v for k, v in told.to_dict().items() if k not in ("at", "type", "seq")}
        return self._created[key]

    def _put(self, table: type[Base], **values: Any) -> int:
        values["id"] = key = self._key(table)
        self.rows[table].append(values)
        return key

    def _key(self, table: type[Base]) -> int:
        key = self._next[table]
        self._next[table] = key + 1
        return key


def table_of(model: type[Base]) -> Table:
    """The plain table: the quick way in."""
    return Base.metadata.tables[model.__tablename__]


def _highest(model: type[Base]) -> int:
    return db.session.scalar(select(func.max(table_of(model).columns.id))) or 0
