"""What a quality report reads: verdicts on promises, ratings, solutions and open stretches, as plain rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Literal, NamedTuple, TypeVar

from internaldesk.core.backlog import Open

FIRST, RESOLUTION = "first_response", "resolution"
RETARGET, APPROVER = "retarget", "approver"


class Decided(NamedTuple):
    """A clock cycle with a verdict, reported where it was decided: met when it stopped, missed when it ran past due.

    `team_id`, `type_id` and `priority` (a rank, None where it is not known) are those in force at that instant.
    `used_seconds` is working time, None while a missed cycle still runs. `cause` is "retarget" or "approver" for a miss
    that is counted apart, else empty.
    """

    ticket_id: int
    team_id: int
    type_id: int
    target: str
    decided_at: datetime
    met: bool
    target_seconds: int
    used_seconds: int | None
    cause: str = ""
    waived: bool = False
    priority: int | None = None


class Answer(NamedTuple):
    """A rating given at the aware instant `at`; fits `rating.Scored`."""

    team_id: int
    type_id: int
    at: datetime
    attitude: int | None = None
    responsiveness: int | None = None
    clarity: int | None = None
    simplicity: int | None = None


class Asked(NamedTuple):
    """A requester was asked to rate at `at`, by mail or on the page, and has or has not answered since."""

    team_id: int
    type_id: int
    at: datetime
    answered: bool


class Solved(NamedTuple):
    """A request was solved at `at`, `lead_seconds` of wall-clock time after it was filed; `auto` when by silence."""

    team_id: int
    type_id: int
    at: datetime
    lead_seconds: int
    reopened_at: datetime | None = None
    auto: bool = False


Fact = TypeVar("Fact", Decided, Answer, Asked, Solved, Open)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a report reads, from `Frame.since` on; besides, every missed clock that still runs, however old."""

    decided: Sequence[Decided] = ()
    answers: Sequence[Answer] = ()
    asked: Sequence[Asked] = ()
    solved: Sequence[Solved] = ()
    open: Sequence[Open] = ()

    def by(self, column: Literal["team_id", "type_id"]) -> dict[int, "Facts"]:
        """The same facts apart by team or by request type."""
        decided, answers, asked = (
            _apart(self.decided, column),
            _apart(self.answers, column),
            _apart(self.asked, column),
        )
        solved, opened = _apart(self.solved, column), _apart(self.open, column)
        keys = sorted({*decided, *answers, *asked, *solved, *opened})
        return {key: Facts(decided[key], answers[key], asked[key], solved[key], opened[key]) for key in keys}


def _apart(rows: Sequence[Fact], column: str) -> defaultdict[int, list[Fact]]:
    found: defaultdict[int, list[Fact]] = defaultdict(list)
    read = attrgetter(column)
    for row in rows:
        found[read(row)].append(row)
    return found
