"""The figures counted from scratch: every row of a frame read from the tables of requests, none from kept facts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select, union_all

from internaldesk.core import quality
from internaldesk.core.backlog import Open
from internaldesk.core.daily_pieces import step
from internaldesk.core.facts import Answer, Asked, Decided, Facts, Solved
from internaldesk.core.quality import Names, QualityReport
from internaldesk.core.tally import Frame, Line
from internaldesk.db import db
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.quality import relations
from internaldesk.quality.scope import Scope


def report(scope: Scope, over: Frame, names: Names) -> QualityReport:
    """What the page shows, from rows."""
    return quality.summarise(facts(scope, over), over, names)


def places(scope: Scope, over: Frame, names: dict[int, tuple[str, str]]) -> tuple[Line, ...]:
    """The lines of places."""
    apart = {
        place: facts(replace(scope, places=frozenset({place})), over)
        for place in names
        if not scope.places or place in scope.places
    }
    return quality.lines(apart, over, names)


def facts(scope: Scope, over: Frame) -> Facts:
    """Every row that counts; working times in the steps in which facts are kept.

    Priorities and channels are chosen here, row by row, and not by the statements that lists are made of.
    """
    chosen, scope = _Chosen(scope), replace(scope, priorities=frozenset(), channels=frozenset())
    since, end = over.since, over.period.end
    promises = [relations.decided(scope, target, since, end) for target in relations.PROMISES]
    rows = db.session.execute(union_all(*promises, relations.late(scope))).all()
    decided = {
        row.key: Decided(row[1], *row[3:9], _stepped(row.used_seconds), *row[10:])
        for row in rows
        if chosen.decided(row.key, row.ticket_id)
    }
    answers = chosen.of(db.session.execute(relations.ratings(scope, since, end)))
    spans = list(chosen.of(db.session.execute(relations.stretches(scope, since))))
    return Facts(
        decided=list(decided.values()),
        answers=[Answer(*row[3:10]) for row in answers],
        asked=[Asked(*row[1:]) for row in chosen.of(db.session.execute(_asked(scope, over)))],
        solved=[_solution(row) for row in spans if row.solved_at is not None],
        open=[Open(row[1], *row[3:8]) for row in spans],
    )


class _Chosen:
    """The priorities and channels of a scope, and those of every ticket and clock there is."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._now = {row[0]: row[1:] for row in db.session.execute(select(Ticket.id, Ticket.priority, Ticket.channel))}
        self._then = {row[0]: row[1] for row in db.session.execute(select(Clock.id, Clock.decided_priority))}

    def of(self, rows: Iterable[Any]) -> Iterable[Any]:
        """Rows that count under what their tickets are now."""
        return (row for row in rows if self._holds(*self._now[row.ticket_id]))

    def decided(self, clock_id: int, ticket_id: int) -> bool:
        """Whether a verdict counts: by the priority of then."""
        return self._holds(self._then[clock_id], self._now[ticket_id][1])

    def _holds(self, priority: Any, channel: str) -> bool:
        wanted = self._scope
        return (not wanted.priorities or priority in wanted.priorities) and (
            not wanted.channels or channel in wanted.channels
        )


def _stepped(used: int | None) -> int | None:
    return None if used is None else step(used)


def _asked(scope: Scope, over: Frame) -> Any:
    invited = (
        select(RatingInvite.ticket_id, RatingInvite.at, Rating.id.is_not(None).label("answered"))
        .add_columns(Rating.team_id, Rating.request_type_id)
        .outerjoin(Rating, Rating.ticket_id == RatingInvite.ticket_id)
        .where(RatingInvite.withdrawn_at.is_(None), RatingInvite.at >= over.since)
        .subquery()
    )
    from_rating = invited.c.team_id.is_not(None)
    rated = (
        select(invited.c.ticket_id, invited.c.team_id, invited.c.request_type_id, invited.c.at, invited.c.answered)
        .join(Ticket, Ticket.id == invited.c.ticket_id)
        .where(from_rating, scope.holds(invited.c.team_id, invited.c.request_type_id))
    )
    silent = (
        select(Ticket.id, Ticket.team_id, Ticket.request_type_id, invited.c.at, invited.c.answered)
        .join(invited, Ticket.id == invited.c.ticket_id)
        .where(~from_rating, scope.holds(Ticket.team_id, Ticket.request_type_id))
    )
    return union_all(rated, silent)


def _solution(row: Any) -> Solved:
    filed = row.filed_at or row.opened_at
    lead = int((row.closed_at - filed).total_seconds())
    return Solved(row.team_id, row.type_id, row.closed_at, lead, row.reopened_at)
