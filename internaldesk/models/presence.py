"""Who is at a request this moment, and up to when each person has read it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from internaldesk.db import Base


class Presence(Base):
    """A handler who writes a reply or a note; it counts while `seen_at` is fresh, and only colleagues read it."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint("mode IN ('reply', 'note')", name="mode"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class Seen(Base):
    """When somebody last had the page of a request in front of them."""

    __tablename__ = "seen"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
