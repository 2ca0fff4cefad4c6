"""Calendars as they hang on the wall in tests: found by name, edited as somebody would."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from internaldesk.calendars import actions, queries
from internaldesk.calendars.queries import Shown
from internaldesk.calendars.sheet import ClosureLine, Sheet
from internaldesk.db import db
from internaldesk.models.sla import Calendar, CalendarException, CalendarVersion, ClockTask, RuleChange
from tests import cast
from tests.make import NOON


def number(slug: str = "it") -> int:
    """The id of a default calendar."""
    return db.session.scalars(select(Calendar.id).where(Calendar.slug == slug)).one()


def shown(slug: str = "it", *, now: datetime = NOON) -> Shown:
    """A calendar in the version in force."""
    found = queries.found(number(slug), now=now)
    assert found
    return found


def sheet(slug: str = "it", *, now: datetime = NOON, **parts: Any) -> Sheet:
    """What its page shows, with some of it changed."""
    seen = shown(slug, now=now)
    return replace(Sheet.written(seen.row.name, seen.schedule), **parts)


def closed_too(day: str, label: str = "", *, slug: str = "it", start: str = "", now: datetime = NOON) -> Sheet:
    """Its sheet with a closure more."""
    before = sheet(slug, now=now)
    return replace(before, closures=(*before.closures, ClosureLine(day, start, "", label)))


def saved(typed: Sheet, *, slug: str = "it", by: str = "dana", now: datetime = NOON, note: str = "") -> actions.Saved:
    """The sheet, saved by somebody who has just opened the page."""
    seen = actions.mark(shown(slug, now=now))
    done = actions.change(number(slug), typed=typed, note=note, version=seen, by=cast.actor(by), now=now)
    db.session.flush()
    return done


def many_versions(count: int, *, closures: int, slug: str = "it") -> None:
    """So many more versions of a calendar, each with so many closures and its line in the history."""
    from_now = shown(slug)
    for n in range(count):
        version = CalendarVersion(
            calendar_id=from_now.row.id, zone=from_now.version.zone, hours=from_now.version.hours, valid_from=NOON
        )
        version.author_id, version.note = cast.person("dana").id, f"Note {n}"
        version.exceptions = [
            CalendarException(day=date(2027, 1, 1) + timedelta(days=day), from_min=0, to_min=1440)
            for day in range(closures)
        ]
        words = RuleChange(at=NOON, calendar_id=from_now.row.id, words=f"Change {n}", actor_id=version.author_id)
        db.session.add_all([version, words])
    db.session.flush()


def rows(table: type) -> int:
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def versions(slug: str = "it") -> int:
    """How many versions a calendar has."""
    query = select(func.count()).select_from(CalendarVersion).where(CalendarVersion.calendar_id == number(slug))
    return db.session.scalar(query) or 0


def history(slug: str = "it") -> list[str]:
    """The lines of its history, newest first."""
    query = select(RuleChange.words).where(RuleChange.calendar_id == number(slug)).order_by(RuleChange.id.desc())
    return list(db.session.scalars(query))


def tasks(slug: str = "it") -> list[ClockTask]:
    """What the worker was asked to do because of it."""
    query = select(ClockTask).where(ClockTask.calendar_id == number(slug)).order_by(ClockTask.id)
    return list(db.session.scalars(query))
