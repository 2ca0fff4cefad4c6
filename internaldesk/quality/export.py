"""The same figures and lists as files: filters and definitions on top, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Select

from internaldesk.core import findings
from internaldesk.core.figures import Pace
from internaldesk.core.policy import Actor
from internaldesk.core.tally import Line
from internaldesk.db import frame
from internaldesk.quality import queries
from internaldesk.quality.board import Board
from internaldesk.quality.forms import Chosen, Opened, entries
from internaldesk.quality.queries import Extent, Listed
from internaldesk.quality.rows import PROMISES

CHUNK = 500
Cell = str | int | float | None
_YES = {True: "yes", False: "no"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DEFINITIONS = (
    ("First replies on time", "kept promises of a first reply out of kept and missed ones, by people, not by machines"),
    ("Half within, nine in ten within", "minutes of working time, nearest rank; waits for the requester left out"),
    ("Solved", "by a person, and not opened again within seven days"),
    ("Reopened", "opened again within seven days, of those solved at least seven days ago"),
    ("Satisfied", "4 or 5 of 5 overall; ± is the 95 % interval of Wilson"),
    ("Too few", "no percentage under 10 cases and no rate under 5 answers: the counts stand instead"),
    ("Left out", "confidential cases, which only the people named for them may count"),
)
_HEADS = (
    *("Name", "Team", "Requests", "First replies decided", "Kept", "Missed", "On time", "Promise"),
    *("Half within, min", "Nine in ten within, min", "Solved", "Solved half within, min", "Solved nine in ten, min"),
    *("Solutions kept", "Solutions missed", "Satisfied", "Margin", "Answers", "Answered of asked", "Reopened"),
    *("Counted apart",),
)
_LIST_HEADS = (
    *("Number", "Summary", "Team", "Type", "Location", "From", "Assignee", "State", "Customer waiting"),
    *("Filed", "Solved", "When", "Promise", "Kept", "Took, min", "Promised, min", "Rating", "Comment"),
)


def guarded(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("fine"), guarded(-2)
    ("'=1+1", 'fine', -2)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def written(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def report(shown: Board, *, made: datetime, by: Actor) -> Iterator[str]:
    """The table of the page, line by line, and the whole below it."""
    yield "\ufeff" + written([["InternalDesk, service quality"], *_filters(shown.chosen, made, by), *_DEFINITIONS, []])
    yield written([_HEADS])
    yield from (written([_line(line)]) for line in (*shown.lines, shown.report.whole))


def listing(
    app: Flask, rows: Select[Any], *, chosen: Chosen, opened: Opened, extent: Extent, made: datetime
) -> Iterator[str]:
    """The rows of a list that the reader may open, from the newest to the oldest.

    Each chunk is read in a short transaction of its own, after the page itself is answered, so a long export holds
    neither memory nor a lock.
    """
    actor = chosen.scope.actor
    yield "\ufeff" + written(
        [
            [f"InternalDesk, {opened.listing.title.lower()}"],
            *_filters(chosen, made, actor),
            ["In this list", opened.listing.explains],
            ["Counted", extent.counted],
            ["Listed", extent.readable],
            [],
            _LIST_HEADS,
        ]
    )
    last: Listed | None = None
    while found := _chunk(app, rows, actor, last):
        last = found[-1]
        yield written(map(_listed, found))


def _chunk(app: Flask, rows: Select[Any], actor: Actor, last: Listed | None) -> list[Listed]:
    with app.app_context(), frame(reading=True):
        return queries.listed_before(rows, actor=actor, last=last, limit=CHUNK)


def _filters(chosen: Chosen, made: datetime, by: Actor) -> list[list[Cell]]:
    period = chosen.over.period
    return [
        ["Made", _instant(made), by.name],
        ["Period", period.label, f"{period.first_day} to {period.last_day}", str(period.zone)],
        *(["Filter", column, *_named(chosen, column)] for column in ("team", "type", "location")),
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
        first.apart + solution.apart,
    ]


def _listed(row: Listed) -> list[Cell]:
    return [
        *(f"R-{row.id}", row.summary, row.team, row.request_type, row.place, row.requester, row.assignee or ""),
        *(row.status.value, _YES[row.customer_waiting], _instant(row.filed_at), _instant(row.solved_at)),
        *(_instant(row.at), PROMISES.get(row.target or "", ""), "" if row.met is None else _YES[row.met]),
        *(_whole_minutes(row.used), _whole_minutes(row.allowed), row.score, row.comment or ""),
    ]


def _minutes(pace: Pace) -> tuple[Cell, Cell]:
    return _whole_minutes(pace.half), _whole_minutes(pace.ninety)


def _whole_minutes(seconds: int | None) -> Cell:
    return None if seconds is None else round(seconds / 60)


def _instant(at: datetime | None) -> str:
    """An instant that every program reads the same: ISO 8601 in UTC."""
    return "" if at is None else at.isoformat(timespec="seconds")
