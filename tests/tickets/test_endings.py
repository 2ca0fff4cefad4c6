"""What ended without being solved says how, on its page and in the list of those who asked."""

from datetime import UTC, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.core.daily_pieces import pieces
from internaldesk.db import db
from internaldesk.facts import source
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import fanning, merges
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

SOLVED = {"solved", "lead", "watched", "returned", "asked", "answered"}


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    return make.ticket(by="ada")


def seen(client: FlaskClient, ticket: Ticket) -> tuple[str, str]:
    """Their page of it, and their list."""
    db.session.flush()
    ada = sign_in(client, "ada")
    return ada.get(f"/requests/{ticket.number}").text, ada.get("/requests").text


def test_what_was_withdrawn_was_not_refused(client: FlaskClient, ticket: Ticket) -> None:
    fanning.withdraw(ticket, by=cast.actor("ben"), now=NOON, reason="They have left.")

    page, mine = seen(client, ticket)

    assert "It was withdrawn." in page
    assert "Withdrawn by Ben: They have left." in page
    assert "Withdrawn" in mine
    assert "withdrew it" in mine
    assert "not approve" not in page + mine


def test_what_came_from_elsewhere_without_a_reason_was_given_up(client: FlaskClient, ticket: Ticket) -> None:
    fanning.withdraw(ticket, by=cast.actor("ben"), now=NOON, reason="")
    ticket.status_reason = ""

    page, mine = seen(client, ticket)

    assert "It was withdrawn." in page
    assert "was not asked for it any more" in mine


def test_what_was_merged_and_taken_out_again_is_as_ever(client: FlaskClient, ticket: Ticket) -> None:
    first = make.ticket(by="eve")
    merges.merge(ticket, first, by=cast.actor("ben"), now=NOON)
    page, mine = seen(client, ticket)
    assert "answers it together with another request about the same" in page
    assert "Merged" in mine

    merges.unmerge(ticket, by=cast.actor("ben"), now=NOON)

    page, mine = seen(client, ticket)
    assert "together with" not in page
    assert "Merged" not in mine


def counted(ticket: Ticket) -> set[str]:
    """The names of all that figures count of it."""
    db.session.flush()
    return {
        piece.name for piece in pieces(source.told([ticket.id])[ticket.id], zone=UTC, now=NOON + timedelta(days=30))
    }


def test_figures_count_what_was_merged_as_gone_but_never_as_solved_or_rated(app: Flask) -> None:
    twice, first = make.ticket(by="eve"), make.ticket()
    before = counted(twice)

    merges.merge(twice, first, by=cast.actor("ben"), now=NOON + timedelta(minutes=5))

    assert counted(twice) >= {"came", "filed", "went"}
    assert counted(twice).isdisjoint(SOLVED)
    assert not db.session.scalars(select(RatingInvite)).all()
    merges.unmerge(twice, by=cast.actor("ben"), now=NOON + timedelta(minutes=10))
    assert counted(twice) == before


def test_figures_count_what_was_withdrawn_alike(app: Flask, ticket: Ticket) -> None:
    fanning.withdraw(ticket, by=cast.actor("ben"), now=NOON + timedelta(minutes=5), reason="They have left.")

    assert counted(ticket) >= {"came", "filed", "went"}
    assert counted(ticket).isdisjoint(SOLVED)
