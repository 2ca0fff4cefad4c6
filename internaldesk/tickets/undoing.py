"""Take back what was just done to tickets, with clocks as if it had not been: keep how it was, and put it back.

An act is kept in one of two ways, and both end in the same row and behind the same button (see `undo_bar`):
`kept(act, ticket, by=…, now=…, **facts)` does it to one ticket and returns what `undo_bar.offer` shows for half a
minute; whoever acts on many calls `look` before, `step` after each, and `keep` once. An act that returns the Message it
wrote has that message in `Step.said`: its words can be taken back for ten seconds, and with them all that it did.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import AGENT_WORDS, Status
from internaldesk.core.policy import Act, Actor, require
from internaldesk.core.tags import told
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Person, Team
from internaldesk.models.queues import Undo
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Message, Ticket, TicketTag
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import approving, causes, changes, locks, queries, taking_back
from internaldesk.tickets.conversation import HELD

UNDOABLE = timedelta(seconds=30)


class Before(NamedTuple):
    """How a ticket stands, as plain JSON, and how many events the log of its clocks has."""

    standing: dict[str, Any]
    length: int


class Step(NamedTuple):
    """What was done to one ticket, as plain JSON.

    How it stood before, the mark of how it was left, and what came with it: events of its clocks, a message, a link.
    """

    before: dict[str, Any]
    after: str
    events: Sequence[int] = ()
    said: int | None = None
    linked: int | None = None

    @property
    def number(self) -> int:
        """Which ticket."""
        return int(self.before["id"])


class Kept(NamedTuple):
    """The number under which an act can be taken back until an instant, and what was done, in words."""

    number: int
    until: datetime
    words: str


def kept(act: Callable[..., object], ticket: Ticket, *, by: Actor, now: datetime, **facts: Any) -> Kept | None:
    """Do `act` to a ticket; None where nothing came of it, or where it was the requester's side that acted."""
    if not queries.speaks_for_team(by, ticket):
        act(ticket, by=by, now=now, **facts)
        return None
    before = look(ticket)
    done = step(before, ticket, act(ticket, by=by, now=now, **facts))
    if done.said is None and not done.events and standing(ticket) == before.standing:
        return None
    return keep([done], by=by, now=now, words=f"{ticket.number} {_done(before.standing, ticket, by)}.")


def look(ticket: Ticket) -> Before:
    """How it is before an act."""
    return Before(standing(ticket), sla.length(ticket))


def step(before: Before, ticket: Ticket, result: object = None) -> Step:
    """What an act did, of which `result` was the answer."""
    said = result.id if isinstance(result, Message) else None
    events = range(before.length + 1, sla.length(ticket) + 1)
    linked = result.id if isinstance(result, Link) else None
    return Step(before.standing, mark(ticket), tuple(events), said, linked)


def keep(steps: Sequence[Step], *, by: Actor, now: datetime, words: str) -> Kept:
    """Remember them as one act of this person, which `words` name."""
    row = Undo(person_id=by.id, at=now, what=[list(step) for step in steps])
    db.session.add(row)
    db.session.flush()
    lasts = UNDOABLE if all(step.said is None for step in steps) else HELD
    return Kept(row.id, now + lasts, words)


def claim(number: int, *, by: Actor, now: datetime) -> list[Step]:
    """What can be taken back under a number, which is used up by that; raises Refused where it is too late."""
    mine = delete(Undo).where(Undo.id == number, Undo.person_id == by.id, Undo.at >= now - UNDOABLE)
    what = db.session.scalars(mine.returning(Undo.what)).first()
    if what is None:
        raise Refused("That is more than 30 seconds ago, or taken back already. Nothing was changed.")
    return [Step(*step) for step in what]


def forget(*, now: datetime) -> int:
    """Remove what nobody can take back any more; returns how many."""
    return len(db.session.execute(delete(Undo).where(Undo.at < now - UNDOABLE).returning(Undo.id)).all())


def standing(ticket: Ticket) -> dict[str, Any]:
    """What can be restored of it."""
    return {
        "id": ticket.id,
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
        "status": ticket.status.value,
        "reason": ticket.status_reason,
        "until": _iso(ticket.status_until),
        "answered": _iso(ticket.first_answered_at),
        "solved": _iso(ticket.solved_at),
        "solver": ticket.solved_by_id,
        "reopened": ticket.reopened,
        "tags": list(ticket.tag_words),
        "asked": approving.is_asked(ticket),
    }


def mark(ticket: Ticket) -> str:
    """Another text once anybody did anything to it."""
    parts = (ticket.version, _iso(ticket.updated_at), ticket.team_id, ticket.assignee_id)
    return " ".join(map(str, (*parts, ticket.status.value, ticket.priority.value, *ticket.tag_words)))


