"""Signing in and out, passwords and the profile, as pages."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from internaldesk.db import db
from internaldesk.models.people import SignInTry, WebSession
from internaldesk.people import actions, throttle
from tests import cast
from tests.browse import sign_in

NEW = "odd words in a row, five"
RIGHT = {"email": cast.email("ada"), "password": cast.PASSWORD}
WRONG = {**RIGHT, "password": "wrong"}
TEN_FIFTY = datetime(2026, 11, 18, 10, 50, 1, tzinfo=UTC)


def send(client: FlaskClient, to: str, *, page: str = "/sign-in", **fields: str) -> TestResponse:
    """Fill in the form of a page and send it."""
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(page).text)
    assert token, f"{page} has no form"
    return client.post(to, data={"csrf_token": token[1], **fields})


def enter(client: FlaskClient, **fields: str) -> TestResponse:
    return send(client, "/sign-in", **fields)


def sessions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(WebSession)) or 0


def test_ada_signs_in_and_goes_on_where_she_was(client: FlaskClient) -> None:
    sent = client.get("/requests?page=2")
    assert (sent.status_code, sent.location) == (303, "/sign-in?next=/requests?page%3D2")

    answer = enter(client, **RIGHT, next="/requests?page=2")

    assert (answer.status_code, answer.location) == (303, "/requests?page=2")
    assert client.get("/profile").status_code == 200
    assert client.get("/sign-in").location == "/"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/\t/evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
        "",
    ],
)
def test_nobody_is_led_elsewhere(client: FlaskClient, target: str) -> None:
    assert enter(client, **RIGHT, next=target).location == "/"


@pytest.mark.parametrize("fields", [WRONG, {"email": "nobody@desk.example", "password": "wrong"}])
def test_a_wrong_pair_says_one_thing_keeps_the_address_and_counts(client: FlaskClient, fields: dict[str, str]) -> None:
    answer = enter(client, **fields)

    assert answer.status_code == 422
    assert "That e-mail and that password do not belong together." in answer.text
    assert f'value="{fields["email"]}"' in answer.text
    assert "wrong" not in re.sub(r"name=\"next\".*", "", answer.text).split("<main")[1].split("That e-mail")[0]
    with client.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInTry)) == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"email": "", "password": "x"}, "Enter your e-mail address."),
        ({"email": "ada", "password": "x"}, "Enter your whole e-mail address"),
        ({**RIGHT, "password": ""}, "Enter your password."),
        ({**RIGHT, "password": "ü" * 513}, "1,024 bytes at most"),
    ],
)
def test_what_cannot_be_a_pair_is_not_even_tried(client: FlaskClient, fields: dict[str, str], says: str) -> None:
    answer = enter(client, **fields)

    assert answer.status_code == 422
    assert says in answer.text
    with client.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInTry)) == 0


def test_too_many_tries_say_when_and_the_right_pair_is_heard_then(client: FlaskClient) -> None:
    with time_machine.travel(TEN_FIFTY, tick=False) as clock:
        for _ in range(throttle.FREE_OF_ACCOUNT):
            enter(client, **WRONG)

        answer = enter(client, **RIGHT)

        assert answer.status_code == 429
        assert "Too many tries. Again at 10:51." in answer.text
        assert f'value="{RIGHT["email"]}"' in answer.text
        assert answer.headers["Retry-After"] == "15"
        clock.shift(15)
        assert enter(client, **RIGHT).status_code == 303


def test_guessing_side_by_side_gains_nothing(app: Flask) -> None:
    """Without the second look under the lock, all twenty would be judged by what was known before the first."""
    clients = [app.test_client() for _ in range(20)]
    for client in clients:
        client.get("/sign-in")

    def guess(client: FlaskClient) -> int:
        return enter(client, **WRONG).status_code

    with ThreadPoolExecutor(max_workers=20) as crowd:
        statuses = list(crowd.map(guess, clients))

    assert sorted(statuses) == [422] * throttle.FREE_OF_ACCOUNT + [429] * (20 - throttle.FREE_OF_ACCOUNT)


def test_signing_in_rotates_the_session_and_the_form_token(client: FlaskClient) -> None:
    enter(client, **RIGHT)
    first = cookie(client)

    client.get("/profile")
    answer = send(client, "/sign-in", page="/profile", **{**RIGHT, "email": cast.email("eve")})

    assert answer.status_code == 303
    assert cookie(client)["_user_id"] != first["_user_id"]
    assert "csrf_token" not in cookie(client)
    with client.application.app_context():
        assert sessions() == 1


def cookie(client: FlaskClient) -> dict[str, str]:
    with client.session_transaction() as content:
        return dict(content)


@pytest.mark.parametrize("url", ["/static/img/favicon.svg", "/queue/due-next", "/profile"])
def test_what_only_reads_sends_no_cookie_that_could_overwrite_a_newer_one(client: FlaskClient, url: str) -> None:
    sign_in(client, "ben")
    client.get(url).close()  # the first page writes what its forms need

    with client.get(url) as answer:
        assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(client: FlaskClient) -> None:
    enter(client, **RIGHT)
    thief = client.application.test_client()
    thief.set_cookie("desk", client.get_cookie("desk").value)
    assert thief.get("/profile").status_code == 200

    answer = send(client, "/sign-out", page="/profile")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert thief.get("/profile").status_code == 303
    assert send(client, "/sign-out").status_code == 303


def test_an_ended_session_says_so(client: FlaskClient) -> None:
    enter(client, **RIGHT)
    with client.application.app_context():
        actions.end_sessions(cast.person("ada"))
        db.session.commit()

    assert "You were signed out." in client.get("/sign-in?next=/requests").text
    assert "You were signed out." not in client.application.test_client().get("/sign-in").text


def test_only_a_demonstration_offers_its_people_and_tells_the_password(app: Flask, client: FlaskClient) -> None:
    plain = client.get("/sign-in?email=ada@desk.example")
    assert cast.PASSWORD not in plain.text
    assert "Look around as" not in plain.text

    settings = app.config["DESK"]
    app.config["DESK"] = replace(settings, demo=True)
    try:
        page = client.get("/sign-in?email=ada@desk.example&next=/requests").text
        stranger = client.get("/sign-in?email=boss@company.example").text
    finally:
        app.config["DESK"] = settings

    assert page.count("/sign-in?email=") == 10
    assert 'href="/sign-in?email=chi@desk.example&amp;next=/requests"' in page
    assert f'value="{cast.PASSWORD}"' in page
    assert f'value="{cast.PASSWORD}"' not in stranger


def test_a_link_leads_to_a_password_and_works_once(app: Flask, client: FlaskClient) -> None:
    url = f"/password/{actions.password_link(cast.person('ada'), now=datetime.now(UTC))}"
    for _ in range(2):  # mail scanners look first
        assert client.get(url).status_code == 200

    short = send(client, url, page=url, password="short", again="short")
    other = send(client, url, page=url, password=NEW, again=NEW + "x")
    answer = send(client, url, page=url, password=NEW, again=NEW)

    assert (short.status_code, other.status_code) == (422, 422)
    assert "at least 15 characters" in short.text
    assert "The two are not the same." in other.text
    assert (answer.status_code, answer.location) == (303, "/sign-in?email=ada@desk.example")
    assert client.get(url).status_code == 404
    assert enter(client, **{**RIGHT, "password": NEW}).status_code == 303


def test_links_do_not_stand_in_the_log(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/password/secret-of-ada")

    assert "secret-of-ada" not in "".join(capsys.readouterr())


def test_the_profile_shows_what_is_known_and_where_one_is_signed_in(client: FlaskClient) -> None:
    page = sign_in(client, "chi").get("/profile").text

    for words in ("chi@desk.example", "Leeds", "IT, Facilities", "(this one)"):
        assert words in page


def test_a_device_is_signed_out_from_the_profile(app: Flask, client: FlaskClient) -> None:
    ada, now = cast.person("ada"), datetime.now(UTC)
    for who in (ada, cast.person("eve")):
        actions.start_session(who, device="a phone", now=now)
    db.session.flush()
    hers, eves = db.session.scalars(select(WebSession.id).order_by(WebSession.id))
    sign_in(client, "ada")

    assert send(client, f"/profile/sessions/{eves}/end", page="/profile").status_code == 422
    assert send(client, f"/profile/sessions/{hers}/end", page="/profile").status_code == 303
    assert sessions() == 2


def test_changing_the_password_keeps_this_device_signed_in(app: Flask, client: FlaskClient) -> None:
    actions.start_session(cast.person("ada"), device="a phone", now=datetime.now(UTC))
    sign_in(client, "ada")

    wrong = send(client, "/profile/password", page="/profile", old="wrong", password=NEW, again=NEW)
    weak = send(client, "/profile/password", page="/profile", old=cast.PASSWORD, password="a" * 20, again="a" * 20)
    right = send(client, "/profile/password", page="/profile", old=cast.PASSWORD, password=NEW, again=NEW)

    assert "That is not your present password." in wrong.text
    assert "easy to guess" in weak.text
    assert (wrong.status_code, weak.status_code, right.status_code) == (422, 422, 303)
    assert client.get("/profile").status_code == 200
    assert sessions() == 1
    assert db.session.scalar(select(func.count()).select_from(SignInTry)) == 1


def test_look_and_keys_are_remembered_on_this_device(client: FlaskClient) -> None:
    sign_in(client, "ada")

    dark = send(client, "/profile/theme", page="/profile", theme="dark")
    send(client, "/profile/keys", page="/profile", keys="off")
    page = client.get("/profile").text
    assert dark.status_code == 303
    assert 'data-theme="dark"' in page
    assert 'data-keys="off"' in page

    send(client, "/profile/theme", page="/profile", theme="system")
    assert "data-theme" not in client.get("/profile").text
    assert client.get_cookie("theme") is None
    assert send(client, "/profile/theme", page="/profile", theme="pink").status_code == 422


def test_co_workers_are_offered_as_a_fragment(client: FlaskClient) -> None:
    sign_in(client, "ada")

    answer = client.get("/people?q=ev")

    assert re.search(r'<button type="button"[^>]* data-pick="\d+">Eve<small> Porto</small></button>', answer.text)
    assert "<html" not in answer.text
    assert client.get("/people").text.strip() == ""
    assert "Nobody here is called “&lt;b&gt;”" in client.get("/people?q=<b>").text


@pytest.mark.parametrize("url", ["/profile", "/people?q=a"])
def test_strangers_sign_in_first(client: FlaskClient, url: str) -> None:
    assert client.get(url).location.startswith("/sign-in?next=")


@pytest.mark.parametrize("name", [None, "ada", "ben"])
def test_the_key_map_is_a_page_for_everybody(client: FlaskClient, name: str | None) -> None:
    if name:
        sign_in(client, name)

    assert "Keyboard shortcuts" in client.get("/help/keyboard").text
