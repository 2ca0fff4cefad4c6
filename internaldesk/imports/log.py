"""Read another desk's log: each row checked for itself, the rows of each request together, nothing written."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from sys import intern
from typing import NamedTuple
from zoneinfo import ZoneInfo

from internaldesk.core.errors import BadInput
from internaldesk.imports.mapping import Plan, Verb

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST_NUMBER, _LONGEST_NAME = 80, 120
_NAMES = ("requester", "person", "assignee", "team", "type", "location", "department")
_LARGEST_CELL = 1_000_000


class Fault(NamedTuple):
    """What is wrong with a line of the file."""

    line: int
    why: str


class Row(NamedTuple):
    """One event as the file tells it; texts are "" where it says nothing, instants are UTC."""

    line: int
    at: datetime
    filed: datetime | None
    verbs: tuple[Verb, ...]
    requester: str
    person: str
    assignee: str
    team: str
    type: str
    priority: str
    channel: str
    location: str
    department: str
    words: str
    summary: str


@dataclass(slots=True)
class Log:
    """The rows by request, in the order of the file, and what is wrong with others."""

    requests: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    lines: int = 0

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant; only where there are rows."""
        instants = [row.at for rows in self.requests.values() for row in rows]
        return min(instants), max(instants)


def read(file: Path, plan: Plan, *, now: datetime) -> Log:
    """The whole file; raises BadInput where it is no such table at all, and lists every other fault by line."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as source:
            return _read(source, plan, now)
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is not text in UTF-8.") from error
    except csv.Error as error:
        raise BadInput(f"{file} is not a table: {error}.") from error
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror or 'it is not a file'}.") from error


def _read(source: Iterable[str], plan: Plan, now: datetime) -> Log:
    csv.field_size_limit(_LARGEST_CELL)
    lines = csv.reader(source, delimiter=plan.delimiter)
    heads = next(lines, [])
    reader, log = _Reader(plan, heads, now), Log()
    for cells in lines:
        log.lines = lines.line_num
        if not cells:
            continue
        try:
            number, row = reader.row(lines.line_num, cells)
        except ValueError as wrong:
            log.faults.append(Fault(lines.line_num, str(wrong)))
        else:
            log.requests.setdefault(number, []).append(row)
    return log


class _Reader:
    """Reads one row after another."""

    def __init__(self, plan: Plan, heads: Sequence[str], now: datetime) -> None:
        self.plan, self.now, self.width = plan, now, len(heads)
        self.place = {name: number for number, name in reversed(list(enumerate(heads)))}
        missing = [name for name in plan.columns.values() if name not in self.place]
        if missing:
            raise BadInput(f"The file has no column “{missing[0]}”.")
        self.columns = {key: self.place[name] for key, name in plan.columns.items()}
        self.summary = dict(_places(plan.summary, self.place))
        self.known: dict[str, datetime] = {}

    def row(self, line: int, cells: Sequence[str]) -> tuple[str, Row]:
        """Number and row; raises ValueError with the reason."""
        if len(cells) != self.width:
            raise ValueError(f"it has {len(cells)} cells, the first line has {self.width}")
        if any("\x00" in cell for cell in cells):
            raise ValueError("it holds a sign that is no text")
        said = {key: self._cell(cells[place]) for key, place in self.columns.items()}
        number = said["number"]
        if not number or len(number) > _LONGEST_NUMBER:
            raise ValueError("the number of the request is missing" if not number else "the number is too long")
        filed = said.get("filed", "")
        return number, Row(
            line=line,
            at=self._instant(said["time"], "time"),
            filed=self._instant(filed, "filed") if filed else None,
            verbs=self._verbs(said["activity"]),
            **{name: _named(name, said.get(name, "")) for name in _NAMES},
            priority=intern(said.get("priority", "")),
            channel=intern(said.get("channel", "")),
            words=self._said(cells),
            summary=self._summary(cells),
        )

    def _cell(self, text: str) -> str:
        text = " ".join(text.split())
        return "" if text in self.plan.empty else text

    def _said(self, cells: Sequence[str]) -> str:
        """What somebody wrote, line by line."""
        text = cells[self.columns["words"]].strip() if "words" in self.columns else ""
        return "" if text in self.plan.empty else text

    def _verbs(self, word: str) -> tuple[Verb, ...]:
        verbs = self.plan.activities.get(word)
        if verbs is None:
            raise ValueError(f"the mapping says nothing of the activity “{word[:60]}”")
        return verbs

    def _instant(self, text: str, what: str) -> datetime:
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = _instant(text, self.plan.time, self.plan.zone, what)
        if found > self.now:
            raise ValueError(f"“{text}” lies in the future")
        return found

    def _summary(self, cells: Sequence[str]) -> str:
        words = self.plan.summary
        for name, place in self.summary.items():
            words = words.replace(f"{{{name}}}", self._cell(cells[place]) or "unknown")
        return intern(words)


def _places(template: str, place: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """The columns that a summary names in braces."""
    for piece in template.split("{")[1:]:
        name, closed, _ = piece.partition("}")
        if not closed or name not in place:
            raise BadInput(f"[source] summary names “{name[:40]}”, and the file has no such column.")
        yield name, place[name]


def _named(what: str, name: str) -> str:
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the {what} is longer than {_LONGEST_NAME} characters")
    return intern(name)


def _instant(text: str, form: str, zone: ZoneInfo, what: str) -> datetime:
    """An instant of the file; without an offset it is a wall clock's, in the zone of the source."""
    if not text:
        raise ValueError(f"the {what} is missing")
    try:
        found = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 - zoned below
    except ValueError as wrong:
        raise ValueError(f"“{text[:40]}” is not a time as the mapping says it") from wrong
    found = (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC).replace(microsecond=0)
    if found < _EARLIEST:
        raise ValueError(f"“{text[:40]}” is longer ago than any desk")
    return found
