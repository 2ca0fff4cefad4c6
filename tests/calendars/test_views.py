"""The pages of calendars without a script: looked at, edited, previewed, refused with everything kept."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from internaldesk.calendars import actions
from internaldesk.calendars.sheet import OpeningLine
from internaldesk.db import db
from internaldesk.sla import tasks
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.calendars import wall
from tests.make import NOON

DASH = "\u2013"
HTMX = {"HX-Request": "true"}
ALL = "/settings/calendars"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as found:
        yield found


@pytest.fixture
def dana(client: Browser) -> FlaskClient:
    return sign_in(client, "dana")


def address(slug: str = "it") -> str:
    return f"{ALL}/{wall.number(slug)}"


def form(answer: TestResponse, action: str) -> MultiDict[str, str]:
    """What a browser would send with that form as it came."""
    inside = re.search(
        rf'<form[^>]*method="post"[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', answer.text, re.DOTALL
    )
    assert inside, f"no form to {action}"
    found: MultiDict[str, str] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", inside[1]):
        given = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if given.get("type") != "checkbox" or " checked" in tag:
            found.add(given.get("name", ""), unescape(given.get("value", "")))
    return found


def edited(answer: TestResponse, action: str, **typed: str) -> MultiDict[str, str]:
    """The form with some fields typed over; `closure_date="…"` fills in the empty line at the end."""
    sent = form(answer, action)
    for name, value in typed.items():
        values = sent.getlist(name)
        sent.setlist(name, [*values[:-1], value])
    return sent


def said(answer: TestResponse) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text).split()))


def errors(answer: TestResponse) -> list[tuple[str, str]]:
    """The summary: which control, which sentence."""
    summary = re.search(r'class="error-summary".*?</div>', answer.text, re.DOTALL)
    return [(i, unescape(s)) for i, s in re.findall(r'<a href="#([^"]+)">([^<]+)', summary[0])] if summary else []


def test_the_list_tells_hours_use_and_what_comes_next(dana: FlaskClient) -> None:
    page = said(dana.get(ALL))

    assert (
        f"IT hours Europe/London Mon{DASH}Fri 08:00{DASH}18:00 Open until 18:00 Fri 25 Dec closed IT; 7 promises"
        in page
    )
    assert "Around the clock Europe/London Always open Open None ahead 3 promises" in page


def test_the_page_shows_the_hours_and_what_they_mean(dana: FlaskClient) -> None:
    page = dana.get(address())

    sent = form(page, address())
    assert (sent["name"], sent["zone"], sent["mon"], sent["sun"]) == ("IT hours", "Europe/London", "08:00-18:00", "")
    assert len(sent.getlist("closure_date")) == 33  # those it came with and one to fill in
    assert "Wed 18 Nov, 12:00 now today 13:00 1 h, same day" in said(page)
    assert f"Monday to Friday 08:00{DASH}18:00 Saturday and Sunday closed" in said(page)
    assert "The start The desk These hours came into force" in said(page)


def test_the_promise_of_the_examples_can_be_chosen(dana: FlaskClient) -> None:
    assert "today 14:00" in said(dana.get(f"{address()}?promise=2+h"))
    assert "is no length of time" in said(dana.get(f"{address()}?promise=soon"))
    assert "at most 400 days" in said(dana.get(f"{address()}?promise=401+days"))


def test_a_closure_is_added_and_what_follows_is_said(dana: FlaskClient) -> None:
    make.ticket()
    make.ticket()
    page = dana.get(address())

    answer = dana.post(
        address(),
        data=edited(page, address(), closure_date="2026-12-24", closure_start="12", closure_label="Party", note="Fun"),
    )

    assert (answer.status_code, answer.location) == (303, address())
    after = dana.get(address())
    assert (
        "Saved. 2 open requests count by these hours; they go on in the new ones from now. The past stays as it was."
    ) in said(after)
    assert "Open requests go on in these hours: Waiting for its turn." in said(after)
    assert 'hx-trigger="every 2s"' in after.text
    assert "Dana Thu 24 Dec closed from 12:00 (Party) Fun" in said(after)
    assert "Thu 24 Dec closed from 12:00 , Party" in said(after)


def test_progress_is_shown_until_it_is_done(dana: FlaskClient, clock: Any) -> None:
    make.ticket()
    wall.saved(wall.closed_too("2026-12-24"))
    running = dana.get(f"{address()}/progress", headers=HTMX)
    db.session.commit()
    clock.shift(timedelta(minutes=1))
    while tasks.work(now=NOON + timedelta(minutes=1)):
        pass

    done = dana.get(f"{address()}/progress", headers=HTMX)

    assert "every 2s" in running.text
    assert "every 2s" not in done.text
    assert "Open requests go on in these hours: 1 request. Dana, today 12:00" in said(done)
    clock.shift(timedelta(days=2))
    assert "1 request" not in said(dana.get(f"{address()}/progress"))


def test_saving_it_as_it_is_says_so(dana: FlaskClient) -> None:
    page = dana.get(address())

    dana.post(address(), data=form(page, address()))

    assert "Nothing is different, so nothing was saved." in said(dana.get(address()))
    assert wall.versions() == 1


def test_another_name_is_saved_without_more_words(dana: FlaskClient) -> None:
    page = dana.get(address())

    dana.post(address(), data=edited(page, address(), name="Leeds hours"))

    assert "Saved. IT hours" not in said(dana.get(address()))
    assert wall.shown().row.name == "Leeds hours"


def test_what_is_wrong_is_named_at_its_control_and_everything_kept(dana: FlaskClient) -> None:
    page = dana.get(address())
    typed = {
        "name": "<b>Leeds</b>",
        "mon": "09:00-13:00, 12:30-17:00",
        "fri": "17:00-17:00",
        "closure_date": "1999-01-01",
        "closure_label": "Old & gone",
        "opening_date": "2026-12-05",
        "opening_hours": "25:00-26:00",
        "note": "Because",
    }

    answer = dana.post(address(), data=edited(page, address(), **typed))

    assert answer.status_code == 422
    assert errors(answer) == [
        ("mon", f"Monday: 09:00{DASH}13:00 and 12:30{DASH}17:00 overlap from 12:30 to 13:00."),
        ("fri", f"Friday: 17:00{DASH}17:00 is no time at all; write 24 hours if the whole day is meant."),
        ("closure_date-1", "Closure on 1999-01-01: dates begin with the year 2000."),
        (
            "opening_hours-1",
            "Special opening on 2026-12-05: 25:00 is not a time of day; a day runs from 00:00 to 24:00.",
        ),
    ]
    for control, _ in errors(answer):
        assert re.search(rf'id="{control}"[^>]* aria-invalid="true"', answer.text), control
        assert re.search(rf'id="{control}"[^>]* aria-describedby="{control}-e"', answer.text), control
    again = form(answer, address())
    assert {name: again[name] for name in ("name", "mon", "fri", "note", "opening_date", "opening_hours")} == {
        name: typed[name] for name in ("name", "mon", "fri", "note", "opening_date", "opening_hours")
    }
    assert ("1999-01-01", "Old & gone") in zip(
        again.getlist("closure_date"), again.getlist("closure_label"), strict=True
    )
    assert wall.versions() == 1
    assert answer.text.count("<title>Error: ") == 1


def test_one_who_saves_late_is_told_and_keeps_the_words(dana: FlaskClient) -> None:
    page = dana.get(address())
    sent = edited(page, address(), closure_date="2026-12-30", closure_label="Mine")
    wall.saved(wall.closed_too("2026-12-31"), by="root")

    answer = dana.post(address(), data=sent)

    assert answer.status_code == 409
    assert "Root saved this calendar while you were editing it: Thu 31 Dec closed." in said(answer)
    assert "Mine" in form(answer, address()).getlist("closure_label")
    assert wall.history() == ["Thu 31 Dec closed"]
    assert dana.post(address(), data=form(answer, address())).status_code == 303
    assert wall.history()[0] == "Wed 30 Dec closed (Mine); Thu 31 Dec no longer closed"


def test_a_form_sent_twice_is_saved_once(dana: FlaskClient) -> None:
    sent = edited(dana.get(address()), address(), closure_date="2026-12-30")

    answers = [dana.post(address(), data=sent) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert wall.versions() == 2


def test_a_preview_shows_what_it_would_mean_and_writes_nothing(dana: FlaskClient) -> None:
    sent = edited(dana.get(address()), address(), wed="13:00-18:00")

    answer = dana.post(f"{address()}/preview", data=sent)

    assert answer.status_code == 200
    assert "Wed 18 Nov, 12:00 now today 14:00 closed until 13:00" in said(answer)
    assert form(answer, address())["wed"] == "13:00-18:00"
    assert wall.versions() == 1
    assert dana.post(address(), data=form(answer, address())).status_code == 303
    assert wall.versions() == 2


def test_a_preview_of_nonsense_says_what_is_wrong(dana: FlaskClient) -> None:
    sent = edited(dana.get(address()), address(), wed="lunch")

    answer = dana.post(f"{address()}/preview", data=sent)

    assert answer.status_code == 422
    assert [control for control, _ in errors(answer)] == ["wed"]


def test_with_a_script_only_the_panel_is_sent(dana: FlaskClient) -> None:
    sent = edited(dana.get(address()), address(), wed="13:00-18:00")
    del sent["form_key"]

    answer = dana.post(f"{address()}/preview", data=sent, headers=HTMX)

    assert answer.text.lstrip().startswith('<section class="calm" id="preview"')
    assert "today 14:00" in said(answer)
    sent["wed"] = "lunch"
    wrong = dana.post(f"{address()}/preview", data=sent, headers=HTMX)
    assert (wrong.status_code, "“lunch” is not a span of time" in said(wrong)) == (200, True)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_monday_is_copied_to_friday(dana: FlaskClient, headers: dict[str, str]) -> None:
    sent = edited(dana.get(address()), address(), mon="9-12", sat="10-11")

    answer = dana.post(f"{address()}/preview", data={**sent, "copy": "monday"}, headers=headers)

    values = dict(re.findall(r'id="([a-z]{3})" name="\1" value="([^"]*)"', answer.text))
    assert list(values.values()) == ["9-12"] * 5 + ["10-11", ""]
    assert ("hx-swap-oob" in answer.text) is bool(headers)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_lines_are_added_and_removed_without_losing_others(dana: FlaskClient, headers: dict[str, str]) -> None:
    page = dana.get(address())
    sent = edited(page, address(), closure_date="2026-12-30", opening_date="2026-12-05", opening_hours="9-13")

    more = dana.post(f"{address()}/preview", data=MultiDict([*sent.items(multi=True), ("add", "closure")]))
    place = re.search(r'value="2026-12-30".*?value="(closure-\d+)"', more.text, re.DOTALL)
    assert place
    less = dana.post(
        f"{address()}/preview",
        data=MultiDict([*form(more, address()).items(multi=True), ("drop", place[1])]),
        headers=headers,
    )

    assert len(form(more, address()).getlist("closure_date")) == 34
    assert form(more, address()).getlist("opening_date") == ["2026-12-05", ""]
    assert 'value="2026-12-30"' not in less.text
    assert less.text.count('name="closure_date"') == 33
    nowhere = MultiDict([*sent.items(multi=True), ("drop", "opening-x")])
    assert 'value="2026-12-05"' in dana.post(f"{address()}/preview", data=nowhere).text
    gone = MultiDict([*sent.items(multi=True), ("drop", "opening-1")])
    assert 'value="2026-12-05"' not in dana.post(f"{address()}/preview", data=gone).text


def test_a_new_calendar_is_made(dana: FlaskClient) -> None:
    url = f"{ALL}/new"
    page = dana.get(url)
    assert form(page, url)["zone"] == "Europe/London"
    preview = dana.post(f"{url}/preview", data=edited(page, url, mon="9-17", zone="Asia/Tokyo"))
    assert f"Monday 09:00{DASH}17:00" in said(preview)
    empty = dana.post(url, data=form(page, url))
    assert [control for control, _ in errors(empty)] == ["name", "week"]

    made = dana.post(url, data=edited(page, url, name="Tokyo", zone="asia/tokyo", mon="9-17"))

    assert made.status_code == 303
    assert "Nobody counts by it yet" in said(dana.get(made.location))
    assert "Tokyo Asia/Tokyo Mon 09:00\u201317:00" in said(dana.get(ALL))


def test_who_does_not_lead_all_teams_reads_and_is_told_why(dana: FlaskClient) -> None:
    page = dana.get(address("hr"))

    assert "You can read these hours. HR counts by these hours: whoever leads it, or an administrator," in said(page)
    assert 'method="post" action="/settings/calendars' not in page.text
    assert f"Monday to Thursday 09:00{DASH}12:30, 13:30{DASH}17:00" in said(page)
    for url in (address("hr"), f"{address('hr')}/holidays", f"{address('hr')}/corrections"):
        token = form(dana.get(address()), address())["csrf_token"]
        assert dana.post(url, data={"csrf_token": token, "day": "2026-12-25"}).status_code == 403
    assert dana.get(f"{address('hr')}/holidays").status_code == 403
    assert dana.get(f"{address('hr')}/corrections").status_code == 403
    assert wall.versions("hr") == 1


def test_an_administrator_changes_every_calendar(client: Browser) -> None:
    root = sign_in(client, "root")

    for slug in ("hr", "always"):
        page = root.get(address(slug))
        answer = root.post(address(slug), data=edited(page, address(slug), closure_date="2026-12-30"))
        assert answer.status_code == 303


@pytest.mark.parametrize("who", ["ada", "ben", "max"])
def test_others_have_no_business_there(client: Browser, who: str) -> None:
    other = sign_in(client, who)

    assert [other.get(url).status_code for url in (ALL, f"{ALL}/new", address())] == [403, 403, 403]


def test_a_stranger_signs_in_first(client: Browser) -> None:
    assert client.get(address()).location == f"/sign-in?next={address()}"


def test_what_is_not_there_is_404(dana: FlaskClient) -> None:
    token = form(dana.get(address()), address())["csrf_token"]

    for door in ("", "/holidays", "/corrections", "/progress"):
        assert dana.get(f"{ALL}/999{door}").status_code == 404
    for door in ("", "/preview", "/holidays", "/corrections"):
        assert dana.post(f"{ALL}/999{door}", data={"csrf_token": token}).status_code == 404


def test_the_whole_history_is_one_link_away(dana: FlaskClient) -> None:
    wall.many_versions(20, closures=1)

    page = dana.get(address())

    assert "Show all: 9 older" in said(page)
    assert "Change 0 " in said(dana.get(f"{address()}?history=all"))


def test_hours_that_never_open_again_are_shown_as_such(app: Flask, client: Browser) -> None:
    made = actions.create(
        wall.sheet(name="Once", week=("",) * 7, openings=(OpeningLine("2026-11-18", "9-11"),)),
        by=cast.actor("root"),
        now=NOON,
    )
    root = sign_in(client, "root")

    assert "No weekly hours Never opens again" in said(root.get(ALL))
    assert "these hours never open, so nothing is ever due" in said(root.get(f"{ALL}/{made.calendar_id}"))
