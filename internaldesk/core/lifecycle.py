"""The states of a ticket, the moves between them, and their words in two voices."""

from collections.abc import Mapping
from enum import StrEnum

from internaldesk.core.errors import Refused


class Status(StrEnum):
    """Where a ticket stands; values are stored and used in forms."""

    NEW = "new"
    PROGRESS = "progress"
    WAITING = "waiting"
    APPROVAL = "approval"
    SUPPLIER = "supplier"
    SOLVED = "solved"
    CLOSED = "closed"


_HELD = {Status.WAITING, Status.APPROVAL, Status.SUPPLIER}
_ACTIVE = {Status.PROGRESS, *_HELD}

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: frozenset(_ACTIVE | {Status.SOLVED}),
    Status.PROGRESS: frozenset(_HELD | {Status.SOLVED}),
    Status.WAITING: frozenset(_ACTIVE | {Status.SOLVED}),
    Status.APPROVAL: frozenset(_ACTIVE | {Status.NEW, Status.SOLVED, Status.CLOSED}),
    Status.SUPPLIER: frozenset(_ACTIVE | {Status.SOLVED}),
    Status.SOLVED: frozenset({Status.PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}

OPEN: frozenset[Status] = frozenset(_ACTIVE | {Status.NEW})
PAUSING: frozenset[Status] = frozenset(_HELD)

AGENT_WORDS: Mapping[Status, str] = {
    Status.NEW: "New",
    Status.PROGRESS: "In progress",
    Status.WAITING: "Waiting for requester",
    Status.APPROVAL: "Waiting for approval",
    Status.SUPPLIER: "Waiting for supplier",
    Status.SOLVED: "Solved",
    Status.CLOSED: "Closed",
}


def move(now: Status, to: Status) -> Status:
    """Return `to` when a ticket in status `now` may go there.

    Raises Refused with a sentence otherwise.

    >>> move(Status.NEW, Status.SOLVED)
    <Status.SOLVED: 'solved'>
    """
    if to in MOVES[now]:
        return to
    if now is Status.CLOSED:
        raise Refused("This request is closed. Please file a new one and mention this number.")
    if now is to:
        raise Refused(f"This request is already “{AGENT_WORDS[now].lower()}”.")
    raise Refused(f"A request that is “{AGENT_WORDS[now].lower()}” cannot become “{AGENT_WORDS[to].lower()}”.")


def is_open(status: Status) -> bool:
    """Whether somebody still owes work on a ticket in this status."""
    return status in OPEN


def requester_words(status: Status, *, team: str, assignee: str | None, decider: str | None = None) -> str:
    """The status in the requester's voice, always naming whom the request waits for.

    >>> requester_words(Status.NEW, team="IT", assignee=None)
    'Waiting for IT'
    """
    match status:
        case Status.NEW | Status.PROGRESS:
            return f"{assignee} has it" if assignee else f"Waiting for {team}"
        case Status.WAITING:
            return "Your turn"
        case Status.APPROVAL:
            return f"{decider} decides" if decider else "Waiting for an approval"
        case Status.SUPPLIER:
            return "Waiting for the supplier"
        case Status.SOLVED:
            return "Solved, is it?"
        case _:
            return "Closed"


def diagram() -> str:
    """The table of moves as Markdown lines, for the documents (a guard compares them)."""
    lines = ["| from | may become |", "|---|---|"]
    for status, targets in MOVES.items():
        words = ", ".join(AGENT_WORDS[to] for to in Status if to in targets) or "nothing: the end"
        lines.append(f"| {AGENT_WORDS[status]} | {words} |")
    return "\n".join(lines)
