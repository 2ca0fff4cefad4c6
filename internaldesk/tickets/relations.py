"""What a ticket is to others: its standing links, both ways, as far as the reader may know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    String,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.relations import LinkKind, Ties
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import visible_tickets

SHOWN = 10
"""How many of a kind a page names; it counts all."""
OTHERS = 5
_ALSO = "also"
_HEADINGS = {
    (LinkKind.MERGED, True): "Merged into",
    (LinkKind.MERGED, False): "Merged into this one",
    (LinkKind.CAUSE, True): "Waits for its cause",
    (LinkKind.CAUSE, False): "Wait for this one",
    (LinkKind.CHILD, True): "Part of",
    (LinkKind.CHILD, False): "Parts",
    (LinkKind.SPLIT, True): "Split from",
    (LinkKind.SPLIT, False): "Split off",
    (LinkKind.FOLLOW_UP, True): "Follows up on",
    (LinkKind.FOLLOW_UP, False): "Followed up by",
}
_TOLD_UNNAMED = (LinkKind.MERGED.value, LinkKind.CAUSE.value)
"""What one is told of one's own request even where the other one is not for one's eyes; nothing of it but how far."""


class Tie(NamedTuple):
    """One standing link seen from a ticket: with `here`, this ticket is `kind` of that one, else the other way round.

    Where the reader may not read that one, `number` is 0 and `summary` and `requester` are empty.
    """

    kind: LinkKind
    here: bool
    number: int
    summary: str
    requester: str
    status: Status
    is_open: bool
    solved_at: datetime | None
    customer_waiting: bool
    made_at: datetime
    made_by: str

    @property
    def known(self) -> bool:
        """Whether the reader may read that one."""
        return bool(self.number)


@dataclass(frozen=True, slots=True)
class Relation:
    """All ties of one kind and direction: `count` readable ones in all, `open` still open, `customers` of them waited
    for by a customer; `ties` names the first of them."""

    kind: LinkKind
    here: bool
    ties: Sequence[Tie]
    count: int
    open: int
    customers: int

    @property
    def heading(self) -> str:
        """What these are, above the list."""
        return _HEADINGS[self.kind, self.here]

    @property
    def more(self) -> int:
        """How many are not named."""
        return max(0, self.count - len(self.ties))


class Other(NamedTuple):
    """Another request of the same person, in the margin of an agent's page."""

    id: int
    summary: str
    status: Status


def of(ticket: Ticket, *, actor: Actor) -> list[Relation]:
    """Every kind of tie the actor may know of, in the order of `LinkKind`, upward before downward; one statement.

    Ties to what they may not read are left out and not counted, but for where their own page says that it was merged or
    has a cause: there they learn that, and how far the other one is, and nothing else of it.
    """
    return _relations(_rows(_both_ways(ticket.id), actor))


def with_others(ticket: Ticket, *, actor: Actor) -> tuple[list[Relation], list[Other]]:
    """The same, and the newest other requests of its requester that the actor may read; still one statement."""
    query = (
        select(literal(_ALSO), Ticket.updated_at, Ticket.requester_id, false(), Ticket.id)
        .where(Ticket.requester_id == ticket.requester_id, Ticket.id != ticket.id, visible_tickets(actor))
        .order_by(Ticket.updated_at.desc())
        .limit(OTHERS)
    )
    also = query.subquery()
    rows = _rows(union_all(*_both_ways(ticket.id).selects, select(also)), actor)
    others = sorted((row for row in rows if row.kind == _ALSO), key=lambda row: row.made_at, reverse=True)
    return _relations(rows), [Other(row.id, row.summary, row.status) for row in others]


def one(relations: Sequence[Relation], kind: LinkKind) -> Tie | None:
    """What this ticket is `kind` of, if anything."""
    return next((found.ties[0] for found in relations if found.kind is kind and found.here), None)


def below(relations: Sequence[Relation], kind: LinkKind) -> Relation | None:
    """What is `kind` of this ticket, if anything."""
    return next((found for found in relations if found.kind is kind and not found.here), None)


def standing(ticket_id: int, kind: LinkKind, *, lock: bool = False) -> Link | None:
    """The link by which this ticket is `kind` of another."""
    query = select(Link).where(Link.ticket_id == ticket_id, Link.kind == kind, Link.ended_at.is_(None))
    return db.session.scalars(query.with_for_update(of=Link) if lock else query).first()


