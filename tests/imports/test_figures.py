"""The first quality page of an imported past says what plain arithmetic says of the rows of the log."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

import pytest
import time_machine
from flask import Flask

from internaldesk.imports import actions
from tests.imports.conftest import Write, mapping
from tests.make import NOON
from tests.quality import story
from tests.quality.conftest import pages

Row = tuple[str, ...]
FIRST = datetime(2026, 2, 27)  # noqa: DTZ001 - wall clocks of London, as in the log; until 29 March they show UTC
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PROMISED = {"1": 60, "2": 240, "3": 480}
PEOPLE = ("Ivy", "Kay", "Lea", "Mo", "Nan")


def _open(at: datetime) -> bool:
    return at.weekday() < 5 and 8 <= at.hour < 18


WORKED = [0, *accumulate(_open(FIRST + n * MINUTE) for n in range(40 * 24 * 60))]


def working(start: datetime, end: datetime) -> int:
    """Open minutes between two instants, counted one by one."""
    first, last = ((at - FIRST) // MINUTE for at in (start, end))
    return WORKED[last] - WORKED[first]


def log(dice: Random, many: int) -> Iterator[list[tuple[datetime, str, str]]]:
    """Requests of two weeks, day and night: when, what, and the priority at that instant."""
    for _ in range(many):
        filed = FIRST + timedelta(days=3, minutes=dice.randrange(12 * 24 * 60))
        answered = filed + dice.randrange(5, 3000) * MINUTE
        solved = answered + dice.randrange(0, 4000) * MINUTE
        level, later = dice.choice("12333"), dice.choice("13333")
        rows = [(filed, "Open", level), (answered, "Answer", level)]
        rows += [(solved, "Work", later)] * (later != level)
        rows += [(solved + MINUTE, "Done", later)]
        if dice.random() < 0.3:
            again = solved + dice.randrange(60, 14 * 24 * 60) * MINUTE
            rows += [(again, "Work", later), (again + 30 * MINUTE, "Done", later)]
        yield rows


def written(requests: Sequence[Sequence[tuple[datetime, str, str]]], dice: Random) -> list[Row]:
    """The same as rows of the file, in no order of requests."""
    rows = []
    for number, request in enumerate(requests):
        who = dice.choice(PEOPLE)
        for at, what, level in request:
            rows.append(
                (f"N-{number}", f"{at:%Y-%m-%d %H:%M}", what, "Jon", who, "", "Helpdesk", "Printers", level, "")
            )
    return sorted(rows, key=lambda row: row[1])


def half(minutes: Sequence[int]) -> int:
    """The smallest with at least half of all at or below it."""
    return min(most for most in minutes if 2 * sum(one <= most for one in minutes) >= len(minutes))


def solutions(request: Sequence[tuple[datetime, str, str]], until: datetime) -> int:
    """Those before an instant after which nobody worked on it within seven days."""
    done = [n for n, (at, what, _) in enumerate(request) if what == "Done" and at < until]
    return sum(n + 1 == len(request) or request[n + 1][0] > request[n][0] + 7 * DAY for n in done)


def words(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes} min"


@pytest.mark.parametrize("seed", [1, 2])
def test_the_page_says_what_the_rows_say(app: Flask, write: Write, seed: int) -> None:
    dice = Random(seed)
    requests = list(log(dice, 150))
    first = [(working(of[0][0], of[1][0]), of[0][2]) for of in requests]
    usual = half([minutes for minutes, _ in first])
    kept = sum(minutes <= PROMISED[level] for minutes, level in first)
    solved = sum(solutions(of, datetime(2026, 4, 1)) for of in requests)  # noqa: DTZ001 - as FIRST

    actions.bring_in(write(written(requests, dice)), mapping(), now=NOON)
    story.kept(NOON)
    with time_machine.travel(NOON, tick=False):
        page = pages(app, "max").get("/quality?period=2026-03")

    assert f"{len(requests)} requests, {solved} solved" in page.words
    assert f"First replies on time {kept * 1000 // len(requests) / 10}%" in page.words
    assert f"Half of first replies within {words(usual)}" in page.words
    assert "Satisfied requesters none" in page.words
