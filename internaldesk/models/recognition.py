"""Thanks between co-workers, and what teams answer about themselves."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.recognition import Tag
from internaldesk.db import Base, by_value
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket


class Thanks(Base):
    """One per request and giver; `counted` says whether it was the first between the two for some time.

    Whoever was thanked may hide it; nobody but them and the giver ever sees it.
    """

    __tablename__ = "thanks"
    __table_args__ = (
        CheckConstraint("giver_id != receiver_id", name="not_oneself"),
        Index("uq_thanks_ticket_id_giver_id", "ticket_id", "giver_id", unique=True),
        Index("ix_thanks_receiver_id_at", "receiver_id", "at"),
        Index("ix_thanks_giver_id_receiver_id_at", "giver_id", "receiver_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    tag: Mapped[Tag] = mapped_column(by_value(Tag))
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    counted: Mapped[bool]
    hidden_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
    giver: Mapped[Person] = relationship(foreign_keys=giver_id)
    receiver: Mapped[Person] = relationship(foreign_keys=receiver_id)


class MirrorVoice(Base):
    """That a member answered for their team in the quarter that begins at `quarter`, but not what."""

    __tablename__ = "mirror_voice"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class MirrorCount(Base):
    """How many members gave this score to this question; kept as a sum, so that nobody's answer is stored."""

    __tablename__ = "mirror_count"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score_range"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    quarter: Mapped[date] = mapped_column(Date, primary_key=True)
    question: Mapped[str] = mapped_column(String(16), primary_key=True)
    score: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    many: Mapped[int]
