"""Saving a rule adds a version and a line of the history; order, switch and own part change nothing that runs."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from internaldesk.core.errors import Conflict, Forbidden, Refused
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition, TaskKind
from internaldesk.db import db
from internaldesk.models.sla import CalendarVersion, ClockTask, PolicyVersion
from internaldesk.promises import actions, queries
from internaldesk.promises.checks import Faults
from internaldesk.promises.queries import Rule
from internaldesk.promises.terms import USUAL_PAUSES, Terms
from internaldesk.sla import queries as sla
from internaldesk.sla import tasks
from tests import cast, make
from tests.make import NOON
from tests.promises import rulebook
from tests.promises.rulebook import FIRST, HIGH, SOLVED, history, order

HOUR = timedelta(hours=1)


def with_terms(rule: Rule, **terms: Any) -> Any:
    return replace(rule.promise, terms=replace(rule.promise.terms, **terms))


def saved(rule: Rule, promise: Any, *, by: str = "dana", version: int | None = None, note: str = "") -> actions.Saved:
    seen = rule.version.id if version is None else version
    return actions.revise(rule.policy, promise, version=seen, note=note, by=cast.actor(by), now=NOON)


def test_saving_adds_a_version_and_changes_no_older_one(app: Flask) -> None:
    rule = rulebook.rule()
    before = Terms.of(rule.version)
    minutes = {**rule.promise.terms.minutes, (HIGH, FIRST): 120}

    result = saved(rule, with_terms(rule, minutes=minutes), note="People asked.")

    newest = queries.newest_version(rule.id)
    assert result.changed == ["First reply for high: 2 h instead of 4 h"]
    assert (newest.id > rule.version.id, newest.valid_from, newest.note) == (True, NOON, "People asked.")
    assert newest.author_id == cast.actor("dana").id
    assert Terms.of(newest) == replace(before, minutes=minutes)
    assert Terms.of(rule.version) == before
    assert history() == ["First reply for high: 2 h instead of 4 h"]


def test_every_part_of_a_rule_is_stored_and_read_back(app: Flask) -> None:
    rule = rulebook.rule()
    porto = cast.person("eve").location_id
    pauses = {**USUAL_PAUSES, SOLVED: frozenset({"vendor"})}
    given = replace(
        rule.promise,
        name="Broken in Porto",
        condition=Condition(rule.promise.condition.types, frozenset({HIGH}), True, frozenset({porto})),
        terms=Terms({(HIGH, SOLVED): 90}, rule.version.calendar_id, True, "new_cycle", pauses, 60, 30, None),
    )
    given = replace(given, terms=replace(given.terms, escalate_to_id=cast.person("ben").id))

    saved(rule, given)
    db.session.commit()

    assert rulebook.rule().promise == given


def test_new_requests_are_promised_by_the_new_version_and_open_ones_keep_theirs(app: Flask) -> None:
    rule = rulebook.rule()
    before = make.ticket(now=NOON - HOUR)
    minutes = dict.fromkeys(rule.promise.terms.minutes, 60)

    saved(rule, with_terms(rule, minutes=minutes))
    after = make.ticket(now=NOON + HOUR)

    allowed = {clock.target_seconds for clock in sla.clocks(after.id) if clock.target in (FIRST, SOLVED)}
    kept = {clock.policy_version_id for clock in sla.clocks(before.id) if clock.team_key == 0}
    assert allowed == {3600}
    assert kept == {rule.version.id}
    assert queries.keeping(rule.id, actor=cast.actor("dana")) == 1
    assert queries.keeping(rule.id, actor=cast.actor("hana")) == 0


def test_saving_what_stands_already_adds_nothing(app: Flask) -> None:
    rule = rulebook.rule()

    assert saved(rule, rule.promise).changed == []
    assert queries.newest_version(rule.id).id == rule.version.id
    assert history() == []


def test_a_newer_version_is_not_overwritten(app: Flask) -> None:
    rule = rulebook.rule()
    saved(rule, with_terms(rule, at_risk_percent=80), by="root")

    with pytest.raises(Conflict, match=r"^Root saved a newer version of this rule while you were writing\."):
        saved(rule, with_terms(rule, at_risk_percent=60), version=rule.version.id)

    assert queries.newest_version(rule.id).at_risk_percent == 80


def test_faults_are_refused_and_nothing_is_stored(app: Flask) -> None:
    rule = rulebook.rule()
    versions = db.session.scalar(select(func.count(PolicyVersion.id)))

    with pytest.raises(Faults, match="Promise something"):
        saved(rule, with_terms(rule, minutes={}))

    assert db.session.scalar(select(func.count(PolicyVersion.id))) == versions


@pytest.mark.parametrize("what", ["types", "calendar", "person", "place"])
def test_a_rule_cannot_point_at_what_is_not_the_team_s(app: Flask, what: str) -> None:
    rule, other = rulebook.rule(), make.request_type("hr/pay").id
    wrong = {
        "types": replace(rule.promise, condition=Condition(types=frozenset({other}))),
        "place": replace(rule.promise, condition=Condition(locations=frozenset({987}))),
        "calendar": with_terms(rule, calendar_id=987654),
        "person": with_terms(rule, escalate_to_id=cast.person("hana").id),
    }

    with pytest.raises(Faults):
        saved(rule, wrong[what])


def test_a_calendar_that_never_opens_is_refused(app: Flask) -> None:
    rule = rulebook.rule()
    shut = CalendarVersion(calendar_id=rule.version.calendar_id, zone="Europe/London", hours={}, valid_from=NOON)
    db.session.add(shut)
    db.session.flush()

    with pytest.raises(Faults, match="has no opening hours"):
        saved(rule, with_terms(rule, at_risk_percent=80))


@pytest.mark.parametrize("who", ["ben", "hana", "max"])
def test_only_leads_of_the_team_and_administrators_change_rules(app: Flask, who: str) -> None:
    rule, it, by = rulebook.rule(), make.team("it"), cast.actor(who)
    calendar = queries.calendar(it.calendar_id, now=NOON)
    assert calendar is not None
    tries: list[Any] = [
        lambda: saved(rule, rule.promise, by=who),
        lambda: rulebook.added(by=who),
        lambda: actions.move(rule.policy, up=False, by=by, now=NOON),
        lambda: actions.switch(rule.policy, active=False, by=by, now=NOON),
        lambda: actions.set_own_part(it, minutes={}, calendar=calendar, by=by, now=NOON),
        lambda: actions.try_out(it, rule.promise, policy_id=rule.id, typed={}, by=by, now=NOON),
        lambda: actions.weigh(rule.policy, by=by, now=NOON),
        lambda: actions.apply(rule.policy, version=rule.version.id, by=by, now=NOON),
    ]

    for attempt in tries:
        with pytest.raises(Forbidden):
            attempt()


def test_a_new_rule_comes_last_but_before_the_one_for_everything_else(app: Flask) -> None:
    delivered = order()

    rulebook.everything_else()
    rulebook.added(name="Late comer")

    assert order() == [*delivered, "Late comer", "The rest"]
    assert history()[0] == (
        "New rule “The rest” for everything else; urgent: solved 80 h; high: solved 80 h; medium: solved 80 h;"
        " low: solved 80 h"
    )


def test_a_second_rule_for_everything_else_is_refused_until_the_first_is_off(app: Flask) -> None:
    first = rulebook.everything_else()

    with pytest.raises(Faults, match="“The rest” already holds for everything else"):
        rulebook.everything_else(name="Another")
    actions.switch(first, active=False, by=cast.actor("dana"), now=NOON)
    rulebook.everything_else(name="Another")

    with pytest.raises(Refused, match="“Another” already holds for everything else"):
        actions.switch(first, active=True, by=cast.actor("dana"), now=NOON)


def test_rules_change_places_one_step_at_a_time(app: Flask) -> None:
    first, second, *rest = order()
    rules = queries.rules(make.team("it").id)
    dana = cast.actor("dana")

    assert actions.move(rules[0].policy, up=True, by=dana, now=NOON) is False
    assert actions.move(rules[-1].policy, up=False, by=dana, now=NOON) is False
    assert actions.move(rules[1].policy, up=True, by=dana, now=NOON) is True

    assert order() == [second, first, *rest]
    assert history() == [f"“{second}” comes before “{first}” now"]
    assert actions.move(rules[1].policy, up=False, by=dana, now=NOON) is True
    assert order() == [first, second, *rest]


def test_nothing_comes_after_the_rule_for_everything_else(app: Flask) -> None:
    rest = rulebook.everything_else()
    last = queries.rules(make.team("it").id)[-2]

    for policy, up in ((last.policy, False), (rest, True)):
        with pytest.raises(Refused, match="stays last"):
            actions.move(policy, up=up, by=cast.actor("dana"), now=NOON)


def test_the_order_decides_which_rule_holds(app: Flask) -> None:
    urgent = rulebook.added(name="Urgent first", minutes={(Priority.URGENT, FIRST): 5})
    facts = {"answers": {"device": "x", "can_work": "no", "affected": "many"}}
    before = make.ticket(**facts)
    while order()[0] != "Urgent first":
        actions.move(urgent, up=True, by=cast.actor("dana"), now=NOON)

    after = make.ticket(**facts)

    assert before.priority is after.priority is Priority.URGENT
    assert {clock.target_seconds for clock in sla.clocks(after.id) if clock.target is FIRST} == {300}
    assert {clock.target_seconds for clock in sla.clocks(before.id) if clock.target is FIRST} == {3600}


def test_a_rule_that_is_off_holds_for_no_new_request_and_running_clocks_go_on(app: Flask) -> None:
    rule, dana = rulebook.rule(), cast.actor("dana")
    before = make.ticket(now=NOON - HOUR)

    assert actions.switch(rule.policy, active=False, by=dana, now=NOON) is True
    assert actions.switch(rule.policy, active=False, by=dana, now=NOON) is False
    after = make.ticket()

    assert [clock for clock in sla.clocks(after.id) if clock.team_key == 0] == []
    assert {clock.state for clock in sla.clocks(before.id) if clock.target is FIRST} == {"running"}
    assert history() == [f"“{rule.policy.name}” switched off: it no longer holds for new requests"]


def test_a_team_s_own_part_is_set_changed_and_taken_away(app: Flask) -> None:
    it, dana = make.team("it"), cast.actor("dana")
    calendar = queries.calendar(it.calendar_id, now=NOON)
    assert calendar is not None

    def set_to(minutes: dict[Priority, int]) -> list[str]:
        return actions.set_own_part(it, minutes=minutes, calendar=calendar, by=dana, now=NOON)

    assert set_to({HIGH: 60, Priority.LOW: 480}) == ["Own part for high: 1 h, new", "Own part for low: 8 h, new"]
    assert set_to({HIGH: 90}) == ["Own part for high: 1 h 30 instead of 1 h", "Own part for low: no longer, was 8 h"]
    assert set_to({HIGH: 90}) == []
    with pytest.raises(Faults, match="Own part for high: write more than nothing"):
        set_to({HIGH: 0})
    assert queries.own_part(it.id) == {HIGH: 90}
    assert len(history()) == 2


def test_a_trial_asks_for_last_month_in_the_calendar_s_zone(app: Flask) -> None:
    rule, dana, it = rulebook.rule(), cast.actor("dana"), make.team("it")

    task = actions.try_out(it, rule.promise, policy_id=rule.id, typed={"name": ["X"]}, by=dana, now=NOON)

    assert (task.kind, task.policy_id, task.facts["month"]) == (TaskKind.TRIAL, rule.id, "2026-10")
    assert task.facts["minutes"]["high"] == {"first_response": 240, "next_response": 240, "resolution": 720}
    assert task.facts["typed"] == {"name": ["X"]}
    with pytest.raises(Faults):
        actions.try_out(it, with_terms(rule, minutes={}), policy_id=None, typed={}, by=dana, now=NOON)


def done(task: ClockTask) -> ClockTask:
    """The task when the worker is through with it."""
    db.session.commit()
    while tasks.work(now=NOON):
        pass
    db.session.refresh(task)
    assert (task.error, task.finished_at) == ("", NOON)
    return task


def test_a_version_is_applied_only_after_somebody_looked_and_while_it_is_the_newest(app: Flask) -> None:
    dana = cast.actor("dana")
    ticket = make.ticket(now=NOON - HOUR)
    rule = rulebook.rule()
    saved(rule, with_terms(rule, minutes=dict.fromkeys(rule.promise.terms.minutes, 3000)))
    newest = queries.newest_version(rule.id).id

    with pytest.raises(Refused, match="First look at what applying it would change"):
        actions.apply(rule.policy, version=newest, by=dana, now=NOON)
    with pytest.raises(Conflict, match="saved a newer version"):
        actions.apply(rule.policy, version=rule.version.id, by=dana, now=NOON)
    seen = done(actions.weigh(rule.policy, by=dana, now=NOON))
    assert (seen.result["requests"], seen.result["later"]) == (1, 1)
    done(actions.apply(rule.policy, version=newest, by=dana, now=NOON))

    assert {clock.target_seconds for clock in sla.clocks(ticket.id) if clock.target is FIRST} == {180000}
    assert history()[-1] == "Applied to 1 open request, 0 became overdue"
    assert queries.keeping(rule.id, actor=dana) == 0
    actions.switch(rule.policy, active=False, by=dana, now=NOON)
    with pytest.raises(Refused, match="switched off"):
        actions.apply(rule.policy, version=newest, by=dana, now=NOON)
