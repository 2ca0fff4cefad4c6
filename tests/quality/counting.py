"""The figures of the told desk once more, from its raw rows and by plain code: nothing of the desk's own counting."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, sqrt
from typing import Any

from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from tests.quality.story import PERIOD

BEGIN, END = PERIOD.start, PERIOD.end
NOW_AND_THEN = ((BEGIN, END), (BEGIN - timedelta(weeks=13), BEGIN))
"""The period and the one before, of which both ends lie in summer time, so that weeks are weeks of hours."""


def rows(table: Any, *where: Any) -> Sequence[Any]:
    """Rows of tickets that managers may count, the plain way."""
    query = select(table) if table is Ticket else select(table).join(Ticket, table.ticket_id == Ticket.id)
    return db.session.scalars(query.where(Ticket.confidentiality.in_(("O", "T")), *where)).all()


def verdicts(target: str, begin: datetime = BEGIN, end: datetime = END) -> list[Clock]:
    return [c for c in rows(Clock, Clock.target == target) if c.decided_at and begin <= c.decided_at < end]


def counted(target: str, begin: datetime = BEGIN, end: datetime = END) -> list[bool]:
    """Of each promise that was kept or missed whether it was kept; misses of others' making are neither."""
    return [kept(clock) for clock in verdicts(target, begin, end) if kept(clock) or not apart(clock)]


def kept(clock: Clock) -> bool:
    return clock.breached_at is None


def apart(clock: Clock) -> bool:
    return not kept(clock) and (clock.waived_at is not None or clock.cause in ("retarget", "approver"))


def used(clocks: Sequence[Clock]) -> list[int]:
    """The working seconds of those that came to an end."""
    return [clock.used_seconds for clock in clocks if clock.stopped_at is not None]


def nth(values: Sequence[int], share: float) -> int:
    """The smallest value with at least `share` of all at or below it, found by looking."""
    return next(v for v in sorted(values) if sum(w <= v for w in values) >= share * len(values))


def filed() -> list[Ticket]:
    return [t for t in rows(Ticket) if BEGIN <= t.filed_at < END]


def stretches() -> Iterator[tuple[Ticket, datetime, datetime | None, datetime]]:
    """Every span in which something was open, from the log of events: (ticket, from, until, filed)."""
    for ticket in rows(Ticket):
        log = rows(Event, Event.ticket_id == ticket.id, Event.kind.in_(["solved", "reopened", "refused"]))
        since: datetime | None = ticket.filed_at
        for event in sorted(log, key=lambda event: event.id):
            if event.kind in ("solved", "refused"):
                assert since is not None
                yield ticket, since, event.at, ticket.filed_at
                since = None
            else:
                since = event.at
        if since is not None:
            yield ticket, since, None, ticket.filed_at


def refusals() -> set[tuple[int, datetime]]:
    return {(event.ticket_id, event.at) for event in rows(Event, Event.kind == "refused")}


def overall(rating: Rating) -> int:
    given = [s for s in (rating.attitude, rating.responsiveness, rating.clarity, rating.simplicity) if s is not None]
    return int(Decimal(sum(given)) / len(given) + Decimal("0.5"))


def ratings(begin: datetime = BEGIN, end: datetime = END) -> list[Rating]:
    return [r for r in rows(Rating) if begin <= r.at < end]


def asked() -> list[RatingInvite]:
    return [i for i in rows(RatingInvite) if BEGIN <= i.at < END]


def percent(part: int, of: int, least: int = 10) -> str:
    """A share as the page says it: floored, and counted out below `least` cases."""
    if not of:
        return "none"
    return f"{100 * part // of}%" if of >= least else f"{part} of {of}"


def wilson(part: int, of: int) -> tuple[float, float]:
    """The ends of the 95 % interval: where the distance to the share is 1.96 standard errors, found by halving."""

    def beyond(p: float) -> bool:
        return abs(part / of - p) > 1.959963984540054 * sqrt(p * (1 - p) / of)

    return bisected(part / of, 0.0, beyond), bisected(part / of, 1.0, beyond)


def bisected(inner: float, outer: float, beyond: Callable[[float], bool]) -> float:
    if not beyond(outer):
        return outer
    for _ in range(60):
        middle = (inner + outer) / 2
        inner, outer = (inner, middle) if beyond(middle) else (middle, outer)
    return inner


def way(better: bool, apart_: bool) -> str:
    return ("Better." if better else "Worse.") if apart_ else "No real change."


def share_way(now: Sequence[bool], then: Sequence[bool]) -> str:
    """Better, worse or neither: the intervals have no value in common."""
    (low, high), (old_low, old_high) = wilson(sum(now), len(now)), wilson(sum(then), len(then))
    return way(low > old_high, low > old_high or high < old_low)


def times_way(now: Sequence[int], then: Sequence[int]) -> str:
    """Faster, slower or neither: a tenth apart, and the intervals of the medians have no value in common."""
    (low, high), (old_low, old_high) = median_ends(now), median_ends(then)
    new, old = nth(now, 0.5), nth(then, 0.5)
    return way(new < old, abs(new - old) * 10 >= old and (high < old_low or low > old_high))


def median_ends(values: Sequence[int]) -> tuple[int, int]:
    n, found = len(values), sorted(values)
    reach = 1.959963984540054 * sqrt(n)
    return found[max(floor((n - reach) / 2), 1) - 1], found[min(ceil(1 + (n + reach) / 2), n) - 1]


def weeks() -> dict[str, tuple[datetime, datetime]]:
    """The 13 whole weeks before this one by their last day, in London, where the clocks go back on 25 October 2026."""
    mondays = [datetime(2026, 8, 24, tzinfo=UTC) + timedelta(weeks=n) for n in range(14)]
    midnights = [at if at > datetime(2026, 10, 25, tzinfo=UTC) else at - timedelta(hours=1) for at in mondays]
    return {f"{end - timedelta(hours=12):%-d %b}": (begin, end) for begin, end in pairwise(midnights)}
