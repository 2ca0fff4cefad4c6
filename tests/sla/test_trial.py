"""A month under another promise, told by the worker, beside the same sums done by hand."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.priority import Priority
from internaldesk.core.promises import TaskKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.sla import CalendarVersion, Clock, ClockEvent, Policy
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries, tasks
from internaldesk.sla.sweep import sweep
from internaldesk.tickets import actions
from tests import cast, make
from tests.plans import plan, reads_all, statements
from tests.queues import crowd
from tests.sla import rulebook
from tests.sla.errands import asked, result, worked
from tests.sla.folding import values

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPENS, CLOSES = 8, 18
FIRST_DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
"""A Monday in the month that is tried; London is on UTC then, and IT works from eight to six on weekdays."""
NOW = datetime(2026, 12, 7, 12, tzinfo=UTC)
REPLY, SOLUTION = 2 * 60, 20 * 60
Told = tuple[Ticket, datetime, datetime]


def draft(**other: Any) -> dict[str, Any]:
    """Reply within two hours, solved within twenty, in the hours of IT."""
    team = make.team("it")
    promised = {"first_response": REPLY, "resolution": SOLUTION}
    usual = {
        "team_id": team.id,
        "condition": {"types": [make.request_type("it/broken").id]},
        "fallback": False,
        "calendar_id": team.calendar_id,
        "minutes": {level.value: promised for level in Priority},
        "pause_on": None,
        "follow_team": False,
        "at_risk_percent": 75,
        "month": "2026-11",
    }
    return {**usual, **other}


def trial(*, limit: int = 200, policy_id: int | None = None, now: datetime = NOW, **other: Any) -> dict[str, Any]:
    return result(TaskKind.TRIAL, now=now, limit=limit, policy_id=policy_id, facts=draft(**other))


def lived(n: int) -> Told:
    """A request filed on a working day, answered and solved a while later: some sooner than promised, some not."""
    filed = FIRST_DAY + (n // 5 * 7 + n % 5) * DAY
    answered = filed + timedelta(minutes=60 * n + 7)
    solved = answered + timedelta(minutes=240 * n + 11)
    ticket = make.ticket(now=filed, assignee="ben")
    actions.reply(ticket, by=cast.actor("ben"), now=answered, body="On it", then="progress")
    actions.solve(ticket, by=cast.actor("ben"), now=solved)
    return ticket, answered, solved


def month(many: int = 14) -> list[Told]:
    with unit_of_work():
        told = [lived(n) for n in range(many)]
    sweep(now=NOW)
    return told


def worked_minutes(start: datetime, end: datetime) -> Fraction:
    """Working time of IT between two instants, counted minute by minute."""
    at, counted = start, 0
    while at < end:
        counted += at.weekday() < 5 and OPENS <= at.hour < CLOSES
        at += timedelta(minutes=1)
    return Fraction(counted)


def in_time(told: Told, reply: int, solution: int) -> bool:
    ticket, answered, solved = told
    replied = worked_minutes(ticket.filed_at, answered) <= reply
    return replied and worked_minutes(ticket.filed_at, solved) <= solution


# --- what comes of it ------------------------------------------------------------------------------------------------


def test_it_counts_what_a_count_by_hand_counts(app: Flask) -> None:
    told = month()

    found = trial()

    new = sum(in_time(one, REPLY, SOLUTION) for one in told)
    old = sum(in_time(one, 8 * 60, 24 * 60) for one in told)
    assert 0 < new < old < len(told)
    assert (found["requests"], found["new_met"], found["old_met"]) == (14, new, old)
    assert (found["new"], found["old"]) == (new * 1000 // 14 / 10, old * 1000 // 14 / 10)
    replied = sum(worked_minutes(one.filed_at, answered) <= REPLY for one, answered, _ in told)
    assert found["per_target"]["first_response"]["new_met"] == replied
    assert found["per_target"]["resolution"]["new_requests"] == 14
    assert found["without_cases"] is False


def test_the_promise_that_held_tried_again_gives_what_really_was(app: Flask) -> None:
    told = month()
    version = rulebook.in_force(told[0][0], now=NOW)
    promised = {level.value: queries.minutes(version, level) for level in Priority}

    found = trial(minutes=promised, policy_id=version.policy_id, calendar_id=version.calendar_id)

    assert found["new_met"] == found["old_met"] < found["requests"]
    assert all(part["new_met"] == part["old_met"] for part in found["per_target"].values())


def test_waiting_for_the_requester_is_left_out_as_the_draft_says(app: Flask) -> None:
    with unit_of_work():
        ticket = make.ticket(now=FIRST_DAY, assignee="ben")
        actions.reply(ticket, by=cast.actor("ben"), now=FIRST_DAY + HOUR, body="Which?", then="wait")
        actions.reply(ticket, by=cast.actor("ada"), now=FIRST_DAY + 7 * DAY, body="That one")
        actions.solve(ticket, by=cast.actor("ben"), now=FIRST_DAY + 7 * DAY + HOUR)

    assert trial()["new_met"] == 1
    assert trial(pause_on={"resolution": []})["new_met"] == 0


def test_hours_are_those_of_the_drafts_calendar_at_the_time(app: Flask) -> None:
    with unit_of_work():
        ticket = make.ticket(now=FIRST_DAY + 9 * HOUR - timedelta(minutes=30), assignee="ben")
        actions.reply(ticket, by=cast.actor("ben"), now=ticket.filed_at + 15 * HOUR, body="Morning", then="progress")
        actions.solve(ticket, by=cast.actor("ben"), now=ticket.filed_at + 16 * HOUR)
    always = db.session.scalars(select(CalendarVersion.calendar_id).where(CalendarVersion.hours["sun"].is_not(None)))

    assert trial()["new_met"] == 1
    assert trial(calendar_id=always.first())["new_met"] == 0
    rulebook.closed_on(make.team("it").calendar_id, FIRST_DAY.date(), since=NOW)
    assert trial()["new_met"] == 1


def test_a_priority_counts_as_it_was_when_it_was_filed(app: Flask) -> None:
    with unit_of_work():
        ticket = make.ticket(now=FIRST_DAY)
        assert ticket.priority is Priority.MEDIUM
        actions.set_priority(ticket, by=cast.actor("dana"), now=FIRST_DAY + HOUR, level=Priority.LOW)

    assert trial(condition={"priority": ["medium"]})["requests"] == 1
    assert trial(condition={"priority": ["low"]})["requests"] == 0


def test_only_requests_of_the_team_and_the_month_that_meet_the_condition(app: Flask) -> None:
    with unit_of_work():
        make.ticket(now=FIRST_DAY, customer_waiting=True, customer="Mr Oak")
        make.ticket("it/access", now=FIRST_DAY)
        make.ticket("facilities/repair", now=FIRST_DAY)
        make.ticket(now=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
        make.ticket(now=datetime(2026, 12, 1, tzinfo=UTC))

    assert trial()["requests"] == 1
    assert trial(condition={"customer_waiting": True})["requests"] == 1
    assert trial(condition={"customer_waiting": False})["requests"] == 1
    assert trial(condition={}, fallback=True)["requests"] == 0
    assert trial(month="2026-10")["requests"] == 1


def test_the_month_is_cut_in_the_zone_of_the_calendar(app: Flask) -> None:
    """In October London is an hour ahead of UTC, until the 25th."""
    with unit_of_work():
        make.ticket(now=datetime(2026, 9, 30, 23, 30, tzinfo=UTC))

    assert trial(month="2026-10")["requests"] == 1
    assert trial(month="2026-09")["requests"] == 0


def test_a_rule_for_everything_else_takes_what_no_other_takes(app: Flask) -> None:
    with unit_of_work():
        broken = make.ticket(now=FIRST_DAY)
        make.ticket("it/access", now=FIRST_DAY)
    rule = db.session.get_one(Policy, rulebook.in_force(broken, now=NOW).policy_id)
    rule.active = False
    db.session.commit()

    assert trial(condition={}, fallback=True)["requests"] == 1


def test_a_rule_in_front_of_the_edited_one_wins(app: Flask) -> None:
    with unit_of_work():
        broken = make.ticket(now=FIRST_DAY)
    number = rulebook.in_force(broken, now=NOW).policy_id
    first = Policy(team_id=make.team("it").id, name="First", position=0, condition={"priority": ["medium"]})
    db.session.add(first)
    db.session.commit()
    version = rulebook.in_force(make.ticket("it/access", now=FIRST_DAY), now=NOW)
    rulebook.edited(version, since=FIRST_DAY - DAY, policy_id=first.id)

    assert trial(policy_id=number)["requests"] == 0
    assert trial(policy_id=None)["requests"] == 1


def test_a_waived_miss_is_none_and_what_just_ran_out_is_one(app: Flask) -> None:
    with unit_of_work():
        ticket = make.ticket(now=FIRST_DAY)
    due = db.session.scalars(select(Clock.due_at).where(Clock.target == "first_response")).one()
    waits = {"minutes": {"medium": {"first_response": 6000}}, "now": due + timedelta(seconds=1)}

    assert trial(**{**waits, "now": due})["old_met"] == 1
    assert trial(**waits)["old_met"] == 0
    sweep(now=due + DAY)
    assert trial(**waits, at_risk_percent=70)["old_met"] == 0
    ticket = db.session.get_one(Ticket, ticket.id)
    actions.solve(ticket, by=cast.actor("ben"), now=due + DAY)
    row = db.session.scalars(select(Clock).where(Clock.target == "first_response")).one()
    sla.waive(ticket, clock_id=row.id, why="Power cut", by=cast.actor("root"), now=due + DAY)
    db.session.commit()
    assert trial(**waits, at_risk_percent=60)["old_met"] == 1
    assert trial(now=due + DAY)["per_target"]["first_response"]["new_met"] == 1


def test_below_ten_requests_there_is_no_percentage(app: Flask) -> None:
    month(9)

    found = trial()

    assert (found["requests"], found["new"], found["old"]) == (9, None, None)
    assert found["per_target"]["resolution"]["new"] is None


def test_cases_are_left_out_and_that_is_said(app: Flask) -> None:
    with unit_of_work():
        make.ticket("hr/concern", now=FIRST_DAY)
        make.ticket("hr/ask", now=FIRST_DAY)
    team = make.team("hr")
    both = {"types": [make.request_type("hr/concern").id, make.request_type("hr/ask").id]}
    about = {"team_id": team.id, "calendar_id": team.calendar_id}

    found = trial(**about, condition=both)

    assert (found["requests"], found["without_cases"]) == (1, True)
    assert trial(**about, condition={"types": both["types"][1:]})["without_cases"] is False


def test_a_log_that_cannot_be_folded_is_counted_apart(app: Flask) -> None:
    told = month(2)
    row = ClockEvent(ticket_id=told[0][0].id, seq=99, at=FIRST_DAY, kind="created", payload={})
    db.session.add(row)
    db.session.commit()

    found = trial()

    assert (found["requests"], found["failed"]) == (1, 1)


# --- how -------------------------------------------------------------------------------------------------------------


def test_in_small_batches_it_is_the_same(app: Flask) -> None:
    month()

    assert trial(limit=3) == trial(limit=200)


def test_nothing_of_the_desk_is_written(app: Flask) -> None:
    month(2)
    before = everything()

    trial()

    assert everything() == before


def everything() -> list[Any]:
    """All rows that say something about clocks."""
    db.session.expire_all()
    return [values(row) for table in (Ticket, Clock, ClockEvent) for row in db.session.scalars(select(table))]


def test_a_batch_costs_the_same_for_3_and_for_30(app: Flask, count_sql: Any) -> None:
    costs = []
    for more in (3, 27):
        with unit_of_work():
            for _ in range(more):
                make.ticket(now=FIRST_DAY)
        asked(TaskKind.TRIAL, now=NOW, facts=draft())
        with count_sql() as said:
            worked(now=NOW)
        costs.append(len(said))

    assert costs[0] == costs[1] <= 20


@pytest.mark.parametrize("only", [True, False])
def test_it_reads_the_month_by_its_index(app: Flask, only: bool) -> None:
    crowd.enter(20_000, now=NOW)
    condition = {"types": [make.request_type("it/broken").id]} if only else {"priority": ["medium"]}
    asked(TaskKind.TRIAL, now=NOW, facts=draft(condition=condition))

    with statements() as said:
        tasks.work(now=NOW)

    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # all were filed on one day
    plans = {statement: plan(statement, values) for statement, values in said.items() if "filed_at" in statement}
    assert len(plans) >= 2
    assert {statement: how for statement, how in plans.items() if reads_all(how)} == {}
