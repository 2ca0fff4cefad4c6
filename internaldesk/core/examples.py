"""What a promise of some minutes means on a calendar: a few telling requests, when each is due, and why in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from internaldesk.core import hours, offsets, wording
from internaldesk.core.durations import said
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.hours_text import DAY_MINUTES, NAMES, clock_time

NOBODY: Mapping[date, str] = MappingProxyType({})
FAR = timedelta(days=1100)
"""Three years: what is not due by then says more about the hours than about the promise."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_YEAR = timedelta(days=400)
_EVE = time(16, 30)
_FRIDAY, _SUNDAY = 4, 6
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Example:
    """A request filed at an instant and when it is due, both on the calendar's own clock (compare them in UTC only).

    `due` None: never. `today` is the day on which the example was made, so that the words can say "today".
    """

    label: str
    filed: datetime
    due: datetime | None
    because: str
    today: date

    @property
    def filed_words(self) -> str:
        """As in “Tue 24 Nov, 10:48”."""
        return _instant(self.filed, self.today)

    @property
    def due_words(self) -> str:
        """As in “today 11:48”, “Mon 30 Nov, 09:50”, “never”."""
        if self.due is None:
            return "never"
        return f"today {_time(self.due)}" if self.due.date() == self.today else _instant(self.due, self.today)


class Change(NamedTuple):
    """A clock change: the instant, and by how much local time jumps (negative: back)."""

    at: datetime
    by: timedelta

    @property
    def way(self) -> str:
        """Forward or back."""
        return "forward" if self.by > timedelta(0) else "back"


def examples(
    calendar: BusinessCalendar, minutes: int, *, now: datetime, names: Mapping[date, str] = NOBODY
) -> list[Example]:
    """The same rows for every calendar, as far as it has them, for a promise of so many minutes (at least one).

    Now; the coming Friday 16:50; the last open day before the next closure, 16:30; the coming Sunday 10:00; and the
    two clock changes ahead. Seconds of `now` are left out. `names` are the labels of closures by date.

    >>> office = {"timezone": "Europe/London", "hours": {d: [["09:00", "17:00"]] for d in hours.DAYS[:5]}}
    >>> tuesday = datetime.fromisoformat("2026-11-24T10:48:00+00:00")
    >>> for row in examples(BusinessCalendar.parse(office), 60, now=tuesday)[:2]:
    ...     print(row.filed_words, "->", row.due_words, "because", row.because)
    Tue 24 Nov, 10:48 -> today 11:48 because 1 h, same day
    Fri 27 Nov, 16:50 -> Mon 30 Nov, 09:50 because 10 min Friday, 50 min Monday
    """
    start = now.replace(second=0, microsecond=0)
    bare, today = replace(calendar, closures={}), hours.local(calendar, start).date()
    telling = _Telling(calendar, bare, timedelta(minutes=minutes), names, today)
    return [telling.example(label, filed) for label, filed in _telling_moments(telling, start)]


