"""The sentence of a request, and the words when its promise is late: pure, told everything."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from internaldesk.core.clocks import Target
from internaldesk.core.hours import BusinessCalendar
from internaldesk.core.lifecycle import Status
from internaldesk.models.people import Person, Team
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.tickets import standing
from internaldesk.tickets.standing import Helper, Late
from tests.make import NOON

OFFICE = BusinessCalendar.parse(
    {"timezone": "Europe/London", "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
HOUR = timedelta(hours=1)
THURSDAY = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


@dataclass
class Row:
    queue_at: datetime
    next_seconds: int | None = 4 * 3600
    next_calendar_version_id: int | None = 7


def late(row: Row, now: datetime = NOON) -> Late | None:
    return standing.late(row, known={7: OFFICE}, now=now)


def said(instant: datetime) -> str:
    return f"{instant:%H:%M} {'today' if instant.date() == NOON.date() else instant.strftime('on %a')}"


def asked(**facts: object) -> Ticket:
    ticket = Ticket(status=Status.PROGRESS, is_open=True, queue_at=NEVER, **facts)
    ticket.team, ticket.assignee = Team(name="IT"), Person(name="Ben")
    return ticket


def test_the_new_time_is_the_promise_once_more_in_its_hours_from_where_it_was_missed() -> None:
    assert late(Row(NOON - HOUR)) == Late(NOON - HOUR, NOON + 3 * HOUR)
    assert late(Row(NOON - HOUR / 2, next_seconds=6 * 3600)) == Late(NOON - HOUR / 2, THURSDAY)


def test_the_new_time_does_not_slide() -> None:
    assert {late(Row(NOON), now=NOON + n * HOUR) for n in range(30)} == {Late(NOON, NOON + 4 * HOUR)}


def test_a_promise_made_when_its_time_was_up_already_was_missed_then() -> None:
    made = NOON - timedelta(minutes=30)

    found = standing.late(Row(NOON - 3 * HOUR), known={7: OFFICE}, now=NOON, missed_at=made)

    assert found == Late(made, made + 4 * HOUR)


@pytest.mark.parametrize(
    "row", [Row(NOON + HOUR), Row(NEVER), Row(NOON, next_seconds=None), Row(NOON, next_calendar_version_id=None)]
)
def test_what_is_not_missed_has_no_new_time(row: Row) -> None:
    assert late(row) is None


@pytest.mark.parametrize(
    ("again", "now", "expected"),
    [
        (NOON + HOUR, NOON, "We are late. New time: 13:00 today."),
        (THURSDAY, NOON, "We are late. New time: 09:30 on Thu."),
        (NOON, NOON, "We are late, and the new time of 12:00 has passed too."),
        (THURSDAY, THURSDAY + HOUR, "We are late, and the new time of 09:30 on Thu has passed too."),
    ],
)
def test_the_new_time_in_words(again: datetime, now: datetime, expected: str) -> None:
    assert standing.new_time(Late(NOON - HOUR, again), now=now, say=said) == expected


@pytest.mark.parametrize(
    ("helper", "asks", "hotline", "expected"),
    [
        (Helper(1, "Dana Reyes", None), True, "", "You can ask Dana Reyes to step in."),
        (Helper(1, "Dana Reyes", None), False, "", ""),
        (Helper(1, "Dana Reyes", NOON - HOUR), True, "", "Dana Reyes was told at 11:00."),
        (Helper(1, "Dana Reyes", NOON - HOUR), False, "2400", "Dana Reyes was told at 11:00. Hotline 2400."),
        (None, True, "2400", "Hotline 2400."),
        (None, True, "", ""),
    ],
)
def test_who_steps_in_in_words(helper: Helper | None, asks: bool, hotline: str, expected: str) -> None:
    assert standing.stepping_in(helper, asks=asks, hotline=hotline, say=said) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "Ben has it."),
        ({"queue_at": NOON + HOUR, "next_target": Target.FIRST_RESPONSE}, "Ben has it. First reply by 13:00 today."),
        ({"queue_at": NOON + HOUR, "next_target": Target.PERIODIC_UPDATE}, "Ben has it. Next word by 13:00 today."),
        (
            {"queue_at": NOON - HOUR, "next_target": Target.RESOLUTION},
            "Ben has it; the solution was promised by 11:00 today.",
        ),
        (
            {"queue_at": NOON, "next_target": Target.PERIODIC_UPDATE},
            "Ben has it; a word in between was promised by 12:00 today.",
        ),
        ({"status": Status.WAITING, "status_until": NOON + HOUR}, "Your turn, until 13:00 today."),
        ({"status": Status.SOLVED, "solved_at": NOON, "is_open": False}, "IT solved it 12:00 today."),
        ({"status": Status.SOLVED, "is_open": False}, "Solved, is it?"),
    ],
)
def test_a_request_in_a_sentence(facts: dict[str, object], expected: str) -> None:
    ticket = asked()
    for name, value in facts.items():
        setattr(ticket, name, value)

    assert standing.sentence(ticket, now=NOON, when=said) == expected
