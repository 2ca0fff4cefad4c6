"""Read tickets; `visible_tickets` is the only door, whatever the list, count, search, export or file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased, joinedload, undefer

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, may
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.mentions import Mention
from internaldesk.models.people import Membership, Person, Team
from internaldesk.models.ratings import Rating, RatingInvite
from internaldesk.models.relations import Link
from internaldesk.models.sla import Clock
from internaldesk.models.tickets import Attachment, Follower, Holding, Message, Note, Ticket
from internaldesk.tickets import locks
from internaldesk.tickets.conversation import told
from internaldesk.tickets.unread import unread

MINE_LIMIT = 200
LARGEST_NUMBER = 2**31 - 1  # what a primary key can be


def visible_tickets(actor: Actor, act: Act = Act.READ) -> ColumnElement[bool]:
    """The SQL twin of `core.policy.may(actor, act, ticket)` for READ, COUNT and HANDLE; tests hold them together."""
    match act:
        case Act.HANDLE:
            return and_(_in_team(actor), ~_own(actor))
        case Act.COUNT:
            return or_(and_(_in_team(actor), ~_own(actor)), _measured(actor))
        case Act.READ:
            return or_(_own(actor), _followed(actor), _in_team(actor), _held_before(actor), _overseen(actor))
        case _:
            raise ValueError(f"there is no list of tickets for {act}")


def _own(actor: Actor) -> ColumnElement[bool]:
    return or_(Ticket.requester_id == actor.id, Ticket.for_person_id == actor.id)


def _followed(actor: Actor) -> ColumnElement[bool]:
    return Ticket.id.in_(select(Follower.ticket_id).where(Follower.person_id == actor.id))


def _in_team(actor: Actor) -> ColumnElement[bool]:
    plain = and_(Ticket.team_id.in_(sorted(actor.agent_of)), Ticket.confidentiality != Confidentiality.CASE)
    if not actor.agent_of:
        return false()
    if not actor.case_group_of:
        return plain
    return or_(plain, and_(Ticket.team_id.in_(sorted(actor.case_group_of)), _is(Confidentiality.CASE)))


def _held_before(actor: Actor) -> ColumnElement[bool]:
    if not actor.agent_of:
        return false()
    held = select(Holding.ticket_id).where(
        Holding.ticket_id == Ticket.id, Holding.team_id.in_(sorted(actor.agent_of)), Holding.ended_at.is_not(None)
    )
    return and_(_is(Confidentiality.ORDINARY), held.exists())


def _overseen(actor: Actor) -> ColumnElement[bool]:
    return _is(Confidentiality.ORDINARY) if actor.manager or actor.admin else false()


def _measured(actor: Actor) -> ColumnElement[bool]:
    return Ticket.confidentiality != Confidentiality.CASE if actor.manager else false()


def _is(confidentiality: Confidentiality) -> ColumnElement[bool]:
    return Ticket.confidentiality == confidentiality


def speaks_for_team(actor: Actor, ticket: Ticket) -> bool:
    """Whether they handle it here; on their own request everybody is a requester."""
    return may(actor, Act.HANDLE, ticket)


def get(number: int, *, actor: Actor, lock: bool = False) -> Ticket | None:
    """The ticket R-`number` if the actor may read it, with what its page shows; None otherwise."""
    if number > LARGEST_NUMBER:
        return None
    query = select(Ticket).where(Ticket.id == number, visible_tickets(actor))
    if lock:
        locks.hold(number)
        return db.session.scalars(query.with_for_update(of=Ticket, key_share=True)).first()
    found = db.session.scalars(
        query.options(
            joinedload(Ticket.request_type),
            joinedload(Ticket.form_version),
            joinedload(Ticket.team),
            joinedload(Ticket.department),
            joinedload(Ticket.requester).joinedload(Person.location),
            joinedload(Ticket.requester).joinedload(Person.line_manager),
            joinedload(Ticket.for_person).joinedload(Person.location),
            joinedload(Ticket.assignee),
            joinedload(Ticket.followers).joinedload(Follower.person),
            joinedload(Ticket.tags),
            joinedload(Ticket.holdings).joinedload(Holding.person),
            undefer(Ticket.has_steps),
        )
    )
    return found.unique().one_or_none()


class Words(NamedTuple):
    """What somebody wrote: a public message, or a note for the team."""

    kind: str
    id: int
    author_id: int
    author: str
    body: str
    by_team: bool
    at: datetime


def conversation(ticket: Ticket, *, with_notes: bool, told_at: datetime | None = None) -> list[Words]:
    """The public conversation, oldest first; the internal notes behind it, only for pages of handlers.

    For everybody else it is what they were told by `told_at`. What was taken back is in the record only.
    """
    words = _words("message", Message, Message.by_team, ticket)
    words = words.where(told(told_at) if told_at else Message.taken_back_at.is_(None))
    query = union_all(words, _words("note", Note, true(), ticket)) if with_notes else words
    found = query.subquery()
    return [Words(*row) for row in db.session.execute(select(found).order_by(found.c.kind, found.c.id))]


def _words(kind: str, table: type[Message] | type[Note], by_team: Any, ticket: Ticket) -> Select[*tuple[Any, ...]]:
    """The columns of `Words`, in its order."""
    return (
        select(
            *(literal(kind).label("kind"), table.id, table.author_id, Person.name),
            *(table.body, by_team.label("by_team"), table.at),
        )
        .join(Person, Person.id == table.author_id)
        .where(table.ticket_id == ticket.id)
    )


def attachments(ticket: Ticket, *, with_notes: bool) -> Sequence[Attachment]:
    """The files of a ticket; those of notes only for handlers. No statement where it has none."""
    if not ticket.has_files:
        return ()
    query = select(Attachment).where(Attachment.ticket_id == ticket.id)
    if not with_notes:
        query = query.where(Attachment.note_id.is_(None))
    return db.session.scalars(query.order_by(Attachment.id)).all()


class Handler(NamedTuple):
    """Somebody a ticket can be given to."""

    id: int
    name: str


def handlers(ticket: Ticket) -> list[Handler]:
    """The members of its team (of the case group for a case) it can be given to, by name."""
    query = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == ticket.team_id, Person.active)
        .where(Person.id.not_in([ticket.requester_id, ticket.for_person_id]))
        .order_by(Person.name)
    )
    if ticket.confidentiality is Confidentiality.CASE:
        query = query.where(Membership.case_group)
    return [Handler(row.id, row.name) for row in db.session.execute(query)]


def names(ids: Sequence[int]) -> dict[int, str]:
    """People's names by id."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def people_called(name: str) -> Sequence[Person]:
    """Active people with this e-mail address or full name."""
    asked = name.strip().lower()
    match = or_(Person.email == asked, func.lower(Person.name) == asked)
    return db.session.scalars(select(Person).where(match, Person.active).limit(5)).all()


