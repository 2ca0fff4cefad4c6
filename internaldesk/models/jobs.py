"""What the worker did last and when it is due again."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from internaldesk.db import Base


class Job(Base):
    """A recurring job; claimed by moving `due_at` on, so any number of workers may run side by side."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
