"""What a team thinks of itself beside what co-workers say: once a quarter, and nobody's answer by itself."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import inspect, select

from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.rating import Scores
from internaldesk.db import Base, db
from internaldesk.models.people import Location, Person
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.recognition import MirrorCount, MirrorVoice
from internaldesk.models.tickets import Ticket
from internaldesk.people import actions as people
from internaldesk.ratings import actions as ratings
from internaldesk.recognition import actions as verbs
from internaldesk.tickets import actions
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON
from tests.queues.test_views import send

MIRROR = "/quality/mirror"
SUMMER = datetime(2026, 8, 19, 12, tzinfo=UTC)
Q3, Q4 = date(2026, 7, 1), date(2026, 10, 1)
HIGH = Scores(4, 4, 5, 3)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def answered(names: Sequence[str], scores: Scores = HIGH, quarter: date = Q3, team: str = "it") -> None:
    for name in names:
        verbs.answer(make.team(team).id, by=cast.actor(name), quarter=quarter, scores=scores)


def crowd(many: int) -> list[str]:
    """People who ask, by e-mail address."""
    place = db.session.scalars(select(Location).limit(1)).one()
    for n in range(many):
        people.add_person(f"asker{n}@desk.example", name=f"Asker {n}", now=cast.ENTERED, location=place)
    db.session.flush()
    return [f"asker{n}@desk.example" for n in range(many)]


def rated(email: str, scores: Scores, path: str = "it/broken", solver: str = "ben", at: datetime = SUMMER) -> Ticket:
    row = db.session.scalars(select(Person).where(Person.email == email)).one()
    kind = make.request_type(path)
    answers = {"device": "LDS-1904", "can_work": "partly", "affected": "one"} if path == "it/broken" else {}
    ticket = actions.file(kind, by=make.of(row), now=at, form=make.form(kind), summary="Help", answers=answers)
    actions.solve(ticket, by=cast.actor(solver), now=at)
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=at, scores=scores)
    return ticket


def page_of(app: Flask, name: str, url: str = MIRROR) -> str:
    db.session.commit()
    return sign_in(app.test_client(), name).get(url).text


def test_the_sums_hold_no_answer_and_the_voices_no_words(app: Flask) -> None:
    answered(["ben", "chi"], quarter=Q4)
    answered(["dana"], Scores(1, 2, 3, 4), quarter=Q4)

    sums = db.session.execute(select(MirrorCount.question, MirrorCount.score, MirrorCount.many)).all()

    assert ("attitude", 4, 2) in [tuple(row) for row in sums]
    assert len(db.session.scalars(select(MirrorVoice)).all()) == 3
    assert {column.name for column in inspect(MirrorVoice).columns} == {"team_id", "quarter", "person_id"}
    assert "person_id" not in Base.metadata.tables["mirror_count"].c


def test_a_member_answers_once_a_quarter_and_only_for_a_team_of_theirs(app: Flask) -> None:
    it, ben = make.team("it").id, cast.actor("ben")

    assert verbs.answer(it, by=ben, quarter=Q4, scores=HIGH) is True
    assert verbs.answer(it, by=ben, quarter=Q4, scores=Scores(1, 1, 1, 1)) is False
    assert verbs.answer(it, by=ben, quarter=Q3, scores=HIGH) is True
    for name in ("ada", "max", "hana"):
        with pytest.raises(Forbidden):
            verbs.answer(it, by=cast.actor(name), quarter=Q4, scores=HIGH)
    with pytest.raises(Refused, match="all four"):
        verbs.answer(it, by=cast.actor("chi"), quarter=Q4, scores=Scores(1))
    many = db.session.scalars(select(MirrorCount.many).where(MirrorCount.quarter == Q4)).all()
    assert many == [1, 1, 1, 1]


def test_the_gap_stands_there_in_words_with_how_many_people(app: Flask) -> None:
    answered(["ben", "chi", "dana"])
    askers = crowd(6)
    for asker in [*askers, askers[0]]:
        rated(asker, Scores(4, None, 3, 3))

    page = page_of(app, "ben")

    assert "You think clearer than they find it: 5.0 against 3.0 of 6." in page
    assert "You and they see it alike: 4.0 against 4.0 of 6." in page
    assert page.count("Fewer than five co-workers rated this.") == 1
    assert "The team thinks itself clearer" in page_of(app, "max")


def test_five_ratings_of_four_people_or_two_members_say_nothing(app: Flask) -> None:
    answered(["ben", "chi"])
    askers = crowd(4)
    for asker in [*askers, askers[0]]:
        rated(asker, HIGH)

    page = page_of(app, "ben")

    assert page.count("Fewer than three of the team answered, and fewer than five") == 4
    assert "4.0" not in page


def test_cases_and_other_quarters_are_left_out(app: Flask) -> None:
    askers = crowd(5)
    for asker in askers:
        rated(asker, HIGH, path="hr/concern", solver="hana")
        rated(asker, HIGH, at=NOON)
    answered(["ben", "chi", "dana"])

    assert page_of(app, "hana").count("Fewer than three of the team answered, and fewer than five") == 4
    assert page_of(app, "ben").count("Fewer than five co-workers rated this.") == 4


def test_a_quarter_that_runs_is_not_shown(app: Flask, noon) -> None:
    answered(["ben", "chi", "dana"], quarter=Q4)

    client = sign_in(app.test_client(), "ben")
    assert client.get(f"{MIRROR}?quarter=2026-Q4").status_code in (403, 422)
    assert client.get(f"{MIRROR}?quarter=13w").status_code in (403, 422)
    assert "5.0" not in client.get(MIRROR).text
    noon.move_to(NOON + timedelta(days=60))
    assert "5.0" in sign_in(app.test_client(), "ben").get(f"{MIRROR}?quarter=2026-Q4").text


@pytest.mark.parametrize(
    ("name", "teams"),
    [("ben", ["IT"]), ("dana", ["IT"]), ("chi", ["IT", "Facilities"]), ("max", ["IT", "HR", "Facilities", "Legal"])],
)
def test_teams_see_their_own_and_managers_all(app: Flask, name: str, teams: list[str]) -> None:
    page = page_of(app, name)

    shown = [team for team in ("IT", "HR", "Facilities", "Legal") if f"{team}, Q3 2026</h2>" in page]
    assert sorted(shown) == sorted(teams)


def test_nobody_else_finds_it(app: Flask) -> None:
    db.session.commit()
    for name in ("ada", "eve", "root"):
        assert sign_in(app.test_client(), name).get(MIRROR).status_code == 404, name
    for name, url in (
        ("ben", f"{MIRROR}/hr"),
        ("max", f"{MIRROR}/it"),
        ("ada", f"{MIRROR}/it"),
        ("ben", f"{MIRROR}/x"),
    ):
        client = sign_in(app.test_client(), name)
        assert client.get(url).status_code == 404, name
        assert send(client, url, "/profile", attitude="4").status_code == 404, name


def test_the_form_takes_four_answers_and_keeps_what_was_chosen(app: Flask) -> None:
    db.session.commit()
    ben, url = sign_in(app.test_client(), "ben"), f"{MIRROR}/it"

    refused = send(ben, url, url, attitude="4", clarity="2")
    assert (refused.status_code, "Answer all four questions." in refused.text) == (422, True)
    assert refused.text.count(" checked") == 2
    full = {"attitude": "4", "responsiveness": "3", "clarity": "2", "simplicity": "5"}
    assert send(ben, url, url, **full).status_code == 303
    assert send(ben, url, MIRROR, **full).status_code == 303
    assert "cannot be changed" in ben.get(url).text
    assert db.session.scalars(select(MirrorCount.many)).all() == [1, 1, 1, 1]


def test_the_form_leaves_no_key_that_could_tell_what_was_sent(app: Flask) -> None:
    db.session.commit()

    assert "form_key" not in sign_in(app.test_client(), "ben").get(f"{MIRROR}/it").text


@pytest.mark.parametrize(("days", "reminded"), [(0, False), (31, True)])
def test_the_end_of_a_quarter_reminds_who_has_not_answered(app: Flask, noon, days: int, reminded: bool) -> None:
    answered(["chi"], quarter=Q4)
    db.session.commit()
    noon.move_to(NOON + timedelta(days=days))

    for name, told in (("ben", reminded), ("chi", False)):
        page = sign_in(app.test_client(), name).get("/profile/record").text
        assert ("How did IT do this quarter?" in page) is told, name


def test_the_page_costs_the_same_for_three_and_for_thirty(app: Flask, count_sql) -> None:
    def cost(name: str) -> int:
        db.session.commit()
        client = sign_in(app.test_client(), name)
        with count_sql() as said:
            assert client.get(MIRROR).status_code == 200
        return len(said)

    askers = crowd(6)
    for asker in askers[:3]:
        rated(asker, HIGH)
    few = cost("max"), cost("dana"), cost("ben")
    for n in range(27):
        rated(askers[n % 6], HIGH)

    assert (cost("max"), cost("dana"), cost("ben")) == few
    assert max(few) <= 8
