"""How a requester rates the help received: the four questions, who is asked and when, how sure a figure is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import NamedTuple, Protocol

from internaldesk.core.errors import Refused

LOWEST, HIGHEST = 1, 5
SATISFIED = 4
"""Satisfied means 4 or 5. This and the scale never change, so that years stay comparable."""
LOW = 2
"""A rating of 1 or 2 opens a follow-up for the lead of the team, not for the person who helped."""
CHANGE_DAYS = 14
QUIET_DAYS = 7
LEAST_ANSWERS = 5
"""Below this many answers no rate is shown: a rate of three people is a rumour, and may give one of them away."""
Z_95 = 1.959963984540054


class Question(NamedTuple):
    """One of the four questions: its field name, a one-word title, the wording shown, and the ends of its scale."""

    slug: str
    title: str
    asks: str
    low: str
    high: str


QUESTIONS = (
    Question("attitude", "Attitude", "Were you treated kindly and with respect?", "Not at all", "Very much"),
    Question("responsiveness", "Responsiveness", "Did things move as fast as you needed?", "Far too slow", "Fast"),
    Question("clarity", "Clarity", "Was what you were told clear?", "Confusing", "Perfectly clear"),
    Question("simplicity", "Simplicity", "Was it easy to get this done?", "Far too hard", "Effortless"),
)
SCALE = {1: "Poor", 2: "Weak", 3: "Fair", 4: "Good", 5: "Great"}


class Scored(Protocol):
    """What the rules read of a rating; the table row and `Scores` both fit."""

    @property
    def attitude(self) -> int | None: ...
    @property
    def responsiveness(self) -> int | None: ...
    @property
    def clarity(self) -> int | None: ...
    @property
    def simplicity(self) -> int | None: ...


class Scores(NamedTuple):
    """The answers of one person about one request, each 1 to 5 or left out."""

    attitude: int | None = None
    responsiveness: int | None = None
    clarity: int | None = None
    simplicity: int | None = None


class Ask(StrEnum):
    """How a requester is asked to rate: by mail, only on the request's own page, or not."""

    MAIL = "mail"
    PAGE = "page"
    NO = "no"


class Interval(NamedTuple):
    """Where the true value lies, 95 times in 100."""

    low: float
    high: float

    @property
    def half(self) -> float:
        """Half the width: the figure behind the ± sign."""
        return (self.high - self.low) / 2

    def apart(self, other: "Interval") -> bool:
        """Whether two intervals leave no value in common; teams are compared only then."""
        return self.high < other.low or other.high < self.low


def given(scores: Scored) -> tuple[int, ...]:
    """The answers that were given, in the order of the questions."""
    answers = (scores.attitude, scores.responsiveness, scores.clarity, scores.simplicity)
    return tuple(answer for answer in answers if answer is not None)


def check(scores: Scored) -> None:
    """Refuse a rating without any answer, and an answer off the scale, naming the field."""
    if not given(scores):
        raise Refused("Choose at least one answer from 1 to 5.")
    for question in QUESTIONS:
        answer = getattr(scores, question.slug)
        if answer is not None and not LOWEST <= answer <= HIGHEST:
            raise Refused(f"{question.title} goes from {LOWEST} to {HIGHEST}.", field=question.slug)


def overall(scores: Scored) -> int:
    """One number for a rating: the mean of the answers given, halves rounded up; `check` must have passed.

    >>> overall(Scores(attitude=5, clarity=4))
    5
    >>> overall(Scores(attitude=5, responsiveness=1, clarity=4))
    3
    """
    answers = given(scores)
    return (2 * sum(answers) + len(answers)) // (2 * len(answers))


def is_satisfied(scores: Scored) -> bool:
    """Whether the rating counts as satisfied: 4 or 5 overall."""
    return overall(scores) >= SATISFIED


def is_low(scores: Scored) -> bool:
    """Whether the rating asks for a follow-up: 1 or 2 overall."""
    return overall(scores) <= LOW


def csat(overalls: Sequence[int]) -> Fraction | None:
    """Share of 4s and 5s; None below five answers.

    >>> csat([5, 4, 2, 5, 1])
    Fraction(3, 5)
    >>> csat([5, 5, 5, 5]) is None
    True
    """
    if len(overalls) < LEAST_ANSWERS:
        return None
    return Fraction(sum(score >= SATISFIED for score in overalls), len(overalls))


def wilson(hits: int, n: int) -> Interval:
    """The 95 % score interval of a share of `hits` in `n`; 0 to 1 when nobody was asked.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212. Unlike p ± 1.96·√(p(1-p)/n) it stays inside 0 to 1 and is honest for few
    answers and for shares near 100 %.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, spread = hits / n, Z_95**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def margin(hits: int, n: int) -> int:
    """The ± beside a satisfaction figure, in whole percentage points.

    >>> margin(363, 412)
    3
    """
    return round(100 * wilson(hits, n).half)


def may_ask(*, solved: bool, dropped: bool, asked_before: bool, last_mail_at: datetime | None, now: datetime) -> Ask:
    """Whether and how to ask for a rating of a request that was just solved.

    Once per solved request; never for one that was `dropped`, which is to say merged or withdrawn; at most one mail per
    person in seven days, where `last_mail_at` is the latest rating mail to this person about any request (aware, None
    for never). A request left out of the mails stays rateable on its page.
    """
    if not solved or dropped or asked_before:
        return Ask.NO
    if last_mail_at is not None and now < last_mail_at + timedelta(days=QUIET_DAYS):
        return Ask.PAGE
    return Ask.MAIL


def may_change(rated_at: datetime, now: datetime) -> bool:
    """Whether a rating given at the aware instant `rated_at` can still be changed: for 14 times 24 hours."""
    return now < rated_at + timedelta(days=CHANGE_DAYS)
