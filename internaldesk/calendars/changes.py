"""What an edit of a calendar changed, in the words of its history."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TypeVar

from internaldesk.calendars.checks import day_said
from internaldesk.calendars.schedule import Closure, Opening, Schedule
from internaldesk.calendars.written import days_said, hours_said

LONGEST = 500
Item = TypeVar("Item", Closure, Opening)


def differences(old: Schedule, new: Schedule, *, today: date) -> list[str]:
    """Every difference as a phrase: “Thu 24 Dec closed from 12:00”, “Monday to Friday 09:00-17:00, was closed”."""
    zone = [f"Time zone {new.zone}, was {old.zone}"] if old.zone != new.zone else []
    return [*zone, *_week(old, new), *_closures(old, new, today), *_openings(old, new, today)]


def sentence(phrases: Sequence[str], *, longest: int = LONGEST) -> str:
    """The phrases in one line; of too many the first, and how many more.

    >>> sentence(["Mon closed", "Tue closed", "Wed closed"], longest=30)
    'Mon closed; and 2 more changes'
    """
    whole = "; ".join(phrases)
    kept = list(phrases)
    while len(whole) > longest and kept:
        kept.pop()
        left = len(phrases) - len(kept)
        whole = "; ".join([*kept, f"and {left} more change{'s' if left > 1 else ''}"])
    return whole


def _week(old: Schedule, new: Schedule) -> Iterator[str]:
    changed = [day for day in range(7) if old.week[day] != new.week[day]]
    for (now, was, _), days in groupby(
        changed, key=lambda day: (new.week[day], old.week[day], day - changed.index(day))
    ):
        yield f"{days_said(list(days))} {hours_said(now)}, was {hours_said(was)}"


def _closures(old: Schedule, new: Schedule, today: date) -> Iterator[str]:
    gone, come = _moved(old.closures, new.closures)
    renamed = {(shut.day, shut.start, shut.end) for shut in gone} & {(shut.day, shut.start, shut.end) for shut in come}
    for shut in come:
        part = "" if shut.whole else f" {shut.part_said}"
        words = f"{day_said(shut.day, today)} closed{part}"
        if (shut.day, shut.start, shut.end) in renamed:
            yield f"{words} is called {shut.label or 'nothing any more'}"
        else:
            yield words + (f" ({shut.label})" if shut.label else "")
    for shut in gone:
        if (shut.day, shut.start, shut.end) not in renamed:
            part = "" if shut.whole else f" {shut.part_said}"
            yield f"{day_said(shut.day, today)} no longer closed{part}" + (f" ({shut.label})" if shut.label else "")


def _openings(old: Schedule, new: Schedule, today: date) -> Iterator[str]:
    gone, come = _moved(old.openings, new.openings)
    again = {special.day for special in come}
    for special in come:
        label = f" ({special.label})" if special.label else ""
        yield f"{day_said(special.day, today)} open {hours_said(special.windows)}{label}"
    for special in gone:
        if special.day not in again:
            yield f"{day_said(special.day, today)} no longer specially open"


def _moved(old: Sequence[Item], new: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """What went, and what came."""
    return [item for item in old if item not in new], [item for item in new if item not in old]
