"""What the lead of a team has to see to after a low rating."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base
from internaldesk.models.people import Person, Team
from internaldesk.models.ratings import Rating
from internaldesk.models.tickets import Ticket

_OPEN = text("done_at IS NULL")


class FollowUp(Base):
    """One per low rating, for the lead of the team that solved the request; done with a note of what was done."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done_together"),
        Index("ix_follow_up_open", "team_id", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_follow_up_team_id_id", "team_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id", ondelete="CASCADE"), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    rating: Mapped[Rating] = relationship()
    ticket: Mapped[Ticket] = relationship()
    team: Mapped[Team] = relationship()
    done_by: Mapped[Person | None] = relationship()
