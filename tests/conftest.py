"""What every test may ask for: a desk of its own on either database, a browser, and a count of statements."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from tests import desks, make, postgres
from tests.browse import Browser, sign_in

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
LOOPBACK = ("127.0.0.1", "::1", "localhost")
HOUSEKEEPING = ("BEGIN", "PRAGMA", "RELEASE", "ROLLBACK", "SAVEPOINT")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives a browser is marked so, that the quick part can leave it out; it gets time on a busy machine, too."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(480))


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Tests talk to this machine only."""
    connect = socket.socket.connect

    def refuse_strangers(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse_strangers)
        yield


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Fresh]:
    with desks.on_sqlite(tmp_path_factory.mktemp("sqlite")) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def fresh_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Fresh]:
    with postgres.server() as server, desks.on_postgres(tmp_path_factory.mktemp("postgres"), server) as fresh:
        yield fresh


@pytest.fixture(scope="session")
def desk(fresh_sqlite: desks.Fresh) -> Flask:
    """A desk to look at, shared by all tests: write nothing."""
    return fresh_sqlite()


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An open desk of this test's own, with the default catalogue and the standing cast; once on each database.

    Its context is there for tests of actions and queries; what `client` does shares neither session nor `g` with it.
    """
    made = request.getfixturevalue(f"fresh_{request.param}")()
    with made.app_context():
        yield made


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser in front of `app`; `browse.sign_in(client, "ada")` signs a member of the cast in."""
    return app.test_client()


@pytest.fixture
def ben(client: Browser) -> FlaskClient:
    """Ben's browser, signed in: an agent of IT."""
    return sign_in(client, "ben")


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time stands still at noon of the cast's day, until a test moves it."""
    with time_machine.travel(make.NOON, tick=False) as found:
        yield found


@pytest.fixture
def count_sql() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_sql() as said:` collects the statements sent meanwhile, on whichever database."""
    return collected


@contextmanager
def collected() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().startswith(HOUSEKEEPING):
            said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)
