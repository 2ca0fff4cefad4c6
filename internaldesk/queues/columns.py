"""The columns a list can show besides those that make it a list: select, promise, due at, number, request."""

from typing import NamedTuple

from internaldesk.core.priority import Priority
from internaldesk.core.wording import span
from internaldesk.tickets.looks import Looks
from internaldesk.tickets.worklist import Row

FIXED = 5
"""How many every list has."""


class Column(NamedTuple):
    """A column to choose: its name in addresses and styles, and its heading."""

    name: str
    title: str


COLUMNS = {
    column.name: column
    for column in (
        Column("from", "From"),
        Column("type", "Type"),
        Column("priority", "Priority"),
        Column("age", "Age"),
        Column("word", "Last word"),
        Column("solve", "Solve by"),
        Column("assignee", "Assignee"),
    )
}
USUAL = ("from", "type", "assignee")
PLAIN = ("type", "priority", "age", "word", "solve")
"""Those that show no more than words."""


def read(asked: list[str]) -> tuple[str, ...]:
    """The columns of an address, in the order they stand in; the usual ones where it names none."""
    found = tuple(name for name in COLUMNS if name in asked)
    return found or USUAL


def words(name: str, row: Row, looks: Looks) -> str:
    """What a plain column says of a row, in the reader's zone."""
    match name:
        case "type":
            return row.request_type
        case "priority":
            return _PRIORITIES[row.priority]
        case "age":
            return span(looks.now - row.filed_at)
        case "word":
            return looks.short(row.last_word_at)
        case _:
            return looks.short(row.solve_by) if row.solve_by else ""


_PRIORITIES = {level: level.value.capitalize() for level in Priority}
