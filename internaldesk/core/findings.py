"""What the figures say: headlines and notices, each sentence computed and none of them a guess at a cause."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from internaldesk.core.backlog import STEPS, Backlog
from internaldesk.core.figures import CALENDAR_DAY, Pace, Share, counted, promise_words, span_words
from internaldesk.core.periods import Period
from internaldesk.core.rating import wilson
from internaldesk.core.tally import Line
from internaldesk.core.variation import Change, Kind, Signal

RECENT_WEEKS = 4
MOST_WORSE, MOST_BETTER = 4, 2
LEAST_LOW, MANY_LOW = 3, 0.1


class Notice(NamedTuple):
    """One thing to act on: a word and its tone for the pill, a bold sentence, the figures, and what to open.

    `tone` is one of over, soon, paused, ok, met. `look` is the query of the drill-down page as pairs, `link` its words;
    both are empty where there is nothing to open.
    """

    tone: str
    word: str
    strong: str
    rest: str
    link: str = ""
    look: tuple[tuple[str, str], ...] = ()


class Overdue(NamedTuple):
    """Missed promises that still run: how many, and for how many seconds of wall-clock time the longest."""

    cases: int
    longest: int


def first_replies(whole: Line) -> str:
    """The headline of the weekly chart."""
    now, before = whole.first_pace, whole.first_pace_before
    if now.half is None:
        return "No first replies in this period"
    if before.half is None or whole.first_change is Change.UNKNOWN:
        return f"Half of first replies came within {span_words(now.half)}"
    word = {Change.BETTER: "got faster", Change.WORSE: "got slower"}.get(whole.first_change, "are steady")
    return f"First replies {word}: half within {span_words(now.half)}, was {span_words(before.half)}"


def teams(lines: Sequence[Line]) -> str:
    """The headline over the teams: who is past the promise, who leads where no margin overlaps; of one, its pace."""
    late = [line.name for line in lines if _past_promise(line)]
    said = [f"{named(late)}: half wait longer than promised"] if late else []
    shown = [line for line in lines if line.first.on_time.shown]
    for best in shown:
        others = [line for line in shown if line is not best]
        if others and all(_ahead(best.first.on_time, other.first.on_time) for other in others):
            said.insert(0, f"{best.name} keeps most promises")
    return "; ".join(said) or _pace_of_one(lines) or "No team stands out from the others"


def backlog(found: Backlog) -> str:
    """The headline over the backlog."""
    if found.now.total == 0:
        return "Nothing is open now"
    word = "steady"
    if abs(found.steps) >= STEPS:
        word = "growing" if found.steps > 0 else "shrinking"
    old = f"{found.now.oldest:,} over 10 days old" if found.now.oldest else "none over 10 days old"
    return f"The backlog is {word}: {found.now.total:,} open, {old}"


def ratings(whole: Line, lines: Sequence[Line]) -> str:
    """The headline over the ratings; a team is named when clearly fewer of those it asked have answered."""
    if whole.satisfied.of == 0:
        return "No ratings in this period"
    said = f"{_satisfied(whole.satisfied)} satisfied"
    silent = [line for line in lines if line.answered.shown and _ahead(whole.answered, line.answered)]
    if silent:
        last = min(silent, key=lambda line: (line.answered.part / line.answered.of, line.name))
        said += f"; few answer {last.name} ({last.answered.short})"
    return said


def notices(lines: Iterable[Line], filter_name: str, before: str) -> tuple[Notice, ...]:
    """Lines whose first replies really changed, the largest first, and those with clearly too many low ratings.

    `filter_name` is "team" or "type", the name in the drill-down's query; `before` names the period before.
    """
    by_size = sorted(lines, key=lambda line: (-line.first_pace.n, line.name))
    found = [(line, _moved(line, before)) for line in by_size]
    worse = [_notice(line, said, filter_name, Change.WORSE) for line, (way, said) in found if way is Change.WORSE]
    better = [_notice(line, said, filter_name, Change.BETTER) for line, (way, said) in found if way is Change.BETTER]
    low = [_low(line, filter_name) for line in by_size if _many_low(line)]
    return tuple(worse[:MOST_WORSE] + low[:MOST_WORSE] + better[:MOST_BETTER])


def unusual(weeks: Sequence[Period], values: Sequence[float | None], found: Iterable[Signal]) -> tuple[Notice, ...]:
    """Signals of the weekly chart that are still news: single points of the last four weeks, runs up to the last point.

    Values are minutes, one for each of the weeks.
    """
    last = max((at for at, value in enumerate(values) if value is not None), default=-1)
    news = [signal for signal in found if signal.at == last or (_alone(signal) and signal.at > last - RECENT_WEEKS)]
    return tuple(_unusual(signal, weeks[signal.at]) for signal in news)


def stuck(found: Backlog, overdue: Overdue) -> tuple[Notice, ...]:
    """What waits too long: promises missed and still open, requests older than ten days."""
    said = []
    if overdue.cases:
        longest = span_words(overdue.longest, CALENDAR_DAY)
        strong = f"{counted(overdue.cases, 'missed promise')} still {'waits' if overdue.cases == 1 else 'wait'}."
        said.append(Notice("over", "Late", strong, f"The longest for {longest}.", "See them", (("late", "1"),)))
    if found.now.oldest:
        verb = "is" if found.now.oldest == 1 else "are"
        strong = f"{counted(found.now.oldest, 'request')} {verb} older than 10 days."
        rest = f"The oldest is {counted(found.oldest_days, 'day')} old."
        said.append(Notice("paused", "Stuck", strong, rest, "See them", (("age", "3"),)))
    return tuple(said)


def promise_line(line: Line) -> str:
    """What stands beside a team's name: "promise 1 h", or "usual promise 1 h" where its types differ; may be empty."""
    if line.promised is None:
        return ""
    usual = "usual promise" if line.promised.varies else "promise"
    return f"{usual} {promise_words(line.promised.seconds)}"


