"""What promises cost those who file: few statements, and as many for a rulebook of hundreds as for a small one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from flask import Flask

from internaldesk.db import db
from internaldesk.sla import queries
from tests.browse import Browser, sign_in
from tests.make import NOON
from tests.sla import rulebook
from tests.tickets.sending import URL, WORDS, keys

CountSql = Callable[[], AbstractContextManager[list[str]]]
MOST_STATEMENTS = 20


def cost_of_filing(client: Browser, count_sql: CountSql) -> int:
    with count_sql() as said:
        sent = client.post(URL, data=keys(client.get(URL).text) | WORDS)
    assert sent.status_code == 303
    return len(said)


def test_form_and_post_cost_at_most_twenty_statements_however_often_the_promise_was_edited(
    app: Flask, client: Browser, count_sql: CountSql
) -> None:
    sign_in(client, "ada")
    cost_of_filing(client, count_sql)  # hours and terms are read for good
    costs = [cost_of_filing(client, count_sql)]
    long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(days=100)
    rulebook.owes("it", 600)
    for n in range(20):
        rulebook.edited(
            rulebook.promised("it/broken", now=long_ago), since=long_ago + timedelta(days=n), warn_minutes=n
        )
    cost_of_filing(client, count_sql)
    costs.append(cost_of_filing(client, count_sql))

    assert costs[0] <= MOST_STATEMENTS
    assert costs[1] - costs[0] <= 1  # the clock of what the team owes


def test_terms_and_hours_are_read_once_for_all_transactions(app: Flask, count_sql: CountSql) -> None:
    version = rulebook.promised("it/broken", now=NOON)
    hours = queries.current_version(version.calendar_id, now=NOON)
    queries.calendars([hours])
    number = version.id

    with count_sql() as said:
        db.session.rollback()
        queries.terms([number])
        queries.calendars([hours])

    assert [statement for statement in said if "sla_policy_version" in statement or "calendar" in statement] == []


def test_what_a_transaction_edits_is_not_kept_for_others(app: Flask) -> None:
    version = rulebook.promised("it/broken", now=NOON)
    row = version.targets[0]
    known = queries.terms([version.id])[version.id]
    row.minutes += 1
    db.session.flush()
    assert queries.terms([version.id])[version.id] != known

    db.session.rollback()

    assert queries.terms([version.id])[version.id] == known
