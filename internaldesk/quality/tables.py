"""The charts of the report in figures, as "Show as table" tells them: what is drawn, week by week, and nothing else."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from internaldesk.core import quality
from internaldesk.core.backlog import Week
from internaldesk.core.figures import span_words, unbroken
from internaldesk.core.quality import QualityReport
from internaldesk.core.rating import HIGHEST, LEAST_ANSWERS, LOWEST
from internaldesk.core.tally import Line
from internaldesk.quality.links import Links

NONE = "none"
WEEKS = quality.SPARK_WEEKS


class Figure(NamedTuple):
    """A number in words, where it opens its list, what stands muted beside it, and whether it is below the goal."""

    words: str
    url: str = ""
    beside: str = ""
    low: bool = False


class WeekRow(NamedTuple):
    """A week of a chart, in figures."""

    label: str
    figures: tuple[Figure, ...]


def reply_weeks(report: QualityReport, links: Links) -> Iterable[WeekRow]:
    """The weeks of the control chart that had first replies: the median in minutes, and how many there were."""
    for week, pace in zip(report.frame.weeks, report.whole.weeks, strict=True):
        if pace.half is not None:
            url = links.listing("median", week=week.first_day.isoformat())
            yield WeekRow(week.label, (Figure(f"{(pace.half + 30) // 60}", url), Figure(f"{pace.n:,}", url)))


def team_weeks(report: QualityReport, teams: Sequence[tuple[str, Line]], links: Links) -> Iterable[WeekRow]:
    """The weeks of the small charts: of each team, by its slug, the median with nine in ten beside it."""
    for at, week in list(enumerate(report.frame.weeks))[-WEEKS:]:
        monday = week.first_day.isoformat()
        yield WeekRow(week.label, tuple(_pace(slug, line, at, monday, links) for slug, line in teams))


def _pace(slug: str, line: Line, at: int, monday: str, links: Links) -> Figure:
    pace = line.weeks[at]
    if not pace.n:
        return Figure(NONE)
    return Figure(span(pace.half), links.listing("median", team=(slug,), week=monday), f"to {span(pace.ninety)}")


def age_weeks(report: QualityReport, links: Links) -> Iterable[WeekRow]:
    """The weeks of the backlog: what was open at their end, by age, and all of it."""
    for period, week in zip(report.frame.weeks[-WEEKS:], report.backlog.weeks, strict=True):
        yield WeekRow(week.label, tuple(_ages(week, period.first_day.isoformat(), links)))


def _ages(week: Week, monday: str, links: Links) -> Iterable[Figure]:
    for age, cases in enumerate(week.ages):
        yield count(cases, links.listing("open", week=monday, age=age))
    yield count(week.ages.total, links.listing("open", week=monday))


def given(spread: Sequence[int]) -> Sequence[tuple[int, int]]:
    """The scores from 5 to 1, each with how many gave it; empty below five answers, which could be told apart."""
    return list(zip(range(HIGHEST, LOWEST - 1, -1), spread, strict=True)) if sum(spread) >= LEAST_ANSWERS else []


def trend(line: Line) -> str:
    """What the line behind a row of the table shows, for those who do not see it."""
    known = [week.half for week in line.weeks[-WEEKS:] if week.half is not None]
    return f"from {span(known[0])} to {span(known[-1])}" if known else NONE


def count(cases: int, url: str) -> Figure:
    """A number of cases, which opens their list where there are any."""
    return Figure(f"{cases:,}", url if cases else "")


def span(seconds: int | None) -> str:
    """A span as it is set on a page, or the word for none."""
    return NONE if seconds is None else unbroken(span_words(seconds))
