"""What a rule as it stands on the page would mean: the same few requests, how the lengths were read, what is off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from internaldesk.core import durations
from internaldesk.core.clocks import Target
from internaldesk.core.examples import Example, examples
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.sla import CalendarException
from internaldesk.promises import routes, saying
from internaldesk.promises.checks import cell
from internaldesk.promises.forms import PromiseForm
from internaldesk.promises.queries import Choices
from internaldesk.promises.terms import TARGETS

_SHOWN = (Target.FIRST_RESPONSE, Target.RESOLUTION)
_LONGEST = 400 * 24 * 60


@dataclass(frozen=True, slots=True)
class Panel:
    """The preview: for which priority, in whose zone, the same requests under each promise, what is wrong, warnings.

    `heads` name the promises, such as "First reply" and "8 h"; a row has an example for each of them. `read` says
    lengths back by field, `day` how long a day is, `outside` the priorities the rule does not hold for.
    """

    level: Priority
    zone: str
    heads: list[tuple[str, str]]
    rows: list[tuple[Example, ...]]
    faults: list[str]
    warnings: list[str]
    read: Mapping[str, str]
    day: str
    outside: frozenset[Priority]


def panel(form: PromiseForm, found: Choices, calendar: BusinessCalendar | None, *, by: Actor, now: datetime) -> Panel:
    """The preview of a form as far as it can be read; writes nothing."""
    level = Priority(form.shown_for.data) if form.shown_for.data in list(Priority) else Priority.MEDIUM
    readings = form.readings()
    shown = {target: readings.get(cell(level, target), 0) for target in _SHOWN}
    shown = {target: minutes for target, minutes in shown.items() if 0 < minutes <= _LONGEST}
    return Panel(
        level=level,
        zone=calendar.zone.key if calendar else "",
        heads=[(saying.TITLES[target], durations.said(minutes)) for target, minutes in shown.items()],
        rows=_rows(shown.values(), calendar, now=now) if calendar and shown else [],
        faults=[words for field in form for words in field.errors],
        warnings=_warnings(form, found, by=by, now=now),
        read=_read_back(form, readings),
        day=_day(form),
        outside=frozenset(Priority) - frozenset(form.promise.priorities),
    )


def _read_back(form: PromiseForm, readings: Mapping[str, int]) -> dict[str, str]:
    """ "= 16 h" for each length that was written in other words than the desk's, empty for the others."""
    found = {}
    for name in (cell(level, target) for level in Priority for target in TARGETS):
        said = durations.said(readings[name]) if name in readings else ""
        found[name] = f"= {said}" if said and said != " ".join((form[name].data or "").split()) else ""
    return found


def _day(form: PromiseForm) -> str:
    how = "Write 30 min, 2 h 30 or 2 days; leave empty what is not promised."
    return f"{how} A business day of this calendar has {durations.said(form.day)} open." if form.day else how


def _rows(promised: Iterable[int], calendar: BusinessCalendar, *, now: datetime) -> list[tuple[Example, ...]]:
    """The same requests under each of these promises, in minutes."""
    if calendar.version is None or not any(calendar.hours):
        return []
    names = _closures(calendar.version)
    found = [examples(calendar, minutes, now=now, names=names) for minutes in promised]
    return list(zip(*found, strict=True))


def _closures(version_id: int) -> dict[date, str]:
    """What the closed days of a calendar are called."""
    query = select(CalendarException.day, CalendarException.label).where(
        CalendarException.version_id == version_id, CalendarException.opening.is_(False), CalendarException.label != ""
    )
    return {row.day: row.label for row in db.session.execute(query)}


def _warnings(form: PromiseForm, found: Choices, *, by: Actor, now: datetime) -> list[str]:
    """Whether the teams' own parts along the usual route fit into what would be promised."""
    promise = form.promise
    types = promise.condition.types & found.types.keys() or found.types.keys()
    route = routes.usual(types, actor=by, now=now)
    sentence = routes.too_long(promise, route, routes.parts(route)) if route else ""
    return [sentence] if sentence else []
