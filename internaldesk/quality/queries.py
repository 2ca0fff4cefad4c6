"""Read what a report counts, what its filters can name, and the requests behind each of its numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, case, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.orm import aliased

from internaldesk.core.daily import ASKED, Change, Key, Space, Unit
from internaldesk.core.daily_report import Kept, less
from internaldesk.core.errors import Conflict
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.quality import Dated
from internaldesk.core.rating import LOW
from internaldesk.core.tally import Frame
from internaldesk.db import db
from internaldesk.facts import queries as facts
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Department, Location, Person, Team
from internaldesk.models.ratings import Rating
from internaldesk.models.tickets import Ticket
from internaldesk.quality import changes, relations
from internaldesk.quality.listings import overall
from internaldesk.quality.scope import Scope, teams_of
from internaldesk.tickets.queries import visible_tickets


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
    """The cells one report is made of, and those that its lines of places are made of, as of `fresh_at`, aware UTC.

    `own` is what was taken off because the reader's own requests add it.
    """

    cells: Sequence[Kept]
    places: Sequence[Kept]
    fresh_at: datetime
    own: Mapping[Key, Change]


class Standing(NamedTuple):
    """As of when figures are, aware UTC, and the dated changes they are told with."""

    fresh_at: datetime
    changes: tuple[Dated, ...]


class Chained(NamedTuple):
    """What the page of who waits for whom reads: cells by type, cells by who asks, and the names of departments."""

    cells: Sequence[Kept]
    askers: Sequence[Kept]
    departments: Mapping[int, str]
    fresh_at: datetime


class Preparing(Conflict):
    """Not every request is counted yet, so that every figure would be too small."""

    def __init__(self, part: float) -> None:
        super().__init__(f"The figures are being prepared: {int(100 * part)}% of the requests are counted.")


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


def standing(scope: Scope, over: Frame) -> Standing:
    """What a report tells beside its figures, in one statement, or two for a single team. Raises Preparing."""
    return Standing(_fresh_at(), tuple(changes.dated(scope, over)))


def counted(scope: Scope, over: Frame, *, by: str = "type", fresh_at: datetime | None = None) -> Counted:
    """Everything a report of this frame counts, from kept facts; places only where its lines are places ("location").

    Two statements, one where `fresh_at` is known; one more where the reader's own requests are taken off. Raises
    Preparing.
    """
    fresh_at = fresh_at or _fresh_at()
    spaces = {scope.space, scope.space_of_places} if by == "location" else {scope.space}
    kept, where = facts.kept(over, spaces, scope.cells()), scope.own()
    own = {} if where is None else facts.own(scope.actor.id, where)
    kept = less(kept, own) if own else kept
    space, of_places = scope.space, scope.space_of_places
    return Counted(
        cells=[cell for cell in kept if cell.key.space == space],
        places=[cell for cell in kept if cell.key.space == of_places],
        fresh_at=fresh_at,
        own=own,
    )


def chained(scope: Scope, over: Frame) -> Chained:
    """What the page of who waits for whom reads, in three statements; one more where one's own are taken off.

    Raises Preparing.
    """
    fresh_at, own, by_asker = _fresh_at(), scope.own(), scope.space_of_askers
    space = by_asker if by_asker is Space.EACH else scope.space
    kept = facts.of_period(over, {space, by_asker}, scope.cells())
    if own is not None:
        kept = less(kept, facts.own(scope.actor.id, own))
    return Chained(
        cells=[cell for cell in kept if cell.key.space == space],
        askers=[cell for cell in kept if cell.key.space == by_asker and _asked(cell)],
        departments={row.id: row.name for row in db.session.execute(select(Department.id, Department.name))},
        fresh_at=fresh_at,
    )


def _asked(cell: Kept) -> bool:
    """Whether something was asked, answered or rated in it."""
    return cell.key.unit != Unit.NOW and (cell.first is not None or not ASKED.isdisjoint(cell.counts))


def _fresh_at() -> datetime:
    stand = facts.stand()
    if not stand.built or stand.fresh_at is None:
        raise Preparing(stand.part)
    return stand.fresh_at


def department(number: int) -> str | None:
    """The name of a department."""
    return db.session.scalar(select(Department.name).where(Department.id == number))


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


def _shown(actor: Actor, team_id: int, how: str) -> bool:
    own = teams_of(actor)
    seen = own is None or team_id in own
    return seen and (how != Confidentiality.CASE or team_id in actor.case_group_of)
