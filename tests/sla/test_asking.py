"""Long work is asked for once, its progress is told in words, and what was only to be read is forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import ClockTask
from internaldesk.sla import tasks
from tests import cast, make
from tests.make import NOON
from tests.sla.errands import asked, done, edited_hours, edited_promise, worked

LATER = NOON + timedelta(hours=1)
FACTS = {"version": 5}


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_same_asked_again_is_the_same_task_until_it_is_done(app: Flask) -> None:
    version = edited_promise(LATER)
    about = {"policy_id": version.policy_id, "facts": {"version": version.id}}
    first = asked(TaskKind.PREVIEW, now=LATER, **about)

    assert asked(TaskKind.PREVIEW, now=LATER, by="dana", **about) == first
    worked(now=LATER)
    assert asked(TaskKind.PREVIEW, now=LATER, **about) != first


@pytest.mark.parametrize(
    "other",
    [{"kind": TaskKind.APPLY}, {"facts": {"version": 6}}, {"policy_id": 2}, {"policy_id": None}],
)
def test_something_else_is_another_task(app: Flask, other: dict[str, Any]) -> None:
    about = {"kind": TaskKind.PREVIEW, "policy_id": 1, "facts": FACTS}

    assert asked(now=NOON, **about) != asked(now=NOON, **{**about, **other})


def test_hours_edited_while_clocks_follow_the_last_edit_are_another_task(app: Flask) -> None:
    calendar_id = make.team("it").calendar_id
    first = asked(TaskKind.CALENDAR, now=NOON, calendar_id=calendar_id)
    assert asked(TaskKind.CALENDAR, now=NOON, calendar_id=calendar_id) == first

    edited_hours(LATER)

    assert asked(TaskKind.CALENDAR, now=LATER, calendar_id=calendar_id) != first


def test_who_asks_when_is_noted(app: Flask) -> None:
    task = done(asked(TaskKind.PREVIEW, now=NOON, by="dana", policy_id=1, facts=FACTS))

    assert (task.asked_by.name, task.asked_at, task.facts, task.finished_at) == ("Dana", NOON, FACTS, None)
    assert done(asked(TaskKind.PREVIEW, now=NOON, by=None, policy_id=2, facts=FACTS)).asked_by is None


def test_facts_that_are_no_plain_values_are_a_mistake(app: Flask) -> None:
    with pytest.raises(TypeError):
        tasks.ask(TaskKind.CORRECT, by=None, now=NOON, calendar_id=1, facts={"since": NOON})


def test_ten_who_ask_for_the_same_at_once_share_one_task(app: Flask) -> None:
    start = threading.Barrier(10)

    def press(_number: int) -> int:
        with app.app_context():
            start.wait()
            return asked(TaskKind.PREVIEW, now=NOON, policy_id=1, facts=FACTS)

    db.session.rollback()
    with ThreadPoolExecutor(10) as pool:
        numbers = set(pool.map(press, range(10)))

    assert len(numbers) == 1


def test_the_newest_about_something_is_found(app: Flask) -> None:
    old = asked(TaskKind.TRIAL, now=NOON, facts={"team_id": 1})
    new = asked(TaskKind.TRIAL, now=NOON, facts={"team_id": 2})
    asked(TaskKind.PREVIEW, now=NOON, policy_id=1, facts=FACTS)

    assert tasks.latest(TaskKind.TRIAL).id == new
    assert tasks.latest(TaskKind.TRIAL, facts={"team_id": 1}).id == old
    assert tasks.latest(TaskKind.TRIAL, facts={"team_id": 3}) is None
    assert tasks.latest(TaskKind.PREVIEW, policy_id=1).facts == FACTS
    assert tasks.latest(TaskKind.PREVIEW, policy_id=2) is None
    assert tasks.latest(TaskKind.CALENDAR, calendar_id=1) is None


# --- how far it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("so_far", "percent", "words"),
    [
        ({}, 0, "Waiting for its turn."),
        ({"done": 1200, "total": 3000}, 40, "1,200 of 3,000 requests looked at."),
        ({"done": 2999, "total": 3000}, 99, "2,999 of 3,000 requests looked at."),
        ({"done": 3001, "total": 3000}, 99, "3,001 of 3,000 requests looked at."),
        ({"done": 3000, "total": 3000, "finished_at": NOON}, 100, "Done."),
        ({"finished_at": NOON, "error": "KeyError: 5"}, 100, "This could not be finished."),
    ],
)
def test_progress_in_words(so_far: dict[str, Any], percent: int, words: str) -> None:
    progress = tasks.progress(ClockTask(**{"done": 0, "total": 0, "error": "", **so_far}))

    assert (progress.percent, progress.words) == (percent, words)
    assert progress.finished is ("finished_at" in so_far)
    assert progress.failed is ("error" in so_far)


# --- forgetting ------------------------------------------------------------------------------------------------------


def test_what_was_only_to_be_read_is_forgotten_after_a_month(app: Flask) -> None:
    version = edited_promise(LATER)
    about = {"policy_id": version.policy_id, "facts": {"version": version.id}}
    for kind in (TaskKind.PREVIEW, TaskKind.APPLY):
        asked(kind, now=LATER, **about)
    worked(now=LATER)
    asked(TaskKind.PREVIEW, now=LATER, **about)

    assert tasks.forget(now=LATER + timedelta(days=30)) == 0
    assert tasks.forget(now=LATER + timedelta(days=31)) == 1

    left = db.session.scalars(select(ClockTask).order_by(ClockTask.id)).all()
    assert [(task.kind, task.finished_at) for task in left] == [(TaskKind.APPLY, LATER), (TaskKind.PREVIEW, None)]
    assert cast.person("root").id == left[0].asked_by_id
