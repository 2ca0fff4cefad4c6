"""Change calendars: each save is a version from now on, written down in words; the past is corrected on its own."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from internaldesk.calendars import changes, queries, sheet
from internaldesk.calendars.checks import Faults, day_said
from internaldesk.calendars.queries import Shown
from internaldesk.calendars.schedule import Closure, Schedule
from internaldesk.calendars.sheet import Sheet
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.policy import Actor
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import Calendar, CalendarException, CalendarVersion, ClockTask, RuleChange
from internaldesk.sla import tasks

LONGEST_NOTE = 200
LONGEST_WHY = 300
DAYS_BACK = 92
DAY = timedelta(days=1)


class Saved(NamedTuple):
    """What a save did: the calendar, what changed in words, whether hours did, how many open requests go on anew."""

    calendar_id: int
    phrases: list[str]
    moved: bool = False
    requests: int = 0


def create(typed: Sheet, *, note: str = "", by: Actor, now: datetime) -> Saved:
    """A new calendar; whoever sets rules may make one."""
    if not by.sets_rules:
        raise Forbidden("Leads and administrators make calendars.")
    schedule = _read(typed, note, None, now=now)
    row = Calendar(slug=_slug(typed.name), name=typed.name)
    db.session.add(row)
    db.session.flush()
    _version(row.id, schedule, note, by=by, valid_from=queries.BEGINNING)
    _write_down(row.id, "Calendar made", by=by, now=now)
    return Saved(row.id, ["Calendar made"])


def change(calendar_id: int, *, typed: Sheet, note: str = "", version: str = "", by: Actor, now: datetime) -> Saved:
    """Let these hours hold from now on; `version` is the mark of what the editor saw."""
    seen = _changeable(calendar_id, version, by=by, now=now)
    schedule = _read(typed, note, calendar_id, now=now)
    phrases = []
    if seen.row.name != typed.name:
        phrases.append(f"Called {typed.name}, was {seen.row.name}")
        seen.row.name = typed.name
    return _keep(seen, schedule, phrases, note, by=by, now=now)


def close_days(
    calendar_id: int, *, days: Sequence[Closure], note: str = "", version: str = "", by: Actor, now: datetime
) -> Saved:
    """Add closures, such as a country's public holidays somebody ticked; days that are closed already stay."""
    seen = _changeable(calendar_id, version, by=by, now=now)
    closed = {shut.day for shut in seen.schedule.closures if shut.whole}
    more = tuple(day for day in days if day.day not in closed)
    schedule = replace(seen.schedule, closures=(*seen.schedule.closures, *more)).ordered()
    _refuse(sheet.read(Sheet.written(seen.row.name, schedule), now=now).faults, note)
    return _keep(seen, schedule, [], note, by=by, now=now)


def correct(calendar_id: int, *, since: date, until: date, why: str, by: Actor, now: datetime) -> ClockTask:
    """Ask for a period to be counted anew in the hours that hold now: a correction, written down with its reason."""
    seen = _changeable(calendar_id, None, by=by, now=now)
    zone = seen.calendar.zone
    today = now.astimezone(zone).date()
    _refuse(_period_faults(since, until, why, today), "")
    begin, end = _midnight(since, zone), min(_midnight(until + DAY, zone), now)
    facts = {"version": seen.version.id, "since": begin.isoformat(), "until": end.isoformat(), "why": why}
    first, last = day_said(since, today), day_said(until, today)
    period = first if since == until else f"{first} to {last}"
    _write_down(calendar_id, f"Asked to count {period} anew: {why}", by=by, now=now)
    return tasks.ask(TaskKind.CORRECT, by=by, now=now, calendar_id=calendar_id, facts=facts)


def mark(shown: Shown) -> str:
    """What an editor saw, to notice that somebody else saved meanwhile."""
    return f"{shown.version.id}-{shown.row.name}"


