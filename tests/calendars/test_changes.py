"""What an edit changed, in the words of the history."""

from dataclasses import replace
from datetime import date

import pytest

from internaldesk.calendars.changes import differences, sentence
from internaldesk.calendars.schedule import Closure, Opening, Schedule

DASH = "\u2013"
TODAY = date(2026, 11, 24)
NINE = ((540, 1020),)
EIGHT = ((480, 1080),)
OLD = Schedule(
    "Europe/London",
    (NINE,) * 5 + ((), ()),
    (Closure(date(2026, 12, 24), 720), Closure(date(2026, 12, 25), label="Christmas")),
    (Opening(date(2026, 12, 5), ((540, 780),)),),
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"zone": "Europe/Berlin"}, ["Time zone Europe/Berlin, was Europe/London"]),
        ({"week": (EIGHT,) * 5 + ((), ())}, [f"Monday to Friday 08:00{DASH}18:00, was 09:00{DASH}17:00"]),
        (
            {"week": (EIGHT, NINE, EIGHT, NINE, (), NINE, NINE)},
            [
                f"Monday 08:00{DASH}18:00, was 09:00{DASH}17:00",
                f"Wednesday 08:00{DASH}18:00, was 09:00{DASH}17:00",
                f"Friday closed, was 09:00{DASH}17:00",
                f"Saturday and Sunday 09:00{DASH}17:00, was closed",
            ],
        ),
        (
            {"closures": (*OLD.closures, Closure(date(2027, 1, 4), 720, 840, "Meeting"), Closure(date(2026, 12, 28)))},
            [f"Mon 4 Jan 2027 closed 12:00{DASH}14:00 (Meeting)", "Mon 28 Dec closed"],
        ),
        (
            {"closures": ()},
            ["Thu 24 Dec no longer closed from 12:00", "Fri 25 Dec no longer closed (Christmas)"],
        ),
        (
            {"closures": (OLD.closures[0], replace(OLD.closures[1], label="Holiday"))},
            ["Fri 25 Dec closed is called Holiday"],
        ),
        (
            {"closures": (OLD.closures[0], replace(OLD.closures[1], label=""))},
            ["Fri 25 Dec closed is called nothing any more"],
        ),
        (
            {"closures": (replace(OLD.closures[0], end=1080), OLD.closures[1])},
            [f"Thu 24 Dec closed 12:00{DASH}18:00", "Thu 24 Dec no longer closed from 12:00"],
        ),
        ({"openings": ()}, ["Sat 5 Dec no longer specially open"]),
        (
            {"openings": (Opening(date(2026, 12, 5), ((540, 840),), "Stock"),)},
            [f"Sat 5 Dec open 09:00{DASH}14:00 (Stock)"],
        ),
    ],
)
def test_each_difference_is_a_phrase(change, words):
    assert differences(OLD, replace(OLD, **change), today=TODAY) == words


def test_the_row_a_line_stood_in_is_no_difference():
    moved = replace(OLD, closures=tuple(replace(shut, row=9) for shut in OLD.closures))

    assert differences(OLD, moved, today=TODAY) == []


def test_what_does_not_fit_is_counted():
    assert sentence(["a" * 30, "b" * 30, "c" * 30], longest=60) == f"{'a' * 30}; and 2 more changes"
    assert sentence(["a" * 30, "b" * 30], longest=55) == f"{'a' * 30}; and 1 more change"
    assert len(sentence([f"Mon {n} Dec closed" for n in range(200)])) <= 500
    assert sentence([]) == ""
