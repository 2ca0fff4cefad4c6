"""How simple it is, and what teams could train: figures counted by hand, lists behind them, and what they cost."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.history import Event
from internaldesk.models.ratings import Rating
from internaldesk.models.tickets import Ticket
from internaldesk.quality.efforts import ALL
from internaldesk.quality.listings import LISTINGS
from internaldesk.tickets import actions, handover
from tests import cast, make
from tests.browse import sign_in
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import number
from tests.quality.story import NOW, PERIOD

TABLE = "Request types by what asking takes"
COSTS = 8


def lots(many=12):
    """Requests of one kind: each asked back, every second one handed on for expertise, each by Ada again and again."""
    for n in range(many):
        filed = NOW - timedelta(days=30, hours=-n)
        ticket = make.ticket("it/broken", by="ada", now=filed)
        ben = cast.actor("ben")
        actions.set_status(ticket, by=ben, now=filed, status=Status.WAITING, reason="Which one?")
        if n % 2:
            handover.transfer(ticket, by=ben, now=filed, team=make.team("facilities"), reason="expertise")
        make.ticket("purchasing/buy", by="ada", now=filed)
    db.session.commit()
    story.kept()


@pytest.fixture
def max_of_many(app, morning):
    lots()
    return pages(app, "max")


def of(path, column=Ticket.filed_at):
    kind = make.request_type(path).id
    rows = db.session.scalars(select(Ticket).where(Ticket.request_type_id == kind))
    return [ticket for ticket in rows if PERIOD.start <= getattr(ticket, column.key) < PERIOD.end]


class TestTheMeter:
    def test_counts_what_the_rows_say(self, max_):
        broken = of("it/broken")
        waited = {
            event.ticket_id
            for event in db.session.scalars(select(Event).where(Event.kind == "status"))
            if event.data["status"] == "waiting"
        }
        scores = [
            rating.simplicity
            for rating in db.session.scalars(select(Rating))
            if rating.simplicity and rating.request_type_id == broken[0].request_type_id
            if PERIOD.start <= rating.at < PERIOD.end
        ]

        cells = max_.get("/quality/simplicity").table(TABLE)["Something is broken"]

        assert cells[1] == str(len(broken))
        back = sum(ticket.id in waited for ticket in broken)
        assert cells[4] == (f"{100 * back // len(broken)}%" if back else "0")
        assert cells[5] == f"{100 * sum(ticket.transferred > 0 for ticket in broken) // len(broken)}%"
        mean = f"{sum(scores) / len(scores):.1f} n {len(scores)}"
        assert cells[7] == (mean if len(scores) >= 5 else "under 5 answers" if scores else "")

    def test_counts_approvals_by_decision(self, max_of_many):
        asked = db.session.scalars(select(ApprovalRound)).all()
        assert len(asked) >= 10

        page = max_of_many.get("/quality/simplicity")

        assert page.table(TABLE)[make.request_type("purchasing/buy").name][6] == "100%"
        assert f"Do without the approval? It was granted {len(asked)} of {len(asked)} times." in page.words or (
            f"Raise the limit for approval? It was granted {len(asked)} of {len(asked)} times." in page.words
        )

    def test_suggests_what_touches_most(self, max_of_many):
        words = max_of_many.text("/quality/simplicity")

        assert "Ask on the form for what is missing? The team had to ask back in 12 of 12 requests." in words
        assert "Lead people to the right form? 6 of 12 requests were handed to another team." in words

    def test_says_little_of_a_handful(self, app, morning):
        lots(4)

        page = pages(app, "max").get("/quality/simplicity")

        assert "Nothing stands out" in page.words
        assert "%" not in " ".join(page.table(TABLE)["Something is broken"])

    @pytest.mark.parametrize(
        "query", ["", "?type=it/broken", "?team=it&period=26w", "?location=leeds", "?customer=yes"]
    )
    def test_each_count_opens_that_many(self, max_, query):
        page = max_.get(f"/quality/simplicity{query}")
        counts = {url: words for url, words in page.lists().items() if re.match(r"[\d,]+( request| decision|$)", words)}

        assert {url: max_.get(url).counted() for url in counts} == {url: number(words) for url, words in counts.items()}

    def test_shares_open_their_part(self, max_of_many):
        page = max_of_many.get("/quality/simplicity?type=it/broken")
        left = [url for url in page.lists() if "what=left." in url]

        assert max_of_many.get("/quality/requests?what=back&type=it/broken").counted() == 12
        assert max_of_many.get("/quality/requests?what=handed&type=it/broken").counted() == 6
        assert left
        for url in left:
            assert max_of_many.get(url).counted() == 12

    def test_says_that_nobody_knows_what_was_read(self, max_):
        assert "Whether anybody reads an answer, the desk does not know" in max_.text(
            "/quality/simplicity?type=it/broken"
        )

    def test_a_question_nobody_asks_is_no_list(self, max_):
        assert "is not known here" in max_.get("/quality/requests?what=left.A%25", 422).words


class TestTraining:
    def test_counts_what_the_rows_say(self, max_of_many):
        words = max_of_many.text("/quality/training")

        assert "IT on Something is broken" in words
        assert "6 handed on because others know it better" in words
        again = sum(ticket.team.slug == "it" for ticket in of("it/broken")[1:])
        assert f"{again} asked again by the same person within a week" in words

    @pytest.mark.parametrize("words", ["handed on because", "asked again by"])
    def test_each_sign_opens_that_many(self, max_of_many, words):
        page = max_of_many.get("/quality/training")
        signs = [a for a in page.root.iter("a") if words in "".join(a.itertext())]

        assert signs
        for sign in signs:
            assert max_of_many.get(sign.get("href")).counted() == number("".join(sign.itertext()))

    def test_names_nobody(self, max_of_many):
        panel = max_of_many.get("/quality/training").find("section", "panel")[0]

        assert not re.search("Ada|Ben", "".join(panel.itertext()))

    def test_a_quiet_desk_needs_none(self, app, morning):
        story.kept()

        assert "Nothing stands out" in pages(app, "max").text("/quality/training")


@pytest.mark.parametrize("url", ["/quality/simplicity", "/quality/training"])
class TestBothPages:
    def test_wait_until_everything_is_counted(self, app, morning, url):
        assert "Figures are being prepared" in pages(app, "max").text(url)

    def test_are_for_those_who_see_figures(self, told, seen_by, url):
        assert seen_by("ada").client.get(url).status_code == 403
        assert seen_by("dana").client.get(url).status_code == 200

    def test_change_their_filters_in_place(self, max_, url):
        part = max_.client.get(f"{url}?team=it", headers={"HX-Request": "true"}).text

        assert part.count('<div id="dash">') == 1
        assert f'hx-get="{url}?team=it' in part

    def test_cost_the_same_for_three_and_for_thirty(self, app, morning, count_sql, url):
        def cost(many, name):
            story.told(many)
            client = sign_in(app.test_client(), name)
            with count_sql() as said:
                client.get(f"{url}?team=it")
            return len(said)

        assert cost(3, "dana") == cost(27, "dana") <= COSTS
        assert cost(3, "max") <= COSTS

    def test_say_nothing_of_cases_to_those_outside(self, app, morning, url):
        story.told(12)
        before = pages(app, "max").text(url)
        story.case()

        assert pages(app, "max").text(url) == before


def test_each_list_can_be_read(max_):
    for what in ALL.keys() - LISTINGS.keys():
        max_.get(f"/quality/requests?what={what}")


class TestWhereLowAnswersLead:
    @pytest.mark.parametrize(
        ("name", "way"),
        [
            ("attitude", "/quality/training?type=it/broken"),
            ("responsiveness", "/quality?type=it/broken#teams"),
            ("responsiveness", "/settings/promises"),
            ("clarity", "/settings/macros"),
            ("simplicity", "/quality/simplicity?type=it/broken"),
        ],
    )
    def test_to_where_something_can_be_done(self, seen_by, name, way):
        dana = seen_by("dana")
        page = dana.get(f"/quality/dimensions/{name}?type=it/broken")
        ways = {a.get("href") for a in page.root.iter("a")}

        assert way in ways
        assert dana.client.get(way.partition("#")[0]).status_code == 200

    def test_from_each_follow_up_to_its_own_form(self, app, morning):
        story.told(16)
        max_ = pages(app, "max")

        page = max_.get("/quality/follow-ups")
        ways = {a.get("href") for a in page.root.iter("a") if "/quality/simplicity?type=" in a.get("href", "")}

        assert ways
        for way in ways:
            assert max_.get(way).find("table", "rt")
