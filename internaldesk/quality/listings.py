"""What the numbers of a report open: for each kind of list its words, its rows as SQL, and their order.

The rows of every list have the columns of `Columns`, empty where they say nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Integer, Select, String, and_, cast, extract, func, null, or_, select, union_all

from internaldesk.core.clocks import Target
from internaldesk.core.facts import APPROVER, RETARGET
from internaldesk.core.periods import Period
from internaldesk.core.rating import LOW
from internaldesk.core.tally import REOPEN, Frame
from internaldesk.db import UTCDateTime
from internaldesk.models.ratings import Rating
from internaldesk.quality import relations
from internaldesk.quality.scope import Scope

_YOUNG, _OLD, _OLDEST = timedelta(days=2), timedelta(days=5), timedelta(days=10)
_APART = (APPROVER, RETARGET)
_SCORES = ("attitude", "responsiveness", "clarity", "simplicity")


class Columns(NamedTuple):
    """A row of a list: when it happened, since when it counts, and what is known of it; seconds are working time."""

    ticket_id: Any
    key: Any
    at: Any
    since: Any = cast(null(), UTCDateTime())
    target: Any = cast(null(), String())
    met: Any = cast(null(), Boolean())
    used: Any = cast(null(), Integer())
    allowed: Any = cast(null(), Integer())
    score: Any = cast(null(), Integer())
    comment: Any = cast(null(), String())


class Pick(NamedTuple):
    """The part of a report that is opened: all of it, a week of its charts, an age (0 is the youngest), a score."""

    over: Frame
    week: Period | None = None
    age: int | None = None
    score: int | None = None

    @property
    def span(self) -> Period:
        """When it happened."""
        return self.week or self.over.period

    @property
    def instant(self) -> datetime:
        """The end of the week, or now."""
        return self.week.end if self.week else self.over.now


Build = Callable[[Scope, Pick], Select[Any]]


class Listing(NamedTuple):
    """A kind of list: its heading, what is in it, the heads of its two figures, and how it is sorted."""

    title: str
    explains: str
    figure: str
    when: str
    rows: Build
    sort: str = "newest"

    @property
    def noun(self) -> str:
        """What is counted: a request may have missed two promises, or have been solved twice."""
        return {"Took": "promise", "Promise": "promise", "Rating": "rating"}.get(self.figure, "request")


def _filed(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(scope, pick.over.since).subquery()
    return _stretch(span, span.c.opened_at).where(span.c.filed_at.is_(None), _within(span.c.opened_at, pick.span))


def _open(scope: Scope, pick: Pick) -> Select[Any]:
    span, then = relations.stretches(scope, pick.over.since).subquery(), pick.instant
    filed = func.coalesce(span.c.filed_at, span.c.opened_at)
    found = _stretch(span, filed).where(
        span.c.opened_at <= then, or_(span.c.closed_at.is_(None), span.c.closed_at > then)
    )
    return found if pick.age is None else found.where(_aged(filed, then, pick.age))


def _came(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(scope, pick.over.since).subquery()
    return _stretch(span, span.c.opened_at).where(_within(span.c.opened_at, pick.span))


def _went(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(scope, pick.over.since).subquery()
    return _stretch(span, span.c.closed_at).where(_within(span.c.closed_at, pick.span))


def _solved(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(scope, pick.over.since).subquery()
    stayed = and_(span.c.solved_at.is_not(None), or_(span.c.reopened_at.is_(None), ~_came_back(span)))
    return _stretch(span, span.c.closed_at).where(_within(span.c.closed_at, pick.span), stayed)


def _reopened(scope: Scope, pick: Pick) -> Select[Any]:
    """Of those that had their days to come back."""
    span = relations.stretches(scope, pick.over.since).subquery()
    watched = span.c.closed_at <= pick.over.now - REOPEN
    return _stretch(span, span.c.reopened_at).where(_within(span.c.closed_at, pick.span), watched, _came_back(span))


def _first(scope: Scope, pick: Pick) -> Select[Any]:
    return _verdicts(scope, pick, Target.FIRST_RESPONSE, counted=True)


def _median(scope: Scope, pick: Pick) -> Select[Any]:
    return _verdicts(scope, pick, Target.FIRST_RESPONSE, stopped=True)


def _resolution(scope: Scope, pick: Pick) -> Select[Any]:
    return _verdicts(scope, pick, Target.RESOLUTION, stopped=True)


def _missed(scope: Scope, pick: Pick) -> Select[Any]:
    return _verdicts(scope, pick, *relations.PROMISES, met=False, counted=True)


def _apart(scope: Scope, pick: Pick) -> Select[Any]:
    return _verdicts(scope, pick, *relations.PROMISES, met=False, counted=False)


def _late(scope: Scope, _pick: Pick) -> Select[Any]:
    found = relations.late(scope).subquery()
    return _verdict(found).where(~found.c.waived)


def _rated(scope: Scope, pick: Pick) -> Select[Any]:
    found = relations.ratings(scope, pick.span.start, pick.span.end).subquery()
    return _rating(found) if pick.score is None else _rating(found).where(overall(found.c) == pick.score)


def _low(scope: Scope, pick: Pick) -> Select[Any]:
    found = relations.ratings(scope, pick.span.start, pick.span.end).subquery()
    return _rating(found).where(overall(found.c) <= LOW)


def _comments(scope: Scope, pick: Pick) -> Select[Any]:
    found = relations.ratings(scope, pick.span.start, pick.span.end).subquery()
    return _rating(found).where(found.c.spoken)


def _blocked(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(replace(scope, customer=True), pick.over.since).subquery()
    waited = or_(span.c.closed_at.is_(None), span.c.closed_at > pick.span.start)
    since = func.coalesce(span.c.filed_at, span.c.opened_at)
    return _stretch(span, since).where(span.c.opened_at < pick.span.end, waited)


def _parted(scope: Scope, pick: Pick) -> Select[Any]:
    span = relations.stretches(scope, pick.over.since).subquery()
    return _stretch(span, span.c.closed_at).where(span.c.solved_at.is_not(None), _within(span.c.closed_at, pick.span))


_STANDS = ("Stands", "Filed")
LISTINGS: Mapping[str, Listing] = {
    "filed": Listing("Requests filed", "Filed in this time.", *_STANDS, _filed),
    "first": Listing(
        "First replies on time or late",
        "Promises of a first reply that were kept or missed in this time; an automatic receipt is no reply.",
        "Took",
        "Decided",
        _first,
        "slowest",
    ),
    "median": Listing(
        "First replies by time taken",
        "Every first reply of this time, the longest wait first, in working time.",
        "Took",
        "Decided",
        _median,
        "slowest",
    ),
    "missed": Listing(
        "Missed promises",
        "First replies and solutions that came too late or have not come, counted when they became late.",
        "Took",
        "Late since",
        _missed,
    ),
    "apart": Listing(
        "Missed, but counted apart",
        "The promise was shortened on the way, an approver was awaited, or the miss was waived.",
        "Took",
        "Late since",
        _apart,
    ),
    "late": Listing(
        "Missed promises that still wait", "Late now, however long ago.", "Promise", "Late since", _late, "oldest"
    ),
    "open": Listing("Open requests", "Not solved, the oldest first.", "Age", "Filed", _open, "oldest"),
    "came": Listing("Filed or reopened", "What came in, reopened requests among it.", "Stands", "Came", _came),
    "went": Listing("Solved", "What went out, also what was opened again later.", "After", "Solved", _went),
    "solved": Listing(
        "Solved, and stayed solved",
        "Solved by a person and not opened again within seven days; closing by silence is no solution.",
        "After",
        "Solved",
        _solved,
    ),
    "resolution": Listing(
        "Solutions by time taken",
        "Working time from filing to solution, waits for the requester left out; the longest first.",
        "Took",
        "Decided",
        _resolution,
        "slowest",
    ),
    "reopened": Listing(
        "Opened again", "Opened again within seven days of being solved.", "After", "Opened again", _reopened
    ),
    "blocked": Listing("A customer waited", "Open in this time for somebody outside.", *_STANDS, _blocked, "oldest"),
    "parted": Listing("Solved", "Every solution of this time by itself.", "After", "Solved", _parted),
    "rated": Listing("Ratings", "Answers of requesters, 1 to 5.", "Rating", "Rated", _rated),
    "low": Listing("Low ratings", "Answers of 1 or 2 out of 5.", "Rating", "Rated", _low),
    "comments": Listing("Comments", "Ratings with words beside them.", "Rating", "Rated", _comments),
}


def overall(scores: Any) -> Any:
    """The SQL twin of `core.rating.overall`: the mean of the answers given, halves rounded up."""
    given = [getattr(scores, name) for name in _SCORES]
    count = sum((cast(score.is_not(None), Integer) for score in given[1:]), cast(given[0].is_not(None), Integer))
    total = sum((func.coalesce(score, 0) for score in given[1:]), func.coalesce(given[0], 0))
    return (2 * total + count) // (2 * count)


def _listed(columns: Columns) -> Select[Any]:
    return select(*(value.label(name) for name, value in columns._asdict().items()))


def _stretch(span: Any, at: Any) -> Select[Any]:
    since = func.coalesce(span.c.filed_at, span.c.opened_at)
    return _listed(Columns(span.c.ticket_id, span.c.key, at, since))


def _verdicts(
    scope: Scope,
    pick: Pick,
    *targets: Target,
    met: bool | None = None,
    counted: bool | None = None,
    stopped: bool = False,
) -> Select[Any]:
    parts = [relations.decided(scope, target, pick.span.start, pick.span.end) for target in targets]
    found = union_all(*parts).subquery()
    rows, apart = _verdict(found), and_(~found.c.met, or_(found.c.waived, found.c.cause.in_(_APART)))
    if met is not None:
        rows = rows.where(found.c.met if met else ~found.c.met)
    if counted is not None:
        rows = rows.where(~apart if counted else apart)
    return rows.where(found.c.used_seconds.is_not(None)) if stopped else rows


def _verdict(found: Any) -> Select[Any]:
    c = found.c
    at = c.decided_at
    return _listed(Columns(c.ticket_id, c.key, at, at, c.target, c.met, c.used_seconds, c.target_seconds))


def _rating(found: Any) -> Select[Any]:
    comment = select(Rating.comment).where(Rating.id == found.c.key).scalar_subquery()
    return _listed(Columns(found.c.ticket_id, found.c.key, found.c.at, score=overall(found.c), comment=comment))


def _within(at: Any, span: Period) -> Any:
    return and_(at >= span.start, at < span.end)


def _came_back(span: Any) -> Any:
    between = extract("epoch", span.c.reopened_at) - extract("epoch", span.c.closed_at)
    return between <= int(REOPEN.total_seconds())


def _aged(filed: Any, then: datetime, age: int) -> Any:
    """The twin of `core.backlog.age_band`: two and five days to the second are old enough, ten are not yet."""
    edges = (
        filed > then - _YOUNG,
        and_(filed <= then - _YOUNG, filed > then - _OLD),
        and_(filed <= then - _OLD, filed >= then - _OLDEST),
        filed < then - _OLDEST,
    )
    return edges[age]
