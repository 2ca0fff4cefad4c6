"""The filters of a list as they stand in its address: several values each, and nothing that is not on offer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from internaldesk.core import tags
from internaldesk.core.lifecycle import AGENT_WORDS, OPEN, Status
from internaldesk.queues import columns

MOST_TYPED = 20
ANYBODY = "none"
SORTS = ("due", "-due", "filed", "-filed")
DUE = {
    "overdue": "Overdue",
    "hour": "Next hour",
    "today": "Later today",
    "later": "Tomorrow and later",
    "paused": "Clock paused",
}
AGES = {
    "1d": ("Older than 1 day", timedelta(days=1)),
    "3d": ("Older than 3 days", timedelta(days=3)),
    "1w": ("Older than 1 week", timedelta(weeks=1)),
    "4w": ("Older than 4 weeks", timedelta(weeks=4)),
}
OPEN_ENDED = ("tag", "cause")
"""Filters that take what is not on offer, too: a kept address must not show everything once nothing fits it."""


class View(NamedTuple):
    """A list with a name: its words, the icon in the rail, and what it says when nothing is in it."""

    slug: str
    title: str
    icon: str
    order: str
    empty: str
    then: str

    @property
    def url(self) -> str:
        """Where it is."""
        return f"/queue/{self.slug}"


VIEWS = {
    view.slug: view
    for view in (
        View("due-next", "Due next", "inbox", "soonest promise first", "Nothing is due", "Every request is answered."),
        View(
            "at-risk",
            "Late or at risk",
            "tri",
            "soonest promise first",
            "Nothing is late or at risk",
            "Every promise has time enough.",
        ),
        View(
            "mine", "Mine", "user", "soonest promise first", "You have nothing open", "Take next finds the most urgent."
        ),
        View("unassigned", "Unassigned", "users", "soonest promise first", "Everything has an owner", "Nobody waits."),
        View(
            "customer-waiting",
            "Customer waiting",
            "flag",
            "soonest promise first",
            "No customer is waiting",
            "Requests with a customer behind them appear here first.",
        ),
        View(
            "transferred-in",
            "Transferred in",
            "transfer",
            "soonest promise first",
            "Nothing came from other teams",
            "What they hand over appears here until it is solved.",
        ),
        View("paused", "Paused", "pause", "oldest first", "No clock is paused", "Nothing waits for somebody else."),
        View("solved-this-week", "Solved this week", "check", "newest first", "Nothing solved yet this week", ""),
    )
}
FIRST = VIEWS["due-next"]
AT_RISK = VIEWS["at-risk"]
SOLVED = VIEWS["solved-this-week"]


class Option(NamedTuple):
    """A value a filter offers: what stands in the address, what people read, and the key of its row, if it has one."""

    value: str
    label: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen, by the name of the filter; one that is not named lets everything through.

    Beside it the order, the columns, and the number of the saved view it was opened from (0 for none), which is left
    out of comparisons: it changes nothing of what is listed.
    """

    chosen: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    sort: str = "due"
    columns: tuple[str, ...] = columns.USUAL
    saved: int = field(default=0, compare=False)

    def options(self, name: str) -> tuple[Option, ...]:
        """What was chosen for a filter."""
        return next((options for filter_, options in self.chosen if filter_ == name), ())

    def of(self, name: str) -> tuple[str, ...]:
        """The values chosen for a filter."""
        return tuple(option.value for option in self.options(name))

    def only(self, name: str, option: Option) -> "Filters":
        """The same with one other value for one filter."""
        others = tuple(pair for pair in self.chosen if pair[0] != name)
        return replace(self, chosen=(*others, (name, (option,))))

    def sorted_by(self, sort: str) -> "Filters":
        """The same in another order."""
        return replace(self, sort=sort)

    def bare(self) -> "Filters":
        """The filters and the order alone."""
        return Filters(self.chosen, self.sort)

    def opened_from(self, saved: int) -> "Filters":
        """The same, under the number of a saved view or none (0)."""
        return replace(self, saved=saved)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All of it as names and values, as forms send it."""
        pairs = [(name, option.value) for name, options in self.chosen for option in options]
        pairs += [("sort", self.sort)] if self.sort != "due" else []
        pairs += [("columns", name) for name in self.columns] if self.columns != columns.USUAL else []
        return pairs + ([("saved", str(self.saved))] if self.saved else [])

    def query(self, **more: object) -> str:
        """As it stands behind the path, with its question mark; empty where nothing is chosen."""
        pairs = self.pairs + [(name, str(value)) for name, value in more.items()]
        return f"?{urlencode(pairs, safe='/')}" if pairs else ""


def read(given: Mapping[str, Iterable[str]], offered: Mapping[str, Iterable[Option]]) -> Filters:
    """The filters of an address; values that are not offered are left out, so nobody can probe for others."""
    chosen = []
    for name, options in offered.items():
        asked = set(given.get(name, ()))
        found = tuple(option for option in options if option.value in asked)
        if found:
            chosen.append((name, found))
    chosen += [(name, found) for name in OPEN_ENDED if (found := _typed(name, given.get(name, ())))]
    sort = next((value for value in given.get("sort", ()) if value in SORTS), "due")
    saved = next((int(value) for value in given.get("saved", ()) if re.fullmatch(r"[0-9]{1,9}", value)), 0)
    return Filters(tuple(chosen), sort, columns.read(list(given.get("columns", ()))), saved)


def _typed(name: str, values: Iterable[str]) -> tuple[Option, ...]:
    """Tags and causes as they were asked for, as far as they could be some."""
    asked = sorted({value.strip().lower() for value in values})[:MOST_TYPED]
    if name == "tag":
        return tuple(Option(value, value) for value in asked if 0 < len(value) <= tags.LONGEST)
    numbers = [int(value) for value in asked if re.fullmatch(r"[0-9]{1,9}", value)]
    return tuple(Option(str(number), f"R-{number}", number) for number in numbers)


def fixed() -> dict[str, tuple[Option, ...]]:
    """The filters whose values are the same for everybody."""
    return {
        "status": tuple(Option(status.value, AGENT_WORDS[status]) for status in Status if status in OPEN),
        "customer": (Option("yes", "A customer is waiting"), Option("no", "Nobody outside is waiting")),
        "due": tuple(Option(value, label) for value, label in DUE.items()),
        "age": tuple(Option(value, label) for value, (label, _) in AGES.items()),
    }
