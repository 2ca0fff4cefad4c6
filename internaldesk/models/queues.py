"""What the lists keep beside the tickets: changes per team, what can be taken back, what was skipped, saved views."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.relations import SkipReason
from internaldesk.db import Base, by_value
from internaldesk.models.people import Person, Team

_OWN, _SHARED = text("team_id IS NULL"), text("team_id IS NOT NULL")


class TeamPulse(Base):
    """How often something that the lists of a team show has changed; a team without a row has version 0.

    Its confidential cases are counted apart: that one of them moved is for those who were named for them.
    """

    __tablename__ = "team_pulse"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    cases: Mapped[bool] = mapped_column(primary_key=True)
    version: Mapped[int]


class Undo(Base):
    """What somebody just did to many tickets at once: how each was before, and how it was left."""

    __tablename__ = "undo"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[list[Any]]


class Skip(Base):
    """Somebody left a ticket alone in Take next, for a reason their lead can read; not offered again before `until`."""

    __tablename__ = "skip"
    __table_args__ = (Index("ix_skip_person_id_until", "person_id", "until"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[SkipReason] = mapped_column(by_value(SkipReason))
    at: Mapped[datetime]
    until: Mapped[datetime]

    person: Mapped[Person] = relationship()


class SavedView(Base):
    """A named address of a list (`queue`) or of the figures (`quality`), private or shared with the team `team_id`.

    `query` is the query string with filters and order, `columns` what the list shows, `position` its place in the rail.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        Index("uq_saved_view_own", "owner_id", "page", "name", unique=True, postgresql_where=_OWN, sqlite_where=_OWN),
        Index(
            "uq_saved_view_shared",
            "team_id",
            "page",
            "name",
            unique=True,
            postgresql_where=_SHARED,
            sqlite_where=_SHARED,
        ),
        CheckConstraint("page IN ('queue', 'quality')", name="page"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(String(8))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    view: Mapped[str] = mapped_column(String(40), default="")
    query: Mapped[str] = mapped_column(String(1000), default="")
    columns: Mapped[list[str]]
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime]

    owner: Mapped[Person] = relationship()
    team: Mapped[Team | None] = relationship()
