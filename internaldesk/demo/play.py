"""Do the steps of the story by the very actions the pages use, each at its own instant."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from internaldesk.core.approval import Decision
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor
from internaldesk.core.priority import Priority
from internaldesk.db import db
from internaldesk.demo.asking import Asked
from internaldesk.demo.steps import Act, Step
from internaldesk.models.approvals import ApprovalRound, ApprovalStep, Ballot
from internaldesk.models.people import Person
from internaldesk.models.ratings import RatingInvite
from internaldesk.models.tickets import NEVER, Ticket
from internaldesk.ratings import actions as ratings
from internaldesk.sla import actions as sla
from internaldesk.tickets import actions as tickets
from internaldesk.tickets import approving, attachments, opening
from internaldesk.tickets.attachments import Upload

_SWEPT_AFTER = timedelta(seconds=40)
"""How long after a due instant the worker notices, at the latest."""
Files = Sequence[tuple[str, bytes]]


def file(asked: Asked, *, files: Files = (), folder: Path | None = None) -> Ticket:
    """File the request, with what is attached to it; the quarter is from before there were checklists."""
    by = asked.requester.actor
    return opening.file(
        asked.offer.type,
        by=by,
        now=asked.at,
        form=asked.offer.form,
        summary=asked.says(asked.story.summary),
        details=asked.says(asked.story.details),
        answers=asked.answers,
        for_person=db.session.get(Person, asked.for_whom.id) if asked.for_whom else None,
        customer_waiting=bool(asked.customer),
        customer=asked.customer,
        needed_by=asked.needed_by,
        files=_kept(files, by=by, at=asked.at, folder=folder),
    )


def play(ticket: Ticket, steps: Sequence[Step], *, now: datetime) -> None:
    """Do every step that lies before `now`; promises missed and waits ended in between are noted when they are due."""
    for step in steps:
        if step.at >= now:
            break
        catch_up(ticket, now=step.at)
        _DO[step.act](ticket, step)
    catch_up(ticket, now=now)


def catch_up(ticket: Ticket, *, now: datetime) -> None:
    """What the worker would have done with this ticket by `now`."""
    if not ticket.is_open:
        return
    moments = {at for at in (ticket.queue_at, ticket.status_until) if at is not None and at != NEVER}
    for at in sorted(moments):
        seen = at + _SWEPT_AFTER
        if seen < now:
            sla.settle(ticket, now=seen)


def _kept(files: Files, *, by: Actor, at: datetime, folder: Path | None) -> list[int]:
    if folder is None:
        return []
    return [attachments.keep(Upload(name, BytesIO(data)), by=by, now=at, folder=folder).id for name, data in files]


def _actor(step: Step) -> Actor:
    assert step.by is not None  # only closing after a silence is nobody's act
    return step.by.actor


def _reply(ticket: Ticket, step: Step) -> None:
    tickets.reply(ticket, by=_actor(step), now=step.at, body=step.facts["body"], then=step.facts.get("then", ""))


def _note(ticket: Ticket, step: Step) -> None:
    tickets.note(ticket, by=_actor(step), now=step.at, body=step.facts["body"])


def _assign(ticket: Ticket, step: Step) -> None:
    tickets.assign(ticket, by=_actor(step), now=step.at, assignee_id=step.facts["to"].id)


def _status(ticket: Ticket, step: Step) -> None:
    facts: dict[str, Any] = {**step.facts, "status": Status(step.facts["status"])}
    if facts["status"] is not ticket.status:  # an agreed date may have come and moved it already
        tickets.set_status(ticket, by=_actor(step), now=step.at, **facts)


def _priority(ticket: Ticket, step: Step) -> None:
    tickets.set_priority(ticket, by=_actor(step), now=step.at, level=Priority(step.facts["level"]))


def _transfer(ticket: Ticket, step: Step) -> None:
    tickets.transfer(ticket, by=_actor(step), now=step.at, **step.facts)


def _follow(ticket: Ticket, step: Step) -> None:
    tickets.follow(ticket, by=_actor(step), now=step.at, person=step.facts["person"])


def _confirm(ticket: Ticket, step: Step) -> None:
    tickets.confirm(ticket, by=_actor(step), now=step.at, solved=step.facts["solved"])


def _close(ticket: Ticket, step: Step) -> None:
    tickets.close(ticket, by=None, now=step.at)


def _rate(ticket: Ticket, step: Step) -> None:
    db.session.flush()
    invite = db.session.scalars(select(RatingInvite).where(RatingInvite.ticket_id == ticket.id)).one()
    ratings.submit(invite, now=step.at, scores=step.facts["scores"], comment=step.facts["comment"])


def _ask(ticket: Ticket, step: Step) -> None:
    approving.ask(ticket, by=_actor(step), now=step.at, whom="manager", words=step.facts["words"])


def _approve(ticket: Ticket, step: Step) -> None:
    """Those asked agree, until as many steps are left as the story says."""
    while (ballot := _open_ballot(ticket)) is not None and _undecided(ballot) > step.facts["left"]:
        _decide(ballot, step, Decision.APPROVED)


def _refuse(ticket: Ticket, step: Step) -> None:
    ballot = _open_ballot(ticket)
    assert ballot is not None
    _decide(ballot, step, Decision.REFUSED, reason=step.facts["reason"])


def _decide(ballot: Ballot, step: Step, decision: Decision, reason: str = "") -> None:
    by = Actor(id=ballot.person_id, name=ballot.person.name)
    approving.decide(ballot.id, by=by, now=step.at, decision=decision, reason=reason)


def _open_ballot(ticket: Ticket) -> Ballot | None:
    db.session.flush()
    open_now = (ApprovalStep.opened_at.is_not(None), ApprovalStep.closed_at.is_(None), Ballot.decision.is_(None))
    query = select(Ballot).join(Ballot.step).join(ApprovalStep.round).where(ApprovalRound.ticket_id == ticket.id)
    return db.session.scalars(query.where(*open_now).order_by(Ballot.id)).first()


def _undecided(ballot: Ballot) -> int:
    return len(ballot.step.round.steps) - ballot.step.position + 1


_DO: dict[Act, Callable[[Ticket, Step], None]] = {
    Act.REPLY: _reply,
    Act.NOTE: _note,
    Act.ASSIGN: _assign,
    Act.STATUS: _status,
    Act.PRIORITY: _priority,
    Act.TRANSFER: _transfer,
    Act.FOLLOW: _follow,
    Act.CONFIRM: _confirm,
    Act.CLOSE: _close,
    Act.RATE: _rate,
    Act.ASK: _ask,
    Act.APPROVE: _approve,
    Act.REFUSE: _refuse,
}
