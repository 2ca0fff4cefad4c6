"""What each kind of event does to a ticket's clocks: one row of the rules, one function."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from internaldesk.core import clocks as clock_verbs
from internaldesk.core import replayed
from internaldesk.core import sla_corrections as corrections
from internaldesk.core.clock_set import Clocks
from internaldesk.core.clocks import Clock, ClockState, Target
from internaldesk.core.sla_events import Event, Kind
from internaldesk.core.sla_rules import Rules, in_seconds, seconds

SPOKEN = frozenset({"phone", "walk-in", "walk_in", "walkin"})
"""Channels on which whoever files a ticket is talking to the requester; in a chat only an agent is."""
LOGGED_BACK = timedelta(minutes=60)
"""How far back work logged afterwards may start its clocks."""
_REPLIED_TO = (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.PERIODIC_UPDATE)
_PROMISES = (*_REPLIED_TO, Target.RESOLUTION)
_WOKEN_BY_MESSAGE = ("requester", "scheduled")

V = TypeVar("V")


def _created(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    start = at if event.since is None else min(at, max(event.since, at - LOGGED_BACK))
    team_calendar = rules.resolve(event.team_calendar)
    clocks = replace(
        clocks,
        created_at=start,
        targets=in_seconds(rules.targets if event.policy is None else event.policy),
        calendar=rules.resolve(event.calendar) or rules.calendar,
        follow_team=rules.follow_team,
        team=event.team,
        team_calendars=_with(clocks.team_calendars, event.team, team_calendar),
        ola=_agreed(clocks, event.team, event),
    ).marked(start)
    for target in (Target.FIRST_RESPONSE, Target.RESOLUTION):
        if target in clocks.targets:
            clocks = clocks.begin(rules, target, start, clocks.targets[target])
    clocks = _hold(clocks, start, rules)
    if _spoken_to(event):
        clocks = replace(_stopped(clocks, start, Target.FIRST_RESPONSE), answered=True)
    return clocks


def _agent_reply(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    clocks = replace(_stopped(clocks, at, *_REPLIED_TO), answered=True, asked_at=None, replied_at=at)
    promised = clocks.targets.get(Target.PERIODIC_UPDATE)
    if promised is None or clocks.resolved_at is not None:
        return clocks
    return clocks.begin(rules, Target.PERIODIC_UPDATE, at, promised)


def _requester_reply(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    if clocks.waiting in _WOKEN_BY_MESSAGE:
        clocks = clocks.resumed(at)
    if not clocks.answered or clocks.asked_at is not None:
        return clocks
    clocks = replace(clocks, asked_at=at)
    promised = clocks.targets.get(Target.NEXT_RESPONSE)
    return clocks if promised is None else clocks.begin(rules, Target.NEXT_RESPONSE, at, promised)


def _no_reply_needed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    clocks = _cancelled(clocks, at, str(event.kind), Target.NEXT_RESPONSE)
    return replace(clocks, asked_at=None)


def _pending(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    if clocks.resolved_at is not None:
        return clocks
    reason = event.reason or "requester"
    until = event.until if reason == "scheduled" else None
    if until is not None and until <= at:
        return _resumed(clocks, at, event, rules)
    waiting = replace(clocks, waiting=reason, until=until).marked(at)
    return _each_by_its_list(waiting, at, rules)


def _resumed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    return clocks if clocks.waiting is None else clocks.resumed(at)


def _rejected(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    return _ended(_cancelled(clocks, at, str(event.kind)), str(event.kind))


def _withdrawn(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    reason = event.reason or str(event.kind)
    return _ended(_cancelled(clocks, at, reason), reason)


def _merged_into(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    clocks = clocks.each(lambda c: clock_verbs.stop(c, at) if c.breached else clock_verbs.cancel(c, at, "merged"))
    return _ended(clocks, "merged")


def _resolved(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    clocks = _stopped(clocks, at)
    return replace(clocks, waiting=None, until=None, answered=True, asked_at=None, resolved_at=at).marked(at)


def _reopened(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    if clocks.resolved_at is None:
        return clocks
    clocks = replace(clocks, resolved_at=None, replied_at=None).marked(at)
    clocks = _resolution_again(clocks, at, rules)
    return replayed.add_missing(_hold(clocks, at, rules), rules, at)


def _priority_changed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    targets = in_seconds(rules.targets if event.policy is None else event.policy)
    calendar = rules.resolve(event.calendar) or clocks.calendar
    ola = _agreed(clocks, clocks.team, event)
    clocks = replace(clocks, targets=targets, ola=ola, calendar=calendar, follow_team=rules.follow_team)
    clocks = clocks.each(lambda c: _promised(clocks, c, at, rules))
    clocks = _on_current_hours(_each_by_its_list(clocks, at, rules), at, "policy")
    return clocks if clocks.resolved_at is not None else replayed.add_missing(clocks, rules, at)


def _policy_edited(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    """Running clocks keep their version, unless the administrator applied the edit to open tickets."""
    return _priority_changed(clocks, at, event, rules) if event.applies else clocks


def _policy_removed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    return replace(_cancelled(clocks, at, "no_policy", *_PROMISES), targets={})


def _calendar_changed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    changed = rules.resolve(event.calendar)
    if event.team is not None:
        clocks = replace(clocks, team_calendars=_with(clocks.team_calendars, event.team, changed))
    else:
        clocks = replace(clocks, calendar=changed or clocks.calendar)
    return _on_current_hours(clocks, at, "calendar")


def _transferred(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    if event.team != clocks.team:
        clocks = _stopped(clocks, at, Target.OLA)
    ref = event.calendar if event.team_calendar is None else event.team_calendar
    clocks = replace(
        clocks,
        team=event.team,
        team_calendars=_with(clocks.team_calendars, event.team, rules.resolve(ref)),
        ola=_agreed(clocks, event.team, event),
    )
    clocks = _on_current_hours(clocks, at, str(event.kind))
    return clocks if clocks.resolved_at is not None else _hold(clocks, at, rules)


def _absorbed(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    return clocks if event.other is None else replayed.absorb(clocks, rules, at, event.other)


def _hold(clocks: Clocks, at: datetime, rules: Rules) -> Clocks:
    """The team that has the ticket goes on with its own allowance, or begins it."""
    allowance = clocks.ola.get(clocks.team) if clocks.team is not None else None
    clock = clocks.latest(Target.OLA, clocks.team)
    if allowance is None:
        return clocks if clock is None or not clock.open else clocks.put(clock, _promised(clocks, clock, at, rules))
    if clock is None or clock.state is ClockState.CANCELLED:
        return replayed.add_own_part(clocks, rules, at)
    back = clock_verbs.retarget(clock, at, rules.amounts(allowance))
    return clocks.put(clock, back if clock.open else clocks.going(rules, back, at))


def _resolution_again(clocks: Clocks, at: datetime, rules: Rules) -> Clocks:
    """Reopened: a full new cycle where the policy says so, else the old clock runs on with what it has used."""
    clock = clocks.latest(Target.RESOLUTION)
    if rules.on_reopen == "new_cycle":
        allowance = clocks.targets.get(Target.RESOLUTION)
        return clocks if allowance is None else clocks.begin(rules, Target.RESOLUTION, at, allowance)
    if clock is None or clock.state is not ClockState.STOPPED:
        return clocks
    return clocks.put(clock, clocks.run(clock, at))


def _spoken_to(event: Event) -> bool:
    if event.by in ("requester", "employee"):
        return False
    return event.channel in SPOKEN or (event.channel == "chat" and event.by is not None)


def _promised(clocks: Clocks, clock: Clock, at: datetime, rules: Rules) -> Clock:
    """An open clock under what is promised now, or agreed with its team; called off if that is nothing."""
    own = clock.target is Target.OLA
    allowance = clocks.ola.get(str(clock.team)) if own else clocks.targets.get(clock.target)
    if allowance is None:
        return clock_verbs.cancel(clock, at, "no_policy")
    return clock_verbs.retarget(clock, at, rules.amounts(allowance))


def _each_by_its_list(clocks: Clocks, at: datetime, rules: Rules) -> Clocks:
    """Every open clock running or paused as its own list says about what the ticket waits for."""

    def fit(clock: Clock) -> Clock:
        if rules.pauses(clock.target, clocks.waiting):
            return clock_verbs.pause(clock, at, str(clocks.waiting))
        return clock if clock.running else clocks.run(clock, at)

    return clocks.each(fit)


def _on_current_hours(clocks: Clocks, at: datetime, why: str) -> Clocks:
    """Running clocks whose hours or holder are not the present ones go on with those; the past stays."""

    def fit(clock: Clock) -> Clock:
        cal = clocks.hours_for(clock.target)
        same = clock.holder == clocks.team and (clock.calendar is cal or clock.calendar == cal)
        return clock if same or not clock.running else clock_verbs.move(clock, at, cal, clocks.team, why=why)

    return clocks.each(fit).marked(at)


def _stopped(clocks: Clocks, at: datetime, *targets: Target) -> Clocks:
    return clocks.each(lambda clock: clock_verbs.stop(clock, at), *targets)


def _cancelled(clocks: Clocks, at: datetime, reason: str, *targets: Target) -> Clocks:
    return clocks.each(lambda clock: clock_verbs.cancel(clock, at, reason), *targets)


def _ended(clocks: Clocks, why: str) -> Clocks:
    return replace(clocks, over=why, waiting=None, until=None)


def _with(known: Mapping[str, V], team: str | None, value: V | None) -> Mapping[str, V]:
    return known if team is None or value is None else {**known, team: value}


def _agreed(clocks: Clocks, team: str | None, event: Event) -> Mapping[str, int]:
    """What teams owe the desk, with what the event says of that one; no minutes mean that nothing is agreed."""
    if event.ola_minutes == 0:
        return {name: allowed for name, allowed in clocks.ola.items() if name != team}
    return _with(clocks.ola, team, None if event.ola_minutes is None else seconds(event.ola_minutes))


MOVES: dict[Kind, Callable[[Clocks, datetime, Event, Rules], Clocks]] = {
    Kind.CREATED: _created,
    Kind.AGENT_REPLY: _agent_reply,
    Kind.REQUESTER_REPLY: _requester_reply,
    Kind.NO_REPLY_NEEDED: _no_reply_needed,
    Kind.PENDING: _pending,
    Kind.RESUMED: _resumed,
    Kind.REJECTED: _rejected,
    Kind.RESOLVED: _resolved,
    Kind.REOPENED: _reopened,
    Kind.PRIORITY_CHANGED: _priority_changed,
    Kind.POLICY_EDITED: _policy_edited,
    Kind.POLICY_REMOVED: _policy_removed,
    Kind.CALENDAR_CHANGED: _calendar_changed,
    Kind.TRANSFERRED: _transferred,
    Kind.MERGED_INTO: _merged_into,
    Kind.ABSORBED: _absorbed,
    Kind.WITHDRAWN: _withdrawn,
    Kind.WAIVED: corrections.waived,
    Kind.CORRECTED: corrections.corrected,
}
ALWAYS = frozenset({Kind.WAIVED, Kind.CORRECTED})
"""What a supervisor may still do when the ticket is over."""
