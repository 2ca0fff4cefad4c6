"""The list of what waits, and the page with its two buttons."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask import Flask

from internaldesk.core.approval import State
from internaldesk.core.lifecycle import Status
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from tests import cast, make
from tests.approvals import desk
from tests.approvals.desk import DAY, away, ballot, rounds
from tests.decisions.visit import Visit

CountSql = Callable[[], AbstractContextManager[list[str]]]
Enter = Callable[[str | None], Visit]


def page_of(ticket: Ticket, whose: str = "max") -> str:
    return f"/approvals/{ballot(ticket, whose).id}"


def state(ticket_id: int) -> tuple[State, Status]:
    db.session.rollback()
    ticket = db.session.get_one(Ticket, ticket_id)
    return rounds(ticket)[-1].state, ticket.status


def test_the_list_names_what_waits_and_for_how_much(visit: Enter, ticket: Ticket) -> None:
    page = visit("max").get("/approvals").text

    assert "One thing waits for your decision" in page
    assert ticket.summary in page
    assert "EUR 1,250.00" in page
    assert page_of(ticket) in page


@pytest.mark.parametrize("name", ["ada", "eve", "pia", "dana", "root"])
def test_others_have_nothing_to_decide(visit: Enter, ticket: Ticket, name: str) -> None:
    where = page_of(ticket)

    assert "Nothing waits for you" in visit(name).get("/approvals").text
    assert visit(name).get(where).status_code == visit(name).get("/approvals/999999").status_code == 404
    assert visit(name).send(where, page="/profile", decision="approved").status_code == 404


@pytest.mark.parametrize("url", ["/approvals/99999999999", "/approvals/0"])
def test_numbers_of_nothing(visit: Enter, ticket: Ticket, url: str) -> None:
    assert visit("max").get(url).status_code == 404


def test_who_is_not_signed_in_is_asked_to(visit: Enter, ticket: Ticket) -> None:
    for url in ("/approvals", page_of(ticket), "/profile/stand-in", f"/requests/{ticket.number}/approvals"):
        assert visit(None).get(url).location.startswith("/sign-in")


def test_the_page_says_what_who_how_much_and_why_you(visit: Enter, ticket: Ticket) -> None:
    page = visit("max").get(page_of(ticket)).text

    for words in (ticket.summary, "Ada asks for this", "EUR 1,250.00", "A fork-lift", "As line manager of Ada"):
        assert words in page
    assert f'method="post" action="{page_of(ticket)}"' in page
    assert 'value="approved"' in page
    assert 'value="refused"' in page


def test_a_step_of_several_with_what_was_said_before(visit: Enter, lately: datetime) -> None:
    lines = [{"item": "crane", "quantity": 1, "unit": "", "price": "9000.00"}]
    ticket = desk.waiting("purchasing/buy", now=lately, answers={"lines": lines})
    desk.decide(ticket, "max", now=lately, reason="If it fits")

    page = visit("fay").get(page_of(ticket, "fay")).text

    assert re.search(r"<dt>Step</dt>\s*<dd>2 of 2</dd>", page)
    assert "If it fits" in page


@pytest.mark.parametrize("htmx", [False, True])
def test_approving_lets_it_go_on(visit: Enter, ticket: Ticket, htmx: bool) -> None:
    max_, number = visit("max"), ticket.id

    answer = max_.send(page_of(ticket), htmx=htmx, decision="approved", reason="")

    assert (answer.status_code, answer.headers.get("HX-Redirect") or answer.location) == (
        204 if htmx else 303,
        "/approvals",
    )
    assert state(number) == (State.APPROVED, Status.NEW)
    page = max_.get("/approvals").text
    assert "You approved it." in page
    assert "Nothing waits for you" in page
    assert "Decided by you" in page


def test_refusing_takes_a_reason_and_keeps_every_word(visit: Enter, ticket: Ticket) -> None:
    max_, where, number = visit("max"), page_of(ticket), ticket.id

    empty = max_.send(where, decision="refused", reason="   ")
    assert empty.status_code == 422
    assert "Say why you refuse" in empty.text
    assert state(number) == (State.WAITING, Status.APPROVAL)

    answer = max_.send(where, decision="refused", reason="We have <one>")
    assert answer.status_code == 303
    assert state(number) == (State.REFUSED, Status.CLOSED)
    assert "We have &lt;one&gt;" in visit("ada").get(f"/requests/R-{number}").text


@pytest.mark.parametrize("decision", ["", "perhaps"])
def test_neither_button_changes_nothing(visit: Enter, ticket: Ticket, decision: str) -> None:
    number = ticket.id

    answer = visit("max").send(page_of(ticket), decision=decision, reason="Words that stay")

    assert answer.status_code == 422
    assert "Words that stay" in answer.text
    assert state(number) == (State.WAITING, Status.APPROVAL)


def test_too_many_words_are_kept(visit: Enter, ticket: Ticket) -> None:
    answer = visit("max").send(page_of(ticket), decision="refused", reason="too dear " * 200)

    assert answer.status_code == 422
    assert "under 1,000 characters" in answer.text
    assert "too dear too dear" in answer.text


def test_sent_twice_it_counts_once_and_answers_the_same(visit: Enter, ticket: Ticket) -> None:
    max_, where = visit("max"), page_of(ticket)
    form = max_.form(where) | {"decision": "approved", "reason": ""}

    first, second = (max_.client.post(where, data=form) for _ in range(2))

    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/approvals")


def test_the_other_button_under_the_same_key_is_refused(visit: Enter, ticket: Ticket) -> None:
    max_, where, number = visit("max"), page_of(ticket), ticket.id
    form = max_.form(where)
    max_.client.post(where, data=form | {"decision": "approved", "reason": ""})

    answer = max_.client.post(where, data=form | {"decision": "refused", "reason": "No!"})

    assert answer.status_code == 409
    assert state(number) == (State.APPROVED, Status.NEW)


def test_who_comes_second_reads_what_became_of_it(visit: Enter, lately: datetime) -> None:
    ticket = make.ticket(assignee="ben", now=lately)
    desk.ask(ticket, "max", "fay", by="ben", quorum=1, now=lately)
    where, number = page_of(ticket, "fay"), ticket.id
    form = visit("fay").form(where)
    fay = visit("fay")
    form = fay.form(where)
    visit("max").send(page_of(ticket), decision="approved")

    answer = fay.client.post(where, data=form | {"decision": "refused", "reason": "No!"})

    assert answer.status_code == 422
    assert "This was decided by others already" in answer.text
    assert 'value="approved"' not in answer.text
    assert state(number) == (State.APPROVED, Status.PROGRESS)


def test_a_stand_in_sees_it_with_for_whom_and_decides(visit: Enter, ticket: Ticket, lately: datetime) -> None:
    away("max", "dana", starts=lately - DAY, ends=lately + 2 * DAY)
    where, number, dana = page_of(ticket), ticket.id, visit("dana")

    assert "for <b>Max</b>" in dana.get("/approvals").text
    page = dana.get(where).text
    assert "For Max, line manager, for whom you stand in" in page
    assert "Dana, standing in for Max" in page
    assert "Stands in for you" in visit("max").get(where).text
    assert dana.send(where, decision="approved").status_code == 303

    assert state(number)[0] is State.APPROVED
    trail = visit("ada").get(f"/requests/R-{number}").text
    assert re.search(r"<b>Dana</b> approved it for Max", trail)


def test_home_says_that_something_waits(visit: Enter, ticket: Ticket) -> None:
    assert "1 thing waits for your decision." in visit("max").get("/").text
    assert "for your decision" not in visit("ada").get("/").text


def test_the_requester_reads_who_decides(visit: Enter, ticket: Ticket, lately: datetime) -> None:
    number, ada = ticket.id, visit("ada")

    assert "Max decides." in ada.get(f"/requests/R-{number}").text
    assert re.search(r"<strong>Max decides</strong>", ada.get(f"/requests/R-{number}/filed").text)
    assert re.search(r"<b[^>]*>Max</b> decides", ada.get("/requests").text)
    away("max", "dana", starts=lately - DAY, ends=lately + 2 * DAY)
    assert "Max (Dana stands in) decides." in ada.get(f"/requests/R-{number}").text


def test_what_was_not_approved_is_never_called_solved(visit: Enter, ticket: Ticket, lately: datetime) -> None:
    desk.decide(ticket, "max", desk.NO, now=lately, reason="Too dear")
    number, ada = ticket.id, visit("ada")

    page, listed = ada.get(f"/requests/R-{number}").text, ada.get("/requests").text

    assert "It was not approved." in page
    assert "Not approved by Max: Too dear" in page
    assert "file it again" in page
    assert "Solved" not in re.sub(
        r"<section.*?What we promised.*?</section>", "", listed + page, flags=re.DOTALL
    ).replace("Solved and not rated", "")
    assert "did not approve it" in listed


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/catalogue/purchasing/buy", "By line manager."),
        ("/catalogue/it/access", "By line manager, then system owner."),
        ("/catalogue/it/broken", ""),
        ("/catalogue/it/software/preview?cost=paid", "By line manager."),
        ("/catalogue/it/software/preview?cost=free", ""),
        ("/catalogue/it/hardware/preview?price=1000", "By line manager."),
        ("/catalogue/it/hardware/preview?price=1000.01", "By line manager, then finance."),
    ],
)
def test_the_form_says_that_an_approval_comes_first(visit: Enter, lately: datetime, url: str, says: str) -> None:
    page = visit("ada").get(url).text

    assert ("Approval first" in page) is bool(says)
    assert says in page
    assert ("First reply by" in page) is not bool(says)


def test_the_list_and_the_page_cost_the_same_for_three_and_for_thirty(
    app: Flask, visit: Enter, lately: datetime, count_sql: CountSql
) -> None:
    max_, costs = visit("max"), []
    for many in (3, 27):
        made = [desk.waiting(now=lately, summary=f"Thing {n}") for n in range(many)]
        where = page_of(made[0])
        max_.get(where)
        with count_sql() as listed:
            assert max_.get("/approvals").status_code == 200
        with count_sql() as shown:
            assert max_.get(where).status_code == 200
        costs.append((len(listed), len(shown)))

    assert costs[0] == costs[1]
    assert costs[0][0] <= 5
    assert costs[0][1] <= 8


def test_nothing_changes_by_looking(visit: Enter, ticket: Ticket) -> None:
    number = ticket.id
    for _ in range(2):
        assert visit("max").get(f"{page_of(ticket)}?decision=approved").status_code == 200

    assert state(number) == (State.WAITING, Status.APPROVAL)


def test_the_one_who_decided_can_look_again_also_when_the_absence_is_over(
    visit: Enter, ticket: Ticket, lately: datetime
) -> None:
    row = away("max", "dana", starts=lately - DAY, ends=lately + 2 * DAY)
    desk.decide(ticket, "max", by="dana", now=lately)
    row.ends_at = lately + timedelta(minutes=1)
    db.session.flush()

    page = visit("dana").get(page_of(ticket)).text

    assert "Approved." in page
    assert 'value="refused"' not in page
    assert cast.person("dana").name in page
