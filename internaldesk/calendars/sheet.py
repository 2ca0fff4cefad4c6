"""A calendar as it is typed into the form: lines of text, read into a schedule or refused with every fault named."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from itertools import zip_longest
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from internaldesk.calendars import checks, written
from internaldesk.calendars.schedule import Closure, Opening, Schedule
from internaldesk.core import hours_text
from internaldesk.core.errors import Refused
from internaldesk.core.hours_text import DAY_MINUTES, DAYS, NAMES, BadCalendar, Window, clock_time

LONGEST_NAME = 120
_PAGE = ("name", "zone", "week", *DAYS, "closures", "closure", "openings", "opening")
Found = TypeVar("Found")


class ClosureLine(NamedTuple):
    """A closure as typed; without times it is the whole date."""

    date: str = ""
    start: str = ""
    end: str = ""
    label: str = ""


class OpeningLine(NamedTuple):
    """A special opening as typed."""

    date: str = ""
    hours: str = ""
    label: str = ""


Line = TypeVar("Line", ClosureLine, OpeningLine)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that was typed; lines without any word mean nothing."""

    name: str = ""
    zone: str = ""
    week: tuple[str, ...] = ("",) * 7
    closures: tuple[ClosureLine, ...] = ()
    openings: tuple[OpeningLine, ...] = ()

    @classmethod
    def written(cls, name: str, schedule: Schedule) -> "Sheet":
        """The sheet that reads back as this schedule."""
        return cls(
            name=name,
            zone=schedule.zone,
            week=tuple(written.typed(windows) for windows in schedule.week),
            closures=tuple(_closure_line(shut) for shut in schedule.closures),
            openings=tuple(
                OpeningLine(special.day.isoformat(), written.typed(special.windows), special.label)
                for special in schedule.openings
            ),
        )

    def arranged(self) -> "Sheet":
        """The same as the page shows it: lines by their dates, those without one last, empty ones left out.

        Whatever names a line by its number, a fault or a button, counts in this order.
        """
        return replace(self, closures=_arranged(self.closures), openings=_arranged(self.openings))


class Reading(NamedTuple):
    """What a sheet says, as far as it can be read, and everything that is wrong with it."""

    schedule: Schedule
    faults: list[Refused]


def read(sheet: Sheet, *, now: datetime) -> Reading:
    """Read a sheet; the fields of the faults are the ids of the form's controls."""
    reader = _Reader()
    reader.name(sheet.name)
    zone = reader.zone(sheet.zone)
    week = tuple(reader.day(key, name, line) for key, name, line in zip(DAYS, NAMES, sheet.week, strict=True))
    closures = [found for row, line in _filled(sheet.closures) for found in reader.closure(row, line)]
    openings = [found for row, line in _filled(sheet.openings) for found in reader.opening(row, line)]
    schedule = Schedule(zone, week, tuple(closures), tuple(openings))
    today = now.astimezone(ZoneInfo(zone)).date()
    silent = reader.silent()
    found = [fault for fault in checks.faults(schedule, today=today) if fault.field not in silent]
    return Reading(schedule.ordered(), sorted([*reader.faults, *found], key=_place))


@cache
def zones() -> frozenset[str]:
    """Every zone a calendar may have."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def lines(kind: type[Line], *columns: Iterable[str]) -> tuple[Line, ...]:
    """Lines from the columns of a form, however many of each arrived."""
    return tuple(kind(*line) for line in zip_longest(*columns, fillvalue=""))


def day_of(line: ClosureLine | OpeningLine) -> date | None:
    """The date of a line, if one can be read."""
    try:
        return date.fromisoformat(line.date)
    except ValueError:
        return None


def _arranged(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(filter(any, lines), key=lambda line: day_of(line) or date.max))


@dataclass(slots=True)
class _Reader:
    """Reads line after line and notes what cannot be read."""

    faults: list[Refused] = field(default_factory=list)

    def silent(self) -> set[str | None]:
        """The fields about which nothing more is said: what they mean is not known yet."""
        unread = {fault.field for fault in self.faults}
        hours = any(place in DAYS or place.startswith("opening") for place in unread if place)
        return {*unread, "week"} if hours else unread

    def refuse(self, sentence: str, place: str) -> None:
        self.faults.append(Refused(sentence, field=place))

    def name(self, words: str) -> None:
        if not words:
            self.refuse("Give the calendar a name, such as Leeds office hours.", "name")
        elif len(words) > LONGEST_NAME:
            self.refuse(f"The name has {len(words)} characters: write at most {LONGEST_NAME}.", "name")

    def zone(self, words: str) -> str:
        exact = words if words in zones() else {zone.lower(): zone for zone in zones()}.get(words.lower())
        if exact is None:
            asked = f"“{words}” is not a time zone" if words else "The calendar needs a time zone"
            self.refuse(f"{asked}: choose a name from the list, such as Europe/London.", "zone")
        return exact or "UTC"

    def day(self, key: str, name: str, line: str) -> tuple[Window, ...]:
        return self._tried(lambda: written.read(line, where=name), key) or ()

    def closure(self, row: int, line: ClosureLine) -> Iterator[Closure]:
        day = self._date(line.date, "closure", row)
        where = f"Closure on {line.date}" if day else f"Closure {row}"
        part = self._tried(lambda: _part(line, where), f"closure_start-{row}")
        if day and part:
            yield Closure(day, *part, line.label, row)

    def opening(self, row: int, line: OpeningLine) -> Iterator[Opening]:
        day = self._date(line.date, "special opening", row)
        where = f"Special opening on {line.date}" if day else f"Special opening {row}"
        windows = self._tried(lambda: written.read(line.hours, where=where), f"opening_hours-{row}")
        if windows == ():
            self.refuse(
                f"{where}: write its hours, such as 09:00-13:00, or close the day above.", f"opening_hours-{row}"
            )
        if day and windows:
            yield Opening(day, windows, line.label, row)

    def _date(self, words: str, what: str, row: int) -> date | None:
        place = f"{what.rsplit(maxsplit=1)[-1]}_date-{row}"
        if not words:
            self.refuse(f"{what.capitalize()} {row} needs its date.", place)
            return None
        return self._tried(lambda: hours_text.day(words), place)

    def _tried(self, reading: Callable[[], Found], place: str) -> Found | None:
        try:
            return reading()
        except BadCalendar as bad:
            self.refuse(str(bad), place)
            return None


def _filled(lines: Iterable[Line]) -> Iterator[tuple[int, Line]]:
    """The lines with any word in them, and their places, counted from one."""
    return ((row, line) for row, line in enumerate(lines, 1) if any(line))


def _part(line: ClosureLine, where: str) -> Window:
    start = written.minutes(line.start, where=where) if line.start else 0
    end = written.minutes(line.end, where=where) if line.end else DAY_MINUTES
    if end <= start:
        raise BadCalendar(f"{where}: {written.said((start, end))} ends before it begins.")
    return start, end


def _closure_line(shut: Closure) -> ClosureLine:
    start = "" if shut.start == 0 else clock_time(shut.start)
    end = "" if shut.end == DAY_MINUTES else clock_time(shut.end)
    return ClosureLine(shut.day.isoformat(), start, end, shut.label)


def _place(fault: Refused) -> tuple[int, int]:
    """Where on the page a fault is."""
    name, _, row = (fault.field or "").partition("-")
    return _PAGE.index(name.partition("_")[0]), int(row or 0)
