"""How a figure is computed and said: shares that are never flattering, nearest-rank times, spans in words."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from internaldesk.core.rating import Interval, margin, wilson

HALF, NINE_IN_TEN = Fraction(1, 2), Fraction(9, 10)
LEAST_CASES = 10
"""Below this many cases a share is shown as "7 of 9", not as a percentage."""
_INSIDE = re.compile(r"(?<=\d) (?=(?:min|h|d)\b)|(?<=\d h) (?=\d\d\b)")
WORKING_DAY = 8 * 3600
"""Seconds in the day of "3.2 d" where a span is working time."""
CALENDAR_DAY = 24 * 3600


def attainment(met: int, missed: int) -> Decimal | None:
    """Per cent of promises kept, one decimal, floored so that 99.96 never reads 100; None when nothing was decided.

    >>> attainment(2499, 1)
    Decimal('99.9')
    """
    if met + missed == 0:
        return None
    return Decimal(met * 1000 // (met + missed)).scaleb(-1)


class Share(NamedTuple):
    """`part` cases out of `of`; a percentage only from `least` cases on."""

    part: int
    of: int
    least: int = LEAST_CASES

    @property
    def shown(self) -> bool:
        """Whether there are enough cases for a percentage."""
        return self.of >= max(self.least, 1)

    @property
    def percent(self) -> Decimal | None:
        """The percentage, floored to one decimal; None below the least number of cases."""
        return attainment(self.part, self.of - self.part) if self.shown else None

    @property
    def words(self) -> str:
        """With one decimal.

        >>> Share(7, 9).words, Share(32, 35).words, Share(0, 0).words
        ('7 of 9', '91.4%', 'none')
        """
        return f"{self.percent}%" if self.shown else self._counted

    @property
    def short(self) -> str:
        """In whole per cent, floored.

        >>> Share(32, 35).short
        '91%'
        """
        return f"{100 * self.part // self.of}%" if self.shown else self._counted

    @property
    def _counted(self) -> str:
        return f"{self.part} of {self.of}" if self.of else "none"

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the share."""
        return wilson(self.part, self.of)

    @property
    def margin(self) -> int:
        """The ± beside the share, in whole percentage points."""
        return margin(self.part, self.of)


class Pace(NamedTuple):
    """How long `n` cases took: half within `half` seconds, nine in ten within `ninety`; None without cases."""

    n: int
    half: int | None
    ninety: int | None


def nearest_rank(values: Sequence[int], share: Fraction) -> int | None:
    """The smallest value with at least `share` of all values at or below it; None without values.

    A Fraction, because 0.07 * 100 is a little more than 7 in floating point and would pick the next rank.

    >>> nearest_rank([10, 20, 30, 40], HALF)
    20
    """
    return _rank(sorted(values), share)


def pace(values: Iterable[int]) -> Pace:
    """Median and nine in ten of spans in seconds.

    >>> pace([60, 600, 120])
    Pace(n=3, half=120, ninety=600)
    """
    return pace_in_order(sorted(values))


def pace_in_order(ordered: Sequence[int]) -> Pace:
    """The same of spans that are sorted already."""
    return Pace(len(ordered), _rank(ordered, HALF), _rank(ordered, NINE_IN_TEN))


def _rank(ordered: Sequence[int], share: Fraction) -> int | None:
    """In whole numbers, rounded up: a report asks for thousands of these, and a product of fractions is slow."""
    rank = -(-share.numerator * len(ordered) // share.denominator)
    return ordered[max(rank, 1) - 1] if ordered else None


def span_words(seconds: float, day: int = WORKING_DAY) -> str:
    """A span in words: minutes, then hours and minutes, and beyond a day and a quarter days of `day` seconds.

    >>> span_words(34 * 60), span_words(10_080), span_words(92_160)
    ('34 min', '2 h 48', '3.2 d')
    """
    minutes = int((seconds + 30) // 60)
    if minutes < 1:
        return "under 1 min" if seconds > 0 else "0 min"
    if minutes < 60:
        return f"{minutes} min"
    if minutes * 60 <= day * 5 // 4:
        return f"{minutes // 60} h {minutes % 60:02}"
    tenths = int((seconds * 10 + day // 2) // day)
    return f"{tenths // 10}.{tenths % 10} d"


def promise_words(seconds: float, day: int = WORKING_DAY) -> str:
    """A promised span in words, without noughts that were never promised.

    >>> promise_words(3600), promise_words(5400), promise_words(24 * 3600)
    ('1 h', '1 h 30', '3 d')
    """
    words = span_words(seconds, day)
    return words.removesuffix(" 00") if words.endswith("h 00") else words.replace(".0 d", " d")


def unbroken(words: str) -> str:
    """The same words with spaces in spans at which no line ends: no "6.9" on one line and "d" on the next.

    >>> unbroken("half within 1 h 32, was 6.9 d").split(" ")
    ['half', 'within', '1\\xa0h\\xa032,', 'was', '6.9\\xa0d']
    """
    return _INSIDE.sub("\N{NO-BREAK SPACE}", words)


def counted(n: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "request"), counted(2876, "request"), counted(0, "reply", "replies")
    ('1 request', '2,876 requests', '0 replies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
