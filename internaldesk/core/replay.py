"""Replay one worked example of the promise rules: a calendar and a sum, or a ticket's events and what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from internaldesk.core import hours, sla
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Clock, ClockState, Event, Rules, Target
from internaldesk.core.sla_events import instant
from internaldesk.core.sla_rules import by_target
from internaldesk.core.sla_rules import seconds as in_seconds

_CYCLES = (Target.NEXT_RESPONSE, Target.PERIODIC_UPDATE)


def run(sample: Mapping[str, Any]) -> object:
    """The result of one case: an ISO instant for `add`, seconds for `elapsed`, for `scenario` an object by target.

    Raises ValueError with a sentence for what a case gets wrong, KeyError for what it lacks.
    """
    cal = BusinessCalendar.parse(sample["calendar"])
    kind = sample.get("kind")
    if kind == "add":
        amount = timedelta(seconds=in_seconds(sample["minutes"]))
        return _iso(cal, hours.add(cal, instant(sample["start"]), amount))
    if kind == "elapsed":
        passed = hours.elapsed(cal, instant(sample["start"]), instant(sample["end"]))
        return _whole(passed / timedelta(seconds=1))
    if kind == "scenario":
        return _scenario(cal, sample)
    raise ValueError(f"“{kind}” is not a kind of case; known are add, elapsed and scenario.")


def _scenario(cal: BusinessCalendar, sample: Mapping[str, Any]) -> dict[str, object]:
    """What became of each target; what happened after the instant looked at has not happened yet."""
    rules, options = _rules(cal, sample), _part(sample, "options")
    events = sla.in_order(_event(row) for row in _rows(sample["events"]))
    now = instant(sample["as_of"]) if sample.get("as_of") else events[-1].at
    clocks = sla.settle(sla.rebuild([event for event in events if event.at <= now], rules), now)
    shown: dict[str, object] = {}
    for target in Target:
        found = [clock for clock in clocks if clock.target is target]
        told = [_told(clock, now, cal, warns="at_risk_share" in options) for clock in found]
        if target is Target.OLA and told:
            shown[target.value] = dict(zip([clock.team for clock in found], told, strict=True))
        elif told:
            listed = target in _CYCLES or (target is Target.RESOLUTION and rules.on_reopen == "new_cycle")
            shown[target.value] = told if listed else told[-1]
    return shown


def _rules(cal: BusinessCalendar, sample: Mapping[str, Any]) -> Rules:
    options = _part(sample, "options")
    return Rules(
        calendar=cal,
        targets=by_target(_part(sample, "policy")),
        pause_on=dict(sla.DEFAULT_PAUSE_ON) | by_target({k: _reasons(v) for k, v in _part(sample, "pause_on").items()}),
        at_risk_share=_share(options.get("at_risk_share", "0.75")),
        on_reopen=_choice(options, "on_reopen", "continue", "new_cycle"),
        follow_team=_choice(options, "sla_calendar", "policy", "follow_team") == "follow_team",
        warn_seconds=in_seconds(options["warn_minutes"]) if options.get("warn_minutes") is not None else None,
    )


def _event(row: Mapping[str, Any]) -> Event:
    """The event of a row; its hours must be written out, since a case has no other calendars than its own."""
    event = Event.from_dict(row)
    numbered = [ref for ref in (event.calendar, event.team_calendar) if isinstance(ref, int)]
    if numbered:
        raise ValueError(f"Write the hours out: a case knows no calendar number {numbered[0]}.")
    return event


def _rows(events: object) -> list[Mapping[str, Any]]:
    if not isinstance(events, list) or not all(isinstance(row, Mapping) for row in events):
        raise ValueError("The events of a scenario are a list of objects.")
    if not events:
        raise ValueError("A scenario needs at least one event.")
    return events


def _part(sample: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = sample.get(name) or {}
    if not isinstance(found, Mapping):
        raise ValueError(f"“{name}” must be an object, not “{found}”.")
    return found


def _reasons(value: object) -> frozenset[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(reason, str) for reason in found):
        raise ValueError(f"“{value}” is not a list of reasons.")
    return frozenset(found)


def _choice(options: Mapping[str, Any], name: str, *known: str) -> str:
    """The value of an option, by default the first it may have."""
    value = options.get(name) or known[0]
    if value not in known:
        raise ValueError(f"“{value}” is not known as {name}; write {' or '.join(known)}.")
    return str(value)


def _share(value: object) -> Fraction:
    try:
        share = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise ValueError(f"“{value}” is not a share; write 0.75 for three quarters.")
    return share


def _told(clock: Clock, now: datetime, cal: BusinessCalendar, *, warns: bool) -> dict[str, object]:
    """One clock as the cases write it: a cancelled one has its reason, and its breach if there was one."""
    breach: dict[str, object] = {}
    if clock.breached_at is not None:
        breach = {"breached": True, "breached_at": _iso(cal, clock.breached_at)}
    if clock.state is ClockState.CANCELLED:
        return {"state": clock.state.value, "reason": clock.cancel_reason, **breach}
    spent = sla.used(clock, now)
    told = {
        "state": clock.state.value,
        "due": _iso(cal, clock.due),
        "breached": False,
        "elapsed_minutes": _whole(spent / 60),
        "remaining_minutes": _whole((clock.allowance_seconds - spent) / 60),
        **breach,
    }
    if clock.stopped_at is not None:
        told["stopped_at"] = _iso(cal, clock.stopped_at)
    if warns and clock.at_risk_at is not None:
        told["at_risk_at"] = _iso(cal, clock.at_risk_at)
    if clock.soon_at is not None:
        told["soon_at"] = _iso(cal, clock.soon_at)
    return told


def _iso(cal: BusinessCalendar, at: datetime | None) -> str | None:
    return None if at is None else hours.local(cal, at).isoformat()


def _whole(value: float) -> float:
    """Six decimals, as the cases are written; a whole number without any."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded
