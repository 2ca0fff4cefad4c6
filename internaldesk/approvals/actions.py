"""Ask for approval, cast ballots, withdraw, remind; what follows for the request is the business of `tickets`."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from internaldesk.approvals import organisation, queries
from internaldesk.core import approval, approvers
from internaldesk.core.approval import Decision, State
from internaldesk.core.approvers import Step
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.policy import Actor
from internaldesk.core.text import listed
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.approvals import ApprovalNotice, ApprovalRound, ApprovalStep, Ballot
from internaldesk.models.people import Person
from internaldesk.models.tickets import Ticket

ASKED, REMINDED, CHASED = "asked", "reminded", "chased"
_VERDICTS = {Decision.APPROVED: Kind.APPROVED, Decision.REFUSED: Kind.REFUSED}


class Reminders(NamedTuple):
    """When a step that opens now is to be remembered: after one working day, and after two."""

    first: datetime
    second: datetime


def ask(
    ticket: Ticket,
    steps: Sequence[Step],
    *,
    by: Actor,
    now: datetime,
    by_rule: bool,
    reminders: Reminders,
    words: str = "",
    amount: str = "",
) -> ApprovalRound:
    """Begin a new round with these steps and open its first; a round that waits is withdrawn, so only one counts."""
    withdraw(ticket.id, by=by, now=now)
    row = ApprovalRound(
        ticket_id=ticket.id,
        number=queries.count_rounds(ticket.id) + 1,
        by_rule=by_rule,
        words=words,
        amount=amount,
        asked_by_id=by.id,
        asked_at=now,
        state=State.WAITING,
    )
    row.steps = [_step(position, step) for position, step in enumerate(steps, start=1)]
    db.session.add(row)
    db.session.flush()
    _open(row, 0, by=None if by_rule else by, now=now, reminders=reminders)
    return row


def cast(
    ballot_id: int,
    *,
    by: Actor,
    now: datetime,
    decision: Decision,
    reminders: Reminders,
    reason: str = "",
    via: str = "app",
) -> ApprovalRound:
    """Decide: enough approvals open the next step or end the round, one refusal ends it.

    The ticket must be locked. Raises Refused with a sentence for somebody who may not decide, where it was decided
    already, and for a refusal without a reason.
    """
    ballot = queries.fresh(ballot_id)
    step, place = ballot.step, ballot.step.position - 1
    refuse_settled(ballot)
    why = approval.why_not(
        ballot,
        by.id,
        steps=step.round.steps,
        place=place,
        owners={step.round.ticket.requester_id, step.round.ticket.for_person_id},
        stands_in=queries.stands_in(by.id, ballot.person_id, now=now),
    )
    if why:
        raise Refused(why)
    if decision is Decision.REFUSED and not reason:
        raise Refused("Say why you refuse: the requester reads it.", field="reason")
    ballot.decision, ballot.reason, ballot.at, ballot.by_id, ballot.via = decision, reason, now, by.id, via
    _record(ballot, by=by, now=now)
    _go_on(step.round, place, now=now, reminders=reminders)
    return step.round


def refuse_settled(ballot: Ballot) -> None:
    """Raise Refused with a sentence when this ballot cannot be cast any more."""
    round_, step = ballot.step.round, ballot.step
    if ballot.decision is not None:
        assert ballot.by is not None
        raise Refused(f"{ballot.by.name} has decided this already.")
    if round_.state is State.WITHDRAWN:
        raise Refused("The question was withdrawn. Nothing is left to decide.")
    if step.closed_at is not None or round_.state is not State.WAITING:
        raise Refused("This was decided by others already. Nothing is left to decide.")
    if step.opened_at is None:
        raise Refused("It is not your turn yet: others decide first.")


def withdraw(ticket_id: int, *, by: Actor, now: datetime) -> ApprovalRound | None:
    """Take back the question that waits, if there is one; what was said in it never counts again."""
    row = queries.waiting(ticket_id)
    if row is None:
        return None
    row.state, row.decided_at = State.WITHDRAWN, now
    for step in row.steps:
        if step.opened_at is not None and step.closed_at is None:
            step.closed_at, step.remind_at = now, None
    db.session.flush()
    history.record(ticket_id, Kind.APPROVAL_WITHDRAWN, by=by, at=now, round=row.number)
    return row


def remind(*, now: datetime, limit: int = 200) -> int:
    """Remind who was asked a working day ago; a day later tell whoever can help. Returns how many steps it was."""
    steps = queries.due(now=now, limit=limit)
    for step in steps:
        last = step.escalate_at is None or now >= step.escalate_at
        _chase(step, now=now) if last else _remind(step, now=now)
        step.remind_at = None if last else step.escalate_at
    return len(steps)


def _step(position: int, step: Step) -> ApprovalStep:
    row = ApprovalStep(position=position, role=step.need.role, quorum=step.quorum, shows=list(step.need.shows))
    row.ballots = [
        Ballot(person_id=seat.person_id, source=seat.source, nonce=secrets.token_hex(12), reason="", via="")
        for seat in step.seats
    ]
    return row


def _open(row: ApprovalRound, place: int, *, by: Actor | None, now: datetime, reminders: Reminders) -> None:
    """The step at `place` is taken next: its people are asked, and will be reminded."""
    step = row.steps[place]
    step.opened_at, step.remind_at, step.escalate_at = now, reminders.first, reminders.second
    people = [ballot.person_id for ballot in step.ballots]
    names, covers = queries.names(people), queries.stand_ins(people, now=now)
    said = listed([names[person] for person in people], last="and" if step.quorum == len(people) else "or")
    role = approvers.role_words(step.role)
    words = f"{said}{f', {role},' if role else ''} to approve it{_which(row, step)}{_what(row)}"
    data = {"round": row.number, "step": step.position, "people": people, "words": words}
    history.record(row.ticket_id, Kind.APPROVAL_ASKED, by=by, at=now, **data)
    _tell(ASKED, [*_own(step.ballots), *_covering(step.ballots, covers)], now=now)


def _go_on(row: ApprovalRound, place: int, *, now: datetime, reminders: Reminders) -> None:
    step = row.steps[place]
    if approval.step_state(step) is State.WAITING:
        return
    step.closed_at, step.remind_at = now, None
    following = approval.open_step(row.steps)
    if following is None:
        row.state, row.decided_at = approval.round_state(row.steps), now
    else:
        _open(row, following, by=None, now=now, reminders=reminders)


def _record(ballot: Ballot, *, by: Actor, now: datetime) -> None:
    assert ballot.decision is not None
    step, row = ballot.step, ballot.step.round
    behalf = f" for {ballot.person.name}" if by.id != ballot.person_id else ""
    words = f"{behalf}{_which(row, step)}{f': {ballot.reason}' if ballot.reason else ''}"
    data = {"round": row.number, "step": step.position, "ballot": ballot.id, "for": ballot.person_id}
    kind = _VERDICTS[ballot.decision]
    history.record(row.ticket_id, kind, by=by, at=now, via=ballot.via, words=words, reason=ballot.reason, **data)


def _remind(step: ApprovalStep, *, now: datetime) -> None:
    """Those who have not decided, and who stands in for them today."""
    silent = _silent(step)
    covers = queries.stand_ins([ballot.person_id for ballot in silent], now=now)
    _tell(REMINDED, [*_own(silent), *_covering(silent, covers)], now=now)
    _record_reminder(step, silent, words=_names(silent), now=now)


def _chase(step: ApprovalStep, *, now: datetime) -> None:
    """After two working days somebody else hears of it: the stand-in, or else who leads the team."""
    silent = _silent(step)
    covers = queries.stand_ins([ballot.person_id for ballot in silent], now=now)
    told = _covering(silent, covers) or [(silent[0].id, lead) for lead in organisation.leads(step.round.ticket)]
    _tell(CHASED, told, now=now)
    people = queries.names([person for _, person in told])
    heard = f" and told {listed(sorted(people.values()))}" if people else ""
    _record_reminder(step, silent, words=f"{_names(silent)} again{heard}", now=now)


def _record_reminder(step: ApprovalStep, silent: Sequence[Ballot], *, words: str, now: datetime) -> None:
    data = {"round": step.round.number, "step": step.position, "people": [ballot.person_id for ballot in silent]}
    history.record(step.round.ticket_id, Kind.APPROVAL_REMINDED, by=None, at=now, words=words, **data)


def _silent(step: ApprovalStep) -> list[Ballot]:
    return [ballot for ballot in step.ballots if ballot.decision is None]


def _names(ballots: Sequence[Ballot]) -> str:
    return listed([ballot.person.name for ballot in ballots])


def _own(ballots: Iterable[Ballot]) -> list[tuple[int, int]]:
    return [(ballot.id, ballot.person_id) for ballot in ballots]


def _covering(ballots: Iterable[Ballot], covers: Mapping[int, Person]) -> list[tuple[int, int]]:
    return [(ballot.id, covers[ballot.person_id].id) for ballot in ballots if ballot.person_id in covers]


def _tell(kind: str, told: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """A row for each letter to be sent: which ballot it is about, and to whom."""
    for ballot_id, person_id in told:
        db.session.add(ApprovalNotice(ballot_id=ballot_id, kind=kind, person_id=person_id, at=now))


def _which(row: ApprovalRound, step: ApprovalStep) -> str:
    return f" (step {step.position} of {len(row.steps)})" if len(row.steps) > 1 else ""


def _what(row: ApprovalRound) -> str:
    what = ", ".join(part for part in (row.words, row.amount) if part)
    return f": {what}" if what and not row.by_rule else ""
