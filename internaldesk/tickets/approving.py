"""What approvals do to a request: it waits while somebody decides, goes on when they agree, ends when they refuse."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from internaldesk.approvals import actions as approvals
from internaldesk.approvals import organisation, queries
from internaldesk.approvals.actions import Reminders
from internaldesk.core import approval, approvers, hours, lifecycle
from internaldesk.core.approval import NAMED, Decision, Need, State
from internaldesk.core.approvers import Seat, Source, Step
from internaldesk.core.errors import Refused
from internaldesk.core.happenings import Kind
from internaldesk.core.lifecycle import Status
from internaldesk.core.policy import Act, Actor, Confidentiality, may, require
from internaldesk.core.sla import Kind as ClockKind
from internaldesk.core.text import excerpt
from internaldesk.history import actions as history
from internaldesk.models.approvals import ApprovalRound
from internaldesk.models.tickets import Ticket
from internaldesk.sla import actions as sla
from internaldesk.sla import queries as sla_queries
from internaldesk.tickets import changes
from internaldesk.tickets.endings import REFUSED_BY

WORKING_DAY = timedelta(hours=8)
ASKABLE = ("manager", "budget-holder")
"""The roles a handler can ask besides people by name."""
_REASON = 300


def ask_by_rule(ticket: Ticket, *, by: Actor, now: datetime, agreed: Collection[str] = ()) -> ApprovalRound | None:
    """Ask whom the type's own rule names for these answers, if anybody; until they agree nothing is worked on.

    Roles in `agreed` have approved what it is a part of, so they are not asked.
    """
    found = approval.demanded(ticket.request_type.approval_rule, ticket.answers)
    needs = [need for need in found if need.role not in agreed]
    if not needs:
        return None
    steps = approvers.steps(needs, organisation.organisation(ticket, needs))
    if not steps:
        history.record(ticket.id, Kind.NO_APPROVER, by=None, at=now)
        return None
    return _asked(ticket, steps, by=by, now=now, by_rule=True, amount=amount_asked(ticket))


def ask(
    ticket: Ticket,
    *,
    by: Actor,
    now: datetime,
    whom: str,
    words: str,
    amount: str = "",
    people: Sequence[int] = (),
    quorum: int | None = None,
) -> ApprovalRound:
    """Ask on the team's behalf: a role of `ASKABLE`, or people by name of whom `quorum` (None: all) must agree."""
    require(by, Act.ASK_APPROVAL, ticket)
    changes.refuse_closed(ticket)
    _refuse_beside_rule(ticket)
    step = _named(ticket, people, quorum, by=by) if whom == NAMED else _by_role(ticket, whom, by=by)
    changes.touch(ticket, now)
    return _asked(ticket, [step], by=by, now=now, by_rule=False, words=words, amount=amount)


def ask_again(ticket: Ticket, *, by: Actor, now: datetime) -> ApprovalRound:
    """Ask by the rule anew, of whoever it names today: for when those asked have left or changed places."""
    require(by, Act.ASK_APPROVAL, ticket)
    changes.refuse_closed(ticket)
    row = ask_by_rule(ticket, by=by, now=now)
    if row is None:
        raise Refused("No rule asks for approval here. Choose whom to ask.")
    changes.touch(ticket, now)
    return row


def take_back(ticket: Ticket, *, by: Actor, now: datetime) -> Ticket:
    """Go on without an answer to what the team asked; what a rule demands is not the team's to take back."""
    require(by, Act.ASK_APPROVAL, ticket)
    waiting = queries.waiting(ticket.id)
    if waiting is None:
        raise Refused("Nothing waits for approval here.")
    if waiting.by_rule:
        raise Refused("This kind of request always needs this approval, so the question stays.")
    approvals.withdraw(ticket.id, by=by, now=now)
    _go_on(ticket, Status.PROGRESS, by=by, now=now)
    return ticket


def decide(
    ballot_id: int, *, by: Actor, now: datetime, decision: Decision, reason: str = "", via: str = "app"
) -> ApprovalRound:
    """Cast a ballot and do what follows: the last approval lets the request go on, a refusal ends it."""
    ticket = queries.ticket_of(ballot_id)
    row = approvals.cast(
        ballot_id, by=by, now=now, decision=decision, reason=reason, via=via, reminders=_reminders(ticket, now)
    )
    if row.state is State.APPROVED:
        untouched = row.by_rule and ticket.first_answered_at is None
        _go_on(ticket, Status.NEW if untouched else Status.PROGRESS, by=by, now=now)
    elif row.state is State.REFUSED:
        _end(ticket, by=by, now=now, reason=reason)
    else:
        changes.touch(ticket, now)
    return row


def drop(ticket: Ticket, *, by: Actor, now: datetime) -> None:
    """It is solved before anybody decided, so nobody needs to any more; a team cannot go round its type's rule so."""
    waiting = queries.waiting(ticket.id) if ticket.status is Status.APPROVAL else None
    if waiting is not None and waiting.by_rule and may(by, Act.HANDLE, ticket):
        raise Refused("This needs its approval before the team solves it. Its requester can still take it back.")
    if waiting is not None:
        approvals.withdraw(ticket.id, by=by, now=now)


def is_asked(ticket: Ticket) -> bool:
    """Whether somebody was asked and has not decided; a wait that was only noted by hand is not."""
    return ticket.status is Status.APPROVAL and queries.waiting(ticket.id) is not None


