"""Dates are folded by year, and no fault and no word just typed is hidden in a fold."""

from datetime import date

from internaldesk.calendars.folds import folded
from internaldesk.calendars.sheet import ClosureLine, Sheet

TODAY = date(2026, 11, 24)
DATES = ("2027-05-03", "2025-12-25", "", "2026-12-25", "2026-01-01", "soon", "2027-01-01")
LINES = Sheet(closures=tuple(map(ClosureLine, DATES))).arranged().closures


def fold(*, wrong=(), known=LINES, lines=LINES):
    return folded(lines, ClosureLine(), today=TODAY, wrong=wrong, known=known)


def test_lines_stand_in_groups_by_year_and_are_numbered_as_they_stand():
    groups, loose = fold()

    assert [(group.title, [number for number, _ in group.lines]) for group in groups] == [
        ("Past", [1, 2]),
        ("2026", [3]),
        ("2027", [4, 5]),
    ]
    assert [group.summary for group in groups] == [
        "2 dates: 25 Dec, 1 Jan",
        "1 date: 25 Dec",
        "2 dates: 1 Jan, 3 May",
    ]
    assert [(number, line.date) for number, line in loose] == [(6, "soon"), (7, "")]


def test_at_first_only_the_next_year_is_open():
    assert [group.open for group in fold().groups] == [False, True, False]


def test_what_was_just_typed_is_in_sight():
    assert [group.open for group in fold(known=LINES[1:]).groups] == [True, True, False]
    assert [group.open for group in fold(known=LINES[:4]).groups] == [False, True, True]


def test_a_fault_opens_its_group():
    assert [group.open for group in fold(wrong=["closure_date-2"]).groups] == [True, True, False]


def test_without_lines_there_is_one_to_fill_in():
    assert fold(lines=()) == ([], [(1, ClosureLine())])