def _changeable(calendar_id: int, version: str | None, *, by: Actor, now: datetime) -> Shown:
    """The calendar, locked, if this person may change it and nobody did since they looked."""
    db.session.execute(select(Calendar.id).where(Calendar.id == calendar_id).with_for_update())
    shown = queries.found(calendar_id, now=now)
    if shown is None:
        raise Refused("There is no such calendar.")
    use = queries.uses([calendar_id], now=now)[calendar_id]
    if not use.changeable_by(by):
        raise Forbidden(use.why_not)
    if version is not None and version != mark(shown):
        raise Conflict("Somebody else saved this calendar while you were editing it. Nothing of yours was saved.")
    return shown


def _read(typed: Sheet, note: str, calendar_id: int | None, *, now: datetime) -> Schedule:
    reading = sheet.read(typed, now=now)
    taken = {name.lower() for number, name in queries.names().items() if number != calendar_id}
    faults = list(reading.faults)
    if typed.name.lower() in taken:
        faults.insert(
            0, Refused(f"There is a calendar called {typed.name} already: choose another name.", field="name")
        )
    _refuse(faults, note)
    return reading.schedule


def _refuse(faults: Iterable[Refused], note: str) -> None:
    found = list(faults)
    if len(note) > LONGEST_NOTE:
        sentence = f"Why: {len(note)} characters are too many, write at most {LONGEST_NOTE}."
        found.append(Refused(sentence, field="note"))
    if found:
        raise Faults(found)


def _keep(seen: Shown, schedule: Schedule, phrases: list[str], note: str, *, by: Actor, now: datetime) -> Saved:
    """A new version if anything is different, its line in the history, and the work that follows from it."""
    today = now.astimezone(seen.calendar.zone).date()
    requests = 0
    if different := changes.differences(seen.schedule, schedule, today=today):
        _version(seen.row.id, schedule, note, by=by, valid_from=now)
        tasks.ask(TaskKind.CALENDAR, by=by, now=now, calendar_id=seen.row.id, facts={})
        requests = queries.open_requests(seen.row.id)
    phrases = [*phrases, *different]
    if phrases:
        _write_down(seen.row.id, changes.sentence(phrases), by=by, now=now)
    return Saved(seen.row.id, phrases, bool(different), requests)


def _version(calendar_id: int, schedule: Schedule, note: str, *, by: Actor, valid_from: datetime) -> None:
    version = CalendarVersion(
        calendar_id=calendar_id,
        zone=schedule.zone,
        hours=schedule.hours,
        valid_from=valid_from,
        author_id=by.id,
        note=note,
    )
    version.exceptions = [CalendarException(**columns) for columns in schedule.exceptions()]
    db.session.add(version)
    db.session.flush()


def _write_down(calendar_id: int, words: str, *, by: Actor, now: datetime) -> None:
    row = RuleChange(at=now, actor_id=by.id, calendar_id=calendar_id, words=words[: changes.LONGEST])
    db.session.add(row)


def _period_faults(since: date, until: date, why: str, today: date) -> Iterable[Refused]:
    if until < since:
        yield Refused(f"{day_said(until, today)} is before {day_said(since, today)}.", field="until")
    if until > today:
        yield Refused("Only what has passed can be counted anew: choose today or an earlier day.", field="until")
    if since < today - DAYS_BACK * DAY:
        earliest = day_said(today - DAYS_BACK * DAY, today)
        yield Refused(f"Choose {earliest} or later: at most {DAYS_BACK} days are counted anew.", field="since")
    if not why:
        yield Refused("Say why: it stands in the history and beside every promise it changes.", field="why")
    elif len(why) > LONGEST_WHY:
        yield Refused(f"{len(why)} characters are too many: write at most {LONGEST_WHY}.", field="why")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _slug(name: str) -> str:
    """A short name nobody else has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = "-".join("".join(sign if sign.isalnum() else " " for sign in plain).split())[:56] or "calendar"
    taken = queries.slugs()
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)
