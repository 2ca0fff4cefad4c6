"""The strip beside a request: its neighbours in the list one came from, in the order the list had then.

Opening a list begins a visit; its order is kept in the visitor's cookie, so that nothing moves while they work through.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import session

from internaldesk.core.lifecycle import OPEN
from internaldesk.core.policy import Actor
from internaldesk.core.text import initials
from internaldesk.core.wording import Pill
from internaldesk.tickets import worklist
from internaldesk.tickets.looks import Looks
from internaldesk.tickets.worklist import Row

_VISIT = "visit"


def begin(numbers: Sequence[int]) -> None:
    """Remember the order of a list that was opened; with none, the order is that of promises again."""
    visit = ".".join(map(str, numbers))
    if session.get(_VISIT, "") != visit:
        session[_VISIT] = visit


def strip(actor: Actor, around: int, *, now: datetime) -> "list[Neighbour]":
    """Up to twelve neighbours of R-`around`: of the list one came from, else in the order they fall due."""
    visit = [int(number) for number in session.get(_VISIT, "").split(".") if number]
    if around not in visit:
        return _told(worklist.nearest(actor, around), actor, now)
    numbers = worklist.window(visit, visit.index(around))
    rows = worklist.these(actor, numbers)
    return _told([rows[number] for number in numbers if number in rows], actor, now)


class Neighbour(NamedTuple):
    """A request in the strip beside another; `gone` when it left the list since the visit began."""

    id: int
    summary: str
    requester: str
    place: str
    assignee: str
    mine: bool
    pill: Pill
    due_words: str
    gone: bool

    @property
    def number(self) -> str:
        """The name people say: R-41."""
        return f"R-{self.id}"


def _told(rows: Sequence[Row], actor: Actor, now: datetime) -> "list[Neighbour]":
    looks, shares = Looks(actor.timezone, now), worklist.shares_used(rows, now=now)
    return [_neighbour(row, share, actor, looks) for row, share in zip(rows, shares, strict=True)]


def _neighbour(row: Row, share: int, actor: Actor, looks: Looks) -> Neighbour:
    mine = row.assignee_id == actor.id
    who = "You" if mine else initials(row.assignee) if row.assignee else "Nobody yet"
    pill = looks.pill(row, share)
    gone = row.status not in OPEN
    return Neighbour(row.id, row.summary, row.requester, row.place, who, mine, pill, looks.beside(row), gone)
