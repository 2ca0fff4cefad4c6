"""New rules of time zones, and versions whose day has come: asked for once, and only where something is different."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from internaldesk.core.promises import TaskKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import Calendar, CalendarVersion, ClockTask, RuleChange
from internaldesk.sla import zones
from tests import make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.errands import asked, worked
from tests.sla.folding import folded, row_of, stored

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + HOUR
OLD = "2020a 00000000"


@pytest.fixture(autouse=True)
def looked_at_anew() -> Iterator[None]:
    zones.release.cache_clear()
    zones.stamp.cache_clear()
    yield
    zones.release.cache_clear()
    zones.stamp.cache_clear()


def follow(*, now: datetime = LATER) -> int:
    with unit_of_work():
        return zones.follow(now=now)


def stamped(value: str, *, team: str = "it") -> None:
    """As if the hours of a team had been computed by other rules."""
    calendar = CalendarVersion.calendar_id == make.team(team).calendar_id
    db.session.execute(update(CalendarVersion).where(calendar).values(tzdata=value))
    db.session.commit()


def versions(team: str = "it") -> list[CalendarVersion]:
    db.session.expire_all()
    calendar = CalendarVersion.calendar_id == make.team(team).calendar_id
    return list(db.session.scalars(select(CalendarVersion).where(calendar).order_by(CalendarVersion.id)))


def asked_for() -> list[int]:
    return list(db.session.scalars(select(ClockTask.calendar_id).where(ClockTask.kind == TaskKind.CALENDAR)))


# --- time zones ------------------------------------------------------------------------------------------------------


def test_hours_nobody_computed_yet_are_only_stamped(app: Flask) -> None:
    assert follow() == 0

    assert {row.tzdata for row in db.session.scalars(select(CalendarVersion))} == {zones.stamp("Europe/London")}
    assert asked_for() == []


def test_where_the_zone_is_different_the_same_hours_hold_anew_and_open_requests_follow(app: Flask) -> None:
    calendar_id = make.team("it").calendar_id
    rulebook.closed_on(calendar_id, NOON.date() + DAY, since=NOON - DAY)
    ticket, elsewhere = make.ticket(), make.ticket("facilities/repair")
    asked(TaskKind.CALENDAR, now=NOON, calendar_id=calendar_id)
    worked(now=NOON)
    follow(now=NOON)
    stamped(OLD)
    due = row_of(ticket, "resolution").due_at

    assert follow() == 1
    worked(now=LATER)

    before, after = versions()[-2:]
    assert (after.valid_from, after.tzdata) == (LATER, zones.stamp("Europe/London"))
    assert (after.hours, after.zone) == (before.hours, before.zone)
    parts = [[(part.day, part.from_min, part.to_min, part.label) for part in row.exceptions] for row in (before, after)]
    assert parts[0] == parts[1] != []
    assert row_of(ticket, "resolution").calendar_version_id == after.id
    assert row_of(ticket, "resolution").due_at == due
    assert stored(ticket) == folded(ticket, LATER)
    assert row_of(elsewhere, "resolution").calendar_version_id != after.id
    line = db.session.scalars(select(RuleChange)).one()
    assert line.words.startswith("The clocks of Europe/London change on other days than was known (20")


def test_looked_at_again_there_is_nothing_to_do(app: Flask) -> None:
    stamped(OLD)
    follow()
    worked(now=LATER)
    before = len(versions())

    assert follow(now=LATER + HOUR) == 0

    assert (len(versions()), len(asked_for())) == (before, 1)


def test_a_release_that_leaves_the_zone_alone_is_noted_and_moves_nothing(app: Flask) -> None:
    present = zones.stamp("Europe/London")
    stamped(f"2020a {present.split()[1]}")

    assert follow() == 0

    assert [row.tzdata for row in versions()] == [present]


def test_an_older_machine_does_not_undo_what_a_newer_one_did(app: Flask) -> None:
    stamped("9999z ffffffff")

    assert follow() == 0

    assert [row.tzdata for row in versions()] == ["9999z ffffffff"]


def test_a_release_noted_without_a_fingerprint_is_told_apart_by_its_name(app: Flask) -> None:
    stamped(zones.release())
    stamped("2020a", team="facilities")

    assert follow() == 1

    assert asked_for() == [make.team("facilities").calendar_id]


@pytest.mark.parametrize(("first", "release"), [("# version 2031c\n", "2031c"), ("# version 2031c-dirty\n", "2031c-d")])
def test_the_rules_of_the_machine_come_before_those_of_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: str, release: str
) -> None:
    (tmp_path / "tzdata.zi").write_text(f"{first}R a\n")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(tmp_path / "missing"), str(tmp_path)))

    assert zones.release() == release


def test_without_rules_of_the_machine_those_of_the_package_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ())

    assert zones.release() >= "2025a"


def test_where_nobody_can_tell_nothing_is_done(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    monkeypatch.setattr(zones.resources, "files", lambda _name: tmp_path)

    assert zones.release() == ""
    assert follow() == 0


def test_a_fingerprint_is_of_the_offsets_and_their_days() -> None:
    prints = {zone: zones.stamp(zone).split()[1] for zone in ("Europe/London", "Europe/Lisbon", "Europe/Berlin", "UTC")}

    assert prints["Europe/London"] == prints["Europe/Lisbon"]
    assert len(set(prints.values())) == 3


# --- versions saved beforehand ---------------------------------------------------------------------------------------


def test_hours_saved_beforehand_are_followed_on_their_day(app: Flask) -> None:
    ticket = make.ticket()
    calendar_id = make.team("it").calendar_id
    version = rulebook.closed_on(calendar_id, NOON.date() + 2 * DAY, since=LATER + DAY)
    asked(TaskKind.CALENDAR, now=NOON, calendar_id=calendar_id)
    worked(now=NOON)
    assert follow() == 0

    assert follow(now=LATER + DAY) == 1
    worked(now=LATER + DAY)

    assert row_of(ticket, "resolution").calendar_version_id == version.id
    assert follow(now=LATER + 2 * DAY) == 0


def test_hours_that_were_asked_for_when_they_were_saved_are_not_asked_for_again(app: Flask) -> None:
    calendar_id = make.team("it").calendar_id
    rulebook.closed_on(calendar_id, NOON.date() + DAY, since=NOON)
    asked(TaskKind.CALENDAR, now=NOON, calendar_id=calendar_id)

    assert follow() == 0


def test_the_first_hours_of_a_new_calendar_move_nothing(app: Flask) -> None:
    new = Calendar(slug="porto", name="Porto")
    db.session.add(new)
    db.session.flush()
    db.session.add(CalendarVersion(calendar_id=new.id, zone="Europe/Lisbon", hours={}, valid_from=NOON))
    db.session.commit()

    assert follow() == 0


def test_looking_costs_one_statement_when_all_is_well(app: Flask, count_sql: Any) -> None:
    follow()

    with count_sql() as said:
        follow(now=LATER + HOUR)

    assert len(said) == 1
