"""Read what somebody's record shows: thanks, their own figures, and those of their teams as a whole."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Integer, and_, case, cast, exists, func, select, true

from internaldesk.core.daily import Change, Key, Piece, Space, Unit, unpacked
from internaldesk.core.daily_report import Kept, less
from internaldesk.core.periods import Period
from internaldesk.core.policy import Act, Actor, Confidentiality
from internaldesk.core.recognition import Told, by_quarter
from internaldesk.db import db
from internaldesk.facts import queries as facts
from internaldesk.models.facts import FactCell, FactTicket
from internaldesk.models.people import Membership, Person, Team
from internaldesk.models.recognition import MirrorVoice, Thanks
from internaldesk.models.tickets import Ticket
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

_KEY = tuple(getattr(FactCell, name) for name in Key._fields)


class Entry(NamedTuple):
    """A thank-you in one's own record; giver and number are empty where the request was confidential."""

    thanks: Thanks
    giver: str
    number: int | None
    opens: bool


class Tally(NamedTuple):
    """How many thanks are shown and hidden, and how many that count came in each quarter."""

    shown: int
    hidden: int
    quarters: tuple[int, ...]


class Own(NamedTuple):
    """A team of the reader: how many people work in it, and whether the reader answered for it in this quarter."""

    id: int
    slug: str
    name: str
    people: int
    answered: bool


def given(ticket_id: int, *, giver_id: int) -> Thanks | None:
    """What somebody said for a request."""
    return db.session.scalars(select(Thanks).where(Thanks.ticket_id == ticket_id, Thanks.giver_id == giver_id)).first()


def name_of(person_id: int) -> str:
    """What a co-worker is called."""
    return db.session.scalars(select(Person.name).where(Person.id == person_id)).one()


def received(number: int, *, actor: Actor) -> Thanks | None:
    """One of one's own, held for the change; those of others do not exist."""
    if number > LARGEST_NUMBER:
        return None
    query = select(Thanks).where(Thanks.id == number, Thanks.receiver_id == actor.id)
    return db.session.scalars(query.with_for_update()).first()


def entries(actor: Actor, *, hidden: bool, limit: int | None = None, offset: int = 0) -> list[Entry]:
    """One's own thanks, the newest first; where a case was, neither who nor about what is told."""
    case_of = Ticket.confidentiality == Confidentiality.CASE
    query = (
        select(Thanks, Person.name, Ticket.id, visible_tickets(actor), case_of)
        .join(Ticket, Ticket.id == Thanks.ticket_id)
        .join(Person, Person.id == Thanks.giver_id)
        .where(Thanks.receiver_id == actor.id, Thanks.hidden_at.is_not(None) if hidden else Thanks.hidden_at.is_(None))
        .order_by(Thanks.at.desc(), Thanks.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db.session.execute(query)
    return [Entry(row, "", None, False) if secret else Entry(row, who, n, opens) for row, who, n, opens, secret in rows]


def tally(actor: Actor, quarters: Sequence[Period]) -> Tally:
    """How many there are, in one statement."""
    shown = Thanks.hidden_at.is_(None)
    within = (and_(shown, Thanks.counted, Thanks.at >= span.start, Thanks.at < span.end) for span in quarters)
    counts = [func.count(case((part, 1))) for part in (shown, Thanks.hidden_at.is_not(None), *within)]
    row = db.session.execute(select(*counts).where(Thanks.receiver_id == actor.id)).one()
    return Tally(row[0], row[1], tuple(row[2:]))


def own_teams(actor: Actor, quarter: date) -> list[Own]:
    """The teams somebody works in, in the order of the catalogue."""
    active = select(func.count()).select_from(Membership).join(Person, Person.id == Membership.person_id)
    people = active.where(Membership.team_id == Team.id, Person.active).scalar_subquery()
    mine = (MirrorVoice.team_id == Team.id, MirrorVoice.quarter == quarter, MirrorVoice.person_id == actor.id)
    said = cast(exists().where(*mine), Integer)
    query = select(Team.id, Team.slug, Team.name, people, said).where(Team.id.in_(sorted(actor.agent_of)))
    rows = db.session.execute(query.order_by(Team.position, Team.id))
    return [Own(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def own(actor: Actor, quarters: Sequence[Period]) -> list[Told]:
    """What the requests that somebody solved come to in each quarter, as far as they may count them."""
    query = select(FactTicket.pieces).join(Ticket, Ticket.id == FactTicket.ticket_id)
    solved = and_(Ticket.solved_by_id == actor.id, Ticket.solved_at >= quarters[-1].start)
    rows = db.session.scalars(query.where(solved, visible_tickets(actor, Act.COUNT)))
    return by_quarter((Piece(*piece) for pieces in rows for piece in pieces), quarters)


def of_teams(actor: Actor, quarters: Sequence[Period]) -> dict[int, list[Told]]:
    """What all requests of each own team come to in each quarter; no cases, and none that the reader asked for."""
    plain = and_(FactCell.cases.is_(False), FactCell.holder_id.in_(sorted(actor.agent_of)))
    months = and_(FactCell.unit == Unit.MONTH, FactCell.space == Space.TYPES)
    span = and_(FactCell.start >= quarters[-1].first_day, FactCell.start <= quarters[0].last_day)
    query = select(*_KEY, FactCell.counts, FactCell.first)
    query = query.where(months, span, plain, FactCell.team_id.in_(sorted(actor.agent_of)))
    rows = db.session.execute(query)
    cells = [Kept(Key(*row[: len(_KEY)]), *row[len(_KEY) :]) for row in rows]
    cells = less(cells, _asked_for(actor))
    return {team: [_told(cells, team, span) for span in quarters] for team in actor.agent_of}


def fresh_at() -> datetime | None:
    """The instant up to which figures are counted; None while they are being prepared."""
    stand = facts.stand()
    return stand.fresh_at if stand.built else None


def _asked_for(actor: Actor) -> dict[Key, Change]:
    return facts.own(actor.id, true())


def _told(cells: Iterable[Kept], team: int, span: Period) -> Told:
    first, last = span.first_day, span.last_day
    found = [cell for cell in cells if cell.key.team_id == team and first <= cell.key.start <= last]
    counts: dict[str, int] = {}
    for cell in found:
        for name, many in cell.counts.items():
            counts[name] = counts.get(name, 0) + many
    return Told(counts, [seconds for cell in found for seconds in unpacked(cell.first)])
