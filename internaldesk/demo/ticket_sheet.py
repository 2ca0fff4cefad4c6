"""The row of a ticket itself: where a life stands now, as the actions would have left it."""

from datetime import datetime
from typing import Any

from internaldesk.core.lifecycle import OPEN, Status
from internaldesk.core.text import excerpt
from internaldesk.demo.lives import Life
from internaldesk.models.tickets import NEVER
from internaldesk.tickets.changes import SAID

Row = dict[str, Any]


def row(ticket_id: int, life: Life) -> Row:
    """What the ticket table keeps of a life."""
    told, status = life.told, _status(life)
    return {
        "id": ticket_id,
        "request_type_id": life.offer.type.id,
        "form_version_id": life.offer.form.id,
        "team_id": life.offer.team.id,
        "requester_id": life.requester.id,
        "for_person_id": life.requester.id,
        "assignee_id": life.handler.id if life.answered else None,
        "location_id": life.requester.actor.location_id,
        "department_id": life.requester.department_id,
        "confidentiality": life.offer.type.confidentiality,
        "channel": "portal",
        "summary": told.summary,
        "details": told.details,
        "answers": told.answers,
        "status": status,
        "status_reason": "",
        "status_until": None,
        "priority": told.level,
        "priority_why": told.why,
        "customer_waiting": bool(told.customer),
        "customer": told.customer,
        "needed_by": None,
        "filed_at": life.filed,
        "updated_at": life.closed or life.solved or life.answered or life.filed,
        "first_answered_at": life.answered,
        "solved_at": life.solved,
        "solved_by_id": life.handler.id if life.solved else None,
        "closed_at": life.closed,
        "reopened": 0,
        "transferred": 0,
        "version": _version(life),
        "is_open": status in OPEN,
        "has_files": False,
        **_next_promise(life),
        **_last_word(life),
    }


def decision(life: Life, at: datetime | None) -> Row:
    """What was in force when a clock was missed or met; nothing for one that still runs in time."""
    return {
        "decided_at": at,
        "decided_priority": life.told.level if at else None,
        "decided_team_id": life.offer.team.id if at else None,
        "decided_type_id": life.offer.type.id if at else None,
    }


def _status(life: Life) -> Status:
    if life.closed:
        return Status.CLOSED
    if life.solved:
        return Status.SOLVED
    return Status.PROGRESS if life.answered else Status.NEW


def _version(life: Life) -> int:
    """Counts what the actions count: each answer, each change of the status."""
    if not life.answered:
        return 1
    solving = 0 if life.solved is None else 1 if life.solved == life.answered else 2
    taken_up = life.solved != life.answered
    return 2 + taken_up + solving + bool(life.closed)


def _next_promise(life: Life) -> Row:
    running = [clock for clock in (life.first, life.whole) if clock.open and clock.due is not None]
    if not running:
        return {
            "queue_at": NEVER,
            "risk_at": NEVER,
            "next_target": None,
            "next_seconds": None,
            "next_calendar_version_id": None,
        }
    soonest = min(running, key=lambda clock: clock.due or NEVER)
    return {
        "queue_at": soonest.due,
        "risk_at": min(clock.at_risk_at or NEVER for clock in running),
        "next_target": soonest.target,
        "next_seconds": soonest.allowance_seconds,
        "next_calendar_version_id": life.promise.version,
    }


def _last_word(life: Life) -> Row:
    if life.answered is None:
        words = excerpt(life.told.details or life.told.summary, SAID)
        return {"last_word": words, "last_word_at": life.filed, "last_word_by_id": life.requester.id}
    words = excerpt(life.told.fix if life.solved else life.told.hello, SAID)
    return {"last_word": words, "last_word_at": life.solved or life.answered, "last_word_by_id": life.handler.id}
