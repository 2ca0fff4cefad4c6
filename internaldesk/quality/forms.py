"""What the addresses of these pages say: period and filters, and which list; anything unknown is refused in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from internaldesk.core import periods, tally
from internaldesk.core.backlog import BANDS
from internaldesk.core.errors import Refused
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.core.rating import HIGHEST, LOWEST
from internaldesk.core.tally import Frame
from internaldesk.quality import efforts
from internaldesk.quality.listings import Listing, Pick
from internaldesk.quality.queries import Directory, Named
from internaldesk.quality.scope import Scope
from internaldesk.tickets.arrival import DOORS, PORTAL

USUAL = "13w"
PERIODS = {
    USUAL: "13 weeks",
    "4w": "4 weeks",
    "26w": "26 weeks",
    "month": "Last month",
    "quarter": "Last quarter",
}
GROUPINGS = {"type": "By type", "location": "By location", "team": "By team"}
COLUMNS = ("team", "type", "location", "priority", "channel")
"""The filters of which several can be chosen."""
PRIORITIES = tuple(Named(one.rank, one.value, one.capitalize(), 0) for one in Priority)
_PLANNED = "plan"
CHANNELS = tuple(
    Named(at, slug, f"{words[:1].upper()}{words[1:]}", 0)
    for at, (slug, words) in enumerate({PORTAL: "in the portal", **DOORS, _PLANNED: "recurring"}.items())
)
_LONGEST = 10
Values = MultiDict[str, str]
Args = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of an address by slug, and `by`, what the lines of the table are."""

    period: str = USUAL
    team: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    customer: bool = False
    by: str = "type"

    @property
    def args(self) -> Args:
        """The same as an address says it, without what is usual."""
        found: Args = {name: list(getattr(self, name)) for name in COLUMNS if getattr(self, name)}
        if self.period != USUAL:
            found["period"] = self.period
        if self.customer:
            found["customer"] = "yes"
        if self.by != "type":
            found["by"] = self.by
        return found


class Chosen(NamedTuple):
    """A report somebody asks for: the filters as given, what they mean, and what else they could be."""

    filters: Filters
    scope: Scope
    over: Frame
    known: Directory

    def named(self, column: str) -> list[Named]:
        """What is chosen of one of `COLUMNS`."""
        slugs = getattr(self.filters, column)
        return [entry for entry in self.offered(column) if entry.slug in slugs]

    def offered(self, column: str) -> Sequence[Named]:
        """What can be chosen of one of `COLUMNS`."""
        return entries(self.known, column)


class Opened(NamedTuple):
    """A list somebody asks for."""

    what: str
    listing: Listing
    pick: Pick
    page: int
    department: int | None = None

    def within(self, scope: Scope) -> Scope:
        """The scope, narrowed to the department whose requests are asked for."""
        return scope if self.department is None else replace(scope, departments=frozenset({self.department}))

    @property
    def args(self) -> Args:
        """The list as an address says it, without the page."""
        found: Args = {"what": self.what}
        if self.pick.week is not None:
            found["week"] = self.pick.week.first_day.isoformat()
        if self.pick.age is not None:
            found["age"] = str(self.pick.age)
        if self.pick.score is not None:
            found["score"] = str(self.pick.score)
        if self.department is not None:
            found["department"] = str(self.department)
        return found


def entries(known: Directory, column: str) -> Sequence[Named]:
    """What a filter of `COLUMNS` can name."""
    return dict(zip(COLUMNS, (*known, PRIORITIES, CHANNELS), strict=True))[column]


def read(values: Values, *, actor: Actor, known: Directory, now: datetime, zone: ZoneInfo) -> Chosen:
    """The report an address asks for; periods are cut in `zone`, the same for every reader. Raises Refused."""
    filters = Filters(
        period=values.get("period", "").strip() or USUAL,
        team=_several(values, "team"),
        type=_several(values, "type"),
        location=_several(values, "location"),
        priority=_several(values, "priority"),
        channel=_several(values, "channel"),
        customer=values.get("customer", "") == "yes",
        by=_one_of(values.get("by", "") or "type", GROUPINGS, "by"),
    )
    ids = {column: _ids(entries(known, column), getattr(filters, column), column) for column in COLUMNS}
    scope = Scope(
        actor=actor,
        teams=ids["team"],
        types=ids["type"],
        places=ids["location"],
        customer=filters.customer,
        priorities=frozenset(map(Priority, filters.priority)),
        channels=frozenset(filters.channel),
    )
    return Chosen(filters, scope, tally.frame(periods.parse(filters.period, now, zone), now), known)


def opened(values: Values, over: Frame) -> Opened:
    """The list an address asks for. Raises Refused."""
    what = values.get("what", "") or "filed"
    listing = efforts.listing(what) or efforts.ALL[_one_of(what, efforts.ALL, "what")]
    week = values.get("week", "")
    age = _number(values, "age", "an age", range(len(BANDS)))
    score = _number(values, "score", "a score", range(LOWEST, HIGHEST + 1))
    pick = Pick(over, _week(week, over) if week else None, age, score)
    return Opened(what, listing, pick, page_asked(values), _department(values.get("department", "")))


def _number(values: Values, name: str, noun: str, known: range) -> int | None:
    text = values.get(name, "")
    if text and text not in map(str, known):
        raise Refused(f"“{text[:20]}” is not {noun}: use {known[0]} to {known[-1]}.", field=name)
    return int(text) if text else None


def _department(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < _LONGEST):
        raise Refused(f"“{text[:20]}” is not a department.", field="department")
    return int(text) if text else None


def page_asked(values: Mapping[str, str]) -> int:
    """Which page of a list an address asks for, from 1. Raises Refused."""
    number = values.get("page", "") or "1"
    if not (number.isascii() and number.isdigit() and int(number[:6]) > 0):
        raise Refused(f"“{number[:20]}” is not a page.", field="page")
    return int(number[:6])


def _week(text: str, over: Frame) -> periods.Period:
    """One of the weeks of the charts, by its Monday."""
    try:
        monday = date.fromisoformat(text)
    except ValueError:
        monday = None
    found = next((week for week in over.weeks if week.first_day == monday), None)
    if found is None:
        raise Refused(f"“{text[:20]}” is not the Monday of a week in these charts.", field="week")
    return found


def _several(values: Values, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values.getlist(name) if value))


def _one_of(value: str, offered: Iterable[str], name: str) -> str:
    if value not in offered:
        raise Refused(f"“{value[:20]}” is not known here. Use {', '.join(offered)}.", field=name)
    return value


def _ids(offered: Iterable[Named], slugs: Iterable[str], name: str) -> frozenset[int]:
    ids = {entry.slug: entry.id for entry in offered}
    for slug in slugs:
        if slug not in ids:
            raise Refused(f"There is no {name} “{slug[:60]}” whose figures you can see.", field=name)
    return frozenset(ids[slug] for slug in slugs)
