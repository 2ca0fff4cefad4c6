"""What runs when: every recurring job of the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app

from internaldesk.approvals import actions as approvals
from internaldesk.catalogue import actions as catalogue
from internaldesk.facts import actions as facts
from internaldesk.people import actions as people
from internaldesk.queues import skipping
from internaldesk.recurring import running as recurring
from internaldesk.sla import actions as sla
from internaldesk.sla import tasks, zones
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import attachments, fanning, presence, telling, undoing


@dataclass(frozen=True, slots=True)
class Entry:
    """A job: its name, how often it is due, and what it does at an instant; `files` is the folder of attachments.

    It answers how much it did. One that did a whole `batch` is run again at once, for there may be more.
    """

    name: str
    every: timedelta
    run: Callable[[datetime, Path], int]
    batch: int | None = None


def housekeeping(now: datetime, files: Path) -> int:
    """Forget what nobody needs any more: old sessions, form keys and trials of promises, files no form took."""
    forgotten = people.forget_old_sessions(now=now) + tickets.forget_leftovers(now=now) + tasks.forget(now=now)
    return (
        forgotten
        + presence.forget(now=now)
        + undoing.forget(now=now)
        + skipping.forget(now=now)
        + attachments.sweep_unused(now=now, folder=files)
    )


def _zone() -> str:
    """Where the days of all figures begin."""
    zone: str = current_app.config["DESK"].timezone
    return zone


TIMETABLE = (
    Entry("sweep", timedelta(minutes=1), lambda now, _files: sla.sweep(now=now), batch=500),
    Entry("clock_tasks", timedelta(seconds=5), lambda now, _files: tasks.work(now=now), batch=1),
    Entry("hours", timedelta(minutes=1), lambda now, _files: zones.follow(now=now)),
    Entry("recurring", timedelta(minutes=1), lambda now, _files: recurring.file_due(now=now), batch=recurring.BATCH),
    Entry("approvals", timedelta(minutes=5), lambda now, _files: approvals.remind(now=now), batch=200),
    Entry("steps", timedelta(minutes=1), lambda now, _files: fanning.sweep(now=now), batch=fanning.BATCH),
    Entry("relays", timedelta(seconds=5), lambda now, _files: telling.work(now=now), batch=telling.AT_ONCE),
    Entry(
        "facts", timedelta(seconds=20), lambda now, _files: facts.take_turn(now=now, zone=_zone()), batch=facts.BATCH
    ),
    Entry("close_silent", timedelta(minutes=15), lambda now, _files: tickets.close_silent(now=now), batch=500),
    Entry("pulse", timedelta(minutes=15), lambda now, _files: catalogue.take_pulse(now=now)),
    Entry("housekeeping", timedelta(hours=1), housekeeping),
)
