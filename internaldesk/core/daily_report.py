"""The service quality report from kept facts: the same lines that `core.tally` makes of single facts, from cells."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import Literal, NamedTuple, TypeVar

from internaldesk.core import daily_sums, periods, quality, rating
from internaldesk.core.backlog import Ages, Backlog, Week, steps
from internaldesk.core.daily import STANDING, TIMES, Change, Key, Unit, ordered, packed, unpacked
from internaldesk.core.daily_sums import Counts, Group, Sums, Times
from internaldesk.core.facts import FIRST, RESOLUTION
from internaldesk.core.figures import Share, pace_in_order
from internaldesk.core.findings import Overdue
from internaldesk.core.periods import Period
from internaldesk.core.quality import Dated, Names, QualityReport
from internaldesk.core.tally import Frame, Line, Opinion, Promised, Promises
from internaldesk.core.variation import pace_change_in_order

_UNITS = {
    periods.Unit.DAY: Unit.DAY,
    periods.Unit.WEEK: Unit.WEEK,
    periods.Unit.MONTH: Unit.MONTH,
    periods.Unit.QUARTER: Unit.MONTH,
}
_PROMISED = "promised_"
_DAY = 24 * 3600
_SCALE = range(rating.HIGHEST, rating.LOWEST - 1, -1)
_HAPPY = rating.HIGHEST - rating.SATISFIED + 1
_RATINGS = ("rated", *(question.slug for question in rating.QUESTIONS))
_SCORES = {name: tuple(f"{name}_{score}" for score in _SCALE) for name in _RATINGS}
_VERDICTS = {target: tuple(f"{target}_{field}" for field in Promises._fields) for target in (FIRST, RESOLUTION)}
_Name = TypeVar("_Name", bound=Hashable)
_Pair = tuple[int, int]


class Kept(NamedTuple):
    """A cell as it is stored: times packed, None for none; `open` and `late` only where it is of this moment."""

    key: Key
    counts: Mapping[str, int]
    first: bytes | None = None
    resolution: bytes | None = None
    lead: bytes | None = None
    open: bytes | None = None
    late: bytes | None = None


def unit_of(period: Period) -> Unit:
    """The cells whose spans make up a period."""
    return _UNITS[period.unit]


def summarise(kept: Sequence[Kept], over: Frame, names: Names, changes: Sequence[Dated] = ()) -> QualityReport:
    """The whole report from the cells of one frame, chosen to what the reader may see; each ticket is in one a span.

    What a type adds in a team is summed first; teams are made of that, and the whole of teams.
    """
    smallest = groups(kept, over, lambda key: (key.team_id, key.type_id))
    teams = _together(smallest, over, lambda key: key[0])
    types = _together(smallest, over, lambda key: key[1])
    whole = daily_sums.joined(list(teams.values()), len(over.weeks))
    standing = [cell for cell in kept if cell.key.unit == Unit.NOW]
    return quality.report(
        over,
        whole=line(whole, 0, "All teams"),
        teams=_lines(teams, {key: (name, "") for key, name in names.teams.items()}),
        types=_lines(types, quality.type_names(names)),
        open_now=_backlog(whole, standing, over),
        overdue=_overdue(standing, over.now),
        changes=changes,
    )


def lines(
    kept: Iterable[Kept],
    over: Frame,
    names: Mapping[int, tuple[str, str]],
    column: Literal["team_id", "type_id", "place_id"],
) -> tuple[Line, ...]:
    """A line for each team, type or place that had anything in the period, furthest from its promise first."""
    return _lines(groups(kept, over, attrgetter(column)), names)


def line(group: Group, key: int, name: str, team: str = "") -> Line:
    """All figures of one group."""
    now, before = group.now.counts, group.before.counts
    first, first_before = group.now.of("first"), group.before.of("first")
    return Line(
        key=key,
        name=name,
        team=team,
        requests=now.get("filed", 0),
        first=_promises(now, FIRST),
        first_before=_promises(before, FIRST),
        first_pace=pace_in_order(first),
        first_pace_before=pace_in_order(first_before),
        first_change=pace_change_in_order(first, first_before),
        promised=_promised(now),
        resolution=_promises(now, RESOLUTION),
        resolution_pace=pace_in_order(group.now.of("resolution")),
        lead_pace=pace_in_order(group.now.of("lead")),
        solved=now.get("solved", 0),
        reopened=Share(now.get("returned", 0), now.get("watched", 0)),
        satisfied=_satisfied(now, "rated"),
        satisfied_before=_satisfied(before, "rated"),
        spread=_spread(now, "rated"),
        opinions=tuple(_opinion(now, question) for question in rating.QUESTIONS),
        answered=Share(now.get("answered", 0), now.get("asked", 0)),
        weeks=tuple(pace_in_order(week.of("first")) for week in group.weeks),
        weeks_on_time=tuple(_promises(week.counts, FIRST).on_time for week in group.weeks),
        weeks_satisfied=tuple(_satisfied(week.counts, "rated") for week in group.weeks),
    )


def groups(kept: Iterable[Kept], over: Frame, by: Callable[[Key], _Name]) -> dict[_Name, Group]:
    """The cells of days, weeks and months in groups that `by` names; a week may be in the period and in the charts."""
    unit, now, before = unit_of(over.period), _within(over.period), _within(over.before)
    places = {week.first_day: at for at, week in enumerate(over.weeks)}
    parts: defaultdict[_Name, _Part] = defaultdict(lambda: _Part(over))
    for cell in kept:
        key = cell.key
        if key.unit == Unit.NOW:
            continue
        of, sums = parts[by(key)], _sums(cell)
        if key.unit == Unit.WEEK and key.start in places:
            of.weeks[places[key.start]].append(sums)
        if key.unit == unit and now[0] <= key.start <= now[1]:
            of.now.append(sums)
        elif key.unit == unit and before[0] <= key.start <= before[1]:
            of.before.append(sums)
    return {name: part.group for name, part in parts.items()}


class _Part:
    """The sums of the cells of a group, by the parts of a frame."""

    def __init__(self, over: Frame) -> None:
        self.now: list[Sums] = []
        self.before: list[Sums] = []
        self.weeks: list[list[Sums]] = [[] for _ in over.weeks]

    @property
    def group(self) -> Group:
        weeks = [daily_sums.merged(week, daily_sums.OF_WEEKS) for week in self.weeks]
        return Group(daily_sums.merged(self.now), daily_sums.merged(self.before), weeks)


def _sums(cell: Kept) -> Sums:
    return Sums(cell.counts, {name: ordered(kept) for name in TIMES if (kept := getattr(cell, name))})


def _together(smallest: Mapping[_Pair, Group], over: Frame, by: Callable[[_Pair], int]) -> dict[int, Group]:
    parts: defaultdict[int, list[Group]] = defaultdict(list)
    for pair, group in smallest.items():
        parts[by(pair)].append(group)
    return {key: daily_sums.joined(part, len(over.weeks)) for key, part in parts.items()}


def _lines(found: Mapping[int, Group], names: Mapping[int, tuple[str, str]]) -> tuple[Line, ...]:
    return quality.furthest_first(line(group, key, *names[key]) for key, group in found.items() if key in names)


def comments(kept: Iterable[Kept], over: Frame) -> int:
    """Ratings of the period with words beside them."""
    return sum(cell.counts.get("comments", 0) for cell in of_period(kept, over))


def of_period(kept: Iterable[Kept], over: Frame) -> list[Kept]:
    """The cells that make up the period."""
    unit, (first, last) = unit_of(over.period), _within(over.period)
    return [cell for cell in kept if cell.key.unit == unit and first <= cell.key.start <= last]


def _within(period: Period) -> tuple[date, date]:
    """The first and the last day, worked out once for all cells."""
    return period.first_day, period.last_day


def _times(cells: Iterable[Kept], name: str) -> Times:
    return daily_sums.in_order(ordered(getattr(cell, name)) for cell in cells)


def _promises(counts: Counts, target: str) -> Promises:
    return Promises(*(counts.get(name, 0) for name in _VERDICTS[target]))


def _promised(counts: Counts) -> Promised | None:
    found = sorted((int(name[len(_PROMISED) :]), many) for name, many in counts.items() if name.startswith(_PROMISED))
    if not found:
        return None
    ranks = list(accumulate(many for _, many in found))
    return Promised(found[bisect_left(ranks, (ranks[-1] + 1) // 2)][0], varies=len(found) > 1)


def _spread(counts: Counts, name: str) -> tuple[int, ...]:
    return tuple(counts.get(score, 0) for score in _SCORES[name])


def _satisfied(counts: Counts, name: str) -> Share:
    given = _spread(counts, name)
    return Share(sum(given[:_HAPPY]), sum(given), rating.LEAST_ANSWERS)


def _opinion(counts: Counts, question: rating.Question) -> Opinion:
    return Opinion(question.title, _spread(counts, question.slug), _satisfied(counts, question.slug))


def _backlog(whole: Group, standing: Sequence[Kept], over: Frame) -> Backlog:
    weeks = over.weeks[-quality.SPARK_WEEKS :]
    cut = tuple(_week(week, sums.counts) for week, sums in zip(weeks, whole.weeks[-len(weeks) :], strict=True))
    filed = _times(standing, "open")
    oldest = timedelta(seconds=over.now.timestamp() - filed[0]) if filed else timedelta()
    return Backlog(cut, _ages(filed, over.now), oldest.days, steps([week.ages.total for week in cut]))


def _week(week: Period, counts: Counts) -> Week:
    ages = Ages(*(counts.get(f"standing_{band}", 0) for band in range(len(Ages._fields))))
    return Week(week.label, ages, counts.get("came", 0), counts.get("went", 0))


def _ages(filed: Sequence[int], now: datetime) -> Ages:
    """Ages of what is open, from sorted instants of filing; the edges are those of `backlog.age_band`."""
    at = now.timestamp()
    oldest = bisect_left(filed, at - 10 * _DAY)
    old, young = (bisect_right(filed, at - days * _DAY) for days in (5, 2))
    return Ages(len(filed) - young, young - old, old - oldest, oldest)


def _overdue(standing: Iterable[Kept], now: datetime) -> Overdue:
    late = _times(standing, "late")
    return Overdue(len(late), int(now.timestamp() - late[0]) if late else 0)


def less(kept: Iterable[Kept], own: Mapping[Key, Change]) -> list[Kept]:
    """The cells without what the reader's own tickets add: nobody counts those as one of the team."""
    return [_less(cell, own[cell.key]) if cell.key in own else cell for cell in kept]


def _less(cell: Kept, own: Change) -> Kept:
    """Both may be of slightly different moments: what is not there is not taken away."""
    gone = {name: -many for (name, value), many in own.items() if value is None}
    counts = {name: many for name, of in cell.counts.items() if (many := of + gone.get(name, 0)) > 0}
    times = {name: _rest(name, getattr(cell, name), own) for name in (*TIMES, *STANDING)}
    return Kept(cell.key, counts, **times)


def _rest(of: str, kept: bytes | None, own: Change) -> bytes | None:
    gone = Counter({value: many for (name, value), many in own.items() if name == of and value is not None})
    return packed(sorted((Counter(unpacked(kept)) - gone).elements())) if gone else kept
