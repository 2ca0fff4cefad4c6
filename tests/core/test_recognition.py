"""Thanks count once in thirty days between the same two; a record shows no rate of a few."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from internaldesk.core import recognition
from internaldesk.core.daily import Piece
from internaldesk.core.errors import Refused
from internaldesk.core.recognition import Tag, Told

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
QUARTERS = recognition.back_from(recognition.quarter_of(NOW, LONDON))


def request(assignee=None, solver=None, solved=NOW):
    return SimpleNamespace(requester_id=1, for_person_id=2, assignee_id=assignee, solved_by_id=solver, solved_at=solved)


@pytest.mark.parametrize(
    ("made", "who"),
    [
        (request(assignee=8, solver=9), 9),
        (request(assignee=8, solver=1), 8),
        (request(assignee=2, solver=1), None),
        (request(solver=2), None),
        (request(assignee=8, solver=9, solved=None), None),
    ],
)
def test_who_helped_is_who_solved_it_and_never_its_own_side(made, who):
    assert recognition.helper(made) == who


@pytest.mark.parametrize(
    ("ago", "counted"),
    [(None, True), (timedelta(0), False), (timedelta(days=30, seconds=-1), False), (timedelta(days=30), True)],
)
def test_the_same_two_count_once_in_thirty_days(ago, counted):
    assert recognition.counts(None if ago is None else NOW - ago, NOW) is counted


def test_only_a_tag_of_the_list_is_one():
    assert [recognition.check(tag) for tag in recognition.TAGS] == list(Tag)
    with pytest.raises(Refused, match="Choose what") as refused:
        recognition.check("best")
    assert refused.value.field == "tag"


def test_quarters_are_those_of_the_zone_the_newest_first():
    assert [span.label for span in QUARTERS] == ["Q4 2026", "Q3 2026", "Q2 2026", "Q1 2026"]
    eve = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)  # half past midnight in London
    assert recognition.quarter_of(eve, LONDON).label == "Q4 2026"


def piece(name, on, value=None):
    return Piece(name, on.toordinal(), 1, 1, value)


def test_pieces_fall_into_the_quarter_of_their_day_and_nothing_else_is_counted():
    pieces = [
        piece("solved", date(2026, 10, 1)),
        piece("solved", date(2026, 12, 31)),
        piece("solved", date(2026, 9, 30)),
        piece("first", date(2026, 2, 1), 600),
        piece("lead", date(2026, 2, 1), 900),
        piece("solved", date(2025, 12, 31)),
        piece("solved", date(2027, 1, 1)),
        Piece("open", 0, 1, 1, 77),
    ]

    found = recognition.by_quarter(pieces, QUARTERS)

    assert [told.counts.get("solved", 0) for told in found] == [2, 1, 0, 0]
    assert [list(told.first) for told in found] == [[], [], [], [600]]


def told(met=0, missed=0, happy=0, low=0, waived=0):
    counts = {"first_response_met": met, "first_response_missed": missed, "first_response_waived": waived}
    return Told(counts | {"rated_5": happy, "rated_2": low, "solved": 3}, [60 * n for n in range(met + missed)])


def test_figures_are_said_from_as_many_cases_as_everywhere():
    enough = recognition.figures(told(met=9, missed=1, happy=4, low=1, waived=2))

    assert (enough.solved, enough.on_time.words, enough.half) == (3, "90.0%", 240)
    assert recognition.on_time_words(enough.on_time) == "90.0% of 10"
    assert recognition.satisfied_words(enough.satisfied) == "80% of 5"
    few = recognition.figures(told(met=9, happy=4))
    assert (few.on_time.words, few.half) == ("9 of 9", None)
    assert recognition.on_time_words(few.on_time) == "9 of 9"
    assert recognition.satisfied_words(few.satisfied) == "too few (4)"
    none = recognition.figures(Told({}, []))
    assert (none.solved, none.on_time.words, none.half) == (0, "none", None)
    assert recognition.satisfied_words(none.satisfied) == "none"
