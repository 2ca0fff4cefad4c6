"""Each panel of each page of service quality has something true to say at the demo desk."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from internaldesk.demo import story
from tests import desks
from tests.browse import Browser, sign_in
from tests.demo.conftest import NOW, bare
from tests.quality.reading import Page, said

SCALE = 0.2
"""Enough of the quarter for figures that need ten cases; tests of the whole one would take a minute."""
NOTHING = ("There is no chart", "There is no table", "Nothing stands out", "Nothing:", "none yet")
See = Callable[..., Page]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A fifth of the quarter, to look at."""
    app = bare(tmp_path_factory.mktemp("panels"))
    app.test_client_class = Browser
    with app.app_context():
        story.tell(now=NOW, scale=SCALE)
    yield app
    desks.release(app)


@pytest.fixture(scope="module")
def see(desk: Flask) -> Iterator[See]:
    """Open a page as somebody of the demo."""
    signed: dict[str, FlaskClient] = {}

    def opened(path: str, who: str = "max") -> Page:
        if who not in signed:
            signed[who] = sign_in(desk.test_client(), f"{who}@desk.example")
        answer = signed[who].get(path)
        assert answer.status_code == 200, path
        return Page(answer.text)

    with time_machine.travel(NOW, tick=False):
        yield opened


@pytest.mark.parametrize(
    "path",
    [
        "/quality",
        "/quality?team=it",
        "/quality?team=purchasing",
        "/quality?by=team",
        "/quality/chain",
        "/quality/simplicity",
        "/quality/training",
        "/quality/follow-ups",
        "/quality/follow-ups?state=done",
        "/quality/mirror",
        "/quality/definitions",
        "/quality/reports",
        *(f"/quality/dimensions/{name}" for name in ("attitude", "responsiveness", "clarity", "simplicity")),
    ],
)
def test_no_panel_says_that_there_is_nothing(see: See, path: str) -> None:
    page = see(path)

    assert [words for words in NOTHING if words in page.words] == []


def test_the_overview_has_verdicts_pointers_and_words_of_requesters(see: See) -> None:
    page = see("/quality")

    assert all(any(sign.isdigit() for sign in value) for value in page.verdicts().values())
    assert "missed promises still wait" in page.words
    assert page.find("blockquote", "quote")


def test_a_chart_has_a_dated_change(see: See) -> None:
    assert "Promise: Something is broken" in see("/quality?team=it").words


def test_somebody_waits_now_and_every_pair_of_hands_had_a_part(see: See) -> None:
    page = see("/quality/chain")

    for whose in ("us", "requester", "approver", "supplier"):
        assert f"{whose} " in page.words.partition("From filing to solution:")[2][:200], whose
    waiting = page.table("Customer-hours, the most first")
    assert any(cells[-1] != "0" for cells in waiting.values())


def test_low_answers_were_seen_to_and_wait(see: See) -> None:
    open_ones, done = (see(f"/quality/follow-ups{state}") for state in ("", "?state=done"))

    assert "Two of us can sign now." in done.words
    assert "I rang the supplier myself." in open_ones.words


def test_two_teams_were_trained_and_of_one_there_is_something_to_tell(see: See) -> None:
    words = see("/quality/training").words

    assert "Ordering parts, and what to write while one waits" in words
    assert "Receipts abroad" in words
    assert words.count("Too early to say") == 1


def test_a_lead_has_a_report_of_the_team_and_a_manager_their_own(see: See) -> None:
    assert "IT since the new promise" in see("/quality/reports", "dana").words
    assert "IT since the new promise" not in see("/quality/reports").words
    assert "Where a customer waits" in see("/quality/reports").words


def test_teams_see_themselves_otherwise_than_others_do(see: See) -> None:
    words = see("/quality/mirror").words

    assert "thinks itself" in words
    assert "Others find the team" in words


def test_an_agent_has_figures_beside_those_of_the_team(see: See) -> None:
    page = see("/profile/record", "ben")
    rows = [[said(cell) for cell in row] for row in page.root.iter("tr")]
    mine, team = ([row for row in rows if len(row) > 1 and row[1] == name] for name in ("You", "IT"))

    assert int(mine[0][2]) < int(team[0][2].replace(",", ""))
    assert "% of " in team[0][3]
    assert "Thanks from co-workers" in page.words
