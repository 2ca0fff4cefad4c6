"""Files: filters and definitions on top, the figures of the page below, and nothing that a spreadsheet would run."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest
import time_machine

from internaldesk.core import periods
from internaldesk.quality import export
from internaldesk.quality.sheets import guarded
from internaldesk.tickets import actions
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.story import NOW

LONDON = ZoneInfo("Europe/London")


def table(client, url):
    """The lines above the heads, and the rows below them by head."""
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    at = lines.index([])
    heads, *rows = lines[at + 1 :]
    return lines[:at], [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_looks_like_a_formula_is_words(start):
    assert guarded(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("cell", ["1+1", "a=b", "", -5, None])
def test_other_cells_stay(cell):
    assert guarded(cell) == cell


class TestReport:
    def test_top_says_what_it_is(self, max_):
        top, _ = table(max_.client, "/quality.csv?team=it&period=4w&customer=yes")

        assert ["Filter", "team", "IT"] in top
        assert ["Filter", "customer waiting", "yes"] in top
        (period,) = [line for line in top if line[0] == "Period"]
        month = periods.parse("4w", NOW, LONDON)
        assert period[1:] == [month.label, f"{month.first_day} to {month.last_day}", "Europe/London"]
        assert any(line[0] == "Satisfied" for line in top)

    @pytest.mark.parametrize(
        ("by", "caption"), [("type", "Request types"), ("team", "Teams"), ("location", "Locations")]
    )
    def test_rows_are_those_of_the_page(self, max_, by, caption):
        _, rows = table(max_.client, f"/quality.csv?by={by}")

        shown = max_.get(f"/quality?by={by}").table(caption)

        assert [row["Name"] for row in rows] == [*shown, "All teams"]
        skip = 1 if by == "type" else 0
        assert [row["Requests"] for row in rows[:-1]] == [cells[skip] for cells in shown.values()]

    def test_too_few_cases_have_no_percentage(self, max_):
        _, rows = table(max_.client, "/quality.csv")

        few = [row for row in rows if 0 < int(row["First replies decided"]) < 10]
        assert few
        assert all("%" not in row["On time"] for row in few)


class TestLists:
    def test_only_what_may_be_read_is_listed_and_the_rest_counted(self, max_):
        page = max_.get("/quality/requests?what=filed&type=hr/pay")

        top, rows = table(max_.client, "/quality.csv?what=filed&type=hr/pay")

        assert ["Counted", str(page.counted())] in top
        assert ["Listed", str(len(rows))] in top
        assert len(rows) == len(page.rows()) < page.counted()
        assert {row["From"] for row in rows} == {"Max"}

    def test_every_chunk_comes_once(self, max_, monkeypatch):
        _, whole = table(max_.client, "/quality.csv?what=missed&period=26w")
        monkeypatch.setattr(export, "CHUNK", 3)

        _, rows = table(max_.client, "/quality.csv?what=missed&period=26w")

        assert len(whole) > 6
        assert rows == whole
        assert [row["When"] for row in rows] == sorted((row["When"] for row in rows), reverse=True)

    def test_what_people_wrote_is_guarded(self, app):
        with time_machine.travel(NOW, tick=False):
            ticket = make.ticket("it/broken", summary="=HYPERLINK(1)", now=story.PERIOD.start)
            actions.solve(ticket, by=cast.actor("ben"), now=story.PERIOD.start)
            story.rate(ticket, 0, NOW, comment="@SUM(1)\nsecond line, “quoted”")
            client = pages(app, "max").client
            _, filed = table(client, "/quality.csv?what=filed")
            _, rated = table(client, "/quality.csv?what=low&period=2026-11")

        assert filed[0]["Summary"] == "'=HYPERLINK(1)"
        assert rated[0]["Comment"] == "'@SUM(1)\nsecond line, “quoted”"
        assert rated[0]["Rating"] == "2"
