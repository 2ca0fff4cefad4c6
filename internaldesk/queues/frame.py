"""What stands around the rows of a list: the rail, the filter chips, the tally, and the links to other pages of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from internaldesk.models.queues import SavedView
from internaldesk.models.tickets import NEVER
from internaldesk.queues.filtering import DUE, SOLVED, SORTS, VIEWS, Option
from internaldesk.queues.queries import PAGE, Choices, Counts, place_of
from internaldesk.queues.scope import Scope
from internaldesk.tickets.queries import LARGEST_NUMBER
from internaldesk.tickets.worklist import Place, Row

_BEGINNING, _SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)
_END = (NEVER - _BEGINNING) // _SECOND
_PLACE = re.compile(r"([0-9]{1,12})(?:\.([0-9]{6}))?-([0-9]{1,19})")
_CHIPS = {"team": "Team", "location": "Location", "type": "Type", "assignee": "Assignee", "status": "Status"}
_MORE = {"tag": "Tag", "cause": "Cause", "age": "Age", "customer": "Customer", "due": "Due"}
_TALLY = {"overdue": "overdue", "hour": "next hour", "today": "later today", "later": "tomorrow on", "paused": "paused"}


@dataclass(frozen=True, slots=True)
class RailView:
    """A link of the rail."""

    title: str
    url: str
    icon: str
    count: int
    over: int
    current: bool


def rail(counts: Counts, current: str = "") -> list[RailView]:
    """Every view with its count, and where one was called by name; `current` is the one being shown."""
    totals = {
        "due-next": counts.open,
        "at-risk": counts.risky,
        "mine": counts.mine,
        "unassigned": counts.unassigned,
        "customer-waiting": counts.customer,
        "transferred-in": counts.transferred,
        "paused": counts.paused,
        "solved-this-week": counts.solved,
    }
    views = [
        RailView(
            view.title, view.url, view.icon, totals[slug], counts.over if slug == "due-next" else 0, slug == current
        )
        for slug, view in VIEWS.items()
    ]
    mentioned = RailView("Mentioned", "/requests?whose=mentioned", "at", counts.mentioned, 0, False)
    return [*views, mentioned]


def saved(kept: Sequence[SavedView], counts: Counts, current: int = 0) -> list[RailView]:
    """The saved views with their counts; `current` is the number of the one being shown."""
    return [
        RailView(view.name, f"/views/{view.id}", "users" if view.team_id else "pin", count, 0, view.id == current)
        for view, count in zip(kept, counts.saved, strict=True)
    ]


class Tally(NamedTuple):
    """A number beside the horizon, and the list behind it."""

    name: str
    words: str
    number: int
    url: str


def tally(scope: Scope, counts: Counts) -> list[Tally]:
    """The groups with their numbers; the filters in use stay."""
    if scope.view is SOLVED:
        return []
    return [
        Tally(name, _TALLY[name], number, scope.view.url + scope.filters.only("due", Option(name, DUE[name])).query())
        for name, number in zip(DUE, counts.by_due, strict=True)
    ]


class Part(NamedTuple):
    """The options of one filter and whether each is chosen."""

    name: str
    title: str
    options: list[tuple[str, str, bool]]


class Chip(NamedTuple):
    """A panel of filters: its title, what is chosen in it, in words, and where it opens."""

    name: str
    title: str
    chosen: str
    url: str
    parts: list[Part]


def chips(choices: Choices, scope: Scope) -> list[Chip]:
    """The filters; those without a choice to make are left out, those seldom used share a panel."""
    single = [(name, title) for name, title in _CHIPS.items() if len(choices.offered[name]) > 1]
    found = [_chip(name, title, [_part(name, title, choices, scope)], scope) for name, title in single]
    return [
        *found,
        _chip("more", "Filter", list(filter(_offers, (_part(*pair, choices, scope) for pair in _MORE.items()))), scope),
    ]


def _chip(name: str, title: str, parts: list[Part], scope: Scope) -> Chip:
    """What is chosen is named up to two, and counted beyond."""
    labels = [label for part in parts for _, label, chosen in part.options if chosen]
    words = " or ".join(labels) if len(labels) < 3 else f"one of {len(labels)}"
    return Chip(name, title, words, f"{scope.view.url}/by/{name}{scope.filters.query()}", parts)


def _part(name: str, title: str, choices: Choices, scope: Scope) -> Part:
    chosen, offered = scope.filters.of(name), choices.offered.get(name, ())
    typed = [option for option in scope.filters.options(name) if option.value not in {known.value for known in offered}]
    options: Sequence[Option] = (*offered, *typed)
    return Part(name, title, [(option.value, option.label, option.value in chosen) for option in options])


def _offers(part: Part) -> bool:
    return bool(part.options)


def more(choices: Choices, *, tags: Sequence[str], causes: Sequence[Option]) -> Choices:
    """With what only the panel of further filters offers."""
    return choices._replace(
        offered={**choices.offered, "tag": tuple(Option(word, word) for word in tags), "cause": tuple(causes)}
    )


class Pages(NamedTuple):
    """The links to the pages before and after this one, where there are any."""

    newer: str | None
    older: str | None


def pages(rows: Sequence[Row], scope: Scope, *, after: Place | None, before: Place | None) -> tuple[list[Row], Pages]:
    """The rows of one page out of `rows`, which has one more where the list goes on; and the way to its neighbours."""
    more = len(rows) > PAGE
    shown = list(rows[-PAGE:] if before else rows[:PAGE])
    newer = shown and (more if before else after is not None)
    older = shown and (before is not None or more)
    return shown, Pages(
        _url(scope, before=address(place_of(shown[0], scope))) if newer else None,
        _url(scope, after=address(place_of(shown[-1], scope))) if older else None,
    )


def sort_url(scope: Scope, name: str) -> str:
    """The list sorted by `name`, or the other way round where it is so already."""
    sort = f"-{name}" if scope.filters.sort == name else name
    assert sort in SORTS
    return scope.view.url + scope.filters.sorted_by(sort).query()


def address(place: Place) -> str:
    """A place in a list as it stands in an address: seconds since 1970, to the microsecond, and the number."""
    at = place[0] - _BEGINNING
    micro = f".{at.microseconds:06}" if at.microseconds else ""
    return f"{at // _SECOND}{micro}-{place[1]}"


def place(written: str) -> Place | None:
    """The place that `address` wrote; None for anything else."""
    found = _PLACE.fullmatch(written)
    if found is None:
        return None
    seconds, micro, number = (int(part or 0) for part in found.groups())
    at = _BEGINNING + timedelta(seconds=min(seconds, _END), microseconds=micro)
    return at, min(number, LARGEST_NUMBER)


def _url(scope: Scope, **place: str) -> str:
    return scope.view.url + scope.filters.query(**place)
