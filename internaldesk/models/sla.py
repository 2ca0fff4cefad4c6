"""Calendars, promises, and the clocks that measure them: one row per clock cycle."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.priority import Priority
from internaldesk.core.sla import ClockState, Target
from internaldesk.db import Base, by_value
from internaldesk.models.history import protect

_LIVE = text("state = 'running' AND breached_at IS NULL")


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
    """A promise under a name, for tickets of one type (or of any) that meet `condition`; the first match holds."""

    __tablename__ = "sla_policy"
    __table_args__ = (Index("ix_sla_policy_request_type_id_position", "request_type_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    position: Mapped[int]
    request_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"))
    condition: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=True)


class PolicyVersion(Base):
    """What a policy promises from `valid_from` on; running clocks keep the version they started with."""

    __tablename__ = "sla_policy_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"), index=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendar.id"))
    valid_from: Mapped[datetime]
    follow_team: Mapped[bool] = mapped_column(default=False)
    on_reopen: Mapped[str] = mapped_column(String(16), default="continue")
    at_risk_percent: Mapped[int] = mapped_column(default=75)

    targets: Mapped[list["PolicyTarget"]] = relationship(lazy="selectin")


class PolicyTarget(Base):
    """The allowance of one target at one priority, in business minutes."""

    __tablename__ = "sla_target"
    __table_args__ = (CheckConstraint("minutes > 0", name="some_time"),)

    policy_version_id: Mapped[int] = mapped_column(ForeignKey("sla_policy_version.id"), primary_key=True)
    priority: Mapped[Priority] = mapped_column(by_value(Priority), primary_key=True)
    target: Mapped[Target] = mapped_column(by_value(Target), primary_key=True)
    minutes: Mapped[int]
    pause_on: Mapped[list[str] | None] = mapped_column(JSON)


class OlaTarget(Base):
    """What a team owes the desk while it holds a ticket, in business minutes of its own calendar."""

    __tablename__ = "ola_target"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    priority: Mapped[Priority] = mapped_column(by_value(Priority), primary_key=True)
    minutes: Mapped[int]
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendar.id"))
    pause_on: Mapped[list[str] | None] = mapped_column(JSON)


class Clock(Base):
    """One cycle of one promise on one ticket; the stored result of folding its events."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        UniqueConstraint("ticket_id", "target", "team_key", "cycle"),
        Index("ix_sla_clock_due_at", "due_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_sla_clock_at_risk_at", "at_risk_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
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
    """That a warning or breach was raised: once per clock, kind and due instant."""

    __tablename__ = "sla_notification"

    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]
