"""How a clock came to what it shows: line by line on the wall clock of its hours, and split by team."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from internaldesk.core import clock_words as words
from internaldesk.core import clocks as clock_verbs
from internaldesk.core import hours
from internaldesk.core.clock_set import RESOLVED, Mark
from internaldesk.core.clock_words import spoken
from internaldesk.core.clocks import RETARGET, Clock, ClockState, Segment, Target
from internaldesk.core.hours import BusinessCalendar, NeverOpen

_MANY = 6
"""More open spans than this in a row are folded."""
_CORRECTED = {
    "corrected": "Counted anew on corrected hours from",
    "correction_over": "Counted anew on corrected hours until",
}
_RANK = (
    "handed",
    "hours",
    "retarget",
    "breached",
    "waived",
    "closed",
    "ran",
    "folded",
    "paused",
    "stopped",
    "cancelled",
)
_NOWHERE = ZoneInfo("UTC")
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account: from `start` to `end` (None: an instant, or still so) it used so many business seconds.

    `kind` is `ran`, `folded` (whole working days of it), `closed`, `paused`, `hours` (other hours from here on),
    `handed` (to another team), `retarget`, `breached`, `waived`, `stopped`, `cancelled`, or `sum`, the last line.
    `total` is what was used by then; `team` had it while it ran, or got it.
    """

    kind: str
    start: datetime
    end: datetime | None
    seconds: int
    text: str
    total: int = 0
    team: str | None = None


def explain(clock: Clock, now: datetime, *, reader: ZoneInfo | None = None, marks: Sequence[Mark] = ()) -> list[Line]:
    """Every open span the clock ran in, every pause, new promise and verdict, in the order they happened, and the sum.

    Times are those of the clock's own hours; the zone is named where a clock of the `reader` shows another time. With
    the `marks` of the ticket's `Clocks` each pause says every reason it had, else the first.
    """
    clock = clock_verbs.settle(clock, now)
    runs = _Runs(clock, now, reader)
    lines = [*runs.lines(), *_rests(runs, clock, marks), *_changes(runs, clock), *_verdicts(runs, clock)]
    lines.sort(key=lambda line: (line.start, _RANK.index(line.kind)))
    return [*_totalled(lines), _sum(clock, now)]


def by_team(clock: Clock, now: datetime) -> list[tuple[str | None, int]]:
    """What was used in whose hands, in business seconds, in the order they first had it; it adds up to `used`."""
    found: dict[str | None, int] = {}
    for part in clock.segments:
        found[part.team] = found.get(part.team, 0) + part.seconds
    if clock.running:
        rest = clock_verbs.used(clock, now) - clock.used_seconds
        found[clock.holder] = found.get(clock.holder, 0) + rest
    return list(found.items())


