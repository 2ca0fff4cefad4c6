"""Everything a person can do to a ticket, top to bottom: file, reply, note, assign, move on, hand over, solve."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from internaldesk.core import lifecycle, priority
from internaldesk.core.errors import Forbidden, Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, require, why
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.catalogue import FormVersion, RequestType
from internaldesk.models.people import Person
from internaldesk.models.tickets import Follower, FormKey, Message, Note, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as clocks
from internaldesk.tickets import (
    approving,
    attachments,
    changes,
    conversation,
    fanning,
    handover,
    leads,
    mentions,
    opening,
    queries,
    taking_back,
)
from internaldesk.tickets.standing import Helper

SILENCE_DAYS = 14
KEYS_KEPT = timedelta(days=3)
transfer = handover.transfer  # a hand-over has a module of its own
_THEN = {"wait": Status.WAITING, "progress": Status.PROGRESS, "solve": Status.SOLVED}


def file(request_type: RequestType, *, by: Actor, now: datetime, form: FormVersion, **facts: Any) -> Ticket:
    """File a new request, as `opening.file` does, with the steps that the checklist of its type names."""
    ticket = opening.file(request_type, by=by, now=now, form=form, **facts)
    fanning.lay_out(ticket, by=by, now=now)
    return ticket


def reply(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    body: str,
    then: str = "",
    version: int | None = None,
    files: Sequence[int] = (),
) -> Message:
    """Say something in public, as the team or as the requester's side, whichever the speaker is here."""
    as_team = queries.speaks_for_team(by, ticket)
    require(by, Act.ANSWER if as_team else Act.REPLY, ticket)
    changes.refuse_closed(ticket)
    changes.refuse_stale(ticket, version if as_team else conversation.known_version(ticket, version, now=now))
    called = mentions.called(ticket, body, by=by, in_note=False) if as_team else {}
    before = {"before": taking_back.standing(ticket)} if as_team else {}
    message = changes.say(ticket, by=by, now=now, body=body, as_team=as_team, files=files, **before)
    mentions.record(ticket, called, by=by, now=now)
    if as_team:
        ticket.first_answered_at = ticket.first_answered_at or now
        sla.tell(ticket, ClockKind.AGENT_REPLY, by=by, now=now)
        _after_answer(ticket, _THEN.get(then, Status.PROGRESS), by=by, now=now)
    else:
        sla.tell(ticket, ClockKind.REQUESTER_REPLY, by=by, now=now)
        _wake(ticket, by=by, now=now)
    return message


def note(
    ticket: Ticket, *, by: Actor, now: datetime, body: str, version: int | None = None, files: Sequence[int] = ()
) -> Note:
    """Write something for the team only; it is no answer and changes nothing the requester sees."""
    require(by, Act.NOTE, ticket)
    changes.refuse_stale(ticket, version)
    called = mentions.called(ticket, body, by=by, in_note=True)
    written = Note(ticket_id=ticket.id, author_id=by.id, body=body, at=now)
    db.session.add(written)
    db.session.flush()
    attachments.attach(files, ticket=ticket, by=by, note=written)
    history.record(ticket.id, Kind.NOTED, by=by, at=now, note=written.id)
    mentions.record(ticket, called, by=by, now=now)
    return written


def assign(ticket: Ticket, *, by: Actor, now: datetime, assignee_id: int | None) -> Ticket:
    """Give it to a member of the team, or back to everybody (None)."""
    require(by, Act.ASSIGN, ticket)
    changes.refuse_closed(ticket)
    if assignee_id == ticket.assignee_id:
        return ticket
    names = {handler.id: handler.name for handler in queries.handlers(ticket)}
    if assignee_id is not None and assignee_id not in names:
        raise Refused("Choose somebody who works in this team.", field="assignee")
    ticket.assignee_id = assignee_id
    changes.stir(ticket, now)
    sla.tell(ticket, ClockKind.ASSIGNED, by=by, now=now)
    history.record(ticket.id, Kind.ASSIGNED, by=by, at=now, to=names.get(assignee_id) if assignee_id else None)
    return ticket


