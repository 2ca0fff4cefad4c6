"""A low answer opens a follow-up for the lead, in the same breath; what it is about decides what to do."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.rating import QUESTIONS, Scores
from internaldesk.core.remedies import REMEDIES
from internaldesk.db import db
from internaldesk.models.follow_ups import FollowUp
from internaldesk.models.people import Membership, TeamRole
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.ratings import follow_ups as verbs
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.queues.test_views import send

LOW = Scores(attitude=1, clarity=2)


def rated(
    scores: Scores = LOW,
    path: str = "it/broken",
    solver: str = "ben",
    by: str = "ada",
    comment: str = "Nobody listened",
) -> Ticket:
    ticket = make.ticket(path, by=by, now=NOON)
    actions.solve(ticket, by=cast.actor(solver), now=NOON)
    answer(ticket, scores, comment)
    return ticket


def answer(ticket: Ticket, scores: Scores, comment: str = "") -> None:
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=NOON, scores=scores, comment=comment)
    db.session.flush()


def only() -> FollowUp:
    db.session.expire_all()
    return db.session.scalars(select(FollowUp)).one()


def everything() -> list[FollowUp]:
    return list(db.session.scalars(select(FollowUp)))


@pytest.mark.parametrize(
    ("scores", "opens"),
    [(Scores(attitude=2), 1), (Scores(attitude=1, clarity=4), 0), (Scores(clarity=3), 0), (Scores(simplicity=5), 0)],
)
def test_the_overall_answer_decides(app: Flask, scores: Scores, opens: int) -> None:
    rated(scores)

    assert len(everything()) == opens


def test_a_better_answer_takes_an_open_one_back_and_leaves_one_that_is_done(app: Flask) -> None:
    ticket = rated()
    answer(ticket, LOW)
    assert only().team_id == ticket.team_id
    answer(ticket, Scores(attitude=5))
    assert everything() == []

    answer(ticket, LOW)
    verbs.finish(only(), by=cast.actor("dana"), now=NOON, note="Called Ada.")
    answer(ticket, Scores(attitude=5))

    assert only().note == "Called Ada."


def test_only_a_lead_of_the_team_acts_once_and_on_what_they_saw(app: Flask) -> None:
    rated()
    found, dana = only(), cast.actor("dana")

    for name in ("ben", "max", "root"):
        with pytest.raises(Forbidden):
            verbs.finish(found, by=cast.actor(name), now=NOON, note="Done")
    with pytest.raises(Refused, match="Write what you did"):
        verbs.finish(found, by=dana, now=NOON, note="")
    verbs.finish(found, by=dana, now=NOON, note="Called", version=1)
    with pytest.raises(Conflict):
        verbs.open_again(found, by=dana, version=1)
    with pytest.raises(Refused, match="done already"):
        verbs.finish(found, by=dana, now=NOON, note="Again")
    verbs.open_again(found, by=dana, version=2)
    with pytest.raises(Refused, match="is open"):
        verbs.open_again(found, by=dana)
    assert (found.done_at, found.note) == (None, "Called")


def test_the_lead_reads_it_with_its_remedies_and_writes_down_what_was_done(app: Flask) -> None:
    ticket = rated()
    db.session.commit()
    dana = sign_in(app.test_client(), "dana")

    page = dana.get("/quality/follow-ups").text
    assert "“Nobody listened”" in page
    assert REMEDIES["attitude"].steps[0] in page
    assert REMEDIES["simplicity"].steps[0] not in page
    number = only().id
    refused = send(dana, f"/quality/follow-ups/{number}/done", "/quality/follow-ups", note="", version="1")
    assert (refused.status_code, "Write what you did" in refused.text) == (422, True)
    stale = send(dana, f"/quality/follow-ups/{number}/done", "/quality/follow-ups", note="Kept words", version="7")
    assert (stale.status_code, "Kept words" in stale.text) == (409, True)
    done = send(dana, f"/quality/follow-ups/{number}/done", "/quality/follow-ups", note="Called Ada", version="1")

    assert done.status_code == 303
    assert "Nothing to follow up" in dana.get("/quality/follow-ups").text
    page = dana.get("/quality/follow-ups?state=done").text
    assert "Called Ada" in page
    assert f"R-{ticket.id}" in page
    assert (
        send(dana, f"/quality/follow-ups/{number}/open", "/quality/follow-ups?state=done", version="2").status_code
        == 303
    )
    assert only().done_at is None


def test_the_rail_counts_what_is_open(app: Flask) -> None:
    rated()
    rated()
    db.session.commit()

    page = sign_in(app.test_client(), "dana").get("/quality/definitions").text

    assert re.search(r'Follow-ups <span class="?count"?>2</span>', page)


@pytest.mark.parametrize(
    ("name", "status", "seen"), [("dana", 200, True), ("max", 200, True), ("ben", 403, False), ("ada", 403, False)]
)
def test_leads_and_managers_read_it_and_nobody_else(app: Flask, name: str, status: int, seen: bool) -> None:
    rated(by="eve", comment="Words of Eve")
    db.session.commit()

    answered = sign_in(app.test_client(), name).get("/quality/follow-ups")

    assert answered.status_code in (status, 404 if status == 403 else status)
    assert ("Words of Eve" in answered.text) is seen


def test_a_lead_of_another_team_finds_nothing_to_act_on(app: Flask) -> None:
    rated(path="facilities/repair", solver="chi")
    db.session.commit()
    dana = sign_in(app.test_client(), "dana")

    assert "Nothing to follow up" in dana.get("/quality/follow-ups").text
    gone = send(dana, f"/quality/follow-ups/{only().id}/done", "/quality/follow-ups", note="x", version="1")
    assert gone.status_code == 404


def test_a_confidential_one_is_for_a_lead_who_is_named_for_cases(app: Flask) -> None:
    rated(path="hr/concern", solver="hana", comment="Secret words")
    hr = make.team("hr").id
    db.session.add(Membership(person_id=cast.person("pia").id, team_id=hr, role=TeamRole.LEAD, case_group=False))
    hana = db.session.get(Membership, (cast.person("hana").id, hr))
    assert hana is not None
    hana.role = TeamRole.LEAD
    db.session.commit()

    for name, seen in (("hana", True), ("pia", False), ("max", False)):
        page = sign_in(app.test_client(), name).get("/quality/follow-ups").text
        assert ("Secret words" in page) is seen, name
        page = sign_in(app.test_client(), name).get("/quality/dimensions/attitude?period=2026-11").text
        assert ("Secret words" in page) is seen, name


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.slug)
def test_each_question_has_a_page_with_its_low_answers_and_its_remedies(app: Flask, question) -> None:
    rated(Scores(**{question.slug: 1}), comment="About this")
    rated(Scores(attitude=5, responsiveness=5, clarity=5, simplicity=5), comment="All fine")
    db.session.commit()

    page = sign_in(app.test_client(), "max").get(f"/quality/dimensions/{question.slug}?period=2026-11").text

    assert "About this" in page
    assert "All fine" not in page
    assert all(step.replace("'", "&#39;") in page for step in REMEDIES[question.slug].steps)


def test_addresses_that_mean_nothing_say_so(app: Flask) -> None:
    db.session.commit()
    max_ = sign_in(app.test_client(), "max")

    assert max_.get("/quality/dimensions/weather").status_code == 404
    for query in ("state=lost", "page=0", "page=x"):
        assert max_.get(f"/quality/follow-ups?{query}").status_code in (400, 403, 422), query


@pytest.mark.parametrize("url", ["/quality/follow-ups", "/quality/dimensions/attitude?period=2026-11"])
def test_a_page_costs_the_same_for_three_and_for_thirty(app: Flask, count_sql, url: str) -> None:
    def cost() -> int:
        db.session.commit()
        client = sign_in(app.test_client(), "dana")
        with count_sql() as said:
            client.get(url)
        return len(said)

    for _ in range(3):
        rated()
    few = cost()
    for _ in range(17):
        rated()

    assert cost() == few <= 8
