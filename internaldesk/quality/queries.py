"""Read what a report counts, what its filters can name, and the requests behind each of its numbers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Integer, Select, String, case, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.orm import aliased

from internaldesk.core.backlog import Open
from internaldesk.core.clocks import Target
from internaldesk.core.facts import Answer, Asked, Decided, Facts, Solved
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.quality import Dated
from internaldesk.core.rating import LOW
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Person, Team
from internaldesk.models.ratings import Rating
from internaldesk.models.tickets import Ticket
from internaldesk.quality import changes, relations
from internaldesk.quality.listings import overall
from internaldesk.quality.scope import Scope, teams_of
from internaldesk.tickets.queries import visible_tickets

Fact = TypeVar("Fact")
Placed = Sequence[tuple[int, Fact]]
"""Facts, each with the id of the place where its request is from."""


class Named(NamedTuple):
    """Something a filter can name: a team, a request type ("it/broken" in addresses) or a place."""

    id: int
    slug: str
    name: str
    team_id: int


class Directory(NamedTuple):
    """Everything the filters of one reader can name, in the order of the catalogue."""

    teams: tuple[Named, ...]
    types: tuple[Named, ...]
    places: tuple[Named, ...]


class Counted(NamedTuple):
    """Everything one report reads."""

    decided: Placed[Decided]
    answers: Placed[Answer]
    asked: Placed[Asked]
    solved: Placed[Solved]
    open: Placed[Open]
    comments: int
    changes: Sequence[Dated]

    @property
    def facts(self) -> Facts:
        """All of it."""
        return Facts(*map(_facts, (self.decided, self.answers, self.asked, self.solved, self.open)))

    def by_place(self) -> dict[int, Facts]:
        """The same apart, by the id of the place."""
        columns = (self.decided, self.answers, self.asked, self.solved, self.open)
        parts: list[dict[int, Any]] = [_apart(rows) for rows in columns]
        return {place: Facts(*(part.get(place, ()) for part in parts)) for place in sorted(set().union(*parts))}


class Words(NamedTuple):
    """A low rating with what was said, of a request that the reader may open."""

    ticket_id: int
    score: int
    comment: str
    request_type: str
    place: str


class Extent(NamedTuple):
    """How many rows a list counts, and how many of them the reader may open."""

    counted: int
    readable: int


class Listed(NamedTuple):
    """A row of a list: the columns of `listings.Columns`, and the request it is about."""

    id: int
    key: int
    at: datetime
    since: datetime | None
    target: str | None
    met: bool | None
    used: int | None
    allowed: int | None
    score: int | None
    comment: str | None
    summary: str
    status: Status
    customer_waiting: bool
    filed_at: datetime
    solved_at: datetime | None
    requester: str
    place: str
    request_type: str
    team: str
    assignee: str | None


def directory(actor: Actor) -> Directory:
    """What this reader's filters can name; confidential kinds of request only for those named for them."""
    plain, nowhere = literal(Confidentiality.ORDINARY.value, String), cast(null(), Integer)
    teams = select(literal(0).label("kind"), Team.id, Team.slug, Team.name, Team.id.label("team_id"))
    types = select(literal(1), RequestType.id, Team.slug + "/" + RequestType.slug, RequestType.name, Team.id)
    types = types.add_columns(cast(RequestType.confidentiality, String)).join(Team, RequestType.team_id == Team.id)
    places = select(literal(2), Location.id, Location.slug, Location.name, literal(0), plain)
    rows = union_all(
        teams.add_columns(plain.label("how"), Team.position.label("first"), literal(0).label("second")),
        types.add_columns(Team.position, RequestType.position),
        places.add_columns(nowhere, literal(0)),
    ).subquery()
    found: tuple[list[Named], ...] = ([], [], [])
    query = select(rows).order_by(rows.c.kind, rows.c.first, rows.c.second, rows.c.name, rows.c.id)
    for row in db.session.execute(query):
        if row.kind == 2 or _shown(actor, row.team_id, row.how):
            found[row.kind].append(Named(row.id, row.slug, row.name, row.team_id))
    return Directory(*map(tuple, found))


def counted(scope: Scope, over: Frame) -> Counted:
    """Everything a report of this frame reads, in four statements, in five for a single team."""
    period, since, end = over.period, over.since, over.period.end
    answers = db.session.execute(relations.ratings(scope, since, end)).all()
    asked = db.session.execute(relations.asked(scope, period.start, end))
    spans = db.session.execute(relations.stretches(scope, since)).all()
    return Counted(
        decided=[(row[2], Decided(row[1], *row[3:])) for row in db.session.execute(_verdicts(scope, over))],
        answers=[(row[2], Answer(*row[3:10])) for row in answers],
        asked=[(row[2], Asked(*row[3:])) for row in asked],
        solved=[(row.place_id, _solution(row)) for row in spans if row.solved_at is not None],
        open=[(row[2], Open(row[1], *row[3:8])) for row in spans],
        comments=sum(row.spoken and period.holds(row.at) for row in answers),
        changes=changes.dated(scope, over),
    )


