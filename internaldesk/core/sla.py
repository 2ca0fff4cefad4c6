"""The rules of every promise clock: fold a ticket's events into clocks, one pure step per event."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from internaldesk.core import clocks as clock_verbs
from internaldesk.core.account import Line, by_team, explain
from internaldesk.core.clock_set import Clocks, Mark
from internaldesk.core.clock_view import ClockView, Shown, Step, next_step, steps, view
from internaldesk.core.clocks import RETARGET, Clock, ClockState, Retarget, Segment, Target, used
from internaldesk.core.sla_events import BadHistory, Event, Kind, in_order
from internaldesk.core.sla_json import dump, load, load_clock
from internaldesk.core.sla_moves import ALWAYS, MOVES
from internaldesk.core.sla_rules import DEFAULT_PAUSE_ON, Rules
from internaldesk.core.sla_undone import standing

__all__ = [
    "DEFAULT_PAUSE_ON", "RETARGET", "BadHistory", "Clock", "ClockState", "ClockView", "Clocks", "Event", "Kind",
    "Line", "Mark", "Retarget", "Rules", "Segment", "Shown", "Step", "Target", "apply", "by_team", "dump",
    "explain", "in_order", "load", "load_clock", "next_step", "rebuild", "settle", "standing", "steps", "used", "view",
]  # fmt: skip

RulesAt = Rules | Callable[[Event], Rules]
"""The rules of the ticket, or, when its policy changed, the rules that hold at an event."""


def apply(clocks: Clocks, event: Event, rules: Rules) -> Clocks:
    """The clocks after one more event: settled up to its instant, then moved. Raises BadHistory.

    An event dated before the last one (two machines, two clocks) counts at the last one's instant. One that undoes
    others leaves them out of the whole log, so it takes a `rebuild`.
    """
    if event.kind is Kind.UNDONE:
        raise BadHistory("What undoes others is folded with the whole log.")
    return _applied(clocks, event, rules)


def _applied(clocks: Clocks, event: Event, rules: Rules) -> Clocks:
    if event.seq is not None and event.seq <= clocks.seq:
        raise BadHistory(f"Event {event.seq} was applied already.")
    if (clocks.created_at is None) is not (event.kind is Kind.CREATED):
        raise BadHistory("A ticket's first event, and no other, is its creation.")
    at = event.at if clocks.at is None else max(event.at, clocks.at)
    settled = clocks.settled(at)
    moves = MOVES.get(event.kind)
    idle = moves is None or (settled.over is not None and event.kind not in ALWAYS)
    moved = settled if moves is None or idle else moves(settled, at, event, rules)
    return replace(moved, at=at, seq=clocks.seq if event.seq is None else event.seq)


def rebuild(events: Iterable[Event], rules: RulesAt) -> Clocks:
    """The fold of `apply` over what stands of a ticket's whole log, in the order of the log."""
    clocks = Clocks()
    for event in standing(list(events)):
        clocks = _applied(clocks, event, rules if isinstance(rules, Rules) else rules(event))
    return clocks


def settle(clocks: Clocks, now: datetime) -> Clocks:
    """The clocks at `now` if nothing else happens: scheduled waits ended, breaches recorded, each at its own instant.

    Returns the same object when nothing changed. Being called late, or never, changes no recorded instant.
    """
    return clocks.settled(clock_verbs.second(now))
