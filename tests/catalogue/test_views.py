"""The pages of the catalogue."""

from flask import Flask

from tests.browse import sign_in


def test_a_team_shows_all_it_offers_and_carries_words_along(app: Flask) -> None:
    answer = sign_in(app.test_client(), "ada").get("/catalogue/it?summary=black+screen")

    assert answer.status_code == 200
    assert answer.text.count("/catalogue/it/") == 8
    assert "/catalogue/it/broken?summary=black+screen" in answer.text


def test_a_team_nobody_knows_is_not_found(app: Flask) -> None:
    assert sign_in(app.test_client(), "ada").get("/catalogue/nobody").status_code == 404


def test_types_for_managers_stand_on_the_page_of_managers_only(app: Flask) -> None:
    assert "/catalogue/hr/leaver" not in sign_in(app.test_client(), "ada").get("/catalogue/hr").text
    assert "/catalogue/hr/leaver" in sign_in(app.test_client(), "max").get("/catalogue/hr").text


def test_visitors_are_asked_to_sign_in_first(app: Flask) -> None:
    answer = app.test_client().get("/catalogue/it")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=/catalogue/it")


def test_one_sentence_leads_to_the_types_that_fit_with_the_words_along(app: Flask) -> None:
    ada = sign_in(app.test_client(), "ada")

    sent = ada.post("/ask", data={"summary": "My laptop is slow", "csrf_token": token(ada)})
    answers = ada.get(sent.headers["Location"])

    assert sent.status_code == 303
    assert "/catalogue/it/broken?summary=My+laptop+is+slow" in answers.text
    assert 1 <= answers.text.count("?summary=My+laptop+is+slow") <= 3


def test_an_empty_sentence_is_asked_for_again(app: Flask) -> None:
    ada = sign_in(app.test_client(), "ada")

    answer = ada.post("/ask", data={"summary": " ", "csrf_token": token(ada)})

    assert answer.status_code == 422
    assert "<title>Error: Ask in your own words" in answer.text
    assert 'href="#summary"' in answer.text


def test_where_nothing_fits_every_team_has_a_door(app: Flask) -> None:
    answer = sign_in(app.test_client(), "ada").get("/ask?summary=xyzzy")

    assert "/catalogue/it/how-to?summary=xyzzy" in answer.text
    assert "/catalogue/facilities?summary=xyzzy" in answer.text


def token(client) -> str:
    return client.get("/ask").text.partition('name="csrf_token" value="')[2].partition('"')[0]
