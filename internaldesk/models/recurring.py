"""Requests that file themselves: what a team planned, and all that became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.recurring import Closed, PlanDeed, Unit
from internaldesk.db import Base, by_value
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket

_DUE = text("paused_at IS NULL AND removed_at IS NULL")
_FOR_A_DAY = text("due_on IS NOT NULL")


class Plan(Base):
    """A rule (see `core.recurring.RuleLike`) and the request that it files; `answers` are to `form_version`.

    `next_on` and `next_at` are the date by the rule and the instant of the next one, both empty when there is none;
    `done` counts those that are over, filed or not. A plan that was removed stays for its lines.
    """

    __tablename__ = "recurring_plan"
    __table_args__ = (
        Index("ix_recurring_plan_team_id", "team_id"),
        Index("ix_recurring_plan_next_at", "next_at", postgresql_where=_DUE, sqlite_where=_DUE),
        CheckConstraint("(next_on IS NULL) = (next_at IS NULL)", name="next_together"),
        CheckConstraint("(nth IS NULL) = (weekday IS NULL)", name="weekday_counted"),
        CheckConstraint("every >= 1", name="every_positive"),
        CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    summary: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]]
    unit: Mapped[Unit] = mapped_column(by_value(Unit))
    every: Mapped[int]
    weekdays: Mapped[list[Any]]
    day: Mapped[int | None]
    nth: Mapped[int | None]
    weekday: Mapped[int | None]
    minute: Mapped[int]
    closed: Mapped[Closed] = mapped_column(by_value(Closed))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    times: Mapped[int | None]
    skip_open: Mapped[bool] = mapped_column(default=False)
    next_on: Mapped[date | None]
    next_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    last_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"))
    paused_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team] = relationship()
    request_type: Mapped[RequestType] = relationship()
    form_version: Mapped[FormVersion] = relationship()
    requester: Mapped[Person] = relationship(foreign_keys=requester_id)
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    last_ticket: Mapped[Ticket | None] = relationship()


class PlanLine(Base):
    """Something that happened to a plan: what people did with it, and (`due_on`) what became of one of its days.

    A day is dealt with once, which the database holds, too. `by_id` is empty where the desk itself did it.
    """

    __tablename__ = "recurring_line"
    __table_args__ = (
        Index(
            "uq_recurring_line_plan_id_due_on",
            "plan_id",
            "due_on",
            unique=True,
            postgresql_where=_FOR_A_DAY,
            sqlite_where=_FOR_A_DAY,
        ),
        Index("ix_recurring_line_plan_id", "plan_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("recurring_plan.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deed: Mapped[PlanDeed] = mapped_column(by_value(PlanDeed))
    due_on: Mapped[date | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"))
    words: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person | None] = relationship()
