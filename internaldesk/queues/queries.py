"""Read the work lists: what the filters offer, the rows of a view, all counts at once, and the marks of the horizon."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)

from internaldesk.core.policy import Act, Actor
from internaldesk.db import db
from internaldesk.history import pulse
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Membership, Person, Team
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues.filtering import ANYBODY, Option, fixed
from internaldesk.queues.scope import DUE, RECENT, RISKY, SINCE_MONDAY, Scope, Shape
from internaldesk.tickets import worklist
from internaldesk.tickets.queries import visible_tickets
from internaldesk.tickets.worklist import OPEN, Place, Row

PAGE = 50
MARKS = 40
"""As many as the horizon has room for; the counts beside it are complete."""
KEPT = 24
"""How many statements of each kind are kept ready: making one takes longer than asking it."""


def _offers() -> Any:
    """Teams, places, types and people as rows of one shape; the teams of the actor are a parameter."""
    own: BindParameter[list[int]] = bindparam("teams", expanding=True)
    members = select(Membership.person_id).where(Membership.team_id.in_(own))
    kinds = (
        select(literal("teams").label("kind"), Team.id, Team.slug, Team.name.label("name"), Team.position.label("at")),
        select(literal("location"), Location.id, Location.slug, Location.name, literal(0)),
        select(literal("type"), RequestType.id, Team.slug + "/" + RequestType.slug, RequestType.name, Team.position)
        .join(Team, Team.id == RequestType.team_id)
        .where(Team.id.in_(own), RequestType.retired_at.is_(None)),
        select(literal("person"), Person.id, cast(Person.id, String), Person.name, literal(0)).where(
            Person.id.in_(members), Person.active
        ),
    )
    every = union_all(*kinds).subquery()
    kind, number, value, name, at = every.c
    return select(kind, number, value, name).order_by(at, name)


_OFFERS = _offers()


class Choices(NamedTuple):
    """What the filters and the bulk actions offer an actor, and the name of their part of the desk."""

    offered: Mapping[str, tuple[Option, ...]]
    teams: tuple[Option, ...]
    title: str


def choices(actor: Actor) -> Choices:
    """Every list of values in one statement."""
    found: dict[str, list[Option]] = {"teams": [], "location": [], "type": [], "person": []}
    for kind, number, value, label in db.session.execute(_OFFERS, {"teams": sorted(actor.agent_of)}):
        found[kind].append(Option(value, label, number))
    own = tuple(team for team in found["teams"] if team.id in actor.agent_of)
    you = [Option(person.value, "You", person.id) for person in found["person"] if person.id == actor.id]
    others = [person for person in found["person"] if person.id != actor.id]
    offered = {
        "team": own,
        "location": tuple(found["location"]),
        "type": tuple(found["type"]),
        "assignee": (*you, Option(ANYBODY, "Nobody yet"), *others),
        **fixed(),
    }
    title = " and ".join(team.label for team in own) if len(own) < 3 else "Your teams"
    return Choices(offered, tuple(found["teams"]), title)


def rows(scope: Scope, *, after: Place | None = None, before: Place | None = None, limit: int = PAGE + 1) -> list[Row]:
    """The rows behind `after`, or the last ones in front of `before`, in the order of the list; one statement."""
    back, place = before is not None, before or after
    found = worklist.fetch(_rows(scope.shape, back, place is not None, limit), place, **scope.times)
    return found[::-1] if back else found


@lru_cache(KEPT)
def _rows(shape: Shape, back: bool, placed: bool, limit: int) -> Select[Any]:
    order = shape.order.reverse if back else shape.order
    return worklist.lister(shape.ranges, where=shape.where, order=order, placed=placed, limit=limit)


def place_of(row: Row, scope: Scope) -> Place:
    """Where a row stands in a list, for the address of the next page."""
    return getattr(row, scope.shape.order.column.key), row.id


class Counts(NamedTuple):
    """The numbers of the rail, then the tally of one view as it is filtered, then the version of the teams."""

    open: int
    over: int
    mine: int
    unassigned: int
    customer: int
    transferred: int
    paused: int
    risky: int
    shown: int
    overdue: int
    hour: int
    today: int
    later: int
    resting: int
    solved: int
    shown_solved: int
    version: int

    @property
    def by_due(self) -> tuple[int, ...]:
        """How many each group of the list has, in the order of the groups."""
        return self.overdue, self.hour, self.today, self.later, self.resting


def counts(scope: Scope) -> Counts:
    """All numbers of a page in one statement: one pass over what is open in the actor's teams, one over the solved."""
    return Counts._make(db.session.execute(_counts(scope.shape), scope.times).one())