def newest_low(scope: Scope, over: Frame, *, limit: int = 2) -> list[Words]:
    """The newest low ratings of the period with words that the reader may read."""
    found = relations.ratings(scope, over.period.start, over.period.end).subquery()
    query = (
        select(Ticket.id, overall(Rating), Rating.comment, RequestType.name, Location.name)
        .select_from(found)
        .join(Rating, Rating.id == found.c.key)
        .join(Ticket, Ticket.id == found.c.ticket_id)
        .join(RequestType, RequestType.id == found.c.type_id)
        .join(Location, Location.id == Ticket.location_id)
        .where(found.c.spoken, overall(found.c) <= LOW, visible_tickets(scope.actor))
        .order_by(found.c.at.desc(), found.c.key.desc())
        .limit(limit)
    )
    return [Words._make(row) for row in db.session.execute(query)]


def extent(rows: Select[Any], *, actor: Actor) -> Extent:
    """How long a list is."""
    found = rows.subquery()
    query = select(func.count(), func.count(case((visible_tickets(actor), 1))))
    query = query.select_from(found).join(Ticket, Ticket.id == found.c.ticket_id)
    return Extent(*db.session.execute(query).one())


def listed(rows: Select[Any], *, actor: Actor, sort: str, limit: int, offset: int = 0) -> list[Listed]:
    """One page of the rows the reader may open; `sort` is newest, oldest or slowest."""
    found = rows.subquery()
    at = {
        "newest": (found.c.at.desc(),),
        "oldest": (found.c.since.asc(),),
        "slowest": (found.c.used.desc().nulls_first(), found.c.at.desc()),
    }[sort]
    query = _readable(found, actor).order_by(*at, found.c.ticket_id.desc(), found.c.key.desc())
    return [Listed._make(row) for row in db.session.execute(query.limit(limit).offset(offset))]


def listed_before(rows: Select[Any], *, actor: Actor, last: Listed | None, limit: int) -> list[Listed]:
    """The next rows of a list from the newest to the oldest, behind `last`: for exports of any length."""
    found = rows.subquery()
    place = tuple_(found.c.at, found.c.ticket_id, found.c.key)
    query = _readable(found, actor).order_by(found.c.at.desc(), found.c.ticket_id.desc(), found.c.key.desc())
    if last is not None:
        query = query.where(place < tuple_(literal(last.at, found.c.at.type), last.id, last.key))
    return [Listed._make(row) for row in db.session.execute(query.limit(limit))]


def _readable(found: Any, actor: Actor) -> Select[Any]:
    """The columns of `Listed`, in its order."""
    requester, assignee = aliased(Person), aliased(Person)
    return (
        select(
            *found.c,
            *(Ticket.summary, Ticket.status, Ticket.customer_waiting, Ticket.filed_at, Ticket.solved_at),
            *(requester.name, Location.name, RequestType.name, Team.name, assignee.name),
        )
        .select_from(found)
        .join(Ticket, Ticket.id == found.c.ticket_id)
        .join(requester, requester.id == Ticket.requester_id)
        .join(Location, Location.id == Ticket.location_id)
        .join(RequestType, RequestType.id == Ticket.request_type_id)
        .join(Team, Team.id == Ticket.team_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .where(visible_tickets(actor))
    )


def _verdicts(scope: Scope, over: Frame) -> Any:
    """First replies of the whole frame, solutions of the period only, and whatever is late now."""
    first = relations.decided(scope, Target.FIRST_RESPONSE, over.since, over.period.end)
    solution = relations.decided(scope, Target.RESOLUTION, over.period.start, over.period.end)
    stopped = [part.where(relations.finished()) for part in (first, solution)]
    return union_all(*stopped, relations.late(scope))


def _solution(row: Any) -> Solved:
    filed = row.filed_at or row.opened_at
    lead = int((row.closed_at - filed).total_seconds())
    return Solved(row.team_id, row.type_id, row.closed_at, lead, row.reopened_at)


def _facts(rows: Placed[Any]) -> list[Any]:
    return [fact for _, fact in rows]


def _apart(rows: Placed[Any]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for place, fact in rows:
        found[place].append(fact)
    return found


def _shown(actor: Actor, team_id: int, how: str) -> bool:
    own = teams_of(actor)
    seen = own is None or team_id in own
    return seen and (how != Confidentiality.CASE or team_id in actor.case_group_of)
