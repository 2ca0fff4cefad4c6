"""One unit of work around each request: what is kept, what is not, and a form that is sent twice."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
from flask import Flask, Response, g, request
from flask.testing import FlaskClient
from sqlalchemy import select, update

from internaldesk import settings
from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.db import db
from internaldesk.factory import create_app
from internaldesk.models.people import Location
from internaldesk.models.tickets import FormKey
from internaldesk.web.auth import anyone
from internaldesk.web.desk import done, keep, now, wants_part
from tests.browse import Browser, sign_in

KEY = "only-for-tests-" * 3


@pytest.fixture
def trial(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A desk on the database of `app`, with pages that do what pages should and should not do."""
    url = db.engine.url.render_as_string(hide_password=False)
    desk = create_app(settings.read({"DESK_DATA": str(tmp_path), "DESK_DATABASE_URL": url, "DESK_SECRET_KEY": KEY}))
    desk.testing = True
    desk.test_client_class = Browser
    desk.config["WTF_CSRF_ENABLED"] = False
    desk.config["PROPAGATE_EXCEPTIONS"] = False
    for rule, view, methods in (
        ("/trial/places", add_place, ["POST"]),
        ("/trial/look", look_and_write, ["GET"]),
        ("/trial/remove", look_and_remove, ["GET"]),
        ("/trial/change", look_and_change, ["GET"]),
        ("/trial/slow", add_slowly, ["POST"]),
        ("/trial/time", tell_time, ["GET"]),
    ):
        desk.add_url_rule(rule, view_func=anyone(view), methods=methods)
    yield desk
    with desk.app_context():
        db.engine.dispose()


def add_place() -> Response:
    write(request.form["slug"])
    if request.form.get("keep"):
        keep()
    for refusal in (Refused, Forbidden, Conflict, RuntimeError):
        if request.form.get("raises") == refusal.__name__:
            raise refusal("No.")
    status = int(request.form.get("status", 303))
    return done(f"/places/{request.form['slug']}") if status == 303 else Response("said", status=status)


def look_and_write() -> Response:
    write("looked")
    return Response("looked")


def look_and_remove() -> Response:
    db.session.delete(db.session.scalars(select(Location).limit(1)).one())
    return Response("removed")


def look_and_change() -> Response:
    db.session.execute(update(Location).values(name="changed"))
    return Response("changed")


def add_slowly() -> Response:
    write(f"slow-{threading.get_ident()}")
    sleep(0.05)
    return done(f"/places/{threading.get_ident()}")


def tell_time() -> Response:
    return Response(str(now() is now() and now().microsecond == 0 and g.now == now()))


def write(slug: str) -> None:
    db.session.add(Location(slug=slug, name=slug, timezone="UTC"))
    db.session.flush()


def kept() -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Location.slug))) - {"head-office", "leeds", "porto"}


def post(client: FlaskClient, **fields: object) -> Response:
    return client.post("/trial/places", data=fields)


@pytest.fixture
def visitor(trial: Flask) -> FlaskClient:
    return trial.test_client()


@pytest.mark.parametrize("status", [200, 204, 303])
def test_an_answer_below_400_keeps_the_work(visitor: FlaskClient, status: int) -> None:
    assert post(visitor, slug="a", status=status).status_code == status
    assert kept() == {"a"}


@pytest.mark.parametrize("status", [400, 404, 409, 422, 429, 500, 503])
def test_an_error_keeps_nothing(visitor: FlaskClient, status: int) -> None:
    assert post(visitor, slug="a", status=status).status_code == status
    assert kept() == set()


@pytest.mark.parametrize(
    ("raises", "status"), [("Refused", 422), ("Forbidden", 403), ("Conflict", 409), ("RuntimeError", 500)]
)
def test_what_is_raised_keeps_nothing_even_if_keeping_was_asked_for(
    visitor: FlaskClient, raises: str, status: int
) -> None:
    assert post(visitor, slug="a", keep=1, raises=raises).status_code == status
    assert kept() == set()


def test_an_error_keeps_what_was_marked(visitor: FlaskClient) -> None:
    assert post(visitor, slug="a", keep=1, status=422).status_code == 422
    assert kept() == {"a"}


def test_the_next_request_starts_with_a_clean_session(visitor: FlaskClient) -> None:
    post(visitor, slug="a", status=422)
    post(visitor, slug="b")

    assert kept() == {"b"}


@pytest.mark.parametrize("url", ["/trial/look", "/trial/remove", "/trial/change"])
def test_a_get_never_writes(visitor: FlaskClient, url: str) -> None:
    assert visitor.get(url).status_code == 500
    assert kept() == set()
    assert sorted(db.session.scalars(select(Location.name))) == ["Head office", "Leeds", "Porto"]


def test_a_form_sent_again_gets_the_first_answer_and_does_nothing(visitor: FlaskClient) -> None:
    first, again = (post(visitor, slug="a", form_key="k1") for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location == "/places/a"
    assert kept() == {"a"}


def test_a_form_sent_again_with_other_words_is_a_conflict(visitor: FlaskClient) -> None:
    post(visitor, slug="a", form_key="k1")

    answer = post(visitor, slug="b", form_key="k1")

    assert answer.status_code == 409
    assert "Nothing was sent a second time." in answer.text
    assert kept() == {"a"}


def test_a_form_that_did_not_pass_can_be_sent_again_under_its_key(visitor: FlaskClient) -> None:
    for fields in ({"status": 422}, {"status": 422, "keep": 1, "slug": "b"}, {"raises": "RuntimeError"}):
        assert post(visitor, **{"slug": "a", "form_key": "k1", **fields}).status_code >= 400

    assert post(visitor, slug="a", form_key="k1").status_code == 303
    assert kept() == {"a", "b"}


def test_htmx_gets_the_first_answer_too(visitor: FlaskClient) -> None:
    for _ in range(2):
        answer = visitor.post("/trial/places", data={"slug": "a", "form_key": "k1"}, headers={"HX-Request": "true"})

        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/places/a")
    assert kept() == {"a"}


def test_twenty_senders_of_one_form_cause_one_effect_and_get_one_answer(trial: Flask) -> None:
    clients = [trial.test_client() for _ in range(20)]

    with ThreadPoolExecutor(max_workers=20) as crowd:
        answers = list(crowd.map(lambda client: client.post("/trial/slow", data={"form_key": "one"}), clients))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(kept()) == 1
    assert len(db.session.scalars(select(FormKey)).all()) == 1


def test_a_request_has_one_instant(visitor: FlaskClient) -> None:
    assert visitor.get("/trial/time").text == "True"


@pytest.mark.parametrize(
    ("headers", "part"),
    [({}, False), ({"HX-Request": "true"}, True), ({"HX-Request": "true", "HX-Boosted": "true"}, False)],
)
def test_only_htmx_gets_a_part(trial: Flask, headers: dict[str, str], part: bool) -> None:
    with trial.test_request_context(headers=headers):
        assert wants_part() is part


@pytest.mark.parametrize("path", ["/search?q=a%00b", "/requests?text=%00", "/queue/due-next?type=%00"])
def test_a_nul_in_an_address_is_refused_not_stored(client: Browser, path: str) -> None:
    assert sign_in(client, "ben").get(path).status_code == 400


def test_collecting_garbage_does_not_walk_through_what_a_desk_is_made_of(desk: Flask) -> None:
    assert gc.get_freeze_count() > 100_000
