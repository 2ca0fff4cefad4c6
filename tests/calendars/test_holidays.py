"""Public holidays on their page: proposed, ticked, added; and a period counted anew."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from internaldesk.calendars.sheet import OpeningLine
from internaldesk.db import db
from internaldesk.sla import tasks
from tests import make
from tests.browse import Browser, sign_in
from tests.calendars import wall
from tests.calendars.test_views import HTMX, address, errors, form, said
from tests.make import NOON


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


@pytest.fixture
def dana(client: Browser) -> FlaskClient:
    return sign_in(client, "dana")


def holidays(**choice: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in choice.items())
    return f"{address()}/holidays?{query}"


def ticked(client: FlaskClient, *days: str, **choice: object) -> MultiDict[str, str]:
    """The form of a proposal with some days ticked."""
    sent = form(client.get(holidays(**choice)), f"{address()}/holidays")
    sent.setlist("day", list(days))
    return sent


ENGLAND = {"country": "GB", "region": "ENG", "year": 2029}


def test_at_first_it_is_the_calendars_own_country_and_the_year_at_hand(dana: FlaskClient) -> None:
    page = dana.get(f"{address()}/holidays")

    assert "Britain (UK), 2027" in said(page)
    assert 'value="GB" selected' in page.text
    assert page.text.count('type="checkbox"') + page.text.count("In the calendar") >= 8


def test_known_days_are_marked_and_nothing_is_ticked_by_itself(dana: FlaskClient) -> None:
    page = dana.get(holidays(country="GB", region="ENG", year=2027))

    text = said(page)
    assert "Fri 1 Jan New Year's Day In the calendar" in text
    assert "Sat 25 Dec Christmas Day Closed on Saturdays anyway" in text
    assert "checked" not in page.text
    assert 'value="2027-01-01"' not in page.text


def test_what_else_is_known_of_a_day_is_said(dana: FlaskClient) -> None:
    wall.saved(wall.closed_too("2029-05-07", start="12:00"))
    wall.saved(wall.sheet(openings=(OpeningLine("2029-12-25", "9-10"),)))

    text = said(dana.get(holidays(**ENGLAND)))

    assert "Mon 7 May May Day Closed from 12:00 so far" in text
    assert "Tue 25 Dec Christmas Day Specially open so far" in text


def test_all_that_fall_on_open_days_can_be_ticked_at_once(dana: FlaskClient) -> None:
    page = dana.get(holidays(country="GB", region="ENG", year=2027, tick="open"))
    assert "checked" not in page.text  # the working days among them are closed already

    page = dana.get(holidays(tick="open", **ENGLAND))

    assert page.text.count(" checked") == page.text.count('type="checkbox"') == 8


def test_only_the_ticked_days_are_added(dana: FlaskClient) -> None:
    make.ticket()

    answer = dana.post(f"{address()}/holidays", data=ticked(dana, "2029-01-01", "2029-12-25", "2029-02-30", **ENGLAND))

    assert (answer.status_code, answer.location) == (303, address())
    assert "2 days added. Saved. 1 open request counts by these hours; it goes on" in said(dana.get(address()))
    assert wall.history() == ["Mon 1 Jan 2029 closed (New Year's Day); Tue 25 Dec 2029 closed (Christmas Day)"]


@pytest.mark.parametrize("days", [(), ("2029-07-04",), ("tomorrow",)])
def test_without_a_tick_nothing_is_added(dana: FlaskClient, days: tuple[str, ...]) -> None:
    answer = dana.post(f"{address()}/holidays", data=ticked(dana, *days, **ENGLAND))

    assert (answer.status_code, errors(answer)) == (422, [("days", "Tick the days on which nobody works.")])
    assert wall.versions() == 1


def test_one_who_ticks_late_keeps_the_ticks(dana: FlaskClient) -> None:
    sent = ticked(dana, "2029-01-01", **ENGLAND)
    wall.saved(wall.closed_too("2026-12-31"), by="root")

    answer = dana.post(f"{address()}/holidays", data=sent)

    assert answer.status_code == 409
    assert re.search(r'value="2029-01-01" checked', answer.text)
    again = form(answer, f"{address()}/holidays")
    assert dana.post(f"{address()}/holidays", data=again).status_code == 303
    assert wall.history()[0] == "Mon 1 Jan 2029 closed (New Year's Day)"


def test_a_day_that_is_specially_open_is_not_closed_as_well(dana: FlaskClient) -> None:
    wall.saved(wall.sheet(openings=(OpeningLine("2029-12-25", "9-10"),)))

    answer = dana.post(f"{address()}/holidays", data=ticked(dana, "2029-12-25", **ENGLAND))

    assert answer.status_code == 422
    assert "Tue 25 Dec 2029 is closed all day and specially open: remove one of the two." in said(answer)


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        ({"country": "XX"}, ("country", "“XX” is no country we know holidays of: choose one from the list.")),
        (
            {"country": "DE", "region": "ENG", "year": 2027},
            ("region", "“ENG” is no region of Germany: choose one from its list, or the whole country."),
        ),
        ({"country": "DE", "year": 1999}, ("year", "Choose a year from 2025 to 2036.")),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_at_its_field(dana: FlaskClient, choice: Any, fault: Any) -> None:
    page = dana.get(holidays(**choice))

    assert (page.status_code, errors(page)) == (422, [fault])


def test_a_zone_of_no_country_asks_for_one(dana: FlaskClient) -> None:
    wall.saved(wall.sheet(zone="UTC"))

    page = dana.get(f"{address()}/holidays")

    assert page.status_code == 200
    assert "Choose a country" in said(page)


def test_with_a_script_the_regions_follow_the_country(dana: FlaskClient) -> None:
    part = dana.get(holidays(part="regions", country="DE", region="", year=2027), headers=HTMX)

    assert part.text.lstrip().startswith('<div class="field" id="region-field">')
    assert "Bayern" in part.text


def test_a_period_is_counted_anew_and_the_result_told(dana: FlaskClient, clock: Any) -> None:
    make.ticket(now=NOON - timedelta(days=2))
    wall.saved(wall.closed_too("2026-11-17", "Forgotten"))
    url = f"{address()}/corrections"
    page = dana.get(url)
    assert "A promise that was missed may turn out kept" in said(page)
    sent = form(page, url)

    answer = dana.post(url, data={**sent, "since": "2026-11-17", "until": "2026-11-17", "why": "Forgot it"})

    assert (answer.status_code, answer.location) == (303, address())
    assert "The period is being counted anew." in said(dana.get(address()))
    clock.shift(timedelta(minutes=1))
    db.session.commit()
    while tasks.work(now=NOON + timedelta(minutes=1)):
        pass
    after = said(dana.get(address()))
    assert "A period counted anew: 1 request, 0 no longer missed" in after
    assert "Asked to count Tue 17 Nov anew: Forgot it" in after


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (
            {},
            [
                ("since", "Choose the first day."),
                ("until", "Choose the last day."),
                ("why", "Say why: it stands in the history of these hours."),
            ],
        ),
        (
            {"since": "yesterday", "until": "2026-11-17", "why": "x"},
            [("since", "“yesterday” is not a date; write it as 2026-12-25.")],
        ),
        (
            {"since": "2026-01-01", "until": "2027-01-01", "why": "<x>"},
            [
                ("since", "Choose Tue 18 Aug or later: at most 92 days are counted anew."),
                ("until", "Only what has passed can be counted anew: choose today or an earlier day."),
            ],
        ),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_and_kept(dana: FlaskClient, typed: Any, expected: Any) -> None:
    url = f"{address()}/corrections"

    answer = dana.post(url, data={**form(dana.get(url), url), **typed})

    assert (answer.status_code, errors(answer)) == (422, expected)
    assert typed.get("why", "").replace("<x>", "&lt;x&gt;") in answer.text
    assert wall.tasks() == []
