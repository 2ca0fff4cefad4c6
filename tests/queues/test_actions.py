"""Take next gives what is most urgent, once; many at once tells what became of each."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.db import db, unit_of_work
from internaldesk.models.people import Location, TeamRole
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.queues import actions
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
EVERYBODY = 50


def take(who: str) -> int | None:
    taken = actions.take_next(by=cast.actor(who), now=LATER)
    return taken.ticket.id if taken else None


def test_the_soonest_promise_is_given_first_and_then_belongs_to_its_taker(app: Flask) -> None:
    make.ticket(now=NOON + HOUR)
    first = make.ticket(now=NOON)

    taken = actions.take_next(by=cast.actor("ben"), now=LATER)

    assert taken is not None
    assert (taken.ticket, taken.again) == (first, False)
    assert first.assignee_id == cast.person("ben").id


def test_what_one_took_and_did_not_answer_comes_again_but_to_nobody_else(app: Flask) -> None:
    first, second = make.ticket(now=NOON), make.ticket(now=NOON + HOUR)

    assert take("ben") == first.id
    assert take("chi") == second.id
    again = actions.take_next(by=cast.actor("ben"), now=LATER)

    assert again is not None
    assert (again.ticket, again.again) == (first, True)
    assert take("dana") is None


def test_what_is_answered_waits_until_the_requester_speaks(app: Flask) -> None:
    ticket = make.ticket(assignee="ben")
    tickets.reply(ticket, by=cast.actor("ben"), now=NOON, body="On it", then="progress")
    assert take("ben") is None

    tickets.reply(ticket, by=cast.actor("ada"), now=LATER, body="Still broken")

    assert take("ben") == ticket.id


def test_what_waits_for_somebody_else_is_not_given(app: Flask) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    tickets.reply(ticket, by=ben, now=NOON, body="Which room?", then="wait")
    tickets.assign(ticket, by=ben, now=NOON, assignee_id=None)

    assert take("ben") is None


@pytest.mark.parametrize(
    ("path", "by", "who", "given"),
    [
        ("it/broken", "ada", "ben", True),
        ("it/broken", "ada", "hana", False),
        ("it/broken", "ben", "ben", False),
        ("it/broken", "ben", "chi", True),
        ("hr/concern", "ada", "hana", True),
    ],
)
def test_only_ones_team_is_served_never_ones_own_request(app: Flask, path: str, by: str, who: str, given: bool) -> None:
    ticket = make.ticket(path, by=by)

    assert take(who) == (ticket.id if given else None)


def test_a_case_is_given_to_its_group_only(app: Flask) -> None:
    people.join(cast.person("finn"), "hr", role=TeamRole.AGENT)
    make.ticket("hr/concern")

    assert take("finn") is None


def test_fifty_at_once_get_fifty_different_requests(app: Flask) -> None:
    names = colleagues(EVERYBODY)
    with unit_of_work():
        for n in range(EVERYBODY + 5):
            make.ticket(now=NOON + n * timedelta(minutes=1))

    ready = [at_the_button(app, name) for name in names]
    together = Barrier(EVERYBODY)
    with ThreadPoolExecutor(EVERYBODY) as pool:
        given = list(pool.map(partial(press, together), ready))

    assert max(Counter(given).values()) == 1
    db.session.rollback()
    held = db.session.scalars(select(Ticket.id).where(Ticket.assignee_id.is_not(None))).all()
    assert sorted(f"/requests/R-{number}" for number in held) == sorted(given)


def colleagues(many: int) -> list[str]:
    """Further agents of IT, by their addresses."""
    addresses = [f"agent{n}@desk.example" for n in range(many)]
    with unit_of_work():
        leeds = db.session.scalars(select(Location).where(Location.slug == "leeds")).one()
        for address in addresses:
            person = people.add_person(address, name=address.split("@")[0], now=NOON, location=leeds)
            people.join(person, "it", role=TeamRole.AGENT)
    return addresses


def at_the_button(app: Flask, name: str) -> tuple[FlaskClient, str]:
    """A browser of their own with a page open, and the token of its forms."""
    client = sign_in(app.test_client(), name)
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/help/keyboard").text)
    assert token
    return client, token[1]


def press(together: Barrier, ready: tuple[FlaskClient, str]) -> str:
    """Press Take next when everybody does; where it leads."""
    client, token = ready
    together.wait(timeout=20)
    answer = client.post("/queue/next", data={"csrf_token": token})
    assert answer.status_code == 303
    return answer.location


def test_many_are_taken_and_what_changed_meanwhile_is_left(app: Flask) -> None:
    calm, stirred = make.ticket(now=NOON), make.ticket(now=NOON)
    tickets.reply(stirred, by=cast.actor("ada"), now=LATER, body="Never mind")
    ben = cast.actor("ben")

    outcome = actions.bulk(
        [calm.id, stirred.id],
        by=ben,
        now=LATER,
        seen=NOON,
        act=partial(tickets.assign, by=ben, now=LATER, assignee_id=ben.id),
    )

    assert outcome.sentence == f"1 done, 1 skipped: R-{stirred.id} changed meanwhile."
    assert (calm.assignee_id, stirred.assignee_id) == (ben.id, None)


def test_a_refusal_leaves_one_as_it_is_and_does_the_others(app: Flask) -> None:
    solved, fresh = make.ticket(), make.ticket()
    ben = cast.actor("ben")
    tickets.solve(solved, by=ben, now=NOON)
    tickets.close(solved, by=ben, now=NOON)

    outcome = actions.bulk(
        [solved.id, fresh.id],
        by=ben,
        now=LATER,
        seen=None,
        act=partial(tickets.set_status, by=ben, now=LATER, status=Status.WAITING),
    )

    assert outcome.done == 1
    assert outcome.sentence.startswith(f"1 done, 1 skipped: R-{solved.id} stays: ")
    assert (solved.status, fresh.status) == (Status.CLOSED, Status.WAITING)


def test_a_hidden_request_and_one_that_does_not_exist_are_skipped_alike(app: Flask) -> None:
    hidden, ben = make.ticket("hr/concern"), cast.actor("ben")

    outcome = actions.bulk([hidden.id, 987654], by=ben, now=NOON, seen=None, act=pytest.fail)

    assert outcome.done == 0
    assert {skip.why for skip in outcome.skipped} == {"is not in your queue"}


def test_too_many_at_once_are_refused(app: Flask) -> None:
    with pytest.raises(Refused, match="at most 200"):
        actions.bulk(range(1, 300), by=cast.actor("ben"), now=NOON, seen=None, act=pytest.fail)


def test_every_skipped_one_is_named_with_those_alike() -> None:
    whys = ("changed meanwhile", "is not in your queue", "changed meanwhile")
    skipped = tuple(actions.Skipped(n, why) for n, why in enumerate(whys, 1))

    assert actions.Outcome(2, skipped).sentence == (
        "2 done, 3 skipped: R-1, R-3 changed meanwhile; R-2 is not in your queue."
    )
