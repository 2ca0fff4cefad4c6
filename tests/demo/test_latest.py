"""The demo desk shows a call that waits for Ben, a request that was passed over, and an act that was taken back."""

from flask import Flask
from sqlalchemy import select

from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.sla import settle
from internaldesk.db import db
from internaldesk.demo import people
from internaldesk.history import queries as history
from internaldesk.models.history import Event
from internaldesk.models.queues import Undo
from internaldesk.models.tickets import Ticket
from internaldesk.queues import skipping
from internaldesk.sla import queries as clocks
from internaldesk.tickets import mentions, queries
from tests.demo.conftest import NOW


def test_ben_is_called_and_has_not_looked_yet(inside: Flask) -> None:
    ben = people.cast().everybody["ben"].actor

    assert mentions.unseen(ben) == 1
    assert [row.id for row in queries.mine(ben, whose="mentioned")]


def test_the_lead_reads_what_was_passed_over_and_why(inside: Flask) -> None:
    [(skip, ticket)] = skipping.skipped(people.cast().everybody["dana"].actor, now=NOW)

    assert skipping.REASONS[skip.reason] == "not their skill"
    assert ticket.assignee_id is None


def test_an_act_was_taken_back_and_left_its_clocks_as_they_were(inside: Flask) -> None:
    event = db.session.scalars(select(Event).where(Event.kind == Kind.UNDONE)).one()
    ticket = db.session.get_one(Ticket, event.ticket_id)
    lines = [line.words for line in history.timeline(ticket.id, public_only=False)]
    folded = settle(clocks.folded(ticket.id), NOW)

    assert ticket.status in (Status.NEW, Status.PROGRESS)
    assert lines[-1].startswith("took that back: it is “")
    assert [row.due_at for row in clocks.clocks(ticket.id)] == [clock.due for clock in folded]
    assert db.session.scalars(select(Undo)).all() == []
