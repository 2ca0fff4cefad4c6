"""Checklists of teams with every version of them, and the steps of requests."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.lifecycle import Status
from internaldesk.db import Base
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Ticket

_KEPT = text("retired_at IS NULL")
_TO_ASK = text("child_id IS NULL AND done_at IS NULL AND dropped_at IS NULL AND request_type_id IS NOT NULL")


class Checklist(Base):
    """The steps a team takes again and again; with a request type, every request of that type gets them.

    `origin` names the entry of the catalogue it came from, so that loading that again changes nothing.
    """

    __tablename__ = "checklist"
    __table_args__ = (
        Index("ix_checklist_team_id_position", "team_id", "position"),
        Index(
            "uq_checklist_request_type_id",
            "request_type_id",
            unique=True,
            postgresql_where=_KEPT,
            sqlite_where=_KEPT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    request_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"))
    origin: Mapped[str] = mapped_column(String(130), default="")
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]
    version: Mapped[int]
    retired_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    request_type: Mapped[RequestType | None] = relationship()


class ChecklistVersion(Base):
    """A checklist as it was from one edit to the next: never changed; `words` say what was edited.

    `anchor` is the question whose date counts for the working days before and after; "" for the day of filing.
    """

    __tablename__ = "checklist_version"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int]
    anchor: Mapped[str] = mapped_column(String(40), default="")
    steps: Mapped[list[Any]]
    words: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    checklist: Mapped[Checklist] = relationship()
    by: Mapped[Person | None] = relationship()


class Step(Base):
    """A step of a request: something its own team ticks, or what another team is asked, which becomes a child.

    `answers` are those for the form of the asked type; `checklist_id` is empty where somebody added it by hand.
    """

    __tablename__ = "step"
    __table_args__ = (
        Index("ix_step_ticket_id_position", "ticket_id", "position"),
        Index("uq_step_child_id", "child_id", unique=True),
        Index("ix_step_begins_at", "begins_at", postgresql_where=_TO_ASK, sqlite_where=_TO_ASK),
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_together"),
        CheckConstraint("(dropped_at IS NULL) = (dropped_by_id IS NULL)", name="dropped_together"),
        CheckConstraint("request_type_id IS NOT NULL OR child_id IS NULL", name="asks_for_child"),
        CheckConstraint("request_type_id IS NULL OR done_at IS NULL", name="child_is_done"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    position: Mapped[int]
    checklist_id: Mapped[int | None] = mapped_column(ForeignKey("checklist.id"))
    name: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text, default="")
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    request_type_id: Mapped[int | None] = mapped_column(ForeignKey("request_type.id"))
    answers: Mapped[dict[str, Any]]
    after_id: Mapped[int | None] = mapped_column(ForeignKey("step.id", ondelete="CASCADE"))
    begins_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    required: Mapped[bool] = mapped_column(default=True)
    child_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dropped_at: Mapped[datetime | None]
    dropped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    ticket: Mapped[Ticket] = relationship(foreign_keys=ticket_id)
    child: Mapped[Ticket | None] = relationship(foreign_keys=child_id)
    team: Mapped[Team] = relationship()
    request_type: Mapped[RequestType | None] = relationship()
    done_by: Mapped[Person | None] = relationship(foreign_keys=done_by_id)

    @property
    def asks(self) -> bool:
        """Whether another team is asked; otherwise somebody ticks it."""
        return self.request_type_id is not None

    @property
    def child_status(self) -> Status | None:
        """Where what the other team was asked stands; None before they were."""
        return self.child.status if self.child else None

    @property
    def child_solved_at(self) -> datetime | None:
        """When the other team solved it."""
        return self.child.solved_at if self.child else None
