"""What the page of who waits for whom shows: three figures in words, each number with the address of its list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from internaldesk.core import chain
from internaldesk.core.chain import Blocked, Kind, Pair, Parts
from internaldesk.core.chain_pieces import HANDS
from internaldesk.core.figures import span_words
from internaldesk.core.rating import QUESTIONS
from internaldesk.quality.board import Figure
from internaldesk.quality.forms import Chosen
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Chained, Named
from internaldesk.web import plot
from internaldesk.web.charts import SpreadBar
from internaldesk.web.plot import Box

NO_DEPARTMENT = "Not entered"
DASH = "\u2013"


class Hours(NamedTuple):
    """Customer-hours of a request type: working, on the wall, how many wait now, and a bar against the longest."""

    line: Blocked
    name: str
    team: str
    working: Figure
    wall: str
    waiting: Figure
    bar: SpreadBar


class Shared(NamedTuple):
    """The time of a request type by whose hands it lay in: averages in words, shares where there are enough."""

    line: Parts
    name: str
    team: str
    solved: Figure
    words: str
    each: tuple[str, ...]
    bar: SpreadBar


class Served(NamedTuple):
    """What a department asked of a team: requests, half of the first replies within, scores, and on how many."""

    pair: Pair
    team: str
    requests: Figure
    half: Figure
    scores: tuple[str, ...]
    answers: str
    veiled: bool


class Asker(NamedTuple):
    """A department; `cells` in the order of the teams, None where nothing was asked."""

    name: str
    requests: int
    cells: tuple[Served | None, ...]


@dataclass(frozen=True, slots=True)
class ChainBoard:
    """The page."""

    chosen: Chosen
    links: Links
    blocked_headline: str
    blocked: tuple[Hours, ...]
    whole: Hours
    parts_headline: str
    parts: tuple[Shared, ...]
    teams: tuple[str, ...]
    askers: tuple[Asker, ...]


def board(chosen: Chosen, read: Chained) -> ChainBoard:
    """The page from what was read."""
    links = Links(chosen.filters, endpoint="quality.chain")
    types = {entry.id: entry for entry in chosen.known.types}
    hours = {kind: line for kind, line in chain.blocked(read.cells).items() if kind.type_id in types}
    parts = {kind: line for kind, line in chain.parts(read.cells).items() if kind.type_id in types}
    whole, named = chain.all_blocked(hours.values()), _Names(chosen, links)
    longest = max((line.working for line in hours.values()), default=0)
    first = next(iter(hours), None)
    teams, askers = _askers(chain.pairs(read.askers), read.departments, named)
    return ChainBoard(
        chosen=chosen,
        links=links,
        blocked_headline=chain.blocked_headline(whole, ": ".join(reversed(named.of(first))) if first else ""),
        blocked=tuple(_hours(line, longest, kind, named) for kind, line in hours.items()),
        whole=_hours(whole, 0, None, named),
        parts_headline=chain.parts_headline(chain.all_parts(parts.values())),
        parts=tuple(_shared(line, kind, named) for kind, line in parts.items()),
        teams=tuple(team.name for team in teams),
        askers=askers,
    )


class _Names:
    """Teams and types by id, and the lists of one of them."""

    def __init__(self, chosen: Chosen, links: Links) -> None:
        self.links = links
        self.teams = {entry.id: entry for entry in chosen.known.teams}
        self._types = {entry.id: entry for entry in chosen.known.types}

    def of(self, kind: Kind) -> tuple[str, str]:
        """The names of type and team."""
        return self._types[kind.type_id].name, self.teams[kind.team_id].name

    def opens(self, what: str, kind: Kind | None, *, customer: bool | None = None) -> str:
        """The list of one type in one team, or of all that is chosen."""
        waits = self.links.filters.customer if customer is None else customer
        if kind is None:
            return self.links.listing(what, customer=waits)
        slugs: dict[str, Any] = {"team": (self.teams[kind.team_id].slug,), "type": (self._types[kind.type_id].slug,)}
        return self.links.listing(what, customer=waits, **slugs)


def _hours(line: Blocked, longest: int, kind: Kind | None, named: _Names) -> Hours:
    name, team = ("All together", "") if kind is None else named.of(kind)
    waiting = f"{line.waiting:,}"
    width = round(100 * line.working / longest, 1) if longest else 0
    return Hours(
        line,
        name,
        team,
        Figure(chain.hours_words(line.working), named.opens("blocked", kind) if line.wall else ""),
        chain.hours_words(line.wall),
        Figure(waiting, named.opens("open", kind, customer=True) if line.waiting else ""),
        SpreadBar((Box(0, width, 0, 20, "hand1"),) if width else (), chain.hours_words(line.working)),
    )


def _shared(line: Parts, kind: Kind, named: _Names) -> Shared:
    url = named.opens("parted", kind)
    each = tuple(span_words(seconds) if seconds else DASH for seconds in line.each)
    words = line.words or "under a minute"
    return Shared(line, *named.of(kind), Figure(f"{line.solved:,}", url), words, each, _hands_bar(line))


def _hands_bar(line: Parts) -> SpreadBar:
    if not line.shown:
        return SpreadBar((), "too few for shares")
    shares = plot.percents(line.seconds)
    boxes = [
        Box(sum(shares[:at]), max(round(share - 0.3, 1), 0.1), 0, 20, f"hand{at + 1}")
        for at, share in enumerate(shares)
        if share
    ]
    words = ", ".join(f"{chain.voice(hand)} {share}%" for hand, share in zip(HANDS, shares, strict=True) if share)
    return SpreadBar(tuple(boxes), words)


def _askers(
    pairs: Mapping[tuple[int, int], Pair], departments: Mapping[int, str], named: _Names
) -> tuple[Sequence[Named], tuple[Asker, ...]]:
    """The teams somebody asked, and a line for each department, the one that asked most first."""
    teams = [team for team in named.teams.values() if any(team_id == team.id for _, team_id in pairs)]
    found = []
    for number in {department_id for department_id, _ in pairs}:
        cells = [pairs.get((number, team.id)) for team in teams]
        name = departments.get(number, NO_DEPARTMENT)
        asked = sum(pair.requests for pair in cells if pair)
        served = (_served(pair, team, named.links) if pair else None for pair, team in zip(cells, teams, strict=True))
        found.append(Asker(name, asked, tuple(served)))
    return teams, tuple(sorted(found, key=lambda asker: (-asker.requests, asker.name)))


def _served(pair: Pair, team: Named, links: Links) -> Served:
    def opens(what: str, many: int) -> str:
        return links.asked(what, pair.department_id, team=(team.slug,)) if many else ""

    half = DASH if pair.first.half is None else span_words(pair.first.half)
    return Served(
        pair,
        team.name,
        Figure(f"{pair.requests:,}", opens("filed", pair.requests)),
        Figure(half, opens("median", pair.first.n)),
        tuple("" if score is None else str(score) for score in pair.scores),
        f"{pair.answers:,}" if pair.answers else "",
        pair.veiled,
    )


def legend() -> Iterator[tuple[int, str]]:
    """The hands by the number of their colour."""
    return ((at, chain.voice(hand)) for at, hand in enumerate(HANDS, 1))


def questions() -> tuple[str, ...]:
    """The titles of the questions, in the order of the scores."""
    return tuple(question.title for question in QUESTIONS)
