"""Who counts by a calendar, and what its history tells."""

from datetime import timedelta

import pytest

from internaldesk.calendars import actions, queries
from internaldesk.calendars.queries import Line
from internaldesk.core.policy import Actor
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Policy, PolicyVersion
from tests import cast, make
from tests.calendars import wall
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("app")
LATER = NOON + timedelta(hours=1)


def use(slug: str = "it") -> queries.Use:
    return queries.uses([wall.number(slug)], now=NOON)[wall.number(slug)]


def rule(slug: str, calendar: str, *, active: bool = True) -> Policy:
    """A rule of a team that counts by some calendar."""
    policy = Policy(team_id=make.team(slug).id, name=f"Rule of {slug}", position=999, active=active, condition={})
    db.session.add(policy)
    db.session.flush()
    db.session.add(PolicyVersion(policy_id=policy.id, calendar_id=wall.number(calendar), valid_from=NOON))
    db.session.flush()
    return policy


def test_teams_and_their_rules_are_told() -> None:
    found = use()

    assert list(found.everybody.values()) == ["IT"]
    assert "Something is broken" in {one.name for one in found.rules}


def test_a_rule_of_another_team_needs_its_lead_too() -> None:
    rule("hr", "it")
    dana, it, hr = cast.actor("dana"), make.team("it").id, make.team("hr").id

    assert not use().changeable_by(dana)
    assert use().changeable_by(Actor(id=1, lead_of=frozenset({it, hr})))
    assert use().why_not == (
        "IT and HR count by these hours: whoever leads both, or an administrator, can change them."
    )


def test_a_rule_that_is_off_or_counts_elsewhere_by_now_does_not_matter() -> None:
    rule("hr", "it", active=False)
    moved = rule("hr", "it")
    db.session.add(PolicyVersion(policy_id=moved.id, calendar_id=wall.number("hr"), valid_from=NOON))
    db.session.add(PolicyVersion(policy_id=rule("hr", "hr").id, calendar_id=wall.number("it"), valid_from=LATER))
    db.session.flush()

    assert list(use().everybody.values()) == ["IT"]


@pytest.mark.parametrize(
    ("teams", "sentence"),
    [
        ([], "Leads and administrators change calendars."),
        (["IT"], "IT counts by these hours: whoever leads it, or an administrator, can change them."),
        (
            ["IT", "HR", "Legal"],
            "IT, HR and Legal count by these hours: whoever leads all of them, or an administrator, can change them.",
        ),
    ],
)
def test_why_somebody_may_only_read_names_the_teams(teams: list[str], sentence: str) -> None:
    assert queries.Use(teams=dict(enumerate(teams))).why_not == sentence


def test_the_history_begins_with_the_desk_and_ends_with_the_last_save() -> None:
    wall.saved(wall.closed_too("2026-12-30"), note="Party")
    wall.saved(wall.closed_too("2026-12-31", now=LATER), by="root", now=LATER)

    lines, count = queries.history(wall.number())

    assert lines == [
        Line(LATER, "Root", "Thu 31 Dec closed"),
        Line(NOON, "Dana", "Wed 30 Dec closed", "Party"),
        Line(None, "The desk", "These hours came into force"),
    ]
    assert count == 3
    assert queries.history(wall.number(), limit=1) == (lines[:1], 3)


def test_a_version_nobody_wrote_down_is_told_all_the_same() -> None:
    seen = wall.shown()
    silent = CalendarVersion(calendar_id=seen.row.id, zone="Europe/London", hours=seen.version.hours, valid_from=NOON)
    db.session.add(silent)
    db.session.flush()

    lines, _ = queries.history(wall.number())

    assert lines[0] == Line(NOON, "The desk", "These hours came into force")


def test_a_calendar_made_by_hand_says_so_once() -> None:
    made = actions.create(wall.sheet(name="Nights"), note="New", by=cast.actor("dana"), now=NOON)

    assert queries.history(made.calendar_id) == ([Line(NOON, "Dana", "Calendar made", "New")], 1)


def test_open_requests_are_counted_once_each_and_solved_ones_not() -> None:
    make.ticket()
    make.ticket()
    make.ticket("hr/ask")

    assert queries.open_requests(wall.number()) == 2
    assert queries.open_requests(wall.number("legal")) == 0


def test_a_calendar_that_is_not_there() -> None:
    assert queries.found(999, now=NOON) is None


def test_labels_and_openings_are_read_back() -> None:
    wall.saved(wall.closed_too("2026-12-30", "Party"))

    [shut] = [shut for shut in wall.shown().schedule.closures if shut.label]
    assert (shut.day.isoformat(), shut.label, shut.whole) == ("2026-12-30", "Party", True)
    assert wall.shown().schedule.names == {shut.day: "Party"}
