"""Who was called by name in the conversation of a ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base
from internaldesk.models.people import Person


class Mention(Base):
    """Somebody was called by name at `at` by `by_id`; it is new to them until they see the ticket."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_person_id_at", "person_id", "at"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    by: Mapped[Person] = relationship(foreign_keys=by_id)
