"""The desk of the story, told once for the tests of a file, on the morning it is looked at."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask

from tests.browse import Browser, sign_in
from tests.conftest import DATABASES
from tests.quality import story
from tests.quality.reading import Pages


@pytest.fixture
def morning() -> Iterator[None]:
    """It is Tuesday 24 November 2026, 10:48 in London."""
    with time_machine.travel(story.NOW, tick=False):
        yield


@pytest.fixture(scope="module", params=DATABASES)
def half_a_year(request: pytest.FixtureRequest) -> Flask:
    """The desk of the story on either database; the tests of a file share it, so they only look."""
    made: Flask = request.getfixturevalue(f"fresh_{request.param}")()
    with made.app_context(), time_machine.travel(story.NOW, tick=False):
        story.told()
    return made


@pytest.fixture
def told(request: pytest.FixtureRequest, half_a_year: Flask, morning: None) -> Iterator[Flask]:
    """The desk after half a year, with a session for the test's own questions.

    A test that also asks for a desk of its own would wipe this one out for those after it.
    """
    assert "app" not in request.fixturenames
    with half_a_year.app_context():
        yield half_a_year


@pytest.fixture
def seen_by(told: Flask) -> Callable[[str], Pages]:
    """What a member of the cast sees of the told desk."""
    return lambda name: pages(told, name)


@pytest.fixture
def max_(told: Flask) -> Pages:
    """Max, who sees how every team serves, in front of the told desk."""
    return pages(told, "max")


def pages(app: Flask, name: str) -> Pages:
    client = app.test_client()
    assert isinstance(client, Browser)
    return Pages(sign_in(client, name))
