"""The figures of a report, worked out from cells once for all who look at the same within a minute.

Nobody gets what another may count: a report is found again only by everything that decides what it counts.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from internaldesk.core import daily_report
from internaldesk.core.policy import Actor
from internaldesk.core.quality import Names, QualityReport
from internaldesk.core.tally import Line
from internaldesk.db import db
from internaldesk.quality import queries
from internaldesk.quality.forms import Chosen
from internaldesk.quality.queries import Counted, Standing
from internaldesk.quality.scope import Scope

KEPT = 8
"""Reports in the memory of a process."""
LONGEST = timedelta(minutes=1)
"""What time alone changes, such as ages, is never older."""
SETTLED = timedelta(seconds=1)
"""Facts of this very second may still change without a newer instant, so they are never kept."""


class Worked(NamedTuple):
    """The report, the lines of the table, and how many ratings of the period have words beside them."""

    report: QualityReport
    lines: tuple[Line, ...]
    comments: int


class Shelf:
    """A few reports by what decides their figures, for all threads of a process."""

    def __init__(self, most: int = KEPT) -> None:
        self._most, self._made, self._turn = most, dict[Hashable, tuple[datetime, Worked]](), Lock()

    def take(self, key: Hashable, now: datetime, make: Callable[[], Worked]) -> Worked:
        """What was made for this key within a minute of the aware instant `now`, else what `make` gives.

        One is made at a time: together they would take as long, need more memory, and be the same for many.
        """
        return self._found(key, now) or self._make(key, now, make)

    def _make(self, key: Hashable, now: datetime, make: Callable[[], Worked]) -> Worked:
        with self._turn:
            if (found := self._found(key, now)) is not None:
                return found
            self._made.pop(key, None)
            while len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            made = make()
            self._made[key] = now, made
            return made

    def _found(self, key: Hashable, now: datetime) -> Worked | None:
        at, made = self._made.get(key, (now, None))
        return made if abs(now - at) <= LONGEST else None


_shelf = Shelf()


def worked(chosen: Chosen, standing: Standing) -> Worked:
    """The figures somebody asks for, as of `standing`."""
    now = chosen.over.now

    def make() -> Worked:
        by, fresh_at = chosen.filters.by, standing.fresh_at
        return work(chosen, queries.counted(chosen.scope, chosen.over, by=by, fresh_at=fresh_at), standing)

    if now - standing.fresh_at < SETTLED:
        return make()
    return _shelf.take(key(chosen, standing), now, make)


def key(chosen: Chosen, standing: Standing) -> Hashable:
    """Everything that decides figures but the instant: whose database, who counts what, names, weeks, and how fresh."""
    over = chosen.over
    frame = (over.period, over.before, over.weeks)
    return (db.engine.url, sight(chosen.scope), chosen.known, frame, chosen.filters.by, standing)


def sight(scope: Scope) -> Scope:
    """The scope with nothing of its reader but what decides what they count: managers without cases count the same."""
    who = scope.actor
    if scope.own() is None:
        return replace(scope, actor=Actor(0, manager=who.manager))
    teams = {name: getattr(who, name) for name in ("agent_of", "lead_of", "case_group_of")}
    return replace(scope, actor=Actor(who.id, manager=who.manager, **teams))


def work(chosen: Chosen, counted: Counted, standing: Standing) -> Worked:
    """The figures of these cells."""
    teams = {team.id: team.name for team in chosen.known.teams}
    types = {kind.id: (kind.name, kind.team_id) for kind in chosen.known.types}
    report = daily_report.summarise(counted.cells, chosen.over, Names(teams, types), standing.changes)
    return Worked(report, _lines(chosen, counted, report), daily_report.comments(counted.cells, chosen.over))


def _lines(chosen: Chosen, counted: Counted, report: QualityReport) -> tuple[Line, ...]:
    """The lines of the table, of what `by` says."""
    if chosen.filters.by == "location":
        places = {place.id: (place.name, "") for place in chosen.known.places}
        return daily_report.lines(counted.places, chosen.over, places, "place_id")
    return report.teams if chosen.filters.by == "team" else report.types
