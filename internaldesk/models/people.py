"""People, the teams they work in, and how they are recognised."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.db import Base, by_value


class TeamRole(StrEnum):
    """What a member does in a team."""

    AGENT = "agent"
    LEAD = "lead"


class Location(Base):
    """A place where people work."""

    __tablename__ = "location"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(64))


class Department(Base):
    """A part of the organisation, as co-workers call it: those who ask belong to one, back office included."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Team(Base):
    """A back-office team with a queue of its own."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    icon: Mapped[str] = mapped_column(String(32))
    position: Mapped[int]
    hotline: Mapped[str] = mapped_column(String(32), default="")
    calendar_id: Mapped[int] = mapped_column(ForeignKey("business_calendar.id"))


class Person(Base):
    """A co-worker; everybody is an employee first, whatever else they do."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    job_title: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"))
    line_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    timezone: Mapped[str | None] = mapped_column(String(64))
    manager: Mapped[bool] = mapped_column(default=False)
    admin: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))

    location: Mapped[Location] = relationship()
    line_manager: Mapped["Person | None"] = relationship(remote_side=id)
    department: Mapped[Department | None] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="person")


class Membership(Base):
    """A person's place in a team; `case_group` names them for its confidential cases."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[TeamRole] = mapped_column(by_value(TeamRole))
    case_group: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship(back_populates="memberships")
    team: Mapped[Team] = relationship()


class WebSession(Base):
    """A signed-in browser; the cookie carries the token, the table only its hash."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship()


class PasswordLink(Base):
    """A one-time link with which a person sets a password."""

    __tablename__ = "password_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """A failed sign-in, kept as long as it slows further tries of the account or the source."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        Index("ix_sign_in_try_account_at", "account", "at"),
        Index("ix_sign_in_try_source_at", "source", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64), server_default=text("''"))
    source: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
