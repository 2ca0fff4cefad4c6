"""`flask desk calendar check`: the sentences of the page for a file, or examples of what it means."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from internaldesk.calendars.command import told
from internaldesk.core.errors import BadInput
from tests.make import NOON

OFFICE = {
    "timezone": "Europe/London",
    "hours": {"mon": [["09:00", "12:30"], ["13:30", "17:00"]], "fri": [["22:00", "06:00"]]},
    "holidays": ["2026-12-25", {"date": "2026-12-28", "from": "12:00"}],
    "openings": [
        {"date": "2026-12-05", "hours": [["09:00", "13:00"]]},
        {"date": "2026-12-12", "from": "9:00", "to": "10:00"},
    ],
}
Check = Callable[..., Result]


@pytest.fixture
def check(desk: Flask, tmp_path: Path) -> Check:
    def command(content: object, *words: str) -> Result:
        file = tmp_path / "calendar.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return desk.test_cli_runner().invoke(args=["desk", "calendar", "check", str(file), *words])

    return command


def test_a_good_file_is_summed_up_and_shown_by_example(check: Check) -> None:
    done = check(OFFICE, "--promise", "30 min")

    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert lines[0] == (
        "Mon 09:00\u201312:30, 13:30\u201317:00; Fri 22:00\u201306:00 the next day in Europe/London,"
        " 2 closures, 2 special openings."
    )
    assert lines[1] == "A promise of 30 min means:"
    assert lines[2].startswith("Filed ")
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("no json", "is not JSON"),
        ([1], "A calendar needs a time zone and hours."),
        ({}, "“None” is not a time zone; write a name such as Europe/Berlin."),
        ({**OFFICE, "timezone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone: choose a name from the list"),
        ({**OFFICE, "hours": {"monday": []}}, "“monday” is not a weekday"),
        ({**OFFICE, "hours": {"mon": [["09:00", "13:00"], ["12:30", "17:00"]]}}, "overlap from 12:30 to 13:00."),
        ({**OFFICE, "hours": {"mon": [["09:00"]]}}, "exactly two times"),
        ({**OFFICE, "hours": {"mon": [[9, 17]]}}, "“9” on Monday is not a time of day"),
        ({**OFFICE, "hours": {"fri": [["17:00", "17:00"]]}}, "Friday: 17:00\u201317:00 is no time at all"),
        ({**OFFICE, "hours": {}, "openings": []}, "These hours never open"),
        ({**OFFICE, "holidays": "2026-12-25"}, "The holidays must be a list of dates."),
        ({**OFFICE, "holidays": ["1999-12-31"]}, "dates begin with the year 2000"),
        ({**OFFICE, "holidays": [{"date": "2026-12-24", "from": "12:00", "to": "9:00"}]}, "ends before it begins."),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(check: Check, content: object, sentence: str) -> None:
    done = check(content)

    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert sentence in done.stderr


def test_a_promise_that_is_none_is_refused(check: Check) -> None:
    assert "is no length of time" in check(OFFICE, "--promise", "soon").stderr


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = {"timezone": "UTC", "hours": {"mon": [["09:00", "25:00"]], "tue": [["17:00", "17:00"]]}}

    with pytest.raises(BadInput) as refused:
        told(wrong, promise="1 h", now=NOON)

    assert refused.value.sentence == (
        "Monday: 25:00 is not a time of day; a day runs from 00:00 to 24:00."
        " Tuesday: 17:00\u201317:00 is no time at all; write 24 hours if the whole day is meant."
    )
