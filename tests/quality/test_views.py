"""The pages: what their addresses mean, what they say when there is little to say, and what they cost."""

from datetime import timedelta

import pytest
import time_machine

from internaldesk.db import db
from internaldesk.quality.efforts import ALL
from tests import make
from tests.browse import sign_in
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.reading import said
from tests.quality.story import NOW, PERIOD

REPORT, LIST = 8, 8


@pytest.fixture
def empty(app, morning):
    story.kept()
    return pages(app, "max")


class TestBeforeEverythingIsCounted:
    @pytest.fixture
    def uncounted(self, app, morning):
        make.ticket("it/broken", by="ada", now=NOW)
        db.session.commit()
        return pages(app, "max")

    def test_the_page_says_so_and_shows_no_figure(self, uncounted):
        page = uncounted.get("/quality")

        assert "The figures are being prepared: 0% of the requests are counted." in page.words
        assert page.find("a", "verdict") == []

    def test_a_file_is_refused_in_words(self, uncounted):
        assert "The figures are being prepared" in uncounted.get("/quality.csv", 409).words

    def test_lists_work(self, uncounted):
        assert uncounted.get("/quality/requests?what=open").counted() == 1

    def test_then_it_is_there(self, uncounted):
        story.kept()

        assert uncounted.get("/quality").verdicts()["Open right now"] == "1"


def test_figures_that_lag_say_of_when_they_are(app):
    with time_machine.travel(NOW, tick=False):
        story.kept(NOW - timedelta(minutes=10))

        assert "These figures are as of" in pages(app, "max").text("/quality")
        story.kept()
        assert "These figures are as of" not in pages(app, "max").text("/quality")


class TestAnEmptyDesk:
    def test_says_why_there_is_no_chart(self, empty):
        page = empty.get("/quality")

        assert page.root.find(".//polyline") is None
        for reason in (
            "because nobody has had a first reply in the last 26 weeks",
            "because no team gave a first reply in the last 13 weeks",
            "because nothing was open at the end of any of the last 13 weeks",
            "because nobody was asked for a rating in this time",
            "because nothing was filed, answered, solved or rated in this time",
        ):
            assert reason in page.words
        assert set(page.verdicts().values()) == {"none", "0"}

    @pytest.mark.parametrize("what", ALL)
    def test_has_empty_lists(self, empty, what):
        assert "No request fits this number" in empty.text(f"/quality/requests?what={what}")


class TestAddresses:
    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("", f"all teams, {PERIOD.label},"),
            ("period=4w", "all teams, 4 weeks to"),
            ("period=month", "all teams, October 2026,"),
            ("period=quarter", "all teams, Q3 2026,"),
            ("period=2026-11", "all teams, November 2026,"),
            ("team=it&team=hr", "IT, HR, 13 weeks"),
            ("priority=high&priority=urgent", "all teams, urgent or high priority, 13 weeks"),
            ("team=it&channel=phone&channel=plan", "IT, by phone or recurring, 13 weeks"),
            ("type=it/broken&location=leeds", "all teams, Something is broken, Leeds, 13 weeks"),
        ],
    )
    def test_say_which_report_it_is(self, max_, query, words):
        (head,) = max_.get(f"/quality?{query}").find("div", "d-head")

        assert words in said(head)

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("/quality?period=soon", "“soon” is not a period."),
            ("/quality?period=2027-01", "January 2027 has not begun yet."),
            ("/quality?team=nobody", "There is no team “nobody” whose figures you can see."),
            ("/quality?type=broken", "There is no type “broken”"),
            ("/quality?priority=soon", "There is no priority “soon” whose figures you can see."),
            ("/quality/requests?what=open&channel=pigeon", "There is no channel “pigeon” whose figures you can see."),
            ("/quality?by=agent", "“agent” is not known here."),
            ("/quality/requests?what=else", "“else” is not known here."),
            ("/quality/requests?what=open&age=4", "“4” is not an age: use 0 to 3."),
            ("/quality/requests?what=rated&score=6", "“6” is not a score: use 1 to 5."),
            ("/quality/requests?what=open&week=2026-11-17", "“2026-11-17” is not the Monday"),
            ("/quality/requests?what=open&page=0", "“0” is not a page."),
            ("/quality.csv?what=else", "“else” is not known here."),
        ],
    )
    def test_that_mean_nothing_are_refused_in_words(self, max_, url, words):
        assert words in max_.get(url, 422).words

    def test_every_way_on_from_the_page_exists(self, max_):
        page = max_.get("/quality?team=it&customer=yes&priority=high&channel=portal")
        ways = {node.get("href") for node in page.root.iter("a")}

        broken = {url for url in ways if url.startswith("/quality") and max_.client.get(url).status_code != 200}

        assert broken == set()
        ids = {node.get("id") for node in page.root.iter()}
        assert {url.partition("#")[2] for url in ways if "#" in url} <= ids

    def test_filters_that_a_form_does_not_set_stay(self, max_):
        page = max_.get("/quality?team=it&customer=yes&by=team&period=26w&channel=phone")
        forms = [form for form in page.root.iter("form") if form.get("action") == "/quality"]

        kept = [
            {field.get("name"): field.get("value") for field in form.iter("input") if field.get("type") == "hidden"}
            for form in forms
        ]

        rest = {"team": "it", "customer": "yes", "by": "team", "period": "26w", "channel": "phone"}
        assert kept[0] == {name: value for name, value in rest.items() if name != "period"}
        assert kept[1] == {name: value for name, value in rest.items() if name != "team"}


