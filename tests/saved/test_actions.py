"""Saved views: named once per keeper, changed by their keepers, in an order of their own."""

from typing import Any

import pytest
from flask import Flask

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import may_see_view
from internaldesk.db import db
from internaldesk.models.queues import SavedView
from internaldesk.saved import actions, queries
from tests import cast, make
from tests.make import NOON


def saved(who: str = "ben", name: str = "Leeds", team: str | None = None, **facts: Any) -> SavedView:
    team_id = make.team(team).id if team else None
    page = facts.pop("page", "queue")
    facts = {"view": "due-next", "query": "location=leeds", **facts}
    return actions.save(page, by=cast.actor(who), now=NOON, name=name, team_id=team_id, **facts)


def names(who: str, page: str = "queue") -> list[str]:
    return [kept.name for kept in queries.shown(page, actor=cast.actor(who))]


def test_everybody_sees_their_own_and_those_of_their_teams(app: Flask) -> None:
    saved("ben", "Mine in Leeds")
    saved("chi", "Every printer", team="it")
    saved("chi", "Doors", team="facilities")
    saved("chi", "Figures", page="quality")

    assert names("ben") == ["Mine in Leeds", "Every printer"]
    assert names("chi") == ["Every printer", "Doors"]
    assert names("hana") == names("root") == []
    assert names("chi", "quality") == ["Figures"]


@pytest.mark.parametrize("team", [None, "it", "facilities"])
def test_what_is_read_is_what_the_rule_allows(app: Flask, team: str | None) -> None:
    kept = saved("chi", team=team)

    for who in cast.NAMES:
        actor = cast.actor(who)
        found = queries.get(kept.id, page="queue", actor=actor)
        assert (found is not None) == may_see_view(actor, kept) == (kept in queries.shown("queue", actor=actor))


def test_there_is_none_of_another_page_or_number(app: Flask) -> None:
    kept, ben = saved("ben"), cast.actor("ben")

    assert queries.get(kept.id, page="queue", actor=ben, lock=True) is kept
    assert queries.get(kept.id, page="quality", actor=ben) is None
    assert queries.get(2**31, page="queue", actor=ben) is None


def test_a_name_is_given_once_per_keeper(app: Flask) -> None:
    saved("ben", "Leeds")
    saved("chi", "Leeds")
    saved("ben", "Leeds", team="it")
    other = saved("ben", "Porto")

    for act in (
        lambda: saved("ben", "Leeds"),
        lambda: saved("chi", "Leeds", team="it"),
        lambda: actions.rename(other, by=cast.actor("ben"), name="Leeds", team_id=None),
    ):
        with pytest.raises(Refused, match="called “Leeds” already"):
            act()
    assert sorted(names("ben")) == ["Leeds", "Leeds", "Porto"]


def test_only_its_keepers_change_it(app: Flask) -> None:
    shared, own = saved("ben", team="it"), saved("ben")
    it = shared.team_id

    for kept, who in ((shared, "chi"), (own, "dana"), (own, "chi")):
        by = cast.actor(who)
        for act in (
            lambda kept=kept, by=by: actions.rename(kept, by=by, name="X", team_id=kept.team_id),
            lambda kept=kept, by=by: actions.replace(kept, by=by, query=""),
            lambda kept=kept, by=by: actions.move(kept, by=by, up=True),
            lambda kept=kept, by=by: actions.remove(kept, by=by),
        ):
            with pytest.raises(Forbidden):
                act()
    actions.rename(shared, by=cast.actor("dana"), name="Of the team", team_id=it)
    actions.remove(shared, by=cast.actor("dana"))

    assert names("chi") == []
    assert names("ben") == ["Leeds"]


def test_a_view_is_shared_by_its_owner_with_a_team_they_work_in(app: Flask) -> None:
    with pytest.raises(Forbidden, match="those who work in it"):
        saved("ben", team="hr")
    kept = saved("ben", team="it")
    with pytest.raises(Forbidden, match="Only its owner"):
        actions.rename(kept, by=cast.actor("dana"), name="Leeds", team_id=None)
    with pytest.raises(Forbidden, match="those who work in it"):
        actions.rename(kept, by=cast.actor("ben"), name="Leeds", team_id=make.team("hr").id)

    actions.rename(kept, by=cast.actor("ben"), name="Leeds", team_id=None)

    assert (names("ben"), names("dana")) == (["Leeds"], [])


def test_views_are_put_in_order_among_their_own(app: Flask) -> None:
    ben = cast.actor("ben")
    first, second, _ = saved(name="a"), saved(name="b"), saved(name="c", team="it")

    assert actions.move(first, by=ben, up=True) is False
    assert actions.move(second, by=ben, up=False) is False
    assert actions.move(second, by=ben, up=True) is True
    db.session.flush()

    assert names("ben") == ["b", "a", "c"]


def test_an_address_is_replaced_unless_somebody_was_faster(app: Flask) -> None:
    kept, dana = saved("ben", team="it"), cast.actor("dana")
    seen = kept.version
    actions.replace(kept, by=cast.actor("ben"), view="mine", query="sort=filed", columns=["age"], version=seen)

    for act in (
        lambda: actions.replace(kept, by=dana, query="", version=seen),
        lambda: actions.rename(kept, by=dana, name="X", team_id=kept.team_id, version=seen),
    ):
        with pytest.raises(Conflict):
            act()

    assert (kept.view, kept.query, kept.columns, kept.name) == ("mine", "sort=filed", ["age"], "Leeds")


def test_there_is_an_end_to_how_many_and_how_much(app: Flask) -> None:
    with pytest.raises(Refused, match="too much"):
        saved(query="type=" + 1000 * "x")
    db.session.rollback()
    for n in range(actions.MOST):
        saved(name=f"View {n}")

    with pytest.raises(Refused, match="20 saved views already"):
        saved(name="One more")
    saved(name="For all", team="it")
