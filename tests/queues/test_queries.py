"""Lists hold what they say, in groups cut by the reader's day, and count what they hold."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.db import db
from internaldesk.models.people import TeamRole
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.people import actions as people
from internaldesk.queues import filtering, queries, rows
from internaldesk.queues.filtering import VIEWS, Filters
from internaldesk.queues.scope import Scope, Shape
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import causes, tags
from tests import cast, make
from tests.make import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def scope(who: str = "ben", view: str = "due-next", now: datetime = NOON, **chosen: str | list[str]) -> Scope:
    actor = cast.actor(who)
    sort = str(chosen.pop("sort", "due"))
    given = {name: [value] if isinstance(value, str) else value for name, value in chosen.items()}
    filters = filtering.read({**given, "sort": [sort]}, queries.choices(actor).offered)
    return Scope(Shape(actor, VIEWS[view], filters), now)


def listed(look: Scope) -> list[int]:
    return [row.id for row in queries.rows(look)]


def due(at: datetime, **facts: object) -> Ticket:
    """A ticket whose next promise falls due at `at`."""
    ticket = make.ticket(**facts)
    ticket.queue_at = at
    db.session.flush()
    return ticket


def test_the_soonest_promise_stands_first_and_paused_ones_last(app: Flask) -> None:
    paused, late, soon = due(NEVER), due(NOON - HOUR), due(NOON + HOUR)

    assert listed(scope()) == [late.id, soon.id, paused.id]
    assert listed(scope(sort="-due")) == [paused.id, soon.id, late.id]


def test_the_order_of_filing_can_be_asked_for(app: Flask) -> None:
    first = make.ticket(now=NOON - DAY)
    second = make.ticket(now=NOON - 2 * DAY)

    assert listed(scope(sort="filed")) == [second.id, first.id]
    assert listed(scope(sort="-filed")) == [first.id, second.id]


@pytest.mark.parametrize(
    ("at", "group"),
    [
        (NOON - HOUR, "Overdue"),
        (NOON, "Overdue"),
        (NOON + timedelta(seconds=1), "Next hour"),
        (NOON + HOUR, "Next hour"),
        (NOON + HOUR + timedelta(seconds=1), "Later today"),
        (datetime(2026, 11, 18, 23, 59, 59, tzinfo=UTC), "Later today"),
        (datetime(2026, 11, 19, tzinfo=UTC), "Tomorrow and later"),
        (NEVER, "Clock paused"),
    ],
)
def test_a_promise_stands_in_one_group_and_is_counted_there(app: Flask, at: datetime, group: str) -> None:
    due(at)
    look = scope()
    counts = queries.counts(look)

    found = rows.grouped(queries.rows(look), look, counts)

    assert [(part.title, part.total, len(part.lines)) for part in found] == [(group, 1, 1)]
    assert sum(counts.by_due) == counts.shown == counts.open == 1


def test_today_ends_where_the_reader_is(app: Flask) -> None:
    cast.person("chi").timezone = "Asia/Tokyo"
    due(datetime(2026, 11, 18, 16, tzinfo=UTC))  # 01:00 tomorrow in Tokyo

    assert queries.counts(scope("ben")).today == 1
    assert queries.counts(scope("chi")).later == 1


def test_near_midnight_the_next_hour_reaches_into_tomorrow(app: Flask) -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    due(late + HOUR / 2)

    assert queries.counts(scope(now=late)).by_due == (0, 1, 0, 0, 0)


def test_every_view_holds_its_own_and_the_rail_counts_the_same(app: Flask) -> None:
    ben, now = cast.actor("ben"), NOON + DAY
    made = {
        "mine": make.ticket(assignee="ben"),
        "unassigned": make.ticket(),
        "customer-waiting": make.ticket(assignee="chi", customer_waiting=True, customer="Acme"),
        "transferred-in": make.ticket("hr/ask"),
        "paused": make.ticket(assignee="chi"),
        "solved-this-week": make.ticket(assignee="chi"),
    }
    it = make.team("it")
    tickets.transfer(made["transferred-in"], by=cast.actor("hana"), now=NOON, team=it, reason="wrong-desk")
    tickets.assign(made["transferred-in"], by=ben, now=NOON, assignee_id=cast.person("chi").id)
    tickets.set_status(made["paused"], by=ben, now=NOON, status=Status.APPROVAL)
    tickets.solve(made["solved-this-week"], by=ben, now=NOON)
    db.session.flush()

    found = {view: listed(scope(view=view, now=now)) for view in VIEWS}

    assert {view: found[view] for view in made} == {view: [ticket.id] for view, ticket in made.items()}
    assert len(found["due-next"]) == 5
    counts = queries.counts(scope(now=now))
    assert (counts.mine, counts.unassigned, counts.customer) == (1, 1, 1)
    assert (counts.transferred, counts.paused, counts.solved) == (1, 1, 1)


@pytest.mark.parametrize(("days", "listed_"), [(-1, False), (0, True)])
def test_a_week_begins_on_monday_where_the_reader_is(app: Flask, days: int, listed_: bool) -> None:
    ticket, ben = make.ticket(), cast.actor("ben")
    monday = datetime(2026, 11, 16, 0, 30, tzinfo=UTC)
    tickets.solve(ticket, by=ben, now=monday + days * HOUR)
    db.session.flush()
    sunday = datetime(2026, 11, 22, 17, tzinfo=UTC)

    assert listed(scope(view="solved-this-week", now=sunday)) == ([ticket.id] if listed_ else [])
    assert queries.counts(scope(now=sunday)).solved == int(listed_)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("who", ["ben", "chi", "hana", "finn"])
def test_every_view_shows_what_its_reader_handles_and_nothing_else(app: Flask, view: str, who: str) -> None:
    people.join(cast.person("finn"), "hr", role=TeamRole.AGENT)
    own = make.ticket("it/broken", by=who)
    others = [
        make.ticket("hr/concern"),
        make.ticket("hr/ask"),
        make.ticket("it/access"),
        make.ticket("facilities/repair"),
    ]
    for ticket in (own, *others):
        ticket.customer_waiting, ticket.transferred = True, 1
        ticket.assignee_id = cast.person(who).id if view == "mine" else None
        ticket.queue_at = NEVER if view == "paused" else NOON
        ticket.risk_at = ticket.queue_at
    if view == "solved-this-week":
        tickets.solve(own, by=cast.actor(who), now=NOON)
        for ticket in others:
            tickets.solve(ticket, by=cast.actor("ada"), now=NOON)
    db.session.flush()
    handled = {"ben": {2}, "chi": {2, 3}, "hana": {0, 1}, "finn": {1}}[who]

    found = set(listed(scope(who, view)))

    assert found == {others[n].id for n in handled}
    counts = queries.counts(scope(who, view))
    assert (counts.shown_solved if view == "solved-this-week" else counts.shown) == len(found)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, "abcd"),
        ({"type": "it/access"}, "b"),
        ({"type": ["it/access", "it/broken"]}, "abd"),
        ({"team": "facilities"}, "c"),
        ({"location": "porto"}, "d"),
        ({"location": ["porto", "leeds"], "type": "it/access"}, "b"),
        ({"assignee": "none"}, "bcd"),
        ({"status": "waiting"}, "b"),
        ({"customer": "yes"}, "d"),
        ({"customer": ["yes", "no"]}, "abcd"),
        ({"due": "paused"}, "b"),
        ({"due": ["paused", "overdue"]}, "b"),
        ({"location": "nowhere"}, "abcd"),
        ({"tag": "vpn"}, "ac"),
        ({"tag": ["printer", "vpn"]}, "abc"),
        ({"tag": "vpn", "type": "it/broken"}, "a"),
        ({"tag": "gone"}, ""),
        ({"age": "1d"}, "cd"),
        ({"age": ["1w", "3d"]}, "d"),
        ({"age": "4w"}, ""),
        ({"age": "5y"}, "abcd"),
        ({"cause": ["a"]}, "bd"),
        ({"cause": ["a", "c"]}, "bd"),
        ({"cause": ["999"]}, ""),
        ({"cause": ["R-1"]}, "abcd"),
    ],
)
def test_filters_narrow_a_list_and_its_tally_alike(
    app: Flask, chosen: dict[str, str | list[str]], expected: str
) -> None:
    made = {
        "a": make.ticket("it/broken", assignee="ben"),
        "b": make.ticket("it/access"),
        "c": make.ticket("facilities/repair", now=NOON - DAY),
        "d": make.ticket("it/broken", by="eve", customer_waiting=True, customer="Acme", now=NOON - 4 * DAY),
    }
    for name, words in {"a": ["vpn"], "b": ["printer"], "c": ["vpn", "door"]}.items():
        tags.tag(made[name], by=cast.actor("chi"), now=NOON, tags=words)
    for name in "bd":
        causes.link(made[name], made["a"], by=cast.actor("chi"), now=NOON)
    if "cause" in chosen:
        chosen = {"cause": [str(made[name].id) if name in made else name for name in chosen["cause"]]}
    tickets.set_status(made["b"], by=cast.actor("ben"), now=NOON, status=Status.WAITING)
    made["b"].queue_at = NEVER
    made["c"].queue_at = made["d"].queue_at = NOON + HOUR
    db.session.flush()
    look = scope("chi", **chosen)

    assert set(listed(look)) == {made[name].id for name in expected}
    assert queries.counts(look).shown == len(expected)
    assert queries.counts(look).open == 4


def test_a_cause_that_was_unlinked_or_is_hidden_has_no_requests(app: Flask) -> None:
    chi = cast.actor("chi")
    ticket, other, cause = make.ticket(), make.ticket(), make.ticket()
    for each in (ticket, other):
        causes.link(each, cause, by=chi, now=NOON)
    causes.unlink(other, by=chi, now=NOON)
    db.session.flush()
    assert listed(scope(cause=str(cause.id))) == [ticket.id]
    assert queries.causes(cast.actor("ben")) == [
        filtering.Option(str(cause.id), f"R-{cause.id} {cause.summary}", cause.id)
    ]
    assert queries.causes(cast.actor("hana")) == []

    cause.team_id, cause.confidentiality = make.team("hr").id, Confidentiality.CASE
    db.session.flush()

    assert listed(scope(cause=str(cause.id))) == []
    assert queries.causes(cast.actor("ben")) == []


def test_an_assignee_or_nobody(app: Flask) -> None:
    mine, free = make.ticket(assignee="ben"), make.ticket()
    make.ticket(assignee="chi")

    ben = str(cast.person("ben").id)

    assert listed(scope(assignee=ben)) == [mine.id]
    assert set(listed(scope(assignee=[ben, "none"]))) == {mine.id, free.id}


def test_the_marks_of_the_horizon_follow_the_filters(app: Flask) -> None:
    due(NOON - 3 * HOUR)
    due(NOON - HOUR)
    due(NOON + HOUR, assignee="ben")
    due(NEVER)

    assert queries.dues(scope()) == [(NOON - HOUR, False), (NOON + HOUR, True)]
    assert queries.dues(scope(assignee="none")) == [(NOON - HOUR, False)]


Change = Callable[[Ticket], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket: make.ticket(now=NOON),
        lambda ticket: tickets.assign(ticket, by=cast.actor("ben"), now=NOON, assignee_id=cast.person("ben").id),
        lambda ticket: tickets.reply(ticket, by=cast.actor("ada"), now=NOON, body="And another thing"),
        lambda ticket: tickets.set_status(ticket, by=cast.actor("ben"), now=NOON, status=Status.SUPPLIER),
        lambda ticket: tickets.solve(ticket, by=cast.actor("ben"), now=NOON),
    ],
)
def test_the_version_moves_with_every_change_even_within_a_second(app: Flask, change: Change) -> None:
    ticket, ben = make.ticket(now=NOON), cast.actor("ben")
    db.session.commit()
    before = queries.state(ben, now=NOON)
    assert before == queries.counts(scope()).state

    change(ticket)
    db.session.commit()

    assert queries.state(ben, now=NOON) > before


def test_the_version_of_a_team_is_not_moved_by_others(app: Flask) -> None:
    make.ticket()
    db.session.commit()
    before = queries.state(cast.actor("ben"), now=NOON)

    make.ticket("hr/concern")
    db.session.commit()

    assert queries.state(cast.actor("ben"), now=NOON) == before


def test_filters_are_written_as_they_are_read() -> None:
    offered = {**filtering.fixed(), "type": (filtering.Option("it/broken", "Something is broken", 1),)}
    filters = filtering.read({"type": ["it/broken", "it/x"], "due": ["hour", "now"], "sort": ["-due"]}, offered)

    assert filters.query() == "?due=hour&type=it/broken&sort=-due"
    assert filters.of("due") == ("hour",)
    assert Filters().query() == ""
