"""The words of the worked examples in the documents: a desk open on weekdays from 9 to 17, a promise of 8 hours."""

import sys
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from internaldesk.core import hours, sla
from internaldesk.core.clock_words import Wall, moment, spoken
from internaldesk.core.figures import attainment
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Target
from tests.core.stories import DAYS, NINE_TO_FIVE, at, clocks_after, row, rules_of

_HERE = ZoneInfo("UTC")
_PROMISED = {"resolution": 480}


def account(*events: Any, now: str, target: str = "resolution", team: str | None = None) -> None:
    """Print how a clock came to what it shows."""
    clocks = clocks_after(*events, rules=rules_of(_PROMISED))
    clock = clocks.latest(Target(target), team)
    for line in sla.explain(clock, at(now), reader=_HERE, marks=clocks.marks):
        sys.stdout.write(f"{line.text}\n")


def due(*events: Any, warn_minutes: int) -> None:
    """Print when a promise warns and when it is due."""
    rules = rules_of(_PROMISED, warn_seconds=warn_minutes * 60)
    steps = sla.steps(clocks_after(*events, rules=rules).latest(Target.RESOLUTION))
    said = {"at_risk": "at risk", "breach": "due"}
    told = [f"{said.get(step.kind, step.kind)} {moment(step.at, Wall(_HERE, _HERE, step.at))}" for step in steps]
    sys.stdout.write(f"{', '.join(told)}\n")


def change(when: str, promised: float) -> dict[str, Any]:
    """Another priority, whose solution is promised within so many hours."""
    return row(f"{when} priority_changed", policy={"resolution": promised * 60})


def other_hours(when: str, start: str, end: str) -> dict[str, Any]:
    """Edited opening hours of every weekday."""
    return row(f"{when} calendar_changed", calendar={"timezone": "UTC", "hours": _weekdays(start, end)})


def closed_after_all(when: str, day: str) -> dict[str, Any]:
    """A forgotten holiday, counted anew."""
    begin = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    period = {"since": begin.isoformat(), "until": (begin + timedelta(days=1)).isoformat()}
    return row(f"{when} corrected", calendar={**NINE_TO_FIVE, "holidays": [day]}, **period)


def open_time(zone: str, window: tuple[str, str], start: str, end: str) -> str:
    """How long a calendar of one window a day is open between two wall-clock times of its zone."""
    cal = BusinessCalendar.parse({"timezone": zone, "hours": {day: [list(window)] for day in DAYS}})
    since, until = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (start, end))
    return spoken(hours.elapsed(cal, since, until) // timedelta(seconds=1))


def _weekdays(start: str, end: str) -> dict[str, Any]:
    return {day: [[start, end]] for day in DAYS[:5]}


WORDS = {word.__name__: word for word in (account, due, change, other_hours, closed_after_all, open_time, attainment)}
