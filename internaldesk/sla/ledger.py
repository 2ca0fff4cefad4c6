"""The clock log of a ticket as the present transaction knows it: read once, folded once, forgotten at its end."""

from dataclasses import dataclass, field

from internaldesk.core import sla
from internaldesk.core.clocks import Target
from internaldesk.core.sla import Clocks, Event, Rules
from internaldesk.db import db
from internaldesk.models.sla import Clock, PolicyVersion
from internaldesk.sla import queries
from internaldesk.sla.memory import remember, remembered

Key = tuple[Target, int, int]
"""A cycle of a clock on a ticket: target, owning team (0 for the promise itself), number of the cycle."""


@dataclass(slots=True)
class Ledger:
    """The log of one ticket, its fold, the policy version it counts by, and the stored clocks.

    Several events of one transaction cost one reading: each is applied to the fold of those before it.
    """

    log: list[Event] = field(default_factory=list)
    clocks: Clocks = field(default_factory=Clocks)
    version: PolicyVersion | None = None
    rules: Rules | None = None
    rows: dict[Key, Clock] = field(default_factory=dict)
    written: dict[Key, sla.Clock] = field(default_factory=dict)
    """What the rows say already, where this transaction wrote them."""

    def append(self, event: Event) -> None:
        """Add one event and fold it in; under another policy version the whole log counts anew."""
        self.log.append(event)
        known = self.version.id if self.version else None
        if event.policy_version not in (None, known):
            self.version = _version(event.policy_version)
            self._fold()
        elif self.rules is None or event.calendar is not None or event.team_calendar is not None:
            self.rules = queries.rules(self.version, self.log)
            self.clocks = sla.apply(self.clocks, event, self.rules)
        else:
            self.clocks = sla.apply(self.clocks, event, self.rules)

    def _fold(self) -> None:
        self.rules = queries.rules(self.version, self.log)
        self.clocks = sla.rebuild(self.log, self.rules)

    @property
    def first_calendar(self) -> int:
        """The calendar version in force when the ticket was filed."""
        number = self.log[0].calendar
        assert isinstance(number, int)
        return number


def of(ticket_id: int) -> Ledger:
    """The ledger of a ticket, read when this transaction first asks for it."""
    return remembered((Ledger, ticket_id), lambda: _read(ticket_id))


def begin(ticket_id: int) -> Ledger:
    """The empty ledger of a ticket that was filed just now."""
    return remember((Ledger, ticket_id), Ledger())


def _read(ticket_id: int) -> Ledger:
    log = [event for _, event in queries.events(ticket_id)]
    named = [event.policy_version for event in log if event.policy_version is not None]
    rows = {(row.target, row.team_key, row.cycle): row for row in queries.clocks(ticket_id, segments=True)}
    found = Ledger(log=log, version=_version(named[-1]) if named else None, rows=rows)
    if log:
        found._fold()
    return found


def _version(number: int | None) -> PolicyVersion | None:
    """What it promises stands in the log, so its targets are not read."""
    return db.session.get(PolicyVersion, number)
