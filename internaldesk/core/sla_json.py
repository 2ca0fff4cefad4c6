"""The clocks of a ticket as plain JSON values and back, so that a store can keep them beside the event log."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from internaldesk.core.clock_set import Clocks, Mark
from internaldesk.core.clocks import Clock, ClockState, Retarget, Segment, Target
from internaldesk.core.hours import BusinessCalendar

_INSTANTS = frozenset(
    {"at", "start", "end", "started_at", "segment_from", "due", "at_risk_at", "breached_at", "stopped_at", "created_at"}
    | {"until", "asked_at", "replied_at", "resolved_at", "soon_at", "waived_at"}
)
Calendars = Mapping[int, BusinessCalendar]
Row = TypeVar("Row")


def dump(value: Any) -> Any:
    """Clocks, or any part of them, as JSON values; what is empty is left out, `load` puts it back.

    A calendar with a version becomes its number, another is written out.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, BusinessCalendar):
        return value.to_dict() if value.version is None else value.version
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        found = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: dump(part) for name, part in found if part not in (None, (), {})}
    if isinstance(value, Mapping):
        return {str(key): dump(part) for key, part in value.items()}
    return [dump(part) for part in value] if isinstance(value, tuple) else value


def load(row: Mapping[str, Any], calendars: Calendars) -> Clocks:
    """The Clocks `dump` wrote; `calendars` resolves version numbers, KeyError for one it does not have."""

    def mapped(value: Mapping[str, Any]) -> dict[str, BusinessCalendar]:
        return {team: _calendar(found, calendars) for team, found in value.items()}

    return _read(
        Clocks,
        row,
        calendars,
        items=lambda value: tuple(load_clock(found, calendars) for found in value),
        marks=lambda value: tuple(_read(Mark, found, calendars) for found in value),
        targets=lambda value: {Target(name): seconds for name, seconds in value.items()},
        team_calendars=mapped,
    )


def load_clock(row: Mapping[str, Any], calendars: Calendars) -> Clock:
    """One Clock `dump` wrote."""
    return _read(
        Clock,
        row,
        calendars,
        target=Target,
        state=ClockState,
        segments=lambda value: tuple(_read(Segment, found, calendars) for found in value),
        retargets=lambda value: tuple(_read(Retarget, found, calendars) for found in value),
    )


def _read(kind: type[Row], row: Mapping[str, Any], calendars: Calendars, **special: Callable[[Any], Any]) -> Row:
    def read(name: str, value: Any) -> Any:
        if name in special:
            return special[name](value)
        if name == "calendar":
            return _calendar(value, calendars)
        return datetime.fromisoformat(value) if name in _INSTANTS else value

    return kind(**{name: read(name, value) for name, value in row.items()})


def _calendar(value: int | Mapping[str, Any], calendars: Calendars) -> BusinessCalendar:
    return BusinessCalendar.parse(value) if isinstance(value, Mapping) else calendars[value]
