"""What runs when: every job, once, against a real desk."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.jobs import worker
from internaldesk.jobs.timetable import TIMETABLE, housekeeping
from internaldesk.models.people import WebSession
from internaldesk.people import actions as people
from tests import cast, make
from tests.make import NOON
from tests.sla.errands import asked, done


def test_names_are_used_once():
    names = [entry.name for entry in TIMETABLE]

    assert sorted(names) == sorted(set(names))


def test_missed_promises_are_looked_for_every_minute():
    assert next(entry.every for entry in TIMETABLE if entry.name == "sweep") == timedelta(minutes=1)


def test_what_people_wait_for_is_begun_within_seconds_and_done_to_its_end():
    entry = next(entry for entry in TIMETABLE if entry.name == "clock_tasks")

    assert (entry.every, entry.batch) == (timedelta(seconds=5), 1)


@pytest.mark.parametrize("entry", TIMETABLE, ids=lambda entry: entry.name)
def test_every_job_runs_on_a_desk_without_work(app: Flask, tmp_path: Path, entry) -> None:
    assert entry.run(NOON, tmp_path) == 0


def test_housekeeping_forgets_sessions_that_ended(app: Flask, tmp_path: Path) -> None:
    people.start_session(cast.person("ada"), device="", now=NOON - timedelta(days=8))
    db.session.flush()

    assert housekeeping(NOON, tmp_path) == 1
    assert db.session.query(WebSession).count() == 0


def test_the_worker_does_what_pages_ask_for(app: Flask, tmp_path: Path) -> None:
    number = asked(TaskKind.CALENDAR, now=NOON, calendar_id=make.team("it").calendar_id)

    worker.work_once(tmp_path)

    assert done(number).result == {"requests": 0}
