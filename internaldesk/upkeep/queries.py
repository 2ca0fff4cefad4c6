"""Read how the desk itself is doing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.jobs import Job
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import Attachment, Ticket
from internaldesk.people.queries import DEMO_DOMAIN

SEEN_LATELY = timedelta(minutes=5)


class JobState(NamedTuple):
    """A recurring job as it stands."""

    name: str
    due_at: datetime
    finished_at: datetime | None
    error: str


def jobs() -> list[JobState]:
    """Every job the worker has heard of, by name."""
    rows = db.session.execute(select(Job.name, Job.due_at, Job.finished_at, Job.error).order_by(Job.name))
    return [JobState(*row) for row in rows]


def worker_lag(*, now: datetime) -> timedelta | None:
    """How long the most overdue job has been due; None when no worker ever ran."""
    oldest = db.session.scalar(select(Job.due_at).order_by(Job.due_at).limit(1))
    return max(now - oldest, timedelta(0)) if oldest else None


def worker_seen(*, now: datetime) -> bool:
    """Whether a worker finished anything within five minutes."""
    lately = select(Job.name).where(Job.finished_at >= now - SEEN_LATELY).exists()
    return bool(db.session.scalar(select(lately)))


def open_by_team() -> Mapping[str, int]:
    """Open tickets by team slug. Cases are left out: that there are some is known only inside their group."""
    counted = (
        select(Ticket.team_id, func.count().label("open"))
        .where(Ticket.is_open, Ticket.confidentiality != Confidentiality.CASE)
        .group_by(Ticket.team_id)
        .subquery()
    )
    query = select(Team.slug, counted.c.open).outerjoin(counted, counted.c.team_id == Team.id)
    return {row.slug: row.open or 0 for row in db.session.execute(query.order_by(Team.position))}


def demo_people() -> int:
    """How many people of the demonstration could sign in; everybody knows their password."""
    return db.session.scalar(select(func.count()).where(Person.email.endswith(DEMO_DOMAIN), Person.active)) or 0


def stored_files() -> list[tuple[str, bool]]:
    """The name under which each file is stored, and whether a request has it (or it still waits for a form)."""
    query = select(Attachment.key, Attachment.ticket_id.is_not(None)).order_by(Attachment.id)
    return [(key, bool(sent)) for key, sent in db.session.execute(query)]
