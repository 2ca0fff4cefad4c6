"""Finding types and requests, by words and by number."""

import pytest
from flask import Flask

from internaldesk.search import queries
from internaldesk.search.marks import marked
from tests import cast, make
from tests.browse import sign_in


@pytest.mark.parametrize("words", ["R-{}", "r-{}", "r{}", "#{}", " {} "])
def test_a_number_goes_straight_to_the_request(app: Flask, words: str) -> None:
    number = make.ticket(by="ada").id

    answer = sign_in(app.test_client(), "ada").get("/search", query_string={"q": words.format(number)})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/R-{number}")


@pytest.mark.parametrize("path", ["hr/concern", "hr/ask"])
def test_the_number_of_somebody_elses_request_looks_like_no_request(app: Flask, path: str) -> None:
    number = make.ticket(path, by="ada", summary="My secret").id
    eve = sign_in(app.test_client(), "eve")

    seen, absent = eve.get(f"/search?q=R-{number}"), eve.get("/search?q=R-999")

    assert seen.status_code == absent.status_code == 200
    assert seen.text.replace(f"R-{number}", "R-999").split("<main")[1] == absent.text.split("<main")[1]


@pytest.mark.parametrize("words", ["99999999999999999999", "R-2147483648", "%", "'; --", "é" * 300])
def test_odd_words_are_only_words(app: Flask, words: str) -> None:
    ada = sign_in(app.test_client(), "ada")

    assert ada.get("/search", query_string={"q": words}).status_code == 200
    assert ada.get("/search/suggest", query_string={"q": words}).status_code == 200


def test_own_requests_are_found_and_those_of_others_are_not(app: Flask) -> None:
    make.ticket(by="ada", summary="VPN drops on the train")
    make.ticket(by="eve", summary="VPN drops in the canteen")

    answer = sign_in(app.test_client(), "ada").get("/search?q=vpn+drops")

    assert "<mark>VPN</mark> <mark>drops</mark> on the train" in answer.text
    assert "canteen" not in answer.text


def test_agents_find_open_requests_of_their_teams(app: Flask) -> None:
    make.ticket("it/broken", by="ada", summary="VPN drops on the train")
    make.ticket("hr/ask", by="ada", summary="VPN at home, am I insured?")

    found = queries.in_teams("train vpn", actor=cast.actor("ben"), limit=20)
    none = queries.in_teams("insured", actor=cast.actor("ben"), limit=20)

    assert [hit.summary for hit in found] == ["VPN drops on the train"]
    assert none == []


def test_cases_are_found_by_their_group_only(app: Flask) -> None:
    make.ticket("hr/concern", by="ada", summary="Something about a colleague")

    found = {name: queries.in_teams("colleague", actor=cast.actor(name), limit=20) for name in ("hana", "ben", "root")}

    assert {name for name, hits in found.items() if hits} == {"hana"}


def test_where_nothing_is_found_the_words_go_along_to_ask(app: Flask) -> None:
    answer = sign_in(app.test_client(), "ada").get("/search?q=xyzzy")

    assert "Nothing found for “xyzzy”" in answer.text
    assert "/ask?summary=xyzzy" in answer.text


def test_suggestions_come_in_groups(app: Flask) -> None:
    number = make.ticket(by="ada", summary="VPN drops on the train").id
    ada = sign_in(app.test_client(), "ada")

    words, by_number, nothing = (ada.get(f"/search/suggest?q={words}").text for words in ("vpn", number, ""))

    assert 'aria-label="Ask for"' in words
    assert 'aria-label="Yours"' in words
    assert "/catalogue/it/broken?summary=vpn" in words
    assert "<main" not in words
    assert 'aria-label="Go to"' in by_number
    assert nothing.strip() == ""


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("VPN drops", "vnp", "<mark>VPN</mark> drops"),
        ("Café's Wi-Fi", "cafe", "<mark>Café&#39;s</mark> Wi-Fi"),
        ("<b>vpn</b>", "vpn", "&lt;b&gt;<mark>vpn</mark>&lt;/b&gt;"),
        ("Access to a system", "access to it", "<mark>Access</mark> to a system"),
        ("PC", "pc", "<mark>PC</mark>"),
        ("nothing", "", "nothing"),
    ],
)
def test_words_that_were_meant_are_marked(text: str, asked: str, shown: str) -> None:
    assert marked(text, asked) == shown
