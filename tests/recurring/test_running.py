"""What the worker files for plans: once for each day, with two workers, after a standstill, whoever left meanwhile."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from internaldesk.core.lifecycle import Status
from internaldesk.core.recurring import Closed, PlanDeed, Rule, Unit
from internaldesk.db import db, unit_of_work
from internaldesk.history import queries as history
from internaldesk.jobs.timetable import TIMETABLE
from internaldesk.models.people import Membership
from internaldesk.models.recurring import Plan, PlanLine
from internaldesk.models.sla import ClockEvent
from internaldesk.models.tickets import Ticket
from internaldesk.recurring import actions, running
from internaldesk.tickets import actions as ticket_actions
from tests import cast, make
from tests.make import NOON
from tests.recurring.shelf import lines, newest, plan, tickets

DAY = timedelta(days=1)
NINE = datetime(2026, 11, 19, 9, tzinfo=UTC)


def work(now: datetime) -> int:
    with unit_of_work():
        return running.file_due(now=now)


def test_it_is_filed_at_its_time_and_not_before(app: Flask) -> None:
    kept = plan(assignee="ben", details="Restore one file.")
    assert (kept.next_on, kept.next_at) == (date(2026, 11, 19), NINE)

    assert work(NINE - timedelta(seconds=1)) == 0
    assert work(NINE) == 1

    filed = newest()
    assert (filed.summary, filed.details, filed.answers) == ("Check the backups", "Restore one file.", kept.answers)
    assert (filed.requester.name, filed.assignee and filed.assignee.name) == ("Dana", "Ben")
    assert (filed.filed_at, filed.status, filed.channel, filed.team.slug) == (NINE, Status.NEW, "plan", "it")
    assert filed.queue_at > NINE
    assert (kept.next_at, kept.done, kept.last_ticket_id) == (NINE + DAY, 1, filed.id)
    assert lines(kept)[1:] == [("filed", "")]
    told = [(line.who, line.words) for line in history.timeline(filed.id, public_only=True)]
    assert told[0][0] == "The desk"
    assert told[0][1].startswith("filed it by a plan: Every day at 09:00")
    log = db.session.scalars(select(ClockEvent.kind).where(ClockEvent.ticket_id == filed.id)).all()
    assert log == ["created", "assigned"]


def test_looked_at_again_nothing_more_is_filed(app: Flask) -> None:
    plan()

    assert [work(NINE), work(NINE), work(NINE + timedelta(hours=1))] == [1, 0, 0]
    assert tickets() == 1


def test_two_workers_at_once_file_it_once(app: Flask) -> None:
    for _ in range(3):
        plan()
    ready, failed = threading.Barrier(2), []

    def worker() -> None:
        try:
            with app.app_context():
                ready.wait()
                work(NINE)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    db.session.rollback()
    assert (failed, tickets()) == ([], 3)


def test_after_a_standstill_only_the_latest_is_filed_and_it_says_so(app: Flask) -> None:
    kept = plan()

    work(NINE + 7 * DAY + timedelta(hours=3))

    assert tickets() == 1
    assert (kept.next_at, kept.done) == (NINE + 8 * DAY, 6)
    assert lines(kept)[1:] == [
        (
            "filed",
            "Nothing ran when it was due on Thu 19 Nov 2026, Fri 20 Nov 2026, Sat 21 Nov 2026 and 2 more:"
            " only this one was filed.",
        )
    ]
    assert db.session.scalars(select(PlanLine.due_on).where(PlanLine.due_on.is_not(None))).all() == [date(2026, 11, 26)]


def test_it_ends_after_so_many_times(app: Flask) -> None:
    kept = plan(Rule(Unit.DAY, date(2026, 11, 18), times=2))

    for days in range(6):
        work(NINE + days * DAY)

    assert (tickets(), kept.next_at, kept.next_on) == (2, None, None)


def test_the_one_before_still_open_it_is_left_out(app: Flask) -> None:
    kept = plan(skip_open=True)
    work(NINE)
    first = newest().number

    work(NINE + DAY)
    assert (tickets(), lines(kept)[-1]) == (1, ("skipped", f"{first} is still open."))

    ticket_actions.solve(newest(), by=cast.actor("ben"), now=NINE + DAY)
    db.session.commit()
    work(NINE + 4 * DAY)
    assert tickets() == 2


def test_paused_or_removed_nothing_is_filed_and_resumed_it_goes_on_from_then(app: Flask) -> None:
    kept, gone = plan(), plan()
    actions.pause(kept, by=cast.actor("dana"), now=NOON)
    actions.remove(gone, by=cast.actor("dana"), now=NOON)
    db.session.commit()

    assert work(NINE + DAY) == 0
    actions.resume(kept, by=cast.actor("dana"), now=NINE + DAY)
    db.session.commit()

    assert kept.next_at == NINE + 4 * DAY
    assert work(NINE + 4 * DAY) == 1
    assert [deed for deed, _ in lines(kept)] == ["planned", "paused", "resumed", "filed"]


def test_a_day_that_was_closed_meanwhile_is_moved(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = plan()
    closed = make.team("it")
    cal = running.queries.calendar(closed, now=NOON)
    written = cal.to_dict()
    moved = type(cal).parse({**written, "holidays": [*written["holidays"], "2026-11-19"]})
    monkeypatch.setattr(running.queries, "calendar", lambda *_args, **_kwargs: moved)

    work(NINE)

    assert (tickets(), kept.next_on, kept.next_at) == (0, date(2026, 11, 19), NINE + DAY)
    work(NINE + DAY)
    assert (tickets(), kept.next_on) == (1, date(2026, 11, 21))


def test_who_left_is_replaced_or_left_out_and_the_line_says_so(app: Flask) -> None:
    kept = plan(requester="chi", assignee="ben")
    for name in ("chi", "ben"):
        cast.person(name).active = False
    db.session.commit()

    work(NINE)

    assert (newest().requester.name, newest().assignee_id) == ("Dana", None)
    assert lines(kept)[-1] == (
        "filed",
        "Chi does not work in IT any more: it is a request of Dana."
        " Ben cannot be given it any more: it waits for anybody in the team.",
    )


def test_where_nobody_is_left_the_day_is_over_and_the_plan_goes_on(app: Flask) -> None:
    kept = plan(requester="chi")
    cast.person("chi").active = False
    db.session.delete(db.session.get_one(Membership, (cast.person("dana").id, make.team("it").id)))
    db.session.commit()

    work(NINE)

    assert (tickets(), kept.next_at) == (0, NINE + DAY)
    assert lines(kept)[-1][1].startswith("It could not be filed: Chi does not work in IT any more")


def test_one_that_fails_keeps_no_other_from_being_filed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = plan(summary="Bad"), plan(summary="Good")
    file = running.tickets.file

    def failing(kind: object, *, summary: str, **facts: object) -> Ticket:
        ticket = file(kind, summary=summary, **facts)
        if summary == "Bad":
            raise KeyError("something")
        return ticket

    monkeypatch.setattr(running.tickets, "file", failing)
    work(NINE)

    assert (tickets(), newest().summary) == (1, "Good")
    assert lines(bad)[-1] == ("skipped", "It could not be filed: something went wrong in the desk.")
    assert lines(good)[-1] == ("filed", "")


def test_what_needs_approval_waits_for_it(app: Flask) -> None:
    answers = {"items": [{"item": "Desk", "quantity": 2, "unit": "", "price": "900.00"}], "cost_centre": "4711"}
    plan(by="root", path="purchasing/buy", requester="root", answers=answers)

    work(NINE)

    assert newest().status is Status.APPROVAL


def test_the_clocks_of_the_team_count_on_the_day_they_change(app: Flask) -> None:
    """British summer time begins on 28 March 2027 at one o'clock: half past one comes as half past two."""
    rule = Rule(Unit.DAY, date(2027, 3, 27), minute=90, closed=Closed.ANYWAY)
    kept = plan(rule)

    seen = []
    for _ in range(3):
        seen.append(kept.next_at)
        work(kept.next_at)
        db.session.refresh(kept)

    assert [f"{at:%d %H:%M}" for at in seen] == ["27 01:30", "28 01:30", "29 00:30"]
    assert tickets() == 3


def test_a_day_is_dealt_with_once_whatever_the_code_says(app: Flask) -> None:
    kept = plan()
    work(NINE)

    db.session.add(PlanLine(plan_id=kept.id, at=NINE, deed=PlanDeed.FILED, due_on=date(2026, 11, 19), words=""))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_it_stands_in_the_timetable(app: Flask, tmp_path: Path) -> None:
    plan()
    entry = next(entry for entry in TIMETABLE if entry.name == "recurring")

    with unit_of_work():
        assert entry.run(NINE, tmp_path) == 1
    assert (tickets(), db.session.scalars(select(Plan)).one().done) == (1, 1)
