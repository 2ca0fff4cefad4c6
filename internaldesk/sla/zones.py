"""Follow what moves hours without anybody editing them: new rules of time zones, and versions whose day has come.

Governments change their clocks at short notice, and the machine learns of it with a package: instants computed before
are then wrong for the days ahead. `CalendarVersion.tzdata` notes by which release of the rules a version was last
computed, and a fingerprint of its own zone. Where only the release differs it is noted anew; where the zone itself
does, the calendar gets a version with the same hours, and its open clocks go on in that one. So the change stands in
each ticket's log like any other edit of hours, doing it twice changes nothing, and the past stays as it was told.

Only a newer release counts: two machines that are updated one after the other do not undo each other's work.
"""

import zoneinfo
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from internaldesk.core import offsets
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import CalendarException, CalendarVersion, ClockTask, RuleChange
from internaldesk.sla import tasks

_COMPARED = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC))


@cache
def release() -> str:
    """The release of the time zone rules this process computes with, such as 2026b: the machine's, or the package's."""
    places = [*map(Path, zoneinfo.TZPATH), resources.files("tzdata").joinpath("zoneinfo")]
    source = next((found for place in places if (found := place.joinpath("tzdata.zi")).is_file()), None)
    if source is None:
        return ""  # then nobody can tell
    with source.open() as lines:
        return str(lines.readline()).removeprefix("# version ").strip()[:7]


@cache
def stamp(zone: str) -> str:
    """What `CalendarVersion.tzdata` of a version computed now says: the release, and what it makes of this zone."""
    start, end = map(offsets.ticks, _COMPARED)
    known = repr(list(offsets.pieces(ZoneInfo(zone), start, end)))
    return f"{release()} {sha256(known.encode()).hexdigest()[:8]}"


def follow(*, now: datetime) -> int:
    """Ask for what must be recomputed, and note by which release the rest was; returns how many were asked for.

    Asked for is also a calendar whose present version was saved beforehand and began since its clocks were looked at.
    """
    stale = [version for version in _in_force(now) if _brought_up(version, now=now) or _has_begun(version)]
    for version in stale:
        tasks.ask(TaskKind.CALENDAR, by=None, now=now, calendar_id=version.calendar_id, facts={})
    return len(stale)


class _Version(NamedTuple):
    """A calendar's version in force; when it was last asked to look after its clocks, and whether there was another."""

    id: int
    calendar_id: int
    zone: str
    valid_from: datetime
    tzdata: str
    asked_at: datetime | None
    first_id: int


def _in_force(now: datetime) -> list[_Version]:
    asked = select(func.max(ClockTask.asked_at)).where(
        ClockTask.calendar_id == CalendarVersion.calendar_id, ClockTask.kind == TaskKind.CALENDAR
    )
    other = aliased(CalendarVersion)
    first = select(func.min(other.id)).where(other.calendar_id == CalendarVersion.calendar_id)
    query = (
        select(CalendarVersion.id, CalendarVersion.calendar_id, CalendarVersion.zone, CalendarVersion.valid_from)
        .add_columns(CalendarVersion.tzdata, asked.scalar_subquery(), first.scalar_subquery())
        .where(CalendarVersion.valid_from <= now)
        .order_by(CalendarVersion.calendar_id, CalendarVersion.valid_from, CalendarVersion.id)
    )
    return list({row.calendar_id: _Version(*row) for row in db.session.execute(query)}.values())


def _has_begun(version: _Version) -> bool:
    return version.id != version.first_id and (version.asked_at is None or version.asked_at < version.valid_from)


def _brought_up(version: _Version, *, now: datetime) -> bool:
    """Note by which rules it is computed; where its zone changed, whether that needed a version of its own."""
    before, _, known = version.tzdata.partition(" ")
    present, _, found = stamp(version.zone).partition(" ")
    if present <= before:
        return False
    if before and known != found:
        _renew(version, now=now)
        return True
    # Past the session: nothing that was read of calendars is different.
    noted = update(CalendarVersion).where(CalendarVersion.id == version.id).values(tzdata=stamp(version.zone))
    db.session.execute(noted, execution_options={"synchronize_session": False})
    return False


def _renew(version: _Version, *, now: datetime) -> None:
    """The same hours once more, from now on."""
    old = db.session.get_one(CalendarVersion, version.id)
    new = CalendarVersion(calendar_id=old.calendar_id, zone=old.zone, hours=old.hours, valid_from=now)
    new.tzdata, new.note = stamp(old.zone), f"Time zone rules of {release()}"
    new.exceptions = [
        CalendarException(day=part.day, from_min=part.from_min, to_min=part.to_min, opening=part.opening)
        for part in old.exceptions
    ]
    for part, before in zip(new.exceptions, old.exceptions, strict=True):
        part.label = before.label
    words = f"The clocks of {old.zone} change on other days than was known ({release()}): open requests follow"
    db.session.add_all([new, RuleChange(at=now, calendar_id=old.calendar_id, words=words)])
    db.session.flush()
