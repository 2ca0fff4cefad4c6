"""Which promise holds for a ticket: the conditions of a team's rules, and the first of them that matches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar

from internaldesk.core.priority import Priority


class TaskKind(StrEnum):
    """Work on many tickets' clocks that is done in the background.

    `trial`: how last month would have gone under other promises; `preview`: what applying a promise to open tickets
    would change; `apply`: doing so; `calendar`: open clocks going on in edited hours; `correct`: a period counted anew.
    """

    TRIAL = "trial"
    PREVIEW = "preview"
    APPLY = "apply"
    CALENDAR = "calendar"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Asked:
    """What conditions may look at: nothing that working on a ticket changes, so that no rule toggles itself."""

    type_id: int
    priority: Priority
    customer_waiting: bool = False
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a ticket must be for a promise to hold; an empty part is no restriction.

    >>> Condition(priorities=frozenset({Priority.LOW})).matches(Asked(7, Priority.LOW))
    True
    >>> Condition(customer_waiting=True).matches(Asked(7, Priority.LOW))
    False
    """

    types: frozenset[int] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    customer_waiting: bool | None = None
    locations: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> Self:
        """The condition of a stored row; `to_dict` writes it."""
        return cls(
            types=frozenset(stored.get("types", ())),
            priorities=frozenset(Priority(value) for value in stored.get("priority", ())),
            customer_waiting=stored.get("customer_waiting"),
            locations=frozenset(stored.get("locations", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, without what is no restriction."""
        parts: dict[str, Any] = {
            "types": sorted(self.types),
            "priority": [level.value for level in Priority if level in self.priorities],
            "customer_waiting": self.customer_waiting,
            "locations": sorted(self.locations),
        }
        return {name: value for name, value in parts.items() if value not in ([], None)}

    @property
    def empty(self) -> bool:
        """Whether it restricts nothing: such a rule holds only where it is the declared fallback."""
        return self == Condition()

    def matches(self, asked: Asked) -> bool:
        """Whether the ticket fits every part."""
        return (
            (not self.types or asked.type_id in self.types)
            and (not self.priorities or asked.priority in self.priorities)
            and self.customer_waiting in (None, asked.customer_waiting)
            and (not self.locations or asked.location_id in self.locations)
        )


class Rule(Protocol):
    """What choosing reads of a policy."""

    @property
    def condition(self) -> Mapping[str, Any]: ...
    @property
    def fallback(self) -> bool: ...


AnyRule = TypeVar("AnyRule", bound=Rule)


def holds(rule: Rule, asked: Asked) -> bool:
    """Whether a rule applies: its condition fits, and it has one, or it is the fallback."""
    condition = Condition.parse(rule.condition)
    return condition.matches(asked) and (rule.fallback or not condition.empty)


def first_match(rules: Iterable[AnyRule], asked: Asked) -> AnyRule | None:
    """The first rule in order that applies; None where nothing is promised."""
    return next((rule for rule in rules if holds(rule, asked)), None)
