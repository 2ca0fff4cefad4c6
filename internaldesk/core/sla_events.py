"""What happens to a ticket as far as its promises are concerned: one frozen event per row of the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any, Self, TypeVar

from internaldesk.core.clocks import Target, second

Choice = TypeVar("Choice", bound=StrEnum)


class BadHistory(ValueError):
    """The event cannot follow what happened before, or lacks what its kind needs; the message says which."""


class Kind(StrEnum):
    """The kinds of event the clocks know."""

    CREATED = "created"
    AGENT_REPLY = "agent_reply"
    AUTO_REPLY = "auto_reply"
    INTERNAL_NOTE = "internal_note"
    ASSIGNED = "assigned"
    REQUESTER_REPLY = "requester_reply"
    REQUESTER_AUTO_REPLY = "requester_auto_reply"
    NO_REPLY_NEEDED = "no_reply_needed"
    PENDING = "pending"
    RESUMED = "resumed"
    REJECTED = "rejected"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    PRIORITY_CHANGED = "priority_changed"
    POLICY_EDITED = "policy_edited"
    POLICY_REMOVED = "policy_removed"
    CALENDAR_CHANGED = "calendar_changed"
    TRANSFERRED = "transferred"
    MERGED_INTO = "merged_into"
    ABSORBED = "absorbed"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    WAIVED = "waived"
    CORRECTED = "corrected"
    UNDONE = "undone"


# Message, fields, status; among equals a start or resume first, then a pause, then a stop, so that the stop wins.
_RANK = {
    Kind.CREATED: 0,
    Kind.REQUESTER_REPLY: 1,
    Kind.AGENT_REPLY: 2,
    Kind.REOPENED: 4,
    Kind.RESUMED: 4,
    Kind.PENDING: 5,
    Kind.RESOLVED: 6,
    Kind.REJECTED: 7,
    Kind.MERGED_INTO: 7,
    Kind.WITHDRAWN: 7,
    Kind.CLOSED: 8,
    Kind.WAIVED: 8,
    Kind.CORRECTED: 8,
}
_FIELDS_RANK = 3


@dataclass(frozen=True, slots=True)
class Event:
    """One event at one instant; everything but `at` and `kind` only where the kind needs it.

    `seq` is its place in the ticket's log. `policy` maps target to minutes; `priority` is the one they belong to, told
    for whoever replays the log under other promises. `ola_minutes` are what the team owes, 0 if nothing is agreed.
    `calendar` is a version number or the hours themselves: of the promise, but of the team for `transferred`, and for
    `calendar_changed` with a `team`; `team_calendar` always means the team's. `reason` is why it waits, was withdrawn
    or is waived; `applies` says that an edited policy is applied to this open ticket. `until` ends a scheduled wait;
    `since` is when work logged afterwards began.

    `waived` names its clock: `target`, the `team` of an OLA clock, and the `cycle`, or none for the newest. `corrected`
    counts the time from `since` to `until` anew on `calendar`, wherever it was counted on one of the versions in
    `replaces`; none named means on whichever. `undone` names in `undoes` what the fold leaves out from then on.
    """

    at: datetime
    kind: Kind
    seq: int | None = None
    by: str | None = None
    channel: str | None = None
    team: str | None = None
    ola_minutes: float | None = None
    policy: Mapping[str, float] | None = None
    policy_version: int | None = None
    calendar: int | Mapping[str, Any] | None = None
    team_calendar: int | Mapping[str, Any] | None = None
    reason: str | None = None
    until: datetime | None = None
    since: datetime | None = None
    applies: bool = False
    other: Mapping[str, Any] | None = field(default=None)
    priority: str | None = None
    target: Target | None = None
    cycle: int | None = None
    replaces: tuple[int, ...] = ()
    undoes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("at", "until", "since"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, second(at))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, without what is empty; `Event.from_dict` reads it back.

        >>> Event.from_dict({"at": "2025-06-02T12:00:00+02:00", "type": "pending", "reason": "vendor"}).to_dict()
        {'at': '2025-06-02T10:00:00+00:00', 'type': 'pending', 'reason': 'vendor'}
        """
        found = ((_KEY.get(name, name), getattr(self, name)) for name in _NAMES)
        return {key: _plain(value) for key, value in found if not _empty(value)}

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """The event of a stored row or of a worked sample; raises ValueError with a sentence if it makes no sense."""
        values: dict[str, Any] = {name: row.get(_KEY.get(name, name)) for name in _NAMES}
        values["calendar"] = row.get("calendar_version", row.get("calendar"))
        values["team_calendar"] = row.get("team_calendar_version", row.get("team_calendar"))
        for name in ("at", "until", "since"):
            values[name] = None if values[name] is None else instant(values[name])
        if values["at"] is None:
            raise ValueError("An event needs the instant at which it happened.")
        for name, wanted in _SHAPES.items():
            if values[name] is not None and not isinstance(values[name], wanted):
                raise ValueError(f"“{values[name]}” makes no sense as {name.replace('_', ' ')} of an event.")
        values["kind"] = _one_of(Kind, values["kind"], "a kind of event")
        values["target"] = None if values["target"] is None else _one_of(Target, values["target"], "a target")
        values |= {name: tuple(values[name] or ()) for name in ("replaces", "undoes")}
        values["applies"] = bool(values["applies"])
        return cls(**values)


_KEY = {"kind": "type"}
_YEARS = range(1900, 9000)
"""So far in, no offset and no search for an opening leads out of the calendar."""
_NAMES = tuple(found.name for found in fields(Event))
_SHAPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("by", "channel", "team", "reason", "priority"), (str,)),
    **dict.fromkeys(("seq", "policy_version", "cycle"), (int,)),
    **dict.fromkeys(("calendar", "team_calendar"), (int, Mapping)),
    **dict.fromkeys(("policy", "other"), (Mapping,)),
    **dict.fromkeys(("replaces", "undoes"), (list, tuple)),
}


def in_order(events: Iterable[Event]) -> list[Event]:
    """By instant; within one instant message, fields, status, and stop after pause after start."""
    return sorted(events, key=lambda event: (event.at, _RANK.get(event.kind, _FIELDS_RANK)))


def instant(value: object) -> datetime:
    """An instant, in UTC, given as ISO text or as itself; raises ValueError for one without an offset.

    >>> instant("2025-06-02T10:00:00Z").isoformat()
    '2025-06-02T10:00:00+00:00'
    """
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(found, datetime) and found.tzinfo is not None and found.year in _YEARS:
            return found.astimezone(UTC)
    except ValueError:
        found = None
    if isinstance(found, datetime) and found.tzinfo is None:
        raise ValueError(f"“{value}” is not an instant; it lacks its offset from UTC.")
    raise ValueError(f"“{value}” is not an instant; write it as 2025-06-02T10:00:00Z.")


def _one_of(kind: type[Choice], value: object, what: str) -> Choice:
    known = [choice for choice in kind if choice.value == value]
    if not known:
        raise ValueError(f"“{value}” is not {what}.")
    return known[0]


def _empty(value: object) -> bool:
    return value is None or value is False or value == ()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
