"""Every test of the pages has a lead in each team, and a request of an hour ago that waits for Max."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from tests.approvals import desk
from tests.browse import Browser, sign_in
from tests.decisions.visit import Visit


@pytest.fixture
def lately(app: Flask) -> datetime:
    """An hour ago: pages read the real clock."""
    desk.appoint()
    db.session.flush()
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def ticket(lately: datetime) -> Ticket:
    return desk.waiting("purchasing/quotes", now=lately, answers={"need": "A fork-lift", "budget": "1250.00"})


@pytest.fixture
def visit(app: Flask, client: Browser) -> Callable[[str | None], Visit]:
    """`visit("max")` is a browser in which Max is signed in, `visit(None)` one in which nobody is."""

    def enter(name: str | None) -> Visit:
        return Visit(sign_in(app.test_client(), name) if name else app.test_client())

    return enter
