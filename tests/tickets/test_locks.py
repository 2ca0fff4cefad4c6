"""What hangs together is locked in one order: two who do opposite things at once wait for each other, not in a ring."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.relations import LinkKind
from internaldesk.db import db, unit_of_work
from internaldesk.models.relations import Link, Relay
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, causes, helping, locks, merges, queries, steps, telling, ticking
from tests import cast, make
from tests.make import NOON


def at_once(app: Flask, *acts: Callable[[], object]) -> list[str]:
    """Do these at the same instant, each in a transaction of its own; what became of each, in their order."""
    db.session.commit()
    db.session.close()
    start, ends = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(10)
            try:
                with unit_of_work():
                    act()
                ends[place] = "done"
            except Refused:
                ends[place] = "refused"
            except Exception as error:  # a deadlock is what this is about
                ends[place] = repr(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return ends


def locked(number: int, name: str = "ben") -> Ticket:
    """As a page loads what is sent to."""
    found = queries.get(number, actor=cast.actor(name), lock=True)
    assert found is not None
    return found


def test_two_who_link_the_same_two_crosswise_do_not_wait_in_a_ring(app: Flask) -> None:
    one, two = make.ticket().id, make.ticket().id

    def link(number: int, cause: int) -> None:
        locks.hold(number, cause)
        causes.link(locked(number), locked(cause), by=cast.actor("ben"), now=NOON)

    ends = at_once(app, lambda: link(one, two), lambda: link(two, one))

    assert sorted(ends) == ["done", "refused"]
    assert len(db.session.scalars(select(Link).where(Link.kind == LinkKind.CAUSE)).all()) == 1


def test_undoing_a_merge_and_using_its_target_do_not_wait_in_a_ring(app: Flask) -> None:
    first, twice, third = make.ticket(), make.ticket(), make.ticket()
    merges.merge(twice, first, by=cast.actor("ben"), now=NOON)
    numbers = first.id, twice.id, third.id

    def merge() -> None:
        locks.hold(numbers[2], numbers[1])
        merges.merge(locked(numbers[2]), locked(numbers[1]), by=cast.actor("ben"), now=NOON)

    ends = at_once(app, lambda: merges.unmerge(locked(numbers[1]), by=cast.actor("ben"), now=NOON), merge)

    assert ends == ["done", "done"]


def test_a_part_is_solved_while_it_is_withdrawn(app: Flask) -> None:
    ticket, kind = make.ticket(assignee="ben"), make.request_type("facilities/repair")
    child = helping.ask(
        ticket, by=cast.actor("ben"), now=NOON, request_type=kind, form=make.form(kind), summary="A dead socket"
    ).id
    db.session.flush()
    number, step = ticket.id, steps.all_of(ticket.id)[0].id

    def withdraw() -> None:
        whole = locked(number)
        found = steps.one(step, of=number)
        assert found is not None
        ticking.leave_out(found, whole, by=cast.actor("ben"), now=NOON, reason="Found one")

    def solve() -> None:
        actions.solve(locked(child, "chi"), by=cast.actor("chi"), now=NOON)

    ends = at_once(app, solve, withdraw)

    assert sorted(ends) == ["done", "refused"]
    found = db.session.get_one(Ticket, child)
    assert (found.status, found.solved_at is not None) in ((Status.SOLVED, True), (Status.CLOSED, False))


def test_who_tells_many_waits_for_nobody(app: Flask) -> None:
    waits, cause = make.ticket(), make.ticket()
    causes.link(waits, cause, by=cast.actor("ben"), now=NOON)
    number, of = waits.id, cause.id
    held, told = threading.Event(), threading.Event()

    def write() -> None:
        locked(number)
        held.set()
        if db.engine.dialect.name == "postgresql":  # where somebody else can write at the same time
            assert told.wait(10)

    def tell() -> None:
        assert held.wait(10)
        found = locked(of)
        telling.tell_all(found, by=cast.actor("ben"), now=NOON, body="Back at 15:00.", then="", only=[number])
        told.set()

    assert at_once(app, write, tell) == ["done", "done"]

    with unit_of_work():
        telling.work(now=NOON)
    assert [row.done_at for row in db.session.scalars(select(Relay))] == [NOON]