def file_of(number: int, *, actor: Actor, file_id: int, now: datetime) -> Attachment | None:
    """A file of a ticket this person may read; of notes, and of what is not told yet, only where they handle it."""
    if max(number, file_id) > LARGEST_NUMBER:
        return None
    public = and_(Attachment.note_id.is_(None), or_(Attachment.message_id.is_(None), told(now)))
    query = (
        select(Attachment)
        .join(Ticket, Attachment.ticket_id == Ticket.id)
        .outerjoin(Message, Attachment.message_id == Message.id)
        .where(Attachment.id == file_id, Ticket.id == number)
        .where(visible_tickets(actor))
        .where(or_(public, visible_tickets(actor, Act.HANDLE)))
    )
    return db.session.scalars(query).first()


class MineRow(NamedTuple):
    """One of my requests in a list."""

    id: int
    requester_id: int
    for_person_id: int
    summary: str
    status: Status
    status_reason: str
    status_until: datetime | None
    team: str
    assignee: str | None
    queue_at: datetime
    risk_at: datetime
    missed_at: datetime | None
    merged: bool
    next_target: str | None
    next_seconds: int | None
    next_calendar_version_id: int | None
    last_word: str
    last_word_at: datetime
    last_word_by: str
    filed_at: datetime
    solved_at: datetime | None
    updated_at: datetime
    invite_id: int | None
    invite_nonce: str | None
    rated: bool
    unread: bool


