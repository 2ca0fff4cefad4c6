"""The worker: claims what is due once, goes on after failures, and ends when it is told to."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from internaldesk.db import db
from internaldesk.jobs import worker
from internaldesk.jobs.timetable import Entry
from internaldesk.models.jobs import Job
from internaldesk.models.people import Location
from tests.make import NOON

FILES = Path("files")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def at_noon() -> object:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def entry(run: Callable[[datetime, Path], int], name: str = "job", **more: int) -> Entry:
    return Entry(name, MINUTE, run, **more)


def job(name: str = "job") -> Job:
    db.session.rollback()
    return db.session.get_one(Job, name)


def test_a_job_nobody_heard_of_is_due_at_once_and_then_every_so_often(
    app: Flask, at_noon: time_machine.Traveller
) -> None:
    runs: list[datetime] = []
    entries = [entry(lambda now, _files: len(runs.append(now) or "x"))]

    assert worker.work_once(FILES, entries=entries) == {"job": ""}
    assert worker.work_once(FILES, entries=entries) == {}
    at_noon.shift(MINUTE)
    assert worker.work_once(FILES, entries=entries) == {"job": ""}

    assert runs == [NOON, NOON + MINUTE]
    assert (job().due_at, job().finished_at) == (NOON + 2 * MINUTE, NOON + MINUTE)


def test_a_job_gets_the_folder_and_keeps_its_work(app: Flask) -> None:
    def write(_now: datetime, files: Path) -> int:
        db.session.add(Location(slug=files.name, name="x", timezone="UTC"))
        return 1

    worker.work_once(FILES, entries=[entry(write)])

    assert db.session.scalars(select(Location).where(Location.slug == "files")).one()


def test_a_job_that_fails_keeps_nothing_is_written_down_and_stops_nobody(app: Flask) -> None:
    def fail(_now: datetime, _files: Path) -> int:
        db.session.add(Location(slug="half", name="x", timezone="UTC"))
        db.session.flush()
        raise ValueError("a poison row")

    done = worker.work_once(FILES, entries=[entry(fail, "bad"), entry(lambda *_: 1, "good")])

    assert done == {"bad": "ValueError: a poison row", "good": ""}
    assert (job("bad").error, job("good").error) == ("ValueError: a poison row", "")
    assert db.session.scalars(select(Location).where(Location.slug == "half")).all() == []


def test_an_error_is_forgotten_when_the_job_succeeds_again(app: Flask, at_noon: time_machine.Traveller) -> None:
    worker.work_once(FILES, entries=[entry(lambda *_: 1 // 0)])
    at_noon.shift(MINUTE)
    worker.work_once(FILES, entries=[entry(lambda *_: 1)])

    assert job().error == ""


def test_a_full_batch_is_followed_by_another_until_one_is_not_full(app: Flask) -> None:
    sizes = [10, 10, 3, 10]

    worker.work_once(FILES, entries=[entry(lambda *_: sizes.pop(0), batch=10)])

    assert sizes == [10]


def test_a_later_batch_is_told_the_later_time(app: Flask, at_noon: time_machine.Traveller) -> None:
    told: list[datetime] = []

    def run(now: datetime, _files: Path) -> int:
        told.append(now)
        at_noon.shift(MINUTE)
        return 3 - len(told)

    worker.work_once(FILES, entries=[entry(run, batch=1)])

    assert told == [NOON, NOON + MINUTE, NOON + 2 * MINUTE]


def test_long_work_leaves_others_their_turn_and_goes_on_in_its_next_one(
    app: Flask, at_noon: time_machine.Traveller
) -> None:
    left, done = [5], []

    def run(now: datetime, _files: Path) -> int:
        left[0] -= 1
        done.append("long")
        at_noon.shift(MINUTE / 2)
        return left[0]

    entries = [entry(run, "long", batch=1), entry(lambda *_: len(done.append("short") or "x"), "short")]
    for _ in range(2):
        worker.work_once(FILES, entries=entries, ending=threading.Event())

    assert done == ["long", "long", "short", "long", "long", "short"]


def test_done_once_it_goes_on_until_nothing_is_left(app: Flask, at_noon: time_machine.Traveller) -> None:
    left = [5]

    def run(now: datetime, _files: Path) -> int:
        left[0] -= 1
        at_noon.shift(MINUTE)
        return left[0]

    worker.work_once(FILES, entries=[entry(run, batch=1)])

    assert left == [0]


def test_told_to_end_it_starts_no_further_batch(app: Flask) -> None:
    ending, done = threading.Event(), []

    def run(_now: datetime, _files: Path) -> int:
        ending.set()
        done.append(1)
        return 1

    worker.work_once(FILES, entries=[entry(run, batch=1)], ending=ending)

    assert done == [1]


def test_of_many_workers_one_does_a_job(app: Flask) -> None:
    runs: list[int] = []
    entries = [entry(lambda *_: len(runs.append(1) or "x"))]
    worker.work_once(FILES, entries=[entry(lambda *_: 0, "other")])

    def work(_number: int) -> dict[str, str]:
        with app.app_context():
            return worker.work_once(FILES, entries=entries)

    with ThreadPoolExecutor(max_workers=8) as crowd:
        done = list(crowd.map(work, range(8)))

    assert sorted(map(len, done)) == [0] * 7 + [1]
    assert len(runs) == 1


def test_looking_at_the_timetable_takes_no_lock(app: Flask) -> None:
    entries = [entry(lambda *_: 1)]
    worker.work_once(FILES, entries=entries)
    db.session.add(Location(slug="held", name="x", timezone="UTC"))
    db.session.flush()

    def look() -> dict[str, str]:
        with app.app_context():
            return worker.work_once(FILES, entries=entries)

    with ThreadPoolExecutor() as other:
        assert other.submit(look).result(timeout=4) == {}


def test_told_to_end_it_finishes_the_job_at_hand_and_starts_no_other(app: Flask) -> None:
    done: list[str] = []

    def ends(_now: datetime, _files: Path) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("first")
        return 1

    before = signal.getsignal(signal.SIGTERM)
    worker.work(FILES, entries=[entry(ends, "first"), entry(lambda *_: len(done.append("second") or "x"), "second")])

    assert done == ["first"]
    assert job("first").finished_at == NOON
    assert signal.getsignal(signal.SIGTERM) is before


def test_when_the_database_is_away_it_waits_and_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    looks = iter([OperationalError("", {}, Exception("away")), None])

    def once(*_: object, ending: threading.Event, **__: object) -> None:
        trouble = next(looks, ending)
        if trouble is ending:
            ending.set()
        elif trouble:
            raise trouble

    monkeypatch.setattr(worker, "work_once", once)

    worker.work(FILES)

    assert next(looks, "all seen") == "all seen"


def test_the_clock_is_utc(app: Flask) -> None:
    assert worker._now() == NOON.astimezone(UTC)
