"""A rule is written, previewed and saved without script; a refusal names the field and keeps what was typed."""

import re
from datetime import timedelta
from typing import Any

import pytest

from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, OlaTarget
from internaldesk.promises import actions, queries
from tests import cast, make
from tests.browse import Browser
from tests.journeys.visitor import Visitor, filled
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.reading import HTMX, LIST, plain, versions
from tests.promises.rulebook import SOLVED, order

pytestmark = pytest.mark.usefixtures("noon")


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


def test_hours_that_never_open_are_said_and_make_no_examples(dana: Visitor, url: str) -> None:
    shut = CalendarVersion(calendar_id=make.team("it").calendar_id, zone="Europe/London", hours={}, valid_from=NOON)
    db.session.add(shut)

    refused = dana.sends(url, url, medium_resolution="20 h")

    assert refused.status == 422
    assert "Counted in: This calendar (Europe/London) has no opening hours." in plain(refused.text)
    assert "examples stand here" in plain(refused.text)
