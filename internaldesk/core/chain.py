"""Who waits for whom, from kept facts: hours customers were blocked, whose hands time lay in, and who serves whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from internaldesk.core.chain_pieces import HANDS, PARTED, WAITING, WALL, WITH, WORKING
from internaldesk.core.daily import unpacked
from internaldesk.core.daily_report import Kept
from internaldesk.core.figures import LEAST_CASES, Pace, counted, pace, span_words
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOWEST, QUESTIONS

_VOICE = {"team": "us", "others": "teams before us", "supplier": "supplier", "date": "an agreed date"}
_SCALE = range(LOWEST, HIGHEST + 1)
_TENTH = Decimal("0.1")
At = tuple[int, int]
"""A department and a team."""


class Kind(NamedTuple):
    """A request type in the hands of a team."""

    team_id: int
    type_id: int


class Blocked(NamedTuple):
    """Seconds in which customers waited, of working time and on the wall, and how many wait now."""

    working: int
    wall: int
    waiting: int

    def __bool__(self) -> bool:
        return any(self)


class Parts(NamedTuple):
    """Working seconds of solved requests by whose hands they lay in, in the order of `HANDS`."""

    solved: int
    seconds: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.seconds)

    @property
    def each(self) -> tuple[int, ...]:
        """What one request took on average; parts of an average add up, those of a median do not."""
        return tuple(part // self.solved if self.solved else 0 for part in self.seconds)

    @property
    def shown(self) -> bool:
        """Whether there are enough requests for shares."""
        return self.solved >= LEAST_CASES and self.total > 0

    @property
    def words(self) -> str:
        """Whose part is longest comes first; what is under a minute is left out.

        >>> Parts(2, (28_800, 0, 172_800, 0, 0, 0)).words
        'requester 3.0 d, us 4 h 00'
        """
        found = sorted(((seconds, -at) for at, seconds in enumerate(self.each) if seconds >= 60), reverse=True)
        return ", ".join(f"{voice(HANDS[-at])} {span_words(seconds)}" for seconds, at in found)


class Pair(NamedTuple):
    """What a department asked of a team: requests, the wait for a first reply, and scores by question.

    A score is None where it would tell too much (see `veiled`); `answers` are how many the shown ones rest on.
    """

    department_id: int
    team_id: int
    requests: int
    first: Pace
    scores: tuple[Decimal | None, ...]
    answers: int
    veiled: bool


def voice(hand: str) -> str:
    """Whose hands, as the team says it.

    >>> voice("team"), voice("approver")
    ('us', 'approver')
    """
    return _VOICE.get(hand, hand)


def blocked(cells: Iterable[Kept]) -> dict[Kind, Blocked]:
    """Customer-hours by team and type, the most first; only those that had any."""
    found = _by_kind(cells)
    lines = {kind: Blocked(counts[WORKING], counts[WALL], counts[WAITING]) for kind, counts in found.items()}
    return dict(sorted(((kind, line) for kind, line in lines.items() if line), key=_most_blocked))


def all_blocked(lines: Iterable[Blocked]) -> Blocked:
    """Several lines as one."""
    sums = [sum(column) for column in zip(*lines, strict=True)]
    return Blocked(*sums) if sums else Blocked(0, 0, 0)


def parts(cells: Iterable[Kept]) -> dict[Kind, Parts]:
    """Whose hands solved requests lay in, by team and type, the most requests first."""
    found = {
        kind: Parts(counts[PARTED], tuple(counts[f"{WITH}{hand}"] for hand in HANDS))
        for kind, counts in _by_kind(cells).items()
        if counts[PARTED]
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].solved, item[0])))


def all_parts(lines: Iterable[Parts]) -> Parts:
    """Several lines as one."""
    given = list(lines)
    return Parts(
        sum(line.solved for line in given), tuple(map(sum, zip(*(line.seconds for line in given), strict=True)))
    )


def pairs(cells: Iterable[Kept]) -> dict[At, Pair]:
    """Who served whom, by department and team; only where something was asked, answered or rated."""
    counts: defaultdict[At, Counter[str]] = defaultdict(Counter)
    times: defaultdict[At, list[int]] = defaultdict(list)
    for cell in cells:
        at = cell.key.department_id, cell.key.team_id
        counts[at].update(cell.counts)
        times[at].extend(unpacked(cell.first))
    hidden = {question.slug: _hidden(counts, question.slug) for question in QUESTIONS}
    return {at: _pair(at, counts[at], times[at], hidden) for at in sorted(counts)}


def veiled(answers: Mapping[int, int]) -> frozenset[int]:
    """Whose scores a team's line leaves blank: below five answers, and so many more that nobody's can be worked out.

    The score of all together is known, so a single blank could be told from the others: there are at least two, with
    five answers between them, as long as there are others to hide.

    >>> sorted(veiled({1: 3, 2: 9, 3: 6})), sorted(veiled({1: 0, 2: 9}))
    ([1, 3], [])
    """
    few = [one for one, many in answers.items() if 0 < many < LEAST_ANSWERS]
    enough = sorted((one for one, many in answers.items() if many >= LEAST_ANSWERS), key=lambda one: -answers[one])
    while few and enough and (len(few) < 2 or sum(answers[one] for one in few) < LEAST_ANSWERS):
        few.append(enough.pop())
    return frozenset(few)


def blocked_headline(whole: Blocked, most: str) -> str:
    """What the hours come to, in a sentence; `most` says where most of them were."""
    if not whole.working:
        return (
            f"{counted(whole.waiting, 'customer')} waiting, no working hour counted yet"
            if whole.waiting
            else ("No customer waited for us")
        )
    return f"Customers waited {hours_words(whole.working)} for us, most of them for {most}"


def parts_headline(whole: Parts) -> str:
    """Whose hands the time lay in, in a sentence."""
    if not whole.solved:
        return "Nothing was solved in this time"
    return f"From filing to solution: {whole.words}" if whole.words else "Everything was solved at once"


def hours_words(seconds: int) -> str:
    """Hours that can be added up, with one decimal below ten.

    >>> hours_words(1_200), hours_words(4_500_000), hours_words(0)
    ('0.3 h', '1,250 h', '0 h')
    """
    if 0 < seconds < 36_000:
        return f"{(Decimal(seconds) / 3600).quantize(_TENTH, ROUND_HALF_UP)} h"
    return f"{(seconds + 1800) // 3600:,} h"


def _by_kind(cells: Iterable[Kept]) -> dict[Kind, Counter[str]]:
    found: defaultdict[Kind, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        found[Kind(cell.key.team_id, cell.key.type_id)].update(cell.counts)
    return found


def _most_blocked(item: tuple[Kind, Blocked]) -> tuple[int, int, Kind]:
    return -item[1].working, -item[1].waiting, item[0]


def _hidden(counts: Mapping[At, Mapping[str, int]], slug: str) -> frozenset[At]:
    teams: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for (department_id, team_id), found in counts.items():
        teams[team_id][department_id] = _answers(found, slug)
    return frozenset((one, team_id) for team_id, answers in teams.items() for one in veiled(answers))


def _pair(
    at: At,
    counts: Mapping[str, int],
    times: Sequence[int],
    hidden: Mapping[str, frozenset[At]],
) -> Pair:
    shown = {slug: 0 if at in which else _answers(counts, slug) for slug, which in hidden.items()}
    scores = tuple(_mean(counts, slug) if many else None for slug, many in shown.items())
    veil = any(at in which for which in hidden.values())
    return Pair(*at, counts["filed"], pace(times), scores, max(shown.values()), veil)


def _answers(counts: Mapping[str, int], slug: str) -> int:
    return sum(counts[f"{slug}_{score}"] for score in _SCALE)


def _mean(counts: Mapping[str, int], slug: str) -> Decimal:
    total = sum(score * counts[f"{slug}_{score}"] for score in _SCALE)
    return (Decimal(total) / _answers(counts, slug)).quantize(_TENTH, ROUND_HALF_UP)
