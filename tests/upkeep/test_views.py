"""Health and figures for machines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from internaldesk.db import db
from internaldesk.models.jobs import Job
from internaldesk.upkeep import schema
from tests import make

TOKEN = "a-token-of-the-monitoring"


@pytest.fixture
def with_token(app: Flask) -> Iterator[None]:
    settings = app.config["DESK"]
    app.config["DESK"] = replace(settings, metrics_token=TOKEN)
    yield
    app.config["DESK"] = settings


def test_alive_asks_nothing_of_the_database(client: FlaskClient, count_sql) -> None:
    with count_sql() as said:
        answer = client.get("/livez")

    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert said == []


def test_ready_without_a_worker_but_it_tells(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {"ready": True, "database": "ok", "schema": "ok", "worker": "not seen for five minutes"}


def test_a_worker_seen_lately_is_told(app: Flask, client: FlaskClient) -> None:
    now = datetime.now(UTC)
    db.session.add(Job(name="sweep", due_at=now, finished_at=now - timedelta(minutes=4), error=""))

    assert client.get("/readyz").json["worker"] == "ok"


def test_not_ready_when_the_tables_are_old(app: Flask, client: FlaskClient) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json["schema"] == f"at 0000, wanted {schema.wanted()}"


def test_not_ready_when_the_database_does_not_answer(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> str:
        raise OperationalError("", {}, Exception("connection refused to secret-host"))

    monkeypatch.setattr(schema, "present", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": "does not answer"}


def test_figures_count_requests_and_open_tickets_but_no_cases(app: Flask, client: FlaskClient) -> None:
    make.ticket("it/broken")
    make.ticket("hr/concern")
    due = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
    db.session.add(Job(name="sweep", due_at=due, error=""))
    client.get("/livez")

    page = client.get("/metrics").text

    assert 'desk_open_tickets{team="it"} 1.0' in page
    assert 'desk_open_tickets{team="hr"} 0.0' in page
    assert 'desk_request_seconds_count{endpoint="upkeep.alive",method="GET",status="200"}' in page
    assert any(line.startswith("desk_worker_lag_seconds 6") for line in page.splitlines())


@pytest.mark.parametrize(
    "far",
    [
        {"environ_base": {"REMOTE_ADDR": "10.1.2.3"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "10.1.2.3"}},
        {"headers": {"Forwarded": "for=10.1.2.3"}},
    ],
)
def test_figures_are_for_this_machine_and_for_who_knows_the_token(
    client: FlaskClient, with_token: None, far: dict
) -> None:
    headers = far.get("headers", {})

    def status(authorization: str | None) -> int:
        said = {"Authorization": authorization} if authorization else {}
        return client.get("/metrics", **{**far, "headers": {**headers, **said}}).status_code

    assert status(None) == 404
    assert status("Bearer wrong") == 404
    assert status("Bearer ") == 404
    assert status(f"Basic {TOKEN}") == 404
    assert status(f"Bearer {TOKEN}") == 200


def test_without_a_token_set_no_token_opens(client: FlaskClient) -> None:
    far = {"REMOTE_ADDR": "10.1.2.3"}

    assert client.get("/metrics", environ_base=far, headers={"Authorization": "Bearer "}).status_code == 404
