"""Thanks for a solved request: from its own side, once, to who helped, and read by nobody else."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.db import db
from internaldesk.models.recognition import Thanks
from internaldesk.models.tickets import Ticket
from internaldesk.recognition import actions as verbs
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.queues.test_views import send

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def solved(path: str = "it/broken", solver: str = "ben", by: str = "ada") -> Ticket:
    ticket = make.ticket(path, by=by, now=NOON - DAY)
    actions.solve(ticket, by=cast.actor(solver), now=NOON - DAY)
    return ticket


def thanked(ticket: Ticket, by: str = "ada", now=NOON, **said: str) -> Thanks:
    return verbs.thank(ticket, by=cast.actor(by), now=now, **{"tag": "fast", "words": "", **said})


def everything() -> list[Thanks]:
    db.session.expire_all()
    return list(db.session.scalars(select(Thanks).order_by(Thanks.id)))


def test_the_same_two_count_once_in_thirty_days_and_their_words_stay(app: Flask) -> None:
    first = thanked(solved(), words="So quick")
    again = thanked(solved(), now=NOON + 29 * DAY, tag="clear", words="Again")
    other = thanked(solved(solver="chi"), now=NOON + 29 * DAY)
    later = thanked(solved(), now=NOON + 30 * DAY)

    assert [row.counted for row in (first, again, other, later)] == [True, False, True, True]
    assert (again.words, again.receiver_id) == ("Again", cast.person("ben").id)


def test_only_its_own_side_thanks_once_and_when_somebody_helped(app: Flask) -> None:
    ticket, open_one = solved(), make.ticket()

    for name in ("ben", "eve", "max", "dana"):
        with pytest.raises(Forbidden):
            thanked(ticket, by=name)
    with pytest.raises(Refused, match="when somebody has solved"):
        thanked(open_one)
    with pytest.raises(Refused, match="Choose what"):
        thanked(ticket, tag="best")
    thanked(ticket)
    with pytest.raises(Refused, match="already"):
        thanked(ticket)


def test_who_asked_and_whom_it_was_for_may_both_say_it_but_not_to_themselves(app: Flask) -> None:
    own = make.ticket(by="ben", now=NOON - DAY)
    actions.solve(own, by=cast.actor("chi"), now=NOON - DAY)

    assert thanked(own, by="ben").receiver_id == cast.person("chi").id
    mine = make.ticket(by="ada", now=NOON - DAY)
    actions.solve(mine, by=cast.actor("ada"), now=NOON - DAY)
    with pytest.raises(Refused, match="when somebody"):
        thanked(mine)


def test_a_page_beside_the_rating_takes_it_and_tells_it_to_the_giver_alone(app: Flask) -> None:
    ticket = solved()
    db.session.commit()
    ada, url = sign_in(app.test_client(), "ada"), f"/requests/R-{ticket.id}/thank-you"

    assert "Thank Ben" in ada.get(url).text
    refused = send(ada, url, url, words="Kept words")
    assert (refused.status_code, "Kept words" in refused.text, "Choose what" in refused.text) == (422, True, True)
    long = send(ada, url, url, tag="fast", words="x" * 1001)
    assert long.status_code == 422
    assert everything() == []
    assert send(ada, url, url, tag="friendly", words="<b>Kind</b>").status_code == 303

    page = ada.get(url).text
    assert "You thanked Ben" in page
    assert "&lt;b&gt;Kind" in page
    assert send(ada, url, f"/requests/R-{ticket.id}", tag="fast").status_code == 422
    for name in ("ben", "dana", "eve", "max", "root"):
        assert sign_in(app.test_client(), name).get(url).status_code == 404, name
        assert send(sign_in(app.test_client(), name), url, "/profile", tag="fast").status_code == 404, name
    assert "Kind" not in sign_in(app.test_client(), "dana").get(f"/requests/R-{ticket.id}").text
    assert len(everything()) == 1


def test_the_rating_links_to_it_and_an_open_request_says_when(app: Flask) -> None:
    ticket, open_one = solved(), make.ticket()
    db.session.commit()
    ada = sign_in(app.test_client(), "ada")
    rating = ada.get(f"/requests/R-{ticket.id}").text.split("/rate/")[1].split('"')[0]

    assert f"/requests/R-{ticket.id}/thank-you" in app.test_client().get(f"/rate/{rating}").text
    assert "Nobody to thank yet" in ada.get(f"/requests/R-{open_one.id}/thank-you").text
    assert app.test_client().get(f"/requests/R-{ticket.id}/thank-you").status_code == 303


def offered(app: Flask, ticket: Ticket, name: str = "ada") -> bool:
    db.session.commit()
    page = sign_in(app.test_client(), name).get(f"/requests/R-{ticket.id}").text
    return f'href="/requests/R-{ticket.id}/thank-you">Thank the person who helped you</a>' in page


def test_the_page_of_a_solved_request_offers_it_until_it_is_said(app: Flask) -> None:
    ticket = solved()

    assert offered(app, ticket)
    thanked(ticket)
    assert not offered(app, ticket)


def test_a_closed_one_offers_it_too_and_others_are_not_offered_it(app: Flask) -> None:
    ticket = solved()
    actions.confirm(ticket, by=cast.actor("ada"), now=NOON, solved=True)

    assert offered(app, ticket)
    assert not offered(app, ticket, "ben")


@pytest.mark.parametrize("what", ["open", "own work", "a case", "gone"])
def test_it_is_not_offered_where_it_makes_no_sense(app: Flask, what: str) -> None:
    match what:
        case "open":
            ticket = make.ticket(by="ada", now=NOON - DAY)
        case "own work":
            ticket = solved(solver="ada")
        case "a case":
            ticket = solved("hr/concern", solver="hana")
        case _:
            ticket = solved()
            cast.person("ben").active = False

    assert not offered(app, ticket)


def test_twice_sent_is_once_said(app: Flask) -> None:
    ticket = solved()
    db.session.commit()
    ada, url = sign_in(app.test_client(), "ada"), f"/requests/R-{ticket.id}/thank-you"

    answers = [send(ada, url, "/profile", tag="fast", form_key="one").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(everything()) == 1
