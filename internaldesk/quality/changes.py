"""The dated changes a chart of one team names: promises and hours that its lead set anew."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import literal, select, union_all

from internaldesk.core.quality import Dated
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.sla import Calendar, CalendarVersion, Policy, PolicyVersion
from internaldesk.quality.scope import Scope, teams_of

_NAMED = 34
"""Characters of a note that stands in the chart."""


def dated(scope: Scope, over: Frame) -> list[Dated]:
    """What changed in the weeks of a report about a single team, one note a week; nothing for several teams at once.

    A new promise of one of eight teams is no reason to expect another median of all of them.
    """
    chosen = scope.teams or teams_of(scope.actor) or frozenset()
    if len(chosen) != 1:
        return []
    found: dict[int, list[tuple[datetime, str]]] = defaultdict(list)
    for at, words in _changes(next(iter(chosen)), over.weeks[0].start, over.weeks[-1].end):
        week = next((number for number, week in enumerate(over.weeks) if week.holds(at)), None)
        if week is not None:
            found[week].append((at, words))
    return [_note(found[week]) for week in sorted(found)]


def _changes(team_id: int, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    promises = (
        select(PolicyVersion.valid_from, literal("Promise: ") + Policy.name)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.team_id == team_id, PolicyVersion.author_id.is_not(None))
        .where(PolicyVersion.valid_from >= since, PolicyVersion.valid_from < until)
    )
    hours = (
        select(CalendarVersion.valid_from, Calendar.name + literal(" changed"))
        .join(Calendar, Calendar.id == CalendarVersion.calendar_id)
        .join(Team, Team.calendar_id == Calendar.id)
        .where(Team.id == team_id, CalendarVersion.author_id.is_not(None))
        .where(CalendarVersion.valid_from >= since, CalendarVersion.valid_from < until)
    )
    rows = db.session.execute(union_all(promises, hours))
    return sorted((row[0], row[1]) for row in rows)


def _note(of_week: list[tuple[datetime, str]]) -> Dated:
    at, words = of_week[0]
    if len({words for _, words in of_week}) > 1:
        words = f"{len(of_week)} changes of promises and hours"
    return Dated(at, words if len(words) <= _NAMED else f"{words[: _NAMED - 1].rstrip()}…")
