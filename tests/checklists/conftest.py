"""A checklist of IT that Dana wrote, with two steps."""

import pytest
from flask import Flask

from internaldesk.checklists import actions
from internaldesk.checklists.queries import Kept
from internaldesk.core.checklists import Spec
from internaldesk.db import db
from tests import cast, make
from tests.make import NOON


@pytest.fixture
def kept(app: Flask) -> Kept:
    dana = cast.actor("dana")
    kind = make.request_type("it/loan")
    new = actions.write(by=dana, now=NOON, team_id=kind.team_id, name="Loan", request_type=kind, anchor="from")
    first = actions.put(new, by=dana, now=NOON, spec=Spec("Charge {item}"))
    found = actions.put(first, by=dana, now=NOON, spec=Spec("Bring it", path="facilities/repair", after=1, due=-1))
    db.session.commit()
    return found