class _Runs:
    """The runs of a clock, the present one up to now, and the wall clocks they are told on."""

    def __init__(self, clock: Clock, now: datetime, reader: ZoneInfo | None) -> None:
        self.all = list(clock.segments)
        self.live = clock.calendar is not None
        self.reader, self.now = reader, now
        if clock.calendar is not None and clock.segment_from is not None:
            until = max(now, clock.segment_from)
            self.all.append(Segment(clock.calendar, clock.segment_from, until, 0, clock.holder, ""))
        told = [clock.breached_at, clock.waived_at, *(change.at for change in clock.retargets)]
        self._cuts = sorted({at for at in told if at is not None})

    def wall(self, at: datetime) -> words.Wall:
        """The wall clock of the hours in force at an instant."""
        begun = [run.calendar.zone for run in self.all if run.start <= at]
        first = self.all[0].calendar.zone if self.all else self.reader or _NOWHERE
        return words.Wall(begun[-1] if begun else first, self.reader, self.now)

    def moment(self, at: datetime) -> str:
        return words.moment(at, self.wall(at))

    def lines(self) -> Iterator[Line]:
        """What was open and what was closed in every run, cut where something happened in it."""
        for run in self.all:
            inside = [at for at in self._cuts if run.start < at < run.end]
            for start, end in pairwise([run.start, *inside, run.end]):
                yield from self._stretch(run, start, end, goes_on=self.live and end is self.all[-1].end)

    def _stretch(self, run: Segment, start: datetime, end: datetime, *, goes_on: bool) -> Iterator[Line]:
        cal = run.calendar
        for spans in _folded(cal, list(hours.spans(cal, start, end))):
            first, last = spans[0][0], spans[-1][1]
            if start < first:
                yield self._closed(cal, start, first)
            yield self._ran(run, spans)
            start = last
        if goes_on and not hours.is_open(cal, end):
            yield self._closed(cal, start, _opening(cal, end))

    def _closed(self, cal: BusinessCalendar, start: datetime, end: datetime | None) -> Line:
        until = "" if end is None else f" until {words.moment(end, words.Wall(cal.zone, self.reader, self.now))}"
        return Line("closed", start, end, 0, f"Closed{until}")

    def _ran(self, run: Segment, spans: Sequence[Span]) -> Line:
        wall = words.Wall(run.calendar.zone, self.reader, self.now)
        first, last = spans[0][0], spans[-1][1]
        spent = sum(clock_verbs.whole_seconds(end - start) for start, end in spans)
        kind, text = "ran", words.span(first, last, wall)
        if len(spans) > 1:
            count = len({_date(run.calendar, span) for span in spans})
            kind, text = "folded", f"{count} full working days, {words.days(first, spans[-1][0], wall)}"
        return Line(kind, first, last, spent, f"{text}: {spoken(spent)}", team=run.team)


def _folded(cal: BusinessCalendar, spans: list[Span]) -> list[list[Span]]:
    """Each span alone, but of many the whole days between the first and the last date together."""
    alone = [[span] for span in spans]
    if len(spans) <= _MANY:
        return alone
    first, last = _date(cal, spans[0]), _date(cal, spans[-1])
    between = [span for span in spans if first < _date(cal, span) < last]
    if len({_date(cal, span) for span in between}) < 2:
        return alone
    before = spans.index(between[0])
    return [*alone[:before], between, *alone[before + len(between) :]]


def _date(cal: BusinessCalendar, span: Span) -> date:
    return hours.local(cal, span[0]).date()


def _opening(cal: BusinessCalendar, at: datetime) -> datetime | None:
    try:
        return hours.next_open(cal, at)
    except NeverOpen:
        return None


def _rests(runs: _Runs, clock: Clock, marks: Sequence[Mark]) -> Iterator[Line]:
    for start, end, known in _gaps(runs, clock):
        for since, until, why in _reasons(start, end, known, clock, marks):
            yield Line("paused", since, until, 0, words.stood_still(why, since, until, runs.wall(since)))


def _gaps(runs: _Runs, clock: Clock) -> Iterator[tuple[datetime, datetime | None, str | None]]:
    """When the clock did not run, until None where it still does not, and why as far as the clock knows."""
    ended: list[tuple[datetime, str | None]] = [(run.end, run.ended_by) for run in runs.all]
    ends = [(clock.started_at, clock.pause_reason), *ended]
    starts: list[datetime | None] = [run.start for run in runs.all]
    if clock.state is ClockState.PAUSED:
        starts.append(None)
    elif clock.stopped_at is not None:
        starts.append(clock.stopped_at)
    for (since, why), until in zip(ends, starts, strict=False):
        if until is None or since < until:
            yield since, until, why


def _reasons(
    start: datetime, end: datetime | None, known: str | None, clock: Clock, marks: Sequence[Mark]
) -> Iterable[tuple[datetime, datetime | None, str | None]]:
    """The gap cut where the ticket began to wait for something else."""
    pieces: list[tuple[datetime, datetime | None, str | None]] = []
    for since, until, mark in _spans_of(marks, start, end):
        why = _reason(mark, clock, known)
        if pieces and pieces[-1][2] == why:
            pieces[-1] = (pieces[-1][0], until, why)
        else:
            pieces.append((since, until, why))
    return pieces


