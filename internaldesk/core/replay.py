"""Replay one worked example of the promise rules: a calendar and a sum, or a ticket's events and what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from internaldesk.core import hours, sla
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Clock, ClockState, Event, Rules, Target
from internaldesk.core.sla_events import instant

_CYCLES = (Target.NEXT_RESPONSE, Target.PERIODIC_UPDATE)


def run(sample: Mapping[str, Any]) -> object:
    """The result of one case: an ISO instant for `add`, seconds for `elapsed`, for `scenario` an object by target.

    Raises ValueError with a sentence for what a case gets wrong, KeyError for what it lacks.
    """
    cal = BusinessCalendar.parse(sample["calendar"])
    kind = sample.get("kind")
    if kind == "add":
        amount = timedelta(seconds=round(sample["minutes"] * 60))
        return _iso(cal, hours.add(cal, instant(sample["start"]), amount))
    if kind == "elapsed":
        passed = hours.elapsed(cal, instant(sample["start"]), instant(sample["end"]))
        return _whole(passed / timedelta(seconds=1))
    if kind == "scenario":
        return _scenario(cal, sample)
    raise ValueError(f"“{kind}” is not a kind of case; known are add, elapsed and scenario.")


def _scenario(cal: BusinessCalendar, sample: Mapping[str, Any]) -> dict[str, object]:
    rules = _rules(cal, sample)
    events = sla.in_order(Event.from_dict(row) for row in sample["events"])
    if not events:
        raise ValueError("A scenario needs at least one event.")
    clocks = sla.rebuild(events, rules)
    now = instant(sample["as_of"]) if sample.get("as_of") else events[-1].at
    clocks = sla.settle(clocks, now)
    shown: dict[str, object] = {}
    for target in Target:
        found = [clock for clock in clocks if clock.target is target]
        if not found:
            continue
        told = [_told(clock, now, cal, warns="at_risk_share" in _options(sample)) for clock in found]
        if target is Target.OLA:
            shown[target.value] = dict(zip([clock.team for clock in found], told, strict=True))
        elif target in _CYCLES or (target is Target.RESOLUTION and rules.on_reopen == "new_cycle"):
            shown[target.value] = told
        else:
            shown[target.value] = told[-1]
    return shown


def _rules(cal: BusinessCalendar, sample: Mapping[str, Any]) -> Rules:
    options = _options(sample)
    own = {Target(name): frozenset(reasons) for name, reasons in (sample.get("pause_on") or {}).items()}
    return Rules(
        calendar=cal,
        targets={Target(name): minutes for name, minutes in (sample.get("policy") or {}).items()},
        pause_on=dict(sla.DEFAULT_PAUSE_ON) | own,
        at_risk_share=Fraction(str(options.get("at_risk_share", "0.75"))),
        on_reopen=options.get("on_reopen", "continue"),
        follow_team=options.get("sla_calendar") == "follow_team",
    )


def _options(sample: Mapping[str, Any]) -> Mapping[str, Any]:
    return sample.get("options") or {}


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
    return told


def _iso(cal: BusinessCalendar, at: datetime | None) -> str | None:
    return None if at is None else hours.local(cal, at).isoformat()


def _whole(value: float) -> float:
    """Six decimals, as the cases are written; a whole number without any."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded
