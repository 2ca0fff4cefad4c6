"""A waived miss counts apart: neither kept nor missed, in no list of missed promises, and still to be found."""

import time_machine
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from tests import cast
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.story import NOW, PERIOD

COUNTED = ("first", "missed", "late", "apart")


def counts(reader):
    """How many promises each list counts."""
    return {what: reader.get(f"/quality/requests?what={what}").counted() for what in COUNTED}


def test_waiving_moves_a_miss_out_of_every_figure_into_those_counted_apart(app):
    with time_machine.travel(NOW, tick=False):
        story.told()
        max_ = pages(app, "max")
        before, words = counts(max_), max_.get("/quality").verdicts()
        missed = select(Clock).where(Clock.target == "first_response", Clock.stopped_at.is_(None))
        clock = db.session.scalars(missed.where(Clock.breached_at >= PERIOD.start)).first()

        sla.waive(
            db.session.get_one(Ticket, clock.ticket_id), clock_id=clock.id, why="x", by=cast.actor("dana"), now=NOW
        )
        db.session.commit()

        after = counts(max_)
        moved = {what: after[what] - before[what] for what in COUNTED}
        assert moved == {"first": -1, "missed": -1, "late": -1, "apart": 1}
        assert max_.get("/quality").verdicts() != words
        page = max_.text("/quality")
        assert "Counted apart, neither kept nor missed: 1" in page
        assert f"{after['late']} missed promises still wait" in page
