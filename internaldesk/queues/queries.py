"""Read the work lists: what the filters offer, the rows of a view, all counts at once, and the marks of the horizon."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Label,
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
from sqlalchemy.orm import aliased

from internaldesk.core.policy import Act, Actor
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.history import pulse
from internaldesk.models.catalogue import RequestType
from internaldesk.models.people import Location, Membership, Person, Team
from internaldesk.models.relations import Link
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.queues.filtering import ANYBODY, SOLVED, Option, fixed
from internaldesk.queues.scope import DUE, RECENT, RISKY, SINCE_MONDAY, Scope, Shape
from internaldesk.tickets import locks, mentions, presence, worklist
from internaldesk.tickets.marks import marks
from internaldesk.tickets.presence import FRESH
from internaldesk.tickets.queries import visible_tickets
from internaldesk.tickets.worklist import OPEN, Place, Row

PAGE = 50
MOST_CAUSES = 40
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
    shown = marks(shape.actor, solve_by="solve" in shape.filters.columns)
    return worklist.lister(shape.ranges, where=shape.where, order=order, placed=placed, limit=limit, shown=shown)


def place_of(row: Row, scope: Scope) -> Place:
    """Where a row stands in a list, for the address of the next page."""
    return getattr(row, scope.shape.order.column.key), row.id


class Counts(NamedTuple):
    """The numbers of the rail, then the tally of one view as it is filtered, then the version of the teams.

    Last, who writes in one number, how many requests call the actor anew, and how many each saved view has.
    """

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
    writers: int
    mentioned: int
    saved: tuple[int, ...]

    @property
    def state(self) -> str:
        """What differs as soon as the list could show something else."""
        return f"{self.version}.{self.writers}"

    @property
    def by_due(self) -> tuple[int, ...]:
        """How many each group of the list has, in the order of the groups."""
        return self.overdue, self.hour, self.today, self.later, self.resting


def counts(scope: Scope, saved: Sequence[Shape] = ()) -> Counts:
    """All numbers of a page in one statement: one pass over what is open in the actor's teams, one over the solved.

    With them how many rows each of these saved views has.
    """
    row = tuple(db.session.execute(_counts(scope.shape, tuple(saved)), scope.times).one())
    own = len(row) - len(saved)
    return Counts._make((*row[:own], row[own:]))


@lru_cache(KEPT)
def _counts(shape: Shape, saved: tuple[Shape, ...]) -> Select[Any]:
    actor, kept = shape.actor, {f"saved_{n}": each for n, each in enumerate(saved)}
    held = [*_of_open(shape), *(_rows_of(name, each) for name, each in kept.items() if each.view is not SOLVED)]
    done = [func.count().label("solved"), _rows_of("shown_solved", shape)]
    done += [_rows_of(name, each) for name, each in kept.items() if each.view is SOLVED]
    solved = (_team(actor), Ticket.solved_at >= SINCE_MONDAY, visible_tickets(actor, Act.HANDLE))
    parts = select(*held).where(*_open(actor)).subquery(), select(*done).where(*solved).subquery()
    found = {column.name: column for part in parts for column in part.c}
    last = [found.pop(name) for name in kept]
    called = mentions.calls(actor).label("mentioned")
    return select(*found.values(), *_state(actor), called, *last).join_from(*parts, true())


def _of_open(shape: Shape) -> list[Label[int]]:
    """The numbers of the rail, and the tally of one view."""
    shown = and_(true(), *shape.where)
    return [
        func.count().label("open"),
        _how_many(DUE["overdue"]).label("over"),
        _how_many(Ticket.assignee_id == shape.actor.id).label("mine"),
        _how_many(Ticket.assignee_id.is_(None)).label("unassigned"),
        _how_many(Ticket.customer_waiting.is_(True)).label("customer"),
        _how_many(Ticket.transferred > 0).label("transferred"),
        _how_many(DUE["paused"]).label("paused"),
        _how_many(RISKY).label("risky"),
        _rows_of("shown", shape),
        *(_how_many(and_(shown, condition)).label(f"due_{name}") for name, condition in DUE.items()),
    ]


def _rows_of(name: str, shape: Shape) -> Label[int]:
    return _how_many(and_(true(), *shape.where)).label(name)


def state(actor: Actor, *, now: datetime) -> str:
    """What `counts` gives as state, for those who only ask whether anything changed: no list of tickets is read."""
    version, writers = db.session.execute(select(*_state(actor)), {"fresh": now - FRESH}).one()
    return f"{version}.{writers}"


def _state(actor: Actor) -> tuple[Any, Any]:
    version = pulse.versions(actor.agent_of, cases_of=actor.case_group_of)
    return version.label("version"), presence.writers(actor).label("writers")


def causes(actor: Actor) -> list[Option]:
    """What open requests stand under the actor's teams, as far as they may read it; the largest first."""
    cause = aliased(Link)
    followed = (
        select(cause.other_id.label("id"), func.count().label("many"))
        .join(Ticket, Ticket.id == cause.ticket_id)
        .where(cause.kind == LinkKind.CAUSE, cause.ended_at.is_(None), *_open(actor))
        .group_by(cause.other_id)
        .subquery()
    )
    query = (
        select(Ticket.id, Ticket.summary)
        .join(followed, followed.c.id == Ticket.id)
        .where(visible_tickets(actor))
        .order_by(followed.c.many.desc(), Ticket.id)
        .limit(MOST_CAUSES)
    )
    return [Option(str(number), f"R-{number} {words}", number) for number, words in db.session.execute(query)]


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
    handled = and_(Ticket.id.in_(numbers), visible_tickets(actor, Act.HANDLE))
    locks.hold(*db.session.scalars(select(Ticket.id).where(handled)))
    query = select(Ticket).where(handled).order_by(Ticket.id).execution_options(populate_existing=True)
    return {ticket.id: ticket for ticket in db.session.scalars(query)}


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
