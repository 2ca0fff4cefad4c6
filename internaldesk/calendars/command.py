"""Say of a calendar in a file what is wrong with it, in the sentences of the page, or what a promise means on it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from internaldesk.calendars import looks, sheet, written
from internaldesk.calendars.schedule import Schedule
from internaldesk.calendars.sheet import ClosureLine, OpeningLine, Sheet
from internaldesk.core import durations
from internaldesk.core.errors import BadInput
from internaldesk.core.examples import examples
from internaldesk.core.figures import counted
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import DAYS, BadCalendar


def told(content: Any, *, promise: str, now: datetime) -> list[str]:
    """The lines to print for a calendar as `BusinessCalendar.parse` reads it; raises BadInput with all its faults."""
    try:
        typed = _sheet(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        typed = None  # not even the shape of a calendar: the core says what is wrong with it
    found = sheet.read(typed, now=now).faults if typed else []
    if found:
        raise BadInput(" ".join(fault.sentence for fault in found))
    try:
        schedule = Schedule.of(BusinessCalendar.parse(content))
        minutes = looks.promised(promise, schedule)
    except (BadCalendar, durations.BadDuration) as bad:
        raise BadInput(str(bad)) from bad
    return [_summary(schedule), f"A promise of {durations.said(minutes)} means:", *_means(schedule, minutes, now)]


def _sheet(content: Any) -> Sheet:
    """The calendar as somebody would type it; fails where the shape is another."""
    hours = content["hours"]
    if not isinstance(hours, Mapping) or not set(hours) <= set(DAYS):
        raise ValueError("hours by weekday")
    return Sheet(
        name="From a file",
        zone=_text(content["timezone"]),
        week=tuple(_line(hours.get(day, [])) for day in DAYS),
        closures=tuple(map(_closure, _list(content.get("holidays") or []))),
        openings=tuple(map(_opening, _list(content.get("openings") or []))),
    )


def _closure(entry: Any) -> ClosureLine:
    if isinstance(entry, str):
        return ClosureLine(entry)
    return ClosureLine(_text(entry["date"]), _text(entry.get("from") or ""), _text(entry.get("to") or ""))


def _opening(entry: Any) -> OpeningLine:
    pairs = entry["hours"] if "hours" in entry else [[entry["from"], entry["to"]]]
    return OpeningLine(_text(entry["date"]), _line(pairs))


def _line(pairs: Any) -> str:
    return ", ".join(f"{_text(start)}-{_text(end)}" for start, end in _list(pairs))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _summary(schedule: Schedule) -> str:
    closures = counted(len(schedule.closures), "closure")
    openings = counted(len(schedule.openings), "special opening")
    return f"{written.week_short(schedule.week)} in {schedule.zone}, {closures}, {openings}."


def _means(schedule: Schedule, minutes: int, now: datetime) -> Iterable[str]:
    for row in examples(schedule.calendar, minutes, now=now):
        yield f"Filed {row.filed_words} ({row.label}): due {row.due_words}, because {row.because}."
