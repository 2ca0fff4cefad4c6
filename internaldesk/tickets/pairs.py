"""Find the request that another one belongs to, and say beforehand what tying the two will do."""

import re
from typing import NamedTuple

from sqlalchemy import select

from internaldesk.core import relations as rules
from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor
from internaldesk.db import db
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket
from internaldesk.tickets import approving, fanning, merges, relations
from internaldesk.tickets.queries import LARGEST_NUMBER, visible_tickets

OFFERED = 12
_NUMBER = re.compile(r"\s*(?:r-?)?(\d{1,10})\s*", re.IGNORECASE)


class Candidate(NamedTuple):
    """A request that may be meant."""

    id: int
    summary: str
    requester: str
    status: Status


class Found(NamedTuple):
    """What the words led to: `exact` is the request whose number was typed."""

    exact: int | None
    candidates: list[Candidate]


def find(words: str, *, ticket: Ticket, by: Actor) -> Found:
    """The open requests that `by` handles with these words in their title; without any, the newest of the same type."""
    words = words.replace("\x00", "").strip()
    number = _NUMBER.fullmatch(words)
    if number and int(number[1]) <= LARGEST_NUMBER:
        return Found(int(number[1]), [])
    query = (
        select(Ticket.id, Ticket.summary, Person.name, Ticket.status)
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.id != ticket.id, Ticket.is_open, visible_tickets(by, Act.HANDLE))
        .order_by(Ticket.id.desc())
        .limit(OFFERED)
    )
    for word in words.split():
        query = query.where(Ticket.summary.icontains(word, autoescape=True))
    if not words:
        query = query.where(Ticket.request_type_id == ticket.request_type_id)
    return Found(None, [Candidate(*row) for row in db.session.execute(query)])


def why_not(what: str, ticket: Ticket, other: Ticket) -> str:
    """Why the two cannot be tied so; empty where they can."""
    ties = relations.ties(ticket.id)
    try:
        if what == "merge":
            approving.refuse_to_leave(ticket)
            fanning.refuse_to_merge(ticket)
            rules.refuse_merge(ticket, other, ties)
        else:
            rules.refuse_cause(ticket, other, ties, relations.ties(other.id))
    except Refused as refusal:
        return refusal.sentence
    return ""


def consequences(what: str, ticket: Ticket, other: Ticket) -> list[str]:
    """What tying the two will do, in sentences."""
    return _of_merging(ticket, other) if what == "merge" else _of_linking(ticket, other)


def _of_merging(ticket: Ticket, other: Ticket) -> list[str]:
    same = merges.of_the_same(ticket, other)
    where = f"a link to {other.number}" if same else "how far that is, but not which it is"
    lent = f"{other.number} counts the time that {ticket.number}, the older one, has used already."
    return [
        f"{ticket.number} is closed as a duplicate: not solved, not rated.",
        "Its promises are called off. Those missed already stay missed.",
        *([lent] if ticket.filed_at < other.filed_at else []),
        f"{ticket.requester.name} keeps the page of {ticket.number} and reads there that it is answered together with "
        f"another request, with {where}.",
        "Words, notes and files stay where they are. Nobody can read anything that they could not read before.",
        "Undo it whenever you like: its status, its assignee and its clocks come back.",
    ]


def _of_linking(ticket: Ticket, other: Ticket) -> list[str]:
    return [
        f"{ticket.number} stays open, with promises of its own.",
        f"{ticket.requester.name} reads that one problem is behind several requests, but not which they are.",
        f"What you write on {other.number} can be told to all that wait for it, and they can be solved together.",
        "Take the link off whenever you like.",
    ]
