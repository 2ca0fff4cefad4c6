"""That a team was trained: a dated note, beside which figures before and after stand."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Person, Team


class Training(Base):
    """One per team, topic (a type of request) and local date; a note that was wrong is taken off, and stays."""

    __tablename__ = "training"
    __table_args__ = (
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed_together"),
        Index("ix_training_team_id_held_on", "team_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    held_on: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(200), default="")
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team] = relationship()
    request_type: Mapped[RequestType] = relationship()
    noted_by: Mapped[Person] = relationship(foreign_keys=noted_by_id)
    removed_by: Mapped[Person | None] = relationship(foreign_keys=removed_by_id)
