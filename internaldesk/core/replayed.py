"""Clocks for time that is already over: a target promised late, or an older ticket merged in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from internaldesk.core import clocks as clock_verbs
from internaldesk.core import hours
from internaldesk.core.clock_set import RESOLVED, Clocks
from internaldesk.core.clocks import RETARGET, Clock, ClockState, Segment, Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla_events import instant
from internaldesk.core.sla_rules import Rules

Span = tuple[datetime, datetime, BusinessCalendar, str | None, str]
"""From, to, hours, team, and what ended it."""


def add_missing(clocks: Clocks, rules: Rules, at: datetime) -> Clocks:
    """The set with each promised target that has no clock started as if from its beginning, pauses replayed.

    A clock that would have been due before `at` is breached at `at`: before, there was no promise to break.
    """
    for target, since in _beginnings(clocks):
        clocks = clocks.put(None, _gained(clocks, rules, at, target, since))
    held = clocks.team is not None and clocks.team in clocks.ola
    return clocks if not held or _alive(clocks, Target.OLA, clocks.team) else add_own_part(clocks, rules, at)


def add_own_part(clocks: Clocks, rules: Rules, at: datetime) -> Clocks:
    """The set with a clock for what the team that has the ticket owes, as if from when it first had it."""
    assert clocks.team is not None  # whoever asks knows what was agreed with it
    had = [mark.at for mark in clocks.marks if mark.team == clocks.team]
    return clocks.put(None, _gained(clocks, rules, at, Target.OLA, min([*had, at])))


def absorb(clocks: Clocks, rules: Rules, at: datetime, other: Mapping[str, Any]) -> Clocks:
    """The set after an older ticket was merged in: per target the clock that has used more survives.

    `other` is `{"created_at", "pauses": [[from, to, reason]]}`; a pause without an end lasts until `at`, one without a
    reason waited for the requester; `answered` true leaves first_response alone. A breach of the older clock comes
    with it, at its own instant. Raises ValueError for an `other` that is not so.
    """
    if not isinstance(other.get("pauses") or [], list | tuple):
        raise ValueError("The pauses of a ticket merged in are a list of from, to and reason.")
    wanted = [Target.RESOLUTION] if other.get("answered") else [Target.FIRST_RESPONSE, Target.RESOLUTION]
    return clocks.each(lambda clock: _older(clocks, rules, at, clock, other), *wanted)


def _beginnings(clocks: Clocks) -> list[tuple[Target, datetime]]:
    """The promised targets that should have a clock and do not, with the instant from which they count."""
    begun = {
        Target.FIRST_RESPONSE: None if clocks.answered else clocks.created_at,
        Target.NEXT_RESPONSE: clocks.asked_at,
        Target.RESOLUTION: clocks.created_at,
        Target.PERIODIC_UPDATE: clocks.replied_at,
    }
    found = ((target, since) for target, since in begun.items() if target in clocks.targets)
    return [(target, since) for target, since in found if since is not None and not _alive(clocks, target)]


def _alive(clocks: Clocks, target: Target, team: str | None = None) -> bool:
    return any(clock.open for clock in clocks.all(target, team))


def _gained(clocks: Clocks, rules: Rules, at: datetime, target: Target, since: datetime) -> Clock:
    team = clocks.team if target is Target.OLA else None
    amounts = rules.amounts(clocks.targets[target] if team is None else clocks.ola[team])
    blank = clock_verbs.begun(target, since, amounts, team=team, cycle=len(clocks.all(target, team)) + 1)
    clock = _standing(clocks, rules, at, _with_spans(blank, _worked(clocks, rules, blank, at)))
    late = clock.due is not None and clock.due < at
    return replace(clock, breached_at=at, cause=RETARGET) if late else clock


def _worked(clocks: Clocks, rules: Rules, clock: Clock, at: datetime) -> Iterable[Span]:
    """When that clock would have run: what a team owes only while the team had the ticket, and in its present hours."""
    own = clocks.hours_for(Target.OLA) if clock.target is Target.OLA else None
    for mark, after in zip(clocks.marks, [*clocks.marks[1:], None], strict=True):
        start, end = max(clock.started_at, mark.at), after.at if after else at
        asleep = mark.reason == RESOLVED or rules.pauses(clock.target, mark.reason)
        elsewhere = own is not None and mark.team != clock.team
        if start < end and not asleep and not elsewhere:
            yield start, end, own or mark.calendar, mark.team, (after.reason if after else None) or "calendar"


def _older(clocks: Clocks, rules: Rules, at: datetime, ours: Clock, other: Mapping[str, Any]) -> Clock:
    created = _instant(other.get("created_at"))
    cal = clocks.hours_for(ours.target)
    spans = [(a, b, cal, clocks.team, why) for a, b, why in _between(created, at, rules, ours.target, other)]
    blank = clock_verbs.begun(ours.target, created, ours.amounts, cycle=ours.cycle)
    theirs = _with_spans(blank, spans)
    if theirs.used_seconds <= clock_verbs.used(ours, at):
        return ours
    theirs = replace(_standing(clocks, rules, at, theirs), retargets=ours.retargets)
    due = clock_verbs.reached(theirs, theirs.allowance_seconds)
    if due is not None and due < at:
        return replace(theirs, due=due, breached_at=due)
    kept = {name: getattr(ours, name) for name in ("breached_at", "cause", "waived_at", "waived_why")}
    return replace(theirs, **kept)


def _between(
    created: datetime, at: datetime, rules: Rules, target: Target, other: Mapping[str, Any]
) -> Iterable[tuple[datetime, datetime, str]]:
    since = created
    for start, end, why in sorted(map(_pause, other.get("pauses") or ()), key=itemgetter(0)):
        if rules.pauses(target, why):
            if since < min(start, at):
                yield since, min(start, at), why
            since = max(since, end or at)
    if since < at:
        yield since, at, "merged"


def _with_spans(clock: Clock, spans: Iterable[Span]) -> Clock:
    segments = tuple(
        Segment(cal, start, end, clock_verbs.whole_seconds(hours.elapsed(cal, start, end)), team, why)
        for start, end, cal, team, why in spans
    )
    return replace(clock, segments=segments, used_seconds=sum(segment.seconds for segment in segments))


def _standing(clocks: Clocks, rules: Rules, at: datetime, clock: Clock) -> Clock:
    """The clock of closed spans in the state the ticket is in at `at`; a span up to then simply goes on."""
    if rules.pauses(clock.target, clocks.waiting):
        return replace(clock, state=ClockState.PAUSED, pause_reason=clocks.waiting)
    awake = replace(clock, state=ClockState.RUNNING, holder=clocks.team)
    last = clock.segments[-1] if clock.segments else None
    if last is None or last.end != at:
        return clock_verbs.aim(replace(awake, segment_from=at, calendar=clocks.hours_for(clock.target)))
    before = clock.used_seconds - last.seconds
    reopened = replace(awake, segments=clock.segments[:-1], used_seconds=before)
    return clock_verbs.aim(replace(reopened, segment_from=last.start, calendar=last.calendar))


def _pause(found: Sequence[Any]) -> tuple[datetime, datetime | None, str]:
    if not isinstance(found, list | tuple) or not 1 <= len(found) <= 3:
        raise ValueError(f"“{found}” is not a pause; write from, to and reason.")
    start, end, why = (*found, None, None)[:3]
    return _instant(start), _instant(end) if end else None, str(why or "requester")


def _instant(value: Any) -> datetime:
    return clock_verbs.second(instant(value))
