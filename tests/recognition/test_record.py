"""The service record belongs to its person: own figures beside the team's, thanks, and nobody else's eyes."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, update

from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.people import Membership, Person
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.recognition import Thanks
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.quality.story import kept
from tests.queues.test_views import send
from tests.recognition.test_thanks import solved, thanked

RECORD = "/profile/record"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def served(solver: str = "ben", *, path: str = "it/broken", by: str = "ada", days: int = 2, score: int = 0) -> Ticket:
    """Answered after ten minutes, solved after an hour, perhaps rated."""
    at = NOON - timedelta(days=days, hours=2)
    ticket, agent = make.ticket(path, by=by, now=at), cast.actor(solver)
    actions.reply(ticket, by=agent, now=at + 10 * MINUTE, body="I look.", then="progress")
    actions.solve(ticket, by=agent, now=at + 60 * MINUTE)
    if score:
        invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
        ratings.submit(invite, now=at + 61 * MINUTE, scores=Scores(score, score, score, score))
    return ticket


def read(app: Flask, name: str, url: str = RECORD) -> str:
    kept(NOON)
    return sign_in(app.test_client(), name).get(url).text


def figures(page: str) -> dict[tuple[str, str], list[str]]:
    """The cells of the table by quarter and who."""
    found = {}
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    for row in re.findall(r"<tr.*?</tr>", body[1] if body else "", re.DOTALL):
        cells = [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        found[cells[0].removesuffix(", so far"), cells[1]] = cells[2:6]
    return found


def test_own_figures_stand_beside_those_of_the_team(app: Flask) -> None:
    for n in range(10):
        served(score=5 if n < 4 else 2 if n == 4 else 0)
    served("chi")
    served(days=60)
    served("chi", path="facilities/repair")

    found = figures(read(app, "ben"))

    assert found["Q4 2026", "You"] == ["10", "100.0% of 10", "10 min", "80% of 5"]
    assert found["Q4 2026", "IT"] == ["11", "100.0% of 11", "10 min", "80% of 5"]
    assert found["Q3 2026", "You"] == ["1", "1 of 1", "too few", "none"]
    assert found["Q1 2026", "You"] == ["0", "none", "none", "none"]
    assert {who for _, who in found} == {"You", "IT"}


def test_a_small_team_is_not_told_apart_from_its_people(app: Flask) -> None:
    served("hana", path="hr/pay")

    assert figures(read(app, "hana"))["Q4 2026", "HR"][0].startswith("A team of fewer than 3")


def test_own_requests_count_neither_for_oneself_nor_in_ones_team(app: Flask) -> None:
    served("ben", by="chi")
    served("ben")

    assert figures(read(app, "ben"))["Q4 2026", "IT"][0] == "2"
    assert figures(read(app, "chi"))["Q4 2026", "IT"][0] == "1"


def test_a_case_counts_for_who_may_count_it_and_is_in_no_figure_of_a_team(app: Flask) -> None:
    hr = make.team("hr").id
    db.session.add_all(Membership(person_id=cast.person(name).id, team_id=hr, role="agent") for name in ("pia", "finn"))
    served("hana", path="hr/concern")
    served("hana", path="hr/pay")

    found = figures(read(app, "hana"))

    assert found["Q4 2026", "You"][0] == "2"
    assert found["Q4 2026", "HR"][0] == "1"


def test_thanks_are_there_and_can_be_hidden_and_shown_by_their_person_alone(app: Flask) -> None:
    row = thanked(solved(), words="So quick")
    db.session.commit()
    number, ben = row.id, sign_in(app.test_client(), "ben")

    page = read(app, "ben")
    assert "“So quick”" in page
    assert figures(page)
    for name in ("ada", "dana", "max", "root", "chi"):
        other = sign_in(app.test_client(), name)
        assert "So quick" not in other.get(RECORD).text, name
        assert send(other, f"{RECORD}/thanks/{number}/hidden", "/profile").status_code == 404, name
    assert send(ben, f"{RECORD}/thanks/{number}/hidden", RECORD).status_code == 303
    assert "So quick" not in ben.get(RECORD).text
    assert "So quick" not in ben.get(f"{RECORD}.csv").text
    assert "So quick" in ben.get(f"{RECORD}?state=hidden").text
    assert send(ben, f"{RECORD}/thanks/{number}/shown", RECORD).status_code == 303
    assert "So quick" in ben.get(RECORD).text
    assert send(ben, f"{RECORD}/thanks/{2**31}/shown", RECORD).status_code == 404


def test_thanks_for_a_case_name_neither_the_giver_nor_the_request(app: Flask) -> None:
    ticket = solved("hr/concern", "hana")
    thanked(ticket, words="For listening")

    for url in (RECORD, f"{RECORD}.csv"):
        told = read(app, "hana", url)
        assert "For listening" in told
        assert f"R-{ticket.id}" not in told
        assert not re.search(r"\bAda\b", told)


def test_the_file_says_the_same_and_runs_no_formula(app: Flask) -> None:
    for _ in range(2):
        thanked(served(), words="=1+1")

    lines = list(csv.reader(io.StringIO(read(app, "ben", f"{RECORD}.csv").removeprefix("\ufeff"))))

    assert ["Of", "Ben"] in lines
    assert ["Q4 2026, so far", "You", "2", "2 of 2", "too few", "none", "1"] in lines
    assert [row[1:4] for row in lines if row[-1:] in (["yes"], ["no, the second in 30 days"])] == [
        ["Fast", "'=1+1", "Ada"],
        ["Fast", "'=1+1", "Ada"],
    ]


def test_before_figures_are_counted_the_page_says_so(app: Flask) -> None:
    db.session.commit()

    page = sign_in(app.test_client(), "ben").get(RECORD).text

    assert "being prepared" in page
    assert "<tbody>" not in page


def test_agents_find_it_in_the_rail_and_others_do_not(app: Flask) -> None:
    db.session.commit()
    for name, found in (("ben", True), ("dana", True), ("ada", False)):
        client = sign_in(app.test_client(), name)
        assert (RECORD in client.get("/profile").text) is found, name
        if found:
            assert RECORD in client.get("/queue/due-next").text, name
    assert RECORD in sign_in(app.test_client(), "dana").get("/quality/definitions").text
    assert sign_in(app.test_client(), "ada").get(RECORD).status_code == 200


@pytest.mark.parametrize("query", ["state=lost", "page=0", "page=x"])
def test_addresses_that_mean_nothing_are_refused(app: Flask, query: str) -> None:
    db.session.commit()

    assert sign_in(app.test_client(), "ben").get(f"{RECORD}?{query}").status_code in (403, 422)


def test_many_thanks_are_read_page_by_page_at_the_same_cost(app: Flask, count_sql) -> None:
    def cost() -> int:
        kept(NOON)
        client = sign_in(app.test_client(), "ben")
        with count_sql() as said:
            assert client.get(RECORD).status_code == 200
        return len(said)

    for _ in range(3):
        thanked(served())
    few = cost()
    for n in range(27):
        thanked(served(), words=f"Words {n}.")

    assert cost() == few <= 9
    assert "Words 26." in read(app, "ben")
    assert "26 to 30 of 30" in read(app, "ben", f"{RECORD}?page=2")


def test_no_statement_reads_all_requests(app: Flask) -> None:
    for _ in range(4):
        thanked(served())
    kept(NOON)
    client = sign_in(app.test_client(), "ben")

    with statements() as said:
        client.get(RECORD)

    solved_ones = [(statement, values) for statement, values in said.items() if "fact_ticket.pieces" in statement]
    assert solved_ones
    if db.engine.dialect.name == "sqlite":
        assert not any(reads_all(plan(*one)) for one in solved_ones)


def test_who_left_is_still_named_and_what_left_is_only_a_number(app: Flask) -> None:
    ticket = solved()
    thanked(ticket)
    db.session.execute(update(Person).where(Person.id == cast.person("ada").id).values(active=False))
    db.session.execute(delete(Membership).where(Membership.person_id == cast.person("ben").id))

    page = read(app, "ben")

    assert re.search(rf"Ada,\s+R-{ticket.id}", page)
    assert f"/requests/R-{ticket.id}" not in page
    assert db.session.scalars(select(Thanks.counted)).all() == [True]
