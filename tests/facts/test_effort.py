"""What requests take besides their answers, counted from the rows themselves and compared with the kept cells."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from internaldesk.core.daily import Space
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.facts import actions
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.facts import FactCell, FactMark
from internaldesk.models.history import Event
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import handover, taking_back
from tests import cast, make
from tests.facts.life import Desk
from tests.make import NOON

ZONE = ZoneInfo("Europe/London")
NAMES = ("back", "handed", "again", "agreed", "declined", "expertise")


def kept(space=Space.EACH):
    """By name, day, team, type, priority and channel, as the cells of days have it."""
    while actions.keep_up(now=NOON + timedelta(days=200), zone=ZONE.key) >= actions.BATCH:
        db.session.commit()
    actions.keep_up(now=NOON + timedelta(days=200), zone=ZONE.key)
    found = Counter()
    for cell in db.session.scalars(select(FactCell).where(FactCell.unit == 1, FactCell.space == space)):
        where = (cell.start, cell.team_id, cell.type_id, cell.priority, cell.channel)
        for name, many in cell.counts.items():
            if name in NAMES or name[:5] in ("seen.", "left."):
                found[name, *where] += many
    return found


def day(at):
    return at.astimezone(ZONE).date()


def by_hand():
    found, filed = Counter(), []
    for ticket in db.session.scalars(select(Ticket).order_by(Ticket.id)):
        what = (ticket.request_type_id, ticket.priority.rank, ticket.channel)
        where = (day(ticket.filed_at), ticket.team_id, *what)
        log = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id)).all()
        since, who = ticket.filed_at - timedelta(days=7), (ticket.requester_id, ticket.request_type_id)
        found["back", *where] += any(event.data.get("status") == "waiting" for event in log if event.kind == "status")
        found["handed", *where] += len(ticket.holdings) > 1
        found["again", *where] += any(whose == who and since <= at <= ticket.filed_at for whose, at in filed)
        filed.append((who, ticket.filed_at))
        for slug in optional(ticket) if ticket.channel == "portal" else ():
            found[f"seen.{slug}", *where] += 1
            found[f"left.{slug}", *where] += slug not in ticket.answers
        for before, held in pairwise(ticket.holdings):
            found["expertise", day(held.started_at), before.team_id, *what] += held.reason == "expertise"
    return +(found + decisions())


def totals(found):
    """The same with all priorities and channels together."""
    together = Counter()
    for key, many in found.items():
        together[key[:-2]] += many
    return together


def optional(ticket):
    """Questions of its form that everybody is asked and nobody must answer."""
    asked = ticket.form_version.questions
    return [one["slug"] for one in asked if not one.get("required") and "shown_when" not in one]


def decisions():
    found = Counter()
    for asked in db.session.scalars(select(ApprovalRound).where(ApprovalRound.decided_at.is_not(None))):
        name = {"approved": "agreed", "refused": "declined"}.get(asked.state.value, "")
        what = (asked.ticket.request_type_id, asked.ticket.priority.rank, asked.ticket.channel)
        found[name, day(asked.decided_at), asked.ticket.team_id, *what] += bool(name)
    return found


@pytest.mark.parametrize("seed", [3, 4])
def test_cells_hold_what_the_rows_say(app, seed):
    desk = Desk(seed, datetime(2026, 9, 2, 8, 13, tzinfo=UTC))
    for _ in range(60):
        desk.step()
    for later in (1, 3):
        make.ticket("facilities/repair", by="eve", now=desk.now + timedelta(days=later))
    db.session.commit()

    hand, cells = by_hand(), kept()

    hidden = {key for key in cells if key not in hand and key[0][:5] in ("seen.", "left.")}
    assert {key: many for key, many in cells.items() if key not in hidden} == dict(hand)
    assert {key[0] for key in hand} >= {"back", "handed", "again", "agreed"}
    assert kept() == cells
    assert totals(kept(Space.TYPES)) == totals(cells)


def test_a_question_that_is_not_asked_was_not_left_empty(app):
    make.ticket("facilities/badge", by="ada", answers={"what": "parking"})

    names = {key[0] for key in kept()}

    assert "seen.lost" not in names


def test_a_wait_that_was_taken_back_was_none(app):
    ticket = make.ticket("it/broken", by="ada")
    said = tickets.reply(ticket, by=cast.actor("ben"), now=NOON, body="Which one?", then="wait")
    db.session.commit()
    assert [name for name, *_ in kept() if name == "back"] == ["back"]

    taking_back.take_back(ticket, by=cast.actor("ben"), now=NOON + timedelta(seconds=5), message=said.id)
    db.session.commit()

    assert [name for name, *_ in kept() if name == "back"] == []


def test_a_wait_until_a_date_asks_nobody_back(app):
    ticket = make.ticket("it/broken", by="ada")
    until = NOON + timedelta(days=3)
    tickets.set_status(ticket, by=cast.actor("ben"), now=NOON, status=Status.WAITING, reason="The part", until=until)
    db.session.commit()

    assert "back" not in {name for name, *_ in kept()}


def test_a_decision_marks_the_request_by_itself(app):
    ticket = make.ticket("purchasing/buy", by="ada")
    db.session.commit()
    kept()
    asked = db.session.scalars(select(ApprovalRound).where(ApprovalRound.ticket_id == ticket.id)).first()
    assert asked is not None

    asked.decided_at += timedelta(days=1)
    db.session.flush()

    assert db.session.scalars(select(FactMark.ticket_id)).all() == [ticket.id]


def test_what_a_team_lays_out_is_no_form_that_somebody_filled_in(app):
    ticket = make.ticket("it/broken", by="ada")
    ticket.channel = "phone"
    db.session.commit()

    assert [key for key in kept() if key[0][:5] in ("seen.", "left.")] == []


def test_passing_on_counts_for_the_team_that_passed(app):
    ticket = make.ticket("it/broken", by="ada")
    handover.transfer(ticket, by=cast.actor("ben"), now=NOON, team=make.team("facilities"), reason="expertise")
    db.session.commit()

    (key,) = [key for key in kept() if key[0] == "expertise"]

    assert key[2] == make.team("it").id
