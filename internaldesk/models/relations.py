"""Pairs of tickets that belong together, and words that are said on several."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.relations import LinkKind
from internaldesk.db import Base, by_value
from internaldesk.models.people import Person
from internaldesk.models.tickets import Message, Ticket

_STANDS = text("ended_at IS NULL")
_UNSAID = text("done_at IS NULL")


class Link(Base):
    """What `ticket` is to `other` while `ended_at` is empty; of each kind a ticket has at most one.

    `facts` keeps what undoing needs, such as the numbers of the events that came with it.
    """

    __tablename__ = "link"
    __table_args__ = (
        Index(
            "uq_link_ticket_id_kind", "ticket_id", "kind", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS
        ),
        Index("ix_link_other_id_kind", "other_id", "kind"),
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(by_value(LinkKind))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[dict[str, Any]]

    ticket: Mapped[Ticket] = relationship(foreign_keys=ticket_id)
    other: Mapped[Ticket] = relationship(foreign_keys=other_id)
    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)


class Relay(Base):
    """A public message that is to be said on a further ticket, too, or was (`done_at`); once per pair, whoever retries.

    `left_out` says why it was not, such as a ticket that was closed meanwhile.
    """

    __tablename__ = "relay"
    __table_args__ = (
        Index("uq_relay_message_id_ticket_id", "message_id", "ticket_id", unique=True),
        Index("ix_relay_waiting", "id", postgresql_where=_UNSAID, sqlite_where=_UNSAID),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    then: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    left_out: Mapped[str] = mapped_column(String(300), default="")

    message: Mapped[Message] = relationship()
    by: Mapped[Person] = relationship()
