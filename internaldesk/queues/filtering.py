"""The filters of a list as they stand in its address: several values each, and nothing that is not on offer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from internaldesk.core.lifecycle import AGENT_WORDS, OPEN, Status

ANYBODY = "none"
SORTS = ("due", "-due", "filed", "-filed")
DUE = {
    "overdue": "Overdue",
    "hour": "Next hour",
    "today": "Later today",
    "later": "Tomorrow and later",
    "paused": "Clock paused",
}


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
    """What was chosen, by the name of the filter; one that is not named lets everything through."""

    chosen: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    sort: str = "due"

    def of(self, name: str) -> tuple[str, ...]:
        """The values chosen for a filter."""
        return tuple(option.value for filter_, options in self.chosen for option in options if filter_ == name)

    def only(self, name: str, option: Option) -> "Filters":
        """The same with one other value for one filter."""
        others = tuple(pair for pair in self.chosen if pair[0] != name)
        return replace(self, chosen=(*others, (name, (option,))))

    def sorted_by(self, sort: str) -> "Filters":
        """The same in another order."""
        return replace(self, sort=sort)

    def query(self, **more: object) -> str:
        """As it stands behind the path, with its question mark; empty where nothing is chosen."""
        pairs = [(name, option.value) for name, options in self.chosen for option in options]
        pairs += [("sort", self.sort)] if self.sort != "due" else []
        pairs += [(name, str(value)) for name, value in more.items()]
        return f"?{urlencode(pairs, safe='/')}" if pairs else ""


def read(given: Mapping[str, Iterable[str]], offered: Mapping[str, Iterable[Option]]) -> Filters:
    """The filters of an address; values that are not offered are left out, so nobody can probe for others."""
    chosen = []
    for name, options in offered.items():
        asked = set(given.get(name, ()))
        found = tuple(option for option in options if option.value in asked)
        if found:
            chosen.append((name, found))
    sort = next((value for value in given.get("sort", ()) if value in SORTS), "due")
    return Filters(tuple(chosen), sort)


def fixed() -> dict[str, tuple[Option, ...]]:
    """The filters whose values are the same for everybody."""
    return {
        "status": tuple(Option(status.value, AGENT_WORDS[status]) for status in Status if status in OPEN),
        "customer": (Option("yes", "A customer is waiting"), Option("no", "Nobody outside is waiting")),
        "due": tuple(Option(value, label) for value, label in DUE.items()),
    }
