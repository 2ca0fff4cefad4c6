"""The lines of the form in groups: what is past and what comes later is folded, with its dates in the heading."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import groupby
from typing import Generic, NamedTuple

from internaldesk.calendars.sheet import Line, day_of
from internaldesk.core.figures import counted
from internaldesk.core.text import excerpt

_LONGEST = 88


class Group(NamedTuple, Generic[Line]):
    """Lines that are folded together, each with its number on the page; `summary` tells what is inside."""

    title: str
    summary: str
    lines: list[tuple[int, Line]]
    open: bool


class Folded(NamedTuple, Generic[Line]):
    """Dated lines in groups, the past first, and loose ones: without a date one can read, and one to fill in."""

    groups: list[Group[Line]]
    loose: list[tuple[int, Line]]


def folded(
    lines: Sequence[Line], empty: Line, *, today: date, wrong: Collection[str], known: Collection[Line]
) -> Folded[Line]:
    """The lines of an arranged sheet; `wrong` are the ids of controls with a fault, whose groups are open.

    So are the first to come, and those with a line that is not among the `known`: no word just typed hides in a fold.
    """
    numbered = list(enumerate(lines, 1))
    dated = [(day, number, line) for number, line in numbered if (day := day_of(line))]
    loose: list[tuple[int, Line]] = [(number, line) for number, line in numbered if not day_of(line)]
    faulty = {place.rpartition("-")[2] for place in wrong}
    result: list[Group[Line]] = []
    for title, found in groupby(dated, key=lambda found: "Past" if found[0] < today else f"{found[0].year}"):
        own = [(number, line) for _, number, line in found]
        first = not any(group.title != "Past" for group in result)
        telling = any(str(number) in faulty or line not in known for number, line in own)
        result.append(Group(title, _summary(own), own, telling or (first and title != "Past")))
    loose.append((len(lines) + 1, empty))
    return Folded(result, loose)


def _summary(lines: Sequence[tuple[int, Line]]) -> str:
    """As in “8 dates: 1 Jan, 26 Mar, 29 Mar…”."""
    days = [day for _, line in lines if (day := day_of(line))]
    return excerpt(f"{counted(len(days), 'date')}: {', '.join(f'{day.day} {day:%b}' for day in days)}", _LONGEST)
