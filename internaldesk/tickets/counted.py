"""How the promises of a request were counted, in words: the same sums for everybody who may read it."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from internaldesk.core import account, hours
from internaldesk.core import clock_words as words
from internaldesk.core import clocks as clock_verbs
from internaldesk.core.account import Line
from internaldesk.core.clock_set import RESOLVED, Clocks
from internaldesk.core.clock_view import ClockView, Shown, view
from internaldesk.core.clocks import Clock, Target
from internaldesk.core.happenings import Kind
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.wording import Pill
from internaldesk.tickets.pills import LABELS
from internaldesk.tickets.records import Record
from internaldesk.web import promises

Key = tuple[Target, int, int]
"""A cycle of a clock: target, owning team (0 for the promise itself), number of the cycle."""
_WHO = {
    "paused": (Kind.STATUS, Kind.APPROVAL_ASKED),
    "retarget": (Kind.PRIORITY, Kind.RETARGETED),
    "waived": (Kind.WAIVED,),
    "handed": (Kind.TRANSFERRED,),
}
_TOGETHER = {Target.NEXT_RESPONSE: "Next replies", Target.PERIODIC_UPDATE: "Words in between"}


class Entry(NamedTuple):
    """A line of an account: its words, who did it and why, and what was used by then where it used something."""

    kind: str
    words: str
    by: str
    total: str


class Account(NamedTuple):
    """One cycle of a promise, or of what a team owes the desk: how it stands and how that came about."""

    key: Key
    label: str
    pill: Pill
    promised: str
    due: str
    lines: list[Entry]
    missed: bool

    @property
    def anchor(self) -> str:
        """Its name within the page."""
        return f"{self.key[0]}-{self.key[1]}-{self.key[2]}".replace("_", "-")


class Part(NamedTuple):
    """A team that held the request: when, what it used of each promise, what it waited for, and its own part."""

    team: str
    held: list[str]
    used: list[tuple[str, str]]
    waited: list[tuple[str, str]]
    own: tuple[str, Pill] | None
    apart: str


class Counted(NamedTuple):
    """Everything the page says; `together` is the sum of all teams, which is what each promise used."""

    accounts: list[Account]
    parts: list[Part]
    together: list[tuple[str, str]]


def counted(record: Record, *, now: datetime, reader: ZoneInfo, internal: bool) -> Counted:
    """The account of a record at `now` for a reader in that zone; what teams owe the desk only where `internal`."""
    teller = _Teller(record, now, reader)
    shown = [clock for target in (*LABELS, *([Target.OLA] if internal else [])) for clock in _of(record.clocks, target)]
    return Counted([teller.account(clock) for clock in shown], teller.parts(internal=internal), teller.together())


def _of(clocks: Clocks, target: Target) -> list[Clock]:
    """Every cycle of a target, of all teams where teams have it, in the order they began."""
    return sorted((clock for clock in clocks if clock.target is target), key=lambda clock: clock.started_at)


class _Teller:
    """Says what a record holds at an instant to a reader in a zone."""

    def __init__(self, record: Record, now: datetime, reader: ZoneInfo) -> None:
        self.record, self.clocks, self.now, self.reader = record, record.clocks, now, reader

    def account(self, clock: Clock) -> Account:
        shown = view(clock, self.now)
        told = account.explain(clock, self.now, reader=self.reader, marks=self.clocks.marks)
        return Account(
            key=(clock.target, int(clock.team or 0), clock.cycle),
            label=self._label(clock),
            pill=_pill(clock, shown),
            promised=f"{words.spoken(clock.allowance_seconds)} in {self._hours(clock)}",
            due=self._due(clock, shown),
            lines=[self._entry(line) for line in told],
            missed=clock.breached and clock.waived_at is None,
        )

    def parts(self, *, internal: bool) -> list[Part]:
        teams = dict.fromkeys(str(held.team_id) for held in self.record.held)
        return [self._part(team, internal) for team in teams]

    def together(self) -> list[tuple[str, str]]:
        """What each promise used in everybody's hands."""
        return [
            (_TOGETHER.get(target, label), words.spoken(sum(clock_verbs.used(clock, self.now) for clock in found)))
            for target, label in LABELS.items()
            if (found := _of(self.clocks, target))
        ]

    def _part(self, team: str, internal: bool) -> Part:
        own = self.clocks.latest(Target.OLA, team) if internal else None
        return Part(
            team=self.record.team(team),
            held=[self._span(held.started_at, held.ended_at) for held in self.record.held if str(held.team_id) == team],
            used=[(label, words.spoken(spent)) for label, spent in self._used(team)],
            waited=[(words.WAITS.get(why, why), words.spoken(spent)) for why, spent in self._waited(team)],
            own=self._own(own) if own else None,
            apart=self._apart(own, team) if own else "",
        )

    def _used(self, team: str | None) -> Iterator[tuple[str, int]]:
        for target, label in LABELS.items():
            spent = [dict(account.by_team(clock, self.now)).get(team) for clock in _of(self.clocks, target)]
            found = [seconds for seconds in spent if seconds is not None]
            if found:
                yield _TOGETHER.get(target, label), sum(found)

    def _waited(self, team: str) -> list[tuple[str, int]]:
        """Working time in which it waited for somebody while the team had it, by whom or what."""
        end = (self.clocks.at if self.clocks.over else None) or self.now
        found: dict[str, int] = {}
        ends = [*(mark.at for mark in self.clocks.marks), max(self.now, end)]
        for mark, (since, until) in zip(self.clocks.marks, pairwise(ends), strict=True):
            if mark.team == team and mark.reason and mark.reason != RESOLVED:
                spent = clock_verbs.whole_seconds(hours.elapsed(mark.calendar, since, min(until, end)))
                found[mark.reason] = found.get(mark.reason, 0) + spent
        return [(why, spent) for why, spent in found.items() if spent]

    def _own(self, clock: Clock) -> tuple[str, Pill]:
        spent, allowed = clock_verbs.used(clock, self.now), clock.allowance_seconds
        shown = view(clock, self.now)
        due = self._due(clock, shown)
        used = f"{words.spoken(spent)} of {words.spoken(allowed)} in {self._hours(clock)}"
        return f"{used}{f', due {due}' if due else ''}", _pill(clock, shown)

    def _apart(self, own: Clock, team: str) -> str:
        """Why the team's own time is not what the promise to solve it used in its hands; empty where it is."""
        promise = self.clocks.latest(Target.RESOLUTION)
        if promise is None:
            return ""
        spent, used = clock_verbs.used(own, self.now), dict(account.by_team(promise, self.now)).get(team, 0)
        if spent == used:
            return ""
        others = self._calendar(own) != self._calendar(promise)
        why = f"it counts in {self._hours(own)}" if others else "each rests while it waits for other things"
        more = "more" if spent > used else "less"
        return f"{words.spoken(abs(spent - used))} {more} than the promise counted meanwhile, because {why}."

    def _entry(self, line: Line) -> Entry:
        total = words.spoken(line.total) if line.seconds and line.kind != "sum" else ""
        return Entry(line.kind, line.text, self._by(line), total)

    def _by(self, line: Line) -> str:
        """Who did it and the reason they gave, as far as everybody may read it."""
        done = [act for act in self.record.acts if act.at == line.start and act.kind in _WHO.get(line.kind, ())]
        if line.kind == "handed":
            return ", ".join([f"to {self.record.team(line.team)}", *(f"by {act.who}" for act in done[-1:])])
        return "; ".join(f"{act.who}: {act.reason}" if act.reason else act.who for act in done[-1:])

    def _label(self, clock: Clock) -> str:
        if clock.target is Target.OLA:
            return f"{self.record.team(clock.team)}: own part"
        many = len(self.clocks.all(clock.target)) > 1
        return f"{LABELS[clock.target]} {clock.cycle}" if many else LABELS[clock.target]

    def _due(self, clock: Clock, shown: ClockView) -> str:
        """In the zone of the reader, and beside it on the wall clock of its hours where that shows another time."""
        if shown.due is None or shown.shown is Shown.CANCELLED:
            return ""
        there, here = self._calendar(clock).zone, self.reader
        told = words.moment(shown.due, self._wall(here))
        same = words.moment(shown.due, self._wall(there)) == told
        return told if same else f"{told}, {self._beside(shown.due, there)}"

    def _beside(self, at: datetime, zone: ZoneInfo) -> str:
        return f"in its hours {words.moment(at, self._wall(zone))}"

    def _hours(self, clock: Clock) -> str:
        cal = self._calendar(clock)
        here = words.moment(self.now, words.Wall(cal.zone, cal.zone, self.now))
        named = words.moment(self.now, self._wall(cal.zone)) != here
        return f"{self.record.hours_named(cal)}{f' ({cal.zone.key})' if named else ''}"

    def _wall(self, zone: ZoneInfo) -> words.Wall:
        """The wall clock in a zone, read by the reader now."""
        return words.Wall(zone, self.reader, self.now)

    def _calendar(self, clock: Clock) -> BusinessCalendar:
        """The hours it counts in, or did last, or will."""
        if clock.calendar is not None:
            return clock.calendar
        return clock.segments[-1].calendar if clock.segments else self.clocks.hours_for(clock.target)

    def _span(self, since: datetime, until: datetime | None) -> str:
        if until is None:
            return f"since {words.moment(since, self._wall(self.reader))}"
        return words.span(since, until, self._wall(self.reader))


def _pill(clock: Clock, shown: ClockView) -> Pill:
    match shown.shown:
        case Shown.MET if clock.stopped_at:
            return promises.met(clock.stopped_at)
        case Shown.MISSED if clock.stopped_at:
            return promises.missed(clock.stopped_at)
        case Shown.WAIVED:
            return promises.waived()
        case Shown.CANCELLED:
            return promises.cancelled()
        case Shown.PAUSED:
            return promises.paused(words.WAITS.get(shown.reason or "", "paused").capitalize())
        case _:
            assert shown.due is not None
            share = min(100, shown.percent)
            return promises.running(shown.due, share=share, risk_at=shown.at_risk_at)
