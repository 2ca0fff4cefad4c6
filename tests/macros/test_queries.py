"""Whose macros are there for whom, and in which order."""

import pytest
from flask import Flask

from internaldesk.db import db
from internaldesk.macros import actions, queries
from tests import cast, make
from tests.macros.shelf import macro
from tests.make import NOON


@pytest.fixture
def shelf(app: Flask) -> None:
    """Macros of two teams and two people."""
    macro("IT one")
    macro("IT two")
    macro("HR one", by="root", team="hr")
    macro("Facilities one", by="root", team="facilities")
    macro("Ben's", by="ben", team=None)
    macro("Chi's", by="chi", team=None)


@pytest.mark.parametrize(
    ("name", "path", "there"),
    [
        ("ben", "it/broken", ["IT one", "IT two", "Ben's"]),
        ("chi", "it/broken", ["IT one", "IT two", "Chi's"]),
        ("chi", "facilities/repair", ["Facilities one", "Chi's"]),
        ("hana", "hr/ask", ["HR one"]),
        ("dana", "it/broken", ["IT one", "IT two"]),
    ],
)
def test_on_a_request_there_are_its_teams_and_ones_own(shelf: None, name: str, path: str, there: list[str]) -> None:
    ticket, actor = make.ticket(path), cast.actor(name)

    assert [found.name for found in queries.in_order(ticket, actor=actor)] == there
    assert sorted(found.name for found in queries.by_use(ticket, actor=actor)) == sorted(there)


def test_those_of_others_do_not_exist(shelf: None) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    by_name = {found.name: found.id for found in queries.shown(cast.actor("root"))}
    chis = queries.shown(cast.actor("chi"))

    assert queries.for_ticket(by_name["IT one"], ticket, actor=ben) is not None
    assert queries.for_ticket(by_name["HR one"], ticket, actor=ben) is None
    assert queries.for_ticket(next(m.id for m in chis if m.name == "Chi's"), ticket, actor=ben) is None
    assert queries.for_ticket(2**40, ticket, actor=ben) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ben", {"IT one", "IT two", "Ben's"}),
        ("chi", {"IT one", "IT two", "Facilities one", "Chi's"}),
        ("hana", {"HR one"}),
        ("root", {"IT one", "IT two", "HR one", "Facilities one"}),
        ("ada", set()),
        ("max", set()),
    ],
)
def test_the_settings_show_ones_teams_and_ones_own(shelf: None, name: str, shown: set[str]) -> None:
    actor = cast.actor(name)

    found = queries.shown(actor)

    assert {macro.name for macro in found} == shown
    assert all(queries.get(macro.id, actor=actor) is macro for macro in found)
    others = {macro.id for macro in queries.shown(cast.actor("root"))} - {macro.id for macro in found}
    assert all(queries.get(number, actor=actor) is None for number in {*others, 2**40})


def test_what_is_used_most_comes_first_and_numbers_stay_where_they_are(shelf: None) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    two, own = (found for found in queries.in_order(ticket, actor=ben) if found.name in ("IT two", "Ben's"))
    for used in (two, own, own):
        actions.count(used, now=NOON)
    db.session.expire_all()

    assert [found.name for found in queries.by_use(ticket, actor=ben)] == ["Ben's", "IT two", "IT one"]
    assert [found.name for found in queries.in_order(ticket, actor=ben)] == ["IT one", "IT two", "Ben's"]


def test_teams_and_members_to_choose_from(app: Flask) -> None:
    assert [team.slug for team in queries.teams(cast.actor("chi"))] == ["it", "facilities"]
    assert len(queries.teams(cast.actor("root"))) == 8
    assert queries.teams(cast.actor("ada")) == []
    assert [member.name for member in queries.members([make.team("it").id])] == ["Ben", "Chi", "Dana"]
    assert queries.members([]) == []
