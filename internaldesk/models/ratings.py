"""What requesters were asked and what they answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket

_SCORES = ("attitude", "responsiveness", "clarity", "simplicity")
_ALL_EMPTY = " AND ".join(f"{score} IS NULL" for score in _SCORES)


class RatingInvite(Base):
    """That a requester was asked, once per ticket; `nonce` goes into the signed link."""

    __tablename__ = "rating_invite"
    __table_args__ = (Index("ix_rating_invite_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
    person: Mapped[Person] = relationship()


class Rating(Base):
    """One answer per ticket; team, type and location as they were when it was solved."""

    __tablename__ = "rating"
    __table_args__ = (
        *(CheckConstraint(f"{score} BETWEEN 1 AND 5", name=f"{score}_range") for score in _SCORES),
        CheckConstraint(f"NOT ({_ALL_EMPTY})", name="at_least_one"),
        Index("ix_rating_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    attitude: Mapped[int | None]
    responsiveness: Mapped[int | None]
    clarity: Mapped[int | None]
    simplicity: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    changed_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship()
