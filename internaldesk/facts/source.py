"""Read what figures count of some tickets, as the core wants it told: a handful of statements for any number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from internaldesk.core import sla
from internaldesk.core.clock_set import Mark
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.daily import Home
from internaldesk.core.daily_pieces import Life, Rated, Told
from internaldesk.core.facts import Answer, Decided
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.facts import effort
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import logs, versions

_PROMISES = (Target.FIRST_RESPONSE, Target.RESOLUTION)
_RUNNING = (ClockState.RUNNING, ClockState.PAUSED)
_Moments = dict[int, list[tuple[int, datetime]]]


def told(ids: Sequence[int]) -> dict[int, Told]:
    """What there is to count of these tickets, by id; one that is gone is missing."""
    query = select(
        *(Ticket.id, Ticket.team_id, Ticket.request_type_id, Ticket.location_id, Ticket.customer_waiting),
        *(Ticket.confidentiality, Ticket.filed_at, Ticket.solved_at, Ticket.closed_at, Ticket.is_open, Ticket.reopened),
        *(Ticket.department_id, Ticket.priority, Ticket.channel),
    ).where(Ticket.id.in_(ids))
    rows = db.session.execute(query).all()
    back = [row.id for row in rows if row.reopened]
    solutions, returns = _moments(back, Kind.SOLVED), _moments(back, Kind.REOPENED)
    marks = _marks([row.id for row in rows if row.customer_waiting or row.solved_at or row.reopened])
    decided, rated, asked = _decided(ids, {row.id for row in rows if row.is_open}), _rated(ids), _asked(ids)
    efforts = effort.told(ids)
    return {
        row.id: Told(
            team_id=row.team_id,
            type_id=row.request_type_id,
            home=_home(row),
            life=Life(row.filed_at, row.solved_at, row.closed_at, solutions.get(row.id, ()), returns.get(row.id, ())),
            decided=decided.get(row.id, ()),
            rated=rated.get(row.id),
            asked_at=asked.get(row.id),
            marks=marks.get(row.id, ()),
            effort=efforts[row.id],
        )
        for row in rows
    }


def _marks(ids: Sequence[int]) -> dict[int, tuple[Mark, ...]]:
    """In whose hands each of these lay since when, from its clock log."""
    found = logs.logs(ids) if ids else {}
    return {ticket_id: sla.rebuild(log, versions.rules_at(log)).marks for ticket_id, log in found.items()}


def _home(row: Any) -> Home:
    cases = row.confidentiality is Confidentiality.CASE
    now = row.location_id, row.customer_waiting, row.team_id, cases, row.department_id or 0
    return Home(*now, row.priority.rank, row.channel)


def _moments(ids: Sequence[int], kind: Kind) -> _Moments:
    """Events of a kind, in order; asked only about tickets that came back, which are few."""
    found: _Moments = defaultdict(list)
    if ids:
        query = select(Event.id, Event.at, Event.ticket_id).where(Event.ticket_id.in_(ids), Event.kind == kind.value)
        for event_id, at, ticket_id in db.session.execute(query.order_by(Event.id)):
            found[ticket_id or 0].append((event_id, at))
    return found


def _decided(ids: Sequence[int], open_ids: set[int]) -> dict[int, list[Decided]]:
    query = select(
        *(Clock.ticket_id, Clock.decided_team_id, Clock.decided_type_id, Clock.target, Clock.decided_at),
        *(Clock.breached_at, Clock.target_seconds, Clock.used_seconds, Clock.cause, Clock.waived_at, Clock.state),
        Clock.decided_priority,
    ).where(Clock.ticket_id.in_(ids))  # more conditions would lead SQLite to an index of every clock there is
    found: defaultdict[int, list[Decided]] = defaultdict(list)
    for row in db.session.execute(query):
        running = row.state in _RUNNING
        if row.decided_at is None or row.target not in _PROMISES:
            continue
        if not running or row.breached_at is None or row.ticket_id in open_ids:
            found[row.ticket_id].append(_verdict(row, running))
    return found


def _verdict(row: Any, running: bool) -> Decided:
    return Decided(
        row.ticket_id,
        row.decided_team_id or 0,
        row.decided_type_id or 0,
        row.target.value,
        row.decided_at,
        row.breached_at is None,
        row.target_seconds,
        None if running else row.used_seconds,
        row.cause or "",
        row.waived_at is not None,
        None if row.decided_priority is None else row.decided_priority.rank,
    )


def _rated(ids: Sequence[int]) -> dict[int, Rated]:
    scores = (Rating.attitude, Rating.responsiveness, Rating.clarity, Rating.simplicity)
    query = select(Rating.ticket_id, Rating.team_id, Rating.request_type_id, Rating.at, *scores, Rating.comment != "")
    rows = db.session.execute(query.where(Rating.ticket_id.in_(ids)))
    return {row[0]: Rated(Answer(*row[1:8]), row[8]) for row in rows}


def _asked(ids: Sequence[int]) -> dict[int, datetime]:
    query = select(RatingInvite.ticket_id, RatingInvite.at)
    standing = query.where(RatingInvite.ticket_id.in_(ids), RatingInvite.withdrawn_at.is_(None))
    return {row.ticket_id: row.at for row in db.session.execute(standing)}
