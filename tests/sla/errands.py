"""Tasks as the worker does them: batch after batch until nothing is left."""

from datetime import datetime, timedelta
from typing import Any

from internaldesk.core.promises import TaskKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import CalendarVersion, ClockTask, PolicyVersion
from internaldesk.sla import tasks
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook


def edited_hours(since: datetime) -> CalendarVersion:
    """The hours of IT, with the day after closed; kept."""
    return rulebook.closed_on(make.team("it").calendar_id, (since + timedelta(days=1)).date(), since=since)


def edited_promise(since: datetime) -> PolicyVersion:
    """The promise for broken things, to be solved sooner, and one open request it holds for; kept."""
    return rulebook.edited(rulebook.in_force(make.ticket(), now=NOON), since=since, minutes={"resolution": 240})


def asked(kind: TaskKind, *, now: datetime, by: str | None = "root", **about: Any) -> int:
    """The id of a task somebody asked for; kept."""
    with unit_of_work():
        actor = cast.actor(by) if by else None
        task = tasks.ask(kind, by=actor, now=now, **{"facts": {}, **about})
        return task.id


def worked(*, now: datetime, limit: int = 200) -> int:
    """Work until nothing is left, as the worker does; returns how many batches that took."""
    batches = 0
    while tasks.work(now=now, limit=limit):
        batches += 1
    return batches


def done(task_id: int) -> ClockTask:
    """The task as it is now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(ClockTask, task_id)


def result(kind: TaskKind, *, now: datetime, limit: int = 200, **about: Any) -> dict[str, Any]:
    """What comes of a task asked for and done at once."""
    number = asked(kind, now=now, **about)
    worked(now=now, limit=limit)
    task = done(number)
    assert task.finished_at == now
    assert task.error == ""
    return task.result