def ties(ticket_id: int) -> Ties:
    """What the rules need to know of a ticket's ties, whoever may read them."""

    def counted(kind: LinkKind) -> ColumnElement[int]:
        up = select(func.count()).where(Link.other_id == ticket_id, Link.kind == kind, Link.ended_at.is_(None))
        return up.scalar_subquery()

    cause = select(Link.other_id).where(
        Link.ticket_id == ticket_id, Link.kind == LinkKind.CAUSE, Link.ended_at.is_(None)
    )
    row = db.session.execute(select(counted(LinkKind.MERGED), counted(LinkKind.CAUSE), cause.scalar_subquery())).one()
    return Ties(*row)


def waiting_for(cause_id: int) -> ColumnElement[bool]:
    """Tickets that follow this cause, for lists that filter by it; the list's own door decides who sees them."""
    return Ticket.id.in_(
        select(Link.ticket_id).where(Link.other_id == cause_id, Link.kind == LinkKind.CAUSE, Link.ended_at.is_(None))
    )


def _both_ways(ticket_id: int) -> CompoundSelect[Any]:
    """The standing links of a ticket, with the number of the far end, and whether this is the near end."""
    columns = (type_coerce(Link.kind, String).label("kind"), Link.made_at, Link.made_by_id)
    up = select(*columns, true().label("here"), Link.other_id.label("far")).where(Link.ticket_id == ticket_id)
    down = select(*columns, false().label("here"), Link.ticket_id.label("far")).where(Link.other_id == ticket_id)
    return union_all(up.where(Link.ended_at.is_(None)), down.where(Link.ended_at.is_(None)))


def _rows(pairs: CompoundSelect[Any], actor: Actor) -> Sequence[Row[Any]]:
    """The far ends that the actor may know of: the first of each kind, with counts of all that they may read."""
    known, links = visible_tickets(actor), pairs.subquery()
    part = (links.c.kind, links.c.here)
    waits = and_(known, Ticket.is_open)
    counts = [func.count().filter(which) for which in (known, waits, and_(waits, Ticket.customer_waiting))]
    place = func.row_number().over(partition_by=part, order_by=(Ticket.is_open.desc(), Ticket.id))
    found = (
        select(links, Ticket.id, Ticket.summary, Ticket.requester_id, Ticket.status, Ticket.is_open, Ticket.solved_at)
        .add_columns(Ticket.customer_waiting, known.label("known"), place.label("place"))
        .add_columns(*(count.over(partition_by=part).label(f"n{n}") for n, count in enumerate(counts)))
        .join(Ticket, Ticket.id == links.c.far)
        .where(or_(known, and_(links.c.here, links.c.kind.in_(_TOLD_UNNAMED))))
        .subquery()
    )
    asker, maker = aliased(Person), aliased(Person)
    query = (
        select(found, asker.name.label("asker"), maker.name.label("maker"))
        .join(asker, asker.id == found.c.requester_id)
        .join(maker, maker.id == found.c.made_by_id)
        .where(found.c.place <= SHOWN)
        .order_by(found.c.place)
    )
    return db.session.execute(query).all()


def _relations(rows: Sequence[Row[Any]]) -> list[Relation]:
    listed = [_relation(kind, here, rows) for kind in LinkKind for here in (True, False)]
    return [found for found in listed if found is not None]


def _relation(kind: LinkKind, here: bool, rows: Sequence[Row[Any]]) -> Relation | None:
    found = [row for row in rows if row.kind == kind and bool(row.here) is here]
    if not found:
        return None
    return Relation(kind, here, [_tie(row) for row in found], found[0].n0, found[0].n1, found[0].n2)


def _tie(row: Row[Any]) -> Tie:
    known = bool(row.known)
    return Tie(
        kind=LinkKind(row.kind),
        here=bool(row.here),
        number=row.id if known else 0,
        summary=row.summary if known else "",
        requester=row.asker if known else "",
        status=row.status,
        is_open=row.is_open,
        solved_at=row.solved_at,
        customer_waiting=known and row.customer_waiting,
        made_at=row.made_at,
        made_by=row.maker,
    )
