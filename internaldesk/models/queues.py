"""What the work lists keep beside the tickets: a count of changes per team."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from internaldesk.db import Base


class TeamPulse(Base):
    """How often something that the lists of a team show has changed; a team without a row has version 0."""

    __tablename__ = "team_pulse"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
