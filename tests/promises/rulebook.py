"""Rules as leads leave them behind."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from internaldesk.core.clocks import Target
from internaldesk.core.priority import Priority
from internaldesk.core.promises import Condition
from internaldesk.db import db
from internaldesk.models.sla import Policy, RuleChange
from internaldesk.promises import actions, queries
from internaldesk.promises.queries import Rule
from internaldesk.promises.terms import Promise, Terms
from tests import cast, make
from tests.make import NOON

FIRST, NEXT, SOLVED, WORD = (
    Target.FIRST_RESPONSE,
    Target.NEXT_RESPONSE,
    Target.RESOLUTION,
    Target.PERIODIC_UPDATE,
)
HIGH = Priority.HIGH


def promise(team: str = "it", **facts: Any) -> Promise:
    """A rule that could be saved: urgent requests of a team, answered within an hour and solved within eight."""
    minutes = facts.pop("minutes", {(Priority.URGENT, FIRST): 60, (Priority.URGENT, SOLVED): 480})
    terms = Terms(minutes, facts.pop("calendar_id", make.team(team).calendar_id), **facts.pop("terms", {}))
    given: dict[str, Any] = {
        "name": "Urgent things",
        "condition": Condition(priorities=frozenset({Priority.URGENT})),
        "fallback": False,
    }
    return Promise(**{**given, **facts}, terms=terms)


def added(team: str = "it", *, by: str = "dana", now: datetime = NOON, **facts: Any) -> Policy:
    """A rule just added to a team."""
    saved = actions.add(make.team(team), promise(team, **facts), note="", by=cast.actor(by), now=now)
    db.session.flush()
    return saved.policy


def everything_else(team: str = "it", **facts: Any) -> Policy:
    """A team's rule for everything else."""
    minutes = {(level, SOLVED): 4800 for level in Priority}
    given = {"name": "The rest", "condition": Condition(), "fallback": True, "minutes": minutes}
    return added(team, **{**given, **facts})


def rule(path: str = "it/broken") -> Rule:
    """The delivered rule of a request type."""
    kind = make.request_type(path)
    return next(one for one in queries.rules(kind.team_id) if kind.id in one.promise.condition.types)


def order(team: str = "it") -> list[str]:
    """The names of a team's rules from the top."""
    return [one.policy.name for one in queries.rules(make.team(team).id)]


def history(team: str = "it") -> list[str]:
    """What the history says of a team, oldest first."""
    query = select(RuleChange.words).where(RuleChange.team_id == make.team(team).id).order_by(RuleChange.id)
    return list(db.session.scalars(query))
