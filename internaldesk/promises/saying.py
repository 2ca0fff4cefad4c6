"""Rules in words: what they apply to, what they promise, what changed from one version to the next."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from internaldesk.core import durations
from internaldesk.core.clocks import Target
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.promises.terms import REASONS, TARGETS, Names, Promise, Terms

TITLES: Mapping[Target, str] = {
    Target.FIRST_RESPONSE: "First reply",
    Target.NEXT_RESPONSE: "Next reply",
    Target.RESOLUTION: "Solved",
    Target.PERIODIC_UPDATE: "A word in between",
}
HEADS: Mapping[Target, str] = {**TITLES, Target.PERIODIC_UPDATE: "A word every"}
"""The same above a column of lengths."""
WAITS: Mapping[str, str] = {
    "requester": "for the requester",
    "approval": "for an approval",
    "scheduled": "until an agreed date",
    "vendor": "for a supplier",
}
REOPENED: Mapping[str, str] = {"continue": "the time goes on", "new_cycle": "a full new promise"}
_LONGEST = 500  # what the column of the history holds
_GONE = "something that is gone"


def applies_to(promise: Promise, names: Names) -> str:
    """What a rule holds for: "Something is broken; urgent or high; a customer waits; in Leeds"."""
    if promise.condition.empty:
        return "Everything else" if promise.fallback else "Nothing yet"
    return _condition(promise.condition, names)


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def pauses(reasons: Collection[str]) -> str:
    """While what a clock rests: "it waits for the requester or for an approval"; "nothing" is never."""
    found = [WAITS[reason] for reason in REASONS if reason in reasons]
    return f"it waits {listed(found, 'or')}" if found else "never"


def added(promise: Promise, names: Names) -> str:
    """The line of the history for a new rule."""
    return _cut([f"New rule “{promise.name}” for {_lower(applies_to(promise, names))}", *_promised(promise.terms)])


def changes(before: Promise, after: Promise, names: Names) -> list[str]:
    """What is different, one line each; nothing when nothing is."""
    return [*_scope_changes(before, after, names), *_term_changes(before.terms, after.terms, names)]


def line(parts: list[str]) -> str:
    """Changes as one line of the history."""
    return _cut(parts)


def own_part_changes(before: Mapping[Priority, int], after: Mapping[Priority, int]) -> list[str]:
    """What is different in what a team owes while it holds a request."""
    return [
        _changed(f"Own part for {level}", before.get(level), after.get(level), durations.said)
        for level in Priority
        if before.get(level) != after.get(level)
    ]


def _condition(condition: Condition, names: Names) -> str:
    levels = [level.value for level in Priority if level in condition.priorities]
    parts = [
        listed(_sorted(condition.types, names.types) or ["Any request"], "or"),
        listed(levels or ["any priority"], "or"),
        {True: "a customer waits", False: "no customer waits", None: ""}[condition.customer_waiting],
        f"in {listed(_sorted(condition.locations, names.locations), 'or')}" if condition.locations else "",
    ]
    return "; ".join(filter(None, parts))


def _sorted(ids: Iterable[int], names: Mapping[int, str]) -> list[str]:
    return sorted(names.get(number, _GONE) for number in ids)


def _promised(terms: Terms) -> Iterator[str]:
    for level in Priority:
        promised = [f"{_lower(TITLES[target])} {durations.said(amount)}" for target, amount in terms.at(level).items()]
        if promised:
            yield f"{level}: {', '.join(promised)}"


def _scope_changes(before: Promise, after: Promise, names: Names) -> Iterator[str]:
    if before.name != after.name:
        yield f"Name: {after.name} instead of {before.name}"
    was, now = applies_to(before, names), applies_to(after, names)
    if was != now or before.condition != after.condition:
        yield f"Applies to: {now} instead of {was}"


def _term_changes(before: Terms, after: Terms, names: Names) -> Iterator[str]:
    for target in TARGETS:
        for level in Priority:
            was, now = before.minutes.get((level, target)), after.minutes.get((level, target))
            if was != now:
                yield _changed(f"{TITLES[target]} for {level}", was, now, durations.said)
    for what, was, now, said in _settings(before, after, names):
        if was != now:
            yield _changed(what, was, now, said)


def _settings(before: Terms, after: Terms, names: Names) -> Iterator[tuple[str, Any, Any, Callable[[Any], str]]]:
    """Each setting besides the minutes: what it is, its two values, and how a value is said."""
    yield "Counted in", before.calendar_id, after.calendar_id, lambda number: names.calendars.get(number, _GONE)
    yield "In the hours of", before.follow_team, after.follow_team, whose_hours
    yield "When reopened", before.on_reopen, after.on_reopen, lambda how: REOPENED[how]
    for target in TARGETS:
        yield f"{TITLES[target]} rests while", before.pause_on[target], after.pause_on[target], pauses
    yield "Warns at", before.at_risk_percent, after.at_risk_percent, lambda share: f"{share} % of the time"
    yield "Warns before it is due", before.warn_minutes, after.warn_minutes, durations.said
    yield (
        "When missed, tells",
        before.escalate_to_id or 0,
        after.escalate_to_id or 0,
        lambda number: told(number, names),
    )


def whose_hours(follow_team: bool) -> str:
    """Whose hours a promise counts in."""
    return "whichever team holds the request" if follow_team else "the calendar named"


def told(person_id: int, names: Names) -> str:
    """Who hears of a missed promise."""
    return names.people.get(person_id, _GONE) if person_id else "the team's leads"


def _changed(what: str, was: Any, now: Any, said: Callable[[Any], str]) -> str:
    if now is None:
        return f"{what}: no longer, was {said(was)}"
    return f"{what}: {said(now)}, new" if was is None else f"{what}: {said(now)} instead of {said(was)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _cut(parts: list[str]) -> str:
    """As many as the history holds, and how many more there are."""
    for kept in range(len(parts), 0, -1):
        more = len(parts) - kept
        said = "; ".join(parts[:kept]) + (f"; and {more} more" if more else "")
        if len(said) <= _LONGEST:
            return said
    return f"{parts[0][: _LONGEST - 1]}…"
