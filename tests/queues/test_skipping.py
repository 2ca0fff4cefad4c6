"""What Take next gave can be passed over for a reason: it rests two hours for that person, and their lead reads why."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from internaldesk.core.errors import Forbidden
from internaldesk.core.relations import SkipReason
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.people import TeamRole
from internaldesk.models.queues import Skip
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.queues import actions, skipping
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import worklist
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_views import send, stored

REST = timedelta(hours=2)


def take(who: str, now: Any = NOON) -> int | None:
    taken = actions.take_next(by=cast.actor(who), now=now)
    return taken.ticket.id if taken else None


def skip(ticket: Ticket, who: str = "ben", *, now: Any = NOON, just_taken: bool = True) -> Skip:
    row = skipping.skip(ticket, by=cast.actor(who), now=now, reason=SkipReason.SKILL, just_taken=just_taken)
    db.session.flush()
    return row


def test_what_one_passed_over_is_not_offered_to_them_for_two_hours_but_to_others(app: Flask) -> None:
    first, second = make.ticket(), make.ticket(now=NOON + timedelta(minutes=1))
    assert take("ben") == first.id

    skip(first)

    assert first.assignee_id is None
    assert worklist.next_due(cast.actor("ben"), after=second.id, now=NOON) is None
    assert take("ben") == second.id
    assert take("chi") == first.id
    tickets.assign(first, by=cast.actor("chi"), now=NOON, assignee_id=None)
    assert take("ben", NOON + REST - timedelta(seconds=1)) == second.id
    assert take("ben", NOON + REST) == first.id


def test_what_was_theirs_before_stays_theirs(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")

    skip(ticket, just_taken=False)

    assert ticket.assignee_id == cast.person("ben").id
    assert take("ben") is None


def test_a_second_time_counts_from_then(app: Flask) -> None:
    ticket, later = make.ticket(), NOON + REST
    skip(ticket)

    skip(ticket, now=later)

    assert db.session.scalars(select(Skip)).one().until == later + REST


def test_the_record_says_why_to_the_team_only(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")

    skip(ticket, just_taken=False)

    assert "passed it over in Take next: not their skill" in [
        line.words for line in history.timeline(ticket.id, public_only=False)
    ]
    assert not history.timeline(ticket.id, public_only=True)


def test_only_who_handles_it_can_pass_it_over(app: Flask) -> None:
    with pytest.raises(Forbidden):
        skip(make.ticket(), "finn")


def test_leads_read_a_week_of_their_own_teams(app: Flask) -> None:
    old, new, other = make.ticket(), make.ticket(), make.ticket("facilities/repair")
    skip(old)
    skip(new, now=NOON + timedelta(days=1))
    skip(other, "chi")

    read = skipping.skipped(cast.actor("dana"), now=NOON + skipping.READ)

    assert [(row.ticket_id, ticket.id) for row, ticket in read] == [(new.id, new.id)]
    assert skipping.forget(now=NOON + skipping.READ) == 2


def test_a_case_is_for_those_who_were_named(app: Flask) -> None:
    people.join(cast.person("dana"), "hr", role=TeamRole.LEAD)
    skip(make.ticket("hr/concern"), "hana")

    assert skipping.skipped(cast.actor("dana"), now=NOON) == []


def test_reading_costs_the_same_for_few_and_many(
    app: Flask, count_sql: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    costs = []
    for many in (3, 27):
        for _ in range(many):
            skip(make.ticket())
        db.session.commit()
        dana = cast.actor("dana")
        with count_sql() as said:
            names = [(row.person.name, found.team.name) for row, found in skipping.skipped(dana, now=NOON)]
        assert names
        costs.append(len(said))

    assert costs[0] == costs[1] == 1


@pytest.fixture
def ben(client: Browser, clock: Any) -> FlaskClient:
    return sign_in(client, "ben")


def press_skip(ben: FlaskClient, url: str, **fields: str) -> Any:
    """Pass over the request at `url` as its page lets one."""
    page = ben.get(url).text
    key = re.search(r'action="[^"]+/skip">\s*.*?name="form_key" value="([^"]+)"', page, re.S)
    assert key
    return send(ben, f"{url}/skip", url, form_key=key[1], **fields)


def test_the_page_that_take_next_led_to_offers_it_and_leads_on(app: Flask, ben: FlaskClient) -> None:
    first, second = make.ticket(), make.ticket(now=NOON + timedelta(minutes=1))
    url = send(ben, "/queue/next").location

    answer = press_skip(ben, url, reason="conflict")

    assert (url, answer.location) == (f"/requests/R-{first.id}", f"/requests/R-{second.id}")
    assert f"R-{first.id} is passed over for two hours. Most urgent in IT" in ben.get(answer.location).text
    assert (stored(first).assignee_id, stored(second).assignee_id) == (None, cast.person("ben").id)


def test_nothing_left_says_when_something_comes_again(app: Flask, ben: FlaskClient) -> None:
    make.ticket()
    answer = press_skip(ben, send(ben, "/queue/next").location, reason="part")

    page = ben.get(answer.location).text

    assert answer.location == "/queue/due-next"
    assert "Nothing else is due. Take next offers one that you passed over again from 14:00." in page


def test_a_reason_is_needed(app: Flask, ben: FlaskClient) -> None:
    ticket = make.ticket()
    url = send(ben, "/queue/next").location

    answer = press_skip(ben, url, reason="bored")

    assert answer.location == url
    assert "Choose why you pass it over." in ben.get(url).text
    assert stored(ticket).assignee_id == cast.person("ben").id
    assert db.session.scalar(select(func.count()).select_from(Skip)) == 0


def test_a_request_that_was_opened_or_answered_offers_nothing(app: Flask, ben: FlaskClient) -> None:
    mine, ticket = make.ticket(assignee="ben", now=NOON - timedelta(days=1)), make.ticket()
    assert "/skip" not in ben.get(f"/requests/R-{mine.id}").text
    url = send(ben, "/queue/next").location
    assert url == f"/requests/R-{mine.id}"
    assert "/skip" in ben.get(url).text

    tickets.reply(mine, by=cast.actor("ben"), now=NOON, body="On it")
    db.session.commit()

    assert "/skip" not in ben.get(url).text
    assert "/skip" not in ben.get(f"/requests/R-{ticket.id}").text


def test_what_was_ones_own_before_is_kept(app: Flask, ben: FlaskClient) -> None:
    ticket = make.ticket(assignee="ben")

    press_skip(ben, send(ben, "/queue/next").location, reason="part")

    assert stored(ticket).assignee_id == cast.person("ben").id


def test_a_hidden_request_cannot_be_passed_over(app: Flask, ben: FlaskClient) -> None:
    hidden = make.ticket("hr/concern")

    assert send(ben, f"/requests/R-{hidden.id}/skip", reason="part").status_code == 404


@pytest.mark.parametrize(("who", "status"), [("dana", 200), ("ben", 403), ("ada", 403)])
def test_the_list_is_for_leads(app: Flask, client: Browser, clock: Any, who: str, status: int) -> None:
    skip(make.ticket(summary="Dock is dead"))

    answer = sign_in(client, who).get("/queue/skipped")

    assert answer.status_code == status
    assert ("Not their skill" in answer.text) == (status == 200)


def test_leads_find_it_in_the_rail(app: Flask, client: Browser, clock: Any) -> None:
    assert 'href="/queue/skipped"' in sign_in(client, "dana").get("/queue/due-next").text
    assert 'href="/queue/skipped"' not in sign_in(client, "ben").get("/queue/due-next").text