def changes(calendar: BusinessCalendar, *, after: datetime) -> list[Change]:
    """The next two clock changes of the calendar's zone; none where it has none within a good year."""
    start = offsets.ticks(after) // offsets.DAY * offsets.DAY
    pieces = list(offsets.pieces(calendar.zone, start, start + _YEAR // _DAY * offsets.DAY))
    found = [
        Change(offsets.instant(begun), timedelta(microseconds=offset - before))
        for (_, _, before), (begun, _, offset) in pairwise(pieces)
    ]
    return [change for change in found if change.at > after][:2]


def amount(length: timedelta) -> str:
    """Business time in hours and minutes, never in days: a working day is no day.

    >>> amount(timedelta(minutes=50)), amount(timedelta(hours=40))
    ('50 min', '40 h')
    """
    return said(length // _MINUTE)


@dataclass(frozen=True, slots=True)
class _Telling:
    """What every example needs to know; instants are UTC, since two wall clocks of one zone compare hand by hand."""

    calendar: BusinessCalendar
    bare: BusinessCalendar  # without its closures
    promise: timedelta
    names: Mapping[date, str]
    today: date

    def example(self, label: str, filed: datetime) -> Example:
        due: datetime | None = None
        open_ahead = hours.elapsed(self.calendar, filed, filed + FAR)
        if open_ahead >= self.promise:
            due = hours.add(self.calendar, filed, self.promise)
            because = "; ".join(_reasons(self, filed, due))
        elif open_ahead:
            because = f"these hours open too rarely: {amount(self.promise)} take more than three years"
        else:
            because = "these hours never open, so nothing is ever due"
        return Example(label, self.local(filed), self.local(due) if due else None, because, self.today)

    def local(self, at: datetime) -> datetime:
        return hours.local(self.calendar, at)

    def at(self, on: date, when: time = time.min) -> datetime:
        return datetime.combine(on, when, tzinfo=self.calendar.zone).astimezone(UTC)

    def open_on(self, on: date, calendar: BusinessCalendar | None = None) -> timedelta:
        """The open time of a local date."""
        return hours.elapsed(calendar or self.calendar, self.at(on), self.at(on + _DAY))

    def day(self, on: date) -> str:
        return _day(on, self.today)


def _telling_moments(telling: _Telling, now: datetime) -> Iterator[tuple[str, datetime]]:
    yield "now", now
    yield "late on a Friday", _coming(telling, _FRIDAY, time(16, 50), now)
    eve = _eve(telling, now)
    if eve is not None:
        yield eve
    yield "on a Sunday", _coming(telling, _SUNDAY, time(10), now)
    before = min(30, max(1, telling.promise // _MINUTE // 2)) * _MINUTE
    for change in changes(telling.calendar, after=now):
        yield f"before the clock goes {change.way}", change.at - before


def _coming(telling: _Telling, weekday: int, when: time, now: datetime) -> datetime:
    day = telling.today + (weekday - telling.today.weekday()) % 7 * _DAY
    found = telling.at(day, when)
    return found if found >= now else telling.at(day + 7 * _DAY, when)


def _eve(telling: _Telling, now: datetime) -> tuple[str, datetime] | None:
    """The last open afternoon before the next date that a closure takes away; whole dates before parts of dates."""
    ahead = [on for on in telling.calendar.closures if telling.today < on <= telling.today + FAR]
    felt = [on for on in ahead if telling.open_on(on) < telling.open_on(on, telling.bare)]
    for on in sorted(felt, key=lambda on: (telling.open_on(on) > timedelta(0), on)):
        days = (on - back * _DAY for back in range(1, 32))
        last = next((day for day in days if telling.open_on(day)), None)
        if last is not None and telling.at(last, _EVE) >= now:
            return f"before {telling.names.get(on) or telling.day(on)}", telling.at(last, _EVE)
    return None


def _reasons(telling: _Telling, filed: datetime, due: datetime) -> Iterator[str]:
    near = due - filed < 6 * _DAY
    used = _used(telling, filed, due)
    opening = hours.next_open(telling.calendar, filed)
    if opening > filed:
        yield from _closed_first(telling, filed, opening, near=near)
    if len(used) > 1:
        yield _counted(telling, used, near=near)
    elif opening == filed:
        yield f"{amount(telling.promise)}, same day"
    yield from _closures(telling, filed, due)
    for change in changes(telling.calendar, after=filed):
        if change.at < due:
            yield _changed(telling.calendar, change)


def _used(telling: _Telling, filed: datetime, due: datetime) -> dict[date, timedelta]:
    """How much of the promise each local date gives, days without any left out."""
    found: dict[date, timedelta] = {}
    for span in hours.spans(telling.calendar, filed, due):
        start, end = span
        while start < end:
            on = telling.local(start).date()
            until = min(end, telling.at(on + _DAY))
            found[on] = found.get(on, timedelta(0)) + (until - start)
            start = until
    return found


def _closed_first(telling: _Telling, filed: datetime, opening: datetime, *, near: bool) -> Iterator[str]:
    on, opens = telling.local(filed).date(), telling.local(opening)
    if opens.date() == on:
        yield f"closed until {_time(opens)}"
        return
    if not telling.calendar.hours[on.weekday()] and on not in telling.calendar.openings:
        yield f"closed on {NAMES[on.weekday()]}s"
    elif not _taken(telling, on, filed, opening):
        yield "closed at that hour"
    yield f"from {_on(telling, opens.date(), near)} {_time(opens)}"


def _counted(telling: _Telling, used: Mapping[date, timedelta], *, near: bool) -> str:
    """As in “10 min Friday, 50 min Monday”; of many days the first and the last."""
    parts = [f"{amount(length)} {_on(telling, day, near)}" for day, length in used.items()]
    if len(parts) > _NAMED:
        between = sum(list(used.values())[1:-1], timedelta(0))
        parts[1:-1] = [f"{amount(between)} on {len(parts) - 2} days between"]
    return ", ".join(parts)


def _closures(telling: _Telling, filed: datetime, due: datetime) -> Iterator[str]:
    """The closures that took time away between filing and being due."""
    whole: list[str] = []
    for on, parts in telling.calendar.closures.items():
        if not _taken(telling, on, filed, due):
            continue
        label = telling.names.get(on)
        words = telling.day(on) + (f" “{label}”" if label else "")
        if telling.open_on(on):
            yield f"{words} is closed {_listed([_part(*part) for part in parts])}"
        else:
            whole.append(words)
    if whole:
        yield f"{_listed(whole)} {'is' if len(whole) == 1 else 'are'} closed"


def _taken(telling: _Telling, on: date, since: datetime, until: datetime) -> bool:
    """Whether closures took time of that date away between two instants."""
    start, end = max(since, telling.at(on)), min(until, telling.at(on + _DAY))
    return hours.elapsed(telling.bare, start, end) > hours.elapsed(telling.calendar, start, end)


def _changed(calendar: BusinessCalendar, change: Change) -> str:
    length = "an hour" if abs(change.by) == timedelta(hours=1) else amount(abs(change.by))
    was = hours.local(calendar, change.at - _MINUTE) + _MINUTE
    told = f"the clock goes {change.way} at {was:%H:%M}"
    if not (hours.is_open(calendar, change.at) or hours.is_open(calendar, change.at - _MINUTE)):
        return f"{told}, while closed"
    return f"{told}: that night has {length} {'less' if change.way == 'forward' else 'more'}"


def _part(start: int, end: int) -> str:
    since = f"from {clock_time(start)}" if start else ""
    return since if end == DAY_MINUTES else f"{since} until {clock_time(end)}".strip()


def _listed(words: Sequence[str]) -> str:
    """As in “a, b and c”; of many the first few and how many more."""
    if len(words) > _NAMED:
        words = [*words[:_NAMED], f"{len(words) - _NAMED} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _on(telling: _Telling, day: date, near: bool) -> str:
    words = NAMES[day.weekday()] if near else telling.day(day)
    return f"{words} (specially open)" if day in telling.calendar.openings else words


def _day(on: date, today: date) -> str:
    """As in “Fri 25 Dec”, with the year where it is another."""
    return wording.day(on, today=today)


def _instant(at: datetime, today: date) -> str:
    return f"{_day(at.date(), today)}, {_time(at)}"


def _time(at: datetime) -> str:
    """The time of day; in an hour that comes twice, also which of the two."""
    twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    return f"{at:%H:%M} {_zone(at)}" if twice else f"{at:%H:%M}"


def _zone(at: datetime) -> str:
    """As in “BST”, or “UTC+11” where clocks have no such name."""
    name = f"{at:%Z}"
    return name if name.isalpha() else f"UTC{name}"
