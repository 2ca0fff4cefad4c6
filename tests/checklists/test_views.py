"""The settings of checklists, without script."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from internaldesk.checklists import actions
from internaldesk.checklists.queries import Kept
from internaldesk.core.checklists import Spec
from internaldesk.db import db
from tests import cast
from tests.browse import sign_in
from tests.journeys.visitor import Reply, Visitor, through
from tests.make import NOON

CountSql = Callable[[], AbstractContextManager[list[str]]]
LIST = "/settings/checklists"


def as_(app: Flask, name: str) -> Visitor:
    return through(sign_in(app.test_client(), name))


def at(kept: Kept, rest: str = "") -> str:
    return f"{LIST}/{kept.checklist.id}{rest}"


def sent(who: Visitor, page: str, action: str, values: dict[str, str], press: str = "") -> Reply:
    """A form of a page with these fields, which may be called like anything."""
    fields = who.fills(page, action, press)
    for name, value in values.items():
        fields[name] = value
    return who.posts(action, fields)


def test_a_lead_writes_one_from_the_list_on(app: Flask):
    dana = as_(app, "dana")
    new = f"{LIST}/new?team=it"
    assert new.replace("&", "&amp;") in dana.reads(LIST)

    made = dana.sends(new, new, name="Laptop")
    add = f"{made.location}/steps/new"
    fields = {"path": "facilities/repair", "name": "Desk for {for}", "due": "2"}
    shown = sent(dana, add, add, fields, "check=1")
    assert shown.status == 200
    assert "Where is it?" in shown.text
    reply = sent(dana, add, add, fields)

    assert reply.status == 303
    page = dana.reads(made.location)
    assert "Desk for {for}" in page
    assert "Desk for Ada Brandt" in page  # what a filing would become
    assert "Added “Desk for {for}”" in page


def test_what_the_other_form_must_know_is_kept(app: Flask, kept: Kept):
    dana, step = as_(app, "dana"), at(kept, "/steps/2")

    assert dana.sends(step, step, a_place="{nowhere}", name="Bring it").status == 422  # no such blank
    assert dana.sends(step, step, a_place="{item}", name="Bring it").status == 303

    assert 'value="{item}"' in dana.reads(step)


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("due", "soon"), ("begin", "999"), ("path", "it/nothing")])
def test_a_mistake_keeps_every_word(app: Flask, kept: Kept, field: str, value: str):
    dana, step = as_(app, "dana"), at(kept, "/steps/1")

    reply = sent(dana, step, step, {"details": "Overnight", field: value})

    assert reply.status == 422
    assert "Overnight" in reply.text


def test_steps_are_moved_and_removed(app: Flask, kept: Kept):
    dana, page = as_(app, "dana"), at(kept)
    actions.put(kept, by=cast.actor("dana"), now=NOON, spec=Spec("Third"))
    db.session.commit()

    sent(dana, page, at(kept, "/steps/3/place"), {"to": "up"})
    dana.sends(page, at(kept, "/steps/1/removal"))

    text = dana.reads(page)
    assert text.index("Third") < text.index("Bring it")
    assert "Removed “Charge {item}”" in text


def test_a_step_stays_below_what_it_waits_for(app: Flask, kept: Kept):
    dana, page = as_(app, "dana"), at(kept)

    sent(dana, page, at(kept, "/steps/2/place"), {"to": "up"})

    assert "waits for the other" in dana.reads(page)


def test_who_was_slower_keeps_the_words(app: Flask, kept: Kept):
    dana, step = as_(app, "dana"), at(kept, "/steps/1")
    fields = dana.fills(step, step, name="Mine")
    actions.put(kept, by=cast.actor("dana"), now=NOON, spec=Spec("Theirs"))
    db.session.commit()

    reply = dana.posts(step, fields)

    assert reply.status == 422
    assert "Somebody changed this checklist" in reply.text
    assert 'value="Mine"' in reply.text


def test_name_type_and_date_are_changed_and_one_is_removed(app: Flask, kept: Kept):
    dana, edit, away = as_(app, "dana"), at(kept, "/edit"), at(kept, "/removal")

    assert dana.sends(edit, edit, name="Loan of things", anchor="to").status == 303
    assert "Loan of things" in dana.reads(LIST)
    assert dana.sends(away, away).location == LIST
    assert dana.opens(at(kept)).status == 404


def test_the_order_of_the_list(app: Flask, kept: Kept):
    team = kept.checklist.team_id
    other = actions.write(by=cast.actor("dana"), now=NOON, team_id=team, name="Other", request_type=None, anchor="")
    db.session.commit()
    dana = as_(app, "dana")

    sent(dana, LIST, at(other, "/place"), {"to": "up"})

    text = dana.reads(LIST)
    assert text.index("Other") < text.index("Loan")


@pytest.mark.parametrize("rest", ["/edit", "/removal", "/steps/new", "/steps/1"])
@pytest.mark.parametrize("name", ["ben", "pia", "ada"])
def test_nobody_else_changes_one(app: Flask, kept: Kept, rest: str, name: str):
    assert as_(app, name).opens(at(kept, rest)).status == 404


@pytest.mark.parametrize(("name", "status"), [("ben", 200), ("root", 200), ("pia", 404), ("ada", 404), ("max", 404)])
def test_the_team_reads_it(app: Flask, kept: Kept, name: str, status: int):
    assert as_(app, name).opens(at(kept)).status == status


@pytest.mark.parametrize("rest", ["/steps/0", "/steps/9", f"/steps/{2**40}"])
def test_there_is_no_such_step(app: Flask, kept: Kept, rest: str):
    assert as_(app, "dana").opens(at(kept, rest)).status == 404


def test_a_case_is_warned_of(app: Flask):
    root = as_(app, "root")
    new = f"{LIST}/new?team=hr"
    type_of = root.reads(new).split("Report a concern")[0].rsplit('value="', 1)[1].split('"')[0]

    made = root.sends(new, new, name="Concern", type=type_of)

    assert "nothing of them but the number" in root.reads(made.location)


def test_the_list_costs_the_same_for_two_and_for_twelve(app: Flask, kept: Kept, count_sql: CountSql):
    dana = sign_in(app.test_client(), "dana")

    def cost(more: int) -> int:
        for number in range(more):
            team, by = kept.checklist.team_id, cast.actor("dana")
            actions.write(by=by, now=NOON, team_id=team, name=f"More {number}", request_type=None, anchor="")
        db.session.commit()
        with count_sql() as said:
            assert dana.get(LIST).status_code == 200
        return len(said)

    assert cost(1) == cost(10) <= 4
