"""The pages of a request's steps and of asking for help, without script."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from internaldesk.checklists import actions as lists
from internaldesk.core.checklists import Spec
from internaldesk.db import db
from internaldesk.models.checklists import Step
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import actions, fanning, helping, ticking
from tests import cast, make
from tests.browse import sign_in
from tests.journeys.visitor import Visitor, through

CountSql = Callable[[], AbstractContextManager[list[str]]]
HELP = "/requests/R-1/help"
REPAIR = f"{HELP}?type=facilities/repair"
FILLED = {"summary": "The socket is dead", "place": "Leeds", "what": "light", "usable": "yes"}


@pytest.fixture
def lately() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def ticket(client: FlaskClient, lately: datetime) -> Ticket:
    made = make.ticket(now=lately, assignee="ben", summary="My screen stays black")
    db.session.commit()
    return made


def as_(app: Flask, name: str) -> Visitor:
    return through(sign_in(app.test_client(), name))


def newest() -> Ticket:
    db.session.rollback()
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def test_from_the_request_to_another_team_and_back(app: Flask, ticket: Ticket):
    ben = as_(app, "ben")
    assert f'href="{HELP}"' in ben.reads("/requests/R-1")
    assert "/requests/R-1/help?type=facilities/repair" in ben.reads(HELP)
    assert "type=it/how-to" not in ben.reads(HELP)

    reply = ben.sends(REPAIR, REPAIR, says_waiting="y", **FILLED)

    assert (reply.status, reply.location) == (303, "/requests/R-1")
    child = newest()
    assert (child.summary, child.answers["place"]) == ("The socket is dead", "Leeds")
    shown = ben.reads("/requests/R-1")
    assert "Waiting for Facilities (R-2)" in shown
    assert "nobody has it yet" in shown


def test_what_was_typed_survives_a_mistake(app: Flask, ticket: Ticket):
    ben = as_(app, "ben")

    reply = ben.sends(REPAIR, REPAIR, **{**FILLED, "place": "", "details": "Two desks beside it"})

    assert reply.status == 422
    assert "Two desks beside it" in reply.text
    assert newest().id == 1


def test_a_double_press_asks_once(app: Flask, ticket: Ticket):
    ben = as_(app, "ben")
    fields = ben.fills(REPAIR, REPAIR, **FILLED)

    assert [ben.posts(REPAIR, fields).status for _ in range(2)] == [303, 303]
    assert newest().id == 2


@pytest.mark.parametrize("path", [HELP, REPAIR, "/requests/R-1/steps", "/requests/R-1/steps/1/removal"])
@pytest.mark.parametrize("name", ["ada", "eve", "pia", "max", "root"])
def test_nobody_else_has_these_pages(app: Flask, ticket: Ticket, lately: datetime, path: str, name: str):
    ticking.add(ticket, by=cast.actor("ben"), now=lately, name="Ring back")
    db.session.commit()

    assert as_(app, name).opens(path).status == 404


@pytest.mark.parametrize("path", ["it/how-to", "nowhere/else", "hr/leaver", "x"])
def test_there_is_no_form_for_what_one_cannot_ask(app: Flask, ticket: Ticket, path: str):
    assert as_(app, "ben").opens(f"{HELP}?type={path}").status == 404


def test_a_case_is_warned_of_and_begins_empty(app: Flask, lately: datetime):
    make.ticket("hr/concern", by="eve", summary="A fight in the canteen", now=lately)
    db.session.commit()

    text = as_(app, "hana").reads("/requests/R-1/help?type=it/how-to")

    assert "confidential case" in text
    assert 'value="A fight in the canteen"' not in text
    assert 'name="for_requester"' not in text


def test_the_other_team_sees_the_number_and_not_the_request(app: Flask, lately: datetime):
    make.ticket("hr/pay", by="eve", summary="My pay is wrong", now=lately)
    parent = db.session.get_one(Ticket, 1)
    kind = make.request_type("finance/invoice")
    helping.ask(parent, by=cast.actor("hana"), now=lately, request_type=kind, form=make.form(kind), summary="Look up")
    db.session.commit()

    text = as_(app, "finn").reads("/requests/R-2")

    assert "R-1" in text
    assert "My pay is wrong" not in text
    assert "Eve" not in text
    assert 'href="/requests/R-1"' not in text


def test_steps_are_added_ticked_and_left_out(app: Flask, ticket: Ticket):
    ben, page = as_(app, "ben"), "/requests/R-1/steps"
    assert ben.sends(page, page, name="Wipe the disk").status == 303
    assert ben.sends(page, page, name="Ring back").status == 303
    assert "0 of 2 done" in ben.reads("/requests/R-1")

    assert ben.sends("/requests/R-1", "/requests/R-1/steps/1").location == "/requests/R-1#step-1"
    assert "1 of 2 done" in ben.reads("/requests/R-1")
    away = "/requests/R-1/steps/2/removal"
    assert ben.sends(away, away, reason="").status == 422
    assert ben.sends(away, away, reason="No telephone").status == 303

    shown = ben.reads("/requests/R-1")
    assert "1 of 1 done" in shown
    assert "All that has to be done is done." in shown


def test_a_team_s_checklist_is_added(app: Flask, ticket: Ticket, lately: datetime):
    dana = cast.actor("dana")
    kept = lists.write(by=dana, now=lately, team_id=ticket.team_id, name="Laptop", request_type=None, anchor="")
    lists.put(kept, by=dana, now=lately, spec=Spec("Desk for {for}", path="facilities/repair"))
    db.session.commit()
    ben, page = as_(app, "ben"), "/requests/R-1/steps"

    assert ben.sends(page, page, checklist="").status == 422
    assert ben.posts(page, ben.fills(page, page, checklist="99")).status == 422
    assert ben.sends(page, page, checklist=str(kept.checklist.id)).status == 303

    assert newest().summary == "Desk for Ada"


def test_a_step_of_another_request_is_not_here(app: Flask, ticket: Ticket, lately: datetime):
    other = make.ticket(now=lately, assignee="ben")
    ticking.add(other, by=cast.actor("ben"), now=lately, name="Elsewhere")
    db.session.commit()
    ben = as_(app, "ben")

    assert ben.opens("/requests/R-1/steps/1/removal").status == 404
    assert ben.opens(f"/requests/R-1/steps/{2**40}/removal").status == 404


def test_whoever_asked_reads_in_words_who_does_what(app: Flask, lately: datetime):
    answers = {"name": "Noor", "role": "Buyer", "line_manager": cast.person("max").id, "site": "Leeds"}
    start = (lately + timedelta(days=20)).date().isoformat()
    hire = make.ticket("hr/new-hire", by="max", now=lately, answers={**answers, "start": start})
    fanning.advance(hire, now=lately)
    done = db.session.scalars(select(Step).where(Step.name.startswith("A desk"))).one().child
    assert done is not None
    actions.solve(done, by=cast.actor("chi"), now=lately)
    db.session.commit()

    text = as_(app, "max").reads("/requests/R-1")

    assert "IT: Equipment for Noor, Buyer, by" in text
    assert "Facilities: A desk for Noor: done" in text
    assert "Payroll" not in text  # what Finance is asked is not open to all
    assert "Contract" not in text


def test_the_page_costs_the_same_for_three_steps_and_for_thirty(
    app: Flask, ticket: Ticket, lately: datetime, count_sql: CountSql
):
    kind = make.request_type("facilities/repair")
    ben = sign_in(app.test_client(), "ben")

    def cost(more: int) -> int:
        here = db.session.get_one(Ticket, 1)
        for number in range(more):
            ticking.add(here, by=cast.actor("ben"), now=lately, name=f"Step {number}")
            helping.ask(
                here, by=cast.actor("ben"), now=lately, request_type=kind, form=make.form(kind), summary=f"{number}"
            )
        db.session.commit()
        with count_sql() as said:
            assert ben.get("/requests/R-1").status_code == 200
        return len(said)

    without = cost(0)
    assert cost(3) == cost(12) == without + 1 <= 10
