"""Kept facts: what one ticket adds to the figures of its days, weeks and months, and the cells that count them.

A cell belongs to a span of local days and to a team; it holds counts and sorted lists of times, so that shares, medians
and the rank of nine in ten come from cells exactly. Working times are kept in steps of half a minute (`step`): every
figure in minutes or tenths of days shows what it would show from seconds.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import IntEnum
from struct import pack, unpack
from sys import byteorder
from typing import NamedTuple

from internaldesk.core.backlog import BANDS
from internaldesk.core.priority import Priority
from internaldesk.core.rating import HIGHEST, LOWEST, QUESTIONS

ANY = -1
"""Stands for every type, place, department, priority or answer to "is a customer waiting" in a cell that counts them
together."""
ANYHOW = ""
"""Stands for every channel in a cell that counts them together."""
SUM = "sum_"
"""What the names of pieces begin with whose values are added up."""
SHAPE = 4
"""Which pieces there are and how cells tell them apart: one more whenever that changes, and all is counted anew."""
TIMES = ("first", "resolution", "lead")
STANDING = ("open", "late")
OF_FORMS = ("seen.", "left.")
"""Names of counts begin so that are about one question of one type: cells of places, where types are one, lack them."""
_STANDINGS = {f"standing_{band}" for band in range(len(BANDS))}
_ANYBODY = (ANY, ANY, ANYHOW)
ASKED = {"filed", "first", *(f"{of.slug}_{score}" for of in QUESTIONS for score in range(LOWEST, HIGHEST + 1))}
"""The pieces that are told apart by who asks."""


class Unit(IntEnum):
    """How long the span of a cell is; NOW holds what is open or late at this moment, on no day."""

    NOW = 0
    DAY = 1
    WEEK = 2
    MONTH = 3


class Space(IntEnum):
    """What a cell tells apart besides teams: all but departments, types alone, or places alone.

    ASKERS tells departments of those who ask apart, alone, and counts only `ASKED` pieces. EACH tells everything apart,
    departments, priorities and channels among it.
    """

    ALL = 0
    TYPES = 1
    PLACES = 2
    ASKERS = 3
    EACH = 5  # 4 was another space, of shapes before 4


class Home(NamedTuple):
    """Where a ticket belongs now; `holder_id` is its team, `cases` whether only a case group may count it.

    `department_id` is that of whoever asked, when they asked; 0 where it was not entered. `priority` is a rank, 0 for
    urgent; `channel` is how the ticket came.
    """

    place_id: int
    customer: bool
    holder_id: int
    cases: bool
    department_id: int = 0
    priority: int = Priority.MEDIUM.rank
    channel: str = "portal"


class Piece(NamedTuple):
    """One thing a ticket adds: counted under `name` where `value` is None, else put to the times of that name.

    Where the name begins with `SUM`, the values are added up under it instead. `day` is the ordinal of a local date, 0
    for what stands now. Values are seconds: of working time in steps, of wall-clock time for "lead", and since 1970 for
    "open" (when it was filed) and "late" (when it became late). `priority` is the rank that was in force when something
    was decided; None for all that counts under the priority of the ticket now.
    """

    name: str
    day: int
    team_id: int
    type_id: int
    value: int | None = None
    priority: int | None = None

    @property
    def short(self) -> Sequence[str | int | None]:
        """The same without the end that says nothing, for keeping.

        >>> Piece("came", 9, 1, 10).short, Piece(*Piece("first", 9, 1, 10, 60).short).value
        (('came', 9, 1, 10), 60)
        """
        if self.priority is not None:
            return self
        return self[:4] if self.value is None else self[:5]


class Key(NamedTuple):
    """Which cell; `start` is the first local date of its span."""

    unit: int
    space: int
    start: date
    team_id: int
    type_id: int
    place_id: int
    customer: int
    holder_id: int
    cases: bool
    department_id: int = ANY
    priority: int = ANY
    channel: str = ANYHOW


Change = dict[tuple[str, int | None], int]
"""How many of what is to be added to a cell, or taken from it where the number is negative; None counts, else times."""


class Changes:
    """What some tickets add and take away, collected by the smallest cells and told for all of them."""

    def __init__(self) -> None:
        self._parts: dict[tuple[Home, int, int, int], Change] = {}

    def add(self, home: Home, of: Iterable[Piece], *, sign: int = 1) -> None:
        """Add the pieces of a ticket, or take them away (`sign` -1)."""
        for name, day, team_id, type_id, value, priority in of:
            here = home if priority in (None, home.priority) else home._replace(priority=priority)
            part = self._parts.setdefault((here, day, team_id, type_id), {})
            what, many = ((name, None), value) if value is not None and name.startswith(SUM) else ((name, value), 1)
            part[what] = part.get(what, 0) + sign * many

    def by_cell(self) -> dict[Key, Change]:
        """The changes of every cell that changes at all."""
        found: dict[Key, Change] = {}
        for (home, day, team_id, type_id), part in self._parts.items():
            if net := {what: many for what, many in part.items() if many}:
                _spread(found, home, (day, team_id, type_id), net)
        return {key: net for key, of in found.items() if (net := {what: many for what, many in of.items() if many})}


class Cell:
    """Counts by name, and times by name; nothing that is nought is kept."""

    __slots__ = ("counts", "times")

    def __init__(self, counts: dict[str, int] | None = None, times: dict[str, list[int]] | None = None) -> None:
        self.counts = dict(counts or {})
        self.times = times or {}

    def __bool__(self) -> bool:
        return bool(self.counts or any(self.times.values()))

    def apply(self, change: Change) -> None:
        """Add what is to be added, and take away what is to be taken."""
        for (name, value), many in change.items():
            if value is None:
                self.counts[name] = self.counts.get(name, 0) + many
                if not self.counts[name]:
                    del self.counts[name]
            elif many > 0:
                self.times.setdefault(name, []).extend([value] * many)
            elif many < 0:
                self._take(name, value, -many)
        for times in self.times.values():
            times.sort()

    def _take(self, name: str, value: int, many: int) -> None:
        times = sorted(self.times.get(name, ()))
        at = bisect_left(times, value)
        if times[at : at + many] != [value] * many:
            raise ValueError(f"{many} times {value} of {name} were never counted here")
        del times[at : at + many]
        self.times[name] = times


def packed(values: Sequence[int]) -> bytes | None:
    """Times as bytes, four each; None for none.

    >>> unpacked(packed([60, 90])), packed([])
    ((60, 90), None)
    """
    return pack(f"<{len(values)}I", *values) if values else None


def unpacked(kept: bytes | None) -> tuple[int, ...]:
    """Times from bytes, also from several of them joined."""
    return unpack(f"<{len(kept) // 4}I", kept) if kept else ()


def ordered(kept: bytes | None) -> Sequence[int]:
    """Times of one cell as they are kept, in order and packed: a number is made only of one that is asked for.

    >>> ordered(packed([60, 90]))[1], len(ordered(None))
    (90, 0)
    """
    found = array("I", kept or b"")
    if byteorder == "big":  # pragma: no cover - kept with the smallest byte first, whatever wrote them
        found.byteswap()
    return found


def starts(day: int) -> Iterator[tuple[Unit, date]]:
    """The spans a day lies in, by their first dates."""
    if not day:
        yield Unit.NOW, date.min
        return
    on = date.fromordinal(day)
    yield from ((Unit.DAY, on), (Unit.WEEK, monday(on)), (Unit.MONTH, on.replace(day=1)))


def _spread(found: dict[Key, Change], home: Home, where: tuple[int, int, int], net: Change) -> None:
    """Put changes of a place, a day, a team and a type into all cells that count them."""
    day, team_id, type_id = where
    whole = type_id, home.place_id, int(home.customer)
    asked = {what: many for what, many in net.items() if what[0] in ASKED}
    spaces = (
        (Space.ALL, net, whole, _ANYBODY),
        (Space.TYPES, net, (type_id, ANY, ANY), _ANYBODY),
        (Space.PLACES, _without_forms(net), (ANY, home.place_id, ANY), _ANYBODY),
        (Space.ASKERS, asked, (ANY, ANY, ANY), (home.department_id, ANY, ANYHOW)),
        (Space.EACH, net, whole, (home.department_id, home.priority, home.channel)),
    )
    for unit, start in starts(day):
        for space, all_, what, who in spaces:
            here = all_ if unit is Unit.WEEK else _without_standing(all_)
            if not here:
                continue
            cell = found.setdefault(Key(unit, space, start, team_id, *what, home.holder_id, home.cases, *who), {})
            for name, many in here.items():
                cell[name] = cell.get(name, 0) + many


def _without_standing(changes: Change) -> Change:
    return {what: many for what, many in changes.items() if what[0] not in _STANDINGS}


def _without_forms(changes: Change) -> Change:
    return {what: many for what, many in changes.items() if not what[0].startswith(OF_FORMS)}


def monday(on: date) -> date:
    """The first day of the week of a date."""
    return on - timedelta(days=on.weekday())
