"""A new promise or new hours are named in the chart of the team they belong to, and part its limits there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Policy, PolicyVersion
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages

EIGHT_WEEKS = timedelta(weeks=8)  # enough for limits on both sides


@pytest.fixture
def desk(app, morning):
    """A desk of its own with half a year behind it."""
    story.told()
    return app


def new_promise(team, *, before=EIGHT_WEEKS):
    policy = db.session.scalars(select(Policy).where(Policy.team_id == make.team(team).id).order_by(Policy.id)).first()
    version = PolicyVersion(policy_id=policy.id, calendar_id=make.team(team).calendar_id, valid_from=story.NOW - before)
    version.author_id = cast.person("dana").id
    db.session.add(version)
    db.session.commit()
    return policy.name


def new_hours(team, *, before=EIGHT_WEEKS):
    known = db.session.scalars(
        select(CalendarVersion).where(CalendarVersion.calendar_id == make.team(team).calendar_id)
    ).first()
    version = CalendarVersion(calendar_id=known.calendar_id, zone=known.zone, hours=known.hours)
    version.valid_from, version.author_id = story.NOW - before, cast.person("dana").id
    db.session.add(version)
    db.session.commit()


def test_the_chart_of_a_team_names_its_new_promise_and_parts_its_limits(desk):
    before = pages(desk, "max").get("/quality?team=it").html.count("limband")
    name = new_promise("it")

    shown = pages(desk, "max").get("/quality?team=it").html

    assert f"Promise: {name}"[:30] in shown
    assert shown.count("limband") > before


def test_several_changes_of_a_week_are_one_note(desk):
    new_promise("it")
    new_hours("it")

    assert "2 changes of promises and hours" in pages(desk, "max").text("/quality?team=it")


def test_another_team_s_change_and_one_of_last_year_are_not_named(desk):
    new_promise("it")
    new_hours("hr", before=timedelta(weeks=60))

    assert "Promise:" not in pages(desk, "max").text("/quality?team=hr")
    assert "hours changed" not in pages(desk, "max").text("/quality?team=hr")


def test_the_chart_of_all_teams_names_no_change_of_one(desk):
    new_promise("it")

    assert "Promise:" not in pages(desk, "max").text("/quality")


def test_a_lead_of_one_team_sees_its_changes_without_choosing_it(desk):
    new_hours("it")

    assert "IT hours changed" in pages(desk, "dana").text("/quality")