class TestFragments:
    def test_htmx_gets_the_report_and_the_rail(self, max_):
        part = max_.client.get("/quality?team=it", headers={"HX-Request": "true"})

        assert "<!doctype" not in part.text.lower()
        assert part.text.count('<div id="dash">') == 1
        assert f"<title>Service quality, {PERIOD.label}" in part.text
        assert 'hx-swap-oob="outerHTML:.quality-rail"' in part.text
        assert "HX-Request" in part.headers["Vary"]

    def test_the_whole_page_swaps_nothing_out_of_band(self, max_):
        assert "hx-swap-oob" not in max_.get("/quality").html


class TestTooLittle:
    """No percentage under ten cases, no rate under five answers."""

    @pytest.fixture
    def few(self, app, morning):
        story.told(16)
        return pages(app, "max")

    def test_shares_of_a_handful_are_counted_instead(self, few):
        lines = few.get("/quality").table("Request types")

        shares = [cell for cells in lines.values() for cell in (cells[4], cells[6], cells[7])]
        assert any(" of " in share for share in shares)
        assert [share for share in shares if "%" in share] == []

    def test_the_chart_waits_for_six_weeks(self, few):
        assert "it takes six with first replies" in few.text("/quality?team=purchasing")


class TestCosts:
    @pytest.mark.parametrize(
        "url", ["/quality", "/quality?by=location&team=it&type=it/broken", "/quality?channel=portal", "/quality.csv"]
    )
    def test_a_report_costs_the_same_for_three_and_for_thirty(self, app, morning, count_sql, url):
        def cost(many):
            story.told(many)
            client = sign_in(app.test_client(), "max")
            with count_sql() as said_:
                client.get(url)
            return len(said_)

        assert cost(3) == cost(27) <= REPORT

    @pytest.mark.parametrize("what", ["open", "missed", "comments"])
    def test_a_list_costs_little(self, max_, count_sql, what):
        with count_sql() as said_:
            max_.get(f"/quality/requests?what={what}")

        assert len(said_) <= LIST


def test_long_lists_come_in_pages(app):
    with time_machine.travel(NOW, tick=False):
        story.told(54)
        story.told(24)
        max_ = pages(app, "max")
        first = max_.get(
            "/quality/requests?what=filed&period=26w&type=it/broken&type=purchasing/buy&type=facilities/repair"
        )
        older = next(node.get("href") for node in first.root.iter("a") if node.get("rel") == "next")
        second = max_.get(older)

    assert len(first.rows()) == 50
    assert len(second.rows()) == first.counted() - 50
    assert not set(first.rows()) & set(second.rows())
