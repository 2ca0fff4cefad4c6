"""The pages that merge, link and tell: each says first what it will do, and shows nobody more than they may see."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from internaldesk.core.lifecycle import Status
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, causes, merges, relations
from tests import cast, make
from tests.browse import sign_in
from tests.tickets.sending import keys

AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def twice(client: FlaskClient) -> Ticket:
    return make.ticket(by="eve", now=AGO, summary="Dock does not charge")


@pytest.fixture
def first(client: FlaskClient) -> Ticket:
    return make.ticket(by="ada", now=AGO, summary="Docks on floor 2 have no power")


def get(client: FlaskClient, ticket: Ticket, page: str, **query: Any) -> str:
    answer = client.get(f"/requests/{ticket.number}/{page}", query_string=query)
    assert answer.status_code == 200
    return answer.text


def post(client: FlaskClient, ticket: Ticket, page: str, **fields: Any) -> TestResponse:
    sent = keys(client.get(f"/requests/{ticket.number}/{page}").text or "")
    return client.post(f"/requests/{ticket.number}/{page}", data=sent | fields)


def token(client: FlaskClient) -> dict[str, str]:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert found
    return {"csrf_token": found[1]}


def send(client: FlaskClient, ticket: Ticket, page: str, **fields: Any) -> TestResponse:
    return client.post(f"/requests/{ticket.number}/{page}", data=token(client) | fields)


def again(ticket: Ticket) -> Ticket:
    number = ticket.id
    db.session.expire_all()
    return db.session.get_one(Ticket, number)


def merged(ticket: Ticket, into: Ticket) -> None:
    merges.merge(ticket, into, by=cast.actor("ben"), now=datetime.now(UTC).replace(microsecond=0))


def linked(ticket: Ticket, cause: Ticket) -> None:
    causes.link(ticket, cause, by=cast.actor("ben"), now=AGO)


@pytest.mark.parametrize("find", ["{number}", "r-{id}", "{id}"])
def test_found_by_its_number_and_told_what_will_happen(
    client: FlaskClient, twice: Ticket, first: Ticket, find: str
) -> None:
    text = get(sign_in(client, "ben"), twice, "merge", find=find.format(number=first.number, id=first.id))

    assert f"Into {first.number}: Docks on floor 2" in text
    assert "Nobody can read anything that they could not read before." in text
    assert f"Merge {twice.number} into {first.number}" in text


def test_found_by_words_of_its_title_among_what_one_handles(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    make.ticket("hr/ask", by="ada", now=AGO, summary="Power of attorney")
    over = make.ticket(now=AGO, summary="Power over")
    actions.solve(over, by=cast.actor("ben"), now=AGO)
    ben = sign_in(client, "ben")

    assert re.findall(r"into=(\d+)", get(ben, twice, "merge", find="power FLOOR")) == [str(first.id)]
    assert re.findall(r"into=(\d+)", get(ben, twice, "merge", find="power")) == [str(first.id)]
    assert "Nothing that your teams work on" in get(ben, twice, "merge", find="100%")
    assert re.findall(r"into=(\d+)", get(ben, twice, "merge")) == [str(first.id)], "the same type is offered"


def test_what_one_does_not_handle_is_not_found_by_number_either(client: FlaskClient, twice: Ticket) -> None:
    others, absent = make.ticket("hr/concern", by="ada", now=AGO, summary="Hushed"), 999_999
    ben = sign_in(client, "ben")

    pages = [get(ben, twice, "merge", find=number) for number in (others.id, absent)]

    assert "Hushed" not in pages[0]
    shapes = {re.sub(r"\d+|[\w-]{24,}", "", page[page.index("<h1>") :]) for page in pages}
    assert len(shapes) == 1, "a hidden one looks like none"
    answer = send(ben, twice, "merge", into=others.id)
    assert (answer.status_code, "Hushed" in answer.text) == (422, False)
    assert "Choose one of the requests of your teams." in answer.text


def test_merged_it_leads_to_the_one_that_goes_on(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    ben = sign_in(client, "ben")
    preview = get(ben, twice, "merge", into=first.id)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', preview[preview.index("will-h") :]))

    answers = [ben.post(f"/requests/{twice.number}/merge", data=fields) for _ in range(2)]

    assert [(a.status_code, a.location) for a in answers] == [(303, f"/requests/{first.number}")] * 2
    page = ben.get(answers[0].location).text
    assert f"{twice.number} is merged into this one" in page
    assert "Merged into this one" in page
    assert f"merged {twice.number} into it" in page
    assert again(twice).status is Status.CLOSED


@pytest.mark.parametrize("which", ["version", "other_version"])
def test_what_changed_since_the_preview_is_shown_again(
    client: FlaskClient, twice: Ticket, first: Ticket, which: str
) -> None:
    stale = {"version": twice.version, "other_version": first.version}
    actions.reply(twice if which == "version" else first, by=cast.actor("ben"), now=AGO, body="Faster")

    answer = send(sign_in(client, "ben"), twice, "merge", into=first.id, **stale)

    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert "Look again" in answer.text
    assert again(twice).is_open


def test_a_pair_that_does_not_fit_says_why_and_has_no_button(client: FlaskClient, twice: Ticket) -> None:
    ben = sign_in(client, "ben")

    text = get(ben, twice, "merge", into=twice.id)

    assert "cannot be merged into itself" in text
    assert 'name="other_version"' not in text
    assert send(ben, twice, "merge", into=twice.id).status_code == 422
    assert send(ben, twice, "merge").status_code == 422
    assert send(ben, twice, "merge", into=-1).status_code == 422


def test_its_requester_reads_that_and_nothing_of_the_other(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    merged(twice, first)
    eve = sign_in(client, "eve")

    page = eve.get(f"/requests/{twice.number}").text

    assert "answers it together with another request about the same, which is still open." in page
    for secret in (first.number, first.summary, "Ada"):
        assert secret not in page
    assert eve.get(f"/requests/{first.number}").status_code == 404
    mine = eve.get("/requests").text
    assert "Merged" in mine
    assert "answers it together with another request" in mine
    assert "Not approved" not in mine + page


def test_who_asked_twice_is_led_to_the_other(client: FlaskClient, first: Ticket) -> None:
    twice = make.ticket(by="ada", now=AGO)
    merged(twice, first)

    page = sign_in(client, "ada").get(f"/requests/{twice.number}").text

    assert f'href="/requests/{first.number}"' in page
    assert f"together with {first.number}, which is still open." in page
    actions.solve(first, by=cast.actor("ben"), now=AGO)
    assert f"together with {first.number}, which is solved" in client.get(f"/requests/{twice.number}").text


def test_the_requester_of_the_one_that_goes_on_learns_of_no_duplicate(
    client: FlaskClient, twice: Ticket, first: Ticket
) -> None:
    merged(twice, first)

    page = sign_in(client, "ada").get(f"/requests/{first.number}").text

    for secret in (twice.number, twice.summary, "Merged into this one"):
        assert secret not in page


def test_undone_from_its_page(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    merged(twice, first)
    ben = sign_in(client, "ben")
    assert f"/requests/{twice.number}/merge/undo" in ben.get(f"/requests/{twice.number}").text
    assert f"Merged into {first.number}" in get(ben, twice, "merge/undo")

    answers = [post(ben, twice, "merge/undo") for _ in range(1)]

    assert (answers[0].status_code, answers[0].location) == (303, f"/requests/{twice.number}")
    assert again(twice).is_open
    assert "There is nothing to undo" in get(ben, twice, "merge/undo")
    assert send(ben, twice, "merge/undo").status_code == 422


@pytest.mark.parametrize("page", ["merge", "cause", "merge/undo", "cause/undo", "linked"])
@pytest.mark.parametrize("name", ["eve", "ada", "max", "hana"])
def test_for_others_there_are_no_such_pages(client: FlaskClient, twice: Ticket, page: str, name: str) -> None:
    sign_in(client, name)

    assert client.get(f"/requests/{twice.number}/{page}").status_code == 404
    assert send(client, twice, page, into=1).status_code == 404


def test_linked_to_its_cause_and_off_again(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    ben = sign_in(client, "ben")
    text = get(ben, twice, "cause", into=first.id)
    assert f"Caused by {first.number}" in text
    assert "stays open, with promises of its own" in text

    answer = send(ben, twice, "cause", into=first.id, version=twice.version, other_version=first.version)

    assert (answer.status_code, answer.location) == (303, f"/requests/{twice.number}")
    assert "Waits for its cause" in ben.get(answer.location).text
    assert "1 request waits for this one" in ben.get(f"/requests/{first.number}").text
    eve = sign_in(client, "eve").get(f"/requests/{twice.number}").text
    assert "One problem behind several requests" in eve
    assert first.number not in eve
    sign_in(client, "ben")
    assert post(ben, twice, "cause/undo").status_code == 303
    assert relations.standing(twice.id, LinkKind.CAUSE) is None


def test_one_reply_answers_all_that_wait(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    linked(twice, first)
    ben = sign_in(client, "ben")
    page = ben.get(f"/requests/{first.number}").text
    assert "Also tell the 1 linked request" in page

    answer = ben.post(
        f"/requests/{first.number}/messages",
        data=keys(page[page.index('id="reply"') :])
        | {"body": "Power is back at 15:00.", "tell": "y", "then": "progress"},
    )

    assert answer.status_code == 303
    make.told(client.application)
    assert "Power is back at 15:00." in sign_in(client, "eve").get(f"/requests/{twice.number}").text


def test_without_the_tick_nobody_else_is_told(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    linked(twice, first)
    ben = sign_in(client, "ben")

    send(ben, first, "messages", body="Only for Ada.")

    assert "Only for Ada." not in ben.get(f"/requests/{twice.number}").text
    assert "Also tell" not in ben.get(f"/requests/{twice.number}").text


def test_all_are_solved_with_one_word_after_being_shown(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    third = make.ticket(by="eve", now=AGO, summary="Mine hums")
    for ticket in (twice, third):
        linked(ticket, first)
    ben = sign_in(client, "ben")
    assert "Mine hums" in get(ben, first, "linked")

    answer = post(ben, first, "linked", body="The fuse is replaced.", then="solve", only=[twice.id])

    assert answer.status_code == 303
    assert "1 linked request told." in ben.get(answer.location).text
    statuses = {row.id: row.status for row in db.session.scalars(select(Ticket))}
    assert statuses == {twice.id: Status.SOLVED, third.id: Status.NEW, first.id: Status.PROGRESS}


def test_telling_nobody_keeps_the_words(client: FlaskClient, twice: Ticket, first: Ticket) -> None:
    linked(twice, first)
    ben = sign_in(client, "ben")

    answer = post(ben, first, "linked", body="The fuse is replaced.", then="solve")

    assert answer.status_code == 422
    assert "Choose at least one request." in answer.text
    assert "The fuse is replaced." in answer.text
    stale = send(ben, first, "linked", body="The fuse is replaced.", only=[twice.id], version=first.version - 1)
    assert (stale.status_code, "The fuse is replaced." in stale.text) == (409, True)
    assert "Nothing hangs on this request" in get(ben, twice, "linked")
