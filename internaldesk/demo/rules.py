"""What leads of the demo desk set and decided about promises: so that each page of promises has something to show."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from internaldesk.core.clocks import Target
from internaldesk.core.policy import Confidentiality
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.demo.people import Cast
from internaldesk.models.people import Team
from internaldesk.models.sla import Clock, Policy, PolicyVersion
from internaldesk.models.tickets import Ticket
from internaldesk.promises import actions as promises
from internaldesk.promises.terms import Promise
from internaldesk.sla import queries as sla
from internaldesk.tickets import actions as tickets

_CHANGED = timedelta(weeks=7)
_OWN_PART = {Priority.URGENT: 180, Priority.HIGH: 600, Priority.MEDIUM: 1200, Priority.LOW: 3600}
_WARNING = 30
"""Minutes before a promise is due."""


def enter(cast: Cast, *, now: datetime) -> None:
    """Dana agrees on IT's own part, and has its agents warned once more before something broken is late."""
    dana = cast.everybody["dana"].actor
    team = db.session.scalars(select(Team).where(Team.slug == "it")).one()
    version, _ = sla.holding(team, Priority.MEDIUM, now=now)
    hours = sla.calendars([version])[version]
    promises.set_own_part(team, minutes=_OWN_PART, calendar=hours, by=dana, now=now - _CHANGED)
    query = select(Policy).where(Policy.team_id == team.id).order_by(Policy.position, Policy.id).limit(1)
    policy = db.session.scalars(query).one()
    newest = db.session.scalars(select(PolicyVersion).where(PolicyVersion.policy_id == policy.id)).one()
    promise = Promise.of(policy, newest)
    warned = replace(promise, terms=replace(promise.terms, warn_minutes=_WARNING))
    why = "Half an hour is enough to still make it."
    promises.revise(policy, warned, version=newest.id, note=why, by=dana, now=now - _CHANGED)


def judge(cast: Cast, *, now: datetime) -> None:
    """A miss that nobody could help is waived, and somebody who waits too long asks a lead to step in."""
    dana = cast.everybody["dana"].actor
    missed = (
        select(Clock)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .where(Ticket.team_id.in_(dana.lead_of), ~Ticket.is_open, Clock.team_key == 0)
        .where(Clock.breached_at.is_not(None), Clock.decided_team_id == Ticket.team_id, Ticket.requester_id != dana.id)
        .order_by(Clock.breached_at.desc())
    )
    clock = db.session.scalars(missed.limit(1)).first()
    if clock is not None:
        ticket = db.session.get_one(Ticket, clock.ticket_id)
        why = "The site had no power that morning; everybody was told at eight."
        tickets.waive(ticket, by=dana, now=now, clock=clock.id, reason=why)
    late = (
        select(Ticket)
        .join(Clock, Clock.ticket_id == Ticket.id)
        .where(Ticket.is_open, Ticket.queue_at < now, Ticket.confidentiality == Confidentiality.ORDINARY)
        .where(Clock.target == Target.FIRST_RESPONSE, Clock.breached_at.is_not(None), Clock.state == "running")
        .order_by(Ticket.queue_at)
    )
    waiting = db.session.scalars(late.limit(1)).first()
    if waiting is not None:
        asker = next(who for who in cast.everybody.values() if who.id == waiting.requester_id)
        tickets.escalate(waiting, by=asker.actor, now=now)
