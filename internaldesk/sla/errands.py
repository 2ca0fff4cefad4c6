"""What the kinds of tasks have in common: an errand says which tickets it concerns and what is to become of each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column

from internaldesk.core.policy import Actor
from internaldesk.core.promises import TaskKind
from internaldesk.models.tickets import Ticket

EXAMPLES = 5
"""How many examples a result keeps."""
OPEN: ColumnElement[bool] = literal_column("ticket.is_open")
"""As the partial indexes say it: SQLite does not see that `is_open = 1` means the same."""
Counts = dict[str, Any]
"""Numbers to add up, and lists of examples; may be nested. Plain JSON."""


@dataclass(frozen=True, slots=True)
class Order:
    """A task as it was asked for; `by` is None for the desk itself."""

    id: int
    kind: TaskKind
    policy_id: int | None
    calendar_id: int | None
    facts: Mapping[str, Any]
    by: Actor | None
    asked_at: datetime


class Errand(ABC):
    """One kind of task at work on one order. It looks at a batch, or changes tickets one by one, or both."""

    @abstractmethod
    def candidates(self) -> Select[int]:
        """The ids of all tickets it may concern, found by an index."""

    def look(self, ids: Sequence[int], *, now: datetime) -> Counts:
        """What a batch adds to the result, without any lock: here nothing may be written."""
        return {}

    def wanted(self, ids: Sequence[int], *, now: datetime) -> Sequence[int]:
        """Those of a batch that may have to change, in order."""
        return ()

    def change(self, ticket: Ticket, *, now: datetime) -> Counts:
        """Change one that is locked; what it adds to the result. Done a second time, it changes and adds nothing."""
        return {}

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """The result when the last ticket is done; may write down what was done."""
        return result


def added(known: Mapping[str, Any], more: Mapping[str, Any]) -> Counts:
    """Two counts as one; of examples the first are kept.

    >>> added({"n": 1, "per": {"a": 1}}, {"n": 2, "per": {"b": 5}, "first": [7]})
    {'n': 3, 'per': {'a': 1, 'b': 5}, 'first': [7]}
    """
    found = dict(known)
    for name, value in more.items():
        found[name] = _sum(found[name], value) if name in found else value
    return found


def _sum(known: Any, more: Any) -> Any:
    if isinstance(known, Mapping):
        return added(known, more)
    total = known + more
    return total[:EXAMPLES] if isinstance(total, list) else total
