"""Long work: done in batches by any number of workers, and not stopped by what breaks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from internaldesk.core.promises import TaskKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import ClockEvent, ClockTask
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import tasks
from tests import make
from tests.make import NOON
from tests.queues import crowd as many
from tests.sla import rulebook
from tests.sla.errands import asked, done, edited_hours, edited_promise, worked

HOUR = timedelta(hours=1)
LATER = NOON + HOUR


def followed() -> list[int]:
    """The tickets whose clocks were told of edited hours, as often as they were."""
    db.session.rollback()
    told = select(ClockEvent.ticket_id).where(ClockEvent.kind == "calendar_changed")
    return sorted(db.session.scalars(told))


def crowd(many: int) -> list[int]:
    """Open requests of IT, kept."""
    with unit_of_work():
        return [make.ticket().id for _ in range(many)]


# --- batches ---------------------------------------------------------------------------------------------------------


def test_without_a_task_there_is_nothing_to_do(app: Flask) -> None:
    assert tasks.work(now=NOON) == 0


def test_a_batch_at_a_time_each_kept_before_the_next(app: Flask) -> None:
    tickets = crowd(5)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)

    seen = []
    while tasks.work(now=LATER, limit=2):
        task = done(number)
        seen.append((task.done, task.total, task.cursor, task.finished_at, followed()))

    assert seen == [
        (2, 5, tickets[1], None, tickets[:2]),
        (4, 5, tickets[3], None, tickets[:4]),
        (5, 5, tickets[4], LATER, tickets),
    ]
    assert done(number).result == {"requests": 5}


def test_a_thousand_requests_are_six_batches(app: Flask) -> None:
    many.enter(1000, now=NOON, open_in_a_hundred=100)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)

    seen = []
    while tasks.work(now=LATER):
        seen.append(done(number).done)

    assert seen == [200, 400, 600, 800, 1000, 1000]  # the last one, empty, ends it


@pytest.mark.slow
def test_who_writes_meanwhile_gets_through_between_any_two_tickets(app: Flask) -> None:
    tickets = crowd(300)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)
    ended, waits = threading.Event(), []

    def write() -> None:
        with app.app_context():
            while not ended.wait(0.01):
                at = monotonic()
                with unit_of_work():
                    db.session.get_one(Ticket, tickets[0]).summary = "Written meanwhile"
                waits.append(monotonic() - at)

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(write)
        worked(now=LATER)
        ended.set()
        writer.result()

    assert followed() == tickets
    assert done(number).result == {"requests": 300}
    assert len(waits) > 20
    assert sorted(waits)[int(len(waits) * 0.95)] < 0.5


def test_the_oldest_task_is_done_first(app: Flask) -> None:
    version = edited_promise(LATER)
    numbers = [
        asked(TaskKind.PREVIEW, now=LATER, policy_id=version.policy_id, facts={"version": version.id}),
        asked(TaskKind.APPLY, now=LATER, policy_id=version.policy_id, facts={"version": version.id}),
    ]

    tasks.work(now=LATER)
    assert [done(number).finished_at for number in numbers] == [LATER, None]
    worked(now=LATER)

    assert done(numbers[1]).result == {"requests": 1, "missed": 0}


def test_each_ticket_costs_the_same_number_of_statements_for_3_and_for_30(app: Flask, count_sql: Any) -> None:
    costs = []
    for more in (3, 30):
        crowd(more)
        day = (NOON + timedelta(days=1)).date()
        version = rulebook.closed_on(make.team("it").calendar_id, day, since=LATER)
        asked(TaskKind.CALENDAR, now=LATER, calendar_id=version.calendar_id)
        with count_sql() as said:
            worked(now=LATER)
        costs.append(len(said))

    per_ticket = (costs[1] - costs[0]) / 30  # in the second round all 33 follow
    assert per_ticket <= 16


# --- many workers ----------------------------------------------------------------------------------------------------


def test_two_workers_side_by_side_do_every_ticket_once(app: Flask) -> None:
    tickets = crowd(40)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)

    def work(_number: int) -> None:
        with app.app_context():
            while done(number).finished_at is None:
                tasks.work(now=LATER, limit=7)
                db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    assert followed() == tickets
    assert (done(number).result, done(number).done) == ({"requests": 40}, 40)


def test_workers_that_only_look_count_every_ticket_once(app: Flask) -> None:
    version = edited_promise(LATER)
    crowd(40)
    number = asked(TaskKind.PREVIEW, now=LATER, policy_id=version.policy_id, facts={"version": version.id})

    def work(_number: int) -> None:
        with app.app_context():
            while done(number).finished_at is None:
                tasks.work(now=LATER, limit=7)
                db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    assert done(number).result["requests"] == 41


def test_a_task_another_worker_holds_is_left_to_it(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time: whoever waits finds the cursor moved")
    crowd(2)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)
    held = select(ClockTask).where(ClockTask.id == number).with_for_update()
    assert db.session.scalars(held).one()

    def work() -> int:
        with app.app_context():
            return tasks.work(now=LATER)

    with ThreadPoolExecutor() as other:
        assert other.submit(work).result(timeout=5) == 0

    assert followed() == []


# --- what breaks -----------------------------------------------------------------------------------------------------


def breaking(monkeypatch: pytest.MonkeyPatch, on: int, error: BaseException, *, times: int = 99) -> None:
    """Let the verb fail after it changed a ticket, so often."""
    left, verb = [error] * times, sla.change_hours

    def change_hours(ticket: Ticket, **rest: Any) -> bool:
        changed = verb(ticket, **rest)
        if ticket.id == on and left:
            raise left.pop()
        return changed

    monkeypatch.setattr(sla, "change_hours", change_hours)


def test_a_ticket_that_breaks_stays_as_it_was_and_stops_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = crowd(3)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)
    breaking(monkeypatch, tickets[1], ValueError("a poison row"))

    worked(now=LATER)

    assert followed() == [tickets[0], tickets[2]]
    assert done(number).result == {"requests": 2, "failed": 1}
    assert done(number).finished_at == LATER


def test_a_crash_in_the_middle_keeps_what_was_done_and_repeats_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = crowd(5)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)
    breaking(monkeypatch, tickets[2], KeyboardInterrupt(), times=1)

    with pytest.raises(KeyboardInterrupt):
        tasks.work(now=LATER)
    assert followed() == tickets[:2]
    assert (done(number).cursor, done(number).done, done(number).result) == (tickets[1], 2, {"requests": 2})

    worked(now=LATER)
    assert followed() == tickets
    assert (done(number).done, done(number).result) == (5, {"requests": 5})


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_crash_while_looking_counts_nothing_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    version = edited_promise(LATER)
    crowd(4)
    number = asked(TaskKind.PREVIEW, now=LATER, policy_id=version.policy_id, facts={"version": version.id})
    tasks.work(now=LATER, limit=2)
    with monkeypatch.context() as broken:
        broken.setattr(tasks, "added", crash)
        with pytest.raises(KeyboardInterrupt):
            tasks.work(now=LATER, limit=2)

    worked(now=LATER, limit=2)

    assert done(number).result["requests"] == 5


def test_a_database_that_is_away_is_no_fault_of_the_ticket(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = crowd(1)
    number = asked(TaskKind.CALENDAR, now=LATER, calendar_id=edited_hours(LATER).calendar_id)
    breaking(monkeypatch, tickets[0], OperationalError("", {}, Exception("away")), times=1)

    with pytest.raises(OperationalError):
        tasks.work(now=LATER)
    assert done(number).cursor == 0

    worked(now=LATER)
    assert followed() == tickets


def test_a_task_that_makes_no_sense_is_given_up_and_the_next_one_done(app: Flask) -> None:
    senseless = asked(TaskKind.PREVIEW, now=NOON, policy_id=1, facts={"version": 987654})
    version = edited_promise(LATER)
    number = asked(TaskKind.PREVIEW, now=LATER, policy_id=version.policy_id, facts={"version": version.id})

    worked(now=LATER)

    assert done(senseless).error == "KeyError: 987654"
    assert tasks.progress(done(senseless)).failed
    assert done(number).result["requests"] == 1
