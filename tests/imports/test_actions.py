"""Another desk's history: measured by the real rules, marked, once, and all of it or nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.core.clocks import Target
from internaldesk.core.errors import BadInput
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.imports import actions
from internaldesk.models.catalogue import RequestType
from internaldesk.models.history import Event
from internaldesk.models.imports import ImportedTicket, ImportSource
from internaldesk.models.people import Department, Person
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.sla import Clock, ClockEvent, ClockNotice
from internaldesk.models.tickets import Message, Ticket
from internaldesk.sla import ledger, queries, rows
from tests import browse, cast, make
from tests.browse import Browser
from tests.imports.conftest import HEADS, LOG, Write, mapping
from tests.make import NOON
from tests.sla.folding import folded, stored, values


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def imported(number: str) -> Ticket:
    db.session.expire_all()
    query = select(Ticket).join(ImportedTicket, ImportedTicket.ticket_id == Ticket.id)
    return db.session.scalars(query.where(ImportedTicket.number == number)).one()


def clock(ticket: Ticket, target: Target) -> Clock:
    return next(row for row in queries.clocks(ticket.id) if row.target is target)


def everything() -> dict[str, int]:
    tables = (Ticket, Person, RequestType, ImportSource, Event, ClockEvent, Clock)
    return {table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.fixture
def told(app: Flask, write: Write) -> actions.Told:
    db.session.commit()
    return actions.bring_in(write(), mapping(), now=NOON)


def test_each_request_is_what_the_log_says_of_it(told: actions.Told) -> None:
    first, second, third = imported("C-1"), imported("C-2"), imported("C-3")

    assert (told.requests, told.present, told.still_open) == (3, 0, 1)
    assert (first.status, first.closed_at, first.reopened) == (Status.CLOSED, at(4, 11), 1)
    assert (first.filed_at, first.first_answered_at, first.solved_at) == (at(2, 9), at(2, 9, 30), at(4, 11))
    assert first.priority is Priority.URGENT
    assert first.summary == "Printers, C-1"
    assert (second.team.slug, second.transferred, [span.ended_at for span in second.holdings]) == (
        "facilities",
        1,
        [at(6, 16), None],
    )
    assert second.requester.email == "ada@desk.example"
    assert second.request_type.slug == "access"
    assert (third.status, third.is_open) == (Status.WAITING, True)
    said = select(Message.body).where(Message.ticket_id == first.id).order_by(Message.id)
    assert list(db.session.scalars(said)) == ["Is it switched on?", "It is now."]


def test_promises_are_measured_by_the_rules_of_this_desk(told: actions.Told) -> None:
    answered, late = clock(imported("C-1"), Target.FIRST_RESPONSE), clock(imported("C-2"), Target.FIRST_RESPONSE)

    assert (answered.used_seconds, answered.breached_at, answered.decided_at) == (30 * 60, None, at(2, 9, 30))
    assert late.breached_at is not None
    assert late.decided_team_id == make.team("it").id, "missed while the first team had it"
    assert late.decided_at == late.breached_at
    assert told.kept[Target.FIRST_RESPONSE] == 1


def test_what_is_stored_is_the_fold_of_the_log(told: actions.Told) -> None:
    for number in ("C-1", "C-2", "C-3"):
        ticket = imported(number)

        assert stored(ticket) == folded(ticket, NOON)


def test_storing_the_clocks_again_by_the_usual_way_changes_nothing(told: actions.Told) -> None:
    for number in ("C-1", "C-2", "C-3"):
        ticket = imported(number)
        before = [values(row) for row in queries.clocks(ticket.id)], values(ticket)
        known = ledger.of(ticket.id)

        rows.store(ticket, known.settled(NOON), known, held=rows.held_now(ticket), now=NOON)
        db.session.flush()

        assert ([values(row) for row in queries.clocks(ticket.id)], values(ticket)) == before, number
        db.session.rollback()


def test_a_second_import_adds_nothing(told: actions.Told, write: Write) -> None:
    before = everything()

    again = actions.bring_in(write(), mapping(), now=NOON + timedelta(days=1))

    assert (again.requests, again.present) == (0, 3)
    assert everything() == before


def test_more_of_the_same_source_brings_only_what_is_new(told: actions.Told, write: Write) -> None:
    more = [("C-4", "2026-03-09 09:00", "Open", "Ivy", "Ivy", "", "Helpdesk", "Printers", "3", "")]
    before = everything()

    again = actions.bring_in(write([*LOG, *more]), mapping(), now=NOON)

    assert (again.requests, again.present, again.people, again.types) == (1, 3, 0, 0)
    assert everything()["person"] == before["person"]
    assert imported("C-4").requester_id == imported("C-1").requester_id


def test_new_requests_go_on_after_the_imported_ones(told: actions.Told) -> None:
    assert make.ticket(now=NOON).id > max(imported(number).id for number in ("C-1", "C-2", "C-3"))


def test_a_dry_run_writes_nothing_and_says_the_same(app: Flask, write: Write) -> None:
    db.session.commit()
    before = everything()

    told = actions.bring_in(write(), mapping(), now=NOON, dry_run=True)

    assert everything() == before
    assert told.sentences(dry_run=True)[:2] == [
        "3 requests with 12 events from 2026-03-02 to 2026-03-06 would come in; 0 were here already.",
        "New for it: 3 former people and 1 retired request type. 1 request still open.",
    ]


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (0, "", "the number of the request is missing"),
        (1, "yesterday", "“yesterday” is not a time as the mapping says it"),
        (1, "2027-03-02 09:00", "“2027-03-02 09:00” lies in the future"),
        (1, "", "the time is missing"),
        (2, "Pondered", "the mapping says nothing of the activity “Pondered”"),
        (3, "x" * 121, "the person is longer than 120 characters"),
        (6, "Kitchen", "the mapping names no team for “Kitchen”"),
    ],
)
def test_one_bad_row_keeps_everything_out_and_is_named(
    app: Flask, write: Write, place: int, value: str, why: str
) -> None:
    db.session.commit()
    before, bad = everything(), [list(row) for row in LOG]
    bad[9][place] = value

    with pytest.raises(BadInput) as refusal:
        actions.bring_in(write(bad), mapping(), now=NOON)

    assert refusal.value.sentence.splitlines()[0] == "Nothing was imported: 1 line cannot be used."
    assert refusal.value.sentence.splitlines()[1].startswith("line 11: ")
    assert why in refusal.value.sentence
    assert everything() == before


def test_a_failure_while_writing_leaves_nothing(app: Flask, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    db.session.commit()
    before = everything()
    monkeypatch.setattr("internaldesk.imports.writing._count_on", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        actions.bring_in(write(), mapping(), now=NOON)

    assert everything() == before


def test_nobody_is_asked_to_rate_and_nobody_is_told(told: actions.Told) -> None:
    for table in (RatingInvite, ClockNotice):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_former_people_cannot_sign_in_and_retired_types_are_not_offered(told: actions.Told, client: Browser) -> None:
    ivy = imported("C-1").requester

    assert (ivy.name, ivy.active, ivy.password_hash) == ("Ivy", False, None)
    assert ivy.email.endswith("@city-desk.invalid")
    assert imported("C-1").request_type.retired_at == NOON
    browse.sign_in(client, "ada")
    assert "Printers" not in client.get("/").text


def test_the_page_says_where_it_came_from_to_whoever_may_read_it(told: actions.Told, client: Browser) -> None:
    first, second = imported("C-1").id, imported("C-2").id
    browse.sign_in(client, "ada")

    assert "imported it from City Desk, no. C-2" in client.get(f"/requests/R-{second}").text
    assert client.get(f"/requests/R-{first}").status_code == 404


@pytest.mark.parametrize(
    ("ending", "status"), [("keep", Status.WAITING), ("close", Status.CLOSED)], ids=["kept", "closed"]
)
def test_the_mapping_decides_what_becomes_of_open_ones(app: Flask, write: Write, ending: str, status: Status) -> None:
    db.session.commit()

    actions.bring_in(write(), mapping(ending={"open": ending}), now=NOON)

    ticket = imported("C-3")
    assert (ticket.status, ticket.solved_at) == (status, None)


def test_open_ones_can_be_refused(app: Flask, write: Write) -> None:
    db.session.commit()

    with pytest.raises(BadInput, match="line 13: it is still open where the log ends"):
        actions.bring_in(write(), mapping(ending={"open": "refuse"}), now=NOON)


def test_confidential_kinds_stay_with_their_group(app: Flask, write: Write, client: Browser) -> None:
    db.session.commit()
    cases = {"map": {"Access": "hr/concern"}, "otherwise": "retired"}

    actions.bring_in(write(), mapping(types=cases, teams={"otherwise": "hr"}), now=NOON)

    number = imported("C-2").id
    for name, seen in (("max", 404), ("hana", 200)):
        browse.sign_in(client, name)
        assert client.get(f"/requests/R-{number}").status_code == seen, name
    assert cast.actor("max").manager


PARTS = {"C-1": " Planning  office", "C-2": "Sls", "C-3": "planning Office", "C-4": ""}
HOMELESS = ("C-4", "2026-03-02 09:00", "Open", "Lea", "Lea", "", "Helpdesk", "Printers", "2", "")


def departed(write: Write, **changes: Any) -> actions.Told:
    """The log with a column of departments."""
    rows = [(*row, PARTS[row[0]]) for row in (*LOG, HOMELESS)]
    columns = {**mapping()["columns"], "department": "works in"}
    return actions.bring_in(write(rows, (*HEADS, "works in")), mapping(columns=columns, **changes), now=NOON)


def named(found: Department | None) -> str:
    return found.name if found else ""


def test_departments_come_along_each_once(app: Flask, write: Write) -> None:
    db.session.add(Department(name="Sales"))
    db.session.commit()

    told = departed(write, departments={"map": {"Sls": "sales"}})

    tickets = {number: imported(number) for number in PARTS}
    assert {number: named(ticket.department) for number, ticket in tickets.items()} == {
        "C-1": "Planning office",
        "C-2": "Sales",
        "C-3": "Planning office",
        "C-4": "",
    }
    assert tickets["C-1"].department_id == tickets["C-3"].department_id
    assert [named(tickets[number].requester.department) for number in ("C-1", "C-4")] == ["Planning office", ""]
    assert tickets["C-2"].requester.department is None, "who works here stays where they are"
    assert told.sentences(dry_run=False)[1].startswith(
        "New for it: 4 former people, 1 retired request type and 1 department."
    )


@pytest.mark.parametrize(("otherwise", "found"), [("", {"", "Sales"}), ("Shops", {"Shops", "Sales"})])
def test_the_mapping_decides_what_becomes_of_other_departments(
    app: Flask, write: Write, otherwise: str, found: set[str]
) -> None:
    db.session.commit()

    departed(write, departments={"map": {"Sls": "Sales"}, "otherwise": otherwise})

    assert {named(imported(number).department) for number in PARTS} == found


def test_a_department_that_is_too_long_is_a_bad_line(app: Flask, write: Write) -> None:
    db.session.commit()

    with pytest.raises(BadInput, match="line 9: the department is longer than 80 characters"):
        departed(write, departments={"map": {"Sls": "x" * 81}})


def test_without_a_column_the_mapping_alone_can_name_one(app: Flask, write: Write) -> None:
    db.session.commit()

    actions.bring_in(write(), mapping(departments={"otherwise": "City Hall"}), now=NOON)

    assert {named(imported(number).department) for number in ("C-1", "C-2", "C-3")} == {"City Hall"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"promise": {"team": "it", "name": "Nothing"}}, "has no “Nothing” in force"),
        ({"promise": {"team": "zoo", "name": "Nothing"}}, "there is no “zoo”"),
        ({"teams": {"otherwise": "zoo"}}, "There is no team “zoo”"),
        ({"types": {"otherwise": "it/zoo"}}, "There is no request type “it/zoo”"),
        ({"people": {"location": "moon"}}, "there is no “moon”"),
        ({"people": {"location": "head-office", "map": {"Jon": "jon@x"}}}, "There is no person “jon@x”"),
    ],
)
def test_a_mapping_that_names_what_is_not_here_is_refused(
    app: Flask, write: Write, changes: dict[str, Any], sentence: str
) -> None:
    db.session.commit()

    with pytest.raises(BadInput, match=sentence):
        actions.bring_in(write(), mapping(**changes), now=NOON)


def test_a_file_that_lacks_a_column_is_refused(app: Flask, write: Write) -> None:
    with pytest.raises(BadInput, match="The file has no column “no”"):
        actions.bring_in(write(heads=["number", *HEADS[1:]]), mapping(), now=NOON)
