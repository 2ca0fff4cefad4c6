"""Reports kept under a name: one's own or a team's, found in the rail, changed by their keepers."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.queues import SavedView
from tests.browse import sign_in
from tests.queues.test_views import send

ASK = "/quality/reports/new?team=it&period=4w&type=it/broken&priority=high&channel=phone"
KEPT = "team=it&period=4w&type=it/broken&priority=high&channel=phone"


@pytest.fixture
def dana(app: Flask) -> FlaskClient:
    db.session.commit()
    return sign_in(app.test_client(), "dana")


def save(client: FlaskClient, name: str, team: str = "", query: str = KEPT) -> SavedView:
    answer = send(client, "/quality/reports/new", ASK, name=name, team=team, query=query)
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    return db.session.scalars(select(SavedView).order_by(SavedView.id.desc())).first()


def in_rail(client: FlaskClient) -> list[str]:
    page = client.get("/quality/definitions").text
    rail = page[page.index("quality-rail") :].split("</nav>")[0]
    return re.findall(r'href="?/quality/reports/\d+"?>(?:<svg.*?</svg>)([^<]+)', rail)


def test_a_report_is_kept_with_its_filters_and_leads_back_to_them(dana: FlaskClient) -> None:
    assert "4 weeks to" in dana.get(ASK).text
    assert "high priority, by phone" in dana.get(ASK).text

    kept = save(dana, "Month of IT")

    assert in_rail(dana) == ["Month of IT"]
    there = dana.get(f"/quality/reports/{kept.id}")
    assert there.status_code in (302, 303)
    assert there.location == "/quality?team=it&type=it/broken&priority=high&channel=phone&period=4w"


def test_a_team_shares_it_and_others_do_not_see_it(app: Flask, dana: FlaskClient) -> None:
    own, shared = save(dana, "Mine"), save(dana, "Ours", team="it")
    max_ = sign_in(app.test_client(), "max")

    assert in_rail(dana) == ["Mine", "Ours"]
    assert in_rail(max_) == []
    for kept in (own, shared):
        assert max_.get(f"/quality/reports/{kept.id}").status_code == 404
        assert send(max_, f"/quality/reports/{kept.id}/place", "/quality/reports/new", to="away").status_code == 404


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_name_that_will_not_do_is_refused_and_everything_kept(dana: FlaskClient, name: str) -> None:
    answer = send(dana, "/quality/reports/new", ASK, name=name, team="it", query="period=4w")

    assert answer.status_code == 422
    assert "period=4w" in answer.text
    assert name in answer.text


def test_it_is_renamed_moved_and_removed(dana: FlaskClient) -> None:
    first, second = save(dana, "First"), save(dana, "Second")

    send(dana, f"/quality/reports/{second.id}/place", "/quality/reports", to="up")
    assert in_rail(dana) == ["Second", "First"]
    assert "First" in dana.get(f"/quality/reports/{first.id}/name").text
    stale = send(dana, f"/quality/reports/{first.id}/name", "/quality/reports", name="Now", team="", version="9")
    assert stale.status_code == 409
    send(dana, f"/quality/reports/{first.id}/name", "/quality/reports", name="Now", team="it", version="1")
    assert in_rail(dana) == ["Second", "Now"]
    send(dana, f"/quality/reports/{second.id}/place", "/quality/reports", to="away")
    assert in_rail(dana) == ["Now"]
    assert "No report" not in dana.get("/quality/reports").text


def test_a_filter_that_is_no_more_is_left_out(dana: FlaskClient) -> None:
    kept = save(dana, "Old")
    kept.query = "team=zoo&team=it&period=4w"
    db.session.commit()

    assert dana.get(f"/quality/reports/{kept.id}").location == "/quality?team=it&period=4w"


def test_a_view_of_the_queue_is_no_report(dana: FlaskClient) -> None:
    kept = save(dana, "A list")
    kept.page = "queue"
    db.session.commit()

    assert dana.get(f"/quality/reports/{kept.id}").status_code == 404
