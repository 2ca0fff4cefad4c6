"""Macros and canned replies: a team's, or one person's own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign
from internaldesk.db import Base, by_value
from internaldesk.models.people import Person, Team

_NAMED = text("shortcut <> ''")


class Macro(Base):
    """A text to say and what is done besides, of a team or private to its owner; without deeds it is a canned reply.

    `position` is the order of its team or owner, `uses` how often it was taken, `version` counts its edits.
    """

    __tablename__ = "macro"
    __table_args__ = (
        Index("ix_macro_team_id_position", "team_id", "position"),
        Index("ix_macro_owner_id_position", "owner_id", "position"),
        Index(
            "uq_macro_team_id_shortcut",
            "team_id",
            "shortcut",
            unique=True,
            postgresql_where=_NAMED,
            sqlite_where=_NAMED,
        ),
        Index(
            "uq_macro_owner_id_shortcut",
            "owner_id",
            "shortcut",
            unique=True,
            postgresql_where=_NAMED,
            sqlite_where=_NAMED,
        ),
        CheckConstraint("(team_id IS NULL) <> (owner_id IS NULL)", name="one_keeper"),
        CheckConstraint("(assign = 'person') = (assignee_id IS NOT NULL)", name="person_named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    shortcut: Mapped[str] = mapped_column(String(24), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[Status | None] = mapped_column(by_value(Status))
    tags: Mapped[list[str]]
    assign: Mapped[Assign] = mapped_column(by_value(Assign), default=Assign.KEEP)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team | None] = relationship()
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    updated_by: Mapped[Person | None] = relationship(foreign_keys=updated_by_id)
