"""Who waits for whom: the numbers against rows read anew, what stays blank, and what the page costs."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from internaldesk.core import hours
from internaldesk.core.lifecycle import Status
from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.people import Department, Person, Team
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.sla import CalendarVersion
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.ratings import actions as ratings
from internaldesk.sla import versions
from internaldesk.tickets import actions
from tests import cast, make
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import said
from tests.quality.story import NOW

COST = 8
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOURS = "Customer-hours by team and type"
HANDS = "Average working time by whose hands"
MAP = "Departments and teams, line by line"


@pytest.fixture
def desk(app, morning):
    """Ada sells, Eve serves, and Hana is of the people in HR, who ask like everybody."""
    names = {"ada": "Sales", "eve": "Service", "hana": "HR", "pia": "Purchasing"}
    for who, department in names.items():
        row = Department(name=department)
        cast.person(who).department = row
        db.session.add(row)
    db.session.commit()
    return app


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)


@pytest.fixture
def shown(desk):
    """The page, once everything that was done is counted."""

    def look(query="", name="max"):
        db.session.commit()
        story.kept()
        return pages(desk, name).get(f"/quality/chain{query}")

    return look


def working(ticket: Ticket, start: datetime, end: datetime) -> int:
    """Seconds between, in the hours of its team as they stand."""
    calendar = db.session.get_one(Team, ticket.team_id).calendar_id
    version = db.session.scalars(select(CalendarVersion.id).where(CalendarVersion.calendar_id == calendar)).first()
    return int(hours.elapsed(versions.calendars([version])[version], start, end).total_seconds())


def solve(ticket: Ticket, when: datetime, by: str = "ben") -> None:
    actions.solve(ticket, by=cast.actor(by), now=when)


def rate(ticket: Ticket, when: datetime, *scores: int | None) -> None:
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=when, scores=Scores(*scores), comment="")


class TestCustomerHours:
    def test_a_closed_request_counts_from_filing_to_solution_waits_and_all(self, desk, shown):
        ticket = make.ticket(by="ada", now=at(0, 9), customer_waiting=True, customer="Acme")
        actions.set_status(ticket, by=cast.actor("ben"), now=at(0, 10), status=Status.WAITING, reason="Which one?")
        solve(ticket, at(1, 11))

        cells = shown().table(HOURS)["Something is broken"]

        seconds = working(ticket, at(0, 9), at(1, 11))
        assert seconds > 4 * 3600
        assert cells == [
            "IT",
            f"{seconds / 3600:.0f} h" if seconds >= 36_000 else f"{seconds / 3600:.1f} h",
            "26 h",
            "0",
        ]

    def test_an_open_one_counts_to_the_end_of_yesterday_and_as_waiting_now(self, desk, shown):
        make.ticket(by="ada", now=at(7, 9), customer_waiting=True, customer="Acme")

        team, _working, wall, waiting = shown().table(HOURS)["Something is broken"]

        assert (team, wall, waiting) == ("IT", "15 h", "1")

    def test_no_customer_no_hours(self, desk, shown):
        solve(make.ticket(by="ada", now=at(0, 9)), at(0, 12))

        assert "no request of this time had a customer waiting" in shown().words

    def test_the_half_year_is_what_its_rows_say(self, desk, shown):
        story.told(30)
        since = story.PERIOD.start
        expected: Counter[str] = Counter()
        for ticket in db.session.scalars(select(Ticket).where(Ticket.customer_waiting)):
            if not ticket.reopened:
                end = ticket.solved_at or ticket.closed_at or NOW.replace(hour=0, minute=0)
                expected[ticket.request_type.name] += max(0, int((end - max(ticket.filed_at, since)).total_seconds()))

        page = shown()

        found = {name: cells[2] for name, cells in page.table(HOURS).items() if name != "All together"}
        assert any(expected.values())
        back = {ticket.request_type.name for ticket in db.session.scalars(select(Ticket).where(Ticket.reopened > 0))}
        for name, seconds in expected.items():
            if seconds and name not in back:
                assert found[name] == (f"{(seconds + 1800) // 3600:,} h"), name


class TestWhoseHands:
    def test_the_time_is_shared_out_by_whom_it_waited_for(self, desk, shown):
        ticket = make.ticket(by="ada", now=at(0, 9))
        ben = cast.actor("ben")
        actions.set_status(ticket, by=ben, now=at(0, 10), status=Status.WAITING, reason="Which one?")
        actions.reply(ticket, by=cast.actor("ada"), now=at(0, 12), body="The left one")
        actions.set_status(ticket, by=ben, now=at(0, 13), status=Status.SUPPLIER, reason="Parts")
        actions.set_status(ticket, by=ben, now=at(0, 14), status=Status.PROGRESS)
        solve(ticket, at(0, 15))

        page = shown()

        assert page.table(HANDS)["Something is broken"] == [
            "IT",
            "3 h 00",
            "\u2013",
            "2 h 00",
            "\u2013",
            "1 h 00",
            "\u2013",
            "1",
        ]
        assert "From filing to solution: us 3 h 00, requester 2 h 00, supplier 1 h 00" in page.words
        assert "too few for shares" in page.words

    def test_approvers_have_their_part(self, desk, shown):
        ticket = make.ticket("purchasing/buy", by="ada", now=at(0, 9), approved=False)
        ballot = make.first_ballot(ticket)
        assert ballot is not None
        make.approve(ticket, now=at(0, 12))
        solve(ticket, at(0, 13), by="pia")

        cells = shown().table(HANDS)[ticket.request_type.name]

        assert (cells[1], cells[4]) == ("1 h 00", "3 h 00")

    def test_a_team_before_is_told_apart(self, desk, shown):
        ticket = make.ticket(by="ada", now=at(0, 9))
        actions.transfer(ticket, by=cast.actor("ben"), now=at(0, 11), team=make.team("purchasing"), reason="wrong-desk")
        solve(ticket, at(0, 12), by="pia")

        assert "teams before us 2 h 00, us 1 h 00" in shown().words

    def test_the_parts_add_up_to_what_rows_say(self, desk, shown):
        story.told(30)
        spent: defaultdict[str, list[int]] = defaultdict(list)
        for ticket in db.session.scalars(select(Ticket)):
            if ticket.solved_at and not ticket.reopened and ticket.solved_at >= story.PERIOD.start:
                spent[ticket.request_type.name].append(working(ticket, ticket.filed_at, ticket.solved_at))
        back = {ticket.request_type.name for ticket in db.session.scalars(select(Ticket).where(Ticket.reopened > 0))}

        table = shown().table(HANDS)

        plain = {name: seconds for name, seconds in spent.items() if name not in back}
        assert plain
        for name, seconds in plain.items():
            assert table[name][-1] == str(len(seconds))
            assert abs(sum(map(minutes, table[name][1:-1])) - sum(seconds) / len(seconds) / 60) < 4 * 24


def minutes(words: str) -> float:
    """Minutes of a span in words, to the tenth of a day."""
    if words == "\u2013" or words.startswith("under"):
        return 0
    number, unit, *rest = words.split()
    return {"min": 1.0, "h": 60.0, "d": 480.0}[unit] * float(number) + (float(rest[0]) if rest else 0)


class TestTheMap:
    def many(self, who: str, count: int, score: int, path: str = "it/broken", by: str = "ben") -> None:
        for n in range(count):
            ticket = make.ticket(path, by=who, now=at(0, 9, n))
            solve(ticket, at(0, 10, n), by=by)
            rate(ticket, at(0, 12, n), score, score)

    def rows(self, page) -> dict[tuple[str, str], list[str]]:
        (table,) = [node for node in page.root.iter("table") if any(said(c) == MAP for c in node.iter("caption"))]
        found = {}
        for row in next(table.iter("tbody")).iter("tr"):
            team, *cells = [said(cell) for cell in row.iter("td")]
            found[said(next(row.iter("th"))), team] = cells
        return found

    def test_departments_ask_teams_back_office_too(self, desk, shown):
        self.many("ada", 6, 5)
        self.many("eve", 5, 3)
        make.ticket(by="hana", now=at(0, 9))

        rows = self.rows(shown())

        assert rows["Sales", "IT"] == ["6", "1 h 00", "5.0", "5.0", "", "", "6"]
        assert rows["Service", "IT"] == ["5", "1 h 00", "3.0", "3.0", "", "", "5"]
        assert rows["HR", "IT"] == ["1", "\u2013", "", "", "", "", ""]

    def test_a_blank_takes_another_with_it(self, desk, shown):
        self.many("ada", 7, 5)
        self.many("eve", 6, 3)
        self.many("hana", 2, 1)

        rows = self.rows(shown())

        assert rows["Sales", "IT"][2] == "5.0"
        assert rows["Service", "IT"][2:] == ["", "", "", "", "left blank"]
        assert rows["HR", "IT"][2:] == ["", "", "", "", "left blank"]

    def test_it_keeps_the_department_of_the_day(self, desk, shown):
        ticket = make.ticket(by="ada", now=at(0, 9))
        db.session.flush()
        cast.person("ada").department = None
        db.session.commit()
        make.ticket(by="ada", now=at(0, 10))

        rows = self.rows(shown())

        assert ticket.department_id is not None
        assert (rows["Sales", "IT"][0], rows["Not entered", "IT"][0]) == ("1", "1")

    def test_cases_are_nobodys_but_their_groups(self, desk, shown):
        make.ticket("hr/pay", by="ada", now=at(0, 9))
        before = shown().words
        make.ticket("hr/concern", by="ada", now=at(0, 9))

        assert shown().words == before

    @pytest.mark.parametrize("query", ["?customer=yes", "?location=leeds", "?type=it/broken"])
    def test_filters_narrow_all_three(self, desk, shown, query):
        make.ticket(by="ada", now=at(0, 9), customer_waiting=True, customer="Acme")
        make.ticket("facilities/repair", by="eve", now=at(0, 9))

        rows = self.rows(shown(query))

        assert set(rows) == {("Sales", "IT")}


class TestEachNumberOpensItsList:
    def test_lists_count_what_the_page_counts(self, desk, shown):
        story.told(30)
        page = shown()

        links = {
            url: words
            for url, words in page.lists().items()
            if words.replace(",", "").isdigit() and "what=median" not in url
        }

        assert len(links) > 5
        for url, words in links.items():
            assert pages(desk, "max").get(url).counted() == int(words.replace(",", "")), url

    def test_hours_open_what_was_open_for_a_customer(self, desk, shown):
        solve(make.ticket(by="ada", now=at(0, 9), customer_waiting=True, customer="Acme"), at(0, 12))
        make.ticket(by="ada", now=at(0, 9))

        (url,) = {url for url in shown().lists() if "what=blocked" in url and "type=" in url}

        assert pages(desk, "max").get(url).counted() == 1

    @pytest.mark.parametrize(
        ("query", "status"), [("department=x", 422), ("department=99999999999", 422), ("department=77", 200)]
    )
    def test_departments_that_are_none(self, desk, shown, query, status):
        story.kept()
        pages(desk, "max").get(f"/quality/requests?what=filed&{query}", status)


class TestWho:
    def test_leads_see_their_team_and_nobody_else_any(self, desk, shown):
        make.ticket(by="ada", now=at(0, 9))
        make.ticket("hr/pay", by="ada", now=at(0, 9))

        assert "HR" not in shown(name="dana").words.split("Which department asks which team")[1]
        pages(desk, "ben").get("/quality/chain", 403)

    def test_until_all_is_counted_it_says_so(self, desk):
        make.ticket(by="ada", now=at(0, 9))
        db.session.commit()

        assert "The figures are being prepared" in pages(desk, "max").text("/quality/chain")

    def test_it_costs_the_same_for_more(self, desk, shown, count_sql):
        def cost() -> int:
            shown()
            reader = pages(desk, "dana")
            with count_sql() as counted:
                reader.get("/quality/chain")
            return len(counted)

        make.ticket(by="ada", now=at(0, 9), customer_waiting=True, customer="Acme")
        few = cost()
        story.told(20)

        assert cost() == few <= COST


def test_people_are_entered_with_their_department(app):
    one = people.add_person("a@desk.example", name="A", now=NOW, department=" Field  sales ")
    other = people.add_person("b@desk.example", name="B", now=NOW, department="field sales")

    assert one.department is other.department
    assert db.session.scalars(select(Department.name)).all() == ["Field sales"]
    assert db.session.scalars(select(Person.department_id).where(Person.id == other.id)).one() is not None
