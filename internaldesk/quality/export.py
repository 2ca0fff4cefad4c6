"""The same figures and lists as rows of a file: what was asked for and what each figure means on top."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import Select

from internaldesk.core import definitions, findings
from internaldesk.core.chapters import Definition
from internaldesk.core.figures import Pace
from internaldesk.core.policy import Actor
from internaldesk.core.tally import Line
from internaldesk.db import frame
from internaldesk.quality import queries
from internaldesk.quality.board import Board
from internaldesk.quality.forms import COLUMNS, Chosen, Opened, entries
from internaldesk.quality.queries import Extent, Listed
from internaldesk.quality.reasons import REASONS
from internaldesk.quality.rows import PROMISES

CHUNK = 500
Cell = str | int | float | datetime | None
Rows = Iterator[Sequence[Cell]]
YES = {True: "yes", False: "no"}
_HEADS = (
    *("Name", "Team", "Requests", "First replies decided", "Kept", "Missed", "On time", "Promise"),
    *("Half within, min", "Nine in ten within, min", "Solved", "Solved half within, min", "Solved nine in ten, min"),
    *("Solutions kept", "Solutions missed", "Satisfied", "Margin", "Answers", "Answered of asked", "Reopened"),
    *("Promise shortened", "Approver awaited", "Waived"),
)
_LIST_HEADS = (
    *("Number", "Summary", "Team", "Type", "Location", "From", "Assignee", "State", "Customer waiting"),
    *("Filed", "Solved", "When", "Promise", "Kept", "Took, min", "Promised, min", "Rating", "Comment"),
)


class Table(NamedTuple):
    """The row above the heads of one of several tables in a file; an empty row stands above it."""

    name: str


def report(shown: Board, *, made: datetime, by: Actor) -> Rows:
    """The table of the page and the whole below it, an empty row above its heads."""
    words = [found for chapter in definitions.OVERVIEW for found in chapter.definitions]
    yield from top("service quality", shown.chosen, made=made, by=by, words=words)
    yield []
    yield _HEADS
    for line in (*shown.lines, shown.report.whole):
        yield _line(line)


def listing(app: Flask, rows: Select[Any], *, chosen: Chosen, opened: Opened, extent: Extent, made: datetime) -> Rows:
    """The rows of a list that the reader may open, from the newest to the oldest.

    Each chunk is read in a short transaction of its own, after the page itself is answered, so a long export holds
    neither memory nor a lock.
    """
    actor = chosen.scope.actor
    yield from top(opened.listing.title.lower(), chosen, made=made, by=actor)
    yield ["In this list", opened.listing.explains]
    yield ["Counted", extent.counted]
    yield ["Listed", extent.readable]
    yield from ([found.term, found.words] for found in definitions.ALL)
    yield []
    yield _LIST_HEADS
    last: Listed | None = None
    while found := _chunk(app, rows, actor, last):
        last = found[-1]
        yield from map(_listed, found)


def top(title: str, chosen: Chosen, *, made: datetime, by: Actor, words: Sequence[Definition] = ()) -> Rows:
    """What every file begins with: what it is, what was asked for, and what its figures mean."""
    yield [f"InternalDesk, {title}"]
    yield from _filters(chosen, made, by)
    yield from ([found.term, found.words] for found in words)


def _chunk(app: Flask, rows: Select[Any], actor: Actor, last: Listed | None) -> list[Listed]:
    with app.app_context(), frame(reading=True):
        return queries.listed_before(rows, actor=actor, last=last, limit=CHUNK)


def _filters(chosen: Chosen, made: datetime, by: Actor) -> list[list[Cell]]:
    period = chosen.over.period
    return [
        ["Made", made, by.name, "All instants are in UTC."],
        ["Period", period.label, f"{period.first_day} to {period.last_day}", str(period.zone)],
        *(["Filter", column, *_named(chosen, column)] for column in COLUMNS),
        ["Filter", "customer waiting", "yes" if chosen.filters.customer else "all"],
    ]


def _named(chosen: Chosen, column: str) -> Sequence[Cell]:
    everything = column != "team" or chosen.scope.actor.manager
    named = chosen.named(column) or ([] if everything else entries(chosen.known, column))
    return [entry.name for entry in named] or ["all"]


def _line(line: Line) -> list[Cell]:
    first, solution = line.first, line.resolution
    return [
        *(line.name, line.team, line.requests, first.on_time.of, first.met, first.missed, first.on_time.words),
        *(findings.promise_line(line), *_minutes(line.first_pace)),
        *(line.solved, *_minutes(line.resolution_pace), solution.met, solution.missed),
        *(line.satisfied.short, f"±{line.satisfied.margin}" if line.satisfied.shown else ""),
        *(line.satisfied.of, line.answered.words, line.reopened.words),
        *(getattr(first, reason) + getattr(solution, reason) for reason in REASONS),
    ]


def _listed(row: Listed) -> list[Cell]:
    return [
        *(f"R-{row.id}", row.summary, row.team, row.request_type, row.place, row.requester, row.assignee or ""),
        *(row.status.value, YES[row.customer_waiting], row.filed_at, row.solved_at),
        *(row.at, PROMISES.get(row.target or "", ""), "" if row.met is None else YES[row.met]),
        *(whole_minutes(row.used), whole_minutes(row.allowed), row.score, row.comment or ""),
    ]


def _minutes(pace: Pace) -> tuple[Cell, Cell]:
    return whole_minutes(pace.half), whole_minutes(pace.ninety)


def whole_minutes(seconds: int | None) -> Cell:
    """Seconds as a number of minutes."""
    return None if seconds is None else (seconds + 30) // 60
