"""Keeping facts: what is marked, what is counted when, and what the command and the doctor say of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from internaldesk.core.daily import Space, Unit
from internaldesk.core.priority import Priority
from internaldesk.db import db, unit_of_work
from internaldesk.facts import actions, queries
from internaldesk.models.facts import FactCell, FactMark, FactState
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.upkeep import actions as upkeep
from internaldesk.upkeep import doctor
from tests import cast, make
from tests.make import NOON

ZONE = "Europe/London"


def keep(now=NOON, zone=ZONE, batch=actions.BATCH):
    with unit_of_work():
        return actions.keep_up(now=now, zone=zone, batch=batch)


def counted(name="came"):
    """How many of that name the cells of days count, over all places."""
    cells = db.session.execute(select(FactCell.counts).where(FactCell.unit == 1, FactCell.space == 1))
    return sum(row[0].get(name, 0) for row in cells)


def many(number):
    with unit_of_work():
        for _ in range(number):
            make.ticket("facilities/repair", by="eve")


@pytest.fixture
def marks():
    return lambda: db.session.scalar(select(func.count()).select_from(FactMark))


def test_the_first_time_everything_is_counted_in_batches(app):
    many(5)

    done = [keep(batch=2) for _ in range(3)]

    assert done == [2, 2, 1]
    assert queries.stand() == (True, 1.0, NOON)
    assert counted() == 5


def test_until_then_it_says_how_much(app):
    many(4)
    keep(batch=2)

    assert queries.stand()[:2] == (False, 0.5)


def test_a_bulk_statement_is_marked_like_any_other(app, marks):
    many(3)
    keep()
    keep()
    assert marks() == 0

    with unit_of_work():
        db.session.execute(update(Ticket).values(team_id=make.team("it").id))
    assert marks() == 3
    keep()

    teams = db.session.scalars(select(FactCell.team_id).distinct()).all()
    assert teams == [make.team("it").id]


@pytest.mark.parametrize(("column", "value"), [("channel", "phone"), ("priority", Priority.URGENT)])
def test_another_channel_or_priority_counts_elsewhere(app, marks, column, value):
    many(1)
    keep()
    keep()

    with unit_of_work():
        db.session.execute(update(Ticket).values({column: value}))
    assert marks() == 1
    keep()

    smallest = select(FactCell.channel, FactCell.priority).where(FactCell.space == Space.EACH).distinct()
    (found,) = db.session.execute(smallest).all()
    assert (value if column == "channel" else value.rank) in found


def test_the_priority_of_a_verdict_counts_for_that_verdict(app, marks):
    with unit_of_work():
        ticket = make.ticket("facilities/repair", by="eve")
        tickets.reply(ticket, by=cast.actor("chi"), now=NOON + timedelta(minutes=5), body="Done")
    keep()
    keep()

    with unit_of_work():
        db.session.execute(update(Clock).where(Clock.decided_at.is_not(None)).values(decided_priority=Priority.URGENT))
    assert marks() == 1
    keep()

    cells = db.session.scalars(select(FactCell).where(FactCell.unit == Unit.DAY, FactCell.space == Space.EACH))
    met = {cell.priority for cell in cells if "first_response_met" in cell.counts}
    assert met == {Priority.URGENT.rank}


def test_what_counts_nowhere_marks_nothing(app, marks):
    many(1)
    keep()
    keep()

    with unit_of_work():
        db.session.execute(update(Ticket).values(summary="Something else", updated_at=NOON))

    assert marks() == 0


def test_time_alone_changes_figures_too(app):
    many(1)
    keep()
    later = NOON + timedelta(days=15)

    keep(later)

    weeks = db.session.execute(select(FactCell.counts).where(FactCell.unit == 2, FactCell.space == 1)).scalars()
    assert sum(many for of in weeks for name, many in of.items() if name.startswith("standing")) == 2


def test_another_zone_counts_anew(app):
    many(1)
    keep()

    keep(zone="Asia/Tokyo")

    assert db.session.get_one(FactState, 1).zone == "Asia/Tokyo"
    assert counted() == 1


def test_the_command_counts_and_says_how_far(app):
    run = app.test_cli_runner().invoke
    assert "Nothing is counted yet" in run(args=["desk", "facts"]).output
    many(3)
    keep(batch=1)
    assert "33% of the requests are counted" in run(args=["desk", "facts"]).output

    done = run(args=["desk", "facts", "--rebuild"])

    assert (done.exit_code, done.output) == (0, "The figures of 3 requests are counted.\n")
    assert "The figures are counted up to" in run(args=["desk", "facts"]).output
    assert counted() == 3


def test_a_restored_desk_counts_anew(app, tmp_path):
    many(2)
    keep()
    before = sorted(map(str, db.session.execute(select(FactCell.__table__))))
    upkeep.backup(tmp_path / "b.tar", files=tmp_path / "files", now=NOON)

    upkeep.restore(tmp_path / "b.tar", files=tmp_path / "files", replace=True)

    assert not queries.stand().built
    keep()
    assert sorted(map(str, db.session.execute(select(FactCell.__table__)))) == before


def test_progress_is_told_to_the_end(app):
    many(3)
    heard = []

    actions.rebuild(now=NOON, zone=ZONE, tell=lambda done, of: heard.append((done, of)))

    assert heard[-1] == (3, 3)


def test_the_doctor_says_when_figures_lag(app):
    keep()
    settings = app.config["DESK"]

    late = doctor.findings(settings, now=NOON + timedelta(minutes=7))

    words = "The figures of service quality are 7 minutes behind. Is the worker running? flask desk work"
    assert words in late
    assert words not in doctor.findings(settings, now=NOON + timedelta(minutes=5))
