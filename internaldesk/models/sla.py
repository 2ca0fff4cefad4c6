"""Calendars, promises, and the clocks that measure them: one row per clock cycle."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.priority import Priority
from internaldesk.core.promises import TaskKind
from internaldesk.core.sla import ClockState, Target
from internaldesk.db import Base, by_value
from internaldesk.models.history import protect
from internaldesk.models.people import Person

_LIVE = text("state = 'running' AND breached_at IS NULL")
_UNDONE = text("finished_at IS NULL")
_UNSENT = text("sent_at IS NULL")


class Calendar(Base):
    """Working hours under a name; the hours themselves are versioned."""

    __tablename__ = "business_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))


class CalendarVersion(Base):
    """Weekly hours in local time of `zone` (an IANA name), from `valid_from` until a newer version."""

    __tablename__ = "calendar_version"
    __table_args__ = (Index("ix_calendar_version_calendar_id_valid_from", "calendar_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendar.id"))
    zone: Mapped[str] = mapped_column(String(64))
    hours: Mapped[dict[str, Any]]
    valid_from: Mapped[datetime]
    tzdata: Mapped[str] = mapped_column(String(16), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    exceptions: Mapped[list["CalendarException"]] = relationship(order_by="CalendarException.day")


class CalendarException(Base):
    """A closed (or specially open) part of a local date, in minutes from midnight; a whole day is 0 to 1440."""

    __tablename__ = "calendar_closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id", ondelete="CASCADE"), index=True)
    day: Mapped[date] = mapped_column(Date)
    from_min: Mapped[int]
    to_min: Mapped[int]
    opening: Mapped[bool] = mapped_column(Boolean, default=False)
    label: Mapped[str] = mapped_column(String(120), default="")


class Policy(Base):
    """A promise of a team under a name, for its tickets that meet `condition`; the first in order that matches holds.

    `condition` is read by `core.promises.Condition`; an empty one matches only as the team's `fallback`.
    """

    __tablename__ = "sla_policy"
    __table_args__ = (Index("ix_sla_policy_team_id_position", "team_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    position: Mapped[int]
    condition: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    fallback: Mapped[bool] = mapped_column(default=False)


class PolicyVersion(Base):
    """What a policy promises from `valid_from` on; running clocks keep the version they started with.

    `pause_on` says per target which reasons pause it, None for the usual ones. Warnings go out when `at_risk_percent`
    of the time is used and, if set, `warn_minutes` of business time before it is up; a missed promise is told to
    `escalate_to`, or else to the leads of the team.
    """

    __tablename__ = "sla_policy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"), index=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendar.id"))
    valid_from: Mapped[datetime]
    follow_team: Mapped[bool] = mapped_column(default=False)
    on_reopen: Mapped[str] = mapped_column(String(16), default="continue")
    at_risk_percent: Mapped[int] = mapped_column(default=75)
    warn_minutes: Mapped[int | None]
    pause_on: Mapped[dict[str, list[str]] | None] = mapped_column(JSON)
    escalate_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    policy: Mapped[Policy] = relationship()
    targets: Mapped[list["PolicyTarget"]] = relationship()


class PolicyTarget(Base):
    """The allowance of one target at one priority, in business minutes."""

    __tablename__ = "sla_target"
    __table_args__ = (CheckConstraint("minutes > 0", name="some_time"),)

    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"), primary_key=True)
    priority: Mapped[Priority] = mapped_column(by_value(Priority), primary_key=True)
    target: Mapped[Target] = mapped_column(by_value(Target), primary_key=True)
    minutes: Mapped[int]


class OlaTarget(Base):
    """What a team owes the desk while it holds a ticket, in business minutes of its own calendar."""

    __tablename__ = "ola_target"
    __table_args__ = (CheckConstraint("minutes > 0", name="some_time"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    priority: Mapped[Priority] = mapped_column(by_value(Priority), primary_key=True)
    minutes: Mapped[int]


class RuleChange(Base):
    """Who changed a promise or a calendar, when, and what, in words: append only, shown beside what it changed."""

    __tablename__ = "sla_change"
    __table_args__ = (
        Index("ix_sla_change_policy_id", "policy_id", "id"),
        Index("ix_sla_change_calendar_id", "calendar_id", "id"),
        Index("ix_sla_change_team_id", "team_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("business_calendar.id"))
    words: Mapped[str] = mapped_column(String(500))

    actor: Mapped[Person | None] = relationship()


protect(RuleChange.__table__)


class ClockTask(Base):
    """Work on many tickets' clocks that somebody asked for and the worker does, in batches by ticket id.

    `kind` is a `core.promises.TaskKind`; `facts` say what to do, `result` what came of it; `cursor` is the last ticket
    done, so that a batch repeated after a crash starts behind the ones that were kept.
    """

    __tablename__ = "sla_task"
    __table_args__ = (
        Index("ix_sla_task_undone", "id", postgresql_where=_UNDONE, sqlite_where=_UNDONE),
        Index("ix_sla_task_policy_id", "policy_id", "id"),
        Index("ix_sla_task_calendar_id", "calendar_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TaskKind] = mapped_column(by_value(TaskKind))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("business_calendar.id"))
    facts: Mapped[dict[str, Any]]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    cursor: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(String(300), default="")
    finished_at: Mapped[datetime | None]

    asked_by: Mapped[Person | None] = relationship()


class Clock(Base):
    """One cycle of one promise on one ticket; the stored result of folding its events.

    `at_risk_at` and `soon_at` are the instants of its warnings, `warn_at` the next one not given yet, `warned_at` the
    last one given for the present due instant.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "target", "team_key", "cycle"),
        Index("ix_sla_clock_due_at", "due_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_sla_clock_warn_at", "warn_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_sla_clock_target_stopped_at", "target", "stopped_at"),
        Index("ix_sla_clock_target_decided_at", "target", "decided_at"),
        Index("ix_sla_clock_target_breached_at", "target", "breached_at"),
        CheckConstraint("state <> 'running' OR due_at IS NOT NULL", name="running_has_due"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    target: Mapped[Target] = mapped_column(by_value(Target))
    team_key: Mapped[int] = mapped_column(default=0)
    cycle: Mapped[int] = mapped_column(default=1)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy_version.id"))
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"))
    target_seconds: Mapped[int]
    state: Mapped[ClockState] = mapped_column(by_value(ClockState))
    pause_reason: Mapped[str | None] = mapped_column(String(16))
    started_at: Mapped[datetime]
    used_seconds: Mapped[int] = mapped_column(default=0)
    segment_from: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    at_risk_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    cause: Mapped[str | None] = mapped_column(String(16))
    cancel_reason: Mapped[str | None] = mapped_column(String(32))
    warned_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_priority: Mapped[Priority | None] = mapped_column(by_value(Priority))
    decided_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    decided_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"))
    soon_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    waived_why: Mapped[str | None] = mapped_column(String(300))
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    segments: Mapped[list["Segment"]] = relationship(order_by="Segment.started_at", cascade="all, delete-orphan")


class Segment(Base):
    """A closed span in which a clock ran, with the business seconds it used; the input of explanations."""

    __tablename__ = "sla_segment"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id", ondelete="CASCADE"), index=True)
    calendar_version_id: Mapped[int] = mapped_column(ForeignKey("calendar_version.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    seconds: Mapped[int]


class ClockEvent(Base):
    """What happened to a ticket as its clocks saw it: append only, the input of `core.sla.rebuild`."""

    __tablename__ = "sla_event"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


protect(ClockEvent.__table__)


class ClockNotice(Base):
    """That a warning or breach is to be told: once per clock, kind and due instant; `sent_at` when it was.

    `team_id` and `person_id` are who held the ticket and who had it then; `kind`: at_risk, soon, breached, escalated.
    """

    __tablename__ = "sla_notification"
    __table_args__ = (
        Index("ix_sla_notification_unsent", "at", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
        Index("ix_sla_notification_ticket_id", "ticket_id"),
    )

    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime | None]
