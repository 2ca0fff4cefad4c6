"""The service quality report: facts in, one frozen report out, which the page and the export both show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from internaldesk.core import findings
from internaldesk.core.backlog import STEADY, Backlog, backlog
from internaldesk.core.facts import Decided, Facts
from internaldesk.core.figures import Share, counted, span_words
from internaldesk.core.findings import Notice, Overdue
from internaldesk.core.periods import Period, before_words
from internaldesk.core.tally import Frame, Line, line
from internaldesk.core.variation import Change, Phase, Signal, phases, share_change, signals

GOAL = 85
"""Per cent of first replies on time below which a line is marked."""
SPARK_WEEKS = 13
MOST_NOTICES = 7


class Dated(NamedTuple):
    """A change that the desk made at an aware instant; limits start afresh in that week and the chart names it."""

    at: datetime
    label: str


class Names(NamedTuple):
    """What ids are called; a type also has the id of its team. What is missing here is left out of the rows."""

    teams: Mapping[int, str]
    types: Mapping[int, tuple[str, int]]


class Verdict(NamedTuple):
    """One of the four figures on top. `tone` is "up", "dn" or empty; `spark` has one value per week, None for none."""

    slug: str
    title: str
    value: str
    unit: str
    tone: str
    word: str
    said: str
    spark: tuple[float | None, ...]


class Control(NamedTuple):
    """The weekly chart of median first replies in working minutes, with its limits, signals and dated changes."""

    headline: str
    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    phases: tuple[Phase, ...]
    signals: tuple[Signal, ...]
    changes: tuple[tuple[int, str], ...]

    @property
    def enough(self) -> bool:
        """Whether any stretch has points enough to tell normal from unusual."""
        return any(phase.limits for phase in self.phases)


class Headlines(NamedTuple):
    """The findings over the panels."""

    teams: str
    backlog: str
    ratings: str


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Everything the page shows and the export writes; lines are furthest from their promise first."""

    frame: Frame
    whole: Line
    verdicts: tuple[Verdict, ...]
    control: Control
    teams: tuple[Line, ...]
    types: tuple[Line, ...]
    backlog: Backlog
    overdue: Overdue
    notices: tuple[Notice, ...]
    headlines: Headlines


def summarise(facts: Facts, over: Frame, names: Names, changes: Sequence[Dated] = ()) -> QualityReport:
    """The whole report about the facts of one frame, which the caller has filtered to what the reader may see."""
    return report(
        over,
        whole=line(facts, over, 0, "All teams"),
        teams=lines(facts.by("team_id"), over, {key: (name, "") for key, name in names.teams.items()}),
        types=lines(facts.by("type_id"), over, type_names(names)),
        open_now=backlog(facts.open, over.weeks[-SPARK_WEEKS:], over.now),
        overdue=_overdue(facts.decided, over.now),
        changes=changes,
    )


def report(
    over: Frame,
    *,
    whole: Line,
    teams: tuple[Line, ...],
    types: tuple[Line, ...],
    open_now: Backlog,
    overdue: Overdue,
    changes: Sequence[Dated] = (),
) -> QualityReport:
    """What the lines of a report say together: verdicts, chart, headlines and what needs attention."""
    control = _control(whole, over, changes)
    said = (
        *findings.stuck(open_now, overdue),
        *findings.unusual(over.weeks[-len(control.values) :], control.values, control.signals),
        *findings.notices(types, "type", before_words(over.period)),
    )
    return QualityReport(
        frame=over,
        whole=whole,
        verdicts=_verdicts(whole, over, open_now),
        control=control,
        teams=teams,
        types=types,
        backlog=open_now,
        overdue=overdue,
        notices=said[:MOST_NOTICES],
        headlines=Headlines(findings.teams(teams), findings.backlog(open_now), findings.ratings(whole, teams)),
    )


def below_goal(found: Share, goal: int = GOAL) -> bool:
    """Whether a share lies below the goal for certain: the whole 95 % interval does.

    >>> below_goal(Share(104, 141)), below_goal(Share(97, 120))
    (True, False)
    """
    return found.shown and found.interval.high * 100 < goal


def lines(parts: Mapping[int, Facts], over: Frame, names: Mapping[int, tuple[str, str]]) -> tuple[Line, ...]:
    """Lines of those that had anything at all in the period; names and the names of their teams by the same keys."""
    found = (line(part, over, key, *names[key]) for key, part in parts.items() if key in names)
    return furthest_first(found)


def furthest_first(found: Iterable[Line]) -> tuple[Line, ...]:
    """Lines that had anything at all in the period, by their share of first replies on time, lowest first.

    Those with too few cases for a share come last.
    """
    return tuple(sorted(filter(_had_any, found), key=_distance))


