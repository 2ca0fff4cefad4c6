"""The page of one calendar: its sheet with every fault at its line, the preview beside it, and what became of it."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, url_for

from internaldesk.calendars import actions, looks, proposals, queries, sheet
from internaldesk.calendars.folds import folded
from internaldesk.calendars.forms import USUAL_PROMISE, CalendarForm
from internaldesk.calendars.queries import Shown, Use
from internaldesk.calendars.schedule import Schedule
from internaldesk.calendars.sheet import ClosureLine, OpeningLine, Reading, Sheet
from internaldesk.core.hours_text import DAYS, NAMES
from internaldesk.web.auth import actor
from internaldesk.web.desk import now, page

RECENT = timedelta(days=1)
"""How long the result of work on clocks stays above the page."""


@dataclass(frozen=True, slots=True)
class Editor:
    """A calendar on its page; `shown` is None for one that is not there yet."""

    shown: Shown | None
    use: Use

    @property
    def writable(self) -> bool:
        """Whether the reader may change it."""
        return self.use.changeable_by(actor())

    def url(self, door: str) -> str:
        """Where a form of the page goes: `edit` or `preview`."""
        if self.shown is None:
            return url_for({"edit": "calendars.new", "preview": "calendars.preview_new"}[door])
        return url_for(f"calendars.{door}", number=self.shown.row.id)

    def blank(self, zone: str) -> CalendarForm:
        """The form before anybody types."""
        if self.shown is None:
            return CalendarForm.showing(Sheet(zone=zone))
        typed = Sheet.written(self.shown.row.name, self.shown.schedule)
        return CalendarForm.showing(typed, version=actions.mark(self.shown))

    def page(
        self,
        form: CalendarForm,
        typed: Sheet,
        *,
        part: str | None = None,
        status: int = 200,
        newer: str = "",
        fresh: bool = False,
        everything: bool = False,
    ) -> Response:
        """The page with what was typed; `newer` says that somebody saved meanwhile, `fresh` that nobody typed yet."""
        typed = typed.arranged()
        reading = sheet.read(typed, now=now()) if not fresh else Reading(self._schedule(typed.zone), [])
        template = "calendars/edit.html" if self.writable else "calendars/show.html"
        return page(
            template,
            part=part,
            status=status,
            editor=self,
            form=form,
            typed=typed,
            newer=newer,
            fresh=fresh,
            faults=form.found,
            errors=defaultdict(str, reversed(form.found)),
            panel=looks.panel(reading.schedule, reading.faults, form.promise.data or USUAL_PROMISE, now=now()),
            **self._lines(typed, form),
            **self._record(everything),
        )

    def _schedule(self, zone: str) -> Schedule:
        return self.shown.schedule if self.shown else Schedule(zone)

    def _lines(self, typed: Sheet, form: CalendarForm) -> dict[str, Any]:
        zone = ZoneInfo(typed.zone if typed.zone in sheet.zones() else "UTC")
        today = now().astimezone(zone).date()
        known = Sheet.written("", self.shown.schedule) if self.shown else Sheet()
        wrong = [place for place, _ in form.found]
        closures = [place for place in wrong if place.startswith("closure_")]
        openings = [place for place in wrong if place.startswith("opening_")]
        return {
            "week": list(zip(DAYS, NAMES, typed.week, strict=True)),
            "closures": folded(typed.closures, ClosureLine(), today=today, wrong=closures, known=known.closures),
            "openings": folded(typed.openings, OpeningLine(), today=today, wrong=openings, known=known.openings),
            "zones": proposals.places(),
        }

    def _record(self, everything: bool) -> dict[str, Any]:
        if self.shown is None:
            return {"works": [], "history": [], "older": 0}
        number = self.shown.row.id
        history, count = queries.history(number, limit=None if everything else queries.SHOWN)
        return {"works": works(number, now=now()), "history": history, "older": count - len(history)}


def editor_or_404(number: int) -> Editor:
    """The calendar of that number; every lead and administrator may look at it."""
    shown = queries.found(number, now=now()) or abort(404)
    return Editor(shown, queries.uses([number], now=now())[number])


def works(number: int, *, now: datetime) -> list[looks.Work]:
    """What the worker does for this calendar, and of each kind what it finished last, if lately."""
    tasks = queries.tasks(number)
    running = [task for task in tasks if task.finished_at is None]
    last = {task.kind: task for task in reversed(tasks) if task.finished_at}.values()
    done = [task for task in last if task.finished_at and task.finished_at > now - RECENT]
    return [looks.work(task) for task in [*running, *done]]


def pressed(typed: Sheet, button: str, value: str) -> Sheet:
    """The sheet after one of its own buttons: `copy` Monday to Friday, or `drop` a line such as closure-3."""
    if button == "copy":
        return replace(typed, week=(typed.week[0],) * 5 + typed.week[5:])
    kind, _, number = value.partition("-")
    place = int(number) - 1 if number.isdecimal() else -1
    if kind == "closure":
        return replace(typed, closures=_without(typed.closures, place))
    if kind == "opening":
        return replace(typed, openings=_without(typed.openings, place))
    return typed


def _without(lines: tuple[sheet.Line, ...], place: int) -> tuple[sheet.Line, ...]:
    return tuple(line for n, line in enumerate(lines) if n != place)
