"""The services on offer: request types, the versions of their forms, and how they are used."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internaldesk.core.policy import Confidentiality
from internaldesk.db import Base, by_value
from internaldesk.models.people import Team


class Audience(StrEnum):
    """Who is offered a request type."""

    ALL = "all"
    MANAGERS = "managers"


class RequestType(Base):
    """Something a team offers; `approval_rule` is kept as data."""

    __tablename__ = "request_type"
    __table_args__ = (UniqueConstraint("team_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    icon: Mapped[str] = mapped_column(String(32))
    synonyms: Mapped[list[str]]
    position: Mapped[int]
    audience: Mapped[Audience] = mapped_column(by_value(Audience), default=Audience.ALL)
    confidentiality: Mapped[Confidentiality] = mapped_column(by_value(Confidentiality))
    priority_rule: Mapped[dict[str, Any]]
    approval_rule: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()


class FormVersion(Base):
    """The questions of a type as they were on a day; never changed once a ticket points to it."""

    __tablename__ = "form_version"
    __table_args__ = (UniqueConstraint("request_type_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"))
    number: Mapped[int]
    questions: Mapped[list[Any]]
    published_at: Mapped[datetime]


class TypeUse(Base):
    """How often a type was filed from a location; counted when filing, so home never counts tickets."""

    __tablename__ = "type_use"

    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), primary_key=True)
    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"), primary_key=True)
    uses: Mapped[int]


class TypePulse(Base):
    """The usual time to a first reply of a type, in business seconds, as of `computed_at`."""

    __tablename__ = "type_pulse"

    request_type_id: Mapped[int] = mapped_column(ForeignKey("request_type.id"), primary_key=True)
    answered: Mapped[int]
    median_seconds: Mapped[int | None]
    p90_seconds: Mapped[int | None]
    computed_at: Mapped[datetime]
