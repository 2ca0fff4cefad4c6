"""Checklists: how they are written, when their steps are, which can begin, and how far they are."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from internaldesk.core import checklists
from internaldesk.core.checklists import Progress, Spec, State
from internaldesk.core.errors import Refused
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import Status
from internaldesk.core.questions import Kind, Question

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = BusinessCalendar.parse({"timezone": "Europe/London", "hours": WEEK, "holidays": ["2026-12-25", "2026-12-28"]})


@dataclass(frozen=True)
class Row:
    """A step as a table would hold it."""

    id: int = 1
    after_id: int | None = None
    begins_at: datetime = NOON
    required: bool = True
    asks: bool = False
    done_at: datetime | None = None
    dropped_at: datetime | None = None
    child_status: Status | None = None
    child_solved_at: datetime | None = None


AHEAD, TICKED, DROPPED = Row(), Row(done_at=NOON), Row(dropped_at=NOON)
ASKED = Row(asks=True, child_status=Status.NEW)
SOLVED = Row(asks=True, child_status=Status.SOLVED, child_solved_at=NOON)
CLOSED = replace(SOLVED, child_status=Status.CLOSED)
WITHDRAWN = Row(asks=True, child_status=Status.CLOSED)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (AHEAD, State.AHEAD),
        (TICKED, State.DONE),
        (DROPPED, State.OUT),
        (ASKED, State.OPEN),
        (SOLVED, State.DONE),
        (CLOSED, State.DONE),
        (WITHDRAWN, State.OUT),
    ],
)
def test_where_a_step_stands(row, found):
    assert checklists.state(row) is found


def test_what_holds_a_request_open():
    optional = replace(AHEAD, required=False)
    at_work = replace(ASKED, required=False)

    held = checklists.holding([AHEAD, optional, TICKED, DROPPED, at_work, SOLVED, WITHDRAWN])

    assert held == [AHEAD, at_work]


@pytest.mark.parametrize("before", [TICKED, DROPPED, SOLVED, WITHDRAWN])
def test_what_waited_begins_when_what_it_waits_for_is_over(before):
    after = Row(id=2, after_id=1)

    assert checklists.ready([before, after], now=NOON) == [after]


@pytest.mark.parametrize("before", [AHEAD, ASKED])
def test_and_not_before(before):
    assert Row(id=2, after_id=1) not in checklists.ready([before, Row(id=2, after_id=1)], now=NOON)


def test_nothing_begins_before_its_day():
    later = Row(begins_at=NOON + timedelta(seconds=1))

    assert checklists.ready([later], now=NOON) == []
    assert checklists.ready([later], now=NOON + timedelta(seconds=1)) == [later]


def test_what_is_left_out_counts_no_more():
    progress = checklists.progress([TICKED, AHEAD, ASKED, SOLVED, WITHDRAWN, DROPPED])

    assert progress == Progress(2, 4)
    assert progress.words == "2 of 4 done"


WHOLE = {
    "name": "Laptop for {name}",
    "details": "By {start}",
    "type": "it/hardware",
    "answers": {"item": "Laptop"},
    "after": 1,
    "begin": -10,
    "due": -2,
    "required": False,
}


def test_what_is_written_is_read_back():
    written = [{"name": "Sign"}, WHOLE]

    assert [spec.to_dict() for spec in checklists.parse(written)] == written


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "details": "x" * 5001}, "details"),
        ({"name": "x", "after": 1}, "after"),
        ({"name": "x", "after": 0}, "after"),
        ({"name": "x", "begin": 251}, "begin"),
        ({"name": "x", "due": -251}, "due"),
        ({"name": "x", "begin": 2, "due": 1}, "due"),
        ({"name": "x", "colour": "red"}, None),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(wrong, field):
    with pytest.raises(Refused) as refusal:
        checklists.parse([wrong])

    assert refusal.value.field == field


def test_there_is_an_end_to_a_checklist():
    with pytest.raises(Refused, match="at most 40"):
        checklists.parse([{"name": "x"}] * 41)


def test_the_days_are_those_of_who_does_it():
    spec = Spec("Desk for {name}", details="At {site}", path="a/b", begin=-3, due=-1)

    (plan,) = checklists.planned(
        [spec], lambda _: {"name": "Noor"}, day=date(2026, 12, 29), calendars={"a/b": OFFICE}, now=NOON
    )

    assert plan.name == "Desk for Noor"
    assert plan.details == "At (not said)\n\nNeeded by Thu 24 Dec 2026."
    assert plan.begins_at == datetime(2026, 12, 22, 9, tzinfo=UTC)
    assert plan.due_at == datetime(2026, 12, 24, 17, tzinfo=UTC)


def test_nothing_begins_before_the_request_and_without_a_date_the_day_of_filing_counts():
    late, due = Spec("Late", begin=-10), Spec("Due", path="a/b", due=1)

    hours = {"": OFFICE, "a/b": OFFICE}
    first, second = checklists.planned([late, due], lambda _: {}, day=None, calendars=hours, now=NOON)

    assert first.begins_at == NOON
    assert first.due_at is None
    assert first.details == ""
    assert second.details == "Needed by Thu 19 Nov 2026."


def test_what_one_ticks_oneself_needs_no_words_about_its_day():
    (plan,) = checklists.planned([Spec("Sign", due=1)], lambda _: {}, day=None, calendars={"": OFFICE}, now=NOON)

    assert plan.details == ""
    assert plan.due_at is not None


ASKS = (
    Question("item", "Which?", Kind.LINE),
    Question("on", "When?", Kind.DATE),
    Question("goods", "What?", Kind.SEVERAL, options=(("a", "A"), ("b", "B"))),
    Question("why", "Why?", Kind.TEXT),
)


def test_a_form_is_answered_with_words_or_with_the_answer_itself():
    answers = {"item": "For {name}", "on": "{start}", "goods": " {goods} ", "why": "{name}", "gone": "x"}
    given = {"start": "2026-12-01", "goods": ["a", "b"]}

    typed = checklists.answers(Spec("x", answers=answers), ASKS, {"name": "Noor"}, given)

    assert typed == {"item": ["For Noor"], "on": ["2026-12-01"], "goods": ["a", "b"], "why": ["Noor"]}


def test_a_blank_without_an_answer_is_typed_as_it_is_and_fails_the_form():
    assert checklists.answers(Spec("x", answers={"on": "{start}"}), ASKS, {}, {}) == {"on": ["{start}"]}


def test_a_long_text_fits_into_a_line():
    typed = checklists.answers(Spec("x", answers={"item": "{name}"}), ASKS, {"name": "n" * 300}, {})

    assert typed == {"item": ["n" * 200]}


def test_blanks_are_found_wherever_they_stand():
    spec = Spec("{a}", details="{b}", answers={"x": "{c} {a}"})

    assert checklists.strange(spec, ["a"]) == ("{b}", "{c}")
    assert checklists.names(spec, ["c"])
    assert not checklists.names(spec, ["d"])


STEPS = (Spec("a"), Spec("b"), Spec("c", after=1), Spec("d", after=3))


def test_moving_keeps_who_waits_for_whom():
    moved = checklists.moved(STEPS, 1, up=False)

    assert [(spec.name, spec.after) for spec in moved] == [("b", None), ("a", None), ("c", 2), ("d", 3)]


@pytest.mark.parametrize(("place", "up"), [(1, True), (4, False), (0, False), (5, True)])
def test_at_the_end_nothing_moves(place, up):
    assert checklists.moved(STEPS, place, up=up) == STEPS


def test_nobody_waits_for_what_is_below():
    with pytest.raises(Refused):
        checklists.moved(STEPS, 4, up=True)


def test_what_waited_for_a_removed_step_waits_for_what_that_waited_for():
    left = checklists.without(STEPS, 3)

    assert [(spec.name, spec.after) for spec in left] == [("a", None), ("b", None), ("d", 1)]
