"""A personal service record in words: the person's own figures, and beside them those of their teams as a whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from internaldesk.core import recognition
from internaldesk.core.figures import span_words
from internaldesk.core.periods import Period
from internaldesk.core.policy import Actor
from internaldesk.core.recognition import Figures, Told
from internaldesk.recognition import queries
from internaldesk.recognition.queries import Own, Tally

HEADS = ("Solved", "First replies on time", "Half of first replies within", "Satisfied")


class Row(NamedTuple):
    """A line of figures in words, in the order of `HEADS`; a team too small to be told has none."""

    name: str
    cells: tuple[str, ...]


class Quarter(NamedTuple):
    """The lines of one quarter, and how many thanks that count came in it."""

    label: str
    rows: tuple[Row, ...]
    thanks: int


class Record(NamedTuple):
    """What both the page and the file show; `quarters` is empty while figures are being prepared."""

    quarters: tuple[Quarter, ...]
    tally: Tally
    teams: list[Own]
    fresh_at: datetime | None


def record(actor: Actor, spans: Sequence[Period]) -> Record:
    """The record of the reader over quarters, the newest and running one first; as of `fresh_at`, aware UTC."""
    fresh, counted = queries.fresh_at(), queries.tally(actor, spans)
    teams = queries.own_teams(actor, spans[0].first_day) if actor.is_agent else []
    if fresh is None:
        return Record((), counted, teams, None)
    mine = queries.own(actor, spans)
    theirs = queries.of_teams(actor, spans) if teams else {}
    quarters = []
    for at, span in enumerate(spans):
        rows = (_row("You", mine[at]), *(_team(team, theirs[team.id][at]) for team in teams))
        quarters.append(Quarter(span.label if at else f"{span.label}, so far", rows, counted.quarters[at]))
    return Record(tuple(quarters), counted, teams, fresh)


def _team(team: Own, told: Told) -> Row:
    return _row(team.name, told) if team.people >= recognition.LEAST_TEAM else Row(team.name, ())


def _row(name: str, told: Told) -> Row:
    return Row(name, _words(recognition.figures(told)))


def _words(found: Figures) -> tuple[str, ...]:
    few = "too few" if found.first.n else "none"
    half = few if found.half is None else span_words(found.half)
    kept, happy = recognition.on_time_words(found.on_time), recognition.satisfied_words(found.satisfied)
    return f"{found.solved:,}", kept, half, happy
