"""What applying an edited promise to open requests would change, and doing it: the same requests, the same instants."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.priority import Priority
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.history import Event
from internaldesk.models.sla import Clock, ClockEvent, Policy, PolicyVersion, RuleChange
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.sla import rulebook
from tests.sla.errands import result
from tests.sla.folding import folded, row_of, stored, values

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
SOLVED = "resolution"


def shorter(ticket: Ticket, **minutes: int) -> PolicyVersion:
    """The promise for a ticket, edited an hour later."""
    return rulebook.edited(rulebook.in_force(ticket, now=NOON), since=LATER, minutes=minutes)


def preview(version: PolicyVersion, *, now: datetime = LATER, **rest: Any) -> dict[str, Any]:
    about = {"policy_id": version.policy_id, "facts": {"version": version.id}}
    return result(TaskKind.PREVIEW, now=now, **about, **rest)


def apply(version: PolicyVersion, *, now: datetime = LATER, **rest: Any) -> dict[str, Any]:
    about = {"policy_id": version.policy_id, "facts": {"version": version.id, "preview_task": 1}}
    return result(TaskKind.APPLY, now=now, **about, **rest)


def everything() -> list[Any]:
    """All rows that say something about clocks."""
    db.session.expire_all()
    rows = [row for table in (Clock, ClockEvent, Ticket, Event) for row in db.session.scalars(select(table))]
    return sorted(str(values(row)) for row in rows)


def test_a_preview_says_what_applying_then_does(app: Flask) -> None:
    tickets = [make.ticket(), make.ticket(assignee="ben"), make.ticket()]
    actions.reply(tickets[1], by=cast.actor("ben"), now=NOON + HOUR / 2, body="Which?", then="wait")
    actions.solve(tickets[2], by=cast.actor("ben"), now=NOON + HOUR / 2)
    version = shorter(tickets[0], first_response=45, resolution=240)
    before = everything()

    told = preview(version)
    assert everything() == before
    applied = apply(version)

    assert {key: told[key] for key in ("requests", "sooner", "later", "same", "missed_now")} == {
        "requests": 2, "sooner": 2, "later": 0, "same": 0, "missed_now": 1,
    }  # fmt: skip
    assert applied == {"requests": 2, "missed": 1}
    first, resting = told["examples"]
    assert (first["number"], first["target"]) == (tickets[0].id, "first_response")
    assert row_of(tickets[0], "first_response").due_at == datetime.fromisoformat(first["after"])
    assert (resting["number"], resting["before"], resting["after"]) == (tickets[1].id, None, None)
    assert row_of(tickets[1], SOLVED).target_seconds == 240 * 60
    assert row_of(tickets[2], SOLVED).policy_version_id != version.id


def test_what_was_applied_is_the_fold_of_the_log(app: Flask) -> None:
    ticket = make.ticket()

    apply(shorter(ticket, resolution=240))

    assert stored(ticket) == folded(ticket, LATER)
    assert row_of(ticket, SOLVED).policy_version_id is not None


@pytest.mark.parametrize(("minutes", "way"), [(240, "sooner"), (9000, "later")])
def test_a_shorter_promise_is_sooner_and_a_longer_one_later(app: Flask, minutes: int, way: str) -> None:
    ticket = make.ticket()

    told = preview(shorter(ticket, resolution=minutes))

    due = row_of(ticket, SOLVED).due_at.isoformat()
    assert (told["requests"], told[way]) == (1, 1)
    assert told["examples"][0]["before"] == due
    assert (told["examples"][0]["after"] < due) is (way == "sooner")


def test_an_edit_of_something_else_leaves_all_due_instants_the_same(app: Flask) -> None:
    ticket = make.ticket()

    told = preview(rulebook.edited(rulebook.in_force(ticket, now=NOON), since=LATER, at_risk_percent=50))

    assert (told["requests"], told["same"], told["examples"]) == (1, 1, [])


def test_only_requests_the_rule_holds_for_are_touched(app: Flask) -> None:
    ticket, other, urgent = make.ticket(), make.ticket("it/access"), make.ticket()
    actions.set_priority(urgent, by=cast.actor("dana"), now=NOON, level=Priority.URGENT)
    version = shorter(ticket, resolution=200)
    first = Policy(team_id=make.team("it").id, name="First", position=0, condition={"priority": ["urgent"]})
    db.session.add(first)
    db.session.flush()
    db.session.add(PolicyVersion(policy_id=first.id, calendar_id=version.calendar_id, valid_from=NOON))
    db.session.commit()

    assert preview(version)["requests"] == 1
    assert apply(version)["requests"] == 1
    assert row_of(other, SOLVED).target_seconds != 200 * 60
    assert row_of(urgent, SOLVED).target_seconds != 200 * 60


def test_a_request_that_was_handed_over_keeps_the_promise_of_its_kind(app: Flask) -> None:
    ticket = make.ticket()
    version = shorter(ticket, resolution=240)
    away = {"team": make.team("facilities"), "reason": "expertise"}
    actions.transfer(ticket, by=cast.actor("ben"), now=LATER, **away)

    assert apply(version)["requests"] == 1
    assert row_of(ticket, SOLVED).target_seconds == 240 * 60


def test_a_rule_that_is_switched_off_holds_for_nothing(app: Flask) -> None:
    version = shorter(make.ticket(), resolution=240)
    db.session.get_one(Policy, version.policy_id).active = False
    db.session.commit()

    assert preview(version)["requests"] == 0
    assert apply(version) == {"requests": 0, "missed": 0}


def test_applied_again_it_changes_and_counts_nothing(app: Flask) -> None:
    version = shorter(make.ticket(), resolution=240)
    apply(version)
    before = everything()

    again = apply(version, now=LATER + HOUR)

    assert again["requests"] == 0
    assert everything() == before
    assert preview(version)["requests"] == 0


def test_what_ran_out_before_is_no_doing_of_the_edit(app: Flask) -> None:
    ticket = make.ticket()
    due = row_of(ticket, "first_response").due_at
    version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=due + HOUR, minutes={SOLVED: 9000})

    assert preview(version, now=due + HOUR)["missed_now"] == 0
    assert apply(version, now=due + HOUR) == {"requests": 1, "missed": 0}
    assert row_of(ticket, "first_response").breached_at == due
    assert row_of(ticket, "first_response").cause is None


def test_a_clock_that_does_not_move_counts_by_the_edit_as_well(app: Flask) -> None:
    ticket = make.ticket()
    due = row_of(ticket, "first_response").due_at
    version = rulebook.edited(rulebook.in_force(ticket, now=NOON), since=due + HOUR, minutes={"next_response": 7})

    apply(version, now=due + HOUR)  # the missed reply is recorded in the same transaction

    assert row_of(ticket, SOLVED).policy_version_id == version.id


def test_a_case_is_done_and_shown_to_nobody(app: Flask) -> None:
    case = make.ticket("hr/concern", by="ada")
    version = shorter(case, resolution=60, first_response=5)

    told, applied = preview(version), apply(version)

    assert (told["requests"], told["examples"], applied) == (0, [], {"requests": 0, "missed": 0})
    assert row_of(case, SOLVED).target_seconds == 3600


def test_a_line_in_the_history_says_what_was_done_and_for_whom(app: Flask) -> None:
    ticket, _ = make.ticket(), make.ticket()
    version = shorter(ticket, first_response=5)

    apply(version, by="dana")

    line = db.session.scalars(select(RuleChange).order_by(RuleChange.id.desc())).first()
    assert line.words == "Applied to 2 open requests, 2 became overdue"
    assert (line.actor.name, line.policy_id, line.at) == ("Dana", version.policy_id, LATER)
    assert line.team_id == make.team("it").id
    told = db.session.scalars(select(ClockEvent).where(ClockEvent.kind == "policy_edited")).all()
    assert {row.actor_id for row in told} == {cast.person("dana").id}


def test_at_most_five_examples_are_kept_over_all_batches(app: Flask) -> None:
    tickets = [make.ticket() for _ in range(7)]

    told = preview(shorter(tickets[0], resolution=240), limit=2)

    assert [example["number"] for example in told["examples"]] == [ticket.id for ticket in tickets[:5]]
    assert told["requests"] == 7


def test_one_whose_log_cannot_be_folded_is_counted_and_left(app: Flask) -> None:
    broken, whole = make.ticket(), make.ticket()
    version = shorter(whole, resolution=240)
    row = ClockEvent(ticket_id=broken.id, seq=9, at=NOON, kind="created", payload={})
    db.session.add(row)
    db.session.commit()

    told, applied = preview(version), apply(version)

    assert (told["requests"], told["failed"]) == (1, 1)
    assert (applied["requests"], applied["failed"]) == (1, 1)
    line = db.session.scalars(select(RuleChange).order_by(RuleChange.id.desc())).first()
    assert line.words == "Applied to 1 open request, 0 became overdue; 1 request could not be changed"
    assert row_of(whole, SOLVED).target_seconds == 240 * 60
