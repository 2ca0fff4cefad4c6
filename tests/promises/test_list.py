"""The rules of a team: read, moved, switched, tried; nobody else's, and no secrets."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.db import db
from internaldesk.models.sla import Policy
from internaldesk.models.tickets import Follower
from internaldesk.promises import queries
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.journeys.visitor import Visitor, through
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.reading import LIST, plain
from tests.promises.rulebook import order

pytestmark = pytest.mark.usefixtures("noon")


def test_the_list_says_what_each_rule_applies_to_and_promises(dana: Visitor) -> None:
    text = plain(dana.reads(LIST))

    assert "Promises IT, 8 rules" in text
    assert "Something is broken; any priority IT hours; as delivered" in text
    assert "Urgent 1 h 1 h 4 h High 4 h 4 h 12 h Medium 8 h 8 h 24 h Low 24 h 24 h 72 h" in text
    assert "IT hours the team's own hours" in text
    assert "Nothing changed since the desk was set up." in text
    assert "A word every" not in text


@pytest.mark.parametrize("who", ["ada", "ben", "max"])
def test_only_those_who_set_rules_come_in(client: Browser, url: str, who: str) -> None:
    sign_in(client, who)

    assert {client.get(page).status_code for page in (LIST, url, f"{LIST}/new?team=it")} == {403}


def test_the_way_there_is_shown_to_those_who_may_go(client: Browser) -> None:
    seen = {who: f'href="{LIST}"' in sign_in(client, who).get("/profile").text for who in ("dana", "root", "ben")}

    assert seen == {"dana": True, "root": True, "ben": False}


def test_administrators_choose_the_team_and_leads_see_only_theirs(client: Browser) -> None:
    root = through(sign_in(client, "root"))
    assert "Promises IT, 8 rules" in plain(root.reads(LIST))
    assert "Promises HR, " in plain(root.reads(f"{LIST}?team=hr"))
    assert root.opens(f"{LIST}?team=none").status == 404

    lead = through(sign_in(client, "dana"))
    assert "Teams" not in re.findall(r'aria-label="(\w+)"', lead.reads(LIST))
    assert lead.opens(f"{LIST}?team=hr").status == 404


def test_what_belongs_to_other_teams_is_not_found(dana: Visitor, client: Browser) -> None:
    other = rulebook.rule("hr/pay").id
    fields = dana.fills(LIST, f"{LIST}/{rulebook.rule().id}/active")
    doors = ("", "/preview", "/trial", "/place", "/active", "/effect", "/application")

    assert {dana.posts(f"{LIST}/{other}{door}", fields).status for door in doors} == {404}
    assert {dana.posts(f"{LIST}/new{door}?team=hr", fields).status for door in ("", "/preview", "/trial")} == {404}
    assert dana.posts(f"{LIST}/hr/own-part", fields).status == 404
    pages = (f"{LIST}/{other}", f"{LIST}/new?team=hr", f"{LIST}/new", f"{LIST}/99999999999", f"{LIST}/tasks/7")
    assert {dana.opens(page).status for page in pages} == {404}


def test_a_rule_moves_and_is_switched_off_and_on(dana: Visitor) -> None:
    first, second, *_ = order()
    rule = queries.rules(make.team("it").id)[1]

    moved = dana.sends(LIST, f"{LIST}/{rule.id}/place", move="up")
    assert (moved.status, moved.location) == (303, f"{LIST}?team=it#rule-{rule.id}")
    assert order()[:2] == [second, first]
    page = plain(dana.reads(LIST))
    assert f"“{second}” moved up." in page
    assert f"“{second}” comes before “{first}” now Dana, today 12:00" in page

    assert dana.sends(LIST, f"{LIST}/{rule.id}/active").status == 303
    page = plain(dana.reads(LIST))
    assert "It holds for no new request; running clocks finish on the promise they were given." in page
    assert f"{second} Switched off" in page
    assert dana.sends(LIST, f"{LIST}/{rule.id}/active", active="yes").status == 303
    assert f"“{second}” is on: it holds for new requests." in plain(dana.reads(LIST))
    for door, field in (("place", "move"), ("active", "active")):
        assert dana.sends(LIST, f"{LIST}/{rule.id}/{door}", **{field: "sideways"}).status == 422


def test_a_rule_behind_a_wider_one_says_that_it_never_holds(dana: Visitor) -> None:
    kind = make.request_type("it/broken").id
    rulebook.added(name="Again", condition=Condition(frozenset({kind}), frozenset({Priority.URGENT})))
    rulebook.everything_else()

    text = plain(dana.reads(LIST))

    assert text.count("Never holds:") == 1
    assert "Never holds: rule 1, “Something is broken”, takes all of these first." in text
    assert "The rest For everything else Everything else" in text


def test_a_team_without_rules_is_told_what_to_do(dana: Visitor, app: Flask) -> None:
    db.session.query(Policy).update({"team_id": make.team("hr").id})

    text = plain(dana.reads(LIST))

    assert "Nothing is promised yet" in text
    assert text.count("Add a rule") == 2


def test_the_tester_shows_each_rule_with_yes_or_no(dana: Visitor, client: Browser) -> None:
    ticket = make.ticket(now=NOON - timedelta(hours=1))

    text = plain(dana.reads(f"{LIST}?request={ticket.id}"))

    assert "Rule 1, “Something is broken”, holds." in text
    assert "1. Something is broken Yes: the first that fits, so it holds" in text
    assert "No: it is “Something is broken”, this rule wants “Borrow equipment”" in text
    assert "First reply 8 h tomorrow 09:00 due tomorrow 09:00" in text
    assert f'value="R-{ticket.id}"' in dana.reads(f"{LIST}?request=R-{ticket.id}")


def test_the_tester_keeps_secrets(dana: Visitor) -> None:
    hidden, shared = make.ticket("hr/pay"), make.ticket("facilities/repair")
    for number in (hidden.number, "R-99999", "4836 and more"):
        assert "No such request, or not yours to see." in plain(dana.reads(f"{LIST}?request={number}"))
    db.session.add(make_follower(shared.id))

    text = plain(dana.reads(f"{LIST}?request={shared.number}"))

    assert f"{shared.number} asks for something of Facilities, so the rules of Facilities decide." in text


def make_follower(ticket_id: int) -> Any:
    dana = cast.person("dana").id
    return Follower(ticket_id=ticket_id, person_id=dana, added_by_id=dana, at=NOON)


def test_the_own_part_is_kept_and_refused_with_what_was_typed(dana: Visitor) -> None:
    to = f"{LIST}/it/own-part"
    assert dana.sends(LIST, to, urgent="1 h", low="2 days").status == 303
    db.session.rollback()
    assert queries.own_part(make.team("it").id) == {Priority.URGENT: 60, Priority.LOW: 1200}
    assert 'value="20 h"' in dana.reads(LIST)

    refused = dana.sends(LIST, to, urgent="soon", high="0")
    assert refused.status == 422
    assert "Own part for urgent: “soon” is no length of time" in plain(refused.text)
    assert 'value="soon"' in refused.text
    zero = dana.sends(LIST, to, high="0")
    assert (zero.status, "Own part for high: write more than nothing" in plain(zero.text)) == (422, True)
    assert dana.sends(LIST, to).status == 303
    assert "Nothing changed." in plain(dana.reads(LIST))


def test_what_is_so_already_is_said_by_nobody(dana: Visitor) -> None:
    first, last = queries.rules(make.team("it").id)[0], queries.rules(make.team("it").id)[-1]
    top = dana.fills(LIST, f"{LIST}/{first.id}/place", move="up")

    assert dana.posts(f"{LIST}/{first.id}/place", top).status == 303
    assert dana.sends(LIST, f"{LIST}/{last.id}/active", active="yes").status == 303

    assert "toast" not in dana.reads(LIST)
    assert rulebook.history() == []


def test_what_stands_behind_a_rule_for_everything_never_holds(dana: Visitor) -> None:
    rest = rulebook.everything_else()
    rest.position = 0
    db.session.flush()

    text = plain(dana.reads(LIST))

    assert text.count("Never holds: rule 1, “The rest”, takes all of these first.") == 8
