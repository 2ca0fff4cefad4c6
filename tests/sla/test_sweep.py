"""The sweep: what comes by itself is recorded once, at its own instant, however late and often somebody looks."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.clocks import ClockState
from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db, unit_of_work
from internaldesk.models.history import Event
from internaldesk.models.sla import Clock, ClockNotice
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries, sweep
from internaldesk.tickets import actions
from internaldesk.tickets import queries as tickets
from tests import cast, make
from tests.make import NOON
from tests.plans import plan, statements
from tests.sla import rulebook
from tests.sla.folding import folded, row_of, stored, values

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 60 * DAY
CountSql = Callable[[], AbstractContextManager[list[str]]]


def kept(ticket: Ticket) -> dict[str, Any]:
    """All that is stored of a ticket's promises, without keys."""
    db.session.expire_all()
    happened = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id)).all()
    told = db.session.scalars(select(ClockNotice).where(ClockNotice.ticket_id == ticket.id)).all()
    clocks = {row.id: row for row in queries.clocks(ticket.id)}
    return {
        "ticket": values(ticket, without=("id",)),
        "clocks": sorted(str(values(row, without=("id", "ticket_id"))) for row in clocks.values()),
        "segments": sorted(
            str(values(part, without=("id", "clock_id"))) for row in clocks.values() for part in row.segments
        ),
        "events": sorted(
            str(values(event, without=("id", "ticket_id"))) for event in happened if event.data.get("due")
        ),
        "notices": sorted(
            f"{clocks[row.clock_id].target} {values(row, without=('clock_id', 'ticket_id'))}" for row in told
        ),
    }


def untouched(ticket: Ticket) -> None:
    """Nobody does anything."""


def answered(ticket: Ticket) -> None:
    """Answered in time, asked again, not answered any more."""
    actions.reply(ticket, by=cast.actor("ben"), now=NOON + timedelta(minutes=5), body="On it")
    actions.reply(ticket, by=cast.actor("ada"), now=NOON + timedelta(minutes=9), body="And?")


def handed_over(ticket: Ticket) -> None:
    """With another team, urgent, and the solution waits for the requester."""
    actions.set_priority(ticket, by=cast.actor("dana"), now=NOON + HOUR, level=Priority.HIGH)
    actions.transfer(
        ticket, by=cast.actor("ben"), now=NOON + 2 * HOUR, team=make.team("facilities"), reason="expertise"
    )
    actions.set_status(ticket, by=cast.actor("chi"), now=NOON + 3 * HOUR, status=Status.WAITING, reason="photo")


@pytest.mark.parametrize("live", [untouched, answered, handed_over])
def test_it_leaves_what_settling_ticket_by_ticket_leaves(app: Flask, live: Callable[[Ticket], None]) -> None:
    for team in ("it", "facilities"):
        rulebook.owes(team, 240)
    one, other = make.ticket(by="ada", now=NOON), make.ticket(by="ada", now=NOON)
    live(one)
    live(other)
    with unit_of_work():
        sla.settle(one, now=LATER)

    missed = sweep.sweep(now=LATER)

    assert missed == len(db.session.scalars(select(ClockNotice).where(ClockNotice.ticket_id == other.id)).all()) > 0
    assert kept(one) == kept(other)
    assert stored(other) == folded(other, LATER)


def test_with_nothing_due_it_looks_once_and_writes_nothing(app: Flask, count_sql: CountSql) -> None:
    make.ticket(by="ada", now=NOON)
    db.session.commit()

    with count_sql() as said:
        assert sweep.sweep(now=NOON + timedelta(minutes=1)) == 0

    assert [statement.split()[0] for statement in said] == ["SELECT"]


def test_looking_for_what_is_due_reads_indexes_only(app: Flask) -> None:
    with statements() as said:
        queries.due_clocks(now=NOON, limit=9)
        queries.warnable(now=NOON, limit=9)
        queries.wakeful(now=NOON, limit=9)
        queries.something_due(now=NOON)
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # three rows are read faster whole

    plans = [" ".join(plan(statement, given)) for statement, given in said.items()]

    assert len(plans) == 4
    assert [how for how in plans if "Seq Scan" in how or "SCAN ticket" in how or "SCAN sla_clock" in how] == []
    if db.engine.dialect.name == "sqlite":
        assert "ix_sla_clock_due_at" in plans[0]
        assert "ix_sla_clock_warn_at" in plans[1]


