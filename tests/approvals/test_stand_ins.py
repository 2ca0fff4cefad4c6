"""Somebody stands in for somebody from one day to another: for what is asked then, and for what waited before."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from internaldesk.approvals import absences, queries
from internaldesk.core.approval import State
from internaldesk.core.errors import Refused
from internaldesk.db import db
from internaldesk.models.approvals import StandIn
from internaldesk.models.history import Event
from internaldesk.models.tickets import Ticket
from tests import cast, make
from tests.approvals.desk import DAY, HOUR, NO, YES, ask, away, ballot, decide, rounds, waiting
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("staffed")
SECOND = timedelta(seconds=1)
NOT_ASKED = "You were not asked"


def list_of(name: str, now: datetime = NOON + HOUR) -> list[int]:
    return [row.ticket_id for row in queries.waiting_for(cast.person(name).id, now=now)]


@pytest.mark.parametrize(
    ("asked", "starts", "ends", "fits"),
    [
        (NOON - 3 * DAY, NOON, NOON + DAY, True),  # waited already when the absence began
        (NOON, NOON - DAY, NOON + DAY, True),  # asked meanwhile
        (NOON, NOON + HOUR, NOON + DAY, True),  # begins at this instant
        (NOON, NOON + HOUR + SECOND, NOON + DAY, False),
        (NOON, NOON - DAY, NOON + HOUR, False),  # ends at this instant
        (NOON, NOON - DAY, NOON + HOUR + SECOND, True),
        (NOON, NOON - 9 * DAY, NOON - 8 * DAY, False),
    ],
)
def test_a_stand_in_decides_on_the_days_of_the_absence(
    asked: datetime, starts: datetime, ends: datetime, fits: bool
) -> None:
    ticket = waiting(now=asked)
    away("max", "dana", starts=starts, ends=ends)

    assert (list_of("dana") == [ticket.id]) is fits
    if fits:
        decide(ticket, "max", by="dana")
        assert rounds(ticket)[0].state is State.APPROVED
    else:
        with pytest.raises(Refused, match=NOT_ASKED):
            decide(ticket, "max", by="dana")


@pytest.mark.parametrize("by", ["max", "dana"])
@pytest.mark.parametrize(("decision", "state"), [(YES, State.APPROVED), (NO, State.REFUSED)])
def test_both_the_person_and_the_stand_in_may_decide(by: str, decision: object, state: State) -> None:
    ticket = waiting()
    away("max", "dana")
    assert list_of("max") == list_of("dana") == [ticket.id]

    decide(ticket, "max", decision, by=by)  # type: ignore[arg-type]

    assert rounds(ticket)[0].state is state
    assert list_of("max") == list_of("dana") == []


def test_the_trail_names_both() -> None:
    ticket = waiting()
    away("max", "dana")

    decide(ticket, "max", by="dana")

    cast_ballot = ballot(ticket, "max")
    event = db.session.query(Event).filter_by(ticket_id=ticket.id, kind="approved").one()
    assert (cast_ballot.person.name, cast_ballot.by_id) == ("Max", cast.person("dana").id)
    assert (event.actor.name, event.data["words"], event.data["for"]) == ("Dana", " for Max", cast.person("max").id)


@pytest.mark.parametrize("stand_in", ["ada", "eve"])
def test_nobody_decides_their_own_by_standing_in(stand_in: str) -> None:
    ticket = waiting(by="ada", for_person=cast.person("eve"))
    away("max", stand_in)

    assert list_of(stand_in) == []
    with pytest.raises(Refused, match="Nobody approves a request of their own"):
        decide(ticket, "max", by=stand_in)


def test_one_who_stands_in_counts_once() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", "dana", by="ben")
    away("max", "dana")
    decide(ticket, "dana")

    with pytest.raises(Refused, match="You have decided this already"):
        decide(ticket, "max", by="dana")

    decide(ticket, "max")
    assert rounds(ticket)[0].state is State.APPROVED


@pytest.mark.parametrize(("stand_in", "fits"), [("fay", False), ("max", True)])
def test_a_second_person_is_not_the_first_one_standing_in(stand_in: str, fits: bool) -> None:
    ticket = waiting("purchasing/new-supplier")
    decide(ticket, "fay")
    away("pat", stand_in)

    if fits:
        decide(ticket, "pat", by=stand_in)
        assert rounds(ticket)[0].state is State.APPROVED
    else:
        with pytest.raises(Refused, match="takes a second person"):
            decide(ticket, "pat", by=stand_in)


def test_a_stand_in_of_a_stand_in_decides_nothing() -> None:
    ticket = waiting()
    away("max", "dana")
    away("dana", "ben")

    assert list_of("ben") == []
    with pytest.raises(Refused, match=NOT_ASKED):
        decide(ticket, "max", by="ben")


def test_ending_an_absence_ends_what_it_covers_at_once() -> None:
    ticket = waiting()
    row = away("max", "dana", starts=NOON - DAY)

    absences.end_stand_in(row.id, by=cast.actor("max"), now=NOON + HOUR)

    assert list_of("dana") == []
    with pytest.raises(Refused, match=NOT_ASKED):
        decide(ticket, "max", by="dana")
    with pytest.raises(Refused, match="ended already"):
        absences.end_stand_in(row.id, by=cast.actor("max"), now=NOON + 2 * HOUR)


def test_an_absence_that_never_began_is_forgotten() -> None:
    row = away("max", "dana", starts=NOON + DAY, ends=NOON + 2 * DAY)

    absences.end_stand_in(row.id, by=cast.actor("max"), now=NOON)

    assert db.session.query(StandIn).count() == 0


@pytest.mark.parametrize("name", ["dana", "eve"])
def test_only_the_person_ends_it(name: str) -> None:
    row = away("max", "dana")

    with pytest.raises(Refused):
        absences.end_stand_in(row.id, by=cast.actor(name), now=NOON)


def name_one(person: str, stand_in: str, first: date, last: date) -> StandIn:
    starts = datetime.combine(first, datetime.min.time(), tzinfo=NOON.tzinfo)
    ends = datetime.combine(last, datetime.min.time(), tzinfo=NOON.tzinfo) + DAY
    return absences.name_stand_in(
        cast.person(person).id,
        stand_in=cast.person(stand_in).id,
        from_day=first,
        to_day=last,
        starts_at=starts,
        ends_at=ends,
        now=NOON,
    )


TODAY = NOON.date()


@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 6), (-2, 1), (5, 366)])
def test_days_that_can_be_named(first: int, last: int) -> None:
    row = name_one("max", "dana", TODAY + first * DAY, TODAY + last * DAY)

    assert (row.from_day, row.to_day) == (TODAY + first * DAY, TODAY + last * DAY)
    assert [found.id for found in queries.absences(cast.person("max").id, now=NOON)] == [row.id]
    assert [found.id for found in queries.covered(cast.person("dana").id, now=NOON)] == [row.id]


@pytest.mark.parametrize(
    ("person", "stand_in", "first", "last", "sentence"),
    [
        ("max", "dana", 1, 0, "the last one not before the first"),
        ("max", "dana", -2, -1, "from today on"),
        ("max", "dana", 0, 367, "longer than a year"),
        ("max", "max", 0, 1, "Choose a co-worker"),
        ("max", "ben", 3, 4, "Dana decides for you then already"),
        ("ben", "max", 3, 4, "Max is away then and has named Dana"),
    ],
)
def test_what_cannot_be_named(person: str, stand_in: str, first: int, last: int, sentence: str) -> None:
    name_one("max", "dana", TODAY + 2 * DAY, TODAY + 5 * DAY) if sentence.startswith(("Dana", "Max")) else None

    with pytest.raises(Refused, match=sentence):
        name_one(person, stand_in, TODAY + first * DAY, TODAY + last * DAY)


def test_nobody_who_left_stands_in() -> None:
    cast.person("dana").active = False
    db.session.flush()

    with pytest.raises(Refused, match="Choose a co-worker"):
        name_one("max", "dana", TODAY, TODAY)


def test_who_decides_names_the_stand_in(app: Flask) -> None:
    ticket: Ticket = waiting()
    assert queries.deciders([ticket.id], now=NOON) == {ticket.id: (1, ["Max"])}

    away("max", "dana")

    assert queries.deciders([ticket.id], now=NOON) == {ticket.id: (1, ["Max (Dana stands in)"])}
    assert queries.deciders([], now=NOON) == {}


def test_who_has_decided_is_not_named_any_more() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", "dana", "fay", by="ben")
    decide(ticket, "dana")

    assert queries.deciders([ticket.id], now=NOON) == {ticket.id: (2, ["Max", "Fay"])}
