"""What the work lists keep beside the tickets: a count of changes per team, and what can be taken back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from internaldesk.db import Base


class TeamPulse(Base):
    """How often something that the lists of a team show has changed; a team without a row has version 0.

    Its confidential cases are counted apart: that one of them moved is for those who were named for them.
    """

    __tablename__ = "team_pulse"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    cases: Mapped[bool] = mapped_column(primary_key=True)
    version: Mapped[int]


class Undo(Base):
    """What somebody just did to many tickets at once: how each was before, and how it was left."""

    __tablename__ = "undo"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[list[Any]]
