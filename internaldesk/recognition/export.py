"""A personal service record as rows of a file: what it says and from when on top, then figures, then thanks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from internaldesk.core.policy import Actor
from internaldesk.core.recognition import TAGS
from internaldesk.quality.export import Cell
from internaldesk.recognition.queries import Entry
from internaldesk.recognition.recorded import HEADS, Record

_MEANING = "Figures are of the requests you solved, counted as everywhere on the desk. Thanks you hid are left out."


def rows(record: Record, entries: Iterable[Entry], *, by: Actor, made: datetime) -> Iterator[Sequence[Cell]]:
    """The record of `by`, as the page shows it."""
    yield ["InternalDesk, service record"]
    yield ["Of", by.name]
    yield ["Made", made]
    if record.fresh_at is not None:
        yield ["Figures as of", record.fresh_at]
    yield ["What it says", _MEANING]
    yield []
    yield ["Quarter", "Who", *HEADS, "Thanks"]
    for quarter in record.quarters:
        for at, row in enumerate(quarter.rows):
            cells = row.cells or ("too few people",)
            yield [quarter.label, row.name, *cells, *([] if at else [quarter.thanks])]
    yield []
    yield ["Thanked on", "For", "Words", "By", "Request", "Counts"]
    for entry in entries:
        number = f"R-{entry.number}" if entry.number else "confidential"
        told = (entry.thanks.at, TAGS[entry.thanks.tag], entry.thanks.words, entry.giver or "confidential", number)
        yield [*told, "yes" if entry.thanks.counted else "no, the second in 30 days"]
