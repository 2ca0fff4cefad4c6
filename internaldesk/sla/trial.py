"""The trial of a promise: every request of a month, folded as if the draft had held, beside what really became of it.

A draft is `{"team_id", "condition", "fallback", "calendar_id", "minutes": {priority: {target: minutes}}, "month":
"2026-10"}` and, where they differ from the usual, `"pause_on"`, `"at_risk_percent"`, `"on_reopen"`, `"follow_team"`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Select, select

from internaldesk.core import periods, trial
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.periods import Period
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition, Rule
from internaldesk.core.sla import DEFAULT_PAUSE_ON
from internaldesk.core.trial import Draft, Kept
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.sla import CalendarVersion, Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import queries
from internaldesk.sla.errands import Counts, Errand, Order, added
from internaldesk.sla.logs import filed, hours_of, logs

log = structlog.get_logger(__name__)


class Trial(Errand):
    """How last month would have gone; confidential cases are left out, whoever asks, since a result can be shared."""

    def __init__(self, order: Order, *, now: datetime) -> None:
        facts = order.facts
        self.hours = _versions(facts["calendar_id"])
        self.draft = _draft(facts, self.hours, _ahead(order, now=now))
        self.month = _month(facts["month"], self.hours)
        self.types = _types(facts["team_id"], Condition.parse(facts["condition"]))

    def candidates(self) -> Select[int]:
        """The team's requests filed in the month."""
        return select(Ticket.id).where(
            Ticket.filed_at >= self.month.start, Ticket.filed_at < self.month.end, *_ordinary(self.types.ordinary)
        )

    def look(self, ids: Sequence[int], *, now: datetime) -> Counts:
        """Each as it went and as it would have gone; one whose log cannot be folded is counted and left."""
        known = logs(ids)
        rules = self.draft.rules(hours_of(known, (version.id for version in self.hours)))
        old = _stored(ids, now=now)
        counts: Counts = {}
        for ticket_id, asked, _ in filed(list(known)):
            try:
                clocks = trial.tried(known[ticket_id], asked, self.draft, rules, now=now)
                if clocks is not None:
                    counts = added(counts, trial.counted(trial.kept(clocks), old.get(ticket_id, {})))
            except (LookupError, ValueError):
                log.exception("trial_failed", ticket=ticket_id)
                counts = added(counts, {"failed": 1})
        return counts

    def finish(self, result: Counts, *, now: datetime) -> Counts:
        """With percentages, and whether the team offers confidential kinds that were left out."""
        return {**trial.with_shares(result), "without_cases": self.types.cases}


class _Hours(NamedTuple):
    """A version of a calendar: from when it holds, its id, its zone."""

    valid_from: datetime
    id: int
    zone: str


class _Types(NamedTuple):
    """The kinds of request a draft is about; whether there are confidential ones besides."""

    ordinary: list[int]
    cases: bool


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored clock as the verdict reads it."""

    target: Target
    breached_at: datetime | None
    cause: str | None
    waived_at: datetime | None


def _versions(calendar_id: int) -> list[_Hours]:
    query = select(CalendarVersion.valid_from, CalendarVersion.id, CalendarVersion.zone)
    held = query.where(CalendarVersion.calendar_id == calendar_id)
    return [_Hours(*row) for row in db.session.execute(held.order_by(CalendarVersion.valid_from, CalendarVersion.id))]


def _draft(facts: Any, versions: Sequence[_Hours], ahead: Sequence[Rule]) -> Draft:
    pauses = {Target(name): frozenset(reasons) for name, reasons in (facts.get("pause_on") or {}).items()}
    return Draft(
        condition=facts["condition"],
        fallback=facts["fallback"],
        minutes={Priority(level): promised for level, promised in facts["minutes"].items()},
        versions=[(version.valid_from, version.id) for version in versions],
        pause_on={**DEFAULT_PAUSE_ON, **pauses},
        at_risk_share=Fraction(facts.get("at_risk_percent", 75), 100),
        on_reopen=facts.get("on_reopen", "continue"),
        follow_team=facts.get("follow_team", False),
        ahead=ahead,
    )


def _ahead(order: Order, *, now: datetime) -> Sequence[Rule]:
    """The rules that win over the draft: those in front of the one it edits; of a new one, all if it is the fallback.

    A new rule with a condition is tried on all that meet it: where it will stand in the order is not decided yet.
    """
    rules = queries.rules_of(order.facts["team_id"], now=now)
    if any(rule.policy_id == order.policy_id for rule in rules):
        in_front = takewhile(lambda rule: rule.policy_id != order.policy_id, rules)
        return list(in_front)
    return rules if order.facts["fallback"] else []


def _month(name: str, versions: Sequence[_Hours]) -> Period:
    """The month in the zone of the draft's calendar."""
    year, number = name.split("-")
    return periods.month(int(year), int(number), ZoneInfo(versions[-1].zone))


def _types(team_id: int, condition: Condition) -> _Types:
    query = select(RequestType.id, RequestType.confidentiality).where(RequestType.team_id == team_id)
    found = [row for row in db.session.execute(query) if not condition.types or row.id in condition.types]
    cases = [row.id for row in found if row.confidentiality is Confidentiality.CASE]
    return _Types([row.id for row in found if row.id not in cases], bool(cases))


def _ordinary(types: Sequence[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Ticket.request_type_id.in_(types), Ticket.confidentiality != Confidentiality.CASE


def _stored(ids: Sequence[int], *, now: datetime) -> dict[int, Kept]:
    """What really became of the promises, by ticket; one that ran out since the last sweep is missed as well."""
    query = select(
        Clock.ticket_id, Clock.target, Clock.breached_at, Clock.cause, Clock.waived_at, Clock.state, Clock.due_at
    ).where(Clock.ticket_id.in_(ids))
    found: dict[int, list[_Stored]] = {}
    for ticket_id, target, breached_at, cause, waived_at, state, due_at in db.session.execute(query):
        ran_out = due_at if state is ClockState.RUNNING and due_at and due_at < now else None
        found.setdefault(ticket_id, []).append(_Stored(target, breached_at or ran_out, cause, waived_at))
    return {ticket_id: trial.kept(clocks) for ticket_id, clocks in found.items()}
