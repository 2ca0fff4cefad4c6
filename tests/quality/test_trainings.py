"""Trainings: noted by those who lead, told with figures before and after that are counted by hand, and taken off."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from internaldesk.core.rating import Scores
from internaldesk.db import db
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.trainings import Training
from internaldesk.ratings import actions as ratings
from internaldesk.tickets import actions, handover
from tests import cast, make
from tests.browse import sign_in
from tests.journeys.visitor import through
from tests.quality import story
from tests.quality.conftest import pages

PAGE, NEW = "/quality/training", "/quality/training/new"
HELD = date(2026, 9, 2)
"""A Wednesday; the week after it begins on Monday 7 September, and the eight weeks end on Sunday 1 November."""
TOLD = datetime(2026, 11, 9, 10, tzinfo=UTC)
"""The first day on which it can be said what changed: a week after."""
BEFORE, AFTER = datetime(2026, 7, 7, 9, tzinfo=UTC), datetime(2026, 9, 8, 9, tzinfo=UTC)


def asked(at: datetime, *, clarity: int = 0, passed: bool = False, back: bool = False, again: bool = False) -> None:
    """Something broken, and what became of it; of Ada and Eve by turns, so that nobody but `again` asks again."""
    who = ("ada", "eve")[at.isocalendar().week % 2]
    ticket = make.ticket(by=who, now=at)
    ben = cast.actor("ben")
    if again:
        make.ticket(by=who, now=at + timedelta(hours=1))
    if passed:
        handover.transfer(ticket, by=ben, now=at, team=make.team("facilities"), reason="expertise")
        return
    actions.solve(ticket, by=ben, now=at + timedelta(hours=2))
    if clarity:
        invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
        ratings.submit(invite, now=at + timedelta(hours=3), scores=Scores(None, None, clarity, None), comment="")
    if back:
        actions.reopen(ticket, by=cast.actor(who), now=at + timedelta(days=1))


def lived() -> None:
    """Six low answers before and one after, and a little of everything else."""
    for week in range(6):
        asked(BEFORE + timedelta(weeks=week), clarity=2 if week else 5, back=week == 1)
    asked(BEFORE + timedelta(weeks=6, days=3), passed=True)
    for week in range(8):
        asked(AFTER + timedelta(weeks=week, days=1), clarity=5 if week else 1, again=week < 2)
    asked(AFTER - timedelta(days=5), clarity=1, back=True)  # in the week of the training: in neither span
    db.session.commit()


def noted(by: str = "dana", on: date = HELD, kind: str = "it/broken", words: str = "Saying what a light means"):
    type_ = make.request_type(kind)
    db.session.add(
        Training(
            team_id=type_.team_id, request_type_id=type_.id, held_on=on, words=words, noted_at=TOLD,
            noted_by_id=cast.person(by).id,
        )
    )  # fmt: skip
    db.session.commit()


def read(app, at: datetime, name: str = "dana", query: str = ""):
    with time_machine.travel(at, tick=False):
        story.kept(at)
        return pages(app, name).get(f"{PAGE}{query}")


def table(page):
    (found,) = [node for node in page.root.iter("table") if "Before and after" in "".join(node.itertext())]
    rows = ([" ".join("".join(cell.itertext()).split()) for cell in row] for row in found.iter("tr"))
    return {name: cells for name, *cells in rows}


class TestBeforeAndAfter:
    def test_is_what_the_rows_say(self, app):
        lived()
        noted()

        found = table(read(app, TOLD, "max"))

        assert found == {
            "Figure": ["8 weeks before", "8 weeks after", "What that says"],
            "Low answers about clarity": ["5 of 6", "1 of 8", "Too few to compare"],
            "Handed on for expertise": ["1 of 7", "0% n 10", "Too few to compare"],
            "Opened again": ["1 of 6", "0 of 8", "Too few to compare"],
            "Asked again": ["0 of 6", "20% n 10", "Too few to compare"],
        }

    def test_too_early_names_the_day(self, app):
        lived()
        noted()

        page = read(app, TOLD - timedelta(days=1))

        assert "the weeks after it can be told from Mon 9 Nov 2026 on" in page.words
        assert table(page)["Low answers about clarity"] == ["5 of 6"]

    def test_a_handful_of_answers_is_not_told(self, app):
        for week in range(4):
            asked(BEFORE + timedelta(weeks=week), clarity=1)
        noted()

        assert table(read(app, TOLD))["Low answers about clarity"] == [
            "too few, n 4",
            "none",
            "Too few to compare",
        ]

    def test_two_trainings_share_weeks_and_count_them_once(self, app):
        lived()
        noted()
        noted(on=HELD + timedelta(days=1))

        page = read(app, TOLD)

        tables = [node for node in page.find("table", "rt") if "clarity" in "".join(node.itertext())]
        assert ["5 of 6" in "".join(node.itertext()) for node in tables] == [True, True]

    def test_a_filter_of_place_leaves_others_out(self, app):
        lived()
        noted()

        here, elsewhere = (cast.person(name).location.slug for name in ("ada", "eve"))

        assert here != elsewhere
        assert table(read(app, TOLD, query=f"?location={here}"))["Low answers about clarity"][0] == "too few, n 3"
        assert table(read(app, TOLD, query=f"?location={here}"))["Asked again"][0] == "0 of 3"

    @pytest.mark.parametrize("many", [3, 12])
    def test_it_costs_the_same_for_more(self, app, many, count_sql):
        for at in range(many):
            noted(on=HELD - timedelta(weeks=at))
            asked(BEFORE + timedelta(days=at))
        with time_machine.travel(TOLD, tick=False):
            story.kept(TOLD)
            client = sign_in(app.test_client(), "dana")
            with count_sql() as said:
                client.get(PAGE)

        assert len(said) == 8


class TestNoting:
    @pytest.fixture(autouse=True)
    def on_a_monday(self, app):
        with time_machine.travel(TOLD, tick=False):
            story.kept(TOLD)
            yield

    def note(self, app, name, **more):
        visitor = through(sign_in(app.test_client(), name))
        sent = {"type": "it/broken", "held_on": "2026-09-02", "words": "=1+1"} | more
        form = visitor.fills(NEW, NEW, **sent)
        return visitor.posts(NEW, form)

    def test_a_lead_notes_and_the_page_tells(self, app):
        answer = self.note(app, "dana")

        row = db.session.scalars(select(Training)).one()
        assert answer.status == 303
        assert (row.team.slug, row.request_type.slug, row.held_on) == ("it", "broken", HELD)
        assert (row.noted_by.name, row.noted_at) == ("Dana", TOLD)
        words = pages(app, "dana").text(PAGE)
        assert "IT on Something is broken, Wed 2 Sep 2026" in words
        assert "=1+1. Noted by Dana." in words

    def test_a_manager_notes_for_any_team(self, app):
        self.note(app, "max", team="facilities", type="facilities/repair")

        assert db.session.scalars(select(Training)).one().team.slug == "facilities"

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ({"held_on": "2026-11-10"}, "this day has not come yet"),
            ({"held_on": "soon"}, "“soon” is not a date"),
            ({"held_on": ""}, "Choose the day on which it was held."),
            ({"type": ""}, "Choose what it was about."),
            ({"type": "hr/concern"}, "Not a valid choice"),
            ({"words": "x" * 201}, "under 200 letters"),
        ],
    )
    def test_what_cannot_be_is_refused_and_kept(self, app, more, says):
        answer = self.note(app, "dana", **more)

        assert answer.status == 422
        assert says in answer.text
        assert 'value="{}"'.format(more.get("words", "=1+1")) in answer.text
        assert db.session.scalars(select(Training)).all() == []

    def test_the_same_twice_is_refused(self, app):
        self.note(app, "dana")

        assert "This is noted already" in self.note(app, "dana").text

    def test_another_team_is_not_theirs(self, app):
        visitor = through(sign_in(app.test_client(), "dana"))
        form = visitor.fills(NEW, NEW, type="it/broken", held_on="2026-09-02")
        form.setlist("team", ["facilities"])

        assert visitor.posts(NEW, form).status == 422
        assert db.session.scalars(select(Training)).all() == []

    def test_the_address_names_team_and_topic(self, app):
        page = pages(app, "max").get(f"{NEW}?team=it&type=it/broken")

        chosen = [node.get("value") for node in page.root.iter("option") if "selected" in node.attrib]
        assert chosen == ["it", "it/broken"]

    def test_agents_and_employees_cannot(self, app):
        for name in ("ben", "ada", "root"):
            assert sign_in(app.test_client(), name).get(NEW).status_code == 403


class TestTakingOff:
    @pytest.fixture(autouse=True)
    def on_a_monday(self, app):
        with time_machine.travel(TOLD, tick=False):
            story.kept(TOLD)
            yield

    def test_it_goes_and_says_who_took_it(self, app):
        noted()
        visitor = through(sign_in(app.test_client(), "dana"))
        (row,) = db.session.scalars(select(Training))
        path = f"{PAGE}/{row.id}/removal"

        answer = visitor.posts(path, visitor.fills(PAGE, path))

        db.session.expire_all()
        assert answer.status == 303
        assert (row.removed_by.name, row.removed_at) == ("Dana", TOLD)
        assert "No training was noted yet" in pages(app, "dana").text(PAGE)

    def test_of_another_team_it_is_not_there(self, app):
        noted("max", kind="facilities/repair")
        noted()
        visitor = through(sign_in(app.test_client(), "dana"))
        mine, other = sorted(db.session.scalars(select(Training)), key=lambda row: row.team.slug != "it")
        form = visitor.fills(PAGE, f"{PAGE}/{mine.id}/removal")

        assert "Facilities" not in pages(app, "dana").text(f"{PAGE}?").split("What was trained")[1]
        assert visitor.posts(f"{PAGE}/{other.id}/removal", form).status == 404
        assert other.removed_at is None


def test_topics_of_cases_are_for_their_group(app):
    with time_machine.travel(TOLD, tick=False):
        story.kept(TOLD)
        before = pages(app, "max").text(PAGE)
        noted("hana", kind="hr/concern")

        assert pages(app, "max").text(PAGE) == before
