"""Where requests of another desk came from: the source, and the number each had there."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base


class ImportSource(Base):
    """Another desk whose log was imported, under a name; `note` says whose data it is and on what terms."""

    __tablename__ = "import_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    first_at: Mapped[datetime]


class ImportedTicket(Base):
    """That a ticket was imported, and its number at the source: the same one never comes in twice."""

    __tablename__ = "imported_ticket"
    __table_args__ = (UniqueConstraint("source_id", "number"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("import_source.id"))
    number: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    source: Mapped[ImportSource] = relationship()
