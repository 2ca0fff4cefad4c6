"""A list as its page shows it: rows in groups, every class and word computed; the template only writes them down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import NamedTuple

from internaldesk.core.text import initials
from internaldesk.core.wording import Pill
from internaldesk.models.tickets import NEVER
from internaldesk.queues import columns
from internaldesk.queues.filtering import DUE, SOLVED
from internaldesk.queues.queries import Counts
from internaldesk.queues.scope import Scope
from internaldesk.tickets import worklist
from internaldesk.tickets.looks import Looks
from internaldesk.tickets.worklist import Row

_MARKS = {"ok": "dial", "soon": "tri", "over": "oct", "paused": "pause", "met": "check"}


class Line(NamedTuple):
    """A row in words, in the order the template writes them; `cells` are the columns that were chosen.

    A cell has a name, words, and smaller words; `av` is None where the assignee has no column.
    """

    number: int
    unread: bool
    state: str
    due: str
    mark: str
    share: int
    words: str
    beside: str
    summary: str
    customer: bool
    files: bool
    escalated: bool
    writer: str
    cells: list[tuple[str, str, str]]
    av: str | None
    mine: bool
    assignee: str


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that fall due together; a list that is not sorted by promise is one group without a title."""

    title: str
    total: int
    lines: list[Line]


def grouped(rows: Sequence[Row], scope: Scope, counts: Counts) -> list[Group]:
    """The rows in their groups, with the number each group has on all pages."""
    lines = zip(lines_of(rows, scope), rows, strict=True)
    if not scope.grouped:
        return [Group("", len(rows), [line for line, _ in lines])] if rows else []
    totals = dict(zip(DUE, counts.by_due, strict=True))
    parts = groupby(lines, key=lambda pair: _when(pair[1], scope))
    return [Group(DUE[name], totals[name], [line for line, _ in part]) for name, part in parts]


def lines_of(rows: Sequence[Row], scope: Scope) -> list[Line]:
    """Each row in words."""
    looks = Looks(scope.actor.timezone, scope.now)
    shares = worklist.shares_used(rows, now=scope.now)
    return [_line(row, share, looks, scope) for row, share in zip(rows, shares, strict=True)]


def _line(row: Row, share: int, looks: Looks, scope: Scope) -> Line:
    solved = scope.view is SOLVED and row.solved_at is not None
    pill = Pill("met", "Solved") if solved else looks.pill(row, share)
    mine = row.assignee_id == scope.actor.id
    return Line(
        number=row.id,
        unread=row.unread,
        state=pill.state,
        due=f"{pill.due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if pill.due else "",
        mark=_MARKS[pill.state],
        share=pill.share,
        words=pill.words,
        beside=looks.short(row.solved_at) if solved and row.solved_at else looks.beside(row),
        summary=row.summary,
        customer=row.customer_waiting,
        files=row.has_files,
        escalated=row.escalated,
        writer=(row.writer or "").partition(" ")[0],
        cells=_cells(row, scope.filters.columns, looks),
        av=(initials(row.assignee) if row.assignee else "") if "assignee" in scope.filters.columns else None,
        mine=mine,
        assignee="You" if mine else row.assignee or "Nobody yet",
    )


def _cells(row: Row, chosen: Sequence[str], looks: Looks) -> list[tuple[str, str, str]]:
    cells = [("from", row.requester, row.place)] if "from" in chosen else []
    return cells + [(name, columns.words(name, row, looks), "") for name in chosen if name in columns.PLAIN]


def _when(row: Row, scope: Scope) -> str:
    at = row.queue_at
    if at <= scope.now:
        return "overdue"
    if at <= scope.hour:
        return "hour"
    if at < scope.evening:
        return "today"
    return "later" if at < NEVER else "paused"
