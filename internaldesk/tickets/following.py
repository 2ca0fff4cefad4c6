"""A closed request goes on as a new one that follows it: same people, type and team, priority and promises anew."""

from collections.abc import Sequence
from datetime import datetime

from internaldesk.core.errors import Refused
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, may, require
from internaldesk.core.relations import LinkKind
from internaldesk.db import db
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Follower, Ticket
from internaldesk.tickets import actions, queries, relations
from internaldesk.tickets.arrival import Arrival


def follow_up(closed: Ticket, *, by: Actor, now: datetime, body: str, files: Sequence[int] = ()) -> Ticket:
    """File what somebody has to say to a closed request as a new one of the same requester, and tie the two.

    The requester's own words are what is asked; anybody else's are said in their own name. Who followed follows on,
    and the type's rule asks for approval as ever.
    """
    require(by, Act.ANSWER if queries.speaks_for_team(by, closed) else Act.REPLY, closed)
    _refuse(closed, by=by)
    own = by.id == closed.requester_id
    ticket = actions.file(
        closed.request_type,
        by=by,
        now=now,
        form=closed.form_version,
        summary=closed.summary,
        details=body if own else "",
        answers=dict(closed.answers),
        for_person=closed.for_person,
        customer_waiting=closed.customer_waiting,
        customer=closed.customer,
        files=files if own else (),
        arrival=Arrival(closed.requester_id, closed.requester.location_id, team_id=closed.team_id),
    )
    _tie(ticket, closed, by=by, now=now)
    if not own:
        actions.reply(ticket, by=by, now=now, body=body, files=files)
    return ticket


def _refuse(closed: Ticket, *, by: Actor) -> None:
    if closed.status is not Status.CLOSED:
        raise Refused("This request is open: send it as a reply.")
    merged = relations.standing(closed.id, LinkKind.MERGED)
    if merged is not None and may(by, Act.READ, merged.other):
        raise Refused(f"This request was merged into {merged.other.number}: what you write belongs there.")


def _tie(ticket: Ticket, closed: Ticket, *, by: Actor, now: datetime) -> None:
    for reader in closed.follower_ids:
        ticket.followers.append(Follower(person_id=reader, added_by_id=by.id, at=now))
    tie = {"ticket_id": ticket.id, "other_id": closed.id, "made_at": now, "made_by_id": by.id}
    db.session.add(Link(kind=LinkKind.FOLLOW_UP, facts={}, **tie))
    db.session.flush()
