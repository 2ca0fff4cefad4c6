"""Saving a calendar adds a version, writes it down and moves open clocks; who may, and who was faster."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from internaldesk.calendars import actions, queries
from internaldesk.calendars.checks import Faults
from internaldesk.calendars.queries import BEGINNING
from internaldesk.calendars.schedule import Closure
from internaldesk.calendars.sheet import OpeningLine, Sheet
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import Calendar, CalendarVersion, Clock
from internaldesk.sla import tasks
from tests import cast, make
from tests.calendars import wall
from tests.make import NOON

DASH = "\u2013"
pytestmark = pytest.mark.usefixtures("app")
NIGHTS = Sheet("Night shift", "Pacific/Apia", ("22:00-06:00",) * 5 + ("", ""))
OPEN_REQUESTS = ("it/broken", "it/access", "it/broken")


def faults(caught: Any) -> list[str]:
    return [fault.sentence for fault in caught.value.faults]


def work(now: datetime) -> None:
    db.session.commit()
    while tasks.work(now=now):
        pass
    db.session.expire_all()


def test_a_save_is_a_version_from_now_on_and_keeps_the_old_one() -> None:
    before = wall.shown().version.id
    typed = replace(
        wall.closed_too("2026-12-24", "Party", start="12:00"), openings=(OpeningLine("2026-12-05", "9-13", "Stock"),)
    )

    done = wall.saved(typed, note="Year end")

    new, old = wall.shown(), db.session.get_one(CalendarVersion, before)
    words = f"Thu 24 Dec closed from 12:00 (Party); Sat 5 Dec open 09:00{DASH}13:00 (Stock)"
    assert done.phrases == words.split("; ")
    assert wall.history() == [words]
    assert (new.version.valid_from, new.version.note, new.version.author_id) == (
        NOON,
        "Year end",
        cast.person("dana").id,
    )
    assert wall.sheet() == Sheet.written("IT hours", new.schedule)
    assert len(new.schedule.closures) == len(queries.schedule_of(old).closures) + 1
    assert old.valid_from == BEGINNING


def test_what_is_saved_reads_back_the_same_nights_included() -> None:
    typed = replace(
        wall.sheet(),
        week=("22:00-06:00", "22:00-24:00", "24 hours", "", "09:00-12:30, 13:00-17:00", "", ""),
        openings=(OpeningLine("2026-12-05", "22:00-05:00"), OpeningLine("2026-12-19", "09:00-10:00, 12:00-24:00", "é")),
        zone="Australia/Lord_Howe",
    )

    wall.saved(typed)

    assert wall.sheet() == typed
    assert wall.shown().calendar == replace(wall.shown().schedule.calendar, version=wall.shown().version.id)


def test_saving_it_unchanged_saves_nothing() -> None:
    done = wall.saved(wall.sheet(), note="No reason")

    assert (done.phrases, done.moved, wall.versions(), wall.history(), wall.tasks()) == ([], False, 1, [], [])


def test_another_name_is_no_other_version() -> None:
    done = wall.saved(wall.sheet(name="Leeds hours"))

    assert (done.phrases, done.moved) == (["Called Leeds hours, was IT hours"], False)
    assert (wall.versions(), wall.tasks()) == (1, [])
    assert wall.shown().row.name == "Leeds hours"


def test_open_requests_are_counted_and_go_on_in_the_new_hours() -> None:
    filed = [make.ticket(path) for path in OPEN_REQUESTS]
    make.ticket("hr/ask")
    later = NOON + timedelta(minutes=1)
    due = db.session.query(Clock.due_at).filter_by(ticket_id=filed[0].id, target="resolution").scalar()

    done = wall.saved(wall.closed_too("2026-11-19"), now=later)
    [task] = wall.tasks()
    work(later + timedelta(minutes=1))

    moved = db.session.query(Clock.due_at).filter_by(ticket_id=filed[0].id, target="resolution").scalar()
    assert done.requests == 3
    assert (task.kind, task.asked_by_id, task.result["requests"]) == (TaskKind.CALENDAR, cast.person("dana").id, 3)
    assert moved > due


def test_confidential_cases_are_not_counted() -> None:
    make.ticket("hr/concern")
    make.ticket("hr/ask")

    assert wall.saved(wall.closed_too("2026-11-19", slug="hr"), slug="hr", by="root").requests == 1


@pytest.mark.parametrize(
    ("who", "slug", "may"),
    [
        ("dana", "it", True),
        ("root", "it", True),
        ("root", "always", True),
        ("dana", "hr", False),
        ("dana", "always", False),
        ("ben", "it", False),
        ("max", "it", False),
        ("ada", "it", False),
    ],
)
def test_leads_of_all_teams_that_count_by_it_and_administrators_change_it(who: str, slug: str, may: bool) -> None:
    if may:
        assert wall.saved(wall.closed_too("2026-12-31", slug=slug), slug=slug, by=who).moved
        return
    with pytest.raises(Forbidden):
        wall.saved(wall.closed_too("2026-12-31", slug=slug), slug=slug, by=who)
    with pytest.raises(Forbidden):
        actions.correct(
            wall.number(slug), since=date(2026, 11, 2), until=date(2026, 11, 2), why="x", by=cast.actor(who), now=NOON
        )
    assert (wall.versions(slug), wall.history(slug), wall.tasks(slug)) == (1, [], [])


def test_a_calendar_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="no such calendar"):
        actions.change(999, typed=wall.sheet(), version="", by=cast.actor("root"), now=NOON)


def test_one_who_saw_an_older_version_is_told() -> None:
    seen, late = actions.mark(wall.shown()), wall.closed_too("2026-12-30")
    wall.saved(wall.closed_too("2026-12-31"), by="root")

    for older in (seen, ""):
        with pytest.raises(Conflict):
            actions.change(wall.number(), typed=late, version=older, by=cast.actor("dana"), now=NOON)

    assert wall.history() == ["Thu 31 Dec closed"]


def test_one_who_saw_another_name_is_told() -> None:
    seen = actions.mark(wall.shown())
    wall.saved(wall.sheet(name="Leeds hours"))

    with pytest.raises(Conflict):
        actions.change(wall.number(), typed=wall.sheet(name="IT hours"), version=seen, by=cast.actor("root"), now=NOON)


def test_every_fault_is_said_and_nothing_saved() -> None:
    typed = replace(wall.closed_too("1999-12-31"), name="HR hours", week=("25:00-26:00", "17-17", "", "", "", "", ""))

    with pytest.raises(Faults) as caught:
        wall.saved(typed, note="x" * 201)

    assert faults(caught) == [
        "There is a calendar called HR hours already: choose another name.",
        "Monday: 25:00 is not a time of day; a day runs from 00:00 to 24:00.",
        f"Tuesday: 17:00{DASH}17:00 is no time at all; write 24 hours if the whole day is meant.",
        "Closure on 1999-12-31: dates begin with the year 2000.",
        "Why: 201 characters are too many, write at most 200.",
    ]
    assert (wall.versions(), wall.history()) == (1, [])


def test_a_new_calendar_holds_since_ever_and_is_nobodys_yet() -> None:
    done = actions.create(NIGHTS, note="For the warehouse", by=cast.actor("dana"), now=NOON)

    found = queries.found(done.calendar_id, now=BEGINNING)
    use = queries.uses([done.calendar_id], now=NOON)[done.calendar_id]
    assert found
    assert (found.row.slug, found.schedule.zone, found.version.note) == (
        "night-shift",
        "Pacific/Apia",
        "For the warehouse",
    )
    assert (use.everybody, use.changeable_by(cast.actor("dana")), use.changeable_by(cast.actor("ben"))) == (
        {},
        True,
        False,
    )
    assert queries.history(done.calendar_id)[0][0].words == "Calendar made"


@pytest.mark.parametrize("name", ["Night shift!", "Night  Shift", "Nachtschicht", "夜勤", "夜勤 2"])
def test_every_name_gets_a_short_name_of_its_own(name: str) -> None:
    actions.create(NIGHTS, by=cast.actor("root"), now=NOON)
    before = wall.rows(Calendar)

    actions.create(replace(NIGHTS, name=name), by=cast.actor("root"), now=NOON)
    actions.create(replace(NIGHTS, name=f"{name}?"), by=cast.actor("root"), now=NOON)

    assert wall.rows(Calendar) == before + 2


def test_a_name_in_use_is_refused_whatever_its_capitals() -> None:
    with pytest.raises(Faults) as caught:
        actions.create(replace(NIGHTS, name="it HOURS"), by=cast.actor("root"), now=NOON)

    assert faults(caught) == ["There is a calendar called it HOURS already: choose another name."]


def test_only_who_sets_rules_makes_a_calendar() -> None:
    with pytest.raises(Forbidden):
        actions.create(NIGHTS, by=cast.actor("ben"), now=NOON)


def test_ticked_days_become_closures_and_known_ones_stay() -> None:
    days = [Closure(date(2026, 12, 25), label="Christmas Day"), Closure(date(2029, 1, 1), label="New Year's Day")]

    done = actions.close_days(
        wall.number(), days=days, version=actions.mark(wall.shown()), by=cast.actor("dana"), now=NOON
    )

    assert done.phrases == ["Mon 1 Jan 2029 closed (New Year's Day)"]
    assert [task.kind for task in wall.tasks()] == [TaskKind.CALENDAR]


def test_ticked_days_are_held_to_the_same_rules() -> None:
    wall.saved(wall.sheet(openings=(OpeningLine("2029-01-01", "9-13"),)))

    with pytest.raises(Faults) as caught:
        actions.close_days(
            wall.number(),
            days=[Closure(date(2029, 1, 1))],
            version=actions.mark(wall.shown()),
            by=cast.actor("dana"),
            now=NOON,
        )

    assert faults(caught) == ["Mon 1 Jan 2029 is closed all day and specially open: remove one of the two."]


def test_a_forgotten_holiday_is_counted_anew_with_its_reason() -> None:
    missed = make.ticket("it/broken", now=NOON - timedelta(days=2), answers={})
    later = NOON + timedelta(hours=1)
    wall.saved(wall.closed_too("2026-11-17", "Forgotten"), now=NOON)

    asked = actions.correct(
        wall.number(),
        since=date(2026, 11, 17),
        until=date(2026, 11, 17),
        why="Forgot it",
        by=cast.actor("dana"),
        now=later,
    )
    work(later)

    assert missed.id
    assert asked.facts == {
        "version": wall.shown().version.id,
        "since": "2026-11-17T00:00:00+00:00",
        "until": "2026-11-18T00:00:00+00:00",
        "why": "Forgot it",
    }
    assert (asked.kind, asked.error, asked.result["requests"]) == (TaskKind.CORRECT, "", 1)
    assert wall.history()[1:] == ["Asked to count Tue 17 Nov anew: Forgot it", "Tue 17 Nov closed (Forgotten)"]


@pytest.mark.parametrize(
    ("since", "until", "why", "expected"),
    [
        ("2026-11-17", "2026-11-16", "x", [("until", "Mon 16 Nov is before Tue 17 Nov.")]),
        (
            "2026-11-17",
            "2026-11-19",
            "x",
            [("until", "Only what has passed can be counted anew: choose today or an earlier day.")],
        ),
        (
            "2026-08-17",
            "2026-11-16",
            "x",
            [("since", "Choose Tue 18 Aug or later: at most 92 days are counted anew.")],
        ),
        (
            "2026-11-17",
            "2026-11-17",
            "",
            [("why", "Say why: it stands in the history and beside every promise it changes.")],
        ),
        ("2026-11-17", "2026-11-17", "x" * 301, [("why", "301 characters are too many: write at most 300.")]),
    ],
)
def test_a_period_that_cannot_be_counted_is_refused(since: str, until: str, why: str, expected: list) -> None:
    first, last = date.fromisoformat(since), date.fromisoformat(until)

    with pytest.raises(Faults) as caught:
        actions.correct(wall.number(), since=first, until=last, why=why, by=cast.actor("dana"), now=NOON)

    assert [(fault.field, fault.sentence) for fault in caught.value.faults] == expected
    assert wall.tasks() == []


def test_days_are_those_of_the_calendars_zone() -> None:
    """In Apia it is Thursday already; today ends now."""
    wall.saved(wall.sheet(zone="Pacific/Apia"))

    asked = actions.correct(
        wall.number(), since=date(2026, 11, 18), until=date(2026, 11, 19), why="x", by=cast.actor("dana"), now=NOON
    )

    assert asked.facts["since"] == datetime(2026, 11, 17, 11, tzinfo=UTC).isoformat()
    assert asked.facts["until"] == NOON.isoformat()


def test_two_saves_in_one_second_both_count(app: Flask) -> None:
    wall.saved(wall.closed_too("2026-12-30"))
    wall.saved(wall.closed_too("2026-12-31"))

    assert {"2026-12-30", "2026-12-31"} <= {line.date for line in wall.sheet().closures}
    assert wall.versions() == 3
