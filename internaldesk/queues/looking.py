"""The list that an address asks for, with everything around its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from internaldesk.core import hours, periods
from internaldesk.models.queues import SavedView
from internaldesk.queues import filtering, frame, queries, saving
from internaldesk.queues.columns import COLUMNS, FIXED
from internaldesk.queues.filtering import SOLVED, View
from internaldesk.queues.queries import Choices, Counts
from internaldesk.queues.scope import PAST, Scope, Shape
from internaldesk.sla import queries as sla
from internaldesk.tickets.worklist import Place, Row
from internaldesk.web.auth import actor
from internaldesk.web.desk import now
from internaldesk.web.horizon import Due, Horizon, horizon

_HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Look:
    """A list as it was asked for: what there is to choose, what was chosen, the saved views and all numbers."""

    choices: Choices
    scope: Scope
    kept: Sequence[SavedView]
    counts: Counts

    @property
    def opened(self) -> SavedView | None:
        """The saved view it was opened from, if it is one of the reader's."""
        return next((kept for kept in self.kept if kept.id == self.scope.filters.saved), None)

    @property
    def changed(self) -> bool:
        """Whether it is no longer what that saved view says."""
        scope, kept = self.scope, self.opened
        return kept is not None and saving.differs(kept, scope.view, scope.filters, self.choices.offered)


def chosen(view: View) -> tuple[Choices, Scope]:
    """What there is to choose, and what the address chose of it; one statement."""
    choices = queries.choices(actor())
    filters = filtering.read(request.args.to_dict(flat=False), choices.offered)
    return choices, Scope(Shape(actor(), view, filters), now())


def look(view: View) -> Look:
    """The list with its numbers; three statements."""
    choices, scope = chosen(view)
    kept = saving.shown(actor())
    counts = queries.counts(scope, [saving.shape_of(each, actor(), choices.offered) for each in kept])
    return Look(choices, scope, kept, counts)


def around(found: Look) -> dict[str, Any]:
    """What stands around the rows."""
    scope, counts, choices = found.scope, found.counts, found.choices
    view, filters = scope.view, scope.filters
    place = {name: frame.address(at) for name in ("after", "before") if (at := placed(name)) is not None}
    since = f"{int(scope.now.timestamp())}-{counts.state}"
    opened, address = found.opened.id if found.opened else 0, view.url + filters.query(**place)
    return {
        "view": view,
        "solved": view is SOLVED,
        "filters": filters,
        "columns": [COLUMNS[name] for name in filters.columns],
        "width": FIXED + len(filters.columns),
        "dense": request.cookies.get("density") == "compact",
        "count": counts.shown_solved if view is SOLVED else counts.shown,
        "here": address,
        "address": address,
        "poll": f"/queue/changes{filters.query(**place, view=view.slug, since=since)}",
        "seen": int(scope.now.timestamp()),
        "tally": frame.tally(scope, counts),
        "chips": frame.chips(choices, scope),
        "sorts": {name: frame.sort_url(scope, name) for name in ("due", "filed")},
        "choices": choices,
        "opened": found.opened,
        "changed": found.changed,
        "nav": {
            "title": choices.title,
            "views": frame.rail(counts, "" if opened else view.slug),
            "saved": frame.saved(found.kept, counts, opened),
        },
        "updated": f"{scope.now.astimezone(scope.zone):%H:%M:%S}",
    }


def strip(scope: Scope, rows: Sequence[Row]) -> Horizon | None:
    """The strip over the working day of the soonest promise in the list; none where no promise runs."""
    running = next((row for row in rows if row.runs), None)
    if running is None or scope.view is SOLVED or running.next_calendar_version_id is None:
        return None
    calendar = sla.calendars([running.next_calendar_version_id])[running.next_calendar_version_id]
    opening, past = hours.next_open(calendar, scope.now), scope.now - PAST
    midnight = periods.day(opening.astimezone(scope.zone).date(), scope.zone).end
    *_, (_, closing) = hours.spans(calendar, opening, midnight)
    start = max(past - (past - datetime.min.replace(tzinfo=UTC)) % _HALF_HOUR, opening - _HALF_HOUR)
    dues = [Due(at, owned) for at, owned in queries.dues(scope)]
    return horizon(dues, start=start, end=closing, now=scope.now, zone=scope.zone)


def placed(name: str) -> Place | None:
    """A place in the list from the address."""
    return frame.place(request.args.get(name, ""))
