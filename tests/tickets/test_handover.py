"""A hand-over says why; for a decision it goes to a person with a brief, and coming back is counted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.people import TeamRole
from internaldesk.models.tickets import Note, Ticket
from internaldesk.people import actions as people
from internaldesk.tickets import handover
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.tickets.test_views import PAGE_BUDGET, at, send

LATELY = datetime.now(UTC).replace(microsecond=0)
LATER = NOON + timedelta(hours=1)
BRIEF = "Replace all forty docks, or only the broken ones? I would replace all."
CountSql = Callable[[], AbstractContextManager[list[str]]]


def hand(ticket: Ticket, team: str, *, by: str, reason: str = "wrong-desk", **facts: object) -> Ticket:
    handover.transfer(ticket, by=cast.actor(by), now=LATER, team=make.team(team), reason=reason, **facts)
    db.session.flush()
    return ticket


def lead(name: str, team: str, *, case_group: bool = False) -> None:
    people.join(cast.person(name), team, role=TeamRole.LEAD, case_group=case_group)
    db.session.flush()


def told(ticket: Ticket, *, public_only: bool = True) -> list[str]:
    return [line.words for line in history.timeline(ticket.id, public_only=public_only)]


def test_a_decision_goes_to_the_person_named_with_the_brief(app: Flask) -> None:
    ticket, friday = make.ticket("facilities/repair", by="ada"), NOON + timedelta(days=2)

    hand(ticket, "it", by="chi", reason="authority", body=BRIEF, person=cast.person("dana").id, decide_by=friday)

    held = ticket.holdings[-1]
    assert (ticket.team.slug, ticket.assignee_id) == ("it", cast.person("dana").id)
    assert (held.person_id, held.brief, held.decide_by) == (ticket.assignee_id, BRIEF, friday)
    assert db.session.scalars(select(Note.body)).all() == [BRIEF]
    assert told(ticket) == ["handed it from Facilities to IT: Dana may decide this"]


def test_a_decision_of_nobody_in_particular_goes_to_the_first_lead(app: Flask) -> None:
    lead("eve", "finance")
    lead("chi", "finance")

    ticket = hand(make.ticket("it/broken", by="ada"), "finance", by="ben", reason="authority", body=BRIEF)

    assert ticket.assignee_id == cast.person("chi").id


def test_a_decision_that_no_lead_can_take_goes_to_the_team(app: Flask) -> None:
    ticket = hand(make.ticket("it/broken", by="ada"), "finance", by="ben", reason="authority", body=BRIEF)

    assert ticket.assignee_id is None
    assert (ticket.holdings[-1].person_id, ticket.holdings[-1].brief) == (None, BRIEF)
    assert told(ticket) == ["handed it from IT to Finance: they may decide this"]


def test_a_manager_who_works_in_the_team_can_decide(app: Flask) -> None:
    people.join(cast.person("max"), "finance", role=TeamRole.AGENT)
    ticket = make.ticket("it/broken", by="ada")

    hand(ticket, "finance", by="ben", reason="authority", body=BRIEF, person=cast.person("max").id)

    assert ticket.assignee_id == cast.person("max").id


def test_nobody_decides_on_a_request_of_their_own(app: Flask) -> None:
    ticket = make.ticket("facilities/repair", by="dana")

    assert handover.deciders(ticket, [make.team("it").id]) == []


def test_a_case_is_decided_by_those_named_for_cases_only(app: Flask) -> None:
    lead("dana", "legal")
    lead("hana", "legal", case_group=True)
    ticket = make.ticket("hr/concern", by="ada")

    assert [one.name for one in handover.deciders(ticket, [make.team("legal").id])] == ["Hana"]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": BRIEF, "person": "ben"}, "person"),
        ({"body": BRIEF, "person": "dana", "decide_by": NOON}, "decide_by"),
    ],
)
def test_a_decision_needs_a_brief_a_lead_and_time(app: Flask, facts: dict[str, object], field: str) -> None:
    ticket = make.ticket("facilities/repair", by="ada")
    if "person" in facts:
        facts = {**facts, "person": cast.person(str(facts["person"])).id}

    with pytest.raises(Refused) as refusal:
        hand(ticket, "it", by="chi", reason="authority", **facts)

    assert refusal.value.field == field
    assert ticket.team.slug == "facilities"


def test_coming_back_is_counted(app: Flask) -> None:
    ticket = make.ticket("it/broken", by="ada")

    counts = []
    for team, by in [("facilities", "ben"), ("it", "chi"), ("finance", "ben"), ("facilities", "finn")]:
        counts.append(handover.bounces(hand(ticket, team, by=by).holdings))

    assert counts == [0, 1, 1, 2]


def test_the_receiver_reads_the_brief_on_top_and_the_requester_does_not(
    client: FlaskClient,
) -> None:
    ticket = make.ticket("facilities/repair", by="ada", now=LATELY)
    db.session.commit()
    dana = str(cast.person("dana").id)

    page = sign_in(client, "chi").get(at(ticket, "/transfer")).text
    answer = send(client, at(ticket, "/transfer"), team="it", reason="authority", body=BRIEF, person=dana)

    assert "Dana, IT</option>" in page
    assert answer.status_code == 303
    above, _, thread = sign_in(client, "dana").get(at(ticket)).text.partition('id="thread"')
    assert "Dana decides" in above
    assert BRIEF in above
    assert BRIEF in thread
    assert BRIEF not in sign_in(client, "ada").get(at(ticket)).text


def test_a_brief_that_is_missing_comes_back_with_what_was_chosen(
    client: FlaskClient,
) -> None:
    ticket = make.ticket("facilities/repair", by="ada", now=LATELY)
    db.session.commit()

    answer = send(
        sign_in(client, "chi"), at(ticket, "/transfer"), team="it", reason="authority", body="", decide_by="2099-12-01"
    )

    assert answer.status_code == 422
    assert "Say what is to be decided" in answer.text
    assert "2099-12-01" in answer.text


def test_coming_back_is_shown_in_the_margin_and_where_it_is_handed_on(
    client: FlaskClient,
    count_sql: CountSql,
) -> None:
    ticket = make.ticket("it/broken", by="ada", now=LATELY)
    hand(ticket, "facilities", by="ben")
    hand(ticket, "it", by="chi", reason="authority", body=BRIEF)
    db.session.commit()
    path = at(ticket)
    sign_in(client, "ben")

    assert "Came back: 1 time." in client.get(at(ticket, "/transfer")).text
    with count_sql() as said:
        page = client.get(path).text
    assert "<dt>Came back</dt><dd>1 time</dd>" in page
    assert len(said) <= PAGE_BUDGET
