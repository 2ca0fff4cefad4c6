"""The due horizon shows when work falls due, and hides nothing that matters behind a mark."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from internaldesk.web.horizon import Due, horizon, state
from tests.web.drawing import classed, drawn

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, 48, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
START, END = NOW.replace(hour=9, minute=30), NOW.replace(hour=18, minute=0)


def strip(*dues, start=START, end=END, now=NOW, zone=LONDON):
    return horizon(dues, start=start, end=end, now=now, zone=zone)


def due(minutes, owned=True):
    return Due(NOW + minutes * MINUTE, owned)


def test_the_strip_of_the_design():
    found = strip()

    assert (found.past.width, found.near.x, found.near.width, found.now) == (15.29, 15.29, 11.77, 15.29)
    assert [tick.x for tick in found.ticks][:3] == [5.88, 17.65, 29.41]
    assert [tick.label for tick in found.ticks] == [
        "10:00",
        "",
        "12:00",
        "13:00",
        "14:00",
        "15:00",
        "16:00",
        "17:00",
        "18:00",
    ]
    assert [tick.anchor for tick in found.ticks][-2:] == ["middle", "end"]


def test_marks_tell_state_and_owner_and_are_counted_in_words():
    found = strip(due(-30), due(20, owned=False), due(60), due(61), due(2000))

    assert [(mark.state, mark.owned) for mark in found.marks] == [
        ("over", True),
        ("soon", False),
        ("soon", True),
        ("ok", True),
    ]
    assert found.label.startswith("Timeline of the working day: 1 overdue, 2 due within the hour, 1 due later.")


@pytest.mark.parametrize(("minutes", "name"), [(-1, "over"), (0, "soon"), (60, "soon"), (61, "ok")])
def test_states(minutes, name):
    assert state(NOW + minutes * MINUTE, NOW) == name


def test_what_is_long_overdue_stands_at_the_left_end():
    assert strip(due(-5000)).marks[0].x == 0.65


def test_marks_due_together_take_lanes_and_beyond_three_no_room():
    found = strip(*[due(120)] * 5)

    assert [mark.y for mark in found.marks] == [21, 13, 29]
    assert "5 due later" in found.label


def test_a_crowded_day_stays_a_small_picture():
    assert len(strip(*[due(minutes) for minutes in range(0, 430, 2)]).marks) == 60


def test_the_axis_reaches_to_now_and_the_next_hour_outside_working_hours():
    late = strip(now=END + 2 * timedelta(hours=1))
    early = strip(now=START - timedelta(hours=1))

    assert (late.near.x + late.near.width, early.past.width) == (100, 0)


def test_hours_are_those_of_the_zone():
    labels = [tick.label for tick in strip(zone=ZoneInfo("Asia/Kolkata")).ticks]

    assert labels[:1] == ["15:00"]
    assert labels[-1] == "23:00"


def test_a_long_axis_has_fewer_words():
    labels = [tick.label for tick in strip(start=NOW.replace(hour=0), end=NOW.replace(hour=23)).ticks]

    assert len([label for label in labels if label]) <= 12


def test_an_axis_that_begins_on_the_hour_and_a_bit_begins_its_ticks_after():
    on_the_hour = strip(start=NOW.replace(hour=9, minute=0))
    a_bit_later = strip(start=NOW.replace(hour=9, minute=0, second=30))

    assert (on_the_hour.ticks[0].label, on_the_hour.ticks[0].anchor) == ("09:00", "start")
    assert a_bit_later.ticks[0].label == "10:00"


@given(
    some.lists(some.builds(due, some.integers(-10_000, 10_000), some.booleans()), max_size=80), some.integers(-900, 900)
)
def test_every_mark_is_on_the_strip_and_none_covers_another(dues, shift):
    found = strip(*dues, now=NOW + shift * MINUTE)

    assert all(0 <= mark.x <= 100 and 6 <= mark.y <= 36 for mark in found.marks)
    for lane in {mark.y for mark in found.marks}:
        places = [mark.x for mark in found.marks if mark.y == lane]
        assert all(after - before > 1.2 for before, after in pairwise(places))
    assert [tick.x for tick in found.ticks] == sorted({tick.x for tick in found.ticks})


def test_it_is_drawn_with_shapes_by_state_and_hollow_marks():
    page = drawn("horizon", strip(due(-30), due(20, owned=False), due(90)))

    assert len(classed(page, "rect", "m-over")) == 1
    assert len(classed(page, "path", "free")) == 1
    assert page.find(".//svg").get("role") == "img"
