"""What teams could train: signs that something is not known or not said well, by team and topic, never by person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from internaldesk.core.daily import monday
from internaldesk.core.daily_effort import PASSED, REPEATED
from internaldesk.core.errors import Refused
from internaldesk.core.figures import Share, counted
from internaldesk.core.policy import Actor
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOW, LOWEST
from internaldesk.core.tally import REOPEN
from internaldesk.core.variation import Change, share_change

ENOUGH = 3
"""Below this many signs there is no need to speak of: anybody has a bad day."""
WEEKS = 8
"""Whole weeks before a training are compared with as many after it."""
LONGEST_WORDS = 200


class Sign(NamedTuple):
    """One kind of sign, how often it was seen, and the list that shows it."""

    slug: str
    many: int
    words: str


@dataclass(frozen=True, slots=True)
class Need:
    """What a team could train about one type of request; signs with the most frequent first."""

    team_id: int
    type_id: int
    signs: tuple[Sign, ...]

    @property
    def many(self) -> int:
        """All signs together; one request may show several."""
        return sum(sign.many for sign in self.signs)

    @property
    def advice(self) -> str:
        """What helps against the most frequent sign."""
        return _ADVICE[self.signs[0].slug]


class Spans(NamedTuple):
    """Mondays of the weeks before and after the week of a training, and from which local date on they can be compared:
    when the solutions of the last week had their days to come back."""

    before: tuple[date, ...]
    after: tuple[date, ...]
    told_on: date


class Beside(NamedTuple):
    """One figure before and after a training; `after` and `change` are None while it is too early to say."""

    slug: str
    title: str
    before: Share
    after: Share | None
    change: Change | None

    def words(self, share: Share) -> str:
        """One of the two as it is shown; blank where fewer answered than may be told of.

        >>> row = Beside("clarity", "Low answers", Share(1, 4), None, None)
        >>> row.words(row.before), row.words(Share(1, 5)), row.words(Share(2, 20))
        ('', '1 of 5', '10%')
        """
        return "" if self.slug in _ANSWERS and share.of < LEAST_ANSWERS else share.short


_ADVICE: Mapping[str, str] = {
    "clarity": "Practise explaining it to somebody who does something else, and mend the macros.",
    "attitude": "Practise the conversation: greeting by name, saying no and what is possible.",
    PASSED: "Let those who were asked show how it is done, and write it down once.",
    "reopened": "Agree on what has to be true before such a request is solved.",
    REPEATED: "Learn to take away the cause, or write an article that answers it for good.",
}
FIGURES: Mapping[str, str] = {
    "clarity": "Low answers about clarity",
    PASSED: "Handed on for expertise",
    "reopened": "Opened again",
    REPEATED: "Asked again",
}
"""What is compared before and after a training."""
_ANSWERS = ("clarity", "attitude")


def needs(counts: Mapping[tuple[int, int], Mapping[str, int]]) -> list[Need]:
    """What there is to train, from the counts of a period by team and type; the most signs first.

    Low answers count only where at least five people answered: fewer might give one of them away.
    """
    found = (Need(team_id, type_id, _signs(of)) for (team_id, type_id), of in counts.items())
    return sorted((need for need in found if need.many >= ENOUGH), key=lambda of: (-of.many, of.team_id, of.type_id))


def may_note(actor: Actor, team_id: int) -> bool:
    """Whether somebody may write down that this team was trained: who leads it, or who sees how every team serves."""
    return actor.manager or team_id in actor.lead_of


def check_day(held_on: date, *, today: date) -> None:
    """Refuse a training that has not been held; both are local dates."""
    if held_on > today:
        raise Refused("Note it when it is done: this day has not come yet.", field="held_on")


def spans(held_on: date) -> Spans:
    """What is compared, of a training on this local date.

    >>> spans(date(2026, 11, 25)).told_on
    datetime.date(2027, 2, 1)
    """
    week = monday(held_on)
    before = tuple(week - timedelta(weeks=back) for back in range(WEEKS, 0, -1))
    after = tuple(week + timedelta(weeks=on) for on in range(1, WEEKS + 1))
    return Spans(before, after, after[-1] + timedelta(weeks=1) + REOPEN)


def beside(held_on: date, weeks: Mapping[date, Mapping[str, int]], *, today: date) -> tuple[Beside, ...]:
    """The figures of a team and a topic before and after a training, from their counts by Monday."""
    over = spans(held_on)
    before = _shares(_summed(weeks, over.before))
    after = _shares(_summed(weeks, over.after)) if today >= over.told_on else {}
    return tuple(
        Beside(slug, title, before[slug], after.get(slug), _change(before[slug], after.get(slug)))
        for slug, title in FIGURES.items()
    )


def _summed(weeks: Mapping[date, Mapping[str, int]], of: Iterable[date]) -> Counter[str]:
    found: Counter[str] = Counter()
    for week in of:
        found.update(weeks.get(week, {}))
    return found


def _shares(counts: Mapping[str, int]) -> dict[str, Share]:
    """Hand-overs are of the requests that stayed with the team and of those it handed on."""
    passed, filed = counts.get(PASSED, 0), counts.get("filed", 0)
    return {
        "clarity": Share(_low(counts, "clarity"), _sum(counts, "clarity", range(LOWEST, HIGHEST + 1))),
        PASSED: Share(passed, filed + passed),
        "reopened": Share(counts.get("returned", 0), counts.get("watched", 0)),
        REPEATED: Share(counts.get(REPEATED, 0), filed),
    }


def _change(before: Share, after: Share | None) -> Change | None:
    """Of these, fewer is better; the interval of the rest is that of the part, seen from the other end."""
    return None if after is None else share_change(_rest(after), _rest(before))


def _rest(share: Share) -> Share:
    return Share(share.of - share.part, share.of)


def _signs(counts: Mapping[str, int]) -> tuple[Sign, ...]:
    return tuple(sorted((sign for sign in _all(counts) if sign.many), key=lambda sign: -sign.many))


def _all(counts: Mapping[str, int]) -> Iterator[Sign]:
    for slug in _ANSWERS:
        low = _low(counts, slug)
        yield Sign(slug, low, f"{counted(low, 'low answer')} about {slug}")
    passed, back, again = (counts.get(name, 0) for name in (PASSED, "returned", REPEATED))
    yield Sign(PASSED, passed, f"{passed:,} handed on because others know it better")
    yield Sign("reopened", back, f"{back:,} opened again after {'it was' if back == 1 else 'they were'} solved")
    yield Sign(REPEATED, again, f"{again:,} asked again by the same person within a week")


def _low(counts: Mapping[str, int], slug: str) -> int:
    if _sum(counts, slug, range(LOWEST, HIGHEST + 1)) < LEAST_ANSWERS:
        return 0
    return _sum(counts, slug, range(LOWEST, LOW + 1))


def _sum(counts: Mapping[str, int], slug: str, scores: Iterable[int]) -> int:
    return sum(counts.get(f"{slug}_{score}", 0) for score in scores)
