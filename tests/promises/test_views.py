"""The pages of promises: read, tried, previewed, saved, refused with everything kept; without script throughout."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.db import db
from internaldesk.models.sla import ClockTask, OlaTarget, Policy, PolicyVersion
from internaldesk.models.tickets import Follower
from internaldesk.promises import actions, queries
from internaldesk.sla import tasks
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.journeys.visitor import Visitor, filled, through
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.rulebook import SOLVED, order

HTMX = {"HX-Request": "true"}
LIST = "/settings/promises"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


@pytest.fixture
def dana(client: Browser) -> Visitor:
    return through(sign_in(client, "dana"))


@pytest.fixture
def url(app: Flask) -> str:
    return f"{LIST}/{rulebook.rule().id}"


def plain(text: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&#39;", "'").split())


def worked() -> None:
    while tasks.work(now=NOON):
        pass


def versions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(PolicyVersion.id))) or 0


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


def test_a_rule_is_edited_previewed_and_saved_without_script(dana: Visitor, url: str) -> None:
    fields = dana.fills(url, url, medium_first_response="1 day 2 h", note="People asked.")
    before = versions()

    seen = dana.posts(f"{url}/preview", fields)
    assert seen.status == 200
    assert versions() == before
    text = plain(seen.text)
    assert "= 12 h" in text
    assert "Fri 20 Nov, 16:50" in text
    assert "1 h 10 Friday, 10 h Monday, 50 min Tuesday" in text
    assert 'value="1 day 2 h"' in seen.text

    saved = dana.posts(url, filled(seen.text, url))
    assert (saved.status, saved.location) == (303, url)
    text = plain(dana.reads(url))
    assert "Saved. It takes effect for new requests." in text
    assert "today 12:00 Dana First reply for medium: 12 h instead of 8 h People asked." in text
    assert versions() == before + 1


def test_open_requests_that_keep_the_old_promise_are_counted(dana: Visitor, url: str) -> None:
    make.ticket(), make.ticket()

    assert dana.sends(url, url, low_resolution="80 h").status == 303

    text = plain(dana.reads(url))
    assert "2 open requests keep the old promise until you apply this one, below." in text
    assert "2 open requests you can see keep an older version of this rule." in text
    assert dana.sends(url, url).status == 303
    assert "Nothing is different, so nothing was saved." in plain(dana.reads(url))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"high_first_response": "soon"}, "First reply for high: “soon” is no length of time"),
        ({"high_first_response": "20 h"}, "First reply for high: 20 h is longer than the 12 h"),
        ({"high_first_response": "0"}, "First reply for high: write more than nothing"),
        ({"high_resolution": "401 d"}, "Solved for high: 4010 h is more than 400 business days (4000 h)."),
        ({"high_first_response": ""}, "Next reply for high: promise a first reply as well"),
        ({"name": " "}, "Give the rule a name that people will recognise."),
        ({"name": "x" * 161}, "Please keep the name below 160 letters."),
        ({"note": "x" * 201}, "Please keep it below 200 letters."),
        ({"warn_at": "0"}, "Warn at: write a number from 1 to 99."),
        ({"warn_at": ""}, "Warn at: write a number from 1 to 99."),
        ({"warn_before": "later"}, "Warning before it is due: “later” is no length of time"),
        ({"calendar": "987654"}, "Choose the calendar it counts in."),
        ({"calendar": "x"}, "Choose the calendar it counts in."),
        ({"types": ["987654"]}, "That kind of request is not one of this team's."),
        ({"types": ["x"]}, "That kind of request is not one of this team's."),
        ({"types": []}, "a rule that says nothing would match nothing"),
        ({"locations": ["4"], "escalate_to": "987"}, "Tell: choose somebody of this team or above it."),
        ({"fallback": "y"}, "A rule for everything else has no types"),
    ],
)
def test_a_refusal_names_the_field_and_keeps_what_was_typed(
    dana: Visitor, url: str, typed: dict[str, Any], says: str
) -> None:
    before = versions()

    refused = dana.sends(url, url, **{"low_resolution": "73 h", **typed})

    assert refused.status == 422
    assert says in plain(refused.text)
    assert "<title>Error: " in refused.text
    assert 'value="73 h"' in refused.text
    assert versions() == before


def test_every_fault_is_told_and_linked_to_its_field(dana: Visitor, url: str) -> None:
    refused = dana.sends(url, url, high_first_response="soon", low_first_response="later", warn_at="0")

    summary = re.search(r'<div class="error-summary".*?</div>', refused.text, re.DOTALL)
    assert summary is not None
    assert re.findall(r'href="#(\w+)"', summary[0]) == ["high_first_response", "low_first_response"]


def test_what_somebody_saved_meanwhile_is_not_overwritten_unseen(dana: Visitor, url: str) -> None:
    mine = dana.fills(url, url, high_resolution="13 h")
    rule = rulebook.rule()
    actions.revise(
        rule.policy,
        rulebook.promise(name="Renamed", condition=rule.promise.condition),
        version=rule.version.id,
        note="",
        by=cast.actor("root"),
        now=NOON,
    )

    late = dana.posts(url, mine)
    assert late.status == 409
    assert "Root saved a newer version of this rule while you were writing. Nothing of yours was saved." in plain(
        late.text
    )
    assert 'value="13 h"' in late.text
    assert rulebook.rule().policy.name == "Renamed"

    assert dana.posts(url, filled(late.text, url)).status == 303
    db.session.rollback()
    assert rulebook.rule().promise.terms.minutes[Priority.HIGH, SOLVED] == 780


def test_the_same_form_sent_twice_is_saved_once(dana: Visitor, url: str) -> None:
    fields = dana.fills(url, url, high_resolution="13 h")

    assert [dana.posts(url, fields).status for _ in range(2)] == [303, 303]
    assert len(queries.versions(rulebook.rule().id)) == 2


def test_a_rule_is_added_for_everything_else(dana: Visitor) -> None:
    new = f"{LIST}/new?team=it"
    empty = dana.sends(new, new)
    assert empty.status == 422
    assert "Give the rule a name that people will recognise." in plain(empty.text)
    assert "Promise something" in plain(dana.sends(new, new, name="The rest").text)

    made = dana.sends(new, new, name="The rest", fallback="y", medium_resolution="10 d", on_reopen="new_cycle")

    assert made.status == 303
    text = plain(dana.reads(made.location))
    assert "“The rest” is a rule now. It takes effect for new requests." in text
    assert "For everything else" in text
    assert order()[-1] == "The rest"
    assert dana.sends(new, new, name="Two", fallback="y", low_resolution="9 d").status == 422


def test_a_retired_type_stays_where_a_rule_names_it_and_is_offered_nowhere_else(dana: Visitor, url: str) -> None:
    make.request_type("it/broken").retired_at = NOON

    assert "Something is broken (retired)" in plain(dana.reads(url))
    assert "(retired)" not in plain(dana.reads(f"{LIST}/new?team=it"))


def test_the_preview_alone_answers_with_what_stands_beside_the_fields(dana: Visitor, client: Browser, url: str) -> None:
    fields = dana.fills(
        url, url, high_first_response="soon", low_first_response="2 d", shown_for="low", priorities=["low"]
    )
    before = versions()

    answer = client.post(f"{url}/preview", data=fields, headers=HTMX)

    assert answer.status_code == 200
    text = plain(answer.text)
    assert "First reply for high: “soon” is no length of time" in text
    assert 'id="read-low_first_response" hx-swap-oob="true">= 20 h</small>' in answer.text
    assert 'id="out-high" hx-swap-oob="true">outside this rule</small>' in answer.text
    assert "First reply 20 h Solved 72 h" in text
    assert "<form" not in answer.text
    assert versions() == before


def test_a_preview_with_faults_marks_the_fields(dana: Visitor, url: str) -> None:
    fields = dana.fills(url, url, high_first_response="soon")

    seen = dana.posts(f"{url}/preview", fields)

    assert seen.status == 422
    assert 'id="high_first_response-e"' in seen.text
    assert dana.posts(url, filled(seen.text, url, high_first_response="2 h")).status == 303


def test_hostile_values_only_make_a_poor_preview(dana: Visitor, client: Browser, url: str) -> None:
    fields = dana.fills(url, url, shown_for="x", priorities=["x"], calendar="9" * 30, warn_before="?", customer="maybe")

    answer = client.post(f"{url}/preview", data=fields, headers=HTMX)

    assert answer.status_code == 200
    assert "examples stand here" in answer.text


def test_a_route_longer_than_the_promise_is_warned_of(dana: Visitor, url: str) -> None:
    for _ in range(5):
        make.ticket(now=NOON - timedelta(days=2))
    db.session.add(OlaTarget(team_id=make.team("it").id, priority=Priority.HIGH, minutes=13 * 60))

    assert "5 of 5 requests went the way IT. On it the team's own part is 13 h for high" in plain(dana.reads(url))


def test_a_trial_counts_in_the_background_and_keeps_what_was_typed(dana: Visitor, client: Browser, url: str) -> None:
    for day in range(3):
        make.ticket(now=NOON - timedelta(days=35 + day))
    fields = dana.fills(url, url, medium_first_response="1 d", name="Not saved yet")

    asked = dana.posts(f"{url}/trial", fields)
    assert asked.status == 303
    page = dana.reads(asked.location.partition("#")[0])
    task = db.session.scalars(select(ClockTask)).one()
    poll = f"{LIST}/tasks/{task.id}"
    assert f'hx-get="{poll}" hx-trigger="every 2s"' in page
    assert "Counting" in plain(page)
    assert "Look again" in plain(page)
    assert 'value="1 d"' in page
    assert 'value="Not saved yet"' in page
    assert dana.opens(poll).location == asked.location.partition("#")[0]
    assert 'hx-trigger="every 2s"' in client.get(poll, headers=HTMX).text

    worked()

    part = client.get(poll, headers=HTMX)
    assert "hx-trigger" not in part.text
    said = "Of last month's 3 requests 0 of 3 would have met this, 0 of 3 met the old one."
    assert said in plain(part.text)
    text = plain(dana.reads(asked.location.partition("#")[0]))
    assert said in text
    assert "First reply 0 of 3 0 of 3" in text
    assert versions() == len(db.session.scalars(select(PolicyVersion)).all())
    assert [row.id for row in queries.versions(rulebook.rule().id)] == [rulebook.rule().version.id]


def test_a_trial_of_what_cannot_be_saved_is_refused(dana: Visitor, url: str) -> None:
    refused = dana.posts(f"{url}/trial", dana.fills(url, url, name="", high_first_response="20 h"))

    assert refused.status == 422
    assert db.session.scalar(select(func.count(ClockTask.id))) == 0


def test_a_new_rule_can_be_tried_before_it_is_there(dana: Visitor, client: Browser) -> None:
    new = f"{LIST}/new?team=it"
    typed = dana.fills(new, new, name="Try me", priorities=["urgent"], urgent_resolution="4 h")

    asked = dana.posts(f"{LIST}/new/trial?team=it", typed)

    page = dana.reads(asked.location.partition("#")[0])
    assert 'value="Try me"' in page
    task = db.session.scalars(select(ClockTask)).one()
    assert dana.opens(f"{LIST}/tasks/{task.id}").location == asked.location.partition("#")[0]
    worked()
    text = plain(dana.reads(asked.location.partition("#")[0]))
    assert "No request of last month would have been under this rule." in text
    assert 'value="Try me"' not in dana.reads(f"{LIST}/{rulebook.rule().id}?trial={task.id}")
    assert through(sign_in(client, "hana")).opens(f"{LIST}/tasks/{task.id}").status == 403


def test_applying_to_open_requests_takes_two_steps(dana: Visitor, client: Browser, url: str) -> None:
    ticket = make.ticket(now=NOON - timedelta(hours=1), summary="A loud printer")
    dana.sends(url, url, medium_first_response="1 h", medium_next_response="1 h")

    assert dana.sends(url, f"{url}/effect").status == 303
    assert "Counting" in plain(dana.reads(url))
    task = db.session.scalars(select(ClockTask)).one()
    assert dana.opens(f"{LIST}/tasks/{task.id}").location == url
    worked()
    seen = dana.reads(url)
    assert "1 open request: 1 sooner." in plain(seen)
    assert f"R-{ticket.id} A loud printer First reply tomorrow 09:00 today 12:00" in plain(seen)
    assert "Apply to 1 open request" in plain(client.get(f"{LIST}/tasks/{task.id}", headers=HTMX).text)

    assert dana.sends(url, f"{url}/application").status == 303
    assert "Applying" in plain(dana.reads(url))
    worked()
    text = plain(dana.reads(url))
    assert "Applied to 1 open request; none became overdue." in text
    assert "Applied to 1 open request, 0 became overdue Dana, today 12:00" in plain(dana.reads(LIST))


def test_applying_what_is_no_longer_the_newest_is_refused(dana: Visitor, url: str) -> None:
    make.ticket(now=NOON - timedelta(hours=1))
    dana.sends(url, url, medium_resolution="20 h")
    dana.sends(url, f"{url}/effect")
    worked()
    late = dana.fills(url, f"{url}/application")
    dana.sends(url, url, medium_resolution="21 h")

    refused = dana.posts(f"{url}/application", late)

    assert refused.status == 409
    assert "saved a newer version of this rule" in plain(refused.text)
    assert "Apply to" not in plain(dana.reads(url))
    assert dana.posts(f"{url}/application", MultiDict({**late, "version": "x", "form_key": "k"})).status == 422


def test_a_count_that_failed_can_be_asked_for_again(dana: Visitor, url: str) -> None:
    dana.sends(url, f"{url}/effect")
    task = db.session.scalars(select(ClockTask)).one()
    task.error, task.finished_at = "KeyError: 7", NOON

    text = plain(dana.reads(url))

    assert "The last count could not be finished." in text
    assert "KeyError" not in text
    assert dana.sends(url, f"{url}/effect").status == 303


def test_cases_show_only_to_their_group(client: Browser, app: Flask) -> None:
    root = through(sign_in(client, "root"))
    make.ticket("hr/concern", now=NOON - timedelta(hours=1), summary="Nobody may know")
    url = f"{LIST}/{rulebook.rule('hr/concern').id}"
    root.sends(url, url, medium_first_response="1 h", medium_next_response="1 h")
    root.sends(url, f"{url}/effect")
    worked()

    text = plain(root.reads(url))

    assert "No open request would change" in text
    assert "Nobody may know" not in text
