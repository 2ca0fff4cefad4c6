"""What other promises would make of the same requests: a month replayed under a draft, and open ones under an edit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from heapq import merge
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from internaldesk.core import sla
from internaldesk.core.clocks import RETARGET, Clock, Target
from internaldesk.core.figures import LEAST_CASES, Share
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, Rule, holds
from internaldesk.core.sla import Clocks, Event, Kind, Rules

Kept = dict[Target, bool]
"""Which promises a request had, and whether each was kept in every cycle."""
_PROMISING = (Kind.CREATED, Kind.PRIORITY_CHANGED)
_EDITS = (Kind.POLICY_EDITED, Kind.POLICY_REMOVED)


@dataclass(frozen=True, slots=True)
class Draft:
    """A promise that is only tried; it satisfies `core.promises.Rule`.

    `minutes` are business minutes by priority and target; what is missing is not promised. `versions` are those of its
    calendar with the instant from which each holds. `ahead` are the team's rules that come before it and win.
    """

    condition: Mapping[str, Any]
    fallback: bool
    minutes: Mapping[Priority, Mapping[str, float]]
    versions: Sequence[tuple[datetime, int]]
    pause_on: Mapping[Target, frozenset[str]] = field(default_factory=lambda: sla.DEFAULT_PAUSE_ON)
    at_risk_share: Fraction = Fraction(3, 4)
    on_reopen: str = "continue"
    follow_team: bool = False
    ahead: Sequence[Rule] = ()

    def takes(self, asked: Asked) -> bool:
        """Whether it, and no rule ahead of it, would hold."""
        return holds(self, asked) and not any(holds(rule, asked) for rule in self.ahead)

    def hours_at(self, at: datetime) -> int:
        """The version of its calendar in force at `at`; the first one for what was before all of them."""
        ordered = sorted(self.versions, key=itemgetter(0))
        begun = [number for since, number in ordered if since <= at]
        return begun[-1] if begun else ordered[0][1]

    def rules(self, calendars: Mapping[int, BusinessCalendar]) -> Rules:
        """How its clocks count; `calendars` are those it and the logs name, by version."""
        return Rules(
            calendar=calendars[self.versions[0][1]],
            targets={},
            pause_on=self.pause_on,
            at_risk_share=self.at_risk_share,
            on_reopen=self.on_reopen,
            follow_team=self.follow_team,
            calendars=calendars,
        )


def tried(log: Sequence[Event], asked: Asked, draft: Draft, rules: Rules, *, now: datetime) -> Clocks | None:
    """The clocks of a request had the draft held all along; None where it would not have held when it was filed.

    `asked` is the request as it is now: events that do not tell their priority count at its present one. While its
    priority is one the draft does not hold for, what was really promised counts.
    """
    if not draft.takes(_at_priority(asked, log[0])):
        return None
    return sla.settle(sla.rebuild(_under(draft, log, asked, now), rules), now)


def _under(draft: Draft, log: Sequence[Event], asked: Asked, now: datetime) -> Iterator[Event]:
    """The log with the draft's promises and hours in place of the real ones, wherever the draft holds."""
    edits = [
        Event(at=since, kind=Kind.CALENDAR_CHANGED, calendar=number)
        for since, number in sorted(draft.versions, key=itemgetter(0))
        if log[0].at < since <= now
    ]
    told = merge(((event, False) for event in log), ((event, True) for event in edits), key=lambda pair: pair[0].at)
    held = True
    for event, ours in told:
        if event.kind in _PROMISING:
            then = _at_priority(asked, event)
            held = event.kind is Kind.CREATED or draft.takes(then)
            yield _instead(draft, event, then.priority) if held else event
        elif ours is held or not _sets_promise(event):
            yield event


def _sets_promise(event: Event) -> bool:
    """Whether the event says what is promised, or in which hours: the draft's word counts there, or the real one."""
    return event.kind in _EDITS or (event.kind is Kind.CALENDAR_CHANGED and event.team is None)


def _instead(draft: Draft, event: Event, priority: Priority) -> Event:
    return replace(event, policy=draft.minutes.get(priority, {}), calendar=draft.hours_at(event.at))


