"""How pages say instants: as the wall clock of the reader shows them, with the year where it is another."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from internaldesk.web import filters
from tests.make import NOON

LONG_AGO = datetime(2017, 4, 3, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (filters.when, "Mon 3 Apr 2017, 12:30"),
        (filters.at, "3 Apr 2017"),
        (filters.on, "Mon 3 Apr 2017"),
        (filters.clock, "12:30"),
        (filters.iso, "2017-04-03T12:30:00+01:00"),
    ],
    ids=["when", "at", "on", "clock", "iso"],
)
def test_what_is_long_ago_says_its_year(app: Flask, say, words: str) -> None:
    with time_machine.travel(NOON, tick=False), app.test_request_context():
        assert say(LONG_AGO) == words


def test_what_is_of_this_year_does_not(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False), app.test_request_context():
        assert filters.when(LONG_AGO.replace(year=NOON.year)) == "Fri 3 Apr, 12:30"
        assert filters.at(LONG_AGO.replace(year=NOON.year)) == "3 Apr"
