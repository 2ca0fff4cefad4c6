"""What a person is offered, in which order, and what comes near their words."""

import pytest
from flask import Flask

from internaldesk.catalogue import actions, queries
from internaldesk.catalogue.queries import Uses
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.catalogue import FormVersion, TypePulse
from tests import cast, make
from tests.make import NOON

NONE = Uses({}, {})


def slugs(offers):
    return [f"{offer.team.slug}/{offer.slug}" for offer in offers]


def count(path: str, times: int, place: str = "ada") -> None:
    for _ in range(times):
        actions.count_use(make.request_type(path).id, location_id=cast.person(place).location_id)


def test_everybody_is_offered_every_team_and_the_confidential_types(app: Flask) -> None:
    found = slugs(queries.offers(cast.actor("ada")))

    assert {path.split("/")[0] for path in found} == {
        "it", "hr", "purchasing", "finance", "warehouse", "facilities", "legal", "records",
    }  # fmt: skip
    assert {"hr/accommodation", "hr/concern"} <= set(found)


@pytest.mark.parametrize(
    ("who", "offered"), [("ada", False), ("ben", False), ("root", False), ("max", True), ("dana", True)]
)
def test_types_for_managers_do_not_exist_for_others(app: Flask, who: str, offered: bool) -> None:
    actor = cast.actor(who)

    assert ("hr/leaver" in slugs(queries.offers(actor))) is offered
    assert (queries.form_for("hr", "leaver", actor=actor) is not None) is offered


def test_a_retired_type_is_offered_no_more(app: Flask) -> None:
    make.request_type("it/loan").retired_at = NOON

    assert "it/loan" not in slugs(queries.offers(cast.actor("ada")))
    assert queries.form_for("it", "loan", actor=cast.actor("ada")) is None


def test_the_newest_version_of_a_form_is_the_one_to_fill_in(app: Flask) -> None:
    kind = make.request_type("it/loan")
    db.session.add(FormVersion(request_type_id=kind.id, number=2, questions=[], published_at=NOON))
    db.session.flush()

    found = queries.form_for("it", "loan", actor=cast.actor("ada"))

    assert found is not None
    assert (found.version.number, found.request_type.team.slug, found.pulse) == (2, "it", None)


@pytest.mark.parametrize(("answered", "usual"), [(queries.ENOUGH_ANSWERS, 840), (queries.ENOUGH_ANSWERS - 1, None)])
def test_a_time_is_called_usual_only_after_ten_first_replies(app: Flask, answered: int, usual: int | None) -> None:
    kind = make.request_type("it/broken")
    db.session.add(
        TypePulse(request_type_id=kind.id, answered=answered, median_seconds=840, p90_seconds=1380, computed_at=NOON)
    )
    db.session.flush()

    offers = {offer.id: offer for offer in queries.offers(cast.actor("ada"))}

    assert offers[kind.id].usual == usual


def test_what_is_most_used_at_my_place_comes_first_in_its_team(app: Flask) -> None:
    count("it/how-to", 2)
    count("it/loan", 5, place="eve")
    me = cast.actor("ada")

    team = queries.by_team(queries.offers(me, team="it"), queries.uses(me.location_id))[0]

    assert slugs(team.offers)[:2] == ["it/how-to", "it/broken"]


def test_favourites_are_those_of_my_place_when_it_has_six(app: Flask) -> None:
    used = ["it/broken", "it/access", "hr/pay", "hr/ask", "finance/expense", "facilities/repair"]
    for number, path in enumerate(used):
        count(path, 10 - number)
    count("legal/contract-review", 99, place="eve")
    me = cast.actor("ada")

    found = queries.favourites(queries.offers(me), queries.uses(me.location_id))

    assert (slugs(found.offers), found.scope) == (used, "here")


def test_favourites_are_filled_up_and_then_say_so(app: Flask) -> None:
    count("finance/expense", 1)
    me = cast.actor("ada")

    found = queries.favourites(queries.offers(me), queries.uses(me.location_id))

    assert slugs(found.offers)[0] == "finance/expense"
    assert (len(found.offers), len(set(found.offers)), found.scope) == (6, 6, "none")


def test_confidential_types_never_show_that_they_are_used(app: Flask) -> None:
    count("hr/concern", 50)
    me = cast.actor("ada")
    offers, used = queries.offers(me), queries.uses(me.location_id)

    assert "hr/concern" not in slugs(queries.favourites(offers, used).offers)
    before = [slugs(team.offers) for team in queries.by_team(offers, NONE)]
    assert [slugs(team.offers) for team in queries.by_team(offers, used)] == before
    kinds = {offer.slug: offer.confidential for offer in offers if offer.team.slug == "hr"}
    assert kinds["concern"] is (make.request_type("hr/concern").confidentiality is Confidentiality.CASE) is True


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("laptop is slow", "it/broken"),
        ("parental leave", "hr/ask"),
        ("add a supplier", "purchasing/new-supplier"),
        ("expense not paid", "finance/expense"),
        ("vnp", "it/broken"),
    ],
)
def test_words_find_the_type_that_is_meant(app: Flask, words: str, path: str) -> None:
    assert slugs(queries.nearest(words, queries.offers(cast.actor("ada"))))[0] == path


def test_a_team_has_a_door_for_questions_only_if_it_offers_one(app: Flask) -> None:
    teams = {
        group.team.slug: queries.general(group) for group in queries.by_team(queries.offers(cast.actor("ada")), NONE)
    }

    assert teams["it"] is not None
    assert teams["it"].slug == "how-to"
    assert teams["hr"] is not None
    assert teams["hr"].slug == "ask"
    assert teams["facilities"] is None
