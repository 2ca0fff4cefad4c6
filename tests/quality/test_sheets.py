"""A workbook: the same cells as the text file, dates as dates, and text that stays text."""

import io
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
import time_machine

from internaldesk.core.definitions import OVERVIEW
from internaldesk.quality import export, sheets
from tests import make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.test_export import table

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OF_OVERVIEW = [found for chapter in OVERVIEW for found in chapter.definitions]
HOSTILE = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|' /C calc'!A0", "http://desk.example/x", "mailto:a@b", "007")


def parts(data):
    """The cells of each sheet, as kind and value, row by row."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = sorted(name for name in file.namelist() if re.match(r"xl/worksheets/sheet\d+[.]xml", name))
        assert not [name for name in file.namelist() if "rels" in name and "sheet" in name], "no links"
        return [cells(file.read(name)) for name in names]


def cells(xml):
    rows = []
    for row in ElementTree.fromstring(xml).iter(f"{MAIN}row"):
        found = [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row]
        assert row.find(f".//{MAIN}f") is None, "no formula"
        rows.append(found)
    return rows


def made(rows):
    return parts(b"".join(sheets.workbook(iter(rows))))


def download(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.mimetype == sheets.XLSX.mimetype
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    return parts(answer.data)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_formula_or_a_link_stays_text(text):
    (sheet,) = made([["Title"], [], ["Head"], [text]])

    assert sheet[-1] == [("inlineStr", text)]


def test_numbers_dates_and_nothing_are_what_they_are():
    (sheet,) = made([["Title"], [], ["A", "B", "C"], [3, datetime(2026, 11, 24, 12, tzinfo=UTC), None]])

    assert sheet[-1] == [("n", "3"), ("n", "46350.5")]


def test_a_cell_too_long_for_a_sheet_is_cut_and_not_dropped():
    (sheet,) = made([["Title"], [], ["Head"], ["x" * 40_000]])

    assert sheet[-1][0][1].startswith("xxx")
    assert sheet[-1][0][1].endswith("…")


def test_a_table_longer_than_a_sheet_goes_on_in_the_next_with_its_heads(monkeypatch):
    monkeypatch.setattr(sheets, "_MOST_ROWS", 5)

    found = made([["Title"], [], ["Head"], *([number] for number in range(8))])

    assert [[row[0][1] for row in sheet] for sheet in found] == [
        ["Title", "Head", "0", "1"],
        ["Head", "2", "3", "4", "5"],
        ["Head", "6", "7"],
    ]


def test_nothing_is_made_before_it_is_sent():
    def rows():
        raise AssertionError("read too early")
        yield []

    sheets.workbook(rows())


def test_tables_with_names_have_sheets_of_their_own(monkeypatch):
    monkeypatch.setattr(sheets, "_MOST_ROWS", 4)
    named = [
        [[], sheets.Table(name), [f"{name} head"], *([f"{name} {at}"] for at in range(rows))]
        for name, rows in (("A", 1), ("B", 5), ("C", 0))
    ]

    found = made([["Title"], ["Word", "What it means"], *(row for table in named for row in table)])

    assert [[row[0][1] for row in sheet] for sheet in found] == [
        ["Title", "Word"],
        ["A head", "A 0"],
        ["B head", "B 0", "B 1", "B 2"],
        ["B head", "B 3", "B 4"],
        ["C head"],
    ]


def test_the_report_is_the_same_in_both_files(max_):
    _, lines = table(max_.client, "/quality.csv?by=team")

    (sheet,) = download(max_.client, "/quality.xlsx?by=team")

    heads = next(number for number, row in enumerate(sheet) if row[:1] == [("inlineStr", "Name")])
    assert [row[0][1] for row in sheet[heads + 1 :]] == [line["Name"] for line in lines]
    assert {row[0][1] for row in sheet[:heads]} >= {found.term for found in OF_OVERVIEW}


def test_a_list_comes_whole_in_chunks(max_, monkeypatch):
    _, lines = table(max_.client, "/quality.csv?what=missed&period=26w")
    monkeypatch.setattr(export, "CHUNK", 3)

    (sheet,) = download(max_.client, "/quality.xlsx?what=missed&period=26w")

    heads = next(number for number, row in enumerate(sheet) if row[:1] == [("inlineStr", "Number")])
    assert [row[0][1] for row in sheet[heads + 1 :]] == [line["Number"] for line in lines]


def test_what_people_wrote_stays_words(app):
    with time_machine.travel(story.NOW, tick=False):
        make.ticket("it/broken", summary="=HYPERLINK(1)", now=story.PERIOD.start)
        (sheet,) = download(pages(app, "max").client, "/quality.xlsx?what=filed")

    assert ("inlineStr", "=HYPERLINK(1)") in sheet[-1]


@pytest.mark.parametrize("url", ["/quality.xlsx", "/quality/definitions"])
def test_only_those_who_see_quality_get_it(told, url):
    assert pages(told, "ada").client.get(url).status_code in (403, 404)


def test_page_file_and_print_say_the_same(max_):
    top, _ = table(max_.client, "/quality.csv")
    said = {line[0]: line[1] for line in top if len(line) > 1}

    for url in ("/quality/definitions", "/quality"):
        shown = max_.client.get(url).text
        for found in OF_OVERVIEW:
            assert said[found.term] == found.words
            assert found.words.split("“")[0] in shown, found.slug
