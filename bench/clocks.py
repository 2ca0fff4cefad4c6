"""The arithmetic of promises alone: adding business time, folding a log, one more event."""

import timeit
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bench.load import repeated
from internaldesk.core import hours, sla
from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.sla import Event, Kind, Rules

_SPANS = (1, 40, 2000)
_FILED = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
_DAYS = ("mon", "tue", "wed", "thu", "fri")
_OFFICE = {
    "timezone": "Europe/London",
    "hours": {day: [["08:00", "12:30"], ["13:00", "18:00"]] for day in _DAYS},
    "holidays": ["2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28"],
}
_PROMISED = {Target.FIRST_RESPONSE: 120, Target.NEXT_RESPONSE: 240, Target.RESOLUTION: 1440}
_LIFE: tuple[tuple[int, Kind, dict[str, Any]], ...] = (
    (0, Kind.CREATED, {"policy": {target.value: minutes for target, minutes in _PROMISED.items()}}),
    (20, Kind.ASSIGNED, {}),
    (50, Kind.AGENT_REPLY, {"by": "agent"}),
    (51, Kind.PENDING, {"reason": "requester"}),
    (300, Kind.REQUESTER_REPLY, {"by": "requester"}),
    (300, Kind.RESUMED, {}),
    (340, Kind.INTERNAL_NOTE, {"by": "agent"}),
    (360, Kind.AGENT_REPLY, {"by": "agent"}),
    (370, Kind.PENDING, {"reason": "vendor"}),
    (1500, Kind.RESUMED, {}),
)
"""Ten events of a request: minutes after it was filed, what happened, and the facts of it."""


def measured(rounds: int, loops: int) -> dict[str, float]:
    """Microseconds of each, the least of several rounds."""
    office = BusinessCalendar.parse(_OFFICE)
    found = {}
    for span in _SPANS:
        amount = timedelta(hours=span)
        found[f"add_{span}_h_warm"] = _least(partial(hours.add, office, _FILED, amount), rounds, loops)
        found[f"add_{span}_h_cold"] = _least_fresh(partial(hours.add, start=_FILED, amount=amount), rounds)
    rules, log = Rules(office, _PROMISED), _log()
    before = sla.rebuild(log[:-1], rules)
    found["fold_10_events"] = _least(lambda: sla.rebuild(log, rules), rounds, loops)
    found["apply_1_event"] = _least(lambda: sla.apply(before, log[-1], rules), rounds, loops)
    return found


def _log() -> list[Event]:
    return [
        Event(at=_FILED + timedelta(minutes=after), kind=kind, seq=n, **facts)
        for n, (after, kind, facts) in enumerate(_LIFE, start=1)
    ]


def _least(act: Callable[[], object], rounds: int, loops: int) -> float:
    return repeated(rounds, lambda: timeit.timeit(act, number=loops) / loops) * 1e6


def _least_fresh(act: Callable[[BusinessCalendar], object], rounds: int) -> float:
    """Each time with a calendar of which nothing was worked out yet."""

    def once() -> float:
        office = BusinessCalendar.parse(_OFFICE)
        return timeit.timeit(lambda: act(office), number=1)

    return repeated(rounds * 5, once) * 1e6
