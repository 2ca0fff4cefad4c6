"""A miss of others' making counts apart: neither kept nor missed, in no list of missed promises, still to be found."""

import time_machine
from sqlalchemy import select

from internaldesk.db import db
from internaldesk.facts import actions as facts
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from tests import cast
from tests.quality import story
from tests.quality.conftest import pages
from tests.quality.story import NOW, PERIOD
from tests.quality.test_export import table

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
        story.kept()

        after = counts(max_)
        moved = {what: after[what] - before[what] for what in COUNTED}
        assert moved == {"first": -1, "missed": -1, "late": -1, "apart": 1}
        assert max_.get("/quality").verdicts() != words
        page = max_.text("/quality")
        assert "Counted apart, neither kept nor missed: 1; 1 where the miss was waived." in page
        assert f"{after['late']} missed promises still wait" in page


def test_each_reason_is_counted_by_itself_and_opens_its_own(app):
    with time_machine.travel(NOW, tick=False):
        story.told()
        missed = select(Clock).where(Clock.target == "first_response", Clock.breached_at >= PERIOD.start)
        waived, shortened, awaited = db.session.scalars(missed.order_by(Clock.id).limit(3)).all()
        ticket = db.session.get_one(Ticket, waived.ticket_id)
        sla.waive(ticket, clock_id=waived.id, why="x", by=cast.actor("dana"), now=NOW)
        waived.cause = shortened.cause = "retarget"
        awaited.cause = "approver"
        numbers = [str(clock.ticket_id) for clock in (shortened, awaited, waived)]
        db.session.commit()
        facts.rebuild(now=NOW, zone="Europe/London")
        max_ = pages(app, "max")

        page = max_.get("/quality")

        assert "Counted apart, neither kept nor missed: 3; 1 where the promise was shortened on the way," in page.words
        assert "1 where an approver was awaited, 1 where the miss was waived." in page.words
        for what, number in zip(("retarget", "approver", "waived"), numbers, strict=True):
            (row,) = max_.get(f"/quality/requests?what={what}").rows()
            assert row.split()[0] == number
        *_, whole = table(max_.client, "/quality.csv")[1]
        assert [whole[head] for head in ("Promise shortened", "Approver awaited", "Waived")] == ["1", "1", "1"]
