"""One cause behind many requests: who links them, what each side learns, and one word that answers all."""

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.history import queries as history
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import causes, relations
from tests import cast, make
from tests.make import NOON


def linked(ticket: Ticket, cause: Ticket, by: str = "ben") -> Link:
    made = causes.link(ticket, cause, by=cast.actor(by), now=NOON)
    db.session.flush()
    return made


def told(ticket: Ticket, *, public: bool = False) -> list[str]:
    db.session.flush()
    return [line.words for line in history.timeline(ticket.id, public_only=public)]


def seen(ticket: Ticket, name: str) -> list[tuple[str, list[int], int]]:
    """What somebody learns of a request's ties: heading, numbers, count."""
    db.session.flush()
    found = relations.of(ticket, actor=cast.actor(name))
    return [(r.heading, [tie.number for tie in r.ties], r.count) for r in found]


def test_a_request_is_linked_to_its_cause_and_both_sides_say_so(app: Flask) -> None:
    one, cause = make.ticket(by="eve"), make.ticket(by="ada")
    version = one.updated_at, cause.updated_at

    linked(one, cause)

    assert seen(one, "ben") == [("Waits for its cause", [cause.id], 1)]
    assert seen(cause, "ben") == [("Wait for this one", [one.id], 1)]
    assert told(one) == ["linked it to a common cause"]
    assert told(cause) == [f"named it the cause of {one.number}"]
    assert told(cause, public=True) == []
    assert (one.updated_at, cause.updated_at) == version == (NOON, NOON)


def test_linking_twice_is_linking_once_and_another_cause_takes_over(app: Flask) -> None:
    one, first, second = make.ticket(), make.ticket(), make.ticket()

    links = [linked(one, first), linked(one, first), linked(one, second)]

    assert links[0] is links[1]
    assert seen(one, "ben") == [("Waits for its cause", [second.id], 1)]
    assert seen(first, "ben") == []
    assert len(db.session.scalars(select(Link)).all()) == 2, "the record keeps the first"


def test_unlinked_it_stands_for_itself(app: Flask) -> None:
    one, cause = make.ticket(), make.ticket()
    linked(one, cause)

    causes.unlink(one, by=cast.actor("ben"), now=NOON)

    assert seen(one, "ben") == []
    assert told(one)[-1] == "found that it has another cause"
    with pytest.raises(Refused, match="linked to no cause"):
        causes.unlink(one, by=cast.actor("ben"), now=NOON)


def test_requesters_learn_that_there_is_a_cause_and_nothing_of_the_others(app: Flask) -> None:
    of_eve, of_ada, cause = make.ticket(by="eve"), make.ticket(by="ada"), make.ticket(by="ada")
    linked(of_eve, cause)
    linked(of_ada, cause)

    assert seen(of_eve, "eve") == [("Waits for its cause", [0], 0)]
    tie = relations.of(of_eve, actor=cast.actor("eve"))[0].ties[0]
    assert (tie.summary, tie.requester, tie.customer_waiting) == ("", "", False)
    assert seen(cause, "ada") == [("Wait for this one", [of_ada.id], 1)], "what others asked is not counted either"


@pytest.mark.parametrize("name", ["ada", "eve", "max", "hana", "root"])
def test_only_who_handles_both_links_them(app: Flask, name: str) -> None:
    one, cause = make.ticket(), make.ticket()

    with pytest.raises(Forbidden):
        linked(one, cause, by=name)


def test_both_must_be_handled(app: Flask) -> None:
    mine, others = make.ticket(), make.ticket("hr/ask")

    for pair in ((mine, others), (others, mine)):
        with pytest.raises(Forbidden):
            linked(*pair)


def test_a_cause_follows_nothing(app: Flask) -> None:
    one, cause, further = make.ticket(), make.ticket(), make.ticket()
    linked(one, cause)

    with pytest.raises(Refused, match="is a cause itself"):
        linked(cause, further)
    with pytest.raises(Refused, match=f"waits for {cause.number}"):
        linked(further, one)


def test_lists_can_ask_for_a_cause(app: Flask) -> None:
    one, two, cause = make.ticket(), make.ticket(), make.ticket()
    linked(one, cause)
    linked(two, cause)
    causes.unlink(two, by=cast.actor("ben"), now=NOON)
    db.session.flush()

    assert list(db.session.scalars(select(Ticket.id).where(relations.waiting_for(cause.id)))) == [one.id]


def test_a_page_names_the_first_and_counts_all(app: Flask) -> None:
    cause = make.ticket()
    for number in range(relations.SHOWN + 2):
        linked(make.ticket(customer_waiting=number == 0, customer="Nordwind"), cause)

    found = relations.below(relations.of(cause, actor=cast.actor("ben")), LinkKind.CAUSE)

    assert found is not None
    assert (len(found.ties), found.count, found.open, found.customers, found.more) == (10, 12, 12, 1, 2)
