"""The SQL twin lists exactly what the permission table allows, for everybody and every kind of ticket."""

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.policy import Act, may
from internaldesk.db import db
from internaldesk.models.people import TeamRole
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.tickets import actions, queries
from tests import cast, make
from tests.make import NOON

LISTED = (Act.READ, Act.COUNT, Act.HANDLE)


@pytest.fixture
def every_kind(app: Flask) -> dict[str, Ticket]:
    """One ticket of each kind that the table tells apart."""
    found = {
        "ordinary": make.ticket("it/broken", by="ada"),
        "team only": make.ticket("hr/pay", by="ada"),
        "case": make.ticket("hr/concern", by="ada"),
        "agent's own": make.ticket("it/broken", by="ben"),
        "agent's own case": make.ticket("hr/accommodation", by="hana"),
        "for a colleague": make.ticket("it/broken", by="eve", for_person=cast.person("chi")),
        "followed": make.ticket("hr/ask", by="ada"),
        "passed on": make.ticket("it/broken", by="ada"),
        "passed on, team only": make.ticket("hr/ask", by="ada"),
        "manager's": make.ticket("purchasing/buy", by="max"),
    }
    actions.follow(found["followed"], by=cast.actor("ada"), now=NOON, person="eve@desk.example")
    for name, holder in (("passed on", "ben"), ("passed on, team only", "hana")):
        to = make.team("finance")
        actions.transfer(found[name], by=cast.actor(holder), now=NOON, team=to, reason="wrong-desk")
    db.session.flush()
    return found


@pytest.mark.parametrize("act", LISTED)
@pytest.mark.parametrize("name", cast.NAMES)
def test_sql_agrees_with_the_table(every_kind: dict[str, Ticket], name: str, act: Act) -> None:
    actor = cast.actor(name)
    listed = set(db.session.scalars(select(Ticket.id).where(queries.visible_tickets(actor, act))))

    allowed = {ticket.id for ticket in every_kind.values() if may(actor, act, ticket)}

    assert listed == allowed


def test_a_case_is_nobodys_business_outside_its_group(every_kind: dict[str, Ticket]) -> None:
    case = every_kind["case"]

    readers = {name for name in cast.NAMES if may(cast.actor(name), Act.READ, case)}
    counters = {name for name in cast.NAMES if may(cast.actor(name), Act.COUNT, case)}

    assert readers == {"ada", "hana"}
    assert counters == {"hana"}


def test_nobody_handles_their_own_request(every_kind: dict[str, Ticket]) -> None:
    assert not may(cast.actor("ben"), Act.HANDLE, every_kind["agent's own"])
    assert not may(cast.actor("hana"), Act.HANDLE, every_kind["agent's own case"])
    assert not may(cast.actor("chi"), Act.HANDLE, every_kind["for a colleague"])
    assert may(cast.actor("chi"), Act.HANDLE, every_kind["agent's own"])


def test_team_only_is_counted_but_not_read_by_managers(every_kind: dict[str, Ticket]) -> None:
    pay, boss = every_kind["team only"], cast.actor("max")

    assert may(boss, Act.COUNT, pay)
    assert not may(boss, Act.READ, pay)
    assert not may(cast.actor("root"), Act.READ, pay)


def test_a_team_keeps_sight_of_what_it_passed_on_unless_it_is_confidential(every_kind: dict[str, Ticket]) -> None:
    assert may(cast.actor("ben"), Act.READ, every_kind["passed on"])
    assert not may(cast.actor("ben"), Act.HANDLE, every_kind["passed on"])
    assert not may(cast.actor("hana"), Act.READ, every_kind["passed on, team only"])


def test_a_missed_promise_is_waived_by_leads_and_administrators_only(every_kind: dict[str, Ticket]) -> None:
    allowed = {
        kind: {name for name in cast.NAMES if may(cast.actor(name), Act.WAIVE, ticket)}
        for kind, ticket in every_kind.items()
    }

    assert allowed == {
        "ordinary": {"dana", "root"},
        "team only": set(),
        "case": set(),
        "agent's own": {"dana", "root"},
        "agent's own case": set(),
        "for a colleague": {"dana", "root"},
        "followed": set(),
        "passed on": {"dana", "root"},
        "passed on, team only": set(),
        "manager's": {"root"},
    }


def test_nobody_waives_what_was_promised_to_themselves(app: Flask) -> None:
    for name in ("dana", "root"):
        assert not may(cast.actor(name), Act.WAIVE, make.ticket("it/broken", by=name))


def test_a_lead_of_another_team_waives_nothing_of_a_case(app: Flask) -> None:
    people.join(cast.person("dana"), "hr", role=TeamRole.LEAD)
    db.session.expire_all()

    assert may(cast.actor("dana"), Act.WAIVE, make.ticket("hr/ask", by="ada"))
    assert not may(cast.actor("dana"), Act.WAIVE, make.ticket("hr/concern", by="ada"))


@pytest.mark.parametrize("act", [Act.WAIVE, Act.ESCALATE])
@pytest.mark.parametrize("name", cast.NAMES)
def test_whoever_steps_in_may_read(every_kind: dict[str, Ticket], name: str, act: Act) -> None:
    actor = cast.actor(name)

    acting = {kind for kind, ticket in every_kind.items() if may(actor, act, ticket)}

    assert acting <= {kind for kind, ticket in every_kind.items() if may(actor, Act.READ, ticket)}


def test_the_requesters_side_asks_somebody_to_step_in(every_kind: dict[str, Ticket]) -> None:
    asking = {name for name in cast.NAMES if may(cast.actor(name), Act.ESCALATE, every_kind["followed"])}

    assert asking == {"ada", "eve"}


def test_there_is_no_list_for_other_acts(app: Flask) -> None:
    with pytest.raises(ValueError, match="no list"):
        queries.visible_tickets(cast.actor("ada"), Act.RATE)
