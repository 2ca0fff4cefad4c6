"""Merge a duplicate into the request that is worked on, and take it out again with nothing lost.

Merging gives nobody sight of anything: words, notes and files stay with the duplicate, whose people keep their page.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from internaldesk.core import relations as rules
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, require
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Membership, Person
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Follower, Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as clocks
from internaldesk.tickets import approving, changes, fanning, relations

_ANOTHER = "another request about the same"


def target_of(ticket: Ticket) -> Ticket:
    """The ticket itself, or the one it was merged into: whoever names a merged one means that."""
    known = relations.standing(ticket.id, LinkKind.MERGED)
    return known.other if known else ticket


def merge(ticket: Ticket, into: Ticket, *, by: Actor, now: datetime, version: int | None = None) -> Ticket:
    """End `ticket` as a duplicate of `into` (or of what that was merged into), and return the one that goes on.

    Its promises are called off, but for those missed already; one filed earlier lends the other its used time. Its
    people follow the other where they may read it anyway. Raises Forbidden unless `by` handles both, Conflict where
    `version` is not the present one, and Refused with a sentence where the two do not fit.
    """
    into = target_of(into)
    for found in (ticket, into):
        require(by, Act.RELATE, found)
    changes.refuse_stale(ticket, version)
    approving.refuse_to_leave(ticket)
    fanning.refuse_to_merge(ticket)
    rules.refuse_merge(ticket, into, relations.ties(ticket.id))
    facts = {**_before(ticket), "seqs": [], "other_seqs": _lend(ticket, into, by=by, now=now)}
    changes.become(ticket, Status.CLOSED)
    ticket.closed_at = now
    for found in (ticket, into):
        changes.touch(found, now)
    sla.tell(ticket, ClockKind.MERGED_INTO, by=by, now=now)
    facts |= {"seqs": [sla.length(ticket)], "followers": _let_follow(ticket, into, by=by, now=now)}
    db.session.add(Link(kind=LinkKind.MERGED, ticket=ticket, other=into, made_at=now, made_by_id=by.id, facts=facts))
    named = into.number if of_the_same(ticket, into) else _ANOTHER
    history.record(ticket.id, Kind.MERGED, by=by, at=now, other=into.id, into=named)
    history.record(into.id, Kind.ABSORBED, by=by, at=now, other=ticket.id, which=ticket.number)
    return into


def unmerge(ticket: Ticket, *, by: Actor, now: datetime) -> Ticket:
    """Take a duplicate up again on its own: as it stood, with its clocks as if they had run on all the time.

    Raises Forbidden unless `by` handles both, Refused where it is not merged.
    """
    require(by, Act.RELATE, ticket)
    known = relations.standing(ticket.id, LinkKind.MERGED, lock=True)
    if known is None:
        raise Refused(f"{ticket.number} is not merged into another request.")
    into, facts = known.other, known.facts
    require(by, Act.RELATE, into)
    known.ended_at, known.ended_by_id = now, by.id
    until = datetime.fromisoformat(facts["until"]) if facts["until"] else None
    changes.become(ticket, Status(facts["status"]), reason=facts["reason"], until=until)
    ticket.closed_at = None
    for found, seqs in ((ticket, facts["seqs"]), (into, facts["other_seqs"])):
        if seqs:
            sla.undo(found, seqs, by=by, now=now)
        changes.touch(found, now)
    sla.change_hours(ticket, by=by, now=now)  # edited while nothing ran
    into.followers = [row for row in into.followers if row.person_id not in facts["followers"]]
    history.record(ticket.id, Kind.UNMERGED, by=by, at=now, other=into.id)
    history.record(into.id, Kind.RELEASED, by=by, at=now, other=ticket.id, which=ticket.number)
    return ticket


def of_the_same(ticket: Ticket, other: Ticket) -> bool:
    """Whether the people of the one are those of the other, so that its number is no news to them."""
    return {ticket.requester_id, ticket.for_person_id} <= {other.requester_id, other.for_person_id}


def _before(ticket: Ticket) -> dict[str, Any]:
    """How it stood, as plain JSON."""
    until = ticket.status_until
    return {
        "status": ticket.status.value,
        "reason": ticket.status_reason,
        "until": until.isoformat() if until else None,
    }


def _lend(ticket: Ticket, into: Ticket, *, by: Actor, now: datetime) -> list[int]:
    """Let the other one count the time that an older duplicate has used; returns the numbers of what it was told."""
    if ticket.filed_at >= into.filed_at:
        return []
    found = clocks.folded(ticket.id)
    marks = [*found.marks, None]
    pauses = [
        [mark.at.isoformat(), after.at.isoformat() if after else None, _reason(mark.reason)]
        for mark, after in zip(found.marks, marks[1:], strict=True)
        if mark.reason
    ]
    told = {"created_at": ticket.filed_at.isoformat(), "pauses": pauses, "answered": found.answered}
    sla.tell(into, ClockKind.ABSORBED, by=by, now=now, other=told)
    return [sla.length(into)]


def _reason(reason: str) -> str:
    """Time in which it was solved, until somebody opened it again, waited for its requester."""
    return "requester" if reason == "resolved" else reason


def _let_follow(ticket: Ticket, into: Ticket, *, by: Actor, now: datetime) -> list[int]:
    """Add the duplicate's people to the readers of the other one, as far as they are readers of it anyway."""
    if into.confidentiality is not Confidentiality.ORDINARY:
        return []
    people = {ticket.requester_id, ticket.for_person_id, *ticket.follower_ids}
    people -= {into.requester_id, into.for_person_id, *into.follower_ids}
    readers = sorted(_readers(into, people)) if people else []
    into.followers += [Follower(person_id=person, added_by_id=by.id, at=now) for person in readers]
    return readers


def _readers(ticket: Ticket, people: Collection[int]) -> set[int]:
    """Who of these may read an ordinary ticket by their job: in a team that holds or held it, or overseeing all."""
    teams = [ticket.team_id, *ticket.former_team_ids]
    works = select(Membership.person_id).where(Membership.team_id.in_(teams))
    job = or_(Person.manager, Person.admin, Person.id.in_(works))
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(people), Person.active, job)))
