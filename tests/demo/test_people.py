"""The people of the stable surface, and enough others around them."""

import pytest
from sqlalchemy import func, select

from internaldesk.db import db
from internaldesk.demo import people
from internaldesk.models.people import Location, Membership, Person, Team, TeamRole
from internaldesk.people import actions, queries
from internaldesk.people.queries import DEMO_PASSWORD
from tests.demo.conftest import NOW

ROLES = {
    "ada": ({}, False, False),
    "eve": ({}, False, False),
    "ben": ({"it": "agent"}, False, False),
    "chi": ({"it": "agent", "facilities": "agent"}, False, False),
    "hana": ({"hr": "agent"}, False, False),
    "pia": ({"purchasing": "agent"}, False, False),
    "finn": ({"finance": "agent"}, False, False),
    "dana": ({"it": "lead"}, False, False),
    "max": ({}, True, False),
    "root": ({}, False, True),
}


def row(name):
    return db.session.scalars(select(Person).where(Person.email == f"{name}@desk.example")).one()


@pytest.mark.parametrize("name", ROLES)
def test_the_known_people_have_their_roles(inside, name):
    person = row(name)

    teams = {place.team.slug: place.role.value for place in person.memberships}

    assert (teams, person.manager, person.admin) == ROLES[name]
    assert len(person.name.split()) == 2
    assert person.job_title
    assert person.phone


def test_they_are_the_first_ten_so_that_the_sign_in_page_offers_them(inside):
    assert [found.email.partition("@")[0] for found in queries.demo_people()] == list(people.KNOWN)


def test_they_work_where_they_should(inside):
    assert (row("ada").location.name, row("eve").location.name) == ("Leeds", "Porto")
    assert row("ada").line_manager.email == "max@desk.example"


def test_everybody_signs_in_with_the_one_password(inside):
    hashes = set(db.session.scalars(select(Person.password_hash)))

    assert len(hashes) == 1
    assert actions.sign_in("ada@desk.example", DEMO_PASSWORD, source="::1", device="test", now=NOW)
    db.session.rollback()


def test_there_are_four_places_and_no_empty_one(inside):
    zones = {place.name: place.timezone for place in db.session.scalars(select(Location))}

    assert zones == {
        "Leeds": "Europe/London",
        "Porto": "Europe/Lisbon",
        "Gdańsk": "Europe/Warsaw",
        "Lyon": "Europe/Paris",
    }


def test_every_team_is_staffed_and_led_and_cases_have_two_readers(inside):
    staff = select(Team.slug, func.count(), func.sum(Membership.case_group.cast(db.Integer))).join(Membership)
    found = {slug: (number, named) for slug, number, named in db.session.execute(staff.group_by(Team.slug))}
    led = set(db.session.scalars(select(Team.slug).join(Membership).where(Membership.role == TeamRole.LEAD)))

    assert min(number for number, _ in found.values()) >= 2
    assert len(led) == len(found) == 8
    assert {slug for slug, (_, named) in found.items() if named >= 2} == {"hr", "legal", "records"}


def test_there_is_a_front_line(inside):
    cast = people.cast()

    assert len(cast.front) >= 60
    assert sum(1 for who in cast.everybody.values() if who.line) >= 60


def test_entering_twice_changes_nothing(app):
    first = people.enter(now=NOW)
    db.session.flush()

    second = people.enter(now=NOW)

    assert second == first
