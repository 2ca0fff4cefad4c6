"""What a supervisor may put right in the past of a ticket's clocks, audited: waive a breach, count a period anew."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from internaldesk.core import clocks as clock_verbs
from internaldesk.core.clock_recount import Period, recounted
from internaldesk.core.clock_set import Clocks, Mark
from internaldesk.core.clocks import Target
from internaldesk.core.sla_events import BadHistory, Event
from internaldesk.core.sla_rules import Rules


def waived(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    """The set with the breach of the named clock waived; a clock without one stays as it is. Raises BadHistory."""
    if event.target is None or not event.reason:
        raise BadHistory("A waiver names the clock and says why.")
    team = event.team if event.target is Target.OLA else None
    found = [c for c in clocks.all(event.target, team) if event.cycle is None or c.cycle == event.cycle]
    return clocks.put(found[-1], clock_verbs.waive(found[-1], at, event.reason)) if found else clocks


def corrected(clocks: Clocks, at: datetime, event: Event, rules: Rules) -> Clocks:
    """The set with a period of the past counted anew, in clocks and for promises made later. Raises BadHistory.

    Only what is over is corrected, up to the event; what lies ahead is moved by `calendar_changed`.
    """
    calendar = rules.resolve(event.calendar)
    if calendar is None or event.since is None or event.until is None:
        raise BadHistory("A correction names the corrected hours and the period.")
    period = Period(event.since, min(event.until, at), calendar, frozenset(event.replaces))
    items = tuple([recounted(clock, period, at) for clock in clocks.items])
    return replace(clocks, items=items, marks=tuple(_marks(clocks, period)))


def _marks(clocks: Clocks, period: Period) -> Iterator[Mark]:
    for mark, after in zip(clocks.marks, [*clocks.marks[1:], None], strict=True):
        for cal, start, _ in period.cut(mark.calendar, mark.at, after.at if after else None):
            yield Mark(start, cal, mark.reason, mark.team)
