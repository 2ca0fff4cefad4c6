"""Thanks from a co-worker to the person who helped, and the figures of a personal service record."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple, Protocol

from internaldesk.core import periods
from internaldesk.core.daily import Piece
from internaldesk.core.errors import Refused
from internaldesk.core.facts import FIRST
from internaldesk.core.figures import Pace, Share, pace
from internaldesk.core.periods import Period
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOWEST, SATISFIED
from internaldesk.core.tally import Promises

QUARTERS = 4
"""A record goes back this many quarters, with the one that runs."""
QUIET = timedelta(days=30)
"""Between the same two people one thank-you counts in this time; others are kept for their words."""
LEAST_TEAM = 3
"""Below this many people the figures of a team would be those of one of them."""


class Tag(StrEnum):
    """What somebody was thanked for."""

    FAST = "fast"
    CLEAR = "clear"
    FRIENDLY = "friendly"
    EXTRA = "extra"


TAGS = {
    Tag.FAST: "Fast",
    Tag.CLEAR: "Clear",
    Tag.FRIENDLY: "Friendly",
    Tag.EXTRA: "Went out of their way",
}


class Helped(Protocol):
    """What the rules read of a request; the table row satisfies it."""

    @property
    def requester_id(self) -> int: ...
    @property
    def for_person_id(self) -> int: ...
    @property
    def assignee_id(self) -> int | None: ...
    @property
    def solved_at(self) -> datetime | None: ...
    @property
    def solved_by_id(self) -> int | None: ...


class Told(NamedTuple):
    """Counts and times of a span, added up: what pieces and kept cells both come to."""

    counts: Mapping[str, int]
    first: Sequence[int]


class Figures(NamedTuple):
    """The figures of one person or one team in a quarter; times are seconds of working time."""

    solved: int
    on_time: Share
    first: Pace
    satisfied: Share

    @property
    def half(self) -> int | None:
        """Half of the first replies came within this; None below the least number of cases, where it tells nothing."""
        return self.first.half if self.on_time.of >= self.on_time.least else None


def helper(request: Helped) -> int | None:
    """The id of who helped: who solved it, else who had it; None while it is open, and never its own side."""
    if request.solved_at is None:
        return None
    own = (request.requester_id, request.for_person_id)
    found = (person for person in (request.solved_by_id, request.assignee_id) if person is not None)
    return next((person for person in found if person not in own), None)


def counts(before: datetime | None, now: datetime) -> bool:
    """Whether a thank-you counts, given the last one that did between the same two (aware, None for never)."""
    return before is None or now >= before + QUIET


def check(tag: str) -> Tag:
    """The tag of that name; raises Refused where it is none."""
    if tag not in set(Tag):
        raise Refused("Choose what you are thanking for.", field="tag")
    return Tag(tag)


def quarter_of(at: datetime, zone: tzinfo) -> Period:
    """The quarter of `zone` in which an aware instant lies."""
    local = at.astimezone(zone).date()
    return periods.quarter(local.year, (local.month + 2) // 3, zone)


def back_from(newest: Period, many: int = QUARTERS) -> tuple[Period, ...]:
    """A quarter and those before it, the newest first."""
    found = [newest]
    while len(found) < many:
        found.append(periods.previous(found[-1]))
    return tuple(found)


def by_quarter(pieces: Iterable[Piece], of: Sequence[Period]) -> list[Told]:
    """What pieces of many requests come to in each of these quarters, which follow each other, the newest first."""
    starts = [period.first_day.toordinal() for period in reversed(of)]
    end = of[0].last_day.toordinal()
    found: list[Counter[str]] = [Counter() for _ in of]
    times: defaultdict[int, list[int]] = defaultdict(list)
    for name, day, _team, _type, value, _priority in pieces:
        at = bisect_right(starts, day) - 1
        if at < 0 or day > end:
            continue
        if value is None:
            found[at][name] += 1
        elif name == "first":
            times[at].append(value)
    return [Told(counted, times[at]) for at, counted in reversed(list(enumerate(found)))]


def figures(told: Told) -> Figures:
    """The figures of a span; the same words stand for the same things on the pages of service quality."""
    first = Promises(**{field: told.counts.get(f"{FIRST}_{field}", 0) for field in Promises._fields})
    given = {score: told.counts.get(f"rated_{score}", 0) for score in range(LOWEST, HIGHEST + 1)}
    happy = sum(many for score, many in given.items() if score >= SATISFIED)
    satisfied = Share(happy, sum(given.values()), LEAST_ANSWERS)
    return Figures(told.counts.get("solved", 0), first.on_time, pace(told.first), satisfied)


def on_time_words(found: Share) -> str:
    """The share of first replies on time with how many there were; below the least number of cases no percentage.

    >>> on_time_words(Share(32, 35)), on_time_words(Share(7, 9)), on_time_words(Share(0, 0))
    ('91.4% of 35', '7 of 9', 'none')
    """
    return f"{found.words} of {found.of:,}" if found.shown else found.words


def satisfied_words(found: Share) -> str:
    """The share of satisfied answers with how many there were; below the least number of answers no rate.

    >>> satisfied_words(Share(19, 20, 5)), satisfied_words(Share(3, 4, 5)), satisfied_words(Share(0, 0, 5))
    ('95% of 20', 'too few (4)', 'none')
    """
    if not found.of:
        return "none"
    return f"{found.short} of {found.of:,}" if found.shown else f"too few ({found.of})"
