"""How calendars look on their pages: the lines of the list, the preview, and the work that changes asked for."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from internaldesk.calendars import written
from internaldesk.calendars.checks import day_said
from internaldesk.calendars.queries import Shown, Use
from internaldesk.calendars.schedule import Schedule
from internaldesk.core import durations, hours, wording
from internaldesk.core.errors import Refused
from internaldesk.core.examples import Example, examples
from internaldesk.core.figures import counted
from internaldesk.core.promises import TaskKind
from internaldesk.models.sla import ClockTask
from internaldesk.sla import tasks

_NEXT = 6


class ListLine(NamedTuple):
    """A calendar in the list; `now` says whether it is open and until when, in its own zone."""

    number: int
    name: str
    zone: str
    hours: str
    open: bool
    now: str
    closure: str
    teams: list[str]
    rules: int


class Panel(NamedTuple):
    """What a calendar means: its week and next dates in words, and the examples, or `faults` where there are."""

    zone: str
    week: list[tuple[str, str]]
    ahead: list[tuple[str, str, str]]
    more: int
    rows: list[Example]
    promise: str
    faults: list[str]
    error: str


class Work(NamedTuple):
    """Something the worker does or did with open or past clocks, in a sentence."""

    words: str
    percent: int
    running: bool
    failed: bool
    at: datetime
    who: str


def list_line(shown: Shown, use: Use, *, now: datetime) -> ListLine:
    """A calendar in the list."""
    is_open, state = _state(shown, now)
    today = now.astimezone(shown.calendar.zone).date()
    ahead = _ahead(shown.schedule, today)
    return ListLine(
        shown.row.id,
        shown.row.name,
        shown.schedule.zone,
        written.week_short(shown.schedule.week),
        is_open,
        state,
        " ".join(ahead[0]) if ahead else "",
        list(use.teams.values()),
        len(use.rules),
    )


def panel(schedule: Schedule, faults: Sequence[Refused], promise: str, *, now: datetime) -> Panel:
    """The preview of a schedule for a promise as it was typed."""
    calendar = schedule.calendar
    today = now.astimezone(calendar.zone).date()
    rows, error = [], ""
    if not faults:
        try:
            rows = examples(calendar, promised(promise, schedule), now=now, names=schedule.names)
        except durations.BadDuration as bad:
            error = str(bad)
    ahead = _ahead(schedule, today)
    return Panel(
        schedule.zone,
        written.week_said(schedule.week),
        ahead[:_NEXT],
        max(0, len(ahead) - _NEXT),
        rows,
        promise,
        [fault.sentence for fault in faults],
        error,
    )


def promised(words: str, schedule: Schedule) -> int:
    """The minutes of a promise as it was typed; raises BadDuration."""
    day = durations.business_day(schedule.calendar) or 24 * 60
    minutes = durations.read(words, day=day)
    if not 0 < minutes <= durations.LONGEST_DAYS * day:
        raise durations.BadDuration(f"Choose more than nothing, and at most {durations.LONGEST_DAYS} days.")
    return minutes


def work(task: ClockTask) -> Work:
    """What became of a change, or how far it is."""
    found = tasks.progress(task)
    words = _result(task) if found.finished and not found.failed else found.words
    who = task.asked_by.name if task.asked_by else "The desk"
    return Work(f"{_TITLES[task.kind]}: {words}", found.percent, not found.finished, found.failed, task.asked_at, who)


_TITLES = {TaskKind.CALENDAR: "Open requests go on in these hours", TaskKind.CORRECT: "A period counted anew"}


def _result(task: ClockTask) -> str:
    said = [counted(task.result.get("requests", 0), "request")]
    if task.kind is TaskKind.CORRECT:
        said.append(f"{task.result.get('unmissed', 0):,} no longer missed")
        said += [f"{more:,} missed now" for more in [task.result.get("missed", 0)] if more]
    said += [
        f"{counted(failed, 'request')} could not be counted" for failed in [task.result.get("failed", 0)] if failed
    ]
    return f"{', '.join(said)}."


def _state(shown: Shown, now: datetime) -> tuple[bool, str]:
    """Whether it is open, and what comes next on its own clock."""
    calendar = shown.calendar
    today = hours.local(calendar, now).date()
    if hours.is_open(calendar, now):
        until = hours.closing(calendar, now)
        return True, f"Open until {wording.short(until, zone=calendar.zone, today=today)}" if until else "Open"
    try:
        opens = hours.next_open(calendar, now)
    except hours.NeverOpen:
        return False, "Never opens again"
    return False, f"Closed, opens {wording.short(opens, zone=calendar.zone, today=today)}"


def _ahead(schedule: Schedule, today: date) -> list[tuple[str, str, str]]:
    """The closures and special openings to come: the date, what is different, and the label."""
    shut = [(s.day, "closed" if s.whole else f"closed {s.part_said}", s.label) for s in schedule.closures]
    special = [(s.day, f"open {written.hours_said(s.windows)}", s.label) for s in schedule.openings]
    return [(day_said(day, today), what, label) for day, what, label in sorted([*shut, *special]) if day >= today]
