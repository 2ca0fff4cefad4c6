"""All clocks of one ticket together with the few facts of the ticket that decide what moves them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from internaldesk.core import clocks as clock_verbs
from internaldesk.core.clocks import Clock, Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla_rules import Rules

RESOLVED = "resolved"
"""The reason of the marks between a resolution and a reopening, when nothing runs."""


@dataclass(frozen=True, slots=True)
class Mark:
    """From `at` on the ticket waited for `reason` (None: it was worked on), and promises counted on `calendar`."""

    at: datetime
    calendar: BusinessCalendar
    reason: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Immutable: every clock a ticket ever had, oldest first, and where the ticket stands.

    Amounts in `targets` and `ola` are seconds. `asked_at` is the oldest requester message not yet answered, once the
    ticket was answered for the first time. `over` says why nothing can happen any more (merged, rejected, withdrawn).
    """

    items: tuple[Clock, ...] = ()
    at: datetime | None = None
    seq: int = 0
    created_at: datetime | None = None
    targets: Mapping[Target, int] = field(default_factory=dict)
    calendar: BusinessCalendar | None = None
    follow_team: bool = False
    team: str | None = None
    team_calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    ola: Mapping[str, int] = field(default_factory=dict)
    waiting: str | None = None
    until: datetime | None = None
    answered: bool = False
    asked_at: datetime | None = None
    replied_at: datetime | None = None
    resolved_at: datetime | None = None
    over: str | None = None
    marks: tuple[Mark, ...] = ()

    def __iter__(self) -> Iterator[Clock]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def all(self, target: Target, team: str | None = None) -> tuple[Clock, ...]:
        """Every cycle of a target, oldest first; for OLA those of the team."""
        return tuple(clock for clock in self.items if clock.target is target and clock.team == team)

    def latest(self, target: Target, team: str | None = None) -> Clock | None:
        """The newest cycle of a target, or None."""
        found = self.all(target, team)
        return found[-1] if found else None

    def hours_for(self, target: Target) -> BusinessCalendar:
        """The calendar in which that target counts now."""
        assert self.calendar is not None  # set by the first event
        own = self.team_calendars.get(self.team) if self.team is not None else None
        return own if own is not None and (self.follow_team or target is Target.OLA) else self.calendar

    def each(self, change: Callable[[Clock], Clock], *targets: Target) -> Self:
        """The set with every open clock (of those targets, or of any) changed."""
        wanted = targets or tuple(Target)
        items = tuple(change(c) if c.open and c.target in wanted else c for c in self.items)
        return replace(self, items=items)

    def put(self, old: Clock | None, new: Clock) -> Self:
        """The set with `old` replaced by `new`, or `new` added."""
        if old is None:
            return replace(self, items=(*self.items, new))
        return replace(self, items=tuple(new if clock is old else clock for clock in self.items))

    def marked(self, at: datetime) -> Self:
        """The set remembering from when on the ticket stands as it does, for promises made later."""
        reason = RESOLVED if self.resolved_at is not None else self.waiting
        mark = Mark(at, self.hours_for(Target.RESOLUTION), reason, self.team)
        return replace(self, marks=(*self.marks, mark))

    def begin(self, rules: Rules, target: Target, at: datetime, allowance: int, team: str | None = None) -> Self:
        """The set with a new cycle started at `at`, running or, while the ticket waits, paused."""
        cycle = len(self.all(target, team)) + 1
        clock = clock_verbs.begun(target, at, rules.amounts(allowance), team=team, cycle=cycle)
        return self.put(None, self.going(rules, clock, at))

    def going(self, rules: Rules, clock: Clock, at: datetime) -> Clock:
        """A clock that does not run: running from `at`, unless what the ticket waits for pauses it."""
        if rules.pauses(clock.target, self.waiting):
            return replace(clock_verbs.pause(clock, at, str(self.waiting)), stopped_at=None)
        return clock_verbs.run(clock, at, self.hours_for(clock.target), self.team)

    def resumed(self, at: datetime) -> Self:
        """The set after the wait ended: every paused clock runs from `at`."""
        awake = replace(self, waiting=None, until=None)
        return awake.each(lambda c: c if c.running else awake.run(c, at)).marked(at)

    def run(self, clock: Clock, at: datetime) -> Clock:
        """The clock running from `at` in the hours that hold now."""
        return clock_verbs.run(clock, at, self.hours_for(clock.target), self.team)

    def settled(self, now: datetime) -> Self:
        """The set at `now`: a scheduled wait ended at its own instant, then breaches recorded at theirs."""
        if self.until is not None and self.until <= now:
            awake = self._breached(self.until).resumed(self.until)
            return replace(awake, at=self.until)._breached(now)
        return self._breached(now)

    def _breached(self, now: datetime) -> Self:
        items = tuple([clock_verbs.settle(clock, now) for clock in self.items])
        return self if items == self.items else replace(self, items=items)
