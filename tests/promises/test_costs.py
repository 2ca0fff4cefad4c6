"""The pages of promises cost the same for few and for many: rules, versions, tickets; and they stay small."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.db import db
from internaldesk.models.sla import Policy, PolicyTarget, PolicyVersion
from internaldesk.promises import queries
from tests import cast, make
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.plans import plan, reads_all, statements
from tests.promises import rulebook
from tests.promises.rulebook import FIRST, SOLVED
from tests.queues import crowd

LIST = "/settings/promises"
MOST_STATEMENTS = {"list": 10, "rule": 22, "new": 12}
MOST_BYTES = 60 * 1024


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def many_rules(count: int) -> None:
    """So many more rules, each changed by Dana."""
    team = make.team("it")
    for n in range(count):
        policy = Policy(team_id=team.id, name=f"Rule {n}", position=1000 + n, condition={"priority": ["urgent"]})
        db.session.add(policy)
        db.session.flush()
        version = PolicyVersion(policy_id=policy.id, calendar_id=team.calendar_id, valid_from=NOON)
        version.author_id = cast.person("dana").id
        version.targets = [
            PolicyTarget(priority=Priority.URGENT, target=target, minutes=60) for target in (FIRST, SOLVED)
        ]
        db.session.add(version)


def many_versions(policy_id: int, count: int) -> None:
    newest = queries.newest_version(policy_id)
    for n in range(count):
        version = PolicyVersion(policy_id=policy_id, calendar_id=newest.calendar_id, valid_from=NOON, note=f"Note {n}")
        version.author_id = cast.person("dana").id
        version.targets = [PolicyTarget(priority=Priority.HIGH, target=FIRST, minutes=60 + n)]
        db.session.add(version)


def test_the_list_costs_as_many_statements_for_3_rules_as_for_30(app: Flask, client: Browser, count_sql: Any) -> None:
    sign_in(client, "dana")
    costs, pages = [], []
    for many in (3, 27):
        many_rules(many)
        client.get(LIST)
        with count_sql() as said:
            pages.append(client.get(LIST).text)
        costs.append(len(said))

    assert pages[1].count('<li class="rule') == 8 + 30
    assert costs[0] == costs[1] <= MOST_STATEMENTS["list"]
    assert len(client.get(LIST).data) <= 2 * MOST_BYTES


def test_a_rule_costs_as_many_statements_for_3_versions_as_for_30(app: Flask, client: Browser, count_sql: Any) -> None:
    sign_in(client, "dana")
    number = rulebook.rule().id
    costs = []
    for many in (3, 27):
        many_versions(number, many)
        for _ in range(many * 2):
            make.ticket()
        client.get(f"{LIST}/{number}")
        with count_sql() as said:
            answer = client.get(f"{LIST}/{number}")
        costs.append(len(said))

    assert "Older versions are kept, and not listed." in answer.text
    assert costs[0] == costs[1] <= MOST_STATEMENTS["rule"], costs
    assert len(answer.data) <= MOST_BYTES


def test_a_new_rule_costs_little(app: Flask, client: Browser, count_sql: Any) -> None:
    sign_in(client, "dana")
    client.get(f"{LIST}/new?team=it")

    with count_sql() as said:
        client.get(f"{LIST}/new?team=it")

    assert len(said) <= MOST_STATEMENTS["new"]


def test_no_page_reads_all_tickets(app: Flask, client: Browser) -> None:
    number = rulebook.rule().id
    many_versions(number, 3)
    rulebook.everything_else(condition=Condition())
    crowd.enter(20_000, now=NOON - timedelta(weeks=20))
    make.ticket()
    sign_in(client, "dana")

    with statements() as said:
        client.get(f"{LIST}?request=R-17")
        client.get(f"{LIST}/{number}")
    plans = {statement: plan(statement, values) for statement, values in said.items()}

    assert len(plans) >= 3
    assert {statement: how for statement, how in plans.items() if reads_all(how)} == {}
