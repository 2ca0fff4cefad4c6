"""Long counts: a trial of last month, and applying a version to open requests in two steps."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from internaldesk.db import db
from internaldesk.models.sla import ClockTask, PolicyVersion
from internaldesk.promises import queries
from tests import make
from tests.browse import Browser, sign_in
from tests.journeys.visitor import Visitor, through
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.reading import HTMX, LIST, plain, versions, worked

pytestmark = pytest.mark.usefixtures("noon")


def test_a_trial_counts_in_the_background_and_keeps_what_was_typed(dana: Visitor, client: Browser, url: str) -> None:
    for day in range(3):
        make.ticket(now=NOON - timedelta(days=35 + day))
    fields = dana.fills(url, url, medium_first_response="1 d", name="Not saved yet")

    asked = dana.posts(f"{url}/trial", fields)
    assert asked.status == 303
    page = dana.reads(asked.location.partition("#")[0])
    task = db.session.scalars(select(ClockTask)).one()
    poll = f"{LIST}/tasks/{task.id}"
    assert f'hx-get="{poll}" hx-trigger="every 2s"' in page
    assert "Counting" in plain(page)
    assert "Look again" in plain(page)
    assert 'value="1 d"' in page
    assert 'value="Not saved yet"' in page
    assert dana.opens(poll).location == asked.location.partition("#")[0]
    assert 'hx-trigger="every 2s"' in client.get(poll, headers=HTMX).text

    worked()

    part = client.get(poll, headers=HTMX)
    assert "hx-trigger" not in part.text
    said = "Of last month's 3 requests 0 of 3 would have met this, 0 of 3 met the old one."
    assert said in plain(part.text)
    text = plain(dana.reads(asked.location.partition("#")[0]))
    assert said in text
    assert "First reply 0 of 3 0 of 3" in text
    assert versions() == len(db.session.scalars(select(PolicyVersion)).all())
    assert [row.id for row in queries.versions(rulebook.rule().id)] == [rulebook.rule().version.id]


def test_a_trial_of_what_cannot_be_saved_is_refused(dana: Visitor, url: str) -> None:
    refused = dana.posts(f"{url}/trial", dana.fills(url, url, name="", high_first_response="20 h"))

    assert refused.status == 422
    assert db.session.scalar(select(func.count(ClockTask.id))) == 0


def test_a_new_rule_can_be_tried_before_it_is_there(dana: Visitor, client: Browser) -> None:
    new = f"{LIST}/new?team=it"
    typed = dana.fills(new, new, name="Try me", priorities=["urgent"], urgent_resolution="4 h")

    asked = dana.posts(f"{LIST}/new/trial?team=it", typed)

    page = dana.reads(asked.location.partition("#")[0])
    assert 'value="Try me"' in page
    task = db.session.scalars(select(ClockTask)).one()
    assert dana.opens(f"{LIST}/tasks/{task.id}").location == asked.location.partition("#")[0]
    worked()
    text = plain(dana.reads(asked.location.partition("#")[0]))
    assert "No request of last month would have been under this rule." in text
    assert 'value="Try me"' not in dana.reads(f"{LIST}/{rulebook.rule().id}?trial={task.id}")
    assert through(sign_in(client, "hana")).opens(f"{LIST}/tasks/{task.id}").status == 403


def test_applying_to_open_requests_takes_two_steps(dana: Visitor, client: Browser, url: str) -> None:
    ticket = make.ticket(now=NOON - timedelta(hours=1), summary="A loud printer")
    dana.sends(url, url, medium_first_response="1 h", medium_next_response="1 h")

    assert dana.sends(url, f"{url}/effect").status == 303
    assert "Counting" in plain(dana.reads(url))
    task = db.session.scalars(select(ClockTask)).one()
    assert dana.opens(f"{LIST}/tasks/{task.id}").location == url
    worked()
    seen = dana.reads(url)
    assert "1 open request: 1 sooner." in plain(seen)
    assert f"R-{ticket.id} A loud printer First reply tomorrow 09:00 today 12:00" in plain(seen)
    assert "Apply to 1 open request" in plain(client.get(f"{LIST}/tasks/{task.id}", headers=HTMX).text)

    assert dana.sends(url, f"{url}/application").status == 303
    assert "Applying" in plain(dana.reads(url))
    worked()
    text = plain(dana.reads(url))
    assert "Applied to 1 open request; none became overdue." in text
    assert "Applied to 1 open request, 0 became overdue Dana, today 12:00" in plain(dana.reads(LIST))


def test_applying_what_is_no_longer_the_newest_is_refused(dana: Visitor, url: str) -> None:
    make.ticket(now=NOON - timedelta(hours=1))
    dana.sends(url, url, medium_resolution="20 h")
    dana.sends(url, f"{url}/effect")
    worked()
    late = dana.fills(url, f"{url}/application")
    dana.sends(url, url, medium_resolution="21 h")

    refused = dana.posts(f"{url}/application", late)

    assert refused.status == 409
    assert "saved a newer version of this rule" in plain(refused.text)
    assert "Apply to" not in plain(dana.reads(url))
    assert dana.posts(f"{url}/application", MultiDict({**late, "version": "x", "form_key": "k"})).status == 422


def test_a_count_that_failed_can_be_asked_for_again(dana: Visitor, url: str) -> None:
    dana.sends(url, f"{url}/effect")
    task = db.session.scalars(select(ClockTask)).one()
    task.error, task.finished_at = "KeyError: 7", NOON

    text = plain(dana.reads(url))

    assert "The last count could not be finished." in text
    assert "KeyError" not in text
    assert dana.sends(url, f"{url}/effect").status == 303


def test_cases_show_only_to_their_group(client: Browser, app: Flask) -> None:
    root = through(sign_in(client, "root"))
    make.ticket("hr/concern", now=NOON - timedelta(hours=1), summary="Nobody may know")
    url = f"{LIST}/{rulebook.rule('hr/concern').id}"
    root.sends(url, url, medium_first_response="1 h", medium_next_response="1 h")
    root.sends(url, f"{url}/effect")
    worked()

    text = plain(root.reads(url))

    assert "No open request would change" in text
    assert "Nobody may know" not in text
