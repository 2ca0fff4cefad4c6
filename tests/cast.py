"""The standing cast: the people every test can name, entered once into the template of each database."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from internaldesk.core.policy import Actor
from internaldesk.db import db, unit_of_work
from internaldesk.models.people import Person, TeamRole
from internaldesk.people import actions as people
from internaldesk.web.auth import actor_of

PASSWORD = "demo-desk-2026"
ENTERED = datetime(2026, 1, 5, 8, tzinfo=UTC)
PLACES = {"leeds": ("Leeds", "Europe/London"), "porto": ("Porto", "Europe/Lisbon")}
AT_LEEDS = {
    "max": "Max asks, approves for Ada, and sees service quality",
    "ada": "Ada asks",
    "ben": "Ben answers in IT",
    "chi": "Chi answers in IT and Facilities",
    "hana": "Hana answers in HR and is named for its confidential cases",
    "pia": "Pia answers in Purchasing",
    "finn": "Finn answers in Finance",
    "dana": "Dana leads IT",
    "root": "Root administers the desk and works in no team",
}
AT_PORTO = {"eve": "Eve is a stranger to everything of Ada's"}
TEAMS = {
    "ben": [("it", TeamRole.AGENT)],
    "chi": [("it", TeamRole.AGENT), ("facilities", TeamRole.AGENT)],
    "hana": [("hr", TeamRole.AGENT)],
    "pia": [("purchasing", TeamRole.AGENT)],
    "finn": [("finance", TeamRole.AGENT)],
    "dana": [("it", TeamRole.LEAD)],
}
CONFIDENTIAL = {"hana"}
NAMES = (*AT_LEEDS, *AT_PORTO)


def enter() -> None:
    """Put everybody in; the catalogue's teams must be there."""
    secret = people.hash_password(PASSWORD)
    with unit_of_work():
        known: dict[str, Person] = {}
        for (slug, (place, timezone)), names in zip(PLACES.items(), (AT_LEEDS, AT_PORTO), strict=True):
            location = people.add_location(slug, name=place, timezone=timezone)
            for name in names:
                known[name] = people.add_person(
                    email(name),
                    name=name.capitalize(),
                    now=ENTERED,
                    location=location,
                    line_manager=known["max"] if name == "ada" else None,
                    manager=name == "max",
                    admin=name == "root",
                    password_hash=secret,
                )
                for team, role in TEAMS.get(name, []):
                    people.join(known[name], team, role=role, case_group=name in CONFIDENTIAL)


def email(name: str) -> str:
    return f"{name}@desk.example"


def person(name: str) -> Person:
    """The row of a member of the cast, in the present session."""
    found = select(Person).where(Person.email == email(name)).options(joinedload(Person.location))
    return db.session.scalars(found).one()


def actor(name: str) -> Actor:
    """A member of the cast as the rules see them, for `by=`."""
    row = person(name)
    return actor_of(row, row.location)[0]
