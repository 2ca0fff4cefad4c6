"""Let open requests count by an edited promise: what that would change, and doing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, select

from internaldesk.core import sla, trial
from internaldesk.core.figures import counted
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.promises import first_match
from internaldesk.core.sla import Event, Kind, Target
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.sla import Policy, RuleChange
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions, ledger, queries
from internaldesk.sla.errands import OPEN, Counts, Errand, Order, added
from internaldesk.sla.ledger import Ledger
from internaldesk.sla.logs import Filed, filed, logs
from internaldesk.sla.queries import TeamRule

log = structlog.get_logger(__name__)


class _Edited(Errand):
    """The open requests for which a rule holds now; `version` of the facts is the edit of it."""

    def __init__(self, order: Order, *, now: datetime) -> None:
        self.order = order
        self.version = queries.terms([order.facts["version"]])[order.facts["version"]]
        self.team_id = db.session.scalars(select(Policy.team_id).where(Policy.id == order.policy_id)).one()
        self.rules = queries.rules_of(self.team_id, now=now)

    def candidates(self) -> Select[int]:
        """Every open request of the team's own kinds, whoever holds it now."""
        types = select(RequestType.id).where(RequestType.team_id == self.team_id)
        return select(Ticket.id).where(OPEN, Ticket.request_type_id.in_(types))

    def held(self, ids: Sequence[int]) -> list[Filed]:
        """Those for which no other rule comes first."""
        return [ticket for ticket in filed(ids) if self._ours(first_match(self.rules, ticket.asked))]

    def _ours(self, rule: TeamRule | None) -> bool:
        return rule is not None and rule.policy_id == self.order.policy_id


class Preview(_Edited):
    """What applying it would change. Confidential cases are left out, since whoever looks may not know of them."""

    def look(self, ids: Sequence[int], *, now: datetime) -> Counts:
        """Each request folded once more with the edit at its end; what cannot be is counted and left."""
        known = logs([ticket.id for ticket in self.held(ids) if not ticket.case])
        counts: Counts = {}
        for ticket in filed(list(known)):
            try:
                counts = added(counts, self._effect(ticket.id, known[ticket.id], ticket.asked.priority, now=now))
            except (LookupError, ValueError):
                log.exception("preview_failed", ticket=ticket.id)
                counts = added(counts, {"failed": 1})
        return counts

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """With a nought for what there was none of."""
        return added({"requests": 0, "sooner": 0, "later": 0, "same": 0, "missed_now": 0, "examples": []}, result)

    def _effect(self, ticket_id: int, found: list[Event], priority: Priority, *, now: datetime) -> Counts:
        clocks = sla.settle(sla.rebuild(found, queries.rules_at(found)), now)
        known = Ledger(log=found, clocks=clocks)
        promised = any(clock.open and clock.target is not Target.OLA for clock in clocks)
        if not promised or known.version_id == self.version.id:
            return {}
        moved = trial.moved(clocks, known.after(self._event(len(found) + 1, priority, now=now)))
        counts = {"requests": 1, moved.way: 1, "missed_now": int(moved.missed)}
        return counts if moved.target is None else {**counts, "examples": [_example(ticket_id, moved)]}

    def _event(self, seq: int, priority: Priority, *, now: datetime) -> Event:
        """What `actions.apply_version` would tell; a test holds them together."""
        return Event(
            at=now,
            kind=Kind.POLICY_EDITED,
            seq=seq,
            applies=True,
            priority=priority.value,
            policy=queries.minutes(self.version, priority),
            policy_version=self.version.id,
            calendar=queries.current_version(self.version.calendar_id, now=now),
        )


class Apply(_Edited):
    """Doing it. Confidential cases are done as well, and not counted."""

    def wanted(self, ids: Sequence[int], *, now: datetime) -> Sequence[int]:
        """Those for which the rule holds; which of them count by the edit already, their logs know."""
        return [ticket.id for ticket in self.held(ids)]

    def change(self, ticket: Ticket, *, now: datetime) -> Counts:
        """What was missed before was not missed by the edit."""
        before = missed(ticket, now=now)
        if not actions.apply_version(ticket, self.version, by=self.order.by, now=now):
            return {}
        if ticket.confidentiality is Confidentiality.CASE:
            return {}
        return {"requests": 1, "missed": int(missed(ticket, now=now) > before)}

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """With a line in the history of the rule."""
        found = added({"requests": 0, "missed": 0}, result)
        words = f"Applied to {counted(found['requests'], 'open request')}, {found['missed']:,} became overdue"
        change = RuleChange(at=now, team_id=self.team_id, policy_id=self.order.policy_id, words=words + left(found))
        change.actor_id = self.order.by.id if self.order.by else None
        db.session.add(change)
        return found


def missed(ticket: Ticket, *, now: datetime) -> set[ledger.Key]:
    """The promises of a locked ticket that are broken by `now`, recorded or not yet, and not waived."""
    clocks = sla.settle(ledger.of(ticket.id).clocks, now)
    broken = (clock for clock in clocks if clock.breached and clock.waived_at is None)
    return {(clock.target, int(clock.team or 0), clock.cycle) for clock in broken}


def left(found: Counts) -> str:
    """What a line says of tickets that could not be changed."""
    return f"; {counted(found['failed'], 'request')} could not be changed" if found.get("failed") else ""


def _example(ticket_id: int, moved: trial.Moved) -> dict[str, Any]:
    """One request that moves: its number, the promise, and the due instants before and after."""
    return {
        "number": ticket_id,
        "target": moved.target,
        "before": moved.before.isoformat() if moved.before else None,
        "after": moved.after.isoformat() if moved.after else None,
    }
