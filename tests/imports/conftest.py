"""A small log of another desk, made up, and the mapping for it."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

HEADS = ("no", "when", "state", "by", "asked by", "has it", "group", "kind", "level", "words")
LOG = (
    ("C-1", "2026-03-02 09:00", "Open", "Ivy", "Ivy", "", "Helpdesk", "Printers", "3", ""),
    ("C-1", "2026-03-02 09:30", "Answer", "Jon", "Ivy", "Jon", "Helpdesk", "Printers", "3", "Is it switched on?"),
    ("C-1", "2026-03-02 09:30", "Ask", "Jon", "Ivy", "Jon", "Helpdesk", "Printers", "3", ""),
    ("C-1", "2026-03-03 09:30", "Customer wrote", "Ivy", "Ivy", "Jon", "Helpdesk", "Printers", "3", "It is now."),
    ("C-1", "2026-03-03 10:00", "Done", "Jon", "Ivy", "Jon", "Helpdesk", "Printers", "3", ""),
    ("C-1", "2026-03-04 10:00", "Work", "Jon", "Ivy", "Jon", "Helpdesk", "Printers", "1", ""),
    ("C-1", "2026-03-04 11:00", "Done", "Jon", "Ivy", "Jon", "Helpdesk", "Printers", "1", ""),
    ("C-2", "2026-03-02 09:00", "Open", "ada@desk.example", "ada@desk.example", "", "Helpdesk", "Access", "3", ""),
    ("C-2", "2026-03-06 16:00", "Work", "ben@desk.example", "ada@desk.example", "", "Estate", "Access", "3", ""),
    ("C-2", "2026-03-06 16:30", "Shut", "ben@desk.example", "ada@desk.example", "", "Estate", "Access", "3", ""),
    ("C-3", "2026-03-02 09:00", "Open", "Kay", "Kay", "", "Helpdesk", "Printers", "2", ""),
    ("C-3", "2026-03-02 12:00", "Ask", "Jon", "Kay", "Jon", "Helpdesk", "Printers", "2", ""),
)
Write = Callable[..., Path]


def mapping(**changes: Any) -> dict[str, Any]:
    """The mapping of that log; keywords replace whole parts."""
    return {
        "source": {"name": "City Desk", "zone": "Europe/London", "time": "%Y-%m-%d %H:%M", "summary": "{kind}, {no}"},
        "columns": {
            "number": "no",
            "time": "when",
            "activity": "state",
            "person": "by",
            "requester": "asked by",
            "assignee": "has it",
            "team": "group",
            "type": "kind",
            "priority": "level",
            "words": "words",
        },
        "activities": {
            "Open": "filed",
            "Answer": "reply",
            "Ask": "wait",
            "Customer wrote": "message",
            "Work": "work",
            "Done": "solved",
            "Shut": "closed",
        },
        "promise": {"team": "it", "name": "Something is broken"},
        "people": {"location": "head-office"},
        "teams": {"map": {"Helpdesk": "it", "Estate": "facilities"}},
        "types": {"map": {"Access": "it/access"}, "otherwise": "retired"},
        "priorities": {"map": {"1": "urgent", "2": "high", "3": "medium"}},
        "locations": {"otherwise": "head-office"},
        **changes,
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a log to a file."""

    def file(rows: Sequence[Sequence[str]] = LOG, heads: Sequence[str] = HEADS) -> Path:
        path = tmp_path / "log.csv"
        with path.open("w", newline="") as target:
            csv.writer(target).writerows([heads, *rows])
        return path

    return file