def _distance(found: Line) -> tuple[bool, float, str]:
    share = found.first.on_time
    return (not share.shown, share.part / share.of if share.shown else 0.0, found.name)


def type_names(names: Names) -> dict[int, tuple[str, str]]:
    """The names of types with those of their teams."""
    return {key: (name, names.teams.get(team, "")) for key, (name, team) in names.types.items()}


def _had_any(row: Line) -> bool:
    return any((row.requests, sum(row.first), sum(row.resolution), row.solved, row.satisfied.of, row.answered.of))


def _overdue(decided: Iterable[Decided], now: datetime) -> Overdue:
    since = [row.decided_at for row in decided if not row.met and not row.waived and row.used_seconds is None]
    return Overdue(len(since), int((now - min(since)).total_seconds()) if since else 0)


def _control(whole: Line, over: Frame, changes: Sequence[Dated]) -> Control:
    values = tuple(None if week.half is None else week.half / 60 for week in whole.weeks)
    begun = _begun(values)
    values, weeks = values[begun:], over.weeks[begun:]
    noted = [(at, found.label) for found in changes if (at := _week_of(weeks, found.at)) is not None]
    cut = phases(values, [at for at, _ in noted])
    labels = tuple(week.label for week in weeks)
    return Control(findings.first_replies(whole), labels, values, cut, signals(values, cut), tuple(noted))


def _begun(values: Sequence[float | None]) -> int:
    """The first week the chart shows: a young desk has no empty half, and never fewer weeks than the others show."""
    first = next((n for n, value in enumerate(values) if value is not None), len(values))
    return min(first, max(len(values) - SPARK_WEEKS, 0))


def _week_of(weeks: Sequence[Period], at: datetime) -> int | None:
    return next((n for n, week in enumerate(weeks) if week.holds(at)), None)


def _verdicts(whole: Line, over: Frame, open_now: Backlog) -> tuple[Verdict, ...]:
    before = before_words(over.period)
    return (_on_time(whole, before), _half(whole, before), _satisfied(whole, before), _open(open_now))


def _on_time(whole: Line, before: str) -> Verdict:
    now, then = whole.first.on_time, whole.first_before.on_time
    said = f"Was {then.words} {before}" if then.of else f"No first replies {before}"
    way, spark = whole.on_time_change, _spark(whole.weeks_on_time)
    return Verdict("first", "First replies on time", now.words, "", _tone(way), f"{way}.", said, spark)


def _half(whole: Line, before: str) -> Verdict:
    now, then, way = whole.first_pace, whole.first_pace_before, whole.first_change
    value, unit = _value(now.half)
    said = f"No first replies {before}"
    if now.ninety is not None and then.ninety is not None:
        said = f"Nine in ten within {span_words(now.ninety)}, was {span_words(then.ninety)}"
    spark = tuple(week.half for week in whole.weeks[-SPARK_WEEKS:])
    return Verdict("median", "Half of first replies within", value, unit, _tone(way), f"{way}.", said, spark)


def _satisfied(whole: Line, before: str) -> Verdict:
    now, asked = whole.satisfied, whole.answered
    way = share_change(now, whole.satisfied_before)
    said = f"{counted(now.of, 'answer')}, {asked.short} of asked" if asked.shown else counted(now.of, "answer")
    if asked.of and not asked.shown:
        said += f", {asked.short} asked"
    unit, spark = f"±{now.margin}" if now.shown else "", _spark(whole.weeks_satisfied)
    return Verdict("csat", "Satisfied requesters", now.short, unit, _tone(way), f"{way}.", said, spark)


def _open(found: Backlog) -> Verdict:
    tone = "" if found.trend == STEADY else "dn" if found.steps > 0 else "up"
    old = f"{found.now.oldest:,} over 10 days old" if found.now.oldest else "None over 10 days old"
    spark = tuple(week.ages.total for week in found.weeks)
    return Verdict("backlog", "Open right now", f"{found.now.total:,}", "", tone, f"{found.trend}.", old, spark)


def _value(seconds: int | None) -> tuple[str, str]:
    """A span as a figure and its unit, which is set smaller: "34" and "min"; "2 h 48" is a figure as a whole."""
    if seconds is None:
        return "none", ""
    words = span_words(seconds)
    head, _, unit = words.rpartition(" ")
    return (head, unit) if unit in {"min", "d"} else (words, "")


def _tone(way: Change) -> str:
    return {Change.BETTER: "up", Change.WORSE: "dn"}.get(way, "")


def _spark(weeks: Sequence[Share]) -> tuple[float | None, ...]:
    return tuple(week.part / week.of if week.of else None for week in weeks[-SPARK_WEEKS:])
