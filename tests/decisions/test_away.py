"""Naming a stand-in in the profile, and ending it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from internaldesk.db import db
from internaldesk.models.approvals import StandIn
from internaldesk.models.tickets import Ticket
from tests import cast
from tests.decisions.visit import Visit

Enter = Callable[[str | None], Visit]
URL = "/profile/stand-in"


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


def rows() -> list[StandIn]:
    db.session.rollback()
    return db.session.query(StandIn).order_by(StandIn.id).all()


@pytest.mark.parametrize("typed", ["Dana", "dana@desk.example"])
def test_naming_somebody_covers_what_waits_already(visit: Enter, ticket: Ticket, typed: str) -> None:
    max_, dana = visit("max"), visit("dana")
    assert "Nothing waits for you" in dana.get("/approvals").text

    answer = max_.send(URL, stand_in_name=typed, stand_in="", from_day=day(0), to_day=day(3))

    assert (answer.status_code, answer.location) == (303, URL)
    assert "<b>Dana</b> decides for you" in max_.get(URL).text
    assert "Max, from" in dana.get(URL).text
    assert "One thing waits for your decision" in dana.get("/approvals").text
    assert "You stand in for Max until" in dana.get("/approvals").text


def test_days_are_whole_days_where_the_person_is(visit: Enter, lately: datetime) -> None:
    """Porto and Leeds share their hours; Eve's own zone is set to another one."""
    eve = cast.person("eve")
    eve.timezone = "America/New_York"
    db.session.flush()

    visit("eve").send(URL, stand_in_name="Dana", from_day="2099-03-07", to_day="2099-03-08")

    (row,) = rows()
    assert (row.from_day, row.to_day) == (date(2099, 3, 7), date(2099, 3, 8))
    assert row.starts_at == datetime(2099, 3, 7, 5, tzinfo=UTC)
    assert row.ends_at == datetime(2099, 3, 9, 4, tzinfo=UTC)  # the clocks went on an hour that night


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"stand_in_name": ""}, "Choose a co-worker who decides for you."),
        ({"stand_in_name": "Max"}, "Choose a co-worker who decides for you."),
        ({"stand_in_name": "Zaphod"}, "Nobody here is called “Zaphod”."),
        ({"stand_in": "999999"}, "Choose one from the list."),
        ({"from_day": ""}, "Give the first day."),
        ({"to_day": ""}, "Give the last day."),
        ({"from_day": "soon"}, "Give a date such as"),
        ({"to_day": day(-1)}, "from today on"),
        ({"from_day": day(5), "to_day": day(4)}, "the last one not before the first"),
        ({"to_day": day(500)}, "longer than a year"),
    ],
)
def test_what_cannot_be_comes_back_with_every_word(
    visit: Enter, lately: datetime, typed: dict[str, str], says: str
) -> None:
    form = {"stand_in": "", "stand_in_name": "Dana", "from_day": day(1), "to_day": day(2), **typed}

    answer = visit("max").send(URL, **form)

    assert answer.status_code == 422
    assert says in answer.text
    for name in ("from_day", "to_day", "stand_in_name"):
        assert form[name] in answer.text
    assert rows() == []


def test_ending_it_takes_one_button_and_only_ones_own(visit: Enter, ticket: Ticket) -> None:
    max_, dana = visit("max"), visit("dana")
    max_.send(URL, stand_in_name="Dana", from_day=day(0), to_day=day(3))
    (row,) = rows()
    number = row.id

    for other in (dana, visit("eve")):
        assert other.send(f"{URL}/{number}/end", page=URL).status_code == 422
    assert "One thing waits" in dana.get("/approvals").text
    assert max_.send(f"{URL}/{number}/end", page=URL).status_code == 303

    assert "Nothing waits for you" in dana.get("/approvals").text
    assert max_.send(f"{URL}/{number}/end", page=URL).status_code == 422


def test_sent_twice_it_is_named_once(visit: Enter, lately: datetime) -> None:
    max_ = visit("max")
    form = max_.form(URL) | {"stand_in_name": "Dana", "stand_in": "", "from_day": day(0), "to_day": day(1)}

    first, second = (max_.client.post(URL, data=form) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(rows()) == 1


def test_the_profile_leads_there(visit: Enter, lately: datetime) -> None:
    assert f'href="{URL}"' in visit("max").get("/profile").text
