"""A rule as a lead writes it: what it applies to, what it promises, and the names that say so in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from internaldesk.core.clocks import Target
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.core.sla import DEFAULT_PAUSE_ON
from internaldesk.models.sla import Policy, PolicyVersion

TARGETS = (Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION, Target.PERIODIC_UPDATE)
"""What a rule can promise a requester, in the order in which pages show it; a team's own part is apart."""

REASONS = ("requester", "approval", "scheduled", "vendor")
"""What a request can wait for."""

Pauses = Mapping[Target, frozenset[str]]
USUAL_PAUSES: Pauses = MappingProxyType({target: DEFAULT_PAUSE_ON[target] for target in TARGETS})
Cell = tuple[Priority, Target]


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version of a rule promises; `minutes` are business minutes of the calendar.

    `at_risk_percent` and `warn_minutes` say when its team is warned, `escalate_to_id` who is told when it is missed
    (None: the leads).
    """

    minutes: Mapping[Cell, int]
    calendar_id: int
    follow_team: bool = False
    on_reopen: str = "continue"
    pause_on: Pauses = field(default_factory=lambda: USUAL_PAUSES)
    at_risk_percent: int = 75
    warn_minutes: int | None = None
    escalate_to_id: int | None = None

    @classmethod
    def of(cls, version: PolicyVersion) -> Self:
        """The terms of a stored version."""
        own = {Target(name): frozenset(reasons) for name, reasons in (version.pause_on or {}).items()}
        return cls(
            minutes={(row.priority, row.target): row.minutes for row in version.targets},
            calendar_id=version.calendar_id,
            follow_team=version.follow_team,
            on_reopen=version.on_reopen,
            pause_on={target: own.get(target, USUAL_PAUSES[target]) for target in TARGETS},
            at_risk_percent=version.at_risk_percent,
            warn_minutes=version.warn_minutes,
            escalate_to_id=version.escalate_to_id,
        )

    @property
    def pauses_to_store(self) -> dict[str, list[str]] | None:
        """What the version's row keeps: nothing where the usual reasons pause it."""
        if dict(self.pause_on) == dict(USUAL_PAUSES):
            return None
        return {target.value: [why for why in REASONS if why in self.pause_on[target]] for target in TARGETS}

    def at(self, priority: Priority) -> dict[Target, int]:
        """What is promised at a priority, in minutes."""
        return {target: self.minutes[priority, target] for target in TARGETS if (priority, target) in self.minutes}


@dataclass(frozen=True, slots=True)
class Promise:
    """A rule whole: its name, what it applies to, whether it holds for everything else, and its terms."""

    name: str
    condition: Condition
    fallback: bool
    terms: Terms

    @classmethod
    def of(cls, policy: Policy, version: PolicyVersion) -> Self:
        """The rule that two stored rows make."""
        return cls(policy.name, Condition.parse(policy.condition), policy.fallback, Terms.of(version))

    @property
    def priorities(self) -> list[Priority]:
        """The priorities it can hold for, most urgent first."""
        return [level for level in Priority if not self.condition.priorities or level in self.condition.priorities]


@dataclass(frozen=True, slots=True)
class Names:
    """How what a rule points at is called, by id."""

    types: Mapping[int, str]
    locations: Mapping[int, str]
    calendars: Mapping[int, str]
    people: Mapping[int, str]
