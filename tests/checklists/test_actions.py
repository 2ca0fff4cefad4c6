"""Checklists are written by those who lead the team, and every edit stays on record."""

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.catalogue import actions as catalogue
from internaldesk.checklists import actions, queries
from internaldesk.checklists.queries import Kept
from internaldesk.core import checklists as rules
from internaldesk.core.checklists import Spec
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.db import db
from internaldesk.models.checklists import Checklist
from tests import cast, make
from tests.make import NOON


def steps(kept: Kept) -> list[str]:
    return [spec.name for spec in rules.parse(kept.version.steps)]


def test_every_edit_is_a_version_with_words(kept: Kept):
    dana = cast.actor("dana")
    changed = actions.put(kept, by=dana, now=NOON, spec=Spec("Charge it well"), place=1)
    moved = actions.move_step(
        actions.put(changed, by=dana, now=NOON, spec=Spec("Third")), by=dana, now=NOON, place=3, up=True
    )
    left = actions.take_out(moved, by=dana, now=NOON, place=1)

    assert steps(left) == ["Third", "Bring it"]
    assert rules.parse(left.version.steps)[1].after is None
    assert [edit.words for edit in queries.edits(kept.checklist)] == [
        "Removed “Charge it well”",
        "Moved “Third” up",
        "Added “Third”",
        "Changed “Charge {item}”",
        "Added “Bring it”",
        "Added “Charge {item}”",
        "Wrote it",
    ]


@pytest.mark.parametrize("name", ["ben", "pia", "max", "ada"])
def test_only_who_leads_the_team_writes(kept: Kept, name: str):
    who = cast.actor(name)

    with pytest.raises(Forbidden):
        actions.put(kept, by=who, now=NOON, spec=Spec("x"))
    with pytest.raises(Forbidden):
        actions.remove(kept, by=who, now=NOON)
    with pytest.raises(Forbidden):
        actions.write(by=who, now=NOON, team_id=kept.checklist.team_id, name="x", request_type=None, anchor="")


def test_who_was_slower_looks_again(kept: Kept):
    with pytest.raises(Conflict):
        actions.take_out(kept, by=cast.actor("dana"), now=NOON, place=1, version=1)


def test_a_type_has_one_checklist_of_its_own_team(kept: Kept):
    dana, team = cast.actor("dana"), kept.checklist.team_id
    loan, pay = make.request_type("it/loan"), make.request_type("hr/pay")

    with pytest.raises(Refused, match="“Loan”"):
        actions.write(by=dana, now=NOON, team_id=team, name="x", request_type=loan, anchor="")
    with pytest.raises(Refused, match="this team offers"):
        actions.write(by=dana, now=NOON, team_id=team, name="x", request_type=pay, anchor="")


def test_the_date_that_counts_is_one_its_form_asks_for(kept: Kept):
    with pytest.raises(Refused, match="date"):
        actions.change(
            kept,
            by=cast.actor("dana"),
            now=NOON,
            name="Loan",
            request_type=kept.checklist.request_type,
            anchor="item",
        )


def test_a_blank_that_nobody_fills_is_refused(kept: Kept):
    with pytest.raises(Refused, match=r"\{nmae\} is not known"):
        actions.put(kept, by=cast.actor("dana"), now=NOON, spec=Spec("For {nmae}"))


def test_a_removed_one_is_used_no_more_and_frees_its_type(kept: Kept):
    dana = cast.actor("dana")
    actions.remove(kept, by=dana, now=NOON)

    assert queries.get(kept.checklist.id, actor=dana) is None
    again = actions.write(
        by=dana,
        now=NOON,
        team_id=kept.checklist.team_id,
        name="Again",
        request_type=make.request_type("it/loan"),
        anchor="",
    )
    assert again.checklist.version == 1


def test_they_are_put_in_order(kept: Kept):
    dana = cast.actor("dana")
    other = actions.write(by=dana, now=NOON, team_id=kept.checklist.team_id, name="Other", request_type=None, anchor="")

    assert actions.move(other.checklist, by=dana, up=True)
    assert not actions.move(other.checklist, by=dana, up=True)

    db.session.flush()
    assert [found.checklist.name for found in queries.shown(dana)] == ["Other", "Loan"]


def test_the_desk_comes_with_two_and_never_brings_back_what_a_lead_took_away(app: Flask):
    root = cast.actor("root")
    hire, leaver = queries.shown(root)
    assert [hire.checklist.name, leaver.checklist.name] == ["New hire", "Leaver"]
    actions.put(hire, by=root, now=NOON, spec=Spec("Ours"))
    actions.remove(leaver, by=root, now=NOON)

    catalogue.load_defaults(now=NOON)

    assert len(db.session.scalars(select(Checklist)).all()) == 2
    (left,) = queries.shown(root)
    assert steps(left)[-1] == "Ours"
