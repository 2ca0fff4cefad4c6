"""The pages of promises at noon on a Wednesday, as Dana opens them."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from tests.browse import Browser, sign_in
from tests.journeys.visitor import Visitor, through
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.reading import LIST


@pytest.fixture
def noon() -> Iterator[Any]:
    """It is noon, and stays so."""
    with time_machine.travel(NOON, tick=False) as found:
        yield found


@pytest.fixture
def dana(noon: Any, client: Browser) -> Visitor:
    """Dana without script, who leads IT."""
    return through(sign_in(client, "dana"))


@pytest.fixture
def url(app: Flask) -> str:
    """The address of the rule for what is broken."""
    return f"{LIST}/{rulebook.rule().id}"
