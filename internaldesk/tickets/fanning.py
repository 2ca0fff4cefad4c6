"""A request that others do parts of: the parts begin when it is time, hold it open, and tell it when they are done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from internaldesk.approvals import actions as approvals
from internaldesk.approvals import queries as approval_queries
from internaldesk.core import approval
from internaldesk.core import checklists as rules
from internaldesk.core.approval import State as Round
from internaldesk.core.checklists import State
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Actor, Confidentiality
from internaldesk.core.relations import LinkKind
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.core.text import excerpt
from internaldesk.db import db
from internaldesk.history import actions as history
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.checklists import Step
from internaldesk.models.people import Membership, Person, TeamRole
from internaldesk.models.relations import Link
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.tickets import approving, changes, laying, locks, opening, steps
from internaldesk.tickets.arrival import Arrival
from internaldesk.tickets.endings import WITHDRAWN_BY

BATCH = 50
_REASON = 300
_MANAGER = "manager"
_WAITS = "Waiting for "

log = structlog.get_logger(__name__)


def lay_out(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Give a new request the steps of its type's checklist, and begin those that wait for nothing."""
    version = steps.for_type(ticket.request_type_id)
    if version is not None:
        laying.lay(ticket, version, by=by, now=now)
        advance(ticket, now=now)


def advance(ticket: Ticket, *, now: datetime) -> int:
    """Ask the other teams for every step whose turn it is; how many. Until it is approved, nothing begins."""
    if not ticket.is_open or ticket.status is Status.APPROVAL:
        return 0
    db.session.scalars(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update(key_share=True)).one()
    asking = [step for step in rules.ready(steps.all_of(ticket.id), now=now) if step.asks]
    asker = _asker(ticket) if asking else None
    if asker is None:
        return 0
    agreed = _agreed(ticket)
    forms = laying.forms([step.request_type_id for step in asking if step.request_type_id])
    for step in asking:
        kind = step.request_type
        assert kind is not None
        child = opening.file(
            kind,
            by=asker,
            now=now,
            form=forms[kind.id],
            summary=step.name,
            details=step.details,
            answers=step.answers,
            needed_by=step.due_at,
            arrival=Arrival(asker.id, _place(ticket, asker)),
            agreed=agreed,
            part_of=ticket,
        )
        tie(step, child, ticket, by=asker, now=now)
    return len(asking)


def tie(step: Step, child: Ticket, parent: Ticket, *, by: Actor, now: datetime) -> None:
    """Make a request the part of another; each says in its own record what it is to the other, by number only."""
    step.child = child
    link = Link(kind=LinkKind.CHILD, ticket_id=child.id, other_id=parent.id, made_at=now, made_by_id=by.id, facts={})
    db.session.add(link)
    history.record(child.id, Kind.PART_OF, by=by, at=now, which=parent.number)
    history.record(parent.id, Kind.PART_ASKED, by=by, at=now, team=step.team.name, which=child.number)
    changes.touch(parent, now)


def before_solving(ticket: Ticket, *, by: Actor, now: datetime, by_team: bool) -> None:
    """A team cannot solve what others still work on; where whoever asked has it solved, nobody need begin any more."""
    found = steps.all_of(ticket.id)
    held = rules.holding(found)
    if by_team and held:
        raise Refused(_held_up(held))
    if held:
        let_go(ticket, by=by, now=now)


