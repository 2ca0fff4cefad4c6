"""The clock log of a ticket as the present transaction knows it: read once, folded once, forgotten at its end."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from internaldesk.core import sla
from internaldesk.core.clocks import Target
from internaldesk.core.sla import Clocks, Event, Kind, Rules
from internaldesk.models.sla import Clock
from internaldesk.sla import queries
from internaldesk.sla.memory import remember, remembered

_SECOND = timedelta(seconds=1)
Key = tuple[Target, int, int]
"""A cycle of a clock on a ticket: target, owning team (0 for the promise itself), number of the cycle."""


@dataclass(slots=True)
class Ledger:
    """The log of one ticket, its fold, the rules in force at its end, and the stored clocks.

    Several events of one transaction cost one reading: each is applied to the fold of those before it.
    """

    log: list[Event] = field(default_factory=list)
    clocks: Clocks = field(default_factory=Clocks)
    rules: Rules | None = None
    rows: dict[Key, Clock] = field(default_factory=dict)
    written: dict[Key, sla.Clock] = field(default_factory=dict)
    """What the rows say already, where this transaction wrote them."""

    def append(self, event: Event) -> None:
        """Add one event and fold it in, by the policy version in force at it."""
        self.log.append(event)
        if event.kind is Kind.UNDONE:
            self._fold_anew(event)
            return
        if self.rules is None or event.policy_version or event.calendar or event.team_calendar:
            self.rules = queries.rules_at(self.log)(event)
            self.written.clear()  # rows name the promise and the hours even of clocks that do not move
        self.clocks = sla.apply(self.clocks, event, self.rules)

    def _fold_anew(self, event: Event) -> None:
        """What is left out now may have moved anything since."""
        rules = queries.rules_at(self.log)
        self.clocks, self.rules = sla.rebuild(self.log, rules), rules(event)
        self.written.clear()

    def settled(self, now: datetime) -> Clocks:
        """The clocks at `now`; a miss that a machine with a faster clock has recorded already stays."""
        missed = [row.breached_at + _SECOND for row in self.rows.values() if row.breached_at is not None]
        return sla.settle(self.clocks, max([now, *missed]))

    def after(self, event: Event) -> Clocks:
        """The clocks as they would be after one more event."""
        return sla.apply(self.clocks, event, queries.rules_at([*self.log, event])(event))

    @property
    def version_id(self) -> int | None:
        """The policy version by which open clocks count: the last one named."""
        return next((event.policy_version for event in self.named if event.policy_version is not None), None)

    @property
    def named(self) -> list[Event]:
        """What stands of the log, newest first."""
        return sla.standing(self.log)[::-1]

    @property
    def first_calendar(self) -> int:
        """The calendar version in force when the ticket was filed."""
        number = self.log[0].calendar
        assert isinstance(number, int)
        return number


def of(ticket_id: int) -> Ledger:
    """The ledger of a ticket, read when this transaction first asks for it."""
    return remembered((Ledger, ticket_id), lambda: _read(ticket_id))


def begin(ticket_id: int, known: Ledger) -> Ledger:
    """The ledger of a ticket that was filed just now."""
    return remember((Ledger, ticket_id), known)


def _read(ticket_id: int) -> Ledger:
    log = [event for _, event in queries.events(ticket_id)]
    rows = {(row.target, row.team_key, row.cycle): row for row in queries.clocks(ticket_id, segments=True)}
    found = Ledger(log=log, rows=rows)
    if log:
        rules = queries.rules_at(log)
        found.clocks, found.rules = sla.rebuild(log, rules), rules(log[-1])
    return found
