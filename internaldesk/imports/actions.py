"""Bring the log of another desk in: all of it or nothing, and nothing twice."""

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from internaldesk.core.errors import BadInput
from internaldesk.core.figures import Share, counted
from internaldesk.core.sla import Target
from internaldesk.db import db, unit_of_work
from internaldesk.imports import known, log, mapping, writing
from internaldesk.imports.course import Course
from internaldesk.imports.following import BadRow, follow
from internaldesk.imports.known import Known
from internaldesk.imports.log import Fault, Log
from internaldesk.imports.sheets import Sheets

Tell = Callable[[int, int], None]
_AT_ONCE = 500
_SHOWN = 40


@dataclass(slots=True)
class Told:
    """What came in, or would: requests, events, those that were there, and how the promises would have been kept."""

    lines: int = 0
    requests: int = 0
    present: int = 0
    people: int = 0
    types: int = 0
    parts: int = 0
    still_open: int = 0
    span: str = ""
    kept: Counter[Target] = field(default_factory=Counter)
    missed: Counter[Target] = field(default_factory=Counter)

    def sentences(self, *, dry_run: bool) -> list[str]:
        """In words for whoever ran the command."""
        would = "would come in" if dry_run else "came in"
        lines = [f"{counted(self.requests, 'request')}{self.span} {would}; {self.present:,} were here already."]
        if not self.requests:
            return lines
        new = [counted(self.people, "former person", "former people"), counted(self.types, "retired request type")]
        new += [counted(self.parts, "department")] if self.parts else []
        told = f"{', '.join(new[:-1])} and {new[-1]}"
        lines.append(f"New for it: {told}. {counted(self.still_open, 'request')} still open.")
        for target, words in ((Target.FIRST_RESPONSE, "First replies"), (Target.RESOLUTION, "Solutions")):
            share = Share(self.kept[target], self.kept[target] + self.missed[target])
            out_of = f", {share.part:,} of {share.of:,}" if share.shown else ""
            lines.append(f"{words} on time: {share.words}{out_of}.")
        return lines


def bring_in(
    file: Path, content: Any, *, now: datetime, dry_run: bool = False, tell: Tell = lambda done, total: None
) -> Told:
    """Import the log in `file` by the mapping `content` at `now`; with `dry_run` only say what would come in.

    Every row is read and every request followed before anything is written, in one transaction at the end. Raises
    BadInput with every bad line, and then nothing was written.
    """
    plan = mapping.parse(content)
    found = log.read(file, plan, now=now)
    with tempfile.TemporaryFile() as spool:  # rows wait on disk, not in memory, until all are known to be good
        with unit_of_work(reading=True):
            here = known.look(plan, now=now)
            told = _followed(found, here, spool, now=now, tell=tell)
            db.session.rollback()  # working out places in the queue says that lists moved, and none did
        if told.requests and not dry_run:
            writing.write(spool, here, told.requests, now=now, tell=tell)
    return told


def _followed(found: Log, here: Known, spool: IO[bytes], *, now: datetime, tell: Tell) -> Told:
    """Follow every new request, and keep its rows in the spool; raises BadInput with all that is wrong."""
    new = {number: rows for number, rows in found.requests.items() if number not in here.numbers}
    told = Told(found.lines, len(new), len(found.requests) - len(new))
    faults, sheets = list(found.faults), Sheets(here.plan.source, now=now)
    for done, (number, rows) in enumerate(new.items(), 1):
        try:
            course = follow(number, rows, here, now=now)
        except BadRow as wrong:
            faults.append(Fault(wrong.line, str(wrong)))
            continue
        _count(told, course)
        sheets.add(course)
        if done % _AT_ONCE == 0 or done == len(new):
            pickle.dump((sheets.rows, done), spool)
            sheets.clear()
            tell(done, 2 * len(new))
    if faults:
        raise BadInput(_all_of(faults))
    told.people = sum(who.id is None for who in here.people.values())
    told.types = sum(kind.id is None for kind in here.types.values())
    told.parts = sum(part.id is None for part in here.parts.values())
    if new:
        first, last = found.span
        told.span = f" with {found.lines - 1:,} events from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return told


def _count(told: Told, course: Course) -> None:
    told.still_open += course.is_open
    for clock in course.clocks:
        if clock.breached:
            told.missed[clock.target] += 1
        elif clock.stopped_at is not None and not clock.open and clock.cancel_reason is None:
            told.kept[clock.target] += 1


def _all_of(faults: Sequence[Fault]) -> str:
    """Every bad line with its reason, up to a screenful."""
    ordered = sorted(faults)
    lines = [f"line {line}: {why}" for line, why in ordered[:_SHOWN]]
    if len(ordered) > _SHOWN:
        lines.append(f"and {len(ordered) - _SHOWN:,} more")
    return "\n".join([f"Nothing was imported: {counted(len(ordered), 'line')} cannot be used.", *lines])
