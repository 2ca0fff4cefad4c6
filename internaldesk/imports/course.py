"""What became of one request of a log: its clocks by the real rules, its state, and what its record will say."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from internaldesk.core import sla
from internaldesk.core.clocks import ClockState, Target
from internaldesk.core.happenings import Kind as Happening
from internaldesk.core.lifecycle import OPEN, Status
from internaldesk.core.priority import Priority
from internaldesk.core.sla import Clocks, Event, Kind
from internaldesk.imports.known import Kind as Type
from internaldesk.imports.known import Known, Level, Part, Who
from internaldesk.models.people import Team

Key = tuple[Target, int, int]
_OVER = frozenset({ClockState.STOPPED, ClockState.CANCELLED})


class Happened(NamedTuple):
    """A line of the record to be."""

    at: datetime
    kind: Happening
    who: Who | None
    data: dict[str, Any]


class Said(NamedTuple):
    """Words of the conversation."""

    at: datetime
    who: Who
    by_team: bool
    body: str


class Logged(NamedTuple):
    """An event of the clocks, and who caused it."""

    event: Event
    who: Who


class Held(NamedTuple):
    """From when a team held it."""

    team: Team
    since: datetime


class Decision(NamedTuple):
    """What was in force when a clock was decided: priority, team, version of the promise."""

    priority: Priority
    team_id: int
    version: int


@dataclass(slots=True)
class Course:
    """One request, event by event; afterwards everything its rows need."""

    number: str
    known: Known
    requester: Who
    kind: Type
    team: Team
    priority: Priority
    place_id: int
    part: Part | None
    channel: str
    summary: str
    filed_at: datetime
    at: datetime
    who: Who
    assignee: Who | None = None
    status: Status = Status.NEW
    first_answered_at: datetime | None = None
    solved_at: datetime | None = None
    solved_by: Who | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    version: int = 1
    last_word: str = ""
    clocks: Clocks = field(default_factory=Clocks)
    log: list[Logged] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    decided: dict[Key, Decision] = field(default_factory=dict)
    versions: dict[Key, int] = field(default_factory=dict)
    _in_force: Decision = field(init=False)

    def __post_init__(self) -> None:
        self._in_force = Decision(self.priority, self.team.id, self.level.version)

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes work."""
        return self.status in OPEN

    @property
    def level(self) -> Level:
        """What it is promised at its priority."""
        return self.known.measure[self.priority]

    def begin(self, by: Who) -> None:
        """It was filed."""
        level = self.level
        self.held.append(Held(self.team, self.filed_at))
        self.record(Happening.FILED, by, at=self.filed_at, priority=self.priority.value)
        self.tell(
            Kind.CREATED,
            by,
            at=self.filed_at,
            calendar=level.calendar,
            policy=level.minutes,
            policy_version=level.version,
            priority=self.priority.value,
            channel=self.channel,
            team=str(self.team.id),
            team_calendar=self.known.hours[self.team.id],
        )

    def tell(self, kind: Kind, who: Who, *, at: datetime | None = None, **facts: Any) -> None:
        """Fold one more event in, and note what was decided before it and by it."""
        role = "requester" if who.email == self.requester.email else "agent"
        event = Event(at=at or self.at, kind=kind, seq=len(self.log) + 1, by=role, **facts)
        self._settled(event.at)
        self.clocks = sla.apply(self.clocks, event, self.level.rules)
        self._in_force = Decision(self.priority, self.team.id, self.level.version)
        self._note()
        self.log.append(Logged(event, who))
        self.version += kind is not Kind.CREATED

    def record(self, kind: Happening, who: Who | None, *, at: datetime | None = None, **data: Any) -> None:
        """Something for the time line."""
        self.happened.append(Happened(at or self.at, kind, who, data))

    def settle(self, now: datetime) -> None:
        """What ran out since the log ended."""
        self._settled(now)

    def _settled(self, at: datetime) -> None:
        self.clocks = sla.settle(self.clocks, at)
        self._note()

    def _note(self) -> None:
        """What was in force when a cycle was decided, once and for all; one that goes on is decided anew."""
        held = self._in_force
        for clock in self.clocks:
            key = (clock.target, int(clock.team or 0), clock.cycle)
            if key not in self.versions or (clock.open and not clock.breached):
                self.versions[key] = held.version
            if clock.breached_at is None and clock.state not in _OVER:
                self.decided.pop(key, None)
            elif key not in self.decided:
                self.decided[key] = held
