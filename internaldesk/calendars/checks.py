"""What makes a calendar unusable, as sentences that name day and hour; the page and the command line say the same."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from internaldesk.calendars import written
from internaldesk.calendars.schedule import Schedule
from internaldesk.core import wording
from internaldesk.core.errors import Refused
from internaldesk.core.hours_text import DAY_MINUTES, DAYS, NAMES, Window, clock_time

EARLIEST = date(2000, 1, 1)
YEARS_AHEAD = 10
MOST_CLOSURES = 500
MOST_OPENINGS = 200
LONGEST_LABEL = 120
_DAY = timedelta(days=1)


class Faults(Refused):
    """Everything that is wrong at once; the sentence is the first."""

    def __init__(self, faults: Sequence[Refused]) -> None:
        super().__init__(faults[0].sentence, field=faults[0].field)
        self.faults = list(faults)


def faults(schedule: Schedule, *, today: date) -> list[Refused]:
    """Everything that is wrong with a schedule, in the order of the page; empty when it can be saved."""
    return [*_week(schedule), *_closures(schedule, today), *_openings(schedule, today), *_never(schedule, today)]


def day_said(on: date, today: date) -> str:
    """As in “Fri 25 Dec”, with the year where it is not this one."""
    return wording.day(on, today=today)


def _week(schedule: Schedule) -> Iterator[Refused]:
    for number, (key, name) in enumerate(zip(DAYS, NAMES, strict=True)):
        following = (number + 1) % 7
        yield from (Refused(sentence, field=key) for sentence in _overlaps(name, schedule.week[number]))
        for sentence in _night(name, schedule.week[number], NAMES[following], schedule.week[following]):
            yield Refused(sentence, field=key)


def _overlaps(name: str, windows: Sequence[Window]) -> Iterator[str]:
    for first, second in pairwise(sorted(windows)):
        if second[0] < first[1]:
            part = f"{clock_time(second[0])} to {clock_time(min(first[1], second[1]))}"
            yield f"{name}: {written.said(first)} and {written.said(second)} overlap from {part}."


def _night(name: str, windows: Sequence[Window], next_name: str, following: Sequence[Window]) -> Iterator[str]:
    """A span past midnight must end before the next day's own hours begin."""
    for night in windows:
        tail = night[1] - DAY_MINUTES
        for span in following:
            if span[0] < tail:
                part = f"from {clock_time(span[0])} to {clock_time(min(tail, span[1]))}"
                whose = f"{written.said(night)} runs into {next_name}, where {written.said(span)} is open already"
                yield f"{name}: {whose} {part}."
                return


def _closures(schedule: Schedule, today: date) -> Iterator[Refused]:
    if len(schedule.closures) > MOST_CLOSURES:
        sentence = f"{len(schedule.closures)} closures are too many: a calendar holds at most {MOST_CLOSURES}."
        yield Refused(sentence, field="closures")
    seen: set[tuple[date, int, int]] = set()
    for shut in schedule.closures:
        if out := _out_of_range(shut.day, today):
            yield Refused(f"Closure {out}", field=f"closure_date-{shut.row}")
        yield from _label(shut.label, f"closure_label-{shut.row}")
        part = (shut.day, shut.start, shut.end)
        if part in seen:
            sentence = f"{day_said(shut.day, today)} is closed {shut.part_said} twice: remove one of the two."
            yield Refused(sentence, field=f"closure_date-{shut.row}")
        seen.add(part)


def _openings(schedule: Schedule, today: date) -> Iterator[Refused]:
    if len(schedule.openings) > MOST_OPENINGS:
        sentence = f"{len(schedule.openings)} special openings are too many: a calendar holds at most {MOST_OPENINGS}."
        yield Refused(sentence, field="openings")
    often = Counter(special.day for special in schedule.openings)
    opened = {special.day: special.windows for special in schedule.openings}
    whole = {shut.day for shut in schedule.closures if shut.whole}
    for special in schedule.openings:
        name, here = day_said(special.day, today), f"opening_date-{special.row}"
        if out := _out_of_range(special.day, today):
            yield Refused(f"Special opening {out}", field=here)
            continue
        yield from _label(special.label, f"opening_label-{special.row}")
        if often[special.day] > 1:
            yield Refused(f"{name} is specially open twice: write all its hours in one line.", field=here)
        if special.day in whole:
            yield Refused(f"{name} is closed all day and specially open: remove one of the two.", field=here)
        yield from _special_hours(schedule, special.day, opened, today=today, row=special.row)


def _special_hours(
    schedule: Schedule, on: date, opened: dict[date, tuple[Window, ...]], *, today: date, row: int
) -> Iterator[Refused]:
    """Its spans overlap neither one another, nor the night before, nor the morning after."""
    before, here, after = (
        (day_said(day, today), opened.get(day, schedule.week[day.weekday()])) for day in (on - _DAY, on, on + _DAY)
    )
    nights = () if on - _DAY in opened else _night(*before, *here)
    for sentence in (*_overlaps(*here), *nights, *_night(*here, *after)):
        yield Refused(sentence, field=f"opening_hours-{row}")


def _label(label: str, place: str) -> Iterator[Refused]:
    if len(label) > LONGEST_LABEL:
        sentence = f"“{label[:30]}…” has {len(label)} characters: write at most {LONGEST_LABEL}."
        yield Refused(sentence, field=place)


def _out_of_range(day: date, today: date) -> str:
    if day < EARLIEST:
        return f"on {day.isoformat()}: dates begin with the year {EARLIEST.year}."
    if day.year > today.year + YEARS_AHEAD:
        return f"on {day.isoformat()}: write dates up to {today.year + YEARS_AHEAD}, ten years ahead."
    return ""


def _never(schedule: Schedule, today: date) -> Iterator[Refused]:
    if not any(schedule.week) and not any(special.day >= today for special in schedule.openings):
        sentence = "These hours never open: give at least one weekday its hours, or a day to come a special opening."
        yield Refused(sentence, field="week")
