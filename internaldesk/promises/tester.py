"""Which rule hits a request: each rule of its team with yes or no and why, and what is due when."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from internaldesk.core import durations, hours
from internaldesk.core.clocks import Target
from internaldesk.core.policy import Actor
from internaldesk.core.promises import Asked, Condition, holds
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.promises import queries, saying
from internaldesk.promises.queries import Rule
from internaldesk.promises.terms import TARGETS, Names
from internaldesk.sla import queries as sla
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

UNSEEN = "No such request, or not yours to see."
_WRITTEN = re.compile(r"\s*(?:r-?)?([0-9]{1,10})\s*", re.IGNORECASE)


class Verdict(NamedTuple):
    """A rule and whether it holds for the request; `fits` may be true of later ones as well."""

    rule: Rule
    holds: bool
    fits: bool
    why: str


class Due(NamedTuple):
    """One promise of the rule that holds: how long, when that is counted from the filing alone, and its real clock."""

    title: str
    within: str
    counted: datetime | None
    clock: Clock | None


class Answer(NamedTuple):
    """What the tester found; `kept` when the request counts by an older version or another rule."""

    ticket: Ticket
    verdicts: list[Verdict]
    dues: list[Due]
    kept: bool

    @property
    def holding(self) -> Rule | None:
        """The rule that holds."""
        return next((verdict.rule for verdict in self.verdicts if verdict.holds), None)


def number_in(words: str) -> int | None:
    """The number of a request in "R-4836" or "4836".

    >>> number_in("r-4836"), number_in(" 4836 "), number_in("printer")
    (4836, 4836, None)
    """
    found = _WRITTEN.fullmatch(words)
    return int(found[1]) if found and int(found[1]) <= LARGEST_NUMBER else None


def ticket(words: str, *, actor: Actor) -> Ticket | None:
    """The request of that number if this person may see it; None otherwise."""
    number = number_in(words)
    if number is None:
        return None
    query = select(Ticket).where(Ticket.id == number, visible_tickets(actor))
    return db.session.scalars(query.options(joinedload(Ticket.request_type).joinedload(RequestType.team))).first()


def answer(found: Ticket, rules: Sequence[Rule], names: Names, *, now: datetime) -> Answer:
    """Which of the rules of its service's team hits a request, and what that means for it."""
    asked = sla.asked_by(found)
    verdicts: list[Verdict] = []
    for rule in rules:
        taken = next((verdict.rule for verdict in verdicts if verdict.holds), None)
        verdicts.append(_verdict(rule, asked, names, taken=taken))
    holding = next((verdict.rule for verdict in verdicts if verdict.holds), None)
    clocks = {clock.target: clock for clock in sla.clocks(found.id) if clock.target in TARGETS}
    dues = _dues(found, holding, clocks, now=now) if holding else []
    versions = {clock.policy_version_id for clock in clocks.values()}
    return Answer(found, verdicts, dues, kept=bool(clocks) and versions != {holding.version.id if holding else None})


def misfits(condition: Condition, asked: Asked, names: Names) -> list[str]:
    """Why a condition does not fit, one sentence part for each part that does not."""
    found = []
    if condition.types and asked.type_id not in condition.types:
        found.append(f"it is “{names.types.get(asked.type_id, 'another kind')}”, {_wants(condition, names.types)}")
    if condition.priorities and asked.priority not in condition.priorities:
        levels = saying.listed(sorted(condition.priorities, reverse=True), "or")
        found.append(f"priority is {asked.priority}, this rule wants {levels}")
    if condition.customer_waiting not in (None, asked.customer_waiting):
        wanted = ("a customer waits", "none") if asked.customer_waiting else ("no customer waits", "one")
        found.append(f"{wanted[0]}, this rule wants {wanted[1]}")
    if condition.locations and asked.location_id not in condition.locations:
        places = saying.listed(sorted(names.locations.get(one, "another place") for one in condition.locations), "or")
        here = names.locations.get(asked.location_id or 0, "elsewhere")
        found.append(f"it comes from {here}, this rule wants {places}")
    return found


def _verdict(rule: Rule, asked: Asked, names: Names, *, taken: Rule | None) -> Verdict:
    if not rule.policy.active:
        return Verdict(rule, False, False, "switched off")
    if wrong := misfits(rule.promise.condition, asked, names):
        return Verdict(rule, False, False, "; ".join(wrong))
    if not holds(rule.policy, asked):
        return Verdict(rule, False, False, "it says nothing of what it applies to, so it matches nothing")
    if taken:
        return Verdict(rule, False, True, f"would fit as well, but rule {taken.place} comes first")
    everything = rule.promise.condition.empty
    return Verdict(rule, True, True, "holds for everything else" if everything else "the first that fits, so it holds")


def _wants(condition: Condition, types: Mapping[int, str]) -> str:
    wanted = sorted(f"“{types.get(number, 'something else')}”" for number in condition.types)
    shown = wanted if len(wanted) <= 3 else [*wanted[:2], f"{len(wanted) - 2} others"]
    return f"this rule wants {saying.listed(shown, 'or')}"


def _dues(found: Ticket, rule: Rule, clocks: dict[Target, Clock], *, now: datetime) -> list[Due]:
    calendar = queries.calendar(rule.version.calendar_id, now=now)
    promised = rule.promise.terms.at(found.priority)
    dues = []
    for target, minutes in promised.items():
        counted = None
        if calendar is not None and target in (Target.FIRST_RESPONSE, Target.RESOLUTION):
            counted = hours.add(calendar, found.filed_at, timedelta(minutes=minutes))
        dues.append(Due(saying.TITLES[target], durations.said(minutes), counted, clocks.get(target)))
    return dues
