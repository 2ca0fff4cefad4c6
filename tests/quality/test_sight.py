"""Figures tell nobody more than they may know: cases not even by one, team-only requests by number only."""

import pytest
import time_machine
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.people import Membership, Team, TeamRole
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.quality.efforts import ALL
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import NUMBER
from tests.quality.story import CASE, NOW, SECRET

pytestmark = pytest.mark.slow

NARROWED = (
    "/quality?priority=medium&channel=portal",
    "/quality?priority=high&priority=medium&priority=low&by=location",
    "/quality/chain?channel=portal",
    "/quality/simplicity?priority=medium",
    "/quality/training?priority=medium",
)
REPORTS = ("/quality", "/quality?by=team", "/quality?by=location&period=26w", "/quality?team=hr", *NARROWED)
LISTS = (
    *(f"/quality/requests?what={what}" for what in ALL),
    *(f"/quality/requests?what={what}&priority=medium&channel=portal" for what in ALL),
)
FILES = (
    "/quality.csv",
    "/quality.csv?by=team",
    "/quality.csv?channel=portal",
    *(f"/quality.csv?what={what}" for what in ALL),
)


def everything(reader):
    return {url: reader.client.get(url).text for url in (*REPORTS, *LISTS, *FILES)}


def without_tokens(text):
    """Form tokens differ from one page to the next."""
    return [line for line in text.splitlines() if "csrf" not in line]


def lead(name, team):
    """Make somebody the lead of a team."""
    row = select(Membership).join(Team).where(Membership.person_id == cast.person(name).id, Team.slug == team)
    db.session.scalars(row).one().role = TeamRole.LEAD
    db.session.commit()


def test_the_world_with_a_case_looks_to_managers_like_the_world_without(app):
    with time_machine.travel(NOW, tick=False):
        story.told(24)
        max_ = pages(app, "max")
        before = everything(max_)

        story.case()

        after = everything(max_)
        assert {url: without_tokens(text) for url, text in after.items()} == {
            url: without_tokens(text) for url, text in before.items()
        }


def test_a_lead_named_for_cases_counts_them_and_another_lead_does_not(app):
    with time_machine.travel(NOW, tick=False):
        case = story.case()
        make.ticket("hr/ask", by="ada", now=case.filed_at)
        lead("hana", "hr")
        story.kept()
        named = pages(app, "hana").text("/quality")
        db.session.scalars(select(Membership).where(Membership.case_group)).one().case_group = False
        db.session.commit()
        unnamed = pages(app, "hana").text("/quality")

    assert "3 requests, 1 solved" in named
    assert CASE in named
    assert f"{story.PERIOD.label}, 1 request" in unnamed
    assert "concern" not in unnamed.lower()


def test_team_only_requests_count_for_managers_and_say_nothing(max_):
    pay = db.session.scalars(select(Ticket).where(Ticket.summary.startswith(SECRET))).all()

    seen = everything(max_)

    assert len(pay) >= 5
    mine = {ticket.id for ticket in pay if cast.person("max").id in (ticket.requester_id, ticket.for_person_id)}
    for text in seen.values():
        assert all(f"R-{ticket.id}\n" not in text for ticket in pay if ticket.id not in mine)
        assert all(ticket.summary not in text for ticket in pay if ticket.id not in mine)
    assert seen["/quality?team=hr"].count("/quality/requests?") > 10


def test_a_list_says_how_many_more_are_counted_and_adds_up(max_):
    page = max_.get("/quality/requests?what=filed&type=hr/pay&period=26w")

    notes = ["".join(note.itertext()) for note in page.find("p", "list-note")]
    (note,) = [words for words in notes if "more are counted here that only their teams may open." in words]
    hidden = int(NUMBER.search(note)[0])
    assert hidden > 0
    assert page.counted() == hidden + len(page.rows())


def test_leads_see_their_own_teams_only(seen_by, max_):
    dana = seen_by("dana")

    lines = dana.get("/quality?by=team").table("Teams")

    assert list(lines) == ["IT"]
    assert lines["IT"][0] == max_.get("/quality?by=team").table("Teams")["IT"][0]
    assert "There is no team “hr” whose figures you can see." in dana.get("/quality?team=hr", 422).words
    assert all("Facilities" not in row for row in dana.get("/quality/requests?what=open").rows())


def test_agents_employees_and_administrators_are_turned_away(seen_by):
    for name in ("ben", "ada", "root"):
        for url in ("/quality", "/quality/requests?what=open", "/quality.csv"):
            seen_by(name).get(url, 403)


def test_low_ratings_are_quoted_only_where_the_request_may_be_read(app):
    with time_machine.travel(NOW, tick=False):
        story.told(24)
        asked = db.session.scalars(select(RatingInvite)).all()
        said = {row.ticket.request_type.slug for row in asked}
        text = pages(app, "max").text("/quality")

    assert "pay" in said
    assert "Nobody told me for two days" in text
    assert "2 of 5 · Ask about pay" not in text