def named(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> named(["IT"]), named(["IT", "HR", "Legal"])
    ('IT', 'IT, HR and Legal')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _pace_of_one(lines: Sequence[Line]) -> str:
    if len(lines) != 1 or lines[0].first_pace.half is None:
        return ""
    half = f"{lines[0].name}: half of first replies within {_half(lines[0].first_pace)}"
    return ", ".join(filter(None, (half, promise_line(lines[0]))))


def _past_promise(line: Line) -> bool:
    half, promised = line.first_pace.half, line.promised
    return half is not None and promised is not None and half > promised.seconds and line.first.on_time.shown


def _ahead(one: Share, other: Share) -> bool:
    return one.interval.low > other.interval.high


def _satisfied(share: Share) -> str:
    return f"{share.short} ±{share.margin}" if share.shown else share.words


def _alone(signal: Signal) -> bool:
    return signal.kind in {Kind.HIGH, Kind.LOW}


def _unusual(signal: Signal, week: Period) -> Notice:
    normal, good = signal.normal, signal.kind in {Kind.LOW, Kind.RUN_LOW}
    if _alone(signal):
        strong = f"The week to {week.label} was unusual."
        rest = f"Median first reply {signal.value:.0f} min; {normal.lower:.0f} to {normal.upper:.0f} is normal."
    else:
        strong = f"First replies stay {'under' if good else 'over'} their mean, {signal.length} weeks in a row."
        rest = f"The mean is {normal.mean:.0f} min, the latest week {signal.value:.0f}."
    tone, word = ("met", "Better") if good else ("soon", "Worse")
    return Notice(tone, word, strong, rest, "Its first replies", (("week", week.first_day.isoformat()),))


def _moved(line: Line, before: str) -> tuple[Change, str]:
    """The way a line really went, with the figures: by its times or, where these stood still, by its promises kept."""
    now, then = line.first_pace, line.first_pace_before
    if line.first_change in {Change.BETTER, Change.WORSE}:
        return line.first_change, f"Half of first replies within {_half(now)}, {_half(then)} {before}."
    kept = f"{line.first.on_time.words} of first replies on time, {line.first_before.on_time.words} {before}."
    return line.on_time_change, kept


def _half(found: Pace) -> str:
    return span_words(found.half or 0)


def _notice(line: Line, said: str, filter_name: str, way: Change) -> Notice:
    if line.first_change is way:
        strong = f"{line.name} is {'faster' if way is Change.BETTER else 'slower'}."
    else:
        strong = f"{line.name} keeps {'more' if way is Change.BETTER else 'fewer'} promises."
    tone = "met" if way is Change.BETTER else "soon"
    link = counted(line.requests, "request")
    return Notice(tone, way.value, strong, said, link, ((filter_name, str(line.key)),))


def _many_low(line: Line) -> bool:
    """At least three, and for certain more than one in ten."""
    low = line.low_ratings
    return low >= LEAST_LOW and wilson(low, line.satisfied.of).low > MANY_LOW


def _low(line: Line, filter_name: str) -> Notice:
    strong = f"{counted(line.low_ratings, 'low rating')} for {line.name}."
    rest = f"1 or 2 of 5, among {counted(line.satisfied.of, 'answer')}."
    return Notice("ok", "Ratings", strong, rest, "Comments", ((filter_name, str(line.key)), ("score", "low")))