def refuse_to_leave(ticket: Ticket) -> None:
    """While somebody decides, the request waits for them."""
    if is_asked(ticket):
        raise Refused("Somebody was asked to approve this and has not decided yet; until then it waits.")


def decider(ticket: Ticket, *, now: datetime) -> str | None:
    """Who decides about a request that waits for approval, for "… decides"; None where nobody was asked by name."""
    asked = queries.deciders([ticket.id], now=now).get(ticket.id) if ticket.status is Status.APPROVAL else None
    return approval.decider_words(*asked) if asked else None


def in_words(row: ApprovalRound | None) -> str:
    """Where the newest round stands, in a few words for the team."""
    if row is None:
        return "Not asked"
    place = approval.open_step(row.steps)
    if row.state is not State.WAITING or place is None:
        return approval.STATE_WORDS[row.state]
    step = row.steps[place]
    left = [ballot for ballot in step.ballots if ballot.decision is None]
    words = approval.decider_words(step.quorum - len(step.ballots) + len(left), [one.person.name for one in left])
    return f"{words} decides{f', step {step.position} of {len(row.steps)}' if len(row.steps) > 1 else ''}"


def amount_asked(ticket: Ticket) -> str:
    """The sum of money the request is about, as text: that of the first question for one; "" where none was given."""
    kinds = {question["slug"]: question["kind"] for question in ticket.form_version.questions}
    sums = (approval.amount_of(ticket.answers.get(slug)) for slug, kind in kinds.items() if kind in ("money", "lines"))
    found = next((amount for amount in sums if amount is not None), None)
    return "" if found is None else f"{found:.2f}"


def _asked(ticket: Ticket, steps: Sequence[Step], *, by: Actor, now: datetime, **facts: Any) -> ApprovalRound:
    row = approvals.ask(ticket, steps, by=by, now=now, reminders=_reminders(ticket, now), **facts)
    changes.become(ticket, lifecycle.move(ticket.status, Status.APPROVAL), reason=facts.get("words", ""))
    sla.tell(ticket, ClockKind.PENDING, by=by, now=now, reason=changes.PAUSES[Status.APPROVAL])
    return row


def _reminders(ticket: Ticket, now: datetime) -> Reminders:
    """One and two working days from now, in the hours of the team that holds the ticket."""
    number = sla_queries.current_version(ticket.team.calendar_id, now=now)
    calendar = sla_queries.calendars([number])[number]
    return Reminders(hours.add(calendar, now, WORKING_DAY), hours.add(calendar, now, 2 * WORKING_DAY))


def _go_on(ticket: Ticket, status: Status, *, by: Actor, now: datetime) -> None:
    """Worked on again, or for the first time, with its clocks where they rested."""
    changes.become(ticket, lifecycle.move(ticket.status, status))
    changes.touch(ticket, now)
    sla.tell(ticket, ClockKind.RESUMED, by=by, now=now)


def _end(ticket: Ticket, *, by: Actor, now: datetime, reason: str) -> None:
    """Not approved: closed without being solved, its clocks cancelled; the requester reads why and may file anew."""
    changes.become(ticket, lifecycle.move(ticket.status, Status.CLOSED))
    ticket.status_reason = excerpt(f"{REFUSED_BY}{by.name}: {reason}", _REASON)
    ticket.closed_at = now
    ticket.last_word, ticket.last_word_at, ticket.last_word_by_id = excerpt(reason, changes.SAID), now, by.id
    changes.touch(ticket, now)
    sla.tell(ticket, ClockKind.REJECTED, by=by, now=now)


def _refuse_beside_rule(ticket: Ticket) -> None:
    waiting = queries.waiting(ticket.id)
    if waiting is not None and waiting.by_rule:
        raise Refused("The rule for this kind of request asks first. Ask again when that is decided.")


def _by_role(ticket: Ticket, role: str, *, by: Actor) -> Step:
    if role not in ASKABLE:
        raise Refused("Choose whom to ask.", field="whom")
    named = any(step["who"] == role for step in ticket.request_type.approval_rule)
    if ticket.confidentiality is Confidentiality.CASE and not named:
        raise Refused("Nobody outside may hear of a confidential case: ask somebody named for such.", field="whom")
    need = Need(role)
    seats = approvers.seats_of(role, organisation.organisation(ticket, [need]))
    others = tuple(seat for seat in seats if seat.person_id != by.id)
    if not others:
        raise Refused("Nobody else is known in that role. Ask somebody by name.", field="whom")
    return Step(need, others)


def _named(ticket: Ticket, people: Sequence[int], quorum: int | None, *, by: Actor) -> Step:
    chosen = list(dict.fromkeys(people))
    if not chosen:
        raise Refused("Name at least one person.", field="people")
    if by.id in chosen:
        raise Refused("You cannot approve what you ask for: name somebody else.", field="people")
    if not {ticket.requester_id, ticket.for_person_id}.isdisjoint(chosen):
        raise Refused("Nobody approves a request of their own: name somebody else.", field="people")
    if ticket.confidentiality is Confidentiality.CASE and not set(chosen) <= set(organisation.case_group(ticket)):
        raise Refused("Only people named for confidential cases of this team can be asked here.", field="people")
    enough = len(chosen) if quorum is None else quorum
    if not 1 <= enough <= len(chosen):
        raise Refused(f"You named {len(chosen)}, so at most {len(chosen)} can agree.", field="quorum")
    return Step(Need(NAMED), tuple(Seat(person, Source.NAMED) for person in chosen), enough)