def test_costs_as_many_statements_for_3_as_for_30(app: Flask, count_sql: CountSql) -> None:
    costs = []
    for many in (3, 30):
        for _ in range(many):
            make.ticket(by="ada", now=NOON)
        db.session.commit()
        with count_sql() as said:
            assert sweep.sweep(now=LATER) == 2 * many
        costs.append(len(said))

    assert costs[0] == costs[1] <= 9


def test_a_full_batch_says_that_there_may_be_more(app: Flask) -> None:
    for _ in range(5):
        make.ticket(by="ada", now=NOON)
    db.session.commit()

    counts = [sweep.sweep(now=LATER, limit=4)]
    while counts[-1] >= 4:
        counts.append(sweep.sweep(now=LATER, limit=4))

    assert len(counts) > 1
    assert sum(counts) == 10
    assert queries.due_clocks(now=LATER, limit=1) == []


def test_at_the_due_instant_itself_nothing_is_missed_yet(app: Flask) -> None:
    ticket = make.ticket(by="ada", now=NOON)
    due = row_of(ticket, "first_response").due_at
    db.session.commit()

    sweep.sweep(now=due)
    assert row_of(ticket, "first_response").breached_at is None

    sweep.sweep(now=due + timedelta(seconds=1))
    assert row_of(ticket, "first_response").breached_at == due


def test_what_rests_or_is_over_is_left_alone(app: Flask) -> None:
    resting, solved = make.ticket(by="ada", now=NOON), make.ticket(by="ada", now=NOON)
    ben = cast.actor("ben")
    actions.reply(resting, by=ben, now=NOON + timedelta(minutes=5), body="Which one?", then="wait")
    actions.reply(solved, by=ben, now=NOON + timedelta(minutes=5), body="Done", then="solve")
    db.session.commit()

    assert sweep.sweep(now=LATER) == 0
    assert {row.state for row in queries.clocks(resting.id)} == {ClockState.STOPPED, ClockState.PAUSED}


def test_a_wait_whose_date_has_come_ends_at_that_date_and_what_follows_is_missed(app: Flask) -> None:
    ticket, until = make.ticket(by="ada", now=NOON), NOON + DAY
    actions.reply(ticket, by=cast.actor("ben"), now=NOON + timedelta(minutes=5), body="Tomorrow")
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON + HOUR, status=Status.WAITING, reason="", until=until)
    db.session.commit()

    assert sweep.sweep(now=LATER) == 2  # the wait, and the solution

    row = row_of(ticket, "resolution")
    assert (ticket.status, row.segment_from) == (Status.PROGRESS, until)
    assert row.breached_at == row.due_at
    assert stored(ticket) == folded(ticket, LATER)
    assert sweep.sweep(now=LATER) == 0


def test_one_that_breaks_does_not_hold_up_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = (put_off(NOON + DAY) for _ in range(2))
    store = sweep.rows.store

    def breaks(ticket: Ticket, *rest: Any, **more: Any) -> int:
        if ticket.id == bad.id:
            raise ValueError("a poison row")
        return store(ticket, *rest, **more)

    monkeypatch.setattr(sweep.rows, "store", breaks)
    sweep.sweep(now=NOON + DAY)

    db.session.expire_all()
    assert (bad.status, good.status) == (Status.WAITING, Status.PROGRESS)


def put_off(until: datetime) -> Ticket:
    ticket = make.ticket(by="ada", now=NOON)
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON + HOUR, status=Status.WAITING, reason="", until=until)
    db.session.commit()
    return ticket