def set_status(
    ticket: Ticket, *, by: Actor, now: datetime, status: Status, reason: str = "", until: datetime | None = None
) -> Ticket:
    """Move it on: as the team anywhere the lifecycle allows, as the requester to solved or back."""
    if not queries.speaks_for_team(by, ticket):
        return confirm(ticket, by=by, now=now, solved=status is Status.SOLVED)
    require(by, Act.CHANGE, ticket)
    changes.refuse_past(until, now)
    if status is Status.SOLVED:
        return solve(ticket, by=by, now=now, reason=reason)
    if ticket.status is Status.SOLVED:
        return reopen(ticket, by=by, now=now)
    approving.refuse_to_leave(ticket)
    changes.hold(ticket, lifecycle.move(ticket.status, status), reason=reason, until=until, by=by, now=now)
    return ticket


def set_priority(ticket: Ticket, *, by: Actor, now: datetime, level: priority.Priority) -> Ticket:
    """Change how urgent it is; the new promise counts from the start, with the pauses kept."""
    require(by, Act.CHANGE, ticket)
    changes.refuse_closed(ticket)
    if level is ticket.priority:
        return ticket
    before, ticket.priority, ticket.priority_why = ticket.priority, level, f"set by {by.name}"
    changes.stir(ticket, now)
    sla.reprioritise(ticket, by=by, now=now)
    history.record(ticket.id, Kind.PRIORITY, by=by, at=now, before=before.value, after=level.value)
    return ticket


def follow(ticket: Ticket, *, by: Actor, now: datetime, person: str) -> Person:
    """Let a co-worker read along, named by e-mail address or full name; never on a case."""
    require(by, Act.ANSWER if queries.speaks_for_team(by, ticket) else Act.REPLY, ticket)
    if ticket.confidentiality is Confidentiality.CASE:
        raise Refused("Nobody can be added to a confidential case.", field="person")
    found = queries.people_called(person)
    if len(found) != 1:
        words = "Nobody is called that." if not found else "Several people are called that: give the e-mail address."
        raise Refused(words, field="person")
    if found[0].id not in {*ticket.follower_ids, ticket.requester_id, ticket.for_person_id}:
        ticket.followers.append(Follower(person_id=found[0].id, added_by_id=by.id, at=now))
        history.record(ticket.id, Kind.FOLLOWED, by=by, at=now, who=found[0].name)
    return found[0]


def solve(ticket: Ticket, *, by: Actor, now: datetime, reason: str = "") -> Ticket:
    """Say it is done; promises stop and, when the team solved it, the requester is asked how it went."""
    by_team = queries.speaks_for_team(by, ticket)
    require(by, Act.CHANGE if by_team else Act.CONFIRM, ticket)
    fanning.before_solving(ticket, by=by, now=now, by_team=by_team)
    approving.drop(ticket, by=by, now=now)
    changes.become(ticket, lifecycle.move(ticket.status, Status.SOLVED), reason=reason)
    ticket.solved_at, ticket.solved_by_id = now, by.id
    if by_team and ticket.assignee_id is None:
        ticket.assignee_id = by.id
    changes.touch(ticket, now)
    sla.tell(ticket, ClockKind.RESOLVED, by=by, now=now)
    history.record(ticket.id, Kind.SOLVED, by=by, at=now, reason=reason, by_team=by_team)
    if by_team:
        ratings.invite(ticket, now=now)
    fanning.after_solving(ticket, by=by, now=now)
    return ticket


def reopen(ticket: Ticket, *, by: Actor, now: datetime) -> Ticket:
    """Take it up again after all: same assignee, and the time already used counts on."""
    changes.refuse_closed(ticket)
    changes.become(ticket, lifecycle.move(ticket.status, Status.PROGRESS))
    ticket.solved_at = ticket.solved_by_id = None
    ticket.reopened += 1
    changes.touch(ticket, now)
    sla.tell(ticket, ClockKind.REOPENED, by=by, now=now)
    history.record(ticket.id, Kind.REOPENED, by=by, at=now)
    return ticket


