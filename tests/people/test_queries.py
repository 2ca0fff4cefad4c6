"""Finding people."""

from datetime import timedelta

import pytest
from flask import Flask

from internaldesk.people import actions, queries
from tests import cast
from tests.make import NOON


@pytest.fixture
def crowd(app: Flask) -> None:
    for number, name in enumerate(["Élodie Ångström", "Anna-Lena O'Neil", "An_na Percent%", "Bo van der Anker"]):
        actions.add_person(f"crowd{number}@desk.example", name=name, now=NOON)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ada", ["Ada"]),
        ("an", ["An_na Percent%", "Anna-Lena O'Neil", "Bo van der Anker"]),
        ("van  der", ["Bo van der Anker"]),
        ("él", ["Élodie Ångström"]),
        ("Ång", ["Élodie Ångström"]),
        ("an_", ["An_na Percent%"]),
        ("%", []),
        ("nna", []),
        ("o'n", ["Anna-Lena O'Neil"]),
        ("", []),
        ("  \x00", []),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
def test_co_workers_are_found_by_the_beginning_of_a_name(typed: str, found: list[str]) -> None:
    assert sorted(person.name for person in queries.co_workers(typed)) == found


def test_at_most_eight_are_offered(app: Flask) -> None:
    for number in range(10):
        actions.add_person(f"kim{number}@desk.example", name=f"Kim {number}", now=NOON)

    assert [person.name for person in queries.co_workers("kim")] == [f"Kim {number}" for number in range(8)]


def test_who_left_is_not_offered(app: Flask) -> None:
    cast.person("ada").active = False

    assert queries.co_workers("ada") == []
    assert queries.co_worker(cast.person("ada").id) is None


def test_demo_people_say_what_they_do(app: Flask) -> None:
    said = {person.name: person.role_words for person in queries.demo_people()}

    assert said["Ada"] == "asks from Leeds"
    assert said["Chi"] == "answers in IT and Facilities"
    assert said["Dana"] == "leads IT"
    assert said["Max"] == "sees service quality"
    assert said["Root"] == "looks after the system"
    assert queries.demo_people()[0].initials == "M"


def test_only_living_sessions_are_listed_last_seen_first(app: Flask) -> None:
    ada = cast.person("ada")
    for device, ago in (("idle", timedelta(hours=9)), ("tablet", timedelta(hours=2)), ("phone", timedelta(hours=1))):
        actions.start_session(ada, device=device, now=NOON - ago)
    actions.start_session(cast.person("ben"), device="Ben's", now=NOON)

    rows = queries.sessions(ada.id, seen_after=NOON - timedelta(hours=8), now=NOON)

    assert [row.device for row in rows] == ["phone", "tablet"]
