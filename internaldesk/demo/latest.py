"""What happened last at the demo desk: a colleague called by name, a request passed over, and an act taken back."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select

from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Confidentiality
from internaldesk.core.relations import SkipReason
from internaldesk.db import db
from internaldesk.demo.people import Cast
from internaldesk.models.history import Event
from internaldesk.models.people import Team
from internaldesk.models.tickets import Ticket
from internaldesk.queues import actions as queues
from internaldesk.queues import skipping
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import undoing

_CALLED = "@Ben, you set up one like this last month. Do you remember what it was in the end?"
_JUST, _MINUTE = timedelta(minutes=40), timedelta(minutes=1)


def enter(cast: Cast, *, now: datetime) -> None:
    """In the minutes before `now`, in IT: Chi calls Ben and passes a request over; another presses Wait, and Undo."""
    ben, chi = cast.everybody["ben"].actor, cast.everybody["chi"].actor
    called = _first(_quiet(now).where(Ticket.assignee_id.not_in([ben.id, chi.id])))
    undone = _first(_quiet(now).where(Ticket.assignee_id != ben.id, Ticket.id != called.id)) if called else None
    passed = _first(_quiet(now).where(Ticket.assignee_id.is_(None), Ticket.risk_at > now))
    if called:
        tickets.note(called, by=chi, now=now - 12 * _MINUTE, body=_CALLED)
    if passed:
        skipping.skip(passed, by=chi, now=now - 9 * _MINUTE, reason=SkipReason.SKILL, just_taken=False)
    if undone:
        at, waits = now - 6 * _MINUTE, {"status": Status.SUPPLIER, "reason": "A new keyboard is on order"}
        whose = next(who.actor for who in cast.everybody.values() if who.id == undone.assignee_id)
        if kept := undoing.kept(tickets.set_status, undone, by=whose, now=at, **waits):
            queues.undo(kept.number, by=whose, now=at + timedelta(seconds=12))


def _quiet(now: datetime) -> Select[Ticket]:
    """Ordinary requests that IT works on and at which nothing happened just now; the newest first."""
    at_work = Ticket.status.in_([Status.NEW, Status.PROGRESS])
    just = exists().where(Event.ticket_id == Ticket.id, Event.at > now - _JUST)
    plain = (Ticket.team.has(Team.slug == "it"), Ticket.confidentiality == Confidentiality.ORDINARY)
    return select(Ticket).where(*plain, at_work, ~just).order_by(Ticket.id.desc()).limit(1)


def _first(query: Select[Ticket]) -> Ticket | None:
    return db.session.scalars(query).first()
