"""Find a macro on a request and put its text in, page by page: without script, too."""

import re
from html import unescape

import pytest
from flask import Flask

from internaldesk.core.macros import Assign
from internaldesk.models.tickets import Ticket
from tests import cast
from tests.browse import Browser, sign_in
from tests.journeys.visitor import filled
from tests.macros.shelf import LIVE, TEXT, as_, at, drafted, macro, said, uses


def listed(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r"<span><b>([^<]+)</b>", page)]


def test_the_list_finds_by_what_is_typed(client: Browser, ticket: Ticket) -> None:
    macro("VPN: switch to TCP", shortcut="vpn")
    macro("Password", shortcut="pw", body="Choose a new one for the VPN.")
    macro("To the network shift", body="", tags=("network",))
    ben = as_(client, "ben")

    assert listed(ben.reads(at("/macros"))) == ["Password", "VPN: switch to TCP"]
    assert listed(ben.reads(at("/macros?q=vpn"))) == ["VPN: switch to TCP", "Password"]
    assert listed(ben.reads(at("/macros?use=run"))) == ["VPN: switch to TCP", "Password", "To the network shift"]
    assert "Nothing is called “xyz”." in ben.reads(at("/macros?q=xyz"))


def test_only_the_first_nine_have_numbers_and_the_rest_is_not_silent(client: Browser, ticket: Ticket) -> None:
    for n in range(22):
        macro(f"M{n:02}")
    sign_in(client, "ben")

    page = client.get(at("/macros?use=run"), headers=LIVE).text

    assert re.findall(r'data-n="(\d+)"', page) == [str(n) for n in range(1, 10)]
    assert len(listed(page)) == 20
    assert "And 2 more" in page


def test_while_one_types_it_is_a_listbox_and_nothing_when_nothing_fits(client: Browser, ticket: Ticket) -> None:
    macro(shortcut="vpn")
    sign_in(client, "ben")

    part = client.get(at("/macros?q=v&caret=1&mode=note"), headers=LIVE).text

    assert part.count('role="option"') == part.count('role="listbox"') == 1
    assert "<input id=" not in part
    assert f'data-text="{TEXT}"' in part
    assert client.get(at("/macros?q=xyz&caret=1"), headers=LIVE).text.strip() == ""


def test_there_may_be_none(client: Browser, ticket: Ticket) -> None:
    ben = as_(client, "ben")

    assert "There are no canned texts for requests of IT yet." in ben.reads(at("/macros"))
    assert "There are no macros for requests of IT yet." in ben.reads(at("/macros?use=run"))


@pytest.mark.parametrize("name", ["ada", "eve", "hana", "max", "root", None])
def test_for_others_there_are_no_such_pages(client: Browser, ticket: Ticket, name: str | None) -> None:
    ours = macro()
    missing = 303 if name is None else 404
    if name:
        sign_in(client, name)

    for where in ("/macros", f"/macros/{ours.id}", f"/macros/{ours.id}/text"):
        assert client.get(at(where)).status_code == missing
    assert said() == []


@pytest.mark.parametrize(("keeper", "team"), [("root", "hr"), ("chi", None)])
def test_another_teams_and_anothers_own_do_not_exist(
    client: Browser, ticket: Ticket, keeper: str, team: str | None
) -> None:
    theirs, ours = macro("Theirs", by=keeper, team=team), macro("Ours")
    ben = as_(client, "ben")
    form = ben.fills(at(f"/macros/{ours.id}"), at(f"/macros/{ours.id}"), "press=do")

    for where in (f"/macros/{theirs.id}", f"/macros/{theirs.id}/text"):
        assert ben.opens(at(where)).status == ben.opens(at("/macros/999")).status == 404
        assert ben.posts(at(where), form).status == 404
    assert said() == []


def test_a_text_goes_behind_what_was_written_and_nothing_is_lost(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(shortcut="vpn"), as_(client, "ben")
    button = re.search(r'formaction="([^"]+)"', ben.reads(at()))
    assert button
    composer = ben.fills(at(), at("/messages"), body="Good morning,\r\nAda.", files=("log.txt", b"red"))

    to_list = ben.posts(unescape(button[1]), composer)
    chosen = ben.posts(at(f"/macros/{ours.id}/text"), ben.fills(to_list.location, to_list.location))

    assert (to_list.status, chosen.status) == (303, 303)
    assert chosen.location == at("?mode=reply#reply")
    page = ben.reads(chosen.location)
    again = filled(page, at("/messages"), "then=wait")
    assert str(again["body"]).strip() == f"Good morning,\nAda.\n\n{TEXT}"
    assert "<span>log.txt</span>" in page
    assert uses(ours) == 1
    assert ben.posts(at("/messages"), again).status == 303
    assert said() == [f"Good morning,\nAda.\n\n{TEXT}"]
    assert "log.txt" in ben.reads(at())


def test_a_file_that_cannot_be_kept_is_named(client: Browser, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("internaldesk.tickets.attachments.LARGEST", 10)
    ben = as_(client, "ben")
    form = ben.fills(at(), at("/messages"), body="See there", files=("large.txt", b"1" * 11))

    to_list = ben.posts(at("/macros?mode=reply"), form)

    assert "large.txt is larger than" in ben.reads(to_list.location)
    assert drafted() == [{"body": "See there"}]


def test_pressed_twice_a_text_is_put_in_once(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(), as_(client, "ben")
    form = ben.fills(at("/macros"), at("/macros?mode=reply"))

    answers = [ben.posts(at(f"/macros/{ours.id}/text"), form) for _ in range(2)]

    assert answers[0] == answers[1]
    assert drafted() == [{"body": TEXT}]
    assert uses(ours) == 1


def test_a_note_has_a_draft_of_its_own(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(), as_(client, "ben")

    form = ben.fills(at("/macros?mode=note"), at("/macros?mode=note"))
    chosen = ben.posts(at(f"/macros/{ours.id}/text"), form)

    assert chosen.location == at("?mode=note#reply")
    assert str(filled(ben.reads(chosen.location), at("/notes"))["body"]).strip() == TEXT
    assert str(filled(ben.reads(at()), at("/messages"))["body"]).strip() == ""


def test_what_the_browser_put_in_itself_is_only_counted(client: Browser, ticket: Ticket) -> None:
    ours, ben = macro(), as_(client, "ben")
    form = ben.fills(at("/macros"), at("/macros?mode=reply"))
    form.poplist("form_key")

    answer = client.post(at(f"/macros/{ours.id}/text"), data={**form, "caret": "1"})

    assert answer.status_code == 204
    assert (uses(ours), drafted()) == (1, [])


def test_the_requesters_page_has_none_of_it(client: Browser, ticket: Ticket) -> None:
    page = as_(client, "ada").reads(at())

    assert "macros" not in page
    assert "compose.js" not in page
    assert "Canned" not in page


@pytest.mark.parametrize("where", ["/macros", "/macros?use=run", "/macros/1"])
def test_a_look_costs_the_same_for_3_and_for_30(
    app: Flask, client: Browser, ticket: Ticket, count_sql, where: str
) -> None:
    costs = []
    for many in (3, 27):
        for n in range(many):
            macro(f"M{many}-{n}", assign=Assign.PERSON, assignee_id=cast.person("chi").id)
        sign_in(client, "ben").get(at(where))
        with count_sql() as statements:
            assert client.get(at(where), headers=LIVE).status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1] <= 8
