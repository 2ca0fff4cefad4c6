"""Hand a ticket to another team: why, to whom for a decision, and how often it came back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Act, Actor, Confidentiality, require
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.people import Membership, Person, Team, TeamRole
from internaldesk.models.tickets import Holding, Note, Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import changes

TRANSFER_REASONS = {
    "expertise": "they know this better",
    "authority": "they may decide this",
    "wrong-desk": "it belongs there",
    "workload": "they can do it sooner",
    "other-team": "their part comes first",
}
DECISION = "authority"


class Decider(NamedTuple):
    """Somebody a team's decision can be asked of: a lead of it, or a manager who works in it."""

    id: int
    name: str
    team_id: int
    team: str


def transfer(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    team: Team,
    reason: str,
    body: str = "",
    person: int | None = None,
    decide_by: datetime | None = None,
) -> Ticket:
    """Hand it to another team with a reason; number, words, files and clocks stay, and the requester is told.

    For a decision it goes to a `person` (None: the team's first lead, if it has one), and `body` is their brief.
    """
    require(by, Act.TRANSFER, ticket)
    changes.refuse_closed(ticket)
    if reason not in TRANSFER_REASONS:
        raise Refused("Choose why it goes to another team.", field="reason")
    if team.id == ticket.team_id:
        raise Refused(f"It is with {team.name} already.", field="team")
    if decide_by is not None and decide_by <= now:
        raise Refused("Choose a date ahead.", field="decide_by")
    decider = _decider(ticket, team, person, body) if reason == DECISION else None
    before, why = ticket.team.name, f"{decider.name} may decide this" if decider else TRANSFER_REASONS[reason]
    ticket.holdings[-1].ended_at = now
    ticket.holdings.append(_held(team, reason, decider, body, decide_by, now=now))
    ticket.team, ticket.team_id, ticket.assignee_id = team, team.id, decider.id if decider else None
    ticket.transferred += 1
    changes.touch(ticket, now)
    sla.hand_over(ticket, by=by, now=now)
    history.record(ticket.id, Kind.TRANSFERRED, by=by, at=now, before=before, after=team.name, reason=reason, why=why)
    if body:
        db.session.add(Note(ticket_id=ticket.id, author_id=by.id, body=body, at=now))
    return ticket


def deciders(ticket: Ticket, team_ids: Sequence[int]) -> list[Decider]:
    """Who can be asked to decide in these teams, leads first; for a case only people named for such."""
    query = (
        select(Person.id, Person.name, Team.id, Team.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .where(Team.id.in_(team_ids), Person.active, or_(Membership.role == TeamRole.LEAD, Person.manager))
        .where(Person.id.not_in([ticket.requester_id, ticket.for_person_id]))
        .order_by(Team.position, Membership.role != TeamRole.LEAD, Person.name, Person.id)
    )
    if ticket.confidentiality is Confidentiality.CASE:
        query = query.where(Membership.case_group)
    return [Decider(*row) for row in db.session.execute(query)]


def bounces(holdings: Iterable[Holding]) -> int:
    """How often it came back to a team that had passed it on before."""
    teams = [holding.team_id for holding in holdings]
    return sum(team in teams[:place] for place, team in enumerate(teams))


def _decider(ticket: Ticket, team: Team, person: int | None, body: str) -> Decider | None:
    """Who is to decide; None where nobody was named and the team has nobody who could be."""
    if not body:
        raise Refused("Say what is to be decided, which options there are, and what you would do.", field="body")
    found = deciders(ticket, [team.id])
    if person is None:
        return found[0] if found else None
    named = [decider for decider in found if decider.id == person]
    if not named:
        raise Refused(f"Choose somebody who can decide for {team.name}: one of its leads.", field="person")
    return named[0]


def _held(
    team: Team, reason: str, decider: Decider | None, body: str, decide_by: datetime | None, *, now: datetime
) -> Holding:
    held = Holding(team_id=team.id, started_at=now, reason=reason)
    if reason == DECISION:
        held.brief, held.decide_by, held.person_id = body, decide_by, decider.id if decider else None
    return held
