"""The pages of saved views: a list kept under a name, found in the rail with its count, changed by its keepers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from internaldesk.db import db
from internaldesk.models.queues import SavedView
from internaldesk.saved import actions as saved
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.queues.test_views import HTMX, numbers, poll_of, send

pytestmark = pytest.mark.usefixtures("clock")

DAY = timedelta(days=1)


def kept(who: str = "ben", name: str = "Leeds hardware", team: str | None = None, **facts: Any) -> SavedView:
    facts = {"view": "due-next", "query": "type=it/access", **facts}
    team_id = make.team(team).id if team else None
    return saved.save("queue", by=cast.actor(who), now=NOON, name=name, team_id=team_id, **facts)


def rail(answer: TestResponse) -> dict[str, int]:
    """The saved views of the rail with their counts."""
    part = answer.text[answer.text.index('aria-label="Queue views"') :].split("</nav>")[0]
    found = re.findall(r'href="/views/\d+"[^>]*><svg.*?</svg>([^<]+) <span class="count">(\d+)', part, re.DOTALL)
    return {name.strip(): int(count) for name, count in found}


def test_a_list_is_saved_with_its_filters_order_and_columns(ben: FlaskClient) -> None:
    ticket = make.ticket("it/access", now=NOON - DAY)
    make.ticket("it/broken")
    address = "?type=it/access&age=1d&sort=-filed&columns=age&columns=type"
    page = ben.get(f"/queue/due-next{address}")
    asked = re.search(r'id="chip-save" href="([^"]+)"', page.text)
    assert asked
    form = ben.get(asked[1].replace("&amp;", "&"))
    query = re.search(r'name="query" value="([^"]+)"', form.text)
    assert query

    answer = send(ben, "/views/new", name="Old access", team="", view="due-next", query=query[1].replace("&amp;", "&"))
    gone = ben.get(answer.location)

    assert answer.status_code == gone.status_code == 303
    assert gone.location == (
        f"/queue/due-next?type=it/access&age=1d&sort=-filed&columns=type&columns=age&saved={only().id}"
    )
    shown = ben.get(gone.location)
    assert numbers(shown) == [ticket.id]
    assert rail(shown) == {"Old access": 1}
    assert f'<a class="lk" href="/views/{only().id}" aria-current="page">' in shown.text
    assert '<a class="lk" href="/queue/due-next" aria-current' not in shown.text
    assert "<h1>Old access</h1>" in shown.text


def only() -> SavedView:
    db.session.rollback()
    return db.session.query(SavedView).one()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 61}, "below 60 letters"),
        ({"name": "Leeds hardware"}, "called “Leeds hardware” already"),
        ({"name": "Ok", "team": "hr"}, "Not a valid choice"),
    ],
)
def test_a_name_that_will_not_do_is_refused_and_everything_kept(
    ben: FlaskClient, fields: dict[str, str], words: str
) -> None:
    kept()

    answer = send(ben, "/views/new", **{"team": "", "view": "mine", "query": "?sort=filed", **fields})

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{fields["name"]}"' in answer.text
    assert 'name="query" value="?sort=filed"' in answer.text
    assert only().name == "Leeds hardware"


def test_what_is_no_list_is_not_saved(ben: FlaskClient) -> None:
    assert ben.get("/views/new?view=everything").status_code == 404
    assert send(ben, "/views/new", name="X", team="", view="everything", query="").status_code == 422


def test_the_counts_are_those_of_the_lists_and_follow_the_poll(ben: FlaskClient, clock: Any) -> None:
    kept(name="Access")
    kept(name="Solved access", view="solved-this-week")
    kept(name="My access", view="mine")
    ours = make.ticket("it/access", assignee="ben", now=NOON - DAY)
    make.ticket("it/access", by="ben", now=NOON - DAY)  # one's own is in no list of one's own
    make.ticket("it/broken", now=NOON - DAY)
    page = ben.get("/queue/due-next")
    assert rail(page) == {"Access": 1, "Solved access": 0, "My access": 1}

    clock.shift(30)
    tickets.solve(ours, by=cast.actor("chi"), now=NOON + timedelta(seconds=20))
    make.ticket("it/access", now=NOON + timedelta(seconds=20))

    assert rail(ben.get(poll_of(page), headers=HTMX)) == {"Access": 1, "Solved access": 1, "My access": 0}


@pytest.mark.parametrize("who", ["ben", "chi", "dana", "hana"])
def test_a_count_is_what_its_reader_sees(client: Browser, who: str) -> None:
    kept("chi", name="All", team="it", query="")
    kept("hana", name="All of HR", team="hr", query="")
    for path, by in (("it/access", "ada"), ("it/access", "dana"), ("facilities/repair", "ada"), ("hr/concern", "ada")):
        make.ticket(path, by=by)
    client = sign_in(client, who)

    for name, count in rail(client.get("/queue/due-next")).items():
        number = db.session.query(SavedView).filter_by(name=name).one().id
        assert len(numbers(client.get(f"/views/{number}", follow_redirects=True))) == count


def test_it_is_changed_where_it_is_open(ben: FlaskClient) -> None:
    view = kept()
    address = f"/queue/due-next?type=it/broken&saved={view.id}"
    page = ben.get(address)
    asked = re.search(r'id="chip-save" href="([^"]+)"', page.text)
    assert asked
    offered = ben.get(asked[1].replace("&amp;", "&")).text
    assert "Replace “Leeds hardware”" in offered
    unchanged = f"/views/new?view=due-next&type=it/access&saved={view.id}"
    assert "Replace “" not in ben.get(unchanged).text

    answer = send(ben, f"/views/{view.id}/address", view="due-next", query="?type=it/broken&sort=filed")

    assert answer.location == f"/views/{view.id}"
    assert (only().query, only().name, only().columns) == ("type=it/broken&sort=filed", "Leeds hardware", [])


def test_it_is_renamed_shared_moved_and_removed(ben: FlaskClient) -> None:
    first, second = kept(name="First"), kept(name="Second")
    db.session.commit()

    send(ben, f"/views/{second.id}/place", to="up")
    assert list(rail(ben.get("/queue/mine"))) == ["Second", "First"]

    assert "First" in ben.get(f"/views/{first.id}/name").text
    answer = send(ben, f"/views/{first.id}/name", name="For all", team="it", version=1)
    assert answer.location == "/views"
    page = ben.get("/views").text
    assert "Due next, Access to a system or folder. Shared with IT." in page

    assert "It goes for everybody in IT" in ben.get(f"/views/{first.id}/removal").text
    send(ben, f"/views/{first.id}/removal")
    assert only().name == "Second"


def test_somebody_was_faster(ben: FlaskClient) -> None:
    view = kept(team="it")
    saved.rename(view, by=cast.actor("dana"), name="Another", team_id=view.team_id)

    answer = send(ben, f"/views/{view.id}/name", name="Mine now", team="it", version=1)

    assert answer.status_code == 409
    assert 'value="Mine now"' in answer.text
    assert only().name == "Another"
    assert send(ben, f"/views/{view.id}/name", name="Mine now", team="it", version=2).status_code == 303


@pytest.mark.parametrize(
    ("who", "reads", "changes"), [("ben", True, False), ("dana", True, True), ("hana", False, False)]
)
def test_a_shared_view_is_read_by_its_team_and_changed_by_its_keepers(
    client: Browser, who: str, reads: bool, changes: bool
) -> None:
    number = kept("chi", team="it").id
    client = sign_in(client, who)

    assert client.get(f"/views/{number}").status_code == (303 if reads else 404)
    assert (f"/views/{number}/name" in client.get("/views").text) is changes
    for path in ("name", "removal"):
        assert client.get(f"/views/{number}/{path}").status_code == (200 if changes else 404)
    for path, fields in (
        ("name", {"name": "X", "team": "it"}),
        ("address", {"view": "mine", "query": ""}),
        ("place", {"to": "up"}),
        ("removal", {}),
    ):
        answer = send(client, f"/views/{number}/{path}", page="/queue/mine", **fields)
        assert (answer.status_code == 404) is not changes


@pytest.mark.parametrize("path", ["", "/name", "/removal"])
def test_a_private_view_does_not_exist_for_others(client: Browser, path: str) -> None:
    number = kept("ben").id

    assert sign_in(client, "dana").get(f"/views/{number}{path}").status_code == 404
    assert sign_in(client, "ada").get(f"/views/{number}{path}").status_code == 403
    assert sign_in(client, "ben").get("/views/99999999999").status_code == 404


def test_a_view_of_others_in_the_address_is_nobodys(ben: FlaskClient) -> None:
    number = kept("chi", name="Secret of Chi").id

    answer = ben.get(f"/queue/due-next?saved={number}")

    assert "Secret of Chi" not in answer.text
    assert "<h1>Due next</h1>" in answer.text


def test_saved_views_cost_one_statement_however_many(app: Flask, client: Browser, count_sql: Any) -> None:
    sign_in(client, "ben")
    make.ticket()
    costs = []
    for many in range(2):
        for n in range(1 + 9 * many):
            kept(name=f"View {many} {n}", query="type=it/access&age=1w&tag=vpn&cause=1")
        client.get("/queue/due-next")
        with count_sql() as said:
            client.get("/queue/due-next")
        costs.append(len(said))

    assert costs[0] == costs[1] <= 8


def test_without_any_the_page_says_how_to_have_one(ben: FlaskClient) -> None:
    assert "No list is saved yet" in ben.get("/views").text
    assert "Saved views" not in ben.get("/queue/mine").text
