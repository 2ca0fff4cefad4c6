"""The way requests usually take from team to team, and whether the teams' own parts fit into the promise."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core import durations
from internaldesk.core.clocks import Target
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.sla import OlaTarget
from internaldesk.models.tickets import Holding, Ticket
from internaldesk.promises.saying import listed
from internaldesk.promises.terms import Promise
from internaldesk.tickets.queries import visible_tickets

OVER = timedelta(weeks=13)
LEAST = 5
"""Fewer requests than this are no usual route."""
_LOOKED_THROUGH, _LOOKED_AT = 10_000, 500  # a preview is made at every change, on desks of any size


class Route(NamedTuple):
    """Teams in the order in which they held requests, how many went that way, and of how many."""

    teams: tuple[int, ...]
    taken: int
    of: int


class Part(NamedTuple):
    """What a team of a route owes at each priority, in minutes of its own hours."""

    name: str
    minutes: dict[Priority, int]


def usual(type_ids: Iterable[int], *, actor: Actor, now: datetime) -> Route | None:
    """The most common way of the newest requests of these types; None where too few went the same way."""
    recent = (
        select(Ticket.id)
        .where(Ticket.filed_at >= now - OVER)
        .order_by(Ticket.filed_at.desc())
        .limit(_LOOKED_THROUGH)
        .subquery()
    )
    newest = (
        select(Ticket.id)
        .join(recent, Ticket.id == recent.c.id)
        .where(Ticket.request_type_id.in_(sorted(type_ids)), visible_tickets(actor))
        .order_by(Ticket.filed_at.desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    query = select(Holding.ticket_id, Holding.team_id).join(newest, Holding.ticket_id == newest.c.id)
    rows = db.session.execute(query.order_by(Holding.ticket_id, Holding.id)).all()
    ways = Counter(tuple(row.team_id for row in held) for _, held in groupby(rows, key=lambda row: row.ticket_id))
    for teams, count in ways.most_common(1):
        return Route(teams, count, ways.total()) if count >= LEAST else None
    return None


def parts(route: Route) -> list[Part]:
    """What each team of a route owes, once each: a request that comes back goes on with what is left."""
    query = (
        select(Team.id, Team.name, OlaTarget.priority, OlaTarget.minutes)
        .outerjoin(OlaTarget, OlaTarget.team_id == Team.id)
        .where(Team.id.in_(route.teams))
    )
    found: dict[int, Part] = {}
    for row in db.session.execute(query):
        part = found.setdefault(row.id, Part(row.name, {}))
        if row.priority is not None:
            part.minutes[row.priority] = row.minutes
    return [found[number] for number in dict.fromkeys(route.teams)]


def too_long(promise: Promise, route: Route, found: Sequence[Part]) -> str:
    """The sentence that warns where the parts add up to more than is promised; empty where they fit."""
    said = []
    for level in promise.priorities:
        promised = promise.terms.minutes.get((level, Target.RESOLUTION))
        owed = sum(part.minutes.get(level, 0) for part in found)
        if promised is not None and owed > promised:
            said.append(f"{durations.said(owed)} for {level}, where {durations.said(promised)} are promised")
    if not said:
        return ""
    names = ", then ".join(part.name for part in found)
    own = "the teams' own parts add up to" if len(found) > 1 else "the team's own part is"
    return f"{route.taken} of {route.of} requests went the way {names}. On it {own} {listed(said)}."