@pytest.mark.parametrize("seed", range(6))
def test_how_often_and_how_late_it_runs_changes_no_recorded_instant(app: Flask, seed: int) -> None:
    dice = Random(seed)
    rulebook.owes("it", 300)
    rulebook.edited(rulebook.promised("it/broken", now=NOON), since=NOON, warn_minutes=90)
    acts = dict(zip(sorted(instants(dice, 6)), dice.choices(("ask", "answer", "wait", "part", "on"), k=6), strict=True))

    often = lived(acts, swept=instants(dice, 40))
    once = lived(acts, swept=[])

    assert stored(often) == stored(once) == folded(often, LATER)
    assert given(often, "breached") == given(once, "breached") != set()
    assert given(once) <= given(often)


def instants(dice: Random, many: int) -> list[datetime]:
    """Instants in the ten days after noon."""
    return [NOON + timedelta(seconds=dice.randrange(1, 864_000)) for _ in range(many)]


def lived(acts: Mapping[datetime, str], *, swept: Sequence[datetime]) -> Ticket:
    """A ticket to which these things happened, and past which the sweep came then, and once at the end."""
    ticket = make.ticket(by="ada", now=NOON)
    db.session.commit()
    for at in sorted({*acts, *swept}):
        if at in swept:
            sweep.sweep(now=at)
        if at in acts:
            kind, by, facts = _ACTS[acts[at]]
            sla.tell(ticket, kind, by=cast.actor(by), now=at, **facts)
            db.session.commit()
    sweep.sweep(now=LATER)
    return ticket


_ACTS: Mapping[str, tuple[sla.Kind, str, dict[str, str]]] = {
    "ask": (sla.Kind.REQUESTER_REPLY, "ada", {}),
    "answer": (sla.Kind.AGENT_REPLY, "ben", {}),
    "wait": (sla.Kind.PENDING, "ben", {"reason": "requester"}),
    "part": (sla.Kind.PENDING, "ben", {"reason": "vendor"}),
    "on": (sla.Kind.RESUMED, "ben", {}),
}


def given(ticket: Ticket, *kinds: str) -> set[tuple[str, int, str, datetime]]:
    """What was told of a ticket's clocks, of these kinds or of any."""
    query = select(Clock.target, Clock.cycle, ClockNotice.kind, ClockNotice.due_at).join(Clock)
    found = {tuple(row) for row in db.session.execute(query.where(ClockNotice.ticket_id == ticket.id))}
    return {row for row in found if not kinds or row[2] in kinds}


def answer_all(app: Flask, numbers: Sequence[int], done: threading.Event) -> None:
    """Ben answers each request as the page does: with the ticket locked, in a transaction of its own."""
    with app.app_context():
        try:
            for number in numbers:
                with unit_of_work():
                    ticket = tickets.get(number, actor=cast.actor("ben"), lock=True)
                    assert ticket is not None
                    actions.reply(ticket, by=cast.actor("ben"), now=LATER, body="Sorry", then="progress")
        finally:
            done.set()
            db.session.remove()


def test_beside_people_at_work_and_beside_another_sweep_each_miss_is_noted_once(app: Flask) -> None:
    numbers = [make.ticket(by="ada", now=NOON).id for _ in range(12)]
    db.session.commit()
    done = threading.Event()

    def keep_sweeping() -> int:
        with app.app_context():
            counts = [sweep.sweep(now=LATER, limit=3)]
            while not done.is_set():
                counts.append(sweep.sweep(now=LATER, limit=3))
            db.session.remove()
            return sum(counts)

    with ThreadPoolExecutor(max_workers=3) as crowd:
        sweeps = [crowd.submit(keep_sweeping) for _ in range(2)]
        crowd.submit(answer_all, app, numbers, done).result()
        for found in sweeps:
            found.result()
    while sweep.sweep(now=LATER):
        pass

    for number in numbers:
        ticket = db.session.get_one(Ticket, number)
        missed = [row for row in queries.clocks(number) if row.breached_at is not None]
        happened = db.session.scalars(select(Event.data).where(Event.ticket_id == number, Event.kind == "breached"))
        assert sorted(row.target for row in missed) == ["first_response", "resolution"]
        assert sorted(data["words"] for data in happened) == ["the first reply", "the solution"]
        assert len(given(ticket, "breached")) == 2
        assert stored(ticket) == folded(ticket, LATER)
