"""How a round goes on and ends, whoever decides in whatever order; nothing said in an earlier one counts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.core.approval import Decision, State
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.db import db, unit_of_work
from internaldesk.models.approvals import Ballot
from internaldesk.models.history import Event
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, approving
from tests import cast, make
from tests.approvals import desk
from tests.approvals.desk import HOUR, NO, YES, ask, ballot, decide, rounds, told, waiting
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("staffed")
BUY = {"lines": [{"item": "crane", "quantity": 1, "unit": "", "price": "9000.00"}]}
Step = Callable[[Ticket], object]


def state(ticket: Ticket) -> tuple[State, Status]:
    return rounds(ticket)[-1].state, ticket.status


def test_one_step_approved() -> None:
    ticket = waiting()

    decide(ticket, "max")

    assert state(ticket) == (State.APPROVED, Status.NEW)
    assert told(ticket) == ["approval_asked", "approved"]


def test_one_step_refused_ends_the_request_and_tells_why() -> None:
    ticket = waiting()

    decide(ticket, "max", NO, reason="We have one in the store")

    assert state(ticket) == (State.REFUSED, Status.CLOSED)
    assert ticket.status_reason == "Not approved by Max: We have one in the store"
    assert ticket.last_word == "We have one in the store"
    assert (ticket.solved_at, ticket.closed_at, ticket.is_open) == (None, NOON + HOUR, False)
    assert told(ticket) == ["approval_asked", "refused"]


@pytest.mark.parametrize("reason", ["", None])
def test_a_refusal_takes_a_reason(reason: str | None) -> None:
    ticket = waiting()

    with pytest.raises(Refused, match="Say why") as refused:
        approving.decide(
            ballot(ticket, "max").id, by=cast.actor("max"), now=NOON + HOUR, decision=NO, reason=reason or ""
        )

    assert refused.value.field == "reason"
    assert state(ticket) == (State.WAITING, Status.APPROVAL)


def test_the_next_step_opens_when_the_former_is_approved() -> None:
    ticket = waiting("purchasing/buy", answers=BUY)
    assert [step.opened_at for step in rounds(ticket)[0].steps] == [NOON, None]

    decide(ticket, "max")
    assert state(ticket) == (State.WAITING, Status.APPROVAL)
    assert [(step.opened_at, step.closed_at) for step in rounds(ticket)[0].steps] == [
        (NOON, NOON + HOUR), (NOON + HOUR, None)]  # fmt: skip

    decide(ticket, "fay", now=NOON + 2 * HOUR)
    assert state(ticket) == (State.APPROVED, Status.NEW)
    assert rounds(ticket)[0].decided_at == NOON + 2 * HOUR


def test_a_later_step_cannot_be_taken_first() -> None:
    ticket = waiting("purchasing/buy", answers=BUY)

    with pytest.raises(Refused, match="not your turn yet"):
        decide(ticket, "fay")


@pytest.mark.parametrize(("first", "second"), [(NO, None), (YES, NO), (YES, YES)])
def test_every_course_of_two_steps(first: Decision, second: Decision | None) -> None:
    ticket = waiting("purchasing/buy", answers=BUY)

    decide(ticket, "max", first)
    if second:
        decide(ticket, "fay", second, now=NOON + 2 * HOUR)

    refused = Decision.REFUSED in (first, second)
    assert state(ticket) == ((State.REFUSED, Status.CLOSED) if refused else (State.APPROVED, Status.NEW))


ASKED = ("max", "fay", "hugh")
QUORUMS = [
    (1, "y", State.APPROVED),
    (1, "n", State.REFUSED),
    (2, "y", State.WAITING),
    (2, "yy", State.APPROVED),
    (2, "yn", State.REFUSED),
    (3, "yy", State.WAITING),
    (3, "yyy", State.APPROVED),
    (3, "yyn", State.REFUSED),
    (None, "yyy", State.APPROVED),
    (None, "yy", State.WAITING),
]


@pytest.mark.parametrize("order", [*permutations(ASKED)][::2], ids="-".join)
@pytest.mark.parametrize(("quorum", "said", "expected"), QUORUMS)
def test_so_many_of_those_named_must_agree(
    quorum: int | None, said: str, expected: State, order: tuple[str, ...]
) -> None:
    ticket = make.ticket(by="ada", assignee="ben")
    ask(ticket, *ASKED, by="ben", quorum=quorum)

    for name, word in zip(order, said, strict=False):
        decide(ticket, name, YES if word == "y" else NO)

    assert rounds(ticket)[-1].state is expected


def test_who_was_not_needed_any_more_cannot_decide_afterwards() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", "fay", by="ben", quorum=1)
    decide(ticket, "max")

    with pytest.raises(Refused, match="decided by others already"):
        decide(ticket, "fay", NO)

    assert rounds(ticket)[-1].state is State.APPROVED


def test_nobody_decides_twice() -> None:
    ticket = waiting("purchasing/buy", answers=BUY)
    decide(ticket, "max")

    with pytest.raises(Refused, match="Max has decided this already"):
        decide(ticket, "max", NO)


def test_a_new_round_starts_from_nothing() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", "fay", by="ben")
    decide(ticket, "max")
    ask(ticket, "max", "fay", by="ben", now=NOON + 2 * HOUR)

    assert [row.state for row in rounds(ticket)] == [State.WITHDRAWN, State.WAITING]
    decide(ticket, "fay", now=NOON + 3 * HOUR)
    assert rounds(ticket)[-1].state is State.WAITING
    assert told(ticket)[1:] == ["approval_asked", "approved", "approval_withdrawn", "approval_asked", "approved"]


def test_an_old_ballot_does_not_count_in_a_new_round() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", by="ben")
    old = ballot(ticket, "max").id
    ask(ticket, "fay", by="ben")

    with pytest.raises(Refused, match="was withdrawn"):
        approving.decide(old, by=cast.actor("max"), now=NOON + HOUR, decision=YES)

    assert state(ticket) == (State.WAITING, Status.APPROVAL)


def test_approved_once_and_refused_later_is_refused() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", by="ben")
    decide(ticket, "max")
    assert state(ticket) == (State.APPROVED, Status.PROGRESS)

    ask(ticket, "max", by="ben", now=NOON + 2 * HOUR)
    assert state(ticket) == (State.WAITING, Status.APPROVAL)
    decide(ticket, "max", NO, now=NOON + 3 * HOUR)

    assert [row.state for row in rounds(ticket)] == [State.APPROVED, State.REFUSED]
    assert ticket.status is Status.CLOSED


def test_a_rule_can_be_asked_again_of_whom_it_names_today() -> None:
    ticket = waiting()
    cast.person("ada").line_manager_id = cast.person("boss").id

    approving.ask_again(ticket, by=cast.actor("pia"), now=NOON + HOUR)

    assert [row.state for row in rounds(ticket)] == [State.WITHDRAWN, State.WAITING]
    assert desk.asked(ticket) == [("manager", ["boss"])]
    with pytest.raises(Refused, match="was withdrawn"):
        decide(ticket, "max")


def test_where_no_rule_asks_nothing_is_asked_again() -> None:
    with pytest.raises(Refused, match="No rule asks"):
        approving.ask_again(make.ticket(), by=cast.actor("ben"), now=NOON)


def test_what_a_rule_demands_is_not_replaced_by_another_question() -> None:
    ticket = waiting()

    with pytest.raises(Refused, match="asks first"):
        ask(ticket, "fay", by="pia")
    with pytest.raises(Refused, match="always needs this approval"):
        approving.take_back(ticket, by=cast.actor("pia"), now=NOON)

    assert state(ticket) == (State.WAITING, Status.APPROVAL)


def test_the_team_can_take_back_what_it_asked() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", by="ben")

    approving.take_back(ticket, by=cast.actor("ben"), now=NOON + HOUR)

    assert state(ticket) == (State.WITHDRAWN, Status.PROGRESS)
    with pytest.raises(Refused, match="Nothing waits"):
        approving.take_back(ticket, by=cast.actor("ben"), now=NOON + HOUR)


def reply(then: str) -> Step:
    return lambda ticket: actions.reply(ticket, by=cast.actor("pia"), now=NOON + HOUR, body="Patience", then=then)


def requester_writes(ticket: Ticket) -> object:
    return actions.reply(ticket, by=cast.actor("ada"), now=NOON + HOUR, body="Any news?")


def take(ticket: Ticket) -> object:
    return actions.assign(ticket, by=cast.actor("pia"), now=NOON + HOUR, assignee_id=cast.person("pia").id)


@pytest.mark.parametrize("step", [reply("progress"), reply("wait"), reply(""), requester_writes, take])
def test_while_somebody_decides_words_leave_the_request_waiting(step: Step) -> None:
    ticket = waiting()

    step(ticket)

    assert state(ticket) == (State.WAITING, Status.APPROVAL)


@pytest.mark.parametrize("status", [Status.PROGRESS, Status.WAITING, Status.SUPPLIER, Status.APPROVAL])
def test_nor_can_the_team_move_it_on(status: Status) -> None:
    ticket = waiting()

    with pytest.raises(Refused, match="has not decided yet"):
        actions.set_status(ticket, by=cast.actor("pia"), now=NOON + HOUR, status=status)


def test_a_wait_noted_by_hand_can_be_ended_by_hand() -> None:
    ticket = make.ticket(assignee="ben")
    actions.set_status(ticket, by=cast.actor("ben"), now=NOON, status=Status.APPROVAL, reason="Asked on the phone")

    actions.set_status(ticket, by=cast.actor("ben"), now=NOON + HOUR, status=Status.PROGRESS)

    assert ticket.status is Status.PROGRESS


def test_solved_by_its_requester_before_anybody_decided_nobody_needs_to() -> None:
    ticket = waiting()

    actions.set_status(ticket, by=cast.actor("ada"), now=NOON + HOUR, status=Status.SOLVED)

    assert state(ticket) == (State.WITHDRAWN, Status.SOLVED)
    with pytest.raises(Refused, match="was withdrawn"):
        decide(ticket, "max")


def solve(ticket: Ticket) -> object:
    return actions.set_status(ticket, by=cast.actor("pia"), now=NOON + HOUR, status=Status.SOLVED)


@pytest.mark.parametrize("step", [solve, reply("solve")])
def test_a_team_does_not_go_round_its_rule_by_solving(step: Step) -> None:
    ticket = waiting()

    with pytest.raises(Refused, match="before the team solves it"), db.session.begin_nested():
        step(ticket)

    assert state(ticket) == (State.WAITING, Status.APPROVAL)


def test_what_a_team_asked_itself_it_can_solve() -> None:
    ticket = make.ticket(assignee="ben")
    ask(ticket, "max", by="ben")

    actions.solve(ticket, by=cast.actor("ben"), now=NOON + HOUR)

    assert state(ticket) == (State.WITHDRAWN, Status.SOLVED)


def test_what_was_answered_meanwhile_goes_on_in_progress() -> None:
    ticket = waiting()
    reply("progress")(ticket)

    decide(ticket, "max", now=NOON + 2 * HOUR)

    assert ticket.status is Status.PROGRESS


def test_a_round_goes_on_in_another_team() -> None:
    ticket = waiting()
    actions.transfer(
        ticket, by=cast.actor("pia"), now=NOON, team=make.team("facilities"), reason="expertise", body="Yours"
    )

    decide(ticket, "max")

    assert (ticket.team.slug, ticket.status) == ("facilities", Status.NEW)


@pytest.mark.parametrize("status", ["solved", "closed"])
def test_what_is_over_is_not_asked_about(status: str) -> None:
    ticket = make.ticket(assignee="ben")
    actions.solve(ticket, by=cast.actor("ben"), now=NOON)
    if status == "closed":
        actions.close(ticket, by=None, now=NOON)

    with pytest.raises(Refused, match=status):
        ask(ticket, "max", by="ben")


def test_the_requester_is_not_asked_to_rate_what_was_refused() -> None:
    ticket = waiting()
    decide(ticket, "max", NO)

    with pytest.raises(Refused, match="file a new one"):
        requester_writes(ticket)

    assert db.session.scalar(select(func.count()).select_from(RatingInvite)) == 0


def test_the_trail_names_everybody_in_order() -> None:
    ticket = waiting("purchasing/buy", answers=BUY)
    decide(ticket, "max", reason="But not before January")
    decide(ticket, "fay", NO, now=NOON + 2 * HOUR)

    events = db.session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)).all()[1:]
    assert [(event.kind, event.actor.name if event.actor else None, event.data["words"]) for event in events] == [
        ("approval_asked", None, "Max, line manager, to approve it (step 1 of 2)"),
        ("approved", "Max", " (step 1 of 2): But not before January"),
        ("approval_asked", None, "Fay, finance, to approve it (step 2 of 2)"),
        ("refused", "Fay", " (step 2 of 2): Too dear"),
    ]
    assert all(event.public for event in events)


def test_two_who_decide_at_once_give_one_result(app: Flask) -> None:
    with unit_of_work():
        ticket = make.ticket(assignee="ben")
        ask(ticket, "max", "fay", by="ben", quorum=1)
        number, pairs = ticket.id, [(ballot(ticket, name).id, name) for name in ("max", "fay")]

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda pair: press(app, *pair, NO if pair[1] == "fay" else YES), pairs))

    assert sorted(said) == ["decided", "refused"]
    db.session.rollback()
    ticket = db.session.get_one(Ticket, number)
    cast_ballots = db.session.scalars(select(Ballot).where(Ballot.decision.is_not(None))).all()
    assert len(cast_ballots) == 1
    expected = {YES: State.APPROVED, NO: State.REFUSED}[cast_ballots[0].decision]
    assert rounds(ticket)[-1].state is expected
    assert ticket.status is (Status.PROGRESS if expected is State.APPROVED else Status.CLOSED)


def press(app: Flask, number: int, name: str, decision: Decision) -> str:
    with app.app_context():
        try:
            with unit_of_work():
                approving.decide(number, by=cast.actor(name), now=NOON + HOUR, decision=decision, reason="Because")
        except Refused:
            return "refused"
        finally:
            db.session.remove()
        return "decided"