@lru_cache(KEPT)
def _counts(shape: Shape) -> Select[Any]:
    shown, actor = and_(true(), *shape.where), shape.actor
    held = (
        func.count().label("open"),
        _how_many(DUE["overdue"]).label("over"),
        _how_many(Ticket.assignee_id == actor.id).label("mine"),
        _how_many(Ticket.assignee_id.is_(None)).label("unassigned"),
        _how_many(Ticket.customer_waiting.is_(True)).label("customer"),
        _how_many(Ticket.transferred > 0).label("transferred"),
        _how_many(DUE["paused"]).label("paused"),
        _how_many(RISKY).label("risky"),
        _how_many(shown).label("shown"),
        *(_how_many(and_(shown, condition)).label(f"due_{name}") for name, condition in DUE.items()),
    )
    done = (func.count().label("solved"), _how_many(shown).label("shown_solved"))
    solved = (_team(actor), Ticket.solved_at >= SINCE_MONDAY, visible_tickets(actor, Act.HANDLE))
    parts = select(*held).where(*_open(actor)).subquery(), select(*done).where(*solved).subquery()
    version = pulse.versions(actor.agent_of, cases_of=actor.case_group_of).label("version")
    return select(*parts[0].c, *parts[1].c, version).join_from(*parts, true())


def version(actor: Actor) -> int:
    """What `counts` gives as version, for those who only ask whether anything changed: no ticket is looked at."""
    return db.session.execute(select(pulse.versions(actor.agent_of, cases_of=actor.case_group_of))).scalar_one()


def dues(scope: Scope) -> list[tuple[datetime, bool]]:
    """The next promises of a list from a while ago on, and whether somebody has each; one statement, cut off."""
    return [(at, owned) for at, owned in db.session.execute(_dues(scope.shape), scope.times)]


@lru_cache(KEPT)
def _dues(shape: Shape) -> Select[Any]:
    marks = select(Ticket.queue_at, Ticket.assignee_id.is_not(None).label("owned")).where(RECENT, *shape.where)
    parts = [marks.where(span).order_by(Ticket.queue_at, Ticket.id).limit(MARKS).subquery() for span in shape.ranges]
    every = union_all(*(select(part.c.queue_at, part.c.owned) for part in parts)).subquery()
    return select(every.c.queue_at, every.c.owned).order_by(every.c.queue_at).limit(MARKS)


def chosen(actor: Actor, numbers: Sequence[int]) -> dict[int, Ticket]:
    """Those of these requests that the actor handles, by number, locked in its order so that nobody waits in a ring."""
    query = select(Ticket).where(Ticket.id.in_(numbers), visible_tickets(actor, Act.HANDLE)).order_by(Ticket.id)
    return {ticket.id: ticket for ticket in db.session.scalars(query.with_for_update(of=Ticket))}


def team(slug: str) -> Team | None:
    """The team of that name in addresses."""
    return db.session.scalars(select(Team).where(Team.slug == slug)).first()


def _team(actor: Actor) -> ColumnElement[bool]:
    return Ticket.team_id.in_(sorted(actor.agent_of))


def _open(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What the teams have open; every row is due by NEVER, and saying so leads SQLite to (team, due) untaught."""
    return _team(actor), OPEN, Ticket.queue_at <= NEVER, visible_tickets(actor, Act.HANDLE)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