def _spans_of(
    marks: Sequence[Mark], start: datetime, end: datetime | None
) -> Iterator[tuple[datetime, datetime | None, Mark | None]]:
    begun = [mark for mark in marks if mark.at <= start]
    inside = [mark for mark in marks if mark.at > start and (end is None or mark.at < end)]
    current: Mark | None = begun[-1] if begun else None
    for mark in inside:
        yield start, mark.at, current
        start, current = mark.at, mark
    yield start, end, current


def _reason(mark: Mark | None, clock: Clock, known: str | None) -> str | None:
    team_had_it = clock.target is not Target.OLA or (mark is None and known != words.SOLVED)
    if mark is None:
        return known if team_had_it else words.ELSEWHERE
    if mark.reason == RESOLVED:
        return words.SOLVED
    return (mark.reason or known) if team_had_it or mark.team == clock.team else words.ELSEWHERE


def _changes(runs: _Runs, clock: Clock) -> Iterator[Line]:
    for before, after in pairwise(runs.all):
        found = _change(before, after) if before.end == after.start else None
        if found is not None:
            kind, text = found
            text = text.format(at=runs.moment(after.start))
            yield Line(kind, after.start, None, 0, text, team=after.team)
    for change in clock.retargets:
        text = f"New promise from {runs.moment(change.at)}: {spoken(change.after)} instead of {spoken(change.before)}"
        yield Line("retarget", change.at, None, 0, text)


def _change(before: Segment, after: Segment) -> tuple[str, str] | None:
    """What is different from one run to the next that follows at once."""
    if before.ended_by in _CORRECTED:
        return "hours", f"{_CORRECTED[before.ended_by]} {{at}}"
    others = before.calendar != after.calendar
    if before.team != after.team:
        return "handed", "Handed to another team at {at}" + (", with hours of its own" if others else "")
    if others:
        return "hours", "Other opening hours from {at}"
    return None


def _verdicts(runs: _Runs, clock: Clock) -> Iterator[Line]:
    if clock.breached_at is not None:
        promise = f"the promise of {spoken(_promised(clock, clock.breached_at))}"
        up = f"{promise} was used up already" if clock.cause == RETARGET else f"{promise} was used up"
        yield Line("breached", clock.breached_at, None, 0, f"Missed at {runs.moment(clock.breached_at)}: {up}")
    if clock.waived_at is not None:
        yield Line("waived", clock.waived_at, None, 0, f"Waived at {runs.moment(clock.waived_at)}: {clock.waived_why}")
    if clock.stopped_at is not None:
        yield Line("stopped", clock.stopped_at, None, 0, f"Done at {runs.moment(clock.stopped_at)}")
    if clock.cancel_reason is not None:
        since = runs.all[-1].end if runs.all else clock.started_at
        why = words.CALLED_OFF.get(clock.cancel_reason, clock.cancel_reason)
        yield Line("cancelled", since, None, 0, f"Called off: {why}")


def _promised(clock: Clock, at: datetime) -> int:
    """The promise in force at `at`: the one before the first change that came later."""
    later = [change.before for change in clock.retargets if change.at > at]
    return later[0] if later else clock.allowance_seconds


def _totalled(lines: Iterable[Line]) -> Iterator[Line]:
    total = 0
    for line in lines:
        total += line.seconds
        yield replace(line, total=total)


def _sum(clock: Clock, now: datetime) -> Line:
    spent = clock_verbs.used(clock, now)
    text = f"{spoken(spent)} used of {spoken(clock.allowance_seconds)} promised"
    return Line("sum", clock.started_at, clock.stopped_at or now.astimezone(UTC), spent, text, spent)
