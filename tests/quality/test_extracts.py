"""Files of the pages beside the overview: the numbers of the page, blank where it is blank, and nothing that runs."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from internaldesk.core import chain, definitions
from internaldesk.core.figures import span_words
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.people import Department
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.trainings import Training
from internaldesk.quality import extracts
from internaldesk.ratings import actions as ratings
from internaldesk.tickets import actions
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import said
from tests.quality.story import NOW
from tests.quality.test_sheets import download

FILES = ("chain", "simplicity", "training")
EVIL = "=HYPERLINK(1)"


def tables(client, name, query=""):
    """The lines above the tables of a file, and the rows of each by head."""
    answer = client.get(f"/quality/{name}.csv{query}")
    assert answer.status_code == 200
    assert (answer.mimetype, answer.is_streamed) == ("text/csv", True)
    assert f'-{NOW:%Y-%m-%d}.csv"' in answer.headers["Content-Disposition"]
    parts: list[list[list[str]]] = [[]]
    for line in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))):
        if line:
            parts[-1].append(line)
        else:
            parts.append([])
    top, *rest = parts
    return top, {name[0]: [dict(zip(heads, row, strict=True)) for row in rows] for name, heads, *rows in rest}


def shown(page, caption):
    """The rows of a table of the page, heads and all."""
    (table,) = [node for node in page.root.iter("table") if any(said(c) == caption for c in node.iter("caption"))]
    return [[said(cell) for cell in row] for body in table.iter("tbody") for row in body.iter("tr")]


def hours(cell):
    return chain.hours_words(round(float(cell) * 3600))


def minutes(cell):
    return span_words(int(cell) * 60) if cell not in ("", "0") else "\u2013"


@pytest.fixture
def rated(app, morning):
    """Sales and Service, whose scores may be known, HR, whose may not; a type and a team that look like formulas."""
    for who, name in (("ada", "=Sales"), ("eve", "Service"), ("hana", "HR")):
        row = Department(name=name)
        cast.person(who).department = row
        db.session.add(row)
    make.request_type("it/broken").name = EVIL
    make.team("it").name = "@IT"
    db.session.flush()
    for who, many, score in (("ada", 12, 5), ("eve", 6, 2), ("hana", 2, 1)):
        for n in range(many):
            one(who, NOW - timedelta(days=30 + n), score)
    db.session.add(
        Training(
            team_id=make.team("it").id, request_type_id=make.request_type("it/broken").id, held_on=date(2026, 8, 19),
            words="+1", noted_at=NOW, noted_by_id=cast.person("dana").id,
        )
    )  # fmt: skip
    db.session.commit()
    story.kept()
    return app


def one(who, filed, score):
    filed = filed.replace(hour=9)
    ticket = make.ticket(by=who, now=filed, customer_waiting=who == "ada", customer="Acme" * (who == "ada"))
    actions.solve(ticket, by=cast.actor("ben"), now=filed + timedelta(hours=2))
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=filed + timedelta(hours=3), scores=Scores(score, score, score, score), comment="")


class TestChain:
    @pytest.mark.parametrize("query", ["", "?team=it&period=26w", "?type=it/broken", "?customer=yes"])
    def test_the_numbers_are_those_of_the_page(self, max_, query):
        page, (_, found) = max_.get(f"/quality/chain{query}"), tables(max_.client, "chain", query)

        assert [
            [row["Request type"], row["Team"], hours(row["Working hours"]), hours(row["Hours on the wall"])]
            for row in found["Customer-hours"]
        ] == [row[:4] for row in shown(page, "Customer-hours by team and type")]
        assert [
            [*list(row.values())[:2], *(minutes(cell) for cell in list(row.values())[3:]), row["Solved"]]
            for row in found["Whose hands"]
        ] == [
            ["\u2013" if cell == "under 1 min" else cell for cell in row]
            for row in shown(page, "Average working time by whose hands")
        ]
        assert [
            [row["Asked by"], row["Team"], row["Requests"], minutes(row["First reply, half within, min"])]
            for row in found["Departments"]
        ] == [row[:4] for row in shown(page, "Departments and teams, line by line")]
        assert len(found["Customer-hours"]) > 1

    def test_what_is_blank_on_the_page_is_blank(self, rated):
        reader = pages(rated, "max")
        page, (_, found) = reader.get("/quality/chain"), tables(reader.client, "chain")

        rows = {row["Asked by"]: list(row.values())[4:] for row in found["Departments"]}
        assert rows == {
            "'=Sales": ["5.0", "5.0", "5.0", "5.0", "12", "no"],
            "Service": ["", "", "", "", "", "yes"],
            "HR": ["", "", "", "", "", "yes"],
        }
        on_page = {row[0]: row[4:8] for row in shown(page, "Departments and teams, line by line")}
        assert {name.removeprefix("'"): cells[:4] for name, cells in rows.items()} == on_page


class TestSimplicity:
    @pytest.mark.parametrize("query", ["", "?team=it&period=26w", "?type=it/broken", "?customer=yes"])
    def test_the_numbers_are_those_of_the_page(self, max_, query):
        page, (_, found) = max_.get(f"/quality/simplicity{query}"), tables(max_.client, "simplicity", query)

        def share(row, head, of=""):
            part, whole, percent = (row[name] for name in (head, of or f"{head}, out of", f"{head}, share"))
            assert not percent or int(whole) >= 10
            return percent or (f"{part} of {whole}" if whole else "")

        rows = shown(page, "Request types by what asking takes")
        assert [[row["Request type"], row["Team"], row["Requests"]] for row in found["Request types"]] == [
            [name, team, requests] for name, team, requests, *_ in rows
        ]
        for row, (*_, questions, left, back, handed, granted, easy) in zip(found["Request types"], rows, strict=True):
            optional = f", {row['Optional']} optional" if row["Optional"] != "0" else ""
            assert questions == row["Questions"] + optional
            assert left == share(row, "Left empty", "Of answers")
            for cell, head in ((back, "Asked back"), (handed, "Handed on")):
                assert cell == (share(row, head) if row[head] not in ("", "0") else row[head])
            assert granted == share(row, "Approvals granted")
            assert easy == (f"{row['Easy, of 5']} n {row['Answers']}" if row["Answers"] else easy)
            assert row["Answers"] or easy in ("", "under 5 answers")
        assert rows

    def test_every_question_stands_in_it(self, max_):
        page = max_.get("/quality/simplicity?type=it/broken")
        _, found = tables(max_.client, "simplicity", "?type=it/broken")

        assert [
            [row["Question"], row["Must be answered"].capitalize(), row["Something depends on it"].capitalize()]
            for row in found["Questions"]
        ] == [row[:3] for row in shown(page, "Questions of the form")]

    def test_few_answers_are_blank(self, rated):
        for n in range(3):
            one("ada", NOW - timedelta(weeks=20, days=n), 4)
        db.session.commit()
        story.kept()

        month = f"{NOW - timedelta(weeks=20):%Y-%m}"
        _, found = tables(pages(rated, "max").client, "simplicity", f"?period={month}")
        (row,) = found["Request types"]

        assert (row["Requests"], row["Easy, of 5"], row["Answers"]) == ("3", "", "")
        assert row["Asked back, share"] == ""


class TestTraining:
    def test_signs_are_those_of_the_page(self, rated):
        reader = pages(rated, "max")
        page, (_, found) = reader.get("/quality/training"), tables(reader.client, "training")

        times = [row["Times"] for row in found["Signs"]]
        assert found["Signs"][0]["Team"] == "'@IT"
        (lesson,) = page.find("ol", "lessons")[0]
        assert [said(a).split()[0] for a in lesson.iter("a")][: len(times)] == times

    def test_trainings_are_those_of_the_page(self, rated):
        reader = pages(rated, "max")
        page, (_, found) = reader.get("/quality/training"), tables(reader.client, "training")

        assert {row["What was practised"] for row in found["Trainings"]} == {"'+1"}
        for row in found["Trainings"]:
            (cells,) = [tr for tr in page.root.iter("tr") if said(tr).startswith(row["Figure"])]
            _, before, after, change = [said(cell) for cell in cells]
            for words, head in ((before, "Before"), (after, "After")):
                part, of, percent = row[head], row[f"{head}, out of"], row[f"{head}, share"]
                blank = f"too few, n {of}" if of else "none"
                assert words == (f"{percent} n {of}" if percent else f"{part} of {of}" if part else blank)
            assert change == row["Change"]

    def test_what_it_is_too_early_for_is_blank(self, rated):
        db.session.scalars(select(Training)).one().held_on = date(2026, 11, 2)
        db.session.commit()

        _, found = tables(pages(rated, "max").client, "training")

        for row in found["Trainings"]:
            assert row["Can be told from"] == "2027-01-11"
            assert [row[head] for head in ("After", "After, out of", "After, share", "Change")] == [""] * 4


@pytest.mark.parametrize("name", FILES)
class TestEach:
    def test_top_says_what_it_is_in_the_words_of_the_page(self, max_, name):
        top, _ = tables(max_.client, name, "?team=it&period=4w&customer=yes")
        meant = {"chain": extracts.CHAIN, "simplicity": extracts.SIMPLICITY, "training": extracts.TRAINING}[name]
        page = max_.get(f"/quality/{name}?team=it")
        everything = max_.get("/quality/definitions")

        assert ["Filter", "team", "IT"] in top
        assert ["Filter", "customer waiting", "yes"] in top
        words = {line[0]: line[1] for line in top if len(line) == 2}
        for found in meant:
            assert found in definitions.ALL
            assert words[found.term] == found.words
            for there in (page, everything):
                (node,) = [node for node in there.root.iter("div") if node.get("id") == f"means-{found.slug}"]
                assert said(node) == f"{found.term}{found.words}"

    def test_the_workbook_has_the_same_cells(self, rated, name):
        client = pages(rated, "max").client
        top, found = tables(client, name)

        first, *sheets = download(client, f"/quality/{name}.xlsx")

        assert len(first) == len(top)
        assert [len(sheet) - 1 for sheet in sheets] == [len(rows) for rows in found.values()]
        for sheet, rows in zip(sheets, found.values(), strict=True):
            cells = [[value for _, value in row if value] for row in sheet[1:]]
            assert [[plain(cell) for cell in row] for row in cells] == [
                [plain(cell.removeprefix("'")) for cell in row.values() if cell] for row in rows
            ]

    def test_what_people_wrote_does_not_run(self, rated, name):
        _, found = tables(pages(rated, "max").client, name)

        cells = [cell for rows in found.values() for row in rows for cell in row.values()]
        assert f"'{EVIL}" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]

    def test_who_gets_no_page_gets_no_file(self, told, name):
        for who in ("ada", "ben", "root"):
            for suffix in ("", ".csv", ".xlsx"):
                pages(told, who).get(f"/quality/{name}{suffix}", 403)
        pages(told, "max").get(f"/quality/{name}.ods", 404)

    def test_a_team_that_is_not_theirs_is_refused_as_on_the_page(self, told, name):
        for suffix in ("", ".csv", ".xlsx"):
            pages(told, "dana").get(f"/quality/{name}{suffix}?team=hr", 422)

    def test_paper_names_every_filter(self, max_, name):
        page = max_.get(f"/quality/{name}?type=it/broken&type=hr/pay&location=leeds&customer=yes&priority=medium")
        (printed,) = [said(node) for node in page.find("p", "only-print")]

        for words in ("13 weeks", "Something is broken or Pay problem", "Leeds", "customer waiting only", "medium"):
            assert words in printed

    def test_buttons_keep_the_filters(self, max_, name):
        page = max_.get(f"/quality/{name}?team=it&period=4w")
        ways = {said(a): a.get("href") for a in page.root.iter("a")}

        for words, suffix in (("Export CSV", "csv"), ("Export XLSX", "xlsx")):
            assert ways[words] == f"/quality/{name}.{suffix}?team=it&period=4w"

    def test_until_all_is_counted_there_is_none(self, app, morning, name):
        assert pages(app, "max").client.get(f"/quality/{name}.csv").status_code == 409

    def test_cases_are_nobodys_but_their_groups(self, app, name):
        with time_machine.travel(NOW, tick=False):
            story.told(12)
            client = pages(app, "max").client
            before = client.get(f"/quality/{name}.csv").text

            story.case()

            assert client.get(f"/quality/{name}.csv").text == before


def plain(cell):
    """A number as it is, however it was written."""
    try:
        return f"{float(cell):g}"
    except ValueError:
        return cell