def after_solving(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """Tell the request it was a part of, and begin there what waited for it."""
    _tell(ticket, Kind.PART_DONE, "has done its part.", by=by, now=now)


def decide(ballot_id: int, *, by: Actor, now: datetime, **said: Any) -> ApprovalRound:
    """Cast a ballot, as `approving.decide` does; with the last approval the steps of the request begin."""
    locks.hold(approval_queries.about(ballot_id))
    row = approving.decide(ballot_id, by=by, now=now, **said)
    if row.state is Round.APPROVED:
        advance(row.ticket, now=now)
    elif row.state is Round.REFUSED:
        let_go(row.ticket, by=by, now=now)
        _tell(row.ticket, Kind.PART_OUT, "did not get an approval for its part.", by=by, now=now)
    return row


def withdraw(child: Ticket, *, by: Actor, now: datetime, reason: str) -> None:
    """Take back what another team was asked: closed without having been solved, its promises called off."""
    if child.status is Status.APPROVAL:
        approvals.withdraw(child.id, by=by, now=now)
    # Only who asked for a part ends it like this; nobody moves a request there by choosing a status.
    changes.become(child, Status.CLOSED, reason=excerpt(f"{WITHDRAWN_BY}{by.name}: {reason}", _REASON))
    child.closed_at = now
    child.last_word, child.last_word_at, child.last_word_by_id = excerpt(reason, changes.SAID), now, by.id
    changes.touch(child, now)
    sla.tell(child, ClockKind.WITHDRAWN, by=by, now=now)
    history.record(child.id, Kind.WITHDRAWN, by=by, at=now, why=reason)
    let_go(child, by=by, now=now)


def let_go(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """It is over before its parts: those nobody has begun are withdrawn, the others told that it needs them no more."""
    children = [step.child for step in steps.all_of(ticket.id) if step.child is not None and step.child.is_open]
    if children:
        locks.hold(*(child.id for child in children))
    for child in children:
        voice = _voice(child, ticket, by)
        if untouched(child):
            withdraw(child, by=voice, now=now, reason=f"{ticket.number} needs it no more.")
        else:
            history.record(child.id, Kind.UNNEEDED, by=voice, at=now, which=ticket.number)
            child.last_word = f"{ticket.number} is over and needs this no more."
            child.last_word_at, child.last_word_by_id = now, voice.id
            changes.stir(child, now)


def _voice(child: Ticket, ticket: Ticket, by: Actor) -> Actor:
    """Whoever asked for the part speaks of a case; who ended it would tell the other team whose it is."""
    return _acting(child.requester) if ticket.confidentiality is Confidentiality.CASE else by


def refuse_to_merge(ticket: Ticket) -> None:
    """Raise Refused while others work on parts of it, or while it is a part of something that waits for it."""
    begun = [step for step in steps.all_of(ticket.id) if rules.state(step) is State.OPEN]
    if begun:
        raise Refused(f"{ticket.number} still waits for {_named(begun)}. Withdraw that, or merge when it is done.")
    step = steps.parent_of(ticket.id)
    if step is not None and step.ticket.is_open:
        whole = step.ticket.number
        raise Refused(f"{ticket.number} is a part of {whole}, which waits for it. Merge the other one into it instead.")


def untouched(child: Ticket) -> bool:
    """Whether nobody has begun to work on it."""
    return child.assignee_id is None and child.status in (Status.NEW, Status.APPROVAL)


def sweep(*, now: datetime, limit: int = BATCH) -> int:
    """Begin every step whose day has come, or that was left waiting; returns how many requests were looked at.

    One that cannot be begun is written down and keeps nobody else waiting.
    """
    found = steps.waiting(now=now, limit=limit)
    for number in found:
        query = select(Ticket).where(Ticket.id == number).with_for_update(skip_locked=True)
        try:
            with db.session.begin_nested():
                ticket = db.session.scalars(query).first()
                if ticket is not None:
                    advance(ticket, now=now)
        except OperationalError:
            raise
        except Exception:
            log.exception("step_failed", ticket=number)
    return len(found)


def _tell(child: Ticket, kind: Kind, words: str, *, by: Actor, now: datetime) -> None:
    step = steps.parent_of(child.id)
    if step is None or not step.ticket.is_open:
        return
    parent, team = step.ticket, child.team.name
    history.record(parent.id, kind, by=by, at=now, team=team, which=child.number)
    stop_waiting(parent, child)
    if parent.confidentiality is not Confidentiality.CASE:
        parent.last_word, parent.last_word_at, parent.last_word_by_id = f"{team} {words}", now, by.id
    changes.touch(parent, now)
    advance(parent, now=now)


def waits_for(child: Ticket) -> str:
    """What a request says of itself while it waits for another team; its promise runs on."""
    return f"{_WAITS}{child.request_type.team.name} ({child.number})"


def stop_waiting(ticket: Ticket, child: Ticket) -> None:
    """It says so no more, whichever team has it by now."""
    if ticket.status_reason.startswith(_WAITS) and ticket.status_reason.endswith(f"({child.number})"):
        ticket.status_reason = ""


def _held_up(held: Sequence[Step]) -> str:
    return f"This still waits for {_named(held)}. Solve it when that is done, or leave the step out first."


def _named(held: Sequence[Step]) -> str:
    parts = [f"{step.team.name} ({step.child.number})" if step.child else f"“{step.name}”" for step in held]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _asker(ticket: Ticket) -> Actor | None:
    """Who asks the other teams: whoever has the request, else a lead of its team, else somebody in it."""
    query = select(Person).where(Person.active)
    if ticket.assignee_id is not None:
        query = query.where(Person.id == ticket.assignee_id)
    else:
        query = (
            query.join(Membership, Membership.person_id == Person.id)
            .where(Membership.team_id == ticket.team_id)
            .where(Person.id.not_in([ticket.requester_id, ticket.for_person_id]))
            .order_by(Membership.role != TeamRole.LEAD, Person.name, Person.id)
        )
        if ticket.confidentiality is Confidentiality.CASE:
            query = query.where(Membership.case_group)
    person = db.session.scalars(query.limit(1)).first()
    return _acting(person) if person else None


def _acting(person: Person) -> Actor:
    return Actor(id=person.id, name=person.name, email=person.email, location_id=person.location_id)


def _place(ticket: Ticket, asker: Actor) -> int | None:
    """Where the work is; of a case nobody learns where."""
    return asker.location_id if ticket.confidentiality is Confidentiality.CASE else ticket.location_id


def _agreed(ticket: Ticket) -> tuple[str, ...]:
    """A manager who agreed to the whole, as its type's rule demands, has agreed to its parts."""
    needs = approval.demanded(ticket.request_type.approval_rule, ticket.answers)
    if all(need.role != _MANAGER for need in needs):
        return ()
    rounds = select(ApprovalRound.id).where(ApprovalRound.ticket_id == ticket.id, ApprovalRound.by_rule)
    given = db.session.scalars(rounds.where(ApprovalRound.state == Round.APPROVED).limit(1)).first()
    return (_MANAGER,) if given is not None else ()
