"""Two plans file themselves at the demo desk, and one did already."""

from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.recurring import Plan
from tests.demo.conftest import NOW


def test_one_was_filed_and_the_other_is_ahead(inside):
    backups, drill = db.session.scalars(select(Plan).order_by(Plan.id)).all()

    assert (backups.team.slug, drill.team.slug) == ("it", "facilities")
    assert (backups.done, drill.done) == (1, 0)
    assert backups.next_at > NOW
    assert drill.next_at > NOW
    filed = backups.last_ticket
    assert (filed.status, filed.assignee.name.split()[0], filed.filed_at < NOW) == (Status.SOLVED, "Ben", True)
