"""The perception mirror: how a team answers the four questions about itself, beside what co-workers answered."""

from datetime import datetime, timedelta
from typing import NamedTuple

from internaldesk.core.errors import Refused
from internaldesk.core.periods import Period
from internaldesk.core.rating import LEAST_ANSWERS, QUESTIONS, Question, Scores, check, given

LEAST_VOICES = 3
"""Below this many members of a team nothing is shown of what they answered."""
APART = 5
"""Tenths of a step of the scale; means less than this apart, as they are shown, count as the same."""
LAST_DAYS = timedelta(days=14)
"""The end of a quarter, in which a team is reminded to answer."""
_WORDS = {"attitude": "kinder", "responsiveness": "faster", "clarity": "clearer", "simplicity": "simpler"}


class Mean(NamedTuple):
    """Scores added up: their `total`, how many there are, and how many different `people` gave them."""

    total: int = 0
    many: int = 0
    people: int = 0

    @property
    def tenths(self) -> int:
        """The mean in tenths, halves rounded up; there has to be one."""
        return (20 * self.total + self.many) // (2 * self.many)

    @property
    def words(self) -> str:
        """With one decimal.

        >>> Mean(21, 5, 5).words, Mean(17, 4, 4).words
        ('4.2', '4.3')
        """
        return f"{self.tenths // 10}.{self.tenths % 10}"


class Gap(NamedTuple):
    """A line of the mirror: both means in words (empty below the least number), and what they say together."""

    title: str
    asks: str
    own: str
    theirs: str
    people: int
    said: str
    apart: bool


def complete(scores: Scores) -> None:
    """Refuse an answer of a member that leaves a question out, or is off the scale."""
    check(scores)
    if len(given(scores)) < len(QUESTIONS):
        missing = next(question for question in QUESTIONS if getattr(scores, question.slug) is None)
        raise Refused("Answer all four questions.", field=missing.slug)


def gap(question: Question, own: Mean, theirs: Mean, *, mine: bool) -> Gap:
    """One question of one team; `mine` where the reader works in it. Nothing can be got back from what is left out."""
    told, heard = own.people >= LEAST_VOICES, theirs.people >= LEAST_ANSWERS
    own_words, their_words = own.words if told else "", theirs.words if heard else ""
    people = theirs.people if heard else 0
    if not (told and heard):
        return Gap(question.title, question.asks, own_words, their_words, people, _blank(told, heard), False)
    apart = abs(own.tenths - theirs.tenths) >= APART
    values = f"{own_words} against {their_words} of {people}."
    said = f"{_direction(question, own, theirs, mine) if apart else _agree(mine)}: {values}"
    return Gap(question.title, question.asks, own_words, their_words, people, said, apart)


def is_near_end(quarter: Period, now: datetime) -> bool:
    """Whether the aware instant `now` lies in the last two weeks of a quarter."""
    return quarter.end - LAST_DAYS <= now < quarter.end


def _direction(question: Question, own: Mean, theirs: Mean, mine: bool) -> str:
    word, more = _WORDS[question.slug], own.tenths > theirs.tenths
    if mine:
        return f"You think {word} than they find it" if more else f"They find you {word} than you think"
    return (
        f"The team thinks itself {word} than others find it" if more else f"Others find the team {word} than it thinks"
    )


def _agree(mine: bool) -> str:
    return "You and they see it alike" if mine else "The team and others see it alike"


def _blank(told: bool, heard: bool) -> str:
    if told:
        return "Fewer than five co-workers rated this."
    few = "Fewer than three of the team answered"
    return f"{few}." if heard else f"{few}, and fewer than five co-workers rated this."
