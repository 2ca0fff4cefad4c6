"""Demo desks, told once for all tests that only look at them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from internaldesk import settings
from internaldesk.demo import story
from internaldesk.factory import create_app
from tests import desks

NOW = datetime(2026, 11, 19, 10, 48, tzinfo=UTC)  # a Thursday; every team is at work
SET_UP = NOW - timedelta(weeks=30)
SCALE = 0.03


def bare(folder):
    """A desk on SQLite with the default catalogue and nobody in it."""
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    environ = {"DESK_DATA": str(folder), "DESK_DATABASE_URL": url, "DESK_SECRET_KEY": "only-for-tests-" * 3}
    app = create_app(settings.read(environ))
    app.testing = True
    with time_machine.travel(SET_UP, tick=False):  # what came with the desk is as old as the desk
        made = app.test_cli_runner().invoke(args=["desk", "init"])
    assert made.exit_code == 0, made.output
    return app


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A small demo desk to look at: write nothing."""
    app = bare(tmp_path_factory.mktemp("told"))
    with app.app_context():
        story.tell(now=NOW, scale=SCALE)
    yield app
    desks.release(app)


@pytest.fixture
def inside(told):
    with told.app_context():
        yield told
