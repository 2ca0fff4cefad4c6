"""Which rule hits a request, and why the others do not; which way requests usually go, and whether the parts fit."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Asked, Condition
from internaldesk.db import db
from internaldesk.models.sla import OlaTarget
from internaldesk.promises import actions, queries, routes, tester
from internaldesk.promises.terms import Names
from internaldesk.tickets import actions as tickets
from tests import cast, make
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.rulebook import FIRST, SOLVED

NAMES = Names({7: "Broken", 8: "Access", 9: "Pay", 10: "Badge"}, {1: "Leeds", 2: "Porto"}, {}, {})
ASKED = Asked(7, Priority.LOW, False, 2)
LOW, HIGH = Priority.LOW, Priority.HIGH


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (Condition(priorities=frozenset({Priority.URGENT})), ["priority is low, this rule wants urgent"]),
        (Condition(priorities=frozenset({HIGH, Priority.URGENT})), ["priority is low, this rule wants urgent or high"]),
        (Condition(types=frozenset({8})), ["it is “Broken”, this rule wants “Access”"]),
        (Condition(types=frozenset({8, 9, 10})), ["it is “Broken”, this rule wants “Access”, “Badge” or “Pay”"]),
        (
            Condition(types=frozenset({8, 9, 10, 11})),
            ["it is “Broken”, this rule wants “Access”, “Badge” or 2 others"],
        ),
        (Condition(customer_waiting=True), ["no customer waits, this rule wants one"]),
        (Condition(locations=frozenset({1})), ["it comes from Porto, this rule wants Leeds"]),
        (
            Condition(priorities=frozenset({HIGH}), customer_waiting=True),
            ["priority is low, this rule wants high", "no customer waits, this rule wants one"],
        ),
        (Condition(types=frozenset({7}), priorities=frozenset({LOW}), locations=frozenset({2})), []),
        (Condition(), []),
    ],
)
def test_why_a_rule_does_not_fit(condition: Condition, why: list[str]) -> None:
    assert tester.misfits(condition, ASKED, NAMES) == why


def test_a_customer_who_waits_does_not_fit_a_rule_without() -> None:
    asked = Asked(7, Priority.LOW, True, 2)

    assert tester.misfits(Condition(customer_waiting=False), asked, NAMES) == ["a customer waits, this rule wants none"]


@pytest.mark.parametrize(
    ("words", "number"), [("R-41", 41), ("r41", 41), (" 41 ", 41), ("", None), ("printer", None), ("9999999999", None)]
)
def test_a_request_is_named_as_people_do(words: str, number: int | None) -> None:
    assert tester.number_in(words) == number


def tried(ticket: Any) -> tester.Answer:
    it = make.team("it")
    return tester.answer(ticket, queries.rules(it.id), queries.names(it.id), now=NOON)


def test_the_first_rule_that_fits_holds_and_the_others_say_why_not(app: Flask) -> None:
    ticket = make.ticket(now=NOON - timedelta(hours=1))
    rulebook.everything_else()
    off = rulebook.added(name="Off")
    rulebook.added(name="Same again", condition=Condition(types=frozenset({ticket.request_type_id})))
    actions.switch(off, active=False, by=cast.actor("dana"), now=NOON)

    answer = tried(ticket)

    found = {verdict.rule.policy.name: (verdict.holds, verdict.fits, verdict.why) for verdict in answer.verdicts}
    assert answer.holding is not None
    assert answer.holding.policy.name == "Something is broken"
    assert found["Something is broken"] == (True, True, "the first that fits, so it holds")
    assert found["Same again"] == (False, True, "would fit as well, but rule 1 comes first")
    assert found["The rest"] == (False, True, "would fit as well, but rule 1 comes first")
    assert found["Off"] == (False, False, "switched off")
    assert found["Borrow equipment"][2].startswith("it is “Something is broken”, this rule wants")
    assert not answer.kept
    assert [(due.title, due.within) for due in answer.dues] == [
        ("First reply", "8 h"),
        ("Next reply", "8 h"),
        ("Solved", "24 h"),
    ]
    first = answer.dues[0]
    assert first.clock is not None
    assert first.counted == first.clock.due_at
    assert answer.dues[1].counted is None


def test_a_request_may_count_by_an_older_version(app: Flask) -> None:
    ticket = make.ticket(now=NOON - timedelta(hours=1))
    rule = rulebook.rule()
    promise = rulebook.promise(
        name=rule.policy.name, condition=rule.promise.condition, minutes={(Priority.MEDIUM, FIRST): 5}
    )
    actions.revise(rule.policy, promise, version=rule.version.id, note="", by=cast.actor("dana"), now=NOON)

    assert tried(ticket).kept


def test_no_rule_no_promise(app: Flask) -> None:
    ticket = make.ticket()
    rule = rulebook.rule()
    rule.policy.condition = {}

    answer = tried(ticket)

    assert answer.holding is None
    assert answer.dues == []
    assert answer.verdicts[0].why == "it says nothing of what it applies to, so it matches nothing"
    assert answer.kept


@pytest.mark.parametrize(("who", "seen"), [("dana", True), ("ada", True), ("root", True), ("hana", False)])
def test_only_what_one_may_see_is_tried(app: Flask, who: str, seen: bool) -> None:
    ticket = make.ticket()

    assert (tester.ticket(ticket.number, actor=cast.actor(who)) is not None) is seen
    assert tester.ticket("R-999999", actor=cast.actor(who)) is None


def test_cases_are_nobody_s_to_try_but_their_group_s(app: Flask) -> None:
    case = make.ticket("hr/concern")

    assert tester.ticket(case.number, actor=cast.actor("root")) is None


def sent_on(count: int, *, ago: timedelta = timedelta(days=3)) -> None:
    for _ in range(count):
        ticket = make.ticket(now=NOON - ago)
        facts = {"reason": "expertise", "body": "", "by": cast.actor("ben"), "now": NOON - ago}
        tickets.transfer(ticket, team=make.team("facilities"), **facts)
    db.session.flush()


def usual() -> routes.Route | None:
    return routes.usual([make.request_type("it/broken").id], actor=cast.actor("dana"), now=NOON)


def test_the_usual_route_is_the_most_common_way_of_at_least_five(app: Flask) -> None:
    it, facilities = make.team("it").id, make.team("facilities").id
    make.ticket(now=NOON - timedelta(days=2))
    sent_on(4)
    sent_on(3, ago=timedelta(weeks=14))
    assert usual() is None

    sent_on(1)

    assert usual() == routes.Route((it, facilities), 5, 6)


def test_the_parts_of_a_route_must_fit_into_the_promise(app: Flask) -> None:
    it, facilities = make.team("it").id, make.team("facilities").id
    for team, minutes in ((it, 300), (facilities, 240)):
        db.session.add(OlaTarget(team_id=team, priority=HIGH, minutes=minutes))
    db.session.flush()
    parts = routes.parts(routes.Route((it, facilities, it), 5, 6))

    def warned(route: tuple[int, ...], minutes: int) -> str:
        promise = rulebook.promise(condition=Condition(priorities=frozenset({HIGH})), minutes={(HIGH, SOLVED): minutes})
        way = routes.Route(route, 5, 6)
        return routes.too_long(promise, way, routes.parts(way))

    assert [part.minutes for part in parts] == [{HIGH: 300}, {HIGH: 240}]
    assert warned((it, facilities, it), 540) == ""
    assert warned((it, facilities, it), 539) == (
        "5 of 6 requests went the way IT, then Facilities. On it the teams' own parts add up to 9 h for high, where"
        " 8 h 59 are promised."
    )
    assert warned((it,), 60).endswith("On it the team's own part is 5 h for high, where 1 h are promised.")
