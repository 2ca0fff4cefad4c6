"""Edited hours: open clocks go on in them, whatever they rest for, and a period of the past is counted anew."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from internaldesk.core.clocks import Target
from internaldesk.core.promises import TaskKind
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, Clock, ClockEvent, PolicyTarget, RuleChange
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries, tasks
from internaldesk.tickets import actions
from tests import cast, make
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.queues import crowd
from tests.sla import rulebook
from tests.sla.errands import asked, done, result, worked
from tests.sla.folding import folded, row_of, stored

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + HOUR
FIRST, SOLVED = "first_response", "resolution"
THURSDAY = date(2026, 11, 19)
MIDNIGHT = datetime.fromisoformat("2026-11-19T00:00:00Z")
PERIOD = {"since": MIDNIGHT.isoformat(), "until": (MIDNIGHT + DAY).isoformat(), "why": "Holiday nobody entered"}


OPEN_ONES = re.compile("ix_ticket_(team_id_queue_at|team_id_risk_at|mine)")


def closed(day: date = THURSDAY, *, team: str = "it", since: datetime = LATER) -> CalendarVersion:
    return rulebook.closed_on(make.team(team).calendar_id, day, since=since)


def followed(version: CalendarVersion, *, now: datetime = LATER, **rest: Any) -> dict[str, Any]:
    return result(TaskKind.CALENDAR, now=now, calendar_id=version.calendar_id, **rest)


def corrected(version: CalendarVersion, *, now: datetime, **rest: Any) -> dict[str, Any]:
    facts = {"version": version.id, **PERIOD}
    return result(TaskKind.CORRECT, now=now, calendar_id=version.calendar_id, facts=facts, **rest)


def told(ticket: Ticket, kind: str) -> list[ClockEvent]:
    query = select(ClockEvent).where(ClockEvent.ticket_id == ticket.id, ClockEvent.kind == kind)
    return list(db.session.scalars(query))


# --- going on in edited hours ----------------------------------------------------------------------------------------


def test_open_clocks_go_on_in_the_edited_hours(app: Flask) -> None:
    ticket = make.ticket()
    due = row_of(ticket, SOLVED).due_at

    assert followed(closed()) == {"requests": 1}

    assert row_of(ticket, SOLVED).due_at == due + 3 * DAY  # it was Friday
    assert db.session.get_one(Ticket, ticket.id).queue_at == row_of(ticket, FIRST).due_at
    assert stored(ticket) == folded(ticket, LATER)


def test_what_rests_for_the_requester_will_go_on_in_them_as_well(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="Which?", then="wait")
    version = closed()

    assert followed(version) == {"requests": 1}

    actions.reply(ticket, by=cast.actor("ada"), now=LATER, body="That one")
    assert {row_of(ticket, target).calendar_version_id for target in (SOLVED, "next_response")} == {version.id}


def test_what_has_no_clock_at_the_moment_will_start_the_next_one_in_them(app: Flask) -> None:
    promise = rulebook.edited(rulebook.in_force(make.ticket(), now=NOON - HOUR), since=NOON - HOUR)
    db.session.execute(
        delete(PolicyTarget).where(PolicyTarget.policy_version_id == promise.id, PolicyTarget.target == SOLVED)
    )
    db.session.commit()
    ticket = make.ticket(assignee="ben")
    actions.reply(ticket, by=cast.actor("ben"), now=NOON, body="Yes", then="progress")
    db.session.commit()
    version = closed()

    assert followed(version)["requests"] == 2

    actions.reply(ticket, by=cast.actor("ada"), now=LATER, body="And?")
    assert [row.target for row in queries.clocks(ticket.id)] == [FIRST, "next_response"]
    assert row_of(ticket, "next_response").calendar_version_id == version.id


def test_solved_requests_and_other_hours_are_left_alone(app: Flask) -> None:
    solved, elsewhere = make.ticket(), make.ticket("facilities/repair")
    actions.solve(solved, by=cast.actor("ben"), now=NOON)
    before = [stored(solved), stored(elsewhere)]

    assert followed(closed()) == {"requests": 0}

    assert [stored(solved), stored(elsewhere)] == before


def test_hours_of_a_team_move_its_own_part_only(app: Flask) -> None:
    rulebook.owes("facilities", 600)
    ticket = make.ticket()
    actions.transfer(ticket, by=cast.actor("ben"), now=NOON, team=make.team("facilities"), reason="expertise")
    due = row_of(ticket, SOLVED).due_at
    version = closed(team="facilities")

    assert followed(version) == {"requests": 1}

    assert row_of(ticket, SOLVED).due_at == due
    assert row_of(ticket, "ola", team_id=make.team("facilities").id).calendar_version_id == version.id


def test_following_again_changes_nothing(app: Flask) -> None:
    ticket, version = make.ticket(), closed()
    followed(version)

    assert followed(version, now=LATER + HOUR) == {"requests": 0}

    assert len(told(ticket, "calendar_changed")) == 1


def test_cases_follow_and_are_not_counted(app: Flask) -> None:
    case = make.ticket("hr/concern")
    version = closed(team="hr")

    assert followed(version) == {"requests": 0}

    assert row_of(case, SOLVED).calendar_version_id == version.id


def test_a_breach_recorded_meanwhile_stays(app: Flask) -> None:
    """Another worker's sweep is a second ahead of this worker's look at the clock."""
    ticket = make.ticket()
    due = row_of(ticket, FIRST).due_at
    version = closed(due.date(), since=due)
    number = asked(TaskKind.CALENDAR, now=due, calendar_id=version.calendar_id)
    sla.settle(ticket, now=due + timedelta(seconds=1))
    db.session.commit()

    worked(now=due)

    assert done(number).result == {"requests": 1}
    assert row_of(ticket, FIRST).breached_at == due


def test_looking_for_them_reads_open_requests_only(app: Flask) -> None:
    crowd.enter(20_000, now=NOON)
    version = closed()
    asked(TaskKind.CALENDAR, now=LATER, calendar_id=version.calendar_id)

    with statements() as said:
        tasks.work(now=LATER, limit=50)

    assert any("sla_clock" in statement for statement in said)
    assert reading_everything(said) == []


def reading_everything(said: dict[str, Any]) -> list[str]:
    """Statements that read more tickets than the open ones or those of a time, or clocks but by their ticket."""
    tickets = {statement: plan(statement, values) for statement, values in said.items() if "sla_" not in statement}
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # here there are no clocks at all
    clocks = {statement: plan(statement, values) for statement, values in said.items() if "sla_" in statement}
    whole = [statement for statement, how in tickets.items() if reads_all([x for x in how if not OPEN_ONES.search(x)])]
    return whole + [statement for statement, how in clocks.items() if re.search("SCAN|Seq Scan", " ".join(how))]


# --- counting a period anew ------------------------------------------------------------------------------------------


def late_by_a_day() -> tuple[Ticket, CalendarVersion]:
    """Answered the day after it was due; that the day before had been a holiday was entered only then."""
    ticket = make.ticket(assignee="ben")
    due = row_of(ticket, FIRST).due_at
    assert due.date() == THURSDAY
    actions.reply(ticket, by=cast.actor("ben"), now=due + DAY - HOUR, body="Here", then="progress")
    db.session.commit()
    return ticket, closed(since=due + 2 * DAY)


def test_a_forgotten_holiday_counted_anew_undoes_what_was_only_missed_for_it(app: Flask) -> None:
    ticket, version = late_by_a_day()
    assert row_of(ticket, FIRST).breached_at is not None
    now = version.valid_from

    assert corrected(version, now=now) == {"requests": 1, "unmissed": 1, "missed": 0}

    assert row_of(ticket, FIRST).breached_at is None
    assert stored(ticket) == folded(ticket, now)


def test_the_past_of_solved_requests_is_counted_anew_as_well(app: Flask) -> None:
    ticket, version = late_by_a_day()
    actions.solve(ticket, by=cast.actor("ben"), now=version.valid_from)
    db.session.commit()

    assert corrected(version, now=version.valid_from + HOUR)["requests"] == 1

    assert row_of(ticket, FIRST).breached_at is None


def test_what_did_not_run_in_the_period_is_left_alone(app: Flask) -> None:
    before, after = make.ticket(now=NOON - 9 * DAY), make.ticket(now=NOON + 2 * DAY)
    actions.solve(before, by=cast.actor("ben"), now=NOON - 8 * DAY)
    elsewhere = make.ticket("facilities/repair")
    db.session.commit()
    version = closed(since=NOON + 3 * DAY)

    assert corrected(version, now=NOON + 3 * DAY)["requests"] == 0

    assert [told(ticket, "corrected") for ticket in (before, after, elsewhere)] == [[], [], []]


def test_hours_that_are_the_same_in_the_period_move_nothing(app: Flask) -> None:
    ticket = make.ticket()
    version = closed(THURSDAY + 5 * DAY, since=NOON + 2 * DAY)

    assert corrected(version, now=NOON + 2 * DAY)["requests"] == 0

    assert told(ticket, "corrected") == []


def test_corrected_again_it_moves_nothing(app: Flask) -> None:
    ticket, version = late_by_a_day()
    corrected(version, now=version.valid_from)

    assert corrected(version, now=version.valid_from + HOUR)["requests"] == 0

    assert len(told(ticket, "corrected")) == 1


def test_the_running_part_is_counted_anew_too(app: Flask) -> None:
    ticket = make.ticket()
    used = queries.folded(ticket.id)
    version = closed(since=NOON + 2 * DAY)

    assert corrected(version, now=NOON + 2 * DAY)["requests"] == 1

    assert used.latest(Target.RESOLUTION).due < row_of(ticket, SOLVED).due_at


def test_a_line_in_the_history_says_what_came_of_it(app: Flask) -> None:
    _, version = late_by_a_day()

    corrected(version, now=version.valid_from, by="dana")

    line = db.session.scalars(select(RuleChange).order_by(RuleChange.id.desc())).first()
    assert line.words == "Thu 19 Nov 2026 counted anew: 1 request, 1 no longer missed, 0 missed now"
    assert (line.actor.name, line.calendar_id) == ("Dana", version.calendar_id)


def test_a_longer_period_is_named_by_its_first_and_last_day(app: Flask) -> None:
    version = closed(since=NOON + 9 * DAY)
    facts = {"version": version.id, **PERIOD, "until": (MIDNIGHT + 3 * DAY).isoformat()}

    result(TaskKind.CORRECT, now=NOON + 9 * DAY, calendar_id=version.calendar_id, facts=facts)

    line = db.session.scalars(select(RuleChange).order_by(RuleChange.id.desc())).first()
    assert line.words.startswith("Thu 19 Nov 2026 to Sat 21 Nov 2026 counted anew: 0 requests")


def test_cases_are_corrected_and_not_counted(app: Flask) -> None:
    case = make.ticket("hr/concern")
    version = closed(team="hr", since=NOON + 2 * DAY)

    assert corrected(version, now=NOON + 2 * DAY) == {"requests": 0, "unmissed": 0, "missed": 0}

    assert len(told(case, "corrected")) == 1
    assert db.session.scalars(select(Clock).where(Clock.ticket_id == case.id)).first() is not None


def test_looking_for_the_past_reads_what_was_open_then(app: Flask) -> None:
    crowd.enter(20_000, now=NOON)
    version = closed(since=NOON + 2 * DAY)
    facts = {"version": version.id, **PERIOD}
    asked(TaskKind.CORRECT, now=NOON + 2 * DAY, calendar_id=version.calendar_id, facts=facts)

    with statements() as said:
        tasks.work(now=NOON + 2 * DAY, limit=50)

    assert any("sla_segment" in statement for statement in said)
    assert reading_everything(said) == []
