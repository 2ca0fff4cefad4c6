"""How the promises of a request are counted, on its page: the same sums for everybody, and every step explained."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from internaldesk.core.lifecycle import Status
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.sla import Calendar, Clock, OlaTarget, PolicyTarget
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions, records
from internaldesk.tickets.counted import Account, Counted, counted
from tests import cast, make
from tests.browse import sign_in
from tests.make import NOON

pytestmark = pytest.mark.usefixtures("clock")

CountSql = Callable[[], AbstractContextManager[list[str]]]
FILED = datetime(2026, 11, 17, 13, tzinfo=UTC)  # a Tuesday; IT is there from 08:00 to 18:00, Facilities from 07:00
HOUR = timedelta(hours=1)
LONDON, BERLIN = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin")
MOST_STATEMENTS = 8
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ticket(app: Flask) -> Ticket:
    """Asked, answered, waited for Ada for an hour, handed to Facilities, and made urgent on Wednesday at nine."""
    for team in ("it", "facilities"):
        for level in (Priority.MEDIUM, Priority.URGENT):
            db.session.add(OlaTarget(team_id=make.team(team).id, priority=level, minutes=300))
    db.session.flush()
    ben, chi, found = cast.actor("ben"), cast.actor("chi"), make.ticket("it/broken", by="ada", now=FILED)
    actions.note(found, by=ben, now=FILED, body="Ada broke it herself")
    actions.reply(found, by=ben, now=FILED + HOUR, body="Which dock?", then="progress")
    actions.set_status(found, by=ben, now=FILED + 2 * HOUR, status=Status.WAITING, reason="Which dock is it?")
    actions.reply(found, by=cast.actor("ada"), now=FILED + 3 * HOUR, body="The grey one")
    actions.transfer(found, by=ben, now=FILED + 4 * HOUR, team=make.team("facilities"), reason="workload")
    actions.set_priority(found, by=chi, now=FILED + 20 * HOUR, level=Priority.URGENT)
    db.session.flush()
    return found


def told(ticket: Ticket, *, reader: ZoneInfo = LONDON, internal: bool = False, now: datetime = NOON) -> Counted:
    return counted(records.of(ticket, now=now), now=now, reader=reader, internal=internal)


def lines(found: Counted, label: str) -> list[str]:
    return [f"{line.words} ({line.by})" if line.by else line.words for line in account(found, label).lines]


def account(found: Counted, label: str) -> Account:
    return next(account for account in found.accounts if account.label == label)


def seconds(words: str) -> int:
    """What "1 h 30 min" says."""
    units = {"h": 3600, "min": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)\b", words))


def page(client: FlaskClient, who: str, ticket: Ticket, **headers: str) -> str:
    answer = sign_in(client, who).get(f"/requests/{ticket.number}/clock", headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_every_step_is_told_with_who_and_why(ticket: Ticket) -> None:
    found = told(ticket)

    assert lines(found, "Solve") == [
        "Tue 17 Nov 13:00–15:00: 2 h",
        "Paused from Tue 17 Nov 15:00 to 16:00: waiting for the requester (Ben: Which dock is it?)",
        "Tue 17 Nov 16:00–17:00: 1 h",
        "Handed to another team at Tue 17 Nov 17:00 (to Facilities, by Ben)",
        "Tue 17 Nov 17:00–18:00: 1 h",
        "Closed until Wed 18 Nov 08:00",
        "Wed 18 Nov 08:00–09:00: 1 h",
        "New promise from Wed 18 Nov 09:00: 4 h instead of 24 h (Chi)",
        "Missed at Wed 18 Nov 09:00: the promise of 4 h was used up already",
        "Wed 18 Nov 09:00–12:00: 3 h",
        "8 h used of 4 h promised",
    ]
    assert [line.total for line in account(found, "Solve").lines if line.total] == ["2 h", "3 h", "4 h", "5 h", "8 h"]
    assert account(found, "First reply").pill.words == "Tue 14:00, in time"
    assert account(found, "First reply").promised == "8 h in IT hours"
    assert account(found, "Next reply").due == "Tue 17 Nov 17:00"


def test_the_zone_is_named_for_readers_elsewhere(ticket: Ticket) -> None:
    found = told(ticket, reader=BERLIN)

    assert lines(found, "First reply")[0] == "Tue 17 Nov 13:00–14:00 London: 1 h"
    assert account(found, "First reply").promised == "8 h in IT hours (Europe/London)"
    assert account(found, "Solve").due == "Tue 17 Nov 19:00, in its hours Tue 17 Nov 18:00 London"


def test_the_teams_add_up_to_what_each_promise_used(ticket: Ticket) -> None:
    found = told(ticket)

    assert found.together == [("First reply", "1 h"), ("Next replies", "6 h"), ("Solve", "8 h")]
    assert [(part.team, part.held) for part in found.parts] == [
        ("IT", ["Tue 17 Nov 13:00–17:00"]),
        ("Facilities", ["since Tue 17 Nov 17:00"]),
    ]
    for label, words in found.together:
        by_team = [seconds(used) for part in found.parts for name, used in part.used if name == label]
        assert sum(by_team) == seconds(words)
    for label, name in (("First reply", "First reply"), ("Next replies", "Next reply"), ("Solve", "Solve")):
        assert seconds(dict(found.together)[label]) == seconds(lines(found, name)[-1].split(" used")[0])
    assert found.parts[0].waited == [("waiting for the requester", "1 h")]


def test_a_team_that_gets_it_back_is_told_once(ticket: Ticket) -> None:
    actions.transfer(ticket, by=cast.actor("chi"), now=NOON, team=make.team("it"), reason="expertise")
    db.session.flush()

    found = told(ticket, now=NOON + HOUR)

    assert [(part.team, part.held) for part in found.parts] == [
        ("IT", ["Tue 17 Nov 13:00–17:00", "since Wed 18 Nov 12:00"]),
        ("Facilities", ["Tue 17 Nov 17:00–Wed 18 Nov 12:00"]),
    ]
    assert dict(found.parts[0].used)["Solve"] == "4 h"


def test_what_a_team_owes_the_desk_is_told_inside_only_with_the_difference(ticket: Ticket) -> None:
    inside, outside = told(ticket, internal=True), told(ticket)

    own, first = inside.parts[1].own, inside.parts[0].own
    assert first is not None
    assert first[0] == "3 h of 5 h in IT hours, due Wed 18 Nov 09:00"
    assert inside.parts[0].apart == ""
    assert own is not None
    assert own[0] == "7 h of 5 h in Facilities hours, due Wed 18 Nov 10:00"
    assert own[1].state == "over"
    assert inside.parts[1].apart == (
        "2 h more than the promise counted meanwhile, because it counts in Facilities hours."
    )
    assert [account.label for account in inside.accounts[-2:]] == ["IT: own part", "Facilities: own part"]
    assert {part.own for part in outside.parts} == {None}
    assert outside.accounts == inside.accounts[:-2]
    assert outside.together == inside.together


def test_own_hours_alike_may_still_rest_for_other_reasons(ticket: Ticket) -> None:
    db.session.execute(delete(OlaTarget))
    db.session.add(OlaTarget(team_id=make.team("it").id, priority=Priority.MEDIUM, minutes=300))
    db.session.flush()
    held = make.ticket("it/broken", by="ada", now=FILED)
    actions.set_status(held, by=cast.actor("ben"), now=FILED + HOUR, status=Status.SUPPLIER, reason="Part ordered")
    db.session.flush()

    part = told(held, internal=True).parts[0]

    assert part.waited == [("waiting for the supplier", "8 h")]
    assert (
        part.apart == "8 h less than the promise counted meanwhile, because each rests while it waits for other things."
    )


def test_the_agent_and_the_requester_read_the_same_sums(client: FlaskClient, ticket: Ticket) -> None:
    ada, chi = page(client, "ada", ticket), page(client, "chi", ticket)

    steps = [re.findall(r'<li class="is-[^>]+>.*?</li>', text, re.DOTALL) for text in (ada, chi)]
    assert len(steps[0]) > 15
    assert steps[1][: len(steps[0])] == steps[0]
    assert "All teams together" in ada
    assert "own part" in chi
    for secret in ("own part", "Own part", "Ada broke it herself", "Waive"):
        assert secret not in ada


@pytest.mark.parametrize(("who", "status"), [("max", 200), ("ben", 200), ("root", 200), ("eve", 404), ("hana", 404)])
def test_it_is_read_by_those_who_read_the_request(client: FlaskClient, ticket: Ticket, who: str, status: int) -> None:
    assert sign_in(client, who).get(f"/requests/{ticket.number}/clock").status_code == status


@pytest.mark.parametrize(("who", "inside"), [("chi", True), ("ben", False), ("dana", True), ("max", False)])
def test_a_team_that_passed_it_on_reads_what_the_requester_reads(
    client: FlaskClient, ticket: Ticket, who: str, inside: bool
) -> None:
    assert ("own part" in page(client, who, ticket)) is inside


def test_it_opens_within_the_page_and_is_a_page_of_its_own(client: FlaskClient, ticket: Ticket) -> None:
    for who in ("ada", "chi"):
        around = sign_in(client, who).get(f"/requests/{ticket.number}").text
        assert f'<details class="how" hx-get="/requests/{ticket.number}/clock" hx-trigger="toggle once"' in around
        assert f'<a href="/requests/{ticket.number}/clock">' in around
        whole, part = page(client, who, ticket), page(client, who, ticket, **HTMX)
        assert "<h1>How this is counted</h1>" in whole
        assert part.lstrip().startswith('<div class="counted"')


def test_a_request_without_promises_says_so(client: FlaskClient) -> None:
    db.session.execute(delete(PolicyTarget))
    ticket = make.ticket("it/broken", by="ada", now=FILED)

    text = page(client, "ada", ticket)

    assert "Nothing was promised for this request." in text
    assert "Which team held it" not in text


@pytest.mark.parametrize("who", ["ada", "chi", "dana"])
def test_it_costs_the_same_after_long_talks(client: FlaskClient, ticket: Ticket, count_sql: CountSql, who: str) -> None:
    def cost() -> int:
        sign_in(client, who)
        client.get(address)
        with count_sql() as said:
            assert client.get(address).status_code == 200
        return len(said)

    address = f"/requests/{ticket.number}/clock"
    few = cost()
    for n in range(12):
        at = FILED + timedelta(hours=21, minutes=n)
        actions.reply(ticket, by=cast.actor("chi"), now=at, body="And now?", then="wait")
        actions.reply(ticket, by=cast.actor("ada"), now=at, body="Still broken")
        actions.transfer(
            ticket, by=cast.actor("chi"), now=at, team=make.team("facilities" if n % 2 else "it"), reason="workload"
        )
    db.session.flush()

    assert cost() == few <= MOST_STATEMENTS + (who != "ada")  # inside, the clocks that can be waived are looked up


def test_the_page_of_the_request_pays_nothing_for_it(client: FlaskClient, ticket: Ticket, count_sql: CountSql) -> None:
    sign_in(client, "ada").get(address := f"/requests/{ticket.number}")

    with count_sql() as said:
        client.get(address)

    asked = [statement.split("FROM")[1].split()[0] for statement in said]
    assert not {"sla_event", "holding"}.intersection(asked)


def test_each_state_has_its_pill(app: Flask) -> None:
    ben, ada = cast.actor("ben"), cast.actor("ada")
    waiting, solved, late = (make.ticket("it/broken", by="ada", now=NOON - n * 24 * HOUR) for n in (1, 2, 7))
    actions.reply(waiting, by=ben, now=NOON, body="Which?", then="wait")
    actions.reply(solved, by=ben, now=NOON, body="Done", then="solve")
    actions.reply(late, by=ben, now=NOON, body="Sorry", then="progress")
    actions.reply(late, by=ada, now=NOON, body="Well?")
    sla.tell(late, sla.Kind.NO_REPLY_NEEDED, by=ben, now=NOON)
    db.session.flush()

    def pill(ticket: Ticket, label: str) -> tuple[str, str]:
        found = account(told(ticket), label).pill
        return found.state, found.words

    assert pill(waiting, "Solve") == ("paused", "Waiting for the requester")
    assert pill(solved, "Solve") == ("met", "12:00, in time")
    assert pill(late, "First reply") == ("missed", "12:00, late")
    assert pill(late, "Next reply") == ("cancelled", "no longer counted")
    assert account(told(late), "Next reply").due == ""
    assert pill(late, "Solve")[0] == "over"


def test_cycles_are_numbered_where_there_are_several(ticket: Ticket) -> None:
    actions.reply(ticket, by=cast.actor("chi"), now=NOON, body="Done?", then="progress")
    actions.reply(ticket, by=cast.actor("ada"), now=NOON, body="No")
    db.session.flush()

    labels = [account.label for account in told(ticket).accounts]

    assert labels == ["First reply", "Next reply 1", "Next reply 2", "Solve"]


def test_a_calendar_has_its_name(ticket: Ticket) -> None:
    db.session.execute(update(Calendar).where(Calendar.name == "IT hours").values(name="Help desk"))

    assert account(told(ticket), "First reply").promised == "8 h in Help desk"


def test_the_account_agrees_with_what_is_stored(ticket: Ticket) -> None:
    db.session.expire_all()
    stored = {
        (row.target, row.cycle): row for row in db.session.query(Clock).filter_by(ticket_id=ticket.id, team_key=0)
    }

    for found in told(ticket, now=FILED + 20 * HOUR).accounts:
        row = stored[(found.key[0], found.key[2])]
        assert seconds(found.promised.split(" in ")[0]) == row.target_seconds
        assert found.missed is (row.breached_at is not None)
