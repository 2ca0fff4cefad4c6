"""What one ticket adds to the figures: the pieces that its verdicts, ratings and stretches of being open make."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from internaldesk.core import chain_pieces, daily_effort, rating
from internaldesk.core.backlog import age_band
from internaldesk.core.chain_pieces import Stay, midnight
from internaldesk.core.clock_set import Mark
from internaldesk.core.daily import Home, Piece, monday
from internaldesk.core.daily_effort import Effort
from internaldesk.core.facts import FIRST, Answer, Decided
from internaldesk.core.tally import REOPEN, verdict

STEP = 30
"""Seconds of working time that are told apart."""


class Span(NamedTuple):
    """A stretch in which a ticket was open: `filed_at` is given for one that began with a reopening."""

    opened_at: datetime
    closed_at: datetime | None = None
    filed_at: datetime | None = None
    reopened_at: datetime | None = None
    solved_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """When the request was filed."""
        return self.filed_at or self.opened_at

    @property
    def came_back(self) -> bool:
        """Whether it was opened again within seven days of being solved."""
        solved = self.closed_at
        return solved is not None and self.reopened_at is not None and self.reopened_at <= solved + REOPEN


class Life(NamedTuple):
    """What the record says of a ticket; `solutions` and `returns` are ids of events with their instants, in order."""

    filed_at: datetime
    solved_at: datetime | None = None
    closed_at: datetime | None = None
    solutions: Sequence[tuple[int, datetime]] = ()
    returns: Sequence[tuple[int, datetime]] = ()


class Rated(NamedTuple):
    """A rating, and whether words stand beside it."""

    answer: Answer
    spoken: bool


class Told(NamedTuple):
    """Everything figures count of one ticket, read from the tables; `asked` is when the requester was asked to rate.

    `marks` say since when it lay in whose hands; read only where a customer waits or it was solved.
    """

    team_id: int
    type_id: int
    home: Home
    life: Life
    decided: Sequence[Decided] = ()
    rated: Rated | None = None
    asked_at: datetime | None = None
    marks: Sequence[Mark] = ()
    effort: Effort = Effort()


def step(seconds: int) -> int:
    """A working time as it is kept: down to the half minute, though never to nought.

    >>> step(0), step(7), step(95)
    (0, 1, 90)
    """
    return seconds // STEP * STEP or min(seconds, 1)


def spans(life: Life) -> Iterator[Span]:
    """The stretches in which a ticket was open, from filing or reopening to solved; the first one is the filing."""
    solved = min((when for _, when in life.solutions), default=life.solved_at)
    again = life.returns[0][1] if life.returns else None
    yield Span(life.filed_at, solved or life.closed_at, None, again, solved)
    for at, (event, opened) in enumerate(life.returns):
        solved = min((when for number, when in life.solutions if number > event), default=None)
        again = life.returns[at + 1][1] if at + 1 < len(life.returns) else None
        yield Span(opened, solved or life.closed_at, life.filed_at, again, solved)


def pieces(told: Told, *, zone: tzinfo, now: datetime) -> list[Piece]:
    """All that a ticket adds as of the aware instant `now`, in a fixed order; days are those of `zone`."""
    found = [*_decided(told, zone), *_asked(told, zone)]
    for span in spans(told.life):
        found += _span(told, span, zone, now)
    filed = _day(told.life.filed_at, zone)
    found += daily_effort.pieces(told.effort, filed=filed, team_id=told.team_id, type_id=told.type_id, zone=zone)
    return sorted(found, key=_order)


def due(told: Told, *, zone: tzinfo, now: datetime) -> datetime | None:
    """When what a ticket adds next changes by time alone: a week, or a day with a customer, ends while it is open,
    or its seven days are over."""
    found = []
    today = now.astimezone(zone).date()
    following = today + timedelta(days=1) if told.home.customer else monday(today) + timedelta(weeks=1)
    for span in spans(told.life):
        if span.closed_at is None or span.closed_at > now:
            found.append(midnight(following, zone))
        if span.solved_at is not None and span.solved_at + REOPEN > now:
            found.append(span.solved_at + REOPEN)
    return min(found, default=None)


def _decided(told: Told, zone: tzinfo) -> Iterator[Piece]:
    for row in told.decided:
        yield from (piece._replace(priority=row.priority) for piece in _verdict(row, _day(row.decided_at, zone)))


def _verdict(row: Decided, day: int) -> Iterator[Piece]:
    where = day, row.team_id, row.type_id
    yield Piece(f"{row.target}_{verdict(row)}", *where)
    if row.target == FIRST:
        yield Piece(f"promised_{row.target_seconds}", *where)
    if row.used_seconds is not None:
        yield Piece("first" if row.target == FIRST else "resolution", *where, step(row.used_seconds))
    elif not row.met and not row.waived:
        yield Piece("late", 0, row.team_id, row.type_id, int(row.decided_at.timestamp()))


def _asked(told: Told, zone: tzinfo) -> Iterator[Piece]:
    if told.asked_at is not None:
        team_id, type_id = (told.rated.answer if told.rated else told)[:2]
        where = _day(told.asked_at, zone), team_id, type_id
        yield Piece("asked", *where)
        if told.rated:
            yield Piece("answered", *where)
    if told.rated:
        yield from _rated(told.rated, zone)


def _rated(rated: Rated, zone: tzinfo) -> Iterator[Piece]:
    answer = rated.answer
    where = _day(answer.at, zone), answer.team_id, answer.type_id
    yield Piece(f"rated_{rating.overall(answer)}", *where)
    for question in rating.QUESTIONS:
        if (score := getattr(answer, question.slug)) is not None:
            yield Piece(f"{question.slug}_{score}", *where)
    if rated.spoken:
        yield Piece("comments", *where)


def _span(told: Told, span: Span, zone: tzinfo, now: datetime) -> Iterator[Piece]:
    whose = told.team_id, told.type_id
    opened = _day(span.opened_at, zone)
    yield Piece("came", opened, *whose)
    if span.filed_at is None:
        yield Piece("filed", opened, *whose)
    if span.closed_at is None or span.closed_at > now:
        yield Piece("open", 0, *whose, int(span.since.timestamp()))
    if span.closed_at is not None:
        yield from _closed(span, span.closed_at, (_day(span.closed_at, zone), *whose), now)
    yield from _standing(span, whose, zone, now)
    yield from _chain(told, span, zone, now)


def _chain(told: Told, span: Span, zone: tzinfo, now: datetime) -> Iterator[Piece]:
    stay = Stay(told.team_id, told.type_id, span.opened_at, span.closed_at, told.marks)
    if told.home.customer:
        yield from chain_pieces.blocked(stay, zone=zone, now=now)
    if span.solved_at is not None:
        yield from chain_pieces.parts(stay, day=_day(span.solved_at, zone))


def _closed(span: Span, closed_at: datetime, where: tuple[int, int, int], now: datetime) -> Iterator[Piece]:
    yield Piece("went", *where)
    if span.solved_at is None:
        return
    yield Piece("lead", *where, max(int((closed_at - span.since).total_seconds()), 0))
    if not span.came_back:
        yield Piece("solved", *where)
    if closed_at + REOPEN <= now:
        yield Piece("watched", *where)
        if span.came_back:
            yield Piece("returned", *where)


def _standing(span: Span, whose: tuple[int, int], zone: tzinfo, now: datetime) -> Iterator[Piece]:
    """Its age at the end of each week over by now at whose end it was open; kept with the last day of that week."""
    at = monday(span.opened_at.astimezone(zone).date())
    while (end := midnight(at, zone)) <= now and (span.closed_at is None or end < span.closed_at):
        if end >= span.opened_at:
            yield Piece(f"standing_{age_band(end - span.since)}", at.toordinal() - 1, *whose)
        at += timedelta(weeks=1)


def _order(piece: Piece) -> tuple[str, int, int, int, int, int]:
    value, priority = (-1 if one is None else one for one in (piece.value, piece.priority))
    return piece.name, piece.day, piece.team_id, piece.type_id, value, priority


def _day(at: datetime, zone: tzinfo) -> int:
    return at.astimezone(zone).date().toordinal()