def locked(numbers: Sequence[int]) -> dict[int, Ticket]:
    """These tickets, also where they went to another team: whoever passed them on may take that back."""
    locks.hold(*numbers)
    query = select(Ticket).where(Ticket.id.in_(numbers)).order_by(Ticket.id)
    return {ticket.id: ticket for ticket in db.session.scalars(query.execution_options(populate_existing=True))}


def restore(ticket: Ticket, done: Step, *, by: Actor, now: datetime, redraft: bool = False) -> Ticket:
    """Put a ticket back as it was, with its clocks as if nothing had been done; the record tells of both.

    With `redraft`, words that are taken back by that are a draft again.
    Raises Refused with a sentence where somebody reacted to it already, and Forbidden where it is not theirs.
    """
    before, was = done.before, standing(ticket)
    team = _fetch_back(ticket, before["team"], by=by) if before["team"] != ticket.team_id else None
    require(by, Act.CHANGE, ticket)
    if done.said is not None:
        taking_back.unsay(ticket, by=by, now=now, message=done.said, redraft=redraft)
    if done.linked is not None:
        _unlink(ticket, done.linked, by=by, now=now)
    if before["asked"] and not was["asked"]:
        raise Refused("Its question for approval was withdrawn by that: ask again.")
    if was["solved"] and not before["solved"]:
        ratings.uninvite(ticket)
    changes.become(ticket, Status(before["status"]), reason=before["reason"], until=_instant(before["until"]))
    ticket.solved_at, ticket.solved_by_id = _instant(before["solved"]), before["solver"]
    ticket.first_answered_at, ticket.reopened = _instant(before["answered"]), before["reopened"]
    ticket.assignee_id = before["assignee"]
    _retag(ticket, before["tags"], by=by, now=now)
    changes.touch(ticket, now)
    if done.events:
        sla.undo(ticket, done.events, by=by, now=now)
    if words := _back(before, was, team):
        undone = history.record(ticket.id, Kind.UNDONE, by=by, at=now, words=words)
        undone.public = done.said is None and (team is not None or before["status"] != was["status"])
    return ticket


def _unlink(ticket: Ticket, link_id: int, *, by: Actor, now: datetime) -> None:
    """Let it follow what it followed before, if anything."""
    made = db.session.get_one(Link, link_id)
    if made.ended_at is not None:
        raise Refused("It follows another cause by now.")
    causes.unlink(ticket, by=by, now=now)
    ended = (Link.ticket_id == ticket.id, Link.kind == made.kind, Link.ended_at == made.made_at, Link.id != made.id)
    former = db.session.scalars(select(Link).where(*ended).order_by(Link.id.desc())).first()
    if former is not None:
        causes.link(ticket, former.other, by=by, now=now)


def _fetch_back(ticket: Ticket, team_id: int, *, by: Actor) -> Team:
    """As if it had not been passed on; no hand-over is counted."""
    if team_id not in by.agent_of:
        raise Refused("You do not work in the team it was with.")
    ticket.holdings.pop()
    ticket.holdings[-1].ended_at = None
    ticket.team, ticket.team_id = db.session.get_one(Team, team_id), team_id
    ticket.transferred -= 1
    return ticket.team


def _retag(ticket: Ticket, tags: Collection[str], *, by: Actor, now: datetime) -> None:
    before = ticket.tag_words
    if list(before) == list(tags):
        return
    ticket.tags = [row for row in ticket.tags if row.tag in tags]
    ticket.tags += [TicketTag(tag=word) for word in tags if word not in before]
    ticket.tags.sort(key=lambda row: row.tag)
    after = ticket.tag_words
    history.record(ticket.id, Kind.TAGGED, by=by, at=now, tags=list(after), words=told(before, after))


def _done(before: dict[str, Any], ticket: Ticket, by: Actor) -> str:
    """What an act did to a ticket, in a few words."""
    if before["team"] != ticket.team_id:
        return f"handed to {db.session.get_one(Team, ticket.team_id).name}"
    if before["status"] != ticket.status.value:
        return "solved" if ticket.status is Status.SOLVED else f"set to “{AGENT_WORDS[ticket.status].lower()}”"
    if before["assignee"] != ticket.assignee_id:
        return "taken" if ticket.assignee_id == by.id else f"given to {_name(ticket.assignee_id)}"
    return "changed"


def _back(before: dict[str, Any], was: dict[str, Any], team: Team | None) -> str:
    """What is as it was again, in words that everybody may read; tags have a line of their own."""
    found = [f"it is with {team.name} again"] if team else []
    if before["status"] != was["status"]:
        found.append(f"it is “{AGENT_WORDS[Status(before['status'])].lower()}” again")
    if before["assignee"] != was["assignee"]:
        found.append(f"{_name(before['assignee'])} has it again")
    if not found and any(before[name] != was[name] for name in ("reason", "until")):
        found.append("why it waits is as it was")
    return ", ".join(found)


def _name(person_id: int | None) -> str:
    return db.session.get_one(Person, person_id).name if person_id else "nobody"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
