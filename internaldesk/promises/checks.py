"""What makes a rule unusable, as sentences that name the field; pure, so that form, preview and saving agree."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from internaldesk.core import durations, hours
from internaldesk.core.clocks import Target
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.priority import Priority
from internaldesk.promises.saying import TITLES
from internaldesk.promises.terms import TARGETS, Promise

FIRST, NEXT, SOLVED = Target.FIRST_RESPONSE, Target.NEXT_RESPONSE, Target.RESOLUTION


class Faults(Refused):
    """Everything that is wrong with a form at once; the sentence is the first."""

    def __init__(self, faults: list[Refused]) -> None:
        super().__init__(faults[0].sentence, field=faults[0].field)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule of a team may point at; `calendar` is the one it names, None when there is no such.

    `elsewhere` is the name of another rule that holds for everything else already.
    """

    types: Collection[int]
    locations: Collection[int]
    people: Collection[int]
    calendar: BusinessCalendar | None
    elsewhere: str = ""


def cell(priority: Priority, target: Target) -> str:
    """The name of the field of one promise."""
    return f"{priority.value}_{target.value}"


def faults(promise: Promise, known: Known, *, now: datetime) -> list[Refused]:
    """Everything that is wrong with a rule, in the order of the page; empty when it can be saved."""
    return [*_scope(promise, known), *_minutes(promise), *_limits(promise, known, now=now), *_warnings(promise, known)]


def own_part_faults(minutes: dict[Priority, int], calendar: BusinessCalendar) -> list[Refused]:
    """What is wrong with what a team owes while it holds a request; its fields are the priorities."""
    most = _most(calendar)
    return [
        Refused(f"Own part for {level}: {said}", field=level.value)
        for level, amount in minutes.items()
        if (said := _absurd(amount, most))
    ]


def _scope(promise: Promise, known: Known) -> Iterator[Refused]:
    condition = promise.condition
    if not condition.types <= set(known.types):
        yield Refused("That kind of request is not one of this team's.", field="types")
    if not condition.locations <= set(known.locations):
        yield Refused("That place is not known here.", field="locations")
    if promise.fallback and not condition.empty:
        sentence = "A rule for everything else has no types, priorities, customers or places of its own: choose one."
        yield Refused(sentence, field="fallback")
    if condition.empty and not promise.fallback:
        sentence = "Say what it applies to, or tick “everything else”: a rule that says nothing would match nothing."
        yield Refused(sentence, field="types")
    if promise.fallback and known.elsewhere:
        sentence = f"“{known.elsewhere}” already holds for everything else, and there can be only one such rule."
        yield Refused(sentence, field="fallback")


def _minutes(promise: Promise) -> Iterator[Refused]:
    if not any(promise.terms.at(level) for level in promise.priorities):
        sentence = "Promise something: a first reply, a next reply, a solution, or a word in between."
        yield Refused(sentence, field=cell(promise.priorities[0], FIRST))
    for level in Priority:
        promised = promise.terms.at(level)
        if NEXT in promised and FIRST not in promised:
            sentence = f"Next reply for {level}: promise a first reply as well, since nothing is a next one without it."
            yield Refused(sentence, field=cell(level, NEXT))
        if FIRST in promised and SOLVED in promised and promised[FIRST] > promised[SOLVED]:
            first, solved = durations.said(promised[FIRST]), durations.said(promised[SOLVED])
            sentence = f"First reply for {level}: {first} is longer than the {solved} in which it is to be solved."
            yield Refused(sentence, field=cell(level, FIRST))


def _limits(promise: Promise, known: Known, *, now: datetime) -> Iterator[Refused]:
    """What the calendar makes of the minutes."""
    if known.calendar is None:
        yield Refused("Choose the calendar it counts in.", field="calendar")
        return
    most, terms = _most(known.calendar), promise.terms
    for target in TARGETS:
        for level in Priority:
            amount = terms.minutes.get((level, target))
            if amount is not None and (said := _absurd(amount, most)):
                yield Refused(f"{TITLES[target]} for {level}: {said}", field=cell(level, target))
    if terms.warn_minutes is not None and (said := _absurd(terms.warn_minutes, most)):
        yield Refused(f"Warning before it is due: {said}", field="warn_before")
    if never := _never_open(known.calendar, min(most, max(terms.minutes.values(), default=1)), now=now):
        yield Refused(never, field="calendar")


def _warnings(promise: Promise, known: Known) -> Iterator[Refused]:
    if not 1 <= promise.terms.at_risk_percent <= 99:
        yield Refused("Warn at: write a number from 1 to 99.", field="warn_at")
    if promise.terms.escalate_to_id is not None and promise.terms.escalate_to_id not in known.people:
        yield Refused("Tell: choose somebody of this team or above it.", field="escalate_to")


def _most(calendar: BusinessCalendar) -> int:
    return durations.LONGEST_DAYS * (durations.business_day(calendar) or 24 * 60)


def _absurd(amount: int, most: int) -> str:
    if amount <= 0:
        return "write more than nothing, or leave it empty if it is not promised."
    if amount > most:
        return f"{durations.said(amount)} is more than {durations.LONGEST_DAYS} business days ({durations.said(most)})."
    return ""


def _never_open(calendar: BusinessCalendar, minutes: int, *, now: datetime) -> str:
    try:
        hours.add(calendar, now, timedelta(minutes=max(minutes, 1)))
    except hours.NeverOpen as never:
        return f"Counted in: {never} Choose another, or give it hours first."
    return ""
