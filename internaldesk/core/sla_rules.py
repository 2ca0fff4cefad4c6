"""What a policy promises: minutes per target, what pauses them, whose hours count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import Any, TypeVar

from internaldesk.core.clocks import Amounts, Target
from internaldesk.core.hours import BusinessCalendar

_ASLEEP = frozenset({"requester", "approval", "scheduled"})

DEFAULT_PAUSE_ON: Mapping[Target, frozenset[str]] = MappingProxyType(
    {
        Target.FIRST_RESPONSE: frozenset({"approval"}),
        Target.NEXT_RESPONSE: frozenset(),
        Target.RESOLUTION: _ASLEEP,
        Target.PERIODIC_UPDATE: _ASLEEP,
        # A supplier's work is ours to manage, but not the team's to do.
        Target.OLA: _ASLEEP | {"vendor"},
    }
)


_MOST_MINUTES = 100 * 366 * 24 * 60
_TARGETS = frozenset(Target)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Rules:
    """One version of a policy, as the clocks need it.

    `targets` are business minutes; a target that is missing is not promised. `calendars` resolves the version numbers
    stored events carry. `on_reopen` is `continue` or `new_cycle`. Warnings come when `at_risk_share` of a promise is
    used, and again `warn_seconds` of business time before it is up; None for no second warning.
    """

    calendar: BusinessCalendar
    targets: Mapping[Target, float]
    pause_on: Mapping[Target, frozenset[str]] = field(default_factory=lambda: DEFAULT_PAUSE_ON)
    at_risk_share: Fraction = Fraction(3, 4)
    on_reopen: str = "continue"
    follow_team: bool = False
    calendars: Mapping[int, BusinessCalendar] = field(default_factory=dict)
    warn_seconds: int | None = None

    def pauses(self, target: Target, reason: str | None) -> bool:
        """Whether a ticket waiting for `reason` pauses that target; nothing pauses when it does not wait."""
        return reason is not None and reason in self.pause_on.get(target, DEFAULT_PAUSE_ON[target])

    def amounts(self, allowance: int) -> Amounts:
        """A promise of so many seconds with its warnings; a share of it is rounded up.

        >>> Rules(BusinessCalendar.parse({"timezone": "UTC", "hours": {}}), {}, warn_seconds=60).amounts(61)
        Amounts(allowance=61, risk=46, soon=1)
        """
        soon = None if self.warn_seconds is None else max(0, allowance - self.warn_seconds)
        return Amounts(allowance, ceil(allowance * self.at_risk_share), soon)

    def resolve(self, ref: int | Mapping[str, Any] | None) -> BusinessCalendar | None:
        """The calendar an event names by version or carries whole; raises KeyError for an unknown version."""
        if ref is None:
            return None
        return BusinessCalendar.parse(ref) if isinstance(ref, Mapping) else self.calendars[ref]


def by_target(named: Mapping[Target, Value] | Mapping[str, Value]) -> dict[Target, Value]:
    """Values by the target a key names; raises ValueError for a key that is none.

    >>> by_target({"resolution": 90})
    {<Target.RESOLUTION: 'resolution'>: 90}
    """
    unknown = [name for name in named if name not in _TARGETS]
    if unknown:
        raise ValueError(f"“{unknown[0]}” is not a target; known are {', '.join(Target)}.")
    return {Target(name): value for name, value in named.items()}


def in_seconds(targets: Mapping[Target, float] | Mapping[str, float]) -> dict[Target, int]:
    """Minutes per target as whole seconds per target; raises ValueError for another target or no such number.

    >>> in_seconds({"resolution": 1.5})
    {<Target.RESOLUTION: 'resolution'>: 90}
    """
    return {target: seconds(minutes) for target, minutes in by_target(targets).items()}


def seconds(minutes: object) -> int:
    """Minutes as whole seconds; raises ValueError for what is no number of minutes from none to a hundred years."""
    if not isinstance(minutes, int | float) or not 0 <= minutes <= _MOST_MINUTES:
        raise ValueError(f"“{minutes}” is not a number of minutes.")
    return round(minutes * 60)
