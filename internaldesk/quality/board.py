"""What the report's page shows, panel by panel: figures in words, each with the address of the list behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from internaldesk.core import findings, periods, quality
from internaldesk.core.backlog import Backlog
from internaldesk.core.figures import unbroken
from internaldesk.core.findings import Notice
from internaldesk.core.quality import Headlines, QualityReport, Verdict
from internaldesk.core.tally import Line, Opinion, Promises
from internaldesk.quality import tables
from internaldesk.quality.forms import Chosen, entries
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Words
from internaldesk.quality.tables import WEEKS, Figure, WeekRow, count, span
from internaldesk.quality.worked import Worked
from internaldesk.web import charts
from internaldesk.web.charts import SmallChart, Spark, SpreadBar, StackChart
from internaldesk.web.control_chart import NARROW_WEEKS, ControlChart, control_chart

__all__ = ["LAG", "Board", "Figure", "board"]
LAG = timedelta(minutes=2)
"""How far figures may lag before the page says of when they are."""
BANDS = ("under 2 days", "of 2\u20135 days", "of 5\u201310 days", "over 10 days")
_OPENS = {"first": "first", "median": "median", "csat": "rated", "backlog": "open"}


class Top(NamedTuple):
    """One of the four verdicts."""

    verdict: Verdict
    spark: Spark
    url: str


class Pointer(NamedTuple):
    """Something to act on, and where to."""

    notice: Notice
    url: str


class Small(NamedTuple):
    """The chart of one team."""

    name: str
    url: str
    half: Figure
    promise: str
    ninety: str
    replies: int
    chart: SmallChart
    label: str


class Rated(NamedTuple):
    """The ratings of one team."""

    name: str
    url: str
    bar: SpreadBar
    satisfied: Figure
    answers: Figure
    given: tuple[Figure, ...]


class Row(NamedTuple):
    """A line of the table."""

    name: str
    url: str
    team: str
    figures: tuple[Figure, ...]
    spark: Spark
    trend: str


@dataclass(frozen=True, slots=True)
class Board:
    """The page."""

    chosen: Chosen
    links: Links
    report: QualityReport
    tops: tuple[Top, ...]
    control: tuple[ControlChart, ControlChart] | None
    replied_weeks: int
    weeks: tuple[WeekRow, ...]
    pointers: tuple[Pointer, ...]
    smalls: tuple[Small, ...]
    team_weeks: tuple[WeekRow, ...]
    stack: StackChart | None
    flow: tuple[Figure, Figure]
    bands: tuple[tuple[int, Figure], ...]
    ages: tuple[WeekRow, ...]
    ratings: tuple[Rated, ...]
    opinions: tuple[tuple[Opinion, str], ...]
    words: tuple[Words, ...]
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    requests: Figure
    solved: Figure
    missed: Figure
    comments: Figure
    apart: Figure | None
    apart_for: tuple[Figure, ...]
    as_of: datetime | None

    @property
    def dates(self) -> str:
        """The first and last day: what "to today" means once the page is paper."""
        period, today = self.report.frame.period, self.report.frame.now.astimezone(self.report.frame.period.zone).date()
        return f"{periods.day_words(period.first_day)} to {periods.day_words(min(period.last_day, today))}"


def board(chosen: Chosen, worked: Worked, words: Sequence[Words], fresh_at: datetime) -> Board:
    """The page about these figures, which are as of `fresh_at`."""
    links, (report, lines, comments) = Links(chosen.filters), worked
    report = _set(report)
    whole, backlog, teams = report.whole, report.backlog, _replied(report, chosen)
    return Board(
        chosen=chosen,
        links=links,
        report=report,
        tops=tuple(Top(v, charts.spark(v.spark), links.listing(_OPENS[v.slug])) for v in report.verdicts),
        control=_control(report),
        replied_weeks=sum(value is not None for value in report.control.values),
        weeks=tuple(tables.reply_weeks(report, links)),
        pointers=tuple(_pointer(notice, chosen, links) for notice in report.notices),
        smalls=tuple(_smalls(teams, links)),
        team_weeks=tuple(tables.team_weeks(report, teams, links)),
        stack=charts.stack_chart(backlog.weeks) if any(week.ages.total for week in backlog.weeks) else None,
        flow=_flow(report, links),
        bands=tuple(_bands(backlog, links)),
        ages=tuple(tables.age_weeks(report, links)),
        ratings=tuple(_ratings(report, chosen, links)),
        opinions=tuple((opinion, opinion.satisfied.short) for opinion in whole.opinions if opinion.satisfied.of),
        words=tuple(words),
        rows=tuple(_row(line, chosen, links) for line in lines),
        lines=lines,
        requests=count(whole.requests, links.listing("filed")),
        solved=count(whole.solved, links.listing("solved")),
        missed=count(whole.first.missed + whole.resolution.missed, links.listing("missed")),
        comments=count(comments, links.listing("comments")),
        apart=_apart(whole, links),
        apart_for=tuple(_apart_for(whole.first, whole.resolution, links)),
        as_of=fresh_at if fresh_at < chosen.over.now - LAG else None,
    )


def _control(report: QualityReport) -> tuple[ControlChart, ControlChart] | None:
    if not report.control.enough:
        return None
    return control_chart(report.control), control_chart(report.control, NARROW_WEEKS)


def _pointer(notice: Notice, chosen: Chosen, links: Links) -> Pointer:
    """A notice with its address: the core names things by id, addresses by slug."""
    look = dict(notice.look)
    if not look:
        return Pointer(notice, "")
    if "late" in look:
        return Pointer(notice, links.listing("late"))
    if "week" in look:
        return Pointer(notice, links.listing("median", week=look["week"]))
    if "age" in look:
        return Pointer(notice, links.listing("open", age=int(look["age"])))
    column = "type" if "type" in look else "team"
    what = "low" if "score" in look else "filed"
    only: dict[str, Any] = {column: (_slugs(chosen, column)[int(look[column])],)}
    return Pointer(notice, links.listing(what, **only))


def _set(report: QualityReport) -> QualityReport:
    """The same report with sentences in which no span is torn apart at the end of a line."""
    verdicts = (v._replace(value=unbroken(v.value), said=unbroken(v.said)) for v in report.verdicts)
    return replace(
        report,
        verdicts=tuple(verdicts),
        control=report.control._replace(headline=unbroken(report.control.headline)),
        notices=tuple(notice._replace(rest=unbroken(notice.rest)) for notice in report.notices),
        headlines=Headlines(*map(unbroken, report.headlines)),
    )


def _replied(report: QualityReport, chosen: Chosen) -> list[tuple[str, Line]]:
    """Teams with first replies in these weeks, in the order of the catalogue: shapes are compared, not ranked."""
    found = {line.key: line for line in report.teams if any(week.n for week in line.weeks[-WEEKS:])}
    return [(team.slug, found[team.id]) for team in chosen.known.teams if team.id in found]


def _smalls(teams: Sequence[tuple[str, Line]], links: Links) -> Iterable[Small]:
    drawings = charts.small_charts([line for _, line in teams], WEEKS)
    for (slug, line), chart in zip(teams, drawings, strict=True):
        promise = unbroken(findings.promise_line(line))
        half, ninety = (span(seconds) for seconds in line.first_pace[1:])
        said = ", ".join(filter(None, (f"median {half}", f"nine in ten within {ninety}", promise)))
        opens = Figure(half, links.listing("median", team=(slug,)) if line.first_pace.n else "")
        label = f"{line.name}: {said}, last {WEEKS} weeks"
        url = links.report(team=(slug,))
        yield Small(line.name, url, opens, promise.removeprefix("usual "), ninety, line.first_pace.n, chart, label)


def _flow(report: QualityReport, links: Links) -> tuple[Figure, Figure]:
    """What came and went in the last week of the chart."""
    week, monday = report.backlog.weeks[-1], report.frame.weeks[-1].first_day.isoformat()
    came, went = (links.listing(what, week=monday) for what in ("came", "went"))
    return count(week.came, came), count(week.went, went)


def _bands(backlog: Backlog, links: Links) -> Iterable[tuple[int, Figure]]:
    """Open now by age, the oldest first; bands are numbered from 1 as in the stylesheet."""
    for age in reversed(range(len(BANDS))):
        count = backlog.now[age]
        yield age + 1, Figure(f"{count:,} {BANDS[age]}", links.listing("open", age=age) if count else "")


def _ratings(report: QualityReport, chosen: Chosen, links: Links) -> Iterable[Rated]:
    slugs = _slugs(chosen, "team")
    asked = [line for line in report.teams if line.satisfied.of or line.answered.of]
    for line in sorted(asked, key=lambda line: (-line.satisfied.of, line.name)):
        team, many = (slugs[line.key],), line.satisfied.of
        rated = count(many, links.listing("rated", team=team))
        margin = f"±{line.satisfied.margin}" if line.satisfied.shown else ""
        satisfied = rated._replace(words=line.satisfied.short, beside=margin)
        answers = rated._replace(beside=line.answered.short if line.answered.shown else "")
        bar = charts.spread_bar(line.spread)
        given = tuple(count(each, links.rated(score, team=team)) for score, each in tables.given(line.spread))
        yield Rated(line.name, links.report(team=team), bar, satisfied, answers, given)


def _row(line: Line, chosen: Chosen, links: Links) -> Row:
    column = chosen.filters.by
    only: dict[str, Any] = {column: (_slugs(chosen, column)[line.key],)}
    spark = charts.spark([week.half for week in line.weeks[-WEEKS:]], 72, 20)
    figures = tuple(_figures(line, links, only))
    return Row(line.name, links.report(**only), line.team, figures, spark, tables.trend(line))


def _figures(line: Line, links: Links, only: Mapping[str, Any]) -> Iterable[Figure]:
    """The cells of a line, in the order of the heads in the template."""

    def opens(what: str, words: str, many: int) -> Figure:
        return Figure(words, links.listing(what, **only)) if many else Figure(words)

    first, solution, satisfied = line.first_pace, line.resolution_pace, line.satisfied
    yield opens("filed", f"{line.requests:,}", line.requests)
    yield opens("median", span(first.half), first.n)
    yield opens("median", span(first.ninety), first.n)
    on_time = line.first.on_time
    yield opens("first", on_time.short, on_time.of)._replace(low=quality.below_goal(on_time))
    yield opens("resolution", span(solution.half), solution.n)
    beside = f"({satisfied.of})" if satisfied.shown else ""
    yield opens("rated", satisfied.short, satisfied.of)._replace(beside=beside)
    yield opens("reopened", line.reopened.short, line.reopened.part)


def _apart(whole: Line, links: Links) -> Figure | None:
    """Misses that are neither kept nor missed, where there are any."""
    count = whole.first.apart + whole.resolution.apart
    return Figure(f"{count:,}", links.listing("apart")) if count else None


def _apart_for(first: Promises, solution: Promises, links: Links) -> Iterable[Figure]:
    """For each reason its misses; a miss has one."""
    reasons = (
        ("retarget", "where the promise was shortened on the way"),
        ("approver", "where an approver was awaited"),
        ("waived", "where the miss was waived"),
    )
    for reason, words in reasons:
        if cases := getattr(first, reason) + getattr(solution, reason):
            yield Figure(f"{cases:,}", links.listing(reason), words)


def _slugs(chosen: Chosen, column: str) -> Mapping[int, str]:
    return {entry.id: entry.slug for entry in entries(chosen.known, column)}
