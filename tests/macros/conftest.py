"""A request of Ada's that IT holds, the first of the desk: R-1."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from internaldesk.models.tickets import Ticket
from tests import make


@pytest.fixture
def lately() -> datetime:
    """An hour ago: pages read the real clock."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def ticket(client: FlaskClient, lately: datetime) -> Ticket:
    return make.ticket(now=lately)
