"""The settings of macros: who finds what there, and that nothing written is lost."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.macros import Assign, Content
from internaldesk.db import db
from internaldesk.macros import actions
from internaldesk.models.macros import Macro
from tests import cast
from tests.browse import Browser, sign_in
from tests.journeys.visitor import filled
from tests.macros.shelf import as_, macro
from tests.make import NOON

LIST = "/settings/macros"
NEW = "/settings/macros/new?team=it"


def only() -> Macro:
    db.session.expire_all()
    return db.session.scalars(select(Macro)).one()


def names(page: str) -> list[str]:
    """The macros of a list, in its order."""
    return re.findall(r'<th scope="row">(?:<a [^>]+>)?([^<]+)', page)


def test_a_lead_writes_one_for_the_team(client: Browser) -> None:
    dana = as_(client, "dana")

    sent = dana.sends(
        NEW,
        NEW,
        name="VPN: switch to TCP",
        shortcut=";VPN",
        body="Hi {first name}",
        status="waiting",
        tags="VPN, dock",
        assign="me",
    )

    made = only()
    assert (sent.status, sent.location) == (303, f"{LIST}#m-{made.id}")
    assert (made.name, made.shortcut, made.body) == ("VPN: switch to TCP", "vpn", "Hi {first name}")
    assert (made.status, made.tags, made.assign) == (Status.WAITING, ["dock", "vpn"], Assign.ME)
    page = dana.reads(LIST)
    assert "Hi Ada" in page
    assert "Sets status: Waiting for requester. Adds tags: dock, vpn. Gives it to whoever uses it." in page
    assert "Dana" in page


def test_one_for_oneself_and_a_person_by_name(client: Browser) -> None:
    ben, own = as_(client, "ben"), "/settings/macros/new"
    chi = cast.person("chi").id

    assert ben.sends(own, own, name="To Chi", assign=f"p{chi}").status == 303

    made = only()
    assert (made.owner_id, made.assign, made.assignee_id) == (cast.person("ben").id, Assign.PERSON, chi)
    assert "Gives it to Chi." in ben.reads(LIST)
    assert names(as_(client, "dana").reads(LIST)) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": "Dear {firstname},"}, "{firstname} is not known."),
        ({"name": " "}, "Give it a name"),
        ({"body": "", "status": "", "tags": "", "assign": "keep"}, "Write a text, or choose something that it does."),
        ({"tags": "v@pn"}, "“v@pn” cannot be a tag."),
        ({"shortcut": "two words"}, "one word"),
        ({"shortcut": "pw"}, "“Password” has this shortcut already."),
        ({"body": "x" * 5001}, "below 5000 letters"),
    ],
)
def test_what_does_not_pass_comes_back_whole(client: Browser, wrong: dict[str, str], sentence: str) -> None:
    macro("Password", shortcut="pw")
    dana = as_(client, "dana")
    typed = {"name": "VPN", "shortcut": "vpn", "body": "Hi", "status": "solved", "tags": "dock", "assign": "nobody"}
    typed |= wrong

    refused = dana.sends(NEW, NEW, **typed)

    assert refused.status == 422
    assert sentence in refused.text
    kept = filled(refused.text, NEW)
    assert {name: str(kept[name]).strip() for name in typed} == {name: value.strip() for name, value in typed.items()}
    assert only().name == "Password"


def test_an_edit_shows_what_is_kept_and_who_kept_it(client: Browser) -> None:
    ours = macro(shortcut="vpn", status=Status.SOLVED, tags=("dock",), assign=Assign.NOBODY)
    where, dana = f"{LIST}/{ours.id}", as_(client, "dana")
    page = dana.reads(where)
    found = filled(page, where)
    assert [str(found[name]) for name in ("name", "shortcut", "status", "tags", "assign", "version")] == [
        *("VPN reset", "vpn", "solved", "dock", "nobody", "1")
    ]
    assert "Last changed on Wed 18 Nov 2026 by Dana." in page

    assert dana.sends(where, where, body="Other words", status="").status == 303

    changed = only()
    assert (changed.body, changed.status, changed.version) == ("Other words", None, 2)


def test_somebody_faster_is_not_overwritten_unseen(client: Browser) -> None:
    ours = macro()
    where, dana = f"{LIST}/{ours.id}", as_(client, "dana")
    form = dana.fills(where, where, body="Mine")
    actions.edit(ours, by=cast.actor("root"), now=NOON, content=Content("VPN reset", body="Theirs"))

    refused = dana.posts(where, form)

    assert refused.status == 409
    assert "Somebody changed this" in refused.text
    assert "Mine" in refused.text
    assert only().body == "Theirs"
    assert dana.posts(where, filled(refused.text, where)).status == 303
    assert only().body == "Mine"


def test_a_preview_keeps_what_is_typed_and_stores_nothing(client: Browser) -> None:
    dana = as_(client, "dana")
    form = dana.fills(NEW, NEW, "preview=1", name="VPN", body="Dear {first name} of {nowhere}", tags="dock")

    tried = dana.posts(NEW, form)

    assert tried.status == 200
    assert "Dear Ada of {nowhere}" in tried.text
    assert "{nowhere} is not known and would stay as it is." in tried.text
    assert "Adds the tag: dock." in tried.text
    assert db.session.scalars(select(Macro)).all() == []
    again = filled(tried.text, NEW)
    again.setlist("body", ["Dear {first name}"])
    assert dana.posts(NEW, again).status == 303


def test_the_preview_is_there_while_one_writes(client: Browser) -> None:
    form = as_(client, "dana").fills(NEW, NEW, name="", body="Hi {first name}", tags="v@pn", assign="p99999999999")
    form.poplist("form_key")

    part = client.post("/settings/macros/preview?team=it", data=form, headers={"HX-Request": "true"})

    assert part.status_code == 200
    assert "Hi Ada" in part.text
    assert "<html" not in part.text


def test_up_and_down(client: Browser) -> None:
    made = [macro(name) for name in ("A", "B", "C")]
    dana = as_(client, "dana")

    def move(which: Macro, to: str) -> int:
        where = f"{LIST}/{which.id}/place"
        form = dana.fills(LIST, where)
        form.setlist("to", [to])
        return dana.posts(where, form).status

    assert move(made[2], "up") == 303
    assert names(dana.reads(LIST)) == ["A", "C", "B"]
    assert move(made[0], "down") == 303
    assert names(dana.reads(LIST)) == ["C", "A", "B"]
    assert move(made[0], "sideways") == 422


def test_removing_asks_first(client: Browser) -> None:
    ours = macro()
    where, dana = f"{LIST}/{ours.id}/removal", as_(client, "dana")

    assert "Nobody in IT will find it any more." in dana.reads(where)
    assert only().id == ours.id
    assert dana.sends(where, where).location == LIST

    assert db.session.scalars(select(Macro)).all() == []
    assert dana.opens(where).status == 404


def test_sent_twice_it_is_written_once(client: Browser) -> None:
    dana = as_(client, "dana")
    form = dana.fills(NEW, NEW, name="VPN", body="Hi")

    answers = [dana.posts(NEW, form) for _ in range(2)]

    assert answers[0] == answers[1]
    assert only().name == "VPN"


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [
        ("dana", 200, 200),
        ("root", 200, 200),
        ("ben", 200, 404),
        ("hana", 200, 404),
        ("ada", 403, 403),
        ("max", 403, 403),
    ],
)
def test_who_finds_what_of_a_team(client: Browser, name: str, reads: int, writes: int) -> None:
    ours = macro()
    visitor = as_(client, name)

    assert visitor.opens(LIST).status == reads
    assert visitor.opens(NEW).status == writes
    ways = [visitor.opens(f"{LIST}/{ours.id}").status, visitor.opens(f"{LIST}/{ours.id}/removal").status]
    assert ways == [200 if writes == 200 else 404] * 2


def test_a_member_reads_the_teams_and_has_no_button_to_change_them(client: Browser) -> None:
    macro()
    macro("HR one", by="root", team="hr")

    page = as_(client, "ben").reads(LIST)

    assert names(page) == ["VPN reset"]
    assert "Changed by those who lead the team." in page
    assert page.count("Write one for") == 1
    assert "/place" not in page


def test_what_is_somebodys_own_does_not_exist_for_others(client: Browser) -> None:
    own = macro("Ben's", by="ben", team=None)

    for name in ("dana", "root", "chi"):
        visitor = as_(client, name)
        assert "Ben&#39;s" not in visitor.reads(LIST)
        assert visitor.opens(f"{LIST}/{own.id}").status == visitor.opens(f"{LIST}/999999").status == 404
    assert as_(client, "ben").opens(f"{LIST}/{own.id}").status == 200


def test_the_list_costs_the_same_for_3_and_for_30(app: Flask, client: Browser, count_sql) -> None:
    costs = []
    for many in (3, 27):
        for n in range(many):
            macro(f"M{many}-{n}", assign=Assign.PERSON, assignee_id=cast.person("chi").id)
        sign_in(client, "dana").get(LIST)
        with count_sql() as said:
            assert client.get(LIST).status_code == 200
        costs.append(len(said))

    assert costs[0] == costs[1] <= 5
