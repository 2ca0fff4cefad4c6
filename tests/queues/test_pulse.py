"""The version of a team moves with whatever its lists show, once per transaction; a calm poll reads nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.db import db, unit_of_work
from internaldesk.history import pulse
from internaldesk.models.queues import TeamPulse
from internaldesk.models.tickets import Ticket
from internaldesk.sla import sweep
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import tags
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_views import poll_of

LATER = NOON + timedelta(minutes=5)
VERBS: dict[str, Callable[[Ticket, Any], object]] = {
    "reply": lambda ticket, ben: tickets.reply(ticket, by=ben, now=LATER, body="On it"),
    "assign": lambda ticket, ben: tickets.assign(ticket, by=ben, now=LATER, assignee_id=ben.id),
    "status": lambda ticket, ben: tickets.set_status(ticket, by=ben, now=LATER, status=Status.SUPPLIER),
    "priority": lambda ticket, ben: tickets.set_priority(ticket, by=ben, now=LATER, level=Priority.URGENT),
    "tag": lambda ticket, ben: tags.tag(ticket, by=ben, now=LATER, tags=["printer"]),
    "solve": lambda ticket, ben: tickets.solve(ticket, by=ben, now=LATER),
}


def version(team: str = "it") -> int:
    kept = select(TeamPulse.version).where(TeamPulse.team_id == make.team(team).id)
    return db.session.scalar(kept.execution_options(populate_existing=True)) or 0


@pytest.mark.parametrize("verb", VERBS)
def test_what_changes_a_row_moves_the_version_once(app: Flask, verb: str) -> None:
    ticket = make.ticket()
    db.session.commit()
    before, other = version(), version("hr")

    VERBS[verb](ticket, cast.actor("ben"))
    db.session.commit()

    assert (version(), version("hr")) == (before + 1, other)


def test_a_new_request_and_a_hand_over_move_every_team_they_touch(app: Flask) -> None:
    ticket = make.ticket()
    db.session.commit()
    first = version(), version("hr")
    tickets.transfer(ticket, by=cast.actor("ben"), now=LATER, team=make.team("hr"), reason="expertise")
    db.session.commit()

    assert first[0] == 1
    assert (version(), version("hr")) == (first[0] + 1, first[1] + 1)


def test_a_missed_promise_moves_the_version(app: Flask) -> None:
    make.ticket()
    db.session.commit()
    before = version()

    assert sweep.sweep(now=NOON + timedelta(days=9)) > 0

    assert version() > before


def test_what_is_rolled_back_moves_nothing(app: Flask) -> None:
    ticket = make.ticket()
    db.session.commit()
    before = version()

    tickets.assign(ticket, by=cast.actor("ben"), now=LATER, assignee_id=cast.person("ben").id)
    db.session.rollback()
    db.session.commit()

    assert version() == before


def test_acts_side_by_side_are_all_counted(app: Flask) -> None:
    teams = [make.team("it").id, make.team("hr").id]
    db.session.commit()

    def act(_turn: int) -> None:
        with app.app_context(), unit_of_work():
            for team_id in teams:
                pulse.beat(team_id, Confidentiality.ORDINARY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(12)))

    assert (version(), version("hr")) == (12, 12)


def test_a_calm_poll_reads_the_reader_and_the_version_only(app: Flask, client: Browser, count_sql: Any) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            make.ticket()
        poll = poll_of(sign_in(client, "ben").get("/queue/due-next"))
        with count_sql() as said:
            answer = client.get(poll)

    assert answer.status_code == 204
    assert len(said) <= 3
    assert not [statement for statement in said if "FROM ticket" in statement]
    assert len([statement for statement in said if "team_pulse" in statement]) == 1