def mine(actor: Actor, *, whose: str = "all", team: str = "", text: str = "", limit: int = MINE_LIMIT) -> list[MineRow]:
    """My requests: filed by me, for me or followed; open ones first, then the most recently changed."""
    query = (
        _my_rows(actor)
        .where(Ticket.id.in_(_whose(actor, whose)), visible_tickets(actor))
        .order_by(Ticket.is_open.desc(), Ticket.updated_at.desc(), Ticket.id.desc())
        .limit(limit)
    )
    if whose == "for-me":
        query = query.where(Ticket.requester_id != actor.id)  # what others filed
    if team:
        query = query.where(Team.slug == team)
    if text:
        query = query.where(Ticket.summary.icontains(text, autoescape=True))
    return [MineRow._make(row) for row in db.session.execute(query)]


def _my_rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The columns of `MineRow`, in its order."""
    assignee, speaker = aliased(Person), aliased(Person)
    due = and_(Clock.ticket_id == Ticket.id, Clock.target == Ticket.next_target, Clock.due_at == Ticket.queue_at)
    missed_at = select(func.max(Clock.breached_at)).where(due)
    asked = and_(
        RatingInvite.ticket_id == Ticket.id, RatingInvite.person_id == actor.id, RatingInvite.withdrawn_at.is_(None)
    )
    return (
        select(
            *(Ticket.id, Ticket.requester_id, Ticket.for_person_id),
            *(Ticket.summary, Ticket.status, Ticket.status_reason, Ticket.status_until, Team.name, assignee.name),
            *(Ticket.queue_at, Ticket.risk_at, missed_at.scalar_subquery(), is_merged()),
            *(Ticket.next_target, Ticket.next_seconds, Ticket.next_calendar_version_id),
            *(Ticket.last_word, Ticket.last_word_at, speaker.name),
            *(Ticket.filed_at, Ticket.solved_at, Ticket.updated_at),
            *(RatingInvite.id, RatingInvite.nonce, Rating.id.is_not(None), unread(actor, as_team=False)),
        )
        .join(Team, Ticket.team_id == Team.id)
        .outerjoin(assignee, Ticket.assignee_id == assignee.id)
        .join(speaker, Ticket.last_word_by_id == speaker.id)
        .outerjoin(RatingInvite, asked)
        .outerjoin(Rating, Rating.ticket_id == Ticket.id)
    )


def is_merged() -> ColumnElement[bool]:
    """Whether a ticket in a list is merged into another: closed without having been solved, but not refused."""
    return exists().where(Link.ticket_id == Ticket.id, Link.kind == LinkKind.MERGED, Link.ended_at.is_(None))


def _whose(actor: Actor, whose: str) -> ColumnElement[int]:
    """Ids by index ranges on the three ways a request can be mine, never a filter over all tickets."""
    ways = {
        "mine": select(Ticket.id).where(Ticket.requester_id == actor.id),
        "for-me": select(Ticket.id).where(Ticket.for_person_id == actor.id),
        "following": select(Follower.ticket_id).where(Follower.person_id == actor.id),
    }
    named = {"mentioned": select(Mention.ticket_id).where(Mention.person_id == actor.id)}
    chosen = [(ways | named)[whose]] if whose in ways | named else list(ways.values())
    first, *rest = chosen
    return (first.union(*rest) if rest else first).scalar_subquery()
