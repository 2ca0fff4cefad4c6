"""Questions for approval: rounds, their steps and ballots, who stands in for whom, and who holds which role."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.approval import Decision, State
from internaldesk.core.approvers import Source
from internaldesk.db import Base, by_value
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket

_WAITS = text("state = 'waiting'")
_UNCAST = text("decision IS NULL")
_UNSENT = text("sent_at IS NULL")
_DUE = text("remind_at IS NOT NULL")


class ApprovalRound(Base):
    """One time that approval was asked for a ticket; only the newest counts, and at most one waits.

    `by_rule` when the type's own rule asked, else a handler did; `words` say what for, `amount` is its sum of money as
    text without a currency, "" for none.
    """

    __tablename__ = "approval_round"
    __table_args__ = (
        UniqueConstraint("ticket_id", "number"),
        Index("ix_approval_round_waiting", "ticket_id", unique=True, postgresql_where=_WAITS, sqlite_where=_WAITS),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_when_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    number: Mapped[int]
    by_rule: Mapped[bool]
    words: Mapped[str] = mapped_column(String(300), default="")
    amount: Mapped[str] = mapped_column(String(24), default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(by_value(State), default=State.WAITING)
    decided_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
    asked_by: Mapped[Person] = relationship()
    steps: Mapped[list["ApprovalStep"]] = relationship(order_by="ApprovalStep.position", back_populates="round")


class ApprovalStep(Base):
    """A step of a round; open from when the one before was approved until enough ballots are cast.

    `shows` names the questions whose answers it is about. `remind_at` is when the next reminder is due, `escalate_at`
    when a second one goes to whoever can help; both are business time of the team that held the ticket.
    """

    __tablename__ = "approval_step"
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        Index("ix_approval_step_remind_at", "remind_at", postgresql_where=_DUE, sqlite_where=_DUE),
        CheckConstraint("quorum > 0", name="somebody_decides"),
        CheckConstraint("closed_at IS NULL OR remind_at IS NULL", name="quiet_when_closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("approval_round.id", ondelete="CASCADE"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(32))
    quorum: Mapped[int] = mapped_column(default=1)
    shows: Mapped[list[str]]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]

    round: Mapped[ApprovalRound] = relationship(back_populates="steps")
    ballots: Mapped[list["Ballot"]] = relationship(order_by="Ballot.id", back_populates="step")


class Ballot(Base):
    """Somebody's part in a step, empty until it is cast; `by` is who really decided, `via` how: app or link."""

    __tablename__ = "approval_ballot"
    __table_args__ = (
        UniqueConstraint("step_id", "person_id"),
        Index("ix_approval_ballot_person_id", "person_id", postgresql_where=_UNCAST, sqlite_where=_UNCAST),
        Index("ix_approval_ballot_by_id_at", "by_id", "at"),
        CheckConstraint("(decision IS NULL) = (at IS NULL)", name="cast_at"),
        CheckConstraint("(decision IS NULL) = (by_id IS NULL)", name="cast_by"),
        CheckConstraint("decision IS NULL OR decision <> 'refused' OR reason <> ''", name="refused_with_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("approval_step.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    source: Mapped[Source] = mapped_column(by_value(Source))
    nonce: Mapped[str] = mapped_column(String(32))
    decision: Mapped[Decision | None] = mapped_column(by_value(Decision))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    via: Mapped[str] = mapped_column(String(8), default="")

    step: Mapped[ApprovalStep] = relationship(back_populates="ballots")
    person: Mapped[Person] = relationship(foreign_keys=person_id)
    by: Mapped[Person | None] = relationship(foreign_keys=by_id)


class StandIn(Base):
    """Who decides for somebody from one local day of theirs to another; the instants are what counts.

    Ended early, `ends_at` moves forward; what it covers is looked up at every reading.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        Index("ix_stand_in_person_id_ends_at", "person_id", "ends_at"),
        Index("ix_stand_in_stand_in_id_ends_at", "stand_in_id", "ends_at"),
        CheckConstraint("person_id <> stand_in_id", name="somebody_else"),
        CheckConstraint("from_day <= to_day", name="days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    stand_in_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    from_day: Mapped[date] = mapped_column(Date)
    to_day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    stand_in: Mapped[Person] = relationship(foreign_keys=stand_in_id)


class RoleHolder(Base):
    """Who decides in a role; `about` is the cost centre, system or the like that it is about, "" for any."""

    __tablename__ = "role_holder"
    __table_args__ = (UniqueConstraint("role", "about", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(80), default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))

    person: Mapped[Person] = relationship()


class ApprovalNotice(Base):
    """That somebody is to be told of a ballot: once per ballot, kind and person; `sent_at` when they were.

    `kind`: asked, reminded (after a working day), chased (after two: the stand-in, or who leads the team).
    """

    __tablename__ = "approval_notice"
    __table_args__ = (Index("ix_approval_notice_unsent", "at", postgresql_where=_UNSENT, sqlite_where=_UNSENT),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("approval_ballot.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
