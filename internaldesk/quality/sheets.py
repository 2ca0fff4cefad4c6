"""Rows as a file: comma-separated text or a workbook, and no cell in either that a spreadsheet would run."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, NamedTuple

import xlsxwriter

from internaldesk.quality.export import Cell, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 200
_PIECE = 64 * 1024
_MOST_ROWS = 1_000_000
_LONGEST_CELL = 32_000
_WIDE, _WIDER = 16, 24
_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}
Rows = Iterable[Sequence[Cell]]


class Format(NamedTuple):
    """A kind of file."""

    suffix: str
    mimetype: str
    pieces: Callable[[Rows], Iterator[bytes]]


def guarded(cell: Cell) -> Cell:
    """A cell of a text file that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("fine"), guarded(-2)
    ("'=1+1", 'fine', -2)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def text(rows: Rows) -> Iterator[bytes]:
    """Comma-separated lines in UTF-8, some at a time; instants in ISO 8601."""
    yield "\ufeff".encode()
    written = io.StringIO()
    lines = csv.writer(written)
    for number, row in enumerate(rows, 1):
        lines.writerow([_plain(cell) for cell in row])
        if number % _AT_ONCE == 0:
            yield _taken(written)
    yield _taken(written)


def workbook(rows: Rows) -> Iterator[bytes]:
    """A workbook; it is put together on disk, a row at a time, when the first piece is asked for.

    Text stays text, whatever it begins with, and instants are dates. A table longer than a sheet goes on in another,
    and each of several tables in one file has its own.
    """
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, dict(_PLAIN)) as book:
            _fill(book, iter(rows))
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


CSV = Format("csv", "text/csv", text)
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook)
FORMATS = {kind.suffix: kind for kind in (CSV, XLSX)}


def _plain(cell: Cell) -> Cell:
    return cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else guarded(cell)


def _taken(written: io.StringIO) -> bytes:
    found = written.getvalue().encode()
    written.seek(0)
    written.truncate()
    return found


def _fill(book: Any, rows: Iterator[Sequence[Cell]]) -> None:
    """What stands above the first empty row is on the first sheet, and so is the table below it, unless it has a name:
    tables with names have sheets of their own. Heads stand on each sheet of a table."""
    on = _Sheets(book)
    for row in takewhile(bool, rows):
        on.put(row, head=on.at < 0)
    on.skip()
    while (heads := next(rows, None)) is not None:
        if isinstance(heads, Table):
            on.open(heads.name)
            heads = next(rows, ())
        on.heads = heads
        on.put(heads, head=True)
        for row in takewhile(bool, rows):
            on.put(row)


class _Sheets:
    """Where the next row goes: `at` is the last row written on the sheet that is filled."""

    def __init__(self, book: Any) -> None:
        self._book, self._strong = book, book.add_format({"bold": True})
        self.heads: Sequence[Cell] = ()
        self.open("Service quality")

    def open(self, name: str) -> None:
        """Another sheet."""
        self._sheet, self.at = self._book.add_worksheet(name), -1
        self._sheet.set_column(0, 0, _WIDER)
        self._sheet.set_column(1, 30, _WIDE)

    def put(self, row: Sequence[Cell], *, head: bool = False) -> None:
        """The next row; the first of another sheet where this one is full."""
        self.at += 1
        if self.at == _MOST_ROWS:
            self.open(f"Continued {len(self._book.worksheets())}")
            self.put(self.heads, head=True)
            self.at += 1
        _write(self._sheet, self.at, row, self._strong if head else None)

    def skip(self) -> None:
        """An empty row."""
        self.at += 1


def _write(sheet: Any, at: int, row: Sequence[Cell], how: Any) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, datetime):
            sheet.write_datetime(at, column, cell.astimezone(UTC).replace(tzinfo=None))
        elif isinstance(cell, str):
            sheet.write_string(at, column, cell if len(cell) <= _LONGEST_CELL else f"{cell[:_LONGEST_CELL]}…", how)
        elif cell is not None:
            sheet.write_number(at, column, cell, how)