def _at_priority(asked: Asked, event: Event) -> Asked:
    return asked if event.priority is None else replace(asked, priority=Priority(event.priority))


class Decided(Protocol):
    """What a verdict reads of a clock, stored or folded."""

    @property
    def target(self) -> Target: ...
    @property
    def breached_at(self) -> datetime | None: ...
    @property
    def cause(self) -> str | None: ...
    @property
    def waived_at(self) -> datetime | None: ...


def kept(clocks: Iterable[Decided]) -> Kept:
    """The promises to the requester, and whether each was kept so far; the teams' own parts are none.

    A waived breach is no miss, nor is one that only a new, shorter promise brought about: reports count both apart.
    """
    found: Kept = {}
    for clock in clocks:
        if clock.target is not Target.OLA:
            missed = clock.breached_at is not None and clock.waived_at is None and clock.cause != RETARGET
            found[clock.target] = found.get(clock.target, True) and not missed
    return found


def counted(new: Kept, old: Kept) -> dict[str, Any]:
    """One request of a trial as counts to add up: what the draft would have made of it, and what really became of it.

    One to which the draft promises nothing counts nowhere.
    """
    if not new:
        return {}
    targets = [target for target in Target if target in new or target in old]
    return {
        "requests": 1,
        "new_met": int(all(new.values())),
        "old_met": int(all(old.values())),
        "per_target": {target.value: _of_target(new.get(target), old.get(target)) for target in targets},
    }


def _of_target(new: bool | None, old: bool | None) -> dict[str, int]:
    return {
        "new_requests": int(new is not None),
        "new_met": int(bool(new)),
        "old_requests": int(old is not None),
        "old_met": int(bool(old)),
    }


def with_shares(result: Mapping[str, Any]) -> dict[str, Any]:
    """A trial's counts with the percentages beside them: one decimal, floored, None below ten cases."""
    blank = {"requests": 0, "new_met": 0, "old_met": 0, "per_target": {}}
    found: dict[str, Any] = {**blank, **result}
    found["new"] = _percent(found["new_met"], found["requests"])
    found["old"] = _percent(found["old_met"], found["requests"])
    found["per_target"] = {
        name: {
            **part,
            "new": _percent(part["new_met"], part["new_requests"]),
            "old": _percent(part["old_met"], part["old_requests"]),
        }
        for name, part in found["per_target"].items()
    }
    return found


def _percent(part: int, of: int) -> float | None:
    percent = Share(part, of, LEAST_CASES).percent
    return None if percent is None else float(percent)


class Moved(NamedTuple):
    """What an edit does to one open request: `way` is sooner, later or same; `missed` if it breaks a promise at once.

    `target` is the promise that moves first, `before` and `after` its due instants; None while it is paused or is not
    promised.
    """

    way: str
    missed: bool
    target: Target | None = None
    before: datetime | None = None
    after: datetime | None = None


def moved(before: Clocks, after: Clocks) -> Moved:
    """How the promises of a request differ after an edit; sooner if any of them is, else later if any is."""
    was = {(clock.target, clock.cycle): clock for clock in before if clock.team is None}
    pairs = [(was.get((clock.target, clock.cycle)), clock) for clock in after if clock.team is None]
    found = [(way, old, new) for old, new in pairs if (way := _way(old, new)) != "same"]
    missed = any(new.breached and not (old and old.breached) for old, new in pairs)
    if not found:
        return Moved("same", missed)
    way, old, new = min(found, key=lambda part: part[0] != "sooner")
    return Moved(way, missed, new.target, old.due if old else None, new.due if new.open else None)


def _way(old: Clock | None, new: Clock) -> str:
    """Where a clock went: a new one is sooner than none, one that is over or was missed before goes nowhere."""
    if old is None:
        return "sooner" if new.open else "same"
    if not old.open or old.breached:
        return "same"
    if not new.open:
        return "later"
    if old.due is None or new.due is None:
        return _compared(new.allowance_seconds - old.allowance_seconds)
    return _compared((new.due - old.due).total_seconds())


def _compared(change: float) -> str:
    return "same" if not change else "sooner" if change < 0 else "later"
