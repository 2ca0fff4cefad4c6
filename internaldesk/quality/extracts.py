"""The tables of the pages beside the overview as rows of a file: what is blank on the page is blank here.

They are made of what the pages are made of, with numbers where the pages say words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from internaldesk.core import definitions, definitions_beside
from internaldesk.core.chain import Blocked, voice
from internaldesk.core.chain_pieces import HANDS
from internaldesk.core.figures import Share
from internaldesk.core.rating import LEAST_ANSWERS, QUESTIONS
from internaldesk.core.simplicity import Field, Meter
from internaldesk.core.training import FIGURES, Beside, Need
from internaldesk.quality.chain_board import Asker, ChainBoard, Served, Shared
from internaldesk.quality.export import YES, Cell, Rows, Table, top, whole_minutes
from internaldesk.quality.forms import Chosen
from internaldesk.quality.trained import Told

CHAIN = definitions.of(definitions_beside.CHAIN, "first-reply", "half", "small", "left-out")
SIMPLICITY = definitions.of(definitions_beside.SIMPLICITY, "small", "left-out")
TRAINING = definitions.of(definitions_beside.TRAINING, "reopened", "small", "left-out")
"""What each page says of its figures, on the screen, on paper and in files."""
_SIGNS = {**FIGURES, "attitude": "Low answers about attitude"}
_SHARES = ("Asked back", "Handed on", "Approvals granted")
_FORMS = (
    *("Request type", "Team", "Requests", "Questions", "Optional", "Left empty", "Of answers", "Left empty, share"),
    *(words for head in _SHARES for words in (head, f"{head}, out of", f"{head}, share")),
    *("Easy, of 5", "Answers"),
)
_QUESTIONS = ("Request type", "Question", "Must be answered", "Something depends on it")
_HELD = (
    *("Team", "Topic", "Held on", "What was practised", "Noted by", "Can be told from", "Figure"),
    *("Before", "Before, out of", "Before, share", "After", "After, out of", "After, share", "Change"),
)


def chain(shown: ChainBoard, *, made: datetime) -> Rows:
    """Customer-hours, whose hands, and the map of departments."""
    yield from top("who waits for whom", shown.chosen, made=made, by=shown.chosen.scope.actor, words=CHAIN)
    yield from _headed("Customer-hours", "Request type", "Team", "Working hours", "Hours on the wall", "Waiting now")
    for of in (*shown.blocked, shown.whole):
        yield [of.name, of.team, *_hours(of.line)]
    yield from _headed("Whose hands", "Request type", "Team", "Solved", *(f"{voice(hand)}, min" for hand in HANDS))
    yield from map(_hands, shown.parts)
    scores = (question.title for question in QUESTIONS)
    first = "First reply, half within, min"
    yield from _headed("Departments", "Asked by", "Team", "Requests", first, *scores, "Raters", "Scores left blank")
    for asker in shown.askers:
        yield from (_served(asker, cell) for cell in asker.cells if cell is not None)


def simplicity(chosen: Chosen, found: Sequence[Meter], *, made: datetime) -> Rows:
    """The types by what asking takes, what could be simpler, and the questions of each form."""
    yield from top("how simple it is", chosen, made=made, by=chosen.scope.actor, words=SIMPLICITY)
    yield from _headed("Request types", *_FORMS)
    yield from map(_form, found)
    yield from _headed("What could be simpler", "Request type", "Suggestion", "Why", "Requests or decisions")
    for one in found:
        for said in one.suggestions:
            yield [one.form.name, said.asks, said.ground, said.touches]
    yield from _headed("Questions", *_QUESTIONS, "Left empty", "Of answers", "Left empty, share")
    for one in found:
        yield from (_question(one, field) for field in one.fields)


def training(chosen: Chosen, needs: Iterable[tuple[Need, str, str]], held: Iterable[Told], *, made: datetime) -> Rows:
    """The signs by team and topic (`needs`, each with both names), and what was held, with figures before and after."""
    yield from top("what teams could train", chosen, made=made, by=chosen.scope.actor, words=TRAINING)
    yield from _headed("Signs", "Team", "Topic", "Sign", "Times", "What helps against most of them")
    for need, team, topic in needs:
        for sign in need.signs:
            yield [team, topic, _SIGNS[sign.slug], sign.many, need.advice]
    yield from _headed("Trainings", *_HELD)
    for told in held:
        yield from (_held(told, figure) for figure in told.figures)


def _headed(name: str, *heads: str) -> Rows:
    """An empty row, the name of a table, and its heads."""
    yield []
    yield Table(name)
    yield heads


def _hours(line: Blocked) -> list[Cell]:
    return [round(line.working / 3600, 2), round(line.wall / 3600, 2), line.waiting]


def _hands(of: Shared) -> list[Cell]:
    return [of.name, of.team, of.line.solved, *map(whole_minutes, of.line.each)]


def _served(asker: Asker, cell: Served) -> list[Cell]:
    pair = cell.pair
    scores = (None if score is None else float(score) for score in pair.scores)
    half = whole_minutes(pair.first.half)
    return [asker.name, cell.team, pair.requests, half, *scores, pair.answers or None, YES[pair.veiled]]


def _form(one: Meter) -> list[Cell]:
    rated = one.score.n if one.score.n >= LEAST_ANSWERS else None
    return [
        *(one.form.name, one.form.team, one.requests, len(one.fields), one.optional),
        *(cell for share in (one.left, one.back, one.handed, one.agreed) for cell in _share(share)),
        *(float(one.score.words) if rated else None, rated),
    ]


def _question(one: Meter, field: Field) -> list[Cell]:
    return [one.form.name, field.label, YES[field.required], YES[field.needed], *_share(field.left)]


def _share(share: Share) -> tuple[Cell, ...]:
    """How many, out of how many, and the percentage where there are enough; nothing out of nothing."""
    return (share.part, share.of, share.short if share.shown else None) if share.of else (None, None, None)


def _held(told: Told, figure: Beside) -> list[Cell]:
    held = told.held
    return [
        *(told.team, told.topic, held.held_on.isoformat(), held.words, held.noted_by, told.told_on.isoformat()),
        *(figure.title, *_answered(figure, figure.before), *_answered(figure, figure.after)),
        figure.change,
    ]


def _answered(figure: Beside, share: Share | None) -> tuple[Cell, ...]:
    if share is None:
        return (None, None, None)
    part, of, percent = _share(share)
    return (part, of, percent) if figure.words(share) else (None, of, None)
