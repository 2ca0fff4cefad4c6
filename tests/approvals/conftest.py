"""Every test of approvals has a lead in each team."""

import pytest
from flask import Flask

from internaldesk.db import db
from tests.approvals import desk as organisation


@pytest.fixture
def staffed(app: Flask) -> Flask:
    organisation.appoint()
    db.session.flush()
    return app