def confirm(ticket: Ticket, *, by: Actor, now: datetime, solved: bool) -> Ticket:
    """The requester's word: solved (closes it, or solves it early) or not solved yet (reopens it)."""
    require(by, Act.CONFIRM, ticket)
    if not solved:
        return reopen(ticket, by=by, now=now)
    return close(ticket, by=by, now=now) if ticket.status is Status.SOLVED else solve(ticket, by=by, now=now)


def close(ticket: Ticket, *, by: Actor | None, now: datetime) -> Ticket:
    """The end; changes no clock."""
    changes.become(ticket, lifecycle.move(ticket.status, Status.CLOSED))
    ticket.closed_at = now
    changes.touch(ticket, now)
    history.record(ticket.id, Kind.CLOSED, by=by, at=now, auto=by is None)
    return ticket


def escalate(ticket: Ticket, *, by: Actor, now: datetime) -> Helper:
    """Ask somebody to step in where a promise was missed; done once for that promise, the first time counts."""
    require(by, Act.ESCALATE, ticket)
    clock = leads.due_clock(ticket, clocks.clocks(ticket.id))
    if clock is None or clock.due_at is None or clock.due_at > now:
        raise Refused("Nothing is late here at the moment.")
    helper = leads.helper(ticket, clock)
    if helper is None:
        raise Refused(f"Nobody can be asked from here: ring {ticket.team.name}.")
    if helper.told_at is None:
        db.session.add(leads.notice(ticket, clock, helper, now=now))
        history.record(ticket.id, Kind.ESCALATED, by=by, at=now, to=helper.name, clock=clock.id)
        changes.stir(ticket, now)
    return helper


def waive(ticket: Ticket, *, by: Actor, now: datetime, clock: int, reason: str) -> Ticket:
    """Not hold a missed promise against anybody, for a reason that everybody reads; it is shown as waived."""
    require(by, Act.WAIVE, ticket)
    found = [row for row in clocks.clocks(ticket.id) if row.id == clock]
    if found and not leads.judges(by, ticket, found[0]):
        raise Forbidden(why(Act.WAIVE))
    sla.waive(ticket, clock_id=clock, why=reason, by=by, now=now)
    changes.stir(ticket, now)
    return ticket


def close_silent(*, now: datetime, limit: int = 500) -> int:
    """Close what was solved and not spoken of for two weeks; returns how many."""
    before = now - timedelta(days=SILENCE_DAYS)
    silent = select(Ticket).where(Ticket.status == Status.SOLVED, Ticket.solved_at < before).limit(limit)
    tickets = db.session.scalars(silent.with_for_update(skip_locked=True)).all()
    for ticket in tickets:
        close(ticket, by=None, now=now)
    return len(tickets)


def forget_leftovers(*, now: datetime) -> int:
    """Remove form keys that no late or repeated send can need any more; returns how many."""
    return len(db.session.execute(delete(FormKey).where(FormKey.at < now - KEYS_KEPT).returning(FormKey.key)).all())


def _after_answer(ticket: Ticket, status: Status, *, by: Actor, now: datetime) -> None:
    """The status an answer leaves behind; the first to answer becomes the assignee."""
    if ticket.assignee_id is None:
        ticket.assignee_id = by.id
    if ticket.status in (Status.SOLVED, status):
        return
    if status is Status.SOLVED:
        solve(ticket, by=by, now=now)
    elif not approving.is_asked(ticket):
        changes.hold(ticket, lifecycle.move(ticket.status, status), reason="", until=None, by=by, now=now)


def _wake(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """A word from the requester's side: a solved request opens again, one that waited for them goes on."""
    if ticket.status is Status.SOLVED:
        reopen(ticket, by=by, now=now)
    elif ticket.status is Status.WAITING:
        changes.become(ticket, lifecycle.move(ticket.status, Status.PROGRESS))
