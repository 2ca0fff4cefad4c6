"""What one version of a calendar says: a zone, a week, closures and special openings, with their labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo

from internaldesk.calendars import written
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import DAY_MINUTES, DAYS, Window, clock_time


@dataclass(frozen=True, slots=True)
class Closure:
    """A closed part of a local date, in minutes after midnight; `row` is the line of the form it was typed in."""

    day: date
    start: int = 0
    end: int = DAY_MINUTES
    label: str = ""
    row: int = field(default=0, compare=False)

    @property
    def whole(self) -> bool:
        """Whether the whole date is closed."""
        return (self.start, self.end) == written.WHOLE_DAY

    @property
    def part_said(self) -> str:
        """Which part of the date, in words: “all day”, “from 12:00”, “until 12:00”, “12:00-14:00”."""
        if self.whole:
            return "all day"
        if self.end == DAY_MINUTES:
            return f"from {clock_time(self.start)}"
        return written.said((self.start, self.end)) if self.start else f"until {clock_time(self.end)}"


@dataclass(frozen=True, slots=True)
class Opening:
    """The windows of a local date in place of its usual ones; `row` is the line of the form it was typed in."""

    day: date
    windows: tuple[Window, ...]
    label: str = ""
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A zone, seven days of windows (Monday first), closures and special openings in the order of their dates."""

    zone: str
    week: tuple[tuple[Window, ...], ...] = ((),) * 7
    closures: tuple[Closure, ...] = ()
    openings: tuple[Opening, ...] = ()

    @classmethod
    def of(cls, calendar: BusinessCalendar) -> Self:
        """What a calendar says; it knows no labels."""
        closures = [Closure(day, *part) for day, parts in calendar.closures.items() for part in parts]
        openings = [Opening(day, windows) for day, windows in calendar.openings.items()]
        return cls(calendar.zone.key, calendar.hours, tuple(closures), tuple(openings)).ordered()

    def ordered(self) -> Self:
        """The same with everything in the order of dates, so that equal ones are equal."""
        return replace(
            self,
            closures=tuple(sorted(self.closures, key=lambda shut: (shut.day, shut.start, shut.end, shut.label))),
            openings=tuple(sorted(self.openings, key=lambda special: (special.day, special.windows, special.label))),
        )

    @property
    def calendar(self) -> BusinessCalendar:
        """Business time of this schedule."""
        shut: dict[date, tuple[Window, ...]] = {}
        for part in self.closures:
            shut[part.day] = tuple(sorted({*shut.get(part.day, ()), (part.start, part.end)}))
        opened = {special.day: special.windows for special in self.openings}
        return BusinessCalendar(ZoneInfo(self.zone), self.week, shut, opened)

    @property
    def names(self) -> Mapping[date, str]:
        """The labels of closures by date."""
        return {shut.day: shut.label for shut in self.closures if shut.label}

    @property
    def hours(self) -> dict[str, Any]:
        """The week as it is stored and as the core reads it."""
        pairs = ([[clock_time(a), clock_time(b)] for a, b in windows] for windows in self.week)
        return {day: found for day, found in zip(DAYS, pairs, strict=True) if found}

    def exceptions(self) -> Iterator[dict[str, Any]]:
        """Closures and special openings as columns of their rows."""
        for shut in self.closures:
            yield {"day": shut.day, "from_min": shut.start, "to_min": shut.end, "opening": False, "label": shut.label}
        for special in self.openings:
            for start, end in special.windows:
                row = {"from_min": start, "to_min": end, "opening": True, "label": special.label}
                yield {"day": special.day, **row}
