"""Read both sides of the mirror: what members of teams answered, and what co-workers answered in the same quarter."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select

from internaldesk.core.mirror import Gap, Mean, gap
from internaldesk.core.periods import Period
from internaldesk.core.policy import Act, Actor, Confidentiality
from internaldesk.core.rating import QUESTIONS
from internaldesk.db import db
from internaldesk.models.people import Team
from internaldesk.models.ratings import Rating
from internaldesk.models.recognition import MirrorCount
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import visible_tickets

Means = dict[tuple[int, str], Mean]
_NONE = Mean()


class Reflected(NamedTuple):
    """A team with its four lines."""

    slug: str
    name: str
    lines: tuple[Gap, ...]


def mirror(actor: Actor, over: Period) -> list[Reflected]:
    """Every team whose mirror is theirs to see, in the order of the catalogue; `over` is a quarter that is over."""
    teams = db.session.execute(_teams(actor)).all()
    ids = [number for number, _slug, _name in teams]
    told, heard = own(over, ids), ratings(actor, over, ids)
    return [
        Reflected(slug, name, tuple(_lines(number, told, heard, mine=number in actor.agent_of)))
        for number, slug, name in teams
    ]


def own(over: Period, teams: Collection[int]) -> Means:
    """What members answered about their team."""
    mine = (MirrorCount.quarter == over.first_day, MirrorCount.team_id.in_(sorted(teams)))
    found: defaultdict[tuple[int, str], Mean] = defaultdict(Mean)
    columns = (MirrorCount.team_id, MirrorCount.question, MirrorCount.score, MirrorCount.many)
    for team, question, score, many in db.session.execute(select(*columns).where(*mine)):
        so_far = found[team, question]
        found[team, question] = Mean(so_far.total + score * many, so_far.many + many, so_far.people + many)
    return found


def ratings(actor: Actor, over: Period, teams: Collection[int]) -> Means:
    """What co-workers answered, with how many different people did; cases are left out for everybody."""
    scores = [getattr(Rating, question.slug) for question in QUESTIONS]
    query = (
        select(Rating.team_id, *(part for score in scores for part in _mean(score)))
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .where(Rating.at >= over.start, Rating.at < over.end, Rating.team_id.in_(sorted(teams)))
        .where(Ticket.confidentiality != Confidentiality.CASE, visible_tickets(actor, Act.COUNT))
        .group_by(Rating.team_id)
    )
    found = {}
    for team, *sums in db.session.execute(query):
        for at, question in enumerate(QUESTIONS):
            total, many, people = sums[3 * at : 3 * at + 3]
            found[team, question.slug] = Mean(int(total or 0), many, people)
    return found


def _teams(actor: Actor) -> Select[int, str, str]:
    query = select(Team.id, Team.slug, Team.name).order_by(Team.position, Team.id)
    return query if actor.manager else query.where(Team.id.in_(sorted(actor.agent_of)))


def _mean(score: Any) -> tuple[ColumnElement[Any], ...]:
    people = case((score.is_not(None), Rating.person_id))
    return func.sum(score), func.count(score), func.count(people.distinct())


def _lines(team: int, told: Means, heard: Means, *, mine: bool) -> Iterator[Gap]:
    for question in QUESTIONS:
        key = team, question.slug
        yield gap(question, told.get(key, _NONE), heard.get(key, _NONE), mine=mine)
