"""Tickets and what belongs to them: words, notes, files, tags, followers, drafts and one-use form keys."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.core.sla import Target
from internaldesk.db import Base, by_value
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Department, Person, Team

NEVER = datetime(9999, 12, 31, tzinfo=UTC)  # sorts paused tickets behind every promise
_OPEN = text("is_open")
_WAITS = text("status = 'waiting'")


class Ticket(Base):
    """A request of a co-worker; `queue_at` is the next promise, `risk_at` from when on one is at risk or missed.

    Both are stored so that lists only read an index. `department_id` is the requester's as it was when they filed it.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_team_id_queue_at", "team_id", "queue_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_ticket_mine", "assignee_id", "queue_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_ticket_team_id_risk_at", "team_id", "risk_at", "id", postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_ticket_requester_id_updated_at", "requester_id", "updated_at"),
        Index("ix_ticket_for_person_id_updated_at", "for_person_id", "updated_at"),
        Index("ix_ticket_again", "requester_id", "request_type_id", "filed_at"),
        Index("ix_ticket_team_id_solved_at", "team_id", "solved_at"),
        Index("ix_ticket_filed_at", "filed_at"),
        Index("ix_ticket_solved_by_id_solved_at", "solved_by_id", "solved_at"),
        Index("ix_ticket_status_until", "status_until", postgresql_where=_WAITS, sqlite_where=_WAITS),
        Index("ix_ticket_solved_at_status", "status", "solved_at"),
        CheckConstraint("(solved_at IS NULL) = (solved_by_id IS NULL)", name="solved_together"),
        CheckConstraint("is_open = (status NOT IN ('solved', 'closed'))", name="open_is_status"),
        CheckConstraint("customer_waiting OR customer = ''", name="customer_only_if_waiting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    for_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    confidentiality: Mapped[Confidentiality] = mapped_column(by_value(Confidentiality))
    channel: Mapped[str] = mapped_column(String(16), default="portal")
    summary: Mapped[str] = mapped_column(String(200))
    details: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]]
    status: Mapped[Status] = mapped_column(by_value(Status))
    status_reason: Mapped[str] = mapped_column(String(300), default="")
    status_until: Mapped[datetime | None]
    priority: Mapped[Priority] = mapped_column(by_value(Priority))
    priority_why: Mapped[str] = mapped_column(String(200), default="")
    customer_waiting: Mapped[bool] = mapped_column(default=False)
    customer: Mapped[str] = mapped_column(String(200), default="")
    needed_by: Mapped[datetime | None]
    filed_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    first_answered_at: Mapped[datetime | None]
    solved_at: Mapped[datetime | None]
    solved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0)
    transferred: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    is_open: Mapped[bool] = mapped_column(default=True)
    queue_at: Mapped[datetime] = mapped_column(default=NEVER)
    next_target: Mapped[Target | None] = mapped_column(by_value(Target))
    next_seconds: Mapped[int | None]
    next_calendar_version_id: Mapped[int | None] = mapped_column(ForeignKey("calendar_version.id"))
    last_word: Mapped[str] = mapped_column(String(200), default="")
    last_word_at: Mapped[datetime]
    last_word_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    has_files: Mapped[bool] = mapped_column(default=False)
    risk_at: Mapped[datetime] = mapped_column(default=NEVER)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))

    request_type: Mapped[RequestType] = relationship()
    form_version: Mapped[FormVersion] = relationship()
    team: Mapped[Team] = relationship()
    department: Mapped[Department | None] = relationship()
    requester: Mapped[Person] = relationship(foreign_keys=requester_id)
    for_person: Mapped[Person] = relationship(foreign_keys=for_person_id)
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    last_word_by: Mapped[Person] = relationship(foreign_keys=last_word_by_id)
    followers: Mapped[list["Follower"]] = relationship(cascade="all, delete-orphan")
    holdings: Mapped[list["Holding"]] = relationship(order_by="Holding.id", cascade="all, delete-orphan")
    tags: Mapped[list["TicketTag"]] = relationship(order_by="TicketTag.tag", cascade="all, delete-orphan")

    # Read with the request of a page only: most have none, and then nothing looks for them.
    has_steps: Mapped[bool] = column_property(
        literal_column("EXISTS (SELECT 1 FROM step WHERE step.ticket_id = ticket.id)", Boolean()), deferred=True
    )

    @property
    def number(self) -> str:
        """The name people say: R-41."""
        return f"R-{self.id}"

    @property
    def follower_ids(self) -> Collection[int]:
        """Ids of the people who read along."""
        return [follower.person_id for follower in self.followers]

    @property
    def tag_words(self) -> tuple[str, ...]:
        """Its tags, in order."""
        return tuple(row.tag for row in self.tags)

    @property
    def former_team_ids(self) -> Collection[int]:
        """Ids of the teams that held it and passed it on."""
        return [holding.team_id for holding in self.holdings if holding.ended_at is not None]


class Follower(Base):
    """Somebody who reads along."""

    __tablename__ = "follower"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id)


class TicketTag(Base):
    """A word the team sorts it by; requesters do not see it."""

    __tablename__ = "ticket_tag"
    __table_args__ = (Index("ix_ticket_tag_tag", "tag", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class Holding(Base):
    """A span in which a team held a ticket; where it came for a decision, whose, about what, and by when."""

    __tablename__ = "holding"
    __table_args__ = (Index("ix_holding_ticket_id_team_id", "ticket_id", "team_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(16), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    brief: Mapped[str] = mapped_column(Text, default="")
    decide_by: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship()


class Message(Base):
    """Public words in the conversation; `by_team` when a handler speaks for the team.

    One that was taken back within the time for it keeps its row, and only its author and the record know of it.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_team: Mapped[bool]
    channel: Mapped[str] = mapped_column(String(16), default="portal")
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    author: Mapped[Person] = relationship()


class Note(Base):
    """Words for the team only; a table of its own so that no query for messages can show one."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    author: Mapped[Person] = relationship()


class Attachment(Base):
    """A stored file; it has no ticket while it only waits for a form to be sent."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("message_id IS NULL OR note_id IS NULL", name="one_place"),
        Index("ix_attachment_ticket_id", "ticket_id"),
        Index("ix_attachment_uploader_id_at", "uploader_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    uploader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Draft(Base):
    """What somebody began to write in one place: a form, a reply or a note."""

    __tablename__ = "draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    words: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class FormKey(Base):
    """A form that was already sent: the same key answers the same again instead of acting twice."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(index=True)
