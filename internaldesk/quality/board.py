"""What the report's page shows, panel by panel: figures in words, each with the address of the list behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from internaldesk.core import findings, periods, quality
from internaldesk.core.backlog import Backlog, Week
from internaldesk.core.figures import span_words
from internaldesk.core.findings import Notice
from internaldesk.core.quality import QualityReport, Verdict
from internaldesk.core.tally import Line, Opinion
from internaldesk.quality.forms import Chosen, entries
from internaldesk.quality.links import Links
from internaldesk.quality.queries import Counted, Words
from internaldesk.web import charts
from internaldesk.web.charts import SmallChart, Spark, SpreadBar, StackChart
from internaldesk.web.control_chart import NARROW_WEEKS, ControlChart, control_chart

NONE = "none"
WEEKS = quality.SPARK_WEEKS
BANDS = ("under 2 days", "of 2\u20135 days", "of 5\u201310 days", "over 10 days")
_OPENS = {"first": "first", "median": "median", "csat": "rated", "backlog": "open"}


class Figure(NamedTuple):
    """A number in words, where it opens its list, what stands muted beside it, and whether it is below the goal."""

    words: str
    url: str = ""
    beside: str = ""
    low: bool = False


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
    satisfied: str
    margin: str
    answers: Figure


class Row(NamedTuple):
    """A line of the table."""

    name: str
    url: str
    team: str
    figures: tuple[Figure, ...]
    spark: Spark


class WeekRow(NamedTuple):
    """A week of a chart, in figures."""

    label: str
    figures: tuple[Figure, ...]


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

    @property
    def dates(self) -> str:
        """The first and last day: what "to today" means once the page is paper."""
        period = self.report.frame.period
        return f"{periods.day_words(period.first_day)} to {periods.day_words(period.last_day)}"


def board(chosen: Chosen, counted: Counted, words: Sequence[Words]) -> Board:
    """The page about these facts."""
    links, report = Links(chosen.filters), _report(chosen, counted)
    whole, backlog = report.whole, report.backlog
    lines = _lines(chosen, counted, report)
    return Board(
        chosen=chosen,
        links=links,
        report=report,
        tops=tuple(Top(v, charts.spark(v.spark), links.listing(_OPENS[v.slug])) for v in report.verdicts),
        control=_control(report),
        replied_weeks=sum(value is not None for value in report.control.values),
        weeks=tuple(_reply_weeks(report, links)),
        pointers=tuple(_pointer(notice, chosen, links) for notice in report.notices),
        smalls=tuple(_smalls(report, chosen, links)),
        stack=charts.stack_chart(backlog.weeks) if any(week.ages.total for week in backlog.weeks) else None,
        flow=_flow(report, links),
        bands=tuple(_bands(backlog, links)),
        ages=tuple(_age_weeks(report, links)),
        ratings=tuple(_ratings(report, chosen, links)),
        opinions=tuple((opinion, opinion.satisfied.short) for opinion in whole.opinions if opinion.satisfied.of),
        words=tuple(words),
        rows=tuple(_row(line, chosen, links) for line in lines),
        lines=lines,
        requests=_count(whole.requests, links.listing("filed")),
        solved=_count(whole.solved, links.listing("solved")),
        missed=_count(whole.first.missed + whole.resolution.missed, links.listing("missed")),
        comments=_count(counted.comments, links.listing("comments")),
        apart=_apart(whole, links),
    )


def _report(chosen: Chosen, counted: Counted) -> QualityReport:
    teams = {team.id: team.name for team in chosen.known.teams}
    types = {kind.id: (kind.name, kind.team_id) for kind in chosen.known.types}
    return quality.summarise(counted.facts, chosen.over, quality.Names(teams, types), counted.changes)


def _lines(chosen: Chosen, counted: Counted, report: QualityReport) -> tuple[Line, ...]:
    """The lines of the table, of what `by` says."""
    if chosen.filters.by == "location":
        places = {place.id: (place.name, "") for place in chosen.known.places}
        return quality.lines(counted.by_place(), chosen.over, places)
    return report.teams if chosen.filters.by == "team" else report.types


def _control(report: QualityReport) -> tuple[ControlChart, ControlChart] | None:
    if not report.control.enough:
        return None
    return control_chart(report.control), control_chart(report.control, NARROW_WEEKS)


def _reply_weeks(report: QualityReport, links: Links) -> Iterable[WeekRow]:
    for week, pace in zip(report.frame.weeks, report.whole.weeks, strict=True):
        if pace.half is not None:
            url = links.listing("median", week=week.first_day.isoformat())
            yield WeekRow(week.label, (Figure(f"{pace.half / 60:.0f}", url), Figure(f"{pace.n:,}", url)))


def _pointer(notice: Notice, chosen: Chosen, links: Links) -> Pointer:
    """A notice with its address: the core names things by id, addresses by slug."""
    look = dict(notice.look)
    if not look:
        return Pointer(notice, "")
    if "late" in look:
        return Pointer(notice, links.listing("late"))
    if "age" in look:
        return Pointer(notice, links.listing("open", age=int(look["age"])))
    column = "type" if "type" in look else "team"
    what = "low" if "score" in look else "filed"
    only: dict[str, Any] = {column: (_slugs(chosen, column)[int(look[column])],)}
    return Pointer(notice, links.listing(what, **only))


def _smalls(report: QualityReport, chosen: Chosen, links: Links) -> Iterable[Small]:
    """Teams with first replies in these weeks, in the order of the catalogue: shapes are compared, not ranked."""
    found = {line.key: line for line in report.teams if any(week.n for week in line.weeks[-WEEKS:])}
    teams = [(team.slug, found[team.id]) for team in chosen.known.teams if team.id in found]
    drawings = charts.small_charts([line for _, line in teams], WEEKS)
    for (slug, line), chart in zip(teams, drawings, strict=True):
        promise = findings.promise_line(line)
        half, ninety = (_span(seconds) for seconds in line.first_pace[1:])
        said = ", ".join(filter(None, (f"median {half}", f"nine in ten within {ninety}", promise)))
        opens = Figure(half, links.listing("median", team=(slug,)) if line.first_pace.n else "")
        label = f"{line.name}: {said}, last {WEEKS} weeks"
        url = links.report(team=(slug,))
        yield Small(line.name, url, opens, promise.removeprefix("usual "), ninety, line.first_pace.n, chart, label)


def _flow(report: QualityReport, links: Links) -> tuple[Figure, Figure]:
    """What came and went in the last week of the chart."""
    week, monday = report.backlog.weeks[-1], report.frame.weeks[-1].first_day.isoformat()
    came, went = (links.listing(what, week=monday) for what in ("came", "went"))
    return _count(week.came, came), _count(week.went, went)


def _bands(backlog: Backlog, links: Links) -> Iterable[tuple[int, Figure]]:
    """Open now by age, the oldest first; bands are numbered from 1 as in the stylesheet."""
    for age in reversed(range(len(BANDS))):
        count = backlog.now[age]
        yield age + 1, Figure(f"{count:,} {BANDS[age]}", links.listing("open", age=age) if count else "")


def _age_weeks(report: QualityReport, links: Links) -> Iterable[WeekRow]:
    for period, week in zip(report.frame.weeks[-WEEKS:], report.backlog.weeks, strict=True):
        yield WeekRow(week.label, tuple(_ages(week, period.first_day.isoformat(), links)))


def _ages(week: Week, monday: str, links: Links) -> Iterable[Figure]:
    for age, count in enumerate(week.ages):
        yield _count(count, links.listing("open", week=monday, age=age))
    yield _count(week.ages.total, links.listing("open", week=monday))


def _ratings(report: QualityReport, chosen: Chosen, links: Links) -> Iterable[Rated]:
    slugs = _slugs(chosen, "team")
    rated = [line for line in report.teams if line.satisfied.of or line.answered.of]
    for line in sorted(rated, key=lambda line: (-line.satisfied.of, line.name)):
        team, margin = (slugs[line.key],), f"±{line.satisfied.margin}" if line.satisfied.shown else ""
        beside = line.answered.short if line.answered.shown else ""
        answers = _count(line.satisfied.of, links.listing("rated", team=team))._replace(beside=beside)
        bar = charts.spread_bar(line.spread)
        yield Rated(line.name, links.report(team=team), bar, line.satisfied.short, margin, answers)


def _row(line: Line, chosen: Chosen, links: Links) -> Row:
    column = chosen.filters.by
    only: dict[str, Any] = {column: (_slugs(chosen, column)[line.key],)}
    spark = charts.spark([week.half for week in line.weeks[-WEEKS:]], 72, 20)
    return Row(line.name, links.report(**only), line.team, tuple(_figures(line, links, only)), spark)


def _figures(line: Line, links: Links, only: Mapping[str, Any]) -> Iterable[Figure]:
    """The cells of a line, in the order of the heads in the template."""

    def opens(what: str, words: str, many: int) -> Figure:
        return Figure(words, links.listing(what, **only)) if many else Figure(words)

    first, solution, satisfied = line.first_pace, line.resolution_pace, line.satisfied
    yield opens("filed", f"{line.requests:,}", line.requests)
    yield opens("median", _span(first.half), first.n)
    yield opens("median", _span(first.ninety), first.n)
    on_time = line.first.on_time
    yield opens("first", on_time.short, on_time.of)._replace(low=quality.below_goal(on_time))
    yield opens("resolution", _span(solution.half), solution.n)
    beside = f"({satisfied.of})" if satisfied.shown else ""
    yield opens("rated", satisfied.short, satisfied.of)._replace(beside=beside)
    yield opens("reopened", line.reopened.short, line.reopened.part)


def _apart(whole: Line, links: Links) -> Figure | None:
    """Misses that are neither kept nor missed, where there are any."""
    count = whole.first.apart + whole.resolution.apart
    return Figure(f"{count:,}", links.listing("apart")) if count else None


def _slugs(chosen: Chosen, column: str) -> Mapping[int, str]:
    return {entry.id: entry.slug for entry in entries(chosen.known, column)}


def _count(count: int, url: str) -> Figure:
    return Figure(f"{count:,}", url if count else "")


def _span(seconds: int | None) -> str:
    return NONE if seconds is None else span_words(seconds)
