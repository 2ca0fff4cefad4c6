"""The settings of recurring requests: who finds what there, that nothing typed is lost, and what it will do."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.recurring import LAST, Closed, Rule, Unit
from internaldesk.db import db
from internaldesk.models.recurring import Plan
from internaldesk.recurring import actions, running
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.journeys.visitor import through
from tests.make import NOON
from tests.recurring.shelf import ANSWERS, DAILY, lines, plan, wish

pytestmark = pytest.mark.usefixtures("clock")

LIST = "/settings/recurring"
NEW = "/settings/recurring/new?type=it/broken"
WORDS = {"summary": "Check the backups", **ANSWERS}


def only() -> Plan:
    db.session.rollback()
    return db.session.scalars(select(Plan)).one()


def ahead(page: str) -> list[str]:
    return re.findall(r"<li>(\w{3} \d+ \w{3} \d{4}, \d\d:\d\d)", page)


def test_a_lead_plans_one_and_reads_what_it_will_do(client: Browser) -> None:
    dana = through(sign_in(client, "dana"))
    chi = cast.person("chi").id

    sent = dana.sends(
        NEW, NEW, **WORDS, **{"plan-how": "weekday", "plan-nth": "-1", "plan-weekday": "4", "plan-time": "17:30"},
        **{"plan-closed": "previous", "plan-assignee": str(chi), "plan-skip": "y"},
    )  # fmt: skip

    made = only()
    assert (sent.status, sent.location) == (303, f"{LIST}/{made.id}")
    assert (made.unit, made.nth, made.weekday, made.day, made.minute) == (Unit.MONTH, LAST, 4, None, 1050)
    assert (made.closed, made.assignee_id, made.requester.name, made.skip_open) == (Closed.PREVIOUS, chi, "Dana", True)
    page = dana.reads(f"{LIST}/{made.id}")
    assert ahead(page) == [
        "Fri 27 Nov 2026, 17:30",
        "Thu 24 Dec 2026, 17:30",
        "Fri 29 Jan 2027, 17:30",
        "Fri 26 Feb 2027, 17:30",
        "Thu 25 Mar 2027, 17:30",
    ]
    assert "moved: 2026-12-25 is closed" in page
    assert "Every month on the last Friday at 17:30; on the previous working day if that one is closed." in page
    assert "Fri 27 Nov 2026, 17:30" in dana.reads(LIST)


@pytest.mark.parametrize(
    ("unit", "fields", "rule"),
    [
        ("day", {"plan-every": "3"}, {"every": 3, "day": None, "weekdays": []}),
        ("week", {"plan-weekdays": ["0", "3"]}, {"weekdays": [0, 3], "day": None}),
        ("month", {"plan-day": "15", "plan-times": "4"}, {"day": 15, "times": 4}),
        ("month", {"plan-how": "last"}, {"day": 31, "nth": None}),
        ("year", {"plan-starts": "2027-02-28", "plan-ends": "2030-01-01"}, {"starts_on": date(2027, 2, 28)}),
    ],
)
def test_every_kind_of_rule_comes_back_as_it_was_typed(
    client: Browser, unit: str, fields: dict[str, Any], rule: dict[str, Any]
) -> None:
    dana = through(sign_in(client, "dana"))
    dana.sends(NEW, NEW, **WORDS, **{"plan-unit": unit}, **fields)
    made = only()
    before = {name: getattr(made, name) for name in (*rule, "minute", "starts_on", "ends_on", "answers", "next_at")}
    assert before | rule == before
    edit = f"{LIST}/{made.id}/edit"

    assert dana.sends(edit, edit, summary="Another title").status == 303

    made = only()
    assert {name: getattr(made, name) for name in before} == before
    assert lines(made)[-1] == ("changed", "Changed the title.")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"summary": " "}, "Say in one line"),
        ({"device": ""}, "This one needs an answer"),
        ({"plan-every": "0"}, "Choose a number from 1 to 99."),
        ({"plan-every": "often"}, "Not a valid integer value."),
        ({"plan-unit": "week"}, "Choose at least one day of the week."),
        ({"plan-day": "32"}, "Choose a day from 1 to 31."),
        ({"plan-time": "25:00"}, "Give a time such as 09:00."),
        ({"plan-starts": "soon"}, "Give a date such as 2026-12-01."),
        ({"plan-ends": "2026-11-01"}, "It cannot end before it starts."),
        ({"plan-ends": "2026-12-01", "plan-times": "3"}, "not both"),
        ({"plan-unit": "fortnight"}, "Not a valid choice"),
        ({"plan-requester": "99999"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client: Browser, wrong: dict[str, str], sentence: str) -> None:
    dana = through(sign_in(client, "dana"))

    sent = dana.sends(NEW, NEW, **{**WORDS, "details": "As every month.", **wrong})

    assert sent.status == 422
    assert sentence in sent.text
    assert "As every month." in sent.text
    assert db.session.scalar(select(Plan.id)) is None


def test_the_next_five_are_shown_before_anything_is_kept(client: Browser) -> None:
    dana = through(sign_in(client, "dana"))
    assert ahead(dana.reads(NEW))[0] == "Tue 1 Dec 2026, 09:00"

    tried = dana.sends(NEW, NEW, **WORDS, press="preview=1", **{"plan-unit": "day", "plan-times": "2"})

    assert (tried.status, ahead(tried.text)) == (200, ["Thu 19 Nov 2026, 09:00", "Fri 20 Nov 2026, 09:00"])
    assert 'value="Check the backups"' in tried.text
    assert db.session.scalar(select(Plan.id)) is None


def test_it_is_paused_resumed_and_removed(client: Browser) -> None:
    kept = plan()
    dana, at = through(sign_in(client, "dana")), f"{LIST}/{kept.id}"

    dana.sends(at, f"{at}/pause")
    assert "Paused" in dana.reads(LIST)
    dana.sends(at, f"{at}/resumption")
    assert dana.sends(f"{at}/removal", f"{at}/removal").location == LIST

    assert "is removed" in dana.reads(LIST)
    assert kept.summary not in dana.reads(LIST)
    assert client.get(at).status_code == 404
    db.session.rollback()
    assert [deed for deed, _ in lines(kept)] == ["planned", "paused", "resumed", "removed"]


def test_who_edits_an_older_one_is_asked_to_look_again(client: Browser) -> None:
    kept = plan()
    at = f"{LIST}/{kept.id}/edit"
    dana = through(sign_in(client, "dana"))

    sent = dana.sends(at, at, summary="Mine", version="0")

    assert sent.status == 409
    assert "Somebody changed this" in sent.text
    assert 'value="Mine"' in sent.text
    known = {"by": cast.actor("dana"), "now": NOON, "form": make.form(kept.request_type)}
    with pytest.raises(Conflict):
        actions.change(kept, wish=wish(), version=0, **known)


def test_a_changed_rule_counts_anew_and_never_deals_with_a_day_twice(app: Flask) -> None:
    kept = plan(Rule(Unit.DAY, date(2026, 11, 18), times=1))
    nine = kept.next_at
    running.file_due(now=nine)
    db.session.commit()
    assert kept.next_at is None

    later = Rule(Unit.DAY, date(2026, 11, 18), minute=15 * 60, times=1)
    actions.change(kept, by=cast.actor("dana"), now=nine, form=kept.form_version, wish=wish(later))

    assert (kept.done, kept.next_on) == (0, date(2026, 11, 20))
    assert "From “Every day at 09:00, 1 time" in lines(kept)[-1][1]


@pytest.mark.parametrize("who", ["ada", "ben", "max"])
def test_only_those_who_lead_find_it(client: Browser, who: str) -> None:
    kept = plan()
    sign_in(client, who)

    assert [client.get(at).status_code for at in (LIST, NEW, f"{LIST}/{kept.id}")] == [403] * 3


def test_what_belongs_to_another_team_is_not_there(client: Browser) -> None:
    other = plan(by="root", path="facilities/repair", requester="chi", answers={})
    sign_in(client, "dana")

    for at in (
        f"{LIST}/{other.id}",
        f"{LIST}/{other.id}/edit",
        f"{LIST}/{2**40}",
        f"{LIST}/new?type=facilities/repair",
    ):
        assert client.get(at).status_code == 404
    assert other.summary not in client.get(LIST).text
    assert other.summary in sign_in(client, "root").get(LIST).text


def test_the_rules_hold_without_pages(app: Flask) -> None:
    kind, concern = make.request_type("it/broken"), make.request_type("hr/concern")
    form = {"now": NOON, "form": make.form(kind)}
    kept = plan()

    with pytest.raises(Refused, match="confidential"):
        actions.plan(concern, by=cast.actor("root"), now=NOON, form=make.form(concern), wish=wish())
    with pytest.raises(Forbidden):
        actions.plan(kind, by=cast.actor("ben"), wish=wish(), **form)
    with pytest.raises(Refused, match="works in this team"):
        actions.plan(kind, by=cast.actor("dana"), wish=wish(requester="ada"), **form)
    with pytest.raises(Refused, match="works in this team"):
        actions.plan(kind, by=cast.actor("dana"), wish=wish(assignee="pia"), **form)
    with pytest.raises(Refused, match="own request"):
        actions.plan(kind, by=cast.actor("dana"), wish=wish(assignee="dana"), **form)
    for deed in (actions.pause, actions.remove):
        with pytest.raises(Forbidden):
            deed(kept, by=cast.actor("ben"), now=NOON)
    assert actions.resume(kept, by=cast.actor("dana"), now=NOON) is False


def test_the_list_costs_the_same_for_3_and_for_30(client: Browser, count_sql: Any) -> None:
    def cost() -> int:
        client.get(LIST)
        with count_sql() as said:
            assert client.get(LIST).status_code == 200
        return len(said)

    sign_in(client, "root")
    for _ in range(3):
        plan(DAILY)
    few = cost()
    for _ in range(27):
        plan(DAILY)

    assert cost() == few <= 10
